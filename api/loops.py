"""The loops beside the requests: one that claims what is due, one that looks now and then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.signals import Signals

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
AFTER_A_FAULT_SECONDS = 1.0


async def repeat(name: str, work: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Do it now and every so many seconds, until cancelled; a store that is away is no end."""
    while True:
        try:
            await work()
        except SQLAlchemyError as error:
            log.warning("%s: the store does not answer: %s", name, type(error).__name__)
        await asyncio.sleep(seconds)


@dataclass
class ClaimLoop[Item]:
    """`claim` takes at most so many items (in a thread); `work` does one of them.

    `signal` wakes the loop when there may be more; without it the loop looks every second.
    """

    signal: str
    signals: Signals
    claim: Callable[[int], list[Item]]
    work: Callable[[Item], Coroutine[Any, Any, None]]
    side_by_side: int
    at_least: int = 1
    """Claims only when there is room for so many: fewer turns at the store for more of them."""
    look_every: float = POLL_SECONDS
    """Seconds: what other processes put there gives no signal here."""
    _working: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled; what is being worked on then is finished first."""
        try:
            with self.signals.listen(self.signal) as signal:
                while True:
                    if not await self._take():
                        await signal.wait(min(self.look_every, POLL_SECONDS))
        finally:
            await asyncio.gather(*self._working, return_exceptions=True)

    async def _take(self) -> bool:
        """Start on what is due; False when nothing was, or the store is out of reach."""
        room = self.side_by_side - len(self._working)
        if room < self.at_least:
            await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            claimed = await self._claim(room)
        except SQLAlchemyError as error:
            log.warning("%s: the store does not answer: %s", self.signal, type(error).__name__)
            await asyncio.sleep(AFTER_A_FAULT_SECONDS)
            return False
        self._start(claimed)
        return bool(claimed)

    async def _claim(self, room: int) -> list[Item]:
        """What is claimed in the moment of our end is worked on: nobody else may for a while."""
        claiming = asyncio.create_task(asyncio.to_thread(self.claim, room))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with suppress(SQLAlchemyError):
                self._start(await claiming)
            raise

    def _start(self, items: list[Item]) -> None:
        for item in items:
            task = asyncio.create_task(self.work(item))
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            # The lease runs out and the item is claimed again; nothing is lost.
            log.error("%s: %s", self.signal, type(fault).__name__)
        self.signals.wake(self.signal)  # the next one of this chat may be taken now
