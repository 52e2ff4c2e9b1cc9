"""What a participant does with their own appointments; each of these needs no regisseur.

The caller has made sure that it is their own. Nobody is told what they did themselves; the
regisseur sees it on the list of the day.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from api.appointments.diary import occupy
from api.appointments.models import (
    Answer,
    Appointment,
    AppointmentKind,
    AppointmentState,
)
from api.appointments.slots import Slot, slot_at
from api.cases.history import acting
from api.cases.models import Case
from api.cases.rules import Rules
from api.cases.service import plan


def book(
    session: Session, rules: Rules, case: Case, kind: AppointmentKind, slot: Slot, now: datetime
) -> Appointment:
    """A new appointment with the regisseur of the case. Taken where the time is gone."""
    acting(session, case.participant_id, now)
    slot_at(session, case.regisseur_id, case.municipality_id, slot.starts_at)
    made = Appointment(
        case_id=case.id,
        kind=kind,
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        place=slot.place,
        regisseur_id=case.regisseur_id,
        interpreter=True if case.interpreter_language else None,
        answer=Answer.confirmed,
        answered_at=now,
    )
    with session.begin_nested():  # without the time there is no appointment
        session.add(made)
        session.flush()
        occupy(session, made)
    plan(session, rules, [case.id], now)
    return made


def move(
    session: Session, rules: Rules, appointment: Appointment, slot: Slot, now: datetime
) -> None:
    """The same appointment at another time. Taken where that is gone; then the old one stays."""
    case = appointment.case
    acting(session, case.participant_id, now)
    slot_at(session, case.regisseur_id, case.municipality_id, slot.starts_at)
    with session.begin_nested():
        appointment.starts_at, appointment.minutes = slot.starts_at, slot.minutes
        appointment.regisseur_id = case.regisseur_id
        appointment.place = slot.place
        appointment.answer, appointment.answered_at = Answer.confirmed, now
        session.flush()
        occupy(session, appointment)
    plan(session, rules, [case.id], now)


def confirm(session: Session, appointment: Appointment, now: datetime) -> None:
    """The participant will be there."""
    if appointment.answer is not Answer.confirmed:
        acting(session, appointment.case.participant_id, now)
        appointment.answer, appointment.answered_at = Answer.confirmed, now
        session.flush()


def cancel(session: Session, rules: Rules, appointment: Appointment, now: datetime) -> None:
    """The participant cannot be there; the time is free for somebody else."""
    acting(session, appointment.case.participant_id, now)
    appointment.state = AppointmentState.cancelled
    appointment.answer, appointment.answered_at = Answer.declined, now
    session.flush()
    occupy(session, appointment)
    plan(session, rules, [appointment.case_id], now)


def set_interpreter(
    session: Session, appointment: Appointment, wanted: bool, now: datetime
) -> None:
    """Whether an interpreter is wanted."""
    acting(session, appointment.case.participant_id, now)
    appointment.interpreter = wanted
    session.flush()


def set_by_phone(session: Session, appointment: Appointment, by_phone: bool, now: datetime) -> None:
    """By telephone, or at the place of the regisseur."""
    acting(session, appointment.case.participant_id, now)
    appointment.by_phone = by_phone
    session.flush()
