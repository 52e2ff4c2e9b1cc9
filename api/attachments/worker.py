"""The loop that fetches what participants said yes to, and forgets what they did not answer."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.answers.words import Words
from api.attachments.fetching import (
    UNREACHABLE,
    Fetch,
    FetchFailed,
    Wanted,
    claim_wanted,
    keep_back_unanswered,
    record_failure,
    record_stored,
)
from api.attachments.types import LARGEST, TOO_LARGE, Checked, Refused, check
from api.clock import Clock
from api.conversations.models import Channel
from api.db import Database
from api.loops import ClaimLoop, repeat
from api.outbox.service import WAITS
from api.signals import ATTACHMENTS

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 2
"""A picture takes some memory while it is drawn."""
FETCH_SECONDS = 40.0
SWEEP_SECONDS = 600.0
MOST_TRIES = len(WAITS) + 1


@dataclass
class AttachmentWorker:
    """Any number of processes may run this; `channels` are those that can give a file."""

    database: Database
    words: Words
    clock: Clock
    channels: Mapping[Channel, Fetch]
    _loop: ClaimLoop[Wanted] = field(init=False)

    def __post_init__(self) -> None:
        signals = self.database.signals
        self._loop = ClaimLoop(
            ATTACHMENTS, signals, self.claim, self.work, side_by_side=SIDE_BY_SIDE
        )

    async def run(self) -> None:
        """Until cancelled; what is being fetched then is finished first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._loop.run())
            group.create_task(repeat("attachments", self._sweep, SWEEP_SECONDS))

    def claim(self, limit: int) -> list[Wanted]:
        with self.database.writing() as session:
            return claim_wanted(session, self.clock(), limit)

    async def work(self, wanted: Wanted) -> None:
        """Fetch one outside of any transaction, look at it, and write down what became of it."""
        outcome = await self._outcome(wanted)
        await asyncio.to_thread(self._record, wanted, outcome)

    def sweep(self) -> int:
        """Forget what nobody answered; how many there were."""
        with self.database.writing() as session:
            return keep_back_unanswered(session, self.clock())

    async def _sweep(self) -> None:
        await asyncio.to_thread(self.sweep)

    async def _outcome(self, wanted: Wanted) -> Checked | FetchFailed:
        """The outermost handler of fetching: whatever goes wrong, the participant hears of it."""
        try:
            return await self._fetched(wanted)
        except Refused as refused:
            return FetchFailed(str(refused))
        except FetchFailed as failure:
            return failure
        except TimeoutError:
            return FetchFailed(UNREACHABLE, retryable=True)
        except Exception as fault:  # only its name: its text may hold an address with the token
            log.error("attachment %s: unexpected fault %s", wanted.id, type(fault).__name__)
            return FetchFailed(UNREACHABLE, retryable=True)

    async def _fetched(self, wanted: Wanted) -> Checked:
        if wanted.tries > MOST_TRIES:  # every worker that took it died over it
            raise FetchFailed(UNREACHABLE)
        if wanted.declared_size > LARGEST:
            raise Refused(TOO_LARGE)
        fetch = self.channels.get(wanted.channel)
        if fetch is None:
            raise FetchFailed(UNREACHABLE, retryable=True)
        async with asyncio.timeout(FETCH_SECONDS):
            content = await fetch(wanted.reference)
        return await asyncio.to_thread(check, wanted.kind, content)

    def _record(self, wanted: Wanted, outcome: Checked | FetchFailed) -> None:
        now = self.clock()
        with self.database.writing() as session:
            if isinstance(outcome, Checked):
                record_stored(session, wanted, outcome, now)
            else:
                record_failure(session, self.words, wanted, outcome, now)
