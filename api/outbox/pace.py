"""Telegram's limits: about 30 messages a second in all, one a second in a chat."""

import asyncio
import time

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
        self._next = 0.0
        self._next_in_chat: dict[str, float] = {}

    async def wait(self, chat_id: str) -> None:
        """Until a message to this chat may leave."""
        await asyncio.sleep(max(0.0, self.reserve(chat_id, time.monotonic())))

    def reserve(self, chat_id: str, now: float) -> float:
        """Book the next free moment for this chat; returns the seconds until then."""
        at = max(now, self._next)
        self._next = at + self._gap
        at = max(at, self._next_in_chat.get(chat_id, 0.0))
        self._next_in_chat[chat_id] = at + self._chat_gap
        if len(self._next_in_chat) > _FORGET_ABOVE:
            self._next_in_chat = {c: t for c, t in self._next_in_chat.items() if t > now}
        return at - now
