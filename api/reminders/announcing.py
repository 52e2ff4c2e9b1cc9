"""Telling a participant what the town did to an appointment of theirs."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment
from api.db import insert_once
from api.reminders.models import CHANGES, Reminder, ReminderKind, ReminderState
from api.reminders.planning import quiet_of
from api.reminders.quiet import MINUTE
from api.reminders.staleness import UNDER_WAY
from api.signals import REMINDERS, wake_after_commit

A_NIGHT = timedelta(hours=12)
TOO_LATE = timedelta(hours=2)
"""A change that is heard of less than this before the appointment could be heard of too late."""


def announce(session: Session, appointment: Appointment, kind: ReminderKind, now: datetime) -> None:
    """Tell the participant what the town did to an appointment: once, and only the last of it.

    In quiet hours it waits, unless it would then be heard of too late: so it may pass once.
    """
    case = appointment.case
    unheard = _take_back(session, appointment.id)
    if appointment.starts_at <= now:
        return
    if ReminderKind.new in unheard:  # nobody heard of it yet
        if kind is ReminderKind.cancelled:
            return
        kind = ReminderKind.new
    quiet = quiet_of(session, case)
    later = quiet.leave(now, now, appointment.starts_at - MINUTE)
    urgent = quiet.covers(now) and (later is None or appointment.starts_at - later < TOO_LATE)
    if urgent and later is not None and _passed_lately(session, appointment.id, now):
        urgent = False
    insert_once(
        session,
        Reminder,
        key=f"c:{appointment.id}:{appointment.version}:{kind}",
        municipality_id=case.municipality_id,
        case_id=case.id,
        appointment_id=appointment.id,
        kind=kind,
        at=appointment.starts_at,
        until=appointment.starts_at,
        urgent=urgent,
        planned_at=now,
        due_at=now if urgent or later is None else later,
        state=ReminderState.planned,
        tries=0,
    )
    wake_after_commit(session, REMINDERS)


def is_untold(session: Session, appointment_id: UUID) -> bool:
    """Whether a change of this appointment still has to be told."""
    return session.scalars(_untold(appointment_id).limit(1)).first() is not None


def _take_back(session: Session, appointment_id: UUID) -> set[ReminderKind]:
    """Remove what was not told yet of earlier changes of this appointment; which kinds it was."""
    rows = session.scalars(_untold(appointment_id).with_for_update()).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return {row.kind for row in rows}


def _untold(appointment_id: UUID) -> Select[Reminder]:
    return select(Reminder).where(
        Reminder.appointment_id == appointment_id,
        Reminder.kind.in_(CHANGES),
        Reminder.done_at.is_(None),
    )


def _passed_lately(session: Session, appointment_id: UUID, now: datetime) -> bool:
    """Whether a change of this appointment passed the quiet hours of this night already, and was
    heard."""
    query = select(Reminder.id).where(
        Reminder.appointment_id == appointment_id,
        Reminder.urgent,
        Reminder.planned_at > now - A_NIGHT,
        Reminder.state.in_(UNDER_WAY),
    )
    return session.scalar(query.limit(1)) is not None
