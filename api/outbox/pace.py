"""Telegram's limits: about 30 messages a second in all, one a second in a chat."""

import asyncio
import time
from bisect import bisect_right, insort
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

PER_SECOND = 28
CATCH_UP = 2
"""So many more, 30 in all, may leave in a second that follows on a slow one."""
SECONDS_IN_A_CHAT = 1.0
_WINDOW, _LOOK_AGAIN = 1.0, 0.01
_FORGET_ABOVE = 10_000


class Pace:
    """Gives each sender the moment at which it may send; waits are handed out in order."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        seconds_in_a_chat: float = SECONDS_IN_A_CHAT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._gap = 1 / per_second
        self._chat_gap = seconds_in_a_chat
        self._booked: list[float] = []
        self._next_in_chat: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._most = int(per_second) + CATCH_UP
        self._under_way = 0
        self._arrived: deque[float] = deque()

    async def wait(self, chat_id: str) -> None:
        """Until a message to this chat may leave, by the schedule."""
        await asyncio.sleep(max(0.0, self.reserve(chat_id, self._monotonic())))

    @asynccontextmanager
    async def leaving(self, chat_id: str) -> AsyncIterator[None]:
        """Around the sending itself: whatever delays it, Telegram gets no more in a second.

        When exactly it arrives nobody knows: so it counts from when it leaves until a second after
        its answer came.
        """
        while (wait := self.depart(chat_id, self._monotonic())) > 0:
            await asyncio.sleep(wait)
        try:
            yield
        finally:
            self.arrive(self._monotonic())

    def reserve(self, chat_id: str, now: float) -> float:
        """Book the next free moment for this chat; returns the seconds until then."""
        at = self._free_from(max(now, self._next_in_chat.get(chat_id, 0.0)), now)
        self._next_in_chat[chat_id] = at + self._chat_gap
        if len(self._next_in_chat) > _FORGET_ABOVE:
            self._next_in_chat = {c: t for c, t in self._next_in_chat.items() if t > now}
        return at - now

    def depart(self, chat_id: str, now: float) -> float:
        """0 when it may leave at this moment, which then counts; else the seconds to wait."""
        while self._arrived and self._arrived[0] <= now - _WINDOW:
            self._arrived.popleft()
        if self._under_way + len(self._arrived) >= self._most:
            left = self._arrived[0] + _WINDOW - now if self._arrived else 0.0
            return max(left, _LOOK_AGAIN)
        self._under_way += 1
        self._next_in_chat[chat_id] = max(
            self._next_in_chat.get(chat_id, 0.0), now + self._chat_gap
        )
        return 0.0

    def arrive(self, now: float) -> None:
        """What left has been answered."""
        self._under_way -= 1
        self._arrived.append(now)

    def hold(self, chat_id: str, seconds: float) -> None:
        """Telegram asked for patience: nothing leaves to this chat until then."""
        now = self._monotonic()
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), now + seconds)

    def held_for(self, chat_id: str) -> float:
        """So many seconds nothing may leave to this chat yet; 0 where it may."""
        return max(0.0, self._held.get(chat_id, 0.0) - self._monotonic())

    def _free_from(self, at: float, now: float) -> float:
        """Book the first moment from `at` on that is a gap away from every other one."""
        del self._booked[: bisect_right(self._booked, now - self._gap)]
        for other in self._booked[bisect_right(self._booked, at - self._gap) :]:
            if other - at >= self._gap:
                break
            at = other + self._gap
        insort(self._booked, at)
        return at
