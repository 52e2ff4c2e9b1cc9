"""The ledger as regisseurs see it: of one case, and what waits for somebody to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from api.cases.access import get_case, participant_of, towns_of
from api.cases.models import Case, Participant
from api.cases.rules import Rules
from api.cases.service import findings_of
from api.clock import local
from api.errors import Conflict, Invalid, NotFound
from api.paging import Paging
from api.people.models import Person
from api.reminders.models import AGAIN, TASKS, Reminder, ReminderKind, ReminderState
from api.reminders.staleness import key_of, why_stale
from api.signals import REMINDER_TASKS, REMINDERS, wake_after_commit

MOST_SHOWN = 200
LONGEST_HOW = 200
_SHOWN = (
    joinedload(Reminder.appointment),
    joinedload(Reminder.outbox),
    joinedload(Reminder.handled_by),
)


@dataclass(frozen=True)
class TaskPage:
    """Some of the open tasks; `total` is how many there are."""

    rows: Sequence[Reminder]
    total: int


def list_ledger(
    session: Session, me: Person, case_id: UUID, limit: int = MOST_SHOWN
) -> Sequence[Reminder]:
    """Every message of a case that I may see: planned, sent and not sent, the newest first."""
    get_case(session, me, case_id)
    query = (
        select(Reminder)
        .where(Reminder.case_id == case_id)
        .options(*_SHOWN)
        .order_by(Reminder.due_at.desc(), Reminder.id.desc())
    )
    return session.scalars(query.limit(limit)).all()


def list_tasks(session: Session, me: Person, page: Paging) -> TaskPage:
    """What waits for a regisseur in my municipalities; what waits longest first."""
    who = joinedload(Reminder.case).joinedload(Case.participant).joinedload(Participant.person)
    query = (
        select(Reminder)
        .where(*open_tasks(me))
        .options(who, *_SHOWN)
        .order_by(Reminder.done_at, Reminder.id)
    )
    rows = session.scalars(query.limit(page.size).offset((page.page - 1) * page.size)).all()
    return TaskPage(rows, count_tasks(session, me))


def count_tasks(session: Session, me: Person) -> int:
    """How many messages wait for a regisseur in my municipalities."""
    return session.scalar(select(func.count(Reminder.id)).where(*open_tasks(me))) or 0


def get_reminder(session: Session, me: Person, reminder_id: int) -> Reminder:
    """A message of one of my municipalities, whatever became of it; else NotFound."""
    return _find(session, _mine(me, reminder_id))


def send_again(
    session: Session, rules: Rules, me: Person, reminder_id: int, now: datetime
) -> Reminder:
    """The same message as a new row that is due now; the task is handled by it, without a `how`.

    Conflict where there is nothing to send, or what it says is not true any more.
    """
    task = _get_task(session, me, reminder_id)
    _check_makes_sense(session, rules, task, now)
    again = Reminder(
        key=f"{task.key.partition(AGAIN)[0]}{AGAIN}{task.id}",
        municipality_id=task.municipality_id,
        case_id=task.case_id,
        appointment_id=task.appointment_id,
        kind=task.kind,
        about=task.about,
        at=task.at,
        minutes_before=task.minutes_before,
        until=task.until,
        planned_at=now,
        due_at=now,
    )
    session.add(again)
    _close(session, task, me, None, now)
    wake_after_commit(session, REMINDERS)
    return again


def handle(session: Session, me: Person, reminder_id: int, how: str, now: datetime) -> Reminder:
    """A regisseur called, wrote or told it otherwise. Conflict where it is no open task."""
    how = " ".join(how.split())
    if not 0 < len(how) <= LONGEST_HOW:
        reason = f"say in 1 to {LONGEST_HOW} signs how it was done"
        raise Invalid(f"how: {reason}", "error.handled_how", faults={"how": reason})
    task = _get_task(session, me, reminder_id)
    _close(session, task, me, how, now)
    return task


def open_tasks(me: Person) -> tuple[ColumnElement[bool], ...]:
    """What makes a row of the ledger a task of my municipalities."""
    # The states stand in the statement itself: only so SQLite sees that its index holds them.
    states: BindParameter[Any] = bindparam("states", TASKS, expanding=True, literal_execute=True)
    return Reminder.municipality_id.in_(towns_of(me)), Reminder.state.in_(states)


def _get_task(session: Session, me: Person, reminder_id: int) -> Reminder:
    """An open task of one of my municipalities, locked; NotFound, or Conflict where it is done."""
    task = _find(session, _mine(me, reminder_id).with_for_update(of=Reminder))
    if task.state not in TASKS:
        raise Conflict("this message waits for nobody any more", "error.task_done")
    return task


def _mine(me: Person, reminder_id: int) -> Select[Reminder]:
    return select(Reminder).where(
        Reminder.id == reminder_id, Reminder.municipality_id.in_(towns_of(me))
    )


def _find(session: Session, query: Select[Reminder]) -> Reminder:
    reminder = session.scalar(query)
    if reminder is None:
        raise NotFound("there is no such message in your municipality")
    return reminder


def _check_makes_sense(session: Session, rules: Rules, task: Reminder, now: datetime) -> None:
    if task.kind is ReminderKind.unreachable:
        raise Conflict("it only says that the chat was lost", "error.nothing_to_send")
    if participant_of(session, task.case).stopped_at is not None:
        raise Conflict("this person wants no messages", "error.stopped")
    key = key_of(task)
    found = findings_of(session, rules, task.case, local(now).date()) if key else {}
    if why := why_stale(task, found.get(key) if key else None, now):
        raise Conflict(f"what it says is not true any more: {why}", "error.not_true_any_more")


def _close(session: Session, task: Reminder, me: Person, how: str | None, now: datetime) -> None:
    task.state = ReminderState.handled
    task.handled_by_id, task.handled_at, task.handled_how = me.id, now, how
    session.flush()
    wake_after_commit(session, REMINDER_TASKS)
