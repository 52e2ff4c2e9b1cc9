"""The loop that puts notices in e-mails and sends them, and throws away what is old."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from api.answers.words import Words
from api.clock import Clock
from api.db import Database
from api.loops import ClaimLoop, repeat
from api.notices import mails
from api.notices.models import StaffMail
from api.notices.wording import outgoing_of
from api.outbox.sender import Deliver
from api.outbox.service import Outgoing, SendFailed
from api.signals import NOTICES

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 4
PRUNE_SECONDS = 3600.0
WRITE_DOWN_TRIES, WRITE_DOWN_PAUSE_SECONDS = 20, 0.5
"""What was sent and is not written down goes out again when its lease is over."""


class Claimed(NamedTuple):
    """An e-mail that is ours for half a minute."""

    id: int
    lease: str | None


@dataclass(frozen=True)
class StaffPost:
    """Any number of processes may run this; `deliver` is None where there is no mail server, and
    then notices are only thrown away."""

    database: Database
    words: Words
    clock: Clock
    deliver: Deliver | None
    public_url: str

    async def run(self) -> None:
        """Until cancelled; what is being sent then is finished first."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(repeat(NOTICES, self._prune, PRUNE_SECONDS))
            if self.deliver is not None:
                signals = self.database.signals
                sending = ClaimLoop(NOTICES, signals, self.claim, self.send, SIDE_BY_SIDE)
                loops.create_task(sending.run())

    async def _prune(self) -> None:
        await asyncio.to_thread(self._write, mails.prune, self.clock())

    def claim(self, limit: int) -> list[Claimed]:
        """Put notices in e-mails, and take at most so many of those that are due."""
        now = self.clock()
        with self.database.reading() as session:
            ready = mails.find_ready(session, now)
        for person_id in ready:
            self._collect(person_id)
        with self.database.writing() as session:
            due = mails.claim_due(session, now, limit)
            return [Claimed(mail.id, mail.lease) for mail in due]

    def _collect(self, person_id: UUID) -> None:
        """What goes wrong for one colleague keeps no other from theirs."""
        try:
            with self.database.writing() as session:
                mails.collect(session, person_id, self.clock())
        except SQLAlchemyError:
            raise
        except Exception as fault:
            log.exception("notices of %s: %s", person_id, type(fault).__name__)

    async def send(self, claimed: Claimed) -> None:
        """Read it once more, hand it to the server, and write down what became of it."""
        assert self.deliver is not None
        try:
            outgoing = await asyncio.to_thread(self._compose, claimed)
            if outgoing is None:
                return await self._write_down(mails.drop, claimed)
            await self.deliver(outgoing)
        except SQLAlchemyError as error:  # not sent; somebody takes it when the lease is over
            log.warning("staff mail %s: %s", claimed.id, type(error).__name__)
        except SendFailed as failure:
            log.warning("staff mail %s: %s", claimed.id, failure.code)
            await self._write_down(mails.record_failure, claimed, failure, self.clock())
        except Exception as fault:  # ours
            log.exception("staff mail %s: unexpected fault", claimed.id)
            ours = SendFailed(type(fault).__name__, retryable=True)
            await self._write_down(mails.record_failure, claimed, ours, self.clock())
        else:
            await self._write_down(mails.record_sent, claimed, self.clock())

    def _compose(self, claimed: Claimed) -> Outgoing | None:
        with self.database.reading() as session:
            mail = session.get(StaffMail, claimed.id)
            if mail is None or mail.lease != claimed.lease:
                return None
            return outgoing_of(session, self.words, mail, self.public_url, self.clock())

    async def _write_down(
        self, record: Callable[..., None], claimed: Claimed, *what: object
    ) -> None:
        for _ in range(WRITE_DOWN_TRIES):
            try:
                return await asyncio.to_thread(self._write, record, *claimed, *what)
            except SQLAlchemyError as error:
                log.warning("staff mail %s: not written: %s", claimed.id, type(error).__name__)
                await asyncio.sleep(WRITE_DOWN_PAUSE_SECONDS)
        return None

    def _write(self, record: Callable[..., None], *what: object) -> None:
        with self.database.writing() as session:
            record(session, *what)
