"""Whether a reminder is still true: looked up in the case store just before it leaves."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.findings import Finding, Key, State
from api.cases.spans import DAY
from api.clock import local
from api.reminders.models import AGAIN, CHANGES, Reminder, ReminderKind, ReminderState
from api.reminders.wanted import JUST_TOLD, TALK_DAYS_BEFORE, end_of

UNDER_WAY = (ReminderState.sending, ReminderState.sent)


def why_stale(reminder: Reminder, finding: Finding | None, now: datetime) -> str | None:
    """A word for what is not true any more; None while it is.

    `finding` is that of the deadline or of the talk, as it is worked out now.
    """
    if reminder.case.closed_on is not None and reminder.kind is not ReminderKind.cancelled:
        return "closed"
    if now >= reminder.until:
        return "past"
    match reminder.kind:
        case ReminderKind.deadline | ReminderKind.choose:
            return _deadline_is_stale(reminder, finding)
        case ReminderKind.cancelled:
            is_off = _state(reminder) in (None, AppointmentState.cancelled)
            return None if is_off else "planned"
        case ReminderKind.unreachable:
            return None
    appointment = reminder.appointment
    if appointment is None or appointment.state is not AppointmentState.planned:
        return "cancelled"
    return None if appointment.starts_at == reminder.at else "moved"


def why_untrue(
    session: Session, reminder: Reminder, finding: Finding | None, now: datetime
) -> str | None:
    """The same, and whether what it asks for was done meanwhile."""
    if why := why_stale(reminder, finding, now):
        return why
    is_planned = reminder.kind is ReminderKind.choose and has_talk_near(session, reminder)
    return "planned" if is_planned else None


def has_talk_near(session: Session, reminder: Reminder) -> bool:
    """Whether a progress talk was planned meanwhile around the day that it is about."""
    on, near = local(reminder.at).date() - DAY, timedelta(days=TALK_DAYS_BEFORE)
    query = select(Appointment.id).where(
        Appointment.case_id == reminder.case_id,
        Appointment.kind == AppointmentKind.progress_talk,
        Appointment.state == AppointmentState.planned,
        Appointment.starts_at >= end_of(on - near - DAY),
        Appointment.starts_at < end_of(on + near),
    )
    return session.scalar(query.limit(1)) is not None


def was_just_told(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Whether the person hears of the same appointment at this moment, because it was changed."""
    if AGAIN in reminder.key:  # a regisseur sends it once more, and knows why
        return False
    query = select(Reminder.id).where(
        Reminder.appointment_id == reminder.appointment_id,
        Reminder.kind.in_(CHANGES),
        or_(
            Reminder.done_at.is_(None) & (Reminder.due_at <= now),
            Reminder.state.in_(UNDER_WAY) & (Reminder.done_at > now - JUST_TOLD),
        ),
    )
    return session.scalar(query.limit(1)) is not None


def is_told_later(session: Session, reminder: Reminder) -> bool:
    """Whether the town tells a change of the appointment that came after the words were made."""
    query = select(Reminder.id).where(
        Reminder.appointment_id == reminder.appointment_id,
        Reminder.kind.in_(CHANGES),
        Reminder.id != reminder.id,
        Reminder.planned_at >= reminder.done_at,
        Reminder.state.in_((ReminderState.planned, *UNDER_WAY)),
    )
    return session.scalar(query.limit(1)) is not None


def key_of(reminder: Reminder) -> Key | None:
    """The finding that it hangs on."""
    return Key(reminder.about) if reminder.about else None


def is_change(reminder: Reminder) -> bool:
    """Something that the town did to an appointment of the person."""
    return reminder.kind in CHANGES


def _deadline_is_stale(reminder: Reminder, finding: Finding | None) -> str | None:
    if finding is None or finding.on is None or finding.state in (State.done, State.unknown):
        return "done"
    if end_of(finding.on) != reminder.at:
        return "moved"
    return None if finding.may_be_told else "unclear"


def _state(reminder: Reminder) -> AppointmentState | None:
    return reminder.appointment.state if reminder.appointment else None
