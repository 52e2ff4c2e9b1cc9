"""What the keepers of the texts have to look at: numbers that ended, answers called wrong."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.models import ContentTask, TaskKind
from api.cases.models import LocalRule
from api.cases.rules import Rules
from api.clock import Clock, local
from api.db import Database, insert_once
from api.errors import NotFound
from api.loops import repeat
from api.people.models import Person

LOOK_AGAIN_SECONDS = 3600.0
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Reported:
    """Whether this is the first open report of the answer."""

    first: bool


def open_rule_tasks(session: Session, rules: Rules, now: datetime) -> int:
    """One task for each rule that ended or is due for review, once; returns how many are new."""
    known = set(session.scalars(select(ContentTask.subject).filter_by(kind=TaskKind.rule)))
    today = local(now).date()
    own = session.scalars(
        select(LocalRule).where(LocalRule.review_by < today, LocalRule.valid_until.is_(None))
    )
    overdue = [f"{rule.key} {rule.valid_from}" for rule in rules.overdue(today)]
    overdue += [f"{rule.key} {rule.valid_from} {rule.municipality_id}" for rule in own]
    new = [subject for subject in overdue if subject not in known]
    return sum(_open(session, TaskKind.rule, subject, now) for subject in new)


def report_answer(session: Session, topic: str, now: datetime) -> Reported:
    """A coach says that this answer is wrong or old; reports of one answer are counted together."""
    if _open(session, TaskKind.reported, topic, now):
        return Reported(first=True)
    task = session.scalars(
        select(ContentTask).filter_by(kind=TaskKind.reported, subject=topic, closed_at=None)
    ).one()
    task.times += 1
    return Reported(first=False)


def list_tasks(session: Session) -> list[ContentTask]:
    """Open tasks, the oldest first."""
    query = select(ContentTask).where(ContentTask.closed_at.is_(None))
    return list(session.scalars(query.order_by(ContentTask.opened_at, ContentTask.id)))


def close_task(session: Session, task_id: int, me: Person, now: datetime) -> None:
    """Somebody looked at it; closing twice changes nothing. Raises NotFound."""
    task = session.get(ContentTask, task_id) if abs(task_id) <= LARGEST_ID else None
    if task is None:
        raise NotFound("there is no such task")
    if task.closed_at is None:
        task.closed_at, task.closed_by_id = now, me.id


def _open(session: Session, kind: TaskKind, subject: str, now: datetime) -> bool:
    return insert_once(session, ContentTask, kind=kind, subject=subject, times=1, opened_at=now)


@dataclass(frozen=True)
class RuleWatch:
    """Looks every hour for numbers that ended; texts drop them by themselves."""

    database: Database
    rules: Rules
    clock: Clock

    async def run(self) -> None:
        """Until cancelled."""
        await repeat("rules", partial(asyncio.to_thread, self._look), LOOK_AGAIN_SECONDS)

    def _look(self) -> None:
        with self.database.writing() as session:
            open_rule_tasks(session, self.rules, self.clock())
