"""What should be planned against what is: reminders follow the case store, in its transaction.

`outdated` only reads and `write` only writes, so that the daily sweep can hold the store briefly.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentState, WorkingHours
from api.appointments.slots import works_there
from api.cases.findings import Finding, Key
from api.cases.models import Case, Law, Participant
from api.db import insert_many_once
from api.people.models import Municipality
from api.reminders.models import (
    AGAIN,
    CHANGES,
    QuietTime,
    Reminder,
    ReminderKind,
    ReminderState,
)
from api.reminders.quiet import Quiet
from api.reminders.wanted import Facts, Planned, Wanted, wanted
from api.signals import REMINDERS, wake_after_commit

type Row = dict[str, Any]
FOLLOWS = frozenset(ReminderKind) - CHANGES - {ReminderKind.unreachable}
"""These are worked out of the case; the others happened once."""
_TABLE = Reminder.metadata.tables["reminder"]
_MOVED = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("reminder"), _TABLE.c.done_at.is_(None))
    .values(due_at=bindparam("due"))
)


@dataclass(frozen=True)
class Outdated:
    """What has to change in the ledger, by case."""

    missing: Mapping[UUID, Sequence[Row]]
    moved: Mapping[UUID, Sequence[Row]]
    superfluous: Mapping[UUID, Sequence[int]]

    @property
    def cases(self) -> set[UUID]:
        return {*self.missing, *self.moved, *self.superfluous}


def outdated(
    session: Session, findings: Mapping[UUID, Mapping[Key, Finding]], now: datetime
) -> Outdated:
    """What is missing in the ledger of these cases, and what must not leave any more.

    What is due already is left to the worker, which looks at the case again before it sends;
    so is what a regisseur sent once more and quiet hours keep back.
    """
    missing: dict[UUID, list[Row]] = {}
    moved: dict[UUID, list[Row]] = {}
    superfluous: dict[UUID, list[int]] = {}
    stored = _stored(session, list(findings))
    for id, facts in _facts(session, findings, stored, now).items():
        want = {each.key: each for each in wanted(facts, now)}
        have = stored[id]
        if added := [_row(facts, want[key], now) for key in want.keys() - have.keys()]:
            missing[id] = added
        open = {
            key: row
            for key, row in have.items()
            if row.done_at is None and row.due_at > now and AGAIN not in key
        }
        if gone := [row.id for key, row in open.items() if key not in want]:
            superfluous[id] = gone
        shifted = [
            {"reminder": row.id, "due": want[key].due_at}
            for key, row in open.items()
            if key in want and want[key].due_at != row.due_at
        ]
        if shifted:
            moved[id] = shifted
    return Outdated(missing, moved, superfluous)


def write(session: Session, changes: Outdated, only: Iterable[UUID] | None = None) -> int:
    """Bring the ledger of these cases in line; how many of them changed."""
    cases = sorted(changes.cases if only is None else changes.cases & set(only))
    gone = [id for case in cases for id in changes.superfluous.get(case, ())]
    added = [row for case in cases for row in changes.missing.get(case, ())]
    moved = [row for case in cases for row in changes.moved.get(case, ())]
    if gone:
        session.execute(delete(Reminder).where(Reminder.id.in_(gone), Reminder.done_at.is_(None)))
    if moved:
        session.connection().execute(_MOVED, moved)
    if added:
        insert_many_once(session, Reminder, added)
    if cases:
        wake_after_commit(session, REMINDERS)
    return len(cases)


def quiet_of(session: Session, case: Case) -> Quiet:
    """The quiet hours that hold for the participant of this case."""
    town = session.get_one(Municipality, case.municipality_id)
    own = _own_quiet(session, [case.participant_id])
    return _quiet(town, own[case.participant_id])


def _stored(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What stands in the ledger, by case and key."""
    query = select(
        *(Reminder.case_id, Reminder.key, Reminder.id, Reminder.due_at, Reminder.done_at)
    ).where(Reminder.case_id.in_(case_ids), Reminder.kind.in_(FOLLOWS))
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for row in session.execute(query):
        found[row.case_id][row.key] = row
    return found


def _facts(
    session: Session,
    findings: Mapping[UUID, Mapping[Key, Finding]],
    stored: Mapping[UUID, Mapping[str, Any]],
    now: datetime,
) -> dict[UUID, Facts]:
    """What the reminders of these cases hang on, in a few statements however many they are."""
    ids = list(findings)
    columns = (Case.id, Case.municipality_id, Case.participant_id, Case.regisseur_id)
    query = (
        select(*columns, Case.law, Case.closed_on, Participant.paused_until)
        .join(Participant, Participant.person_id == Case.participant_id)
        .where(Case.id.in_(ids))
    )
    cases = session.execute(query).all()
    towns = {id: session.get_one(Municipality, id) for id in {row.municipality_id for row in cases}}
    own = _own_quiet(session, [row.participant_id for row in cases])
    quiet: dict[tuple[str, tuple[tuple[int, str, str], ...]], Quiet] = {}
    planned = _appointments(session, ids, now)
    with_times = {(each.person_id, each.municipality_id) for each in _with_times(session)}
    found = {}
    for row in cases:
        town, times = towns[row.municipality_id], own[row.participant_id]
        known = (town.id, times)
        if known not in quiet:
            quiet[known] = _quiet(town, times)
        is_open, is_told = row.closed_on is None, row.law is Law.wi2021
        found[row.id] = Facts(
            case_id=row.id,
            municipality_id=town.id,
            quiet=quiet[known],
            before=town.remind_before,
            appointments=planned[row.id] if is_open else (),
            findings=_certain(findings[row.id]) if is_open and is_told else {},
            paused_until=row.paused_until,
            standing={key for key, each in stored[row.id].items() if each.done_at is None},
            gone={key for key, each in stored[row.id].items() if each.done_at is not None},
            can_choose=(row.regisseur_id, town.id) in with_times,
        )
    return found


def _certain(findings: Mapping[Key, Finding]) -> dict[Key, Finding]:
    """What rests on an unclear rule is never told as certain."""
    return {key: each for key, each in findings.items() if each.may_be_told}


def _appointments(
    session: Session, case_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[Planned]]:
    query = select(
        *(Appointment.case_id, Appointment.id, Appointment.kind, Appointment.starts_at)
    ).where(
        Appointment.case_id.in_(case_ids),
        Appointment.state == AppointmentState.planned,
        Appointment.starts_at > now,
    )
    found: dict[UUID, list[Planned]] = defaultdict(list)
    for case_id, id, kind, starts_at in session.execute(query):
        found[case_id].append(Planned(id, kind, starts_at))
    return found


def _with_times(session: Session) -> Sequence[WorkingHours]:
    return session.scalars(select(WorkingHours).where(works_there())).all()


def _own_quiet(
    session: Session, person_ids: Sequence[UUID]
) -> dict[UUID, tuple[tuple[int, str, str], ...]]:
    query = select(
        *(QuietTime.person_id, QuietTime.weekday, QuietTime.begins, QuietTime.ends)
    ).where(QuietTime.person_id.in_(person_ids))
    found: dict[UUID, list[tuple[int, str, str]]] = defaultdict(list)
    for person_id, weekday, begins, ends in session.execute(query):
        found[person_id].append((weekday, begins, ends))
    return defaultdict(tuple, {id: tuple(sorted(times)) for id, times in found.items()})


def _quiet(town: Municipality, own: tuple[tuple[int, str, str], ...]) -> Quiet:
    return Quiet(town.quiet_from, town.quiet_until, town.office_hours, own)


def _row(facts: Facts, each: Wanted, now: datetime) -> Row:
    return {
        "key": each.key,
        "municipality_id": facts.municipality_id,
        "case_id": facts.case_id,
        "appointment_id": each.appointment_id,
        "kind": each.kind,
        "about": each.about,
        "at": each.at,
        "minutes_before": each.minutes_before,
        "until": each.until,
        "urgent": False,
        "planned_at": now,
        "due_at": each.due_at,
        "state": ReminderState.planned,
        "tries": 0,
    }
