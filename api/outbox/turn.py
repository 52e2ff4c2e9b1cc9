"""Whose turn it is to send: Telegram's limits hold for a bot token, so one process sends for it.

The others stand by, and one of them takes over when the lease of the sender has run out.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.clock import Clock
from api.db import Database, insert_once
from api.outbox.models import SenderLease
from api.signals import OUTBOX

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0
LOOK_SECONDS = 1.0
"""Who stands by looks so often whether the lease has run out."""
MARGIN_SECONDS = 1.0
"""Who could not renew stops so long before the others may begin."""
SETTLE_SECONDS = 1.0
"""After a take-over: the other may have sent its share of this second already."""
INSTALLATION = "installation"


class Taken(StrEnum):
    first = "first"
    """Nobody ever sent for this name."""
    over = "over"
    """Somebody else had it before."""
    again = "again"


def turn_name(token: SecretStr | None) -> str:
    """By the part of the token that is no secret; without Telegram there is one name for all."""
    if token is None:
        return INSTALLATION
    return f"telegram:{token.get_secret_value().partition(':')[0]}"[:80]


def take_turn(session: Session, name: str, holder: str, now: datetime) -> Taken | None:
    """Take or renew the lease; None while it is somebody else's."""
    until = now + LEASE
    if insert_once(session, SenderLease, name=name, holder=holder, leased_until=until):
        return Taken.first
    lease = session.get_one(SenderLease, name, with_for_update=True)
    is_again = lease.holder == holder
    if not is_again and lease.leased_until > now:
        return None
    lease.holder, lease.leased_until = holder, until
    return Taken.again if is_again else Taken.over


def give_back(session: Session, name: str, holder: str, now: datetime) -> None:
    """Somebody else may take it at once."""
    lease = session.get(SenderLease, name, with_for_update=True)
    if lease is not None and lease.holder == holder:
        lease.leased_until = min(lease.leased_until, now)


class SenderTurn:
    """This process's view of it. It goes by its own monotonic clock, and stops too early
    rather than too late."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        name: str = INSTALLATION,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._clock, self._name = database, clock, name
        self._monotonic = monotonic
        self._holder = secrets.token_hex(16)
        self._from = self._until = 0.0

    def is_ours(self) -> bool:
        """Whether this process may send at this moment."""
        return self._from <= self._monotonic() < self._until

    async def run(self) -> None:
        """Take it, or stand by until it is free; until cancelled."""
        while True:
            was_ours = self.is_ours()
            pause = LOOK_SECONDS
            try:
                if await asyncio.to_thread(self.take):
                    pause = RENEW_SECONDS
            except SQLAlchemyError as error:
                log.warning("turn to send: the store does not answer: %s", type(error).__name__)
            await asyncio.sleep(max(0.0, min(pause, self._from - self._monotonic())))
            if self.is_ours() and not was_ours:
                log.info("this process sends for %s", self._name)
                self._database.signals.wake(OUTBOX)
            await asyncio.sleep(pause)

    def take(self) -> bool:
        """Take or renew it, if it is free or ours."""
        began, now = self._monotonic(), self._clock()
        if not self.is_ours() and not self._seems_free(now):
            return False
        with self._database.writing() as session:
            taken = take_turn(session, self._name, self._holder, now)
        if taken is None:
            self._until = 0.0
            return False
        if taken is Taken.over:
            self._from = self._monotonic() + SETTLE_SECONDS
        self._until = began + LEASE.total_seconds() - MARGIN_SECONDS
        return True

    def leave(self) -> None:
        """At the end: let somebody else take over at once."""
        self._until = 0.0
        try:
            with self._database.writing() as session:
                give_back(session, self._name, self._holder, self._clock())
        except SQLAlchemyError as error:
            log.warning("turn to send: could not give it back: %s", type(error).__name__)

    def _seems_free(self, now: datetime) -> bool:
        """Only reads, so that those who stand by do not write all the time."""
        with self._database.reading() as session:
            lease = session.get(SenderLease, self._name)
            return lease is None or lease.holder == self._holder or lease.leased_until <= now
