"""The day list of a regisseur: who comes, what they answered, and which times are free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from api.appointments.models import Answer, Appointment, AppointmentState
from api.appointments.slots import Slot, free_slots
from api.cases.access import cases_for, towns_of
from api.cases.models import Case, Participant
from api.cases.spans import DAY
from api.clock import midnight
from api.people.models import Person
from api.reminders.models import TASKS, Reminder


@dataclass(frozen=True)
class AgendaRow:
    """An appointment of the day, with what the participant said to it."""

    appointment: Appointment
    case: Case
    person: Person
    unreached: bool
    """A message to this person waits for a regisseur: they may not know of it."""


@dataclass(frozen=True)
class FreeTime:
    """A time that I still have in one of my municipalities."""

    municipality_id: str
    slot: Slot


@dataclass(frozen=True)
class Agenda:
    rows: Sequence[AgendaRow]
    free: Sequence[FreeTime]


def agenda_of(session: Session, me: Person, day: date, mine: bool) -> Agenda:
    """What is on this day in my municipalities, or only with me; and my free times.

    What the participant called off stands in it too: it was expected.
    """
    appointments = session.scalars(_appointments(me, day, mine)).all()
    waiting = _with_tasks(session, [each.case_id for each in appointments])
    rows = [
        AgendaRow(each, each.case, each.case.participant.person, each.case_id in waiting)
        for each in appointments
    ]
    return Agenda(rows, _free(session, me, day))


def _appointments(me: Person, day: date, mine: bool) -> Select[Appointment]:
    with_case = joinedload(Appointment.case)
    query = (
        select(Appointment)
        .where(
            Appointment.starts_at >= midnight(day),
            Appointment.starts_at < midnight(day + DAY),
            Appointment.case_id.in_(cases_for(me).with_only_columns(Case.id)),
            _is_shown(),
        )
        .options(
            with_case.joinedload(Case.participant).joinedload(Participant.person),
            joinedload(Appointment.regisseur),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return query.where(Appointment.regisseur_id == me.id) if mine else query


def _is_shown() -> ColumnElement[bool]:
    cancelled = AppointmentState.cancelled
    called_off = and_(Appointment.state == cancelled, Appointment.answer == Answer.declined)
    return or_(Appointment.state != cancelled, called_off)


def _with_tasks(session: Session, case_ids: Sequence[UUID]) -> set[UUID]:
    query = select(Reminder.case_id).where(
        Reminder.case_id.in_(case_ids), Reminder.state.in_(TASKS)
    )
    return set(session.scalars(query))


def _free(session: Session, me: Person, day: date) -> list[FreeTime]:
    begins, ends = midnight(day), midnight(day + DAY)
    found = [
        FreeTime(town, slot)
        for town in towns_of(me)
        for slot in free_slots(session, me.id, town, begins, ends)
    ]
    return sorted(found, key=lambda free: free.slot.starts_at)
