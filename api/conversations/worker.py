"""The worker that takes waiting messages and lets the message path answer them."""

import asyncio
import logging

from api.conversations.inbox import claim_next
from api.conversations.path import Claimed, MessagePath
from api.conversations.safety import is_safety
from api.loops import ClaimLoop
from api.signals import INBOX

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Chats that are answered at the same time in this process."""


class InboxWorker:
    def __init__(self, path: MessagePath) -> None:
        self._path = path
        self._loop = ClaimLoop(
            INBOX, path.database.signals, self._claim, self._work, side_by_side=SIDE_BY_SIDE
        )

    async def run(self) -> None:
        """Until cancelled; messages being answered then are finished first."""
        await asyncio.to_thread(is_safety, "")  # reads its phrases, so that nobody waits for that
        await self._loop.run()

    def _claim(self, limit: int) -> list[Claimed]:
        with self._path.database.writing() as session:
            claimed = claim_next(session, self._path.clock(), limit)
            return [Claimed(message.id, message.lease or "") for message in claimed]

    async def _work(self, claimed: Claimed) -> None:
        await asyncio.to_thread(self._answer, claimed)

    def _answer(self, claimed: Claimed) -> None:
        """The outermost handler of the path: whatever goes wrong, the message is not lost."""
        try:
            self._path.answer_message(claimed)
        except Exception as fault:
            log.exception("inbox %s: unexpected fault", claimed.id)
            self._path.give_up_or_retry(claimed, type(fault).__name__)
