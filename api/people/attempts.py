"""Slowing down who tries passwords."""

from datetime import datetime, timedelta

MAX_WRONG = 8
WAIT = timedelta(minutes=15)
_FORGET_ABOVE = 10_000


class Attempts:
    """Wrong passwords per e-mail address, in this process; a right one clears them."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[datetime]] = {}

    def too_many(self, email: str, now: datetime) -> bool:
        return len(self._recent(email, now)) >= MAX_WRONG

    def wrong(self, email: str, now: datetime) -> None:
        if len(self._wrong) > _FORGET_ABOVE:
            self._wrong.clear()
        self._wrong[email] = [*self._recent(email, now), now]

    def right(self, email: str) -> None:
        self._wrong.pop(email, None)

    def _recent(self, email: str, now: datetime) -> list[datetime]:
        return [moment for moment in self._wrong.get(email, []) if now - moment < WAIT]
