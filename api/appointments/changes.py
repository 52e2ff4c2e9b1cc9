"""What follows from a change of an appointment: its time is taken, and the participant told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.diary import occupy
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.models import Case
from api.errors import Conflict
from api.reminders.announcing import announce, is_untold
from api.reminders.models import ReminderKind


@dataclass(frozen=True)
class Seen:
    """An appointment as its participant knows it."""

    state: AppointmentState
    starts_at: datetime
    place: str | None
    by_phone: bool

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        return cls(
            appointment.state, appointment.starts_at, appointment.place, appointment.by_phone
        )


def follow(
    session: Session,
    appointment: Appointment,
    before: Seen | None,
    now: datetime,
    *,
    tell: bool = True,
) -> None:
    """After the town wrote an appointment; `before` is how it stood, None where it is new.

    Without `tell` the participant hears of it later, from its reminders. An answer counts for the
    moment that it was given for, and not where what was cancelled is planned again. Raises Taken.
    """
    if before is not None and _is_another(before, Seen.of(appointment)):
        appointment.answer = appointment.answered_at = None
    if appointment.regisseur_id is None:
        appointment.regisseur_id = appointment.case.regisseur_id
    session.flush()
    occupy(session, appointment)
    kind = what_changed(before, Seen.of(appointment))
    if kind is not None and tell:
        announce(session, appointment, kind, now)


def cancel_planned(
    session: Session, case: Case, kinds: Collection[AppointmentKind], now: datetime
) -> None:
    """The appointments of these kinds that are still to come do not take place; who has one is
    told."""
    planned = select(Appointment).where(
        Appointment.case_id == case.id,
        Appointment.kind.in_(kinds),
        Appointment.state == AppointmentState.planned,
        Appointment.starts_at > now,
    )
    for appointment in session.scalars(planned).all():
        before = Seen.of(appointment)
        appointment.state = AppointmentState.cancelled
        follow(session, appointment, before, now)


def check_removable(session: Session, appointment: Appointment, now: datetime) -> None:
    """Conflict where somebody still expects it: cancelled first, and told, it may go."""
    is_expected = appointment.state is AppointmentState.planned and appointment.starts_at > now
    if is_expected or is_untold(session, appointment.id):
        raise Conflict(
            "cancel the appointment first, so that the participant hears of it",
            "error.cancel_first",
        )


def _is_another(before: Seen, after: Seen) -> bool:
    planned = AppointmentState.planned
    is_back = after.state is planned and before.state is not planned
    return is_back or before.starts_at != after.starts_at


def what_changed(before: Seen | None, after: Seen) -> ReminderKind | None:
    """What the participant has to hear; None where nothing changed for them."""
    planned = AppointmentState.planned
    if after.state is planned:
        if before is None or before.state is not planned:
            return ReminderKind.new
        return None if before == after else ReminderKind.moved
    was_expected = before is not None and before.state is planned
    return ReminderKind.cancelled if was_expected and after.state == "cancelled" else None
