"""Slowing down who tries passwords."""

from datetime import datetime, timedelta

MAX_WRONG = 8
WAIT = timedelta(minutes=15)
_FORGET_ABOVE = 10_000


class Attempts:
    """Wrong passwords per e-mail address, in this process; a right one clears them.

    However the address is spelled: it is looked up without capitals and spaces too.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, list[datetime]] = {}

    def too_many(self, email: str, now: datetime) -> bool:
        return len(self._recent(email, now)) >= MAX_WRONG

    def wrong(self, email: str, now: datetime) -> None:
        if len(self._wrong) > _FORGET_ABOVE:
            self._wrong.clear()
        self._wrong[_plain(email)] = [*self._recent(email, now), now]

    def right(self, email: str) -> None:
        self._wrong.pop(_plain(email), None)

    def _recent(self, email: str, now: datetime) -> list[datetime]:
        moments = self._wrong.get(_plain(email), [])
        return [moment for moment in moments if now - moment < WAIT]


def _plain(email: str) -> str:
    return email.strip().lower()
