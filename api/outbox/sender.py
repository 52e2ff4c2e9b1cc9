"""The worker that sends what is due, paced, and writes down what became of each message."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from api.answers.words import Words
from api.clock import Clock
from api.conversations.models import Channel
from api.db import Database
from api.loops import AFTER_A_FAULT_SECONDS, ClaimLoop
from api.outbox.pace import Pace
from api.outbox.service import Outgoing, SendFailed, claim_due, record_failure, record_sent
from api.signals import OUTBOX

log = logging.getLogger(__name__)

Deliver = Callable[[Outgoing], Awaitable[str]]
"""A channel is one function: send, and return the channel's own id; raises SendFailed."""

SIDE_BY_SIDE = 30
"""Messages on their way at the same time in this process."""
WRITE_DOWN_TRIES = 10


class Sender:
    def __init__(
        self,
        database: Database,
        words: Words,
        clock: Clock,
        channels: Mapping[Channel, Deliver],
        pace: Pace | None = None,
    ) -> None:
        self._database, self._words, self._clock = database, words, clock
        self._channels = channels
        self._pace = pace or Pace()
        self._loop = ClaimLoop(
            OUTBOX, database.signals, self._claim, self._send, side_by_side=SIDE_BY_SIDE
        )

    async def run(self) -> None:
        """Until cancelled; what is being sent then is finished first."""
        await self._loop.run()

    def _claim(self, limit: int) -> list[Outgoing]:
        with self._database.writing() as session:
            return claim_due(session, self._words, self._clock(), limit)

    async def _send(self, outgoing: Outgoing) -> None:
        deliver = self._channels.get(outgoing.channel)
        try:
            if deliver is None:
                raise SendFailed("this installation does not have the channel", retryable=True)
            if outgoing.channel is not Channel.webchat:
                await self._pace.wait(outgoing.chat_id)
            delivered_id = await deliver(outgoing)
        except SendFailed as failure:
            log.info("outbox %s: %s", outgoing.id, failure.code)
            await self._write_down(partial(self._record_failure, outgoing, failure))
        except Exception as fault:  # ours: it counts as a failed try, so that the chat goes on
            log.exception("outbox %s: unexpected fault", outgoing.id)
            ours = SendFailed(type(fault).__name__, retryable=True, ambiguous=True)
            await self._write_down(partial(self._record_failure, outgoing, ours))
        else:
            await self._write_down(partial(self._record_sent, outgoing, delivered_id))

    async def _write_down(self, record: Callable[[], None]) -> None:
        """A message that was sent but not written down goes out twice: so try for a while."""
        for _ in range(WRITE_DOWN_TRIES):
            try:
                return await asyncio.to_thread(record)
            except SQLAlchemyError as error:
                log.warning("outbox: could not write down: %s", type(error).__name__)
                await asyncio.sleep(AFTER_A_FAULT_SECONDS)
        return None

    def _record_sent(self, outgoing: Outgoing, delivered_id: str) -> None:
        with self._database.writing() as session:
            record_sent(session, outgoing, delivered_id, self._clock())

    def _record_failure(self, outgoing: Outgoing, failure: SendFailed) -> None:
        with self._database.writing() as session:
            record_failure(session, outgoing, failure, self._clock())
