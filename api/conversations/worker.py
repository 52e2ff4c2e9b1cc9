"""The loop that takes waiting messages and lets the message path answer them."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from api.conversations.inbox import claim_next
from api.conversations.path import Claimed, MessagePath
from api.conversations.safety import is_safety
from api.signals import INBOX

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Chats that are answered at the same time in this process."""
POLL_SECONDS = 1.0
AFTER_A_FAULT_SECONDS = 2.0


class InboxWorker:
    def __init__(self, path: MessagePath) -> None:
        self._path = path
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; messages being answered then are finished first."""
        await asyncio.to_thread(is_safety, "")  # reads its phrases, so that nobody waits for that
        try:
            with self._path.database.signals.listen(INBOX) as signal:
                while True:
                    if not await self._take():
                        await signal.wait(POLL_SECONDS)
        finally:
            await asyncio.gather(*self._answering, return_exceptions=True)

    async def _take(self) -> bool:
        """Start answering what waits; False when nothing did, or the store is out of reach."""
        room = SIDE_BY_SIDE - len(self._answering)
        if room <= 0:
            await asyncio.wait(self._answering, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            claimed = await asyncio.to_thread(self._claim, room)
        except SQLAlchemyError as error:
            log.warning("inbox: the store does not answer: %s", type(error).__name__)
            await asyncio.sleep(AFTER_A_FAULT_SECONDS)
            return False
        for one in claimed:
            task = asyncio.create_task(asyncio.to_thread(self._answer, one))
            self._answering.add(task)
            task.add_done_callback(self._answered)
        return bool(claimed)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("inbox: %s", type(fault).__name__)
        self._path.database.signals.wake(INBOX)  # the next message of this chat may be taken

    def _claim(self, limit: int) -> list[Claimed]:
        with self._path.database.writing() as session:
            claimed = claim_next(session, self._path.clock(), limit)
            return [Claimed(message.id, message.lease or "") for message in claimed]

    def _answer(self, claimed: Claimed) -> None:
        """The outermost handler of the path: whatever goes wrong, the message is not lost."""
        try:
            self._path.answer_message(claimed)
        except Exception as fault:
            log.exception("inbox %s: unexpected fault", claimed.id)
            self._path.give_up_or_retry(claimed, type(fault).__name__)
