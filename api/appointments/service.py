"""Looking up appointments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentState
from api.cases.models import Case


def find_next(session: Session, participant_id: UUID, now: datetime) -> Appointment | None:
    """The first planned appointment of this participant that has not begun."""
    return next(iter(list_next(session, participant_id, now, 1)), None)


def list_next(
    session: Session, participant_id: UUID, after: datetime, most: int
) -> list[Appointment]:
    """At most so many planned appointments of this participant after a moment, in their order."""
    query = (
        select(Appointment)
        .join(Case)
        .where(
            Case.participant_id == participant_id,
            Case.closed_on.is_(None),
            Appointment.state == AppointmentState.planned,
            Appointment.starts_at > after,
        )
        .order_by(Appointment.starts_at)
        .limit(most)
    )
    return list(session.scalars(query))
