"""The worker that sends what is due, paced, and writes down what became of each message."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from api.clock import Clock
from api.conversations.models import Channel
from api.db import Database
from api.loops import ClaimLoop
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.pace import Pace
from api.outbox.service import (
    LEASE,
    Outgoing,
    SendFailed,
    claim_due,
    find_held,
    put_back,
    record_failure,
    record_sent,
)
from api.outbox.turn import INSTALLATION, SenderTurn
from api.reminders.delivery import (
    Stop,
    Wait,
    last_look,
    note_fault,
    put_off,
    stop,
    take_outcome,
)
from api.reminders.service import Post, note_unreachable
from api.signals import OUTBOX

log = logging.getLogger(__name__)

Deliver = Callable[[Outgoing], Awaitable[str]]
"""A channel is one function: send, and return the channel's own id; raises SendFailed."""

ANSWERS_SIDE_BY_SIDE, BULK_SIDE_BY_SIDE = 30, 16
"""Messages on their way at the same time in this process."""
ANSWERS_LOOK_SECONDS = 0.25
"""Another process may have written the answer."""
BULK_AT_LEAST = 8
BULK_IN_TURN = 6
"""So many of the bulk have a moment in the schedule: an answer waits for no more than these."""
LONGEST_SEND_SECONDS = 15.0
"""Less than the lease of a row: nobody else may take it up while it is still being sent."""
WRITE_DOWN_PAUSE_SECONDS = 0.5
WRITE_DOWN_TRIES, WRITE_DOWN_TRIES_AT_THE_END = 1_200, 10


@dataclass(frozen=True)
class Claimed:
    """A message of ours until a moment of the monotonic clock."""

    outgoing: Outgoing
    until: float


class Sender:
    """Two lanes of one pace, answers and bulk; only while it is this process's turn."""

    def __init__(
        self,
        database: Database,
        post: Post,
        clock: Clock,
        channels: Mapping[Channel, Deliver],
        pace: Pace | None = None,
        name: str = INSTALLATION,
    ) -> None:
        self._database, self._post, self._clock = database, post, clock
        self._channels = channels
        self._pace = pace or Pace()
        self._turn = SenderTurn(database, clock, name)
        self._bulk_in_turn = asyncio.Semaphore(BULK_IN_TURN)
        self._unwritten = 0
        self._ends = False
        self._lanes = (
            self._lane(False, ANSWERS_SIDE_BY_SIDE, look_every=ANSWERS_LOOK_SECONDS),
            self._lane(True, BULK_SIDE_BY_SIDE, at_least=BULK_AT_LEAST),
        )

    async def run(self) -> None:
        """Until cancelled; what is being sent then is finished first."""
        loops = [asyncio.create_task(each.run()) for each in (self._turn, *self._lanes)]
        try:
            await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ends = True
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await asyncio.to_thread(self._turn.leave)
        for loop in loops:
            if not loop.cancelled():
                loop.result()  # it ended by a fault

    def _lane(self, bulk: bool, side_by_side: int, **more: Any) -> ClaimLoop[Claimed]:
        claim = partial(self._claim, bulk=bulk)
        return ClaimLoop(OUTBOX, self._database.signals, claim, self._send, side_by_side, **more)

    def _claim(self, limit: int, *, bulk: bool) -> list[Claimed]:
        if not self._turn.is_ours() or self._unwritten:  # first what was sent, then more
            return []
        until = time.monotonic() + LEASE.total_seconds()
        with self._database.writing() as session:
            claimed = claim_due(session, self._post.words, self._clock(), limit, bulk=bulk)
        return [Claimed(outgoing, until) for outgoing in claimed]

    async def _send(self, claimed: Claimed) -> None:
        """In order: its moment, a last look, the channel, and what became of it."""
        outgoing = claimed.outgoing
        try:
            if not await self._may_leave(outgoing):
                return
            delivered_id = await self._leave(claimed)
        except SQLAlchemyError as error:  # not sent; somebody takes it when the lease is over
            log.warning("outbox %s: no last look: %s", outgoing.id, type(error).__name__)
        except SendFailed as failure:
            log.info("outbox %s: %s", outgoing.id, failure.code)
            if failure.retry_after is not None:
                self._pace.hold(outgoing.chat_id, failure.retry_after)
            await self._write_down(partial(self._record_failure, outgoing, failure))
        except Exception as fault:  # ours: it counts as a failed try, so that the chat goes on
            log.exception("outbox %s: unexpected fault", outgoing.id)
            ours = SendFailed(type(fault).__name__, retryable=True, ambiguous=True)
            await self._write_down(partial(self._record_failure, outgoing, ours))
        else:
            if delivered_id is not None:
                await self._write_down(partial(self._record_sent, outgoing, delivered_id))

    def _is_paced(self, outgoing: Outgoing) -> bool:
        return outgoing.channel is Channel.telegram and outgoing.channel in self._channels

    async def _may_leave(self, outgoing: Outgoing) -> bool:
        """Wait for its moment; False where it does not leave now, which is written down."""
        is_paced = self._is_paced(outgoing)
        if is_paced and (held := self._pace.held_for(outgoing.chat_id)):
            await asyncio.to_thread(self._put_back, outgoing, held, "held")
            return False
        if is_paced:
            await self._wait_for_turn(outgoing)
        if outgoing.bulk:
            verdict = await asyncio.to_thread(self._look, outgoing)
            if verdict is not None:
                await asyncio.to_thread(self._obey, outgoing, verdict)
                return False
        return True

    async def _leave(self, claimed: Claimed) -> str | None:
        """The channel's own id; None where it is too late for us to send it."""
        outgoing = claimed.outgoing
        in_pace = self._pace.leaving(outgoing.chat_id)
        async with in_pace if self._is_paced(outgoing) else nullcontext():
            if self._turn.is_ours() and not self._is_nearly_over(claimed):
                return await self._deliver(outgoing)
        await asyncio.to_thread(self._put_back, outgoing, 0.0, "late")
        return None

    async def _wait_for_turn(self, outgoing: Outgoing) -> None:
        if not outgoing.bulk:
            return await self._pace.wait(outgoing.chat_id)
        async with self._bulk_in_turn:
            return await self._pace.wait(outgoing.chat_id)

    def _is_nearly_over(self, claimed: Claimed) -> bool:
        return claimed.until - time.monotonic() < LONGEST_SEND_SECONDS

    async def _deliver(self, outgoing: Outgoing) -> str:
        deliver = self._channels.get(outgoing.channel)
        if outgoing.fault is not None:
            raise SendFailed(outgoing.fault, retryable=True)
        if deliver is None:
            raise SendFailed("this installation does not have the channel", retryable=True)
        try:
            return await asyncio.wait_for(deliver(outgoing), LONGEST_SEND_SECONDS)
        except TimeoutError as error:
            raise SendFailed("timed out", retryable=True, ambiguous=True) from error

    async def _write_down(self, record: Callable[[], None]) -> None:
        """A message that was sent but not written down goes out twice: so try for a long while.

        Until then nothing new is claimed, so that the store hears of this first.
        """
        if await self._is_written(record):
            return
        self._unwritten += 1
        try:
            for tried in range(WRITE_DOWN_TRIES):
                await asyncio.sleep(WRITE_DOWN_PAUSE_SECONDS)
                if await self._is_written(record):
                    return
                if self._ends and tried >= WRITE_DOWN_TRIES_AT_THE_END:
                    return
        finally:
            self._unwritten -= 1

    async def _is_written(self, record: Callable[[], None]) -> bool:
        try:
            await asyncio.to_thread(record)
        except SQLAlchemyError as error:
            log.warning("outbox: could not write down: %s", type(error).__name__)
            return False
        return True

    def _look(self, outgoing: Outgoing) -> Wait | Stop | None:
        with self._database.reading() as session:
            return last_look(session, self._post, outgoing.id, self._clock())

    def _obey(self, outgoing: Outgoing, verdict: Wait | Stop) -> None:
        with self._database.writing() as session:
            row = find_held(session, outgoing)
            if row is None:
                return
            if isinstance(verdict, Wait):
                put_off(session, row, verdict.until, self._clock())
            else:
                stop(session, self._post, row, verdict.why, self._clock())

    def _put_back(self, outgoing: Outgoing, seconds: float, why: str) -> None:
        with self._database.writing() as session:
            row = find_held(session, outgoing)
            if row is not None:
                put_back(row, self._clock() + timedelta(seconds=seconds), why)

    def _record_sent(self, outgoing: Outgoing, delivered_id: str) -> None:
        with self._database.writing() as session:
            self._tell(session, record_sent(session, outgoing, delivered_id, self._clock()))

    def _record_failure(self, outgoing: Outgoing, failure: SendFailed) -> None:
        with self._database.writing() as session:
            self._tell(session, record_failure(session, outgoing, failure, self._clock()))

    def _tell(self, session: Session, row: OutboxMessage | None) -> None:
        """What it means for the ledger. A fault in that must not make us send it once more."""
        if row is None:
            return
        try:
            with session.begin_nested():
                self._tell_ledger(session, row)
                session.flush()
        except OperationalError:
            raise
        except Exception:
            log.exception("outbox %s: the ledger could not take it", row.id)
            note_fault(session, row, self._clock())

    def _tell_ledger(self, session: Session, row: OutboxMessage) -> None:
        now = self._clock()
        take_outcome(session, self._post, row, now)
        person_id = row.conversation.person_id
        if row.state is DeliveryState.undeliverable and not row.bulk and person_id is not None:
            note_unreachable(session, person_id, "blocked", now)
