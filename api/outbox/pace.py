"""Telegram's limits: about 30 messages a second in all, one a second in a chat."""

import asyncio
import time
from bisect import bisect_right, insort

PER_SECOND = 30
SECONDS_IN_A_CHAT = 1.0
_FORGET_ABOVE = 10_000


class Pace:
    """Gives each sender the moment at which it may send; waits are handed out in order."""

    def __init__(
        self, per_second: float = PER_SECOND, seconds_in_a_chat: float = SECONDS_IN_A_CHAT
    ) -> None:
        self._gap = 1 / per_second
        self._chat_gap = seconds_in_a_chat
        self._booked: list[float] = []
        self._next_in_chat: dict[str, float] = {}

    async def wait(self, chat_id: str) -> None:
        """Until a message to this chat may leave."""
        await asyncio.sleep(max(0.0, self.reserve(chat_id, time.monotonic())))

    def reserve(self, chat_id: str, now: float) -> float:
        """Book the next free moment for this chat; returns the seconds until then."""
        at = self._free_from(max(now, self._next_in_chat.get(chat_id, 0.0)), now)
        self._next_in_chat[chat_id] = at + self._chat_gap
        if len(self._next_in_chat) > _FORGET_ABOVE:
            self._next_in_chat = {c: t for c, t in self._next_in_chat.items() if t > now}
        return at - now

    def _free_from(self, at: float, now: float) -> float:
        """Book the first moment from `at` on that is a gap away from every other one."""
        del self._booked[: bisect_right(self._booked, now - self._gap)]
        for other in self._booked[bisect_right(self._booked, at - self._gap) :]:
            if other - at >= self._gap:
                break
            at = other + self._gap
        insort(self._booked, at)
        return at
