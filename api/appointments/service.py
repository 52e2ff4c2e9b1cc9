"""Looking up appointments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentState
from api.cases.models import Case


def find_next(session: Session, participant_id: UUID, now: datetime) -> Appointment | None:
    """The first planned appointment of this participant that has not begun."""
    return session.scalar(
        select(Appointment)
        .join(Case)
        .where(
            Case.participant_id == participant_id,
            Case.closed_on.is_(None),
            Appointment.state == AppointmentState.planned,
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def find_later(session: Session, first: Appointment, most: int) -> list[Appointment]:
    """At most so many planned appointments of the same case after this one."""
    query = (
        select(Appointment)
        .where(
            Appointment.case_id == first.case_id,
            Appointment.state == AppointmentState.planned,
            Appointment.starts_at > first.starts_at,
        )
        .order_by(Appointment.starts_at)
        .limit(most)
    )
    return list(session.scalars(query))
