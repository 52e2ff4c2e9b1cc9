"""The loop that takes reminders whose moment has come, and puts them in the outbox."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from api.clock import Clock
from api.db import Database
from api.loops import AFTER_A_FAULT_SECONDS, POLL_SECONDS
from api.reminders.models import Reminder
from api.reminders.service import (
    MOST_TRIES,
    TRY_AGAIN,
    Post,
    claim_due,
    dispatch,
    unreached,
)
from api.signals import REMINDERS

log = logging.getLogger(__name__)

AT_ONCE = 20
"""In one transaction: it is held for about a tenth of a second."""
PAUSE_SECONDS = 0.15
"""After each: others write as well, and SQLite has one writer at a time in no fair order."""


@dataclass(frozen=True)
class ReminderWorker:
    """Any number of processes may run this; a reminder is taken by one of them."""

    database: Database
    post: Post
    clock: Clock

    async def run(self) -> None:
        """Until cancelled; a store that is away is no end."""
        with self.database.signals.listen(REMINDERS) as signal:
            while True:
                try:
                    taken = await asyncio.to_thread(self.dispatch_due)
                except SQLAlchemyError as error:
                    log.warning("reminders: the store does not answer: %s", type(error).__name__)
                    await asyncio.sleep(AFTER_A_FAULT_SECONDS)
                    continue
                if taken:
                    await asyncio.sleep(PAUSE_SECONDS)
                else:
                    await signal.wait(POLL_SECONDS)

    def dispatch_due(self) -> int:
        """The next of those that are due; how many there were.

        Claiming and its consequence are one transaction: who dies in it has done nothing.
        """
        now = self.clock()
        with self.database.writing() as session:
            due = claim_due(session, now, AT_ONCE)
            for reminder in due:
                self._dispatch(session, reminder, now)
            return len(due)

    def _dispatch(self, session: Session, reminder: Reminder, now: datetime) -> None:
        """One that fails must not keep the others: it is tried again, and then told to a person."""
        try:
            with session.begin_nested():
                dispatch(session, self.post, reminder, now)
                session.flush()
        except OperationalError:
            raise
        except Exception as fault:
            log.exception("reminder %s: unexpected fault", reminder.id)
            if reminder.tries < MOST_TRIES:
                reminder.put_back(now + TRY_AGAIN * 2**reminder.tries, type(fault).__name__)
            else:
                unreached(session, reminder, "fault", now)
