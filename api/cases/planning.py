"""What is due first in every open case, worked out anew each day and whenever a rule changed.

People write in the store meanwhile: what would change is found by reading, and only that is
written, a few hundred cases at a time. The row of the day (`Planning`) remembers how far it came.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, func, not_, select, text
from sqlalchemy.orm import Session

from api.cases.access import every_open_case
from api.cases.history import Change
from api.cases.models import Case, Planning
from api.cases.rules import Rules
from api.cases.service import OutdatedPlans, known_rules, outdated_plans, write_plans
from api.clock import Clock, local
from api.db import Database, insert_once
from api.leases import Claim, held
from api.loops import repeat
from api.people.models import Municipality

log = logging.getLogger(__name__)

BATCH = 500
"""Cases at once: the store is held for a tenth of a second, even if all of them change."""
LARGE = 1_000
PAUSE_SECONDS = 0.02
LOOK_AGAIN_SECONDS = 300.0
LEASE = timedelta(minutes=1)
_CLAIM = Claim(Planning, order=(Planning.id,), lease_for=LEASE)


@dataclass(frozen=True)
class Planned:
    cases: int = 0
    """How many were looked at."""
    changed: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        return Planned(self.cases + other.cases, self.changed + other.changed)


def plan_all(
    database: Database,
    rules: Rules,
    now: datetime,
    progress: Callable[[Planned], None] | None = None,
) -> Planned:
    """Every open case, now; `progress` hears after each batch how many there were so far."""
    so_far, after = Planned(), None
    while batch := _next_batch(database, rules, after, now):
        if batch.found.cases:
            with database.writing() as session:
                so_far += Planned(changed=batch.write(session))
        so_far, after = so_far + Planned(cases=len(batch.ids)), batch.ids[-1]
        if progress is not None:
            progress(so_far)
    with database.writing() as session:
        _take_stock(session)
    return so_far


@dataclass(frozen=True)
class Planner:
    """Plans once a day, whatever number of processes runs this; after a fault it goes on."""

    database: Database
    rules: Rules
    clock: Clock

    async def run(self) -> None:
        """Until cancelled."""
        await repeat("planning", self.plan_today, LOOK_AGAIN_SECONDS)

    async def plan_today(self) -> Planned | None:
        """None where the day was planned with these rules, or another process is at it."""
        job = await asyncio.to_thread(self._claim)
        if job is None:
            return None
        so_far = Planned()
        while batch := await asyncio.to_thread(self._batch, job):
            so_far += batch
            await asyncio.sleep(PAUSE_SECONDS)
        log.info("planning: %s cases, %s changed", so_far.cases, so_far.changed)
        return so_far

    def _claim(self) -> Planning | None:
        now = self.clock()
        today = local(now).date()
        with self.database.reading() as session:
            job = {"day": today, "rules": fingerprint(session, self.rules, today)}
            planned = session.scalar(select(Planning).filter_by(**job))
        if planned is not None and planned.done_at is not None:
            return None
        with self.database.writing() as session:
            # What was begun for another day, or with other rules, is not gone on with.
            is_this = (Planning.day == job["day"]) & (Planning.rules == job["rules"])
            session.execute(delete(Planning).where(not_(is_this)))
            insert_once(session, Planning, **job, due_at=now, tries=0)
            return next(iter(_CLAIM(session, now, 1)), None)

    def _batch(self, job: Planning) -> Planned | None:
        """The next cases of the day; None when all are done, or the lease is no longer ours."""
        now = self.clock()
        batch = _next_batch(self.database, self.rules, job.after_id, now)
        with self.database.writing() as session:
            row = held(session, Planning, job.id, job.lease)
            if row is None:
                return None
            if batch is None:
                _take_stock(session)
                row.finish(now)
                return None
            row.leased_until, row.after_id = now + LEASE, batch.ids[-1]
            changed = batch.write(session)
        job.after_id = batch.ids[-1]
        return Planned(len(batch.ids), changed)


def fingerprint(session: Session, rules: Rules, today: date) -> str:
    """Changes with every value of a rule that holds today, and with the settings of reminders."""
    towns = session.scalars(select(Municipality).order_by(Municipality.id)).all()
    known = {town.id: known_rules(session, rules, town.id, today) for town in towns}
    values = [
        f"{town} {key} {rule.value}\n"
        for town, told in known.items()
        for key, rule in sorted(told.items())
    ]
    settings = [
        f"{town.id} {town.remind_before} {town.quiet_from} {town.quiet_until} {town.closed_on}\n"
        for town in towns
    ]
    return sha256("".join(values + settings).encode()).hexdigest()


@dataclass(frozen=True)
class _Batch:
    """What was worked out for some cases, and which change of each was the last one then."""

    ids: Sequence[UUID]
    seen: Mapping[UUID, int]
    found: OutdatedPlans
    """Only where it is not what stands in the store."""

    def write(self, session: Session) -> int:
        """Write it; a case that somebody changed meanwhile was planned with that change."""
        ids = list(self.found.cases)
        if not ids:
            return 0
        free = every_open_case().where(Case.id.in_(ids)).order_by(Case.id)
        locked = set(session.scalars(free.with_for_update(skip_locked=True)))
        now = _last_changes(session, ids)
        still = {id for id in locked if now.get(id) == self.seen.get(id)}
        return write_plans(session, self.found, still)


def _next_batch(
    database: Database, rules: Rules, after: UUID | None, now: datetime
) -> _Batch | None:
    query = every_open_case().order_by(Case.id).limit(BATCH)
    with database.reading() as session:
        ids = session.scalars(query if after is None else query.where(Case.id > after)).all()
        if not ids:
            return None
        # The changes first: what is changed after that was not seen, whatever is read of it.
        seen = _last_changes(session, ids)
        return _Batch(ids, seen, outdated_plans(session, rules, ids, now))


def _last_changes(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(Change.case_id, func.max(Change.id)).where(Change.case_id.in_(ids))
    return {id: last for id, last in session.execute(query.group_by(Change.case_id)) if id}


def _take_stock(session: Session) -> None:
    """Let SQLite count what is in the table of cases, so that it knows which index narrows most.

    Without it a search by name goes through every case. PostgreSQL does this by itself. Only this
    table, and only once it is large: what was counted must not mislead where a table grows fast.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    count = session.scalar(select(func.count()).select_from(every_open_case().subquery()))
    if count and count >= LARGE:
        session.execute(text("PRAGMA analysis_limit = 400"))
        session.execute(text('ANALYZE "case"'))
