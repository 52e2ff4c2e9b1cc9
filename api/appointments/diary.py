"""Whose time an appointment takes: nobody is in two at the same moment.

A day is cut in quarters of an hour; an appointment takes each quarter that it touches. The table's
key refuses a second one, so it holds for any number of requests and processes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.appointments.models import (
    IN_GROUPS,
    Appointment,
    AppointmentState,
    OccupiedQuarter,
)
from api.errors import Conflict

QUARTER = timedelta(minutes=15)


class Taken(Conflict):
    """Somebody has another appointment at that moment; choose another time."""

    key = "error.taken"


def occupy(session: Session, appointment: Appointment) -> None:
    """Take the time of a flushed appointment, or give it back where it is not planned any more.

    Taken where the regisseur or the participant is not free; then the session stands as it stood
    before the call, and what was taken for this appointment earlier is still there.
    """
    taken = [
        {"person_id": person_id, "starts_at": quarter, "appointment_id": appointment.id}
        for person_id in sorted(_people(appointment))
        for quarter in quarters(appointment.starts_at, appointment.minutes)
    ]
    try:
        with session.begin_nested():
            release(session, appointment.id)
            if taken:
                session.execute(insert(OccupiedQuarter), taken)
    except IntegrityError as error:
        raise Taken("at that moment the regisseur or the participant is not free") from error


def release(session: Session, appointment_id: UUID) -> None:
    """Give back the time of an appointment."""
    session.execute(delete(OccupiedQuarter).filter_by(appointment_id=appointment_id))


def occupied(session: Session, person_id: UUID, after: datetime, before: datetime) -> set[datetime]:
    """The quarters in which this person is in an appointment."""
    query = select(OccupiedQuarter.starts_at).where(
        OccupiedQuarter.person_id == person_id,
        OccupiedQuarter.starts_at >= after - QUARTER,
        OccupiedQuarter.starts_at < before,
    )
    return set(session.scalars(query))


def quarters(starts_at: datetime, minutes: int) -> Iterator[datetime]:
    """The begins of the quarters that so many minutes from this moment touch."""
    at = starts_at.replace(minute=starts_at.minute - starts_at.minute % 15, second=0, microsecond=0)
    while at < starts_at + timedelta(minutes=minutes):
        yield at
        at += QUARTER


def _people(appointment: Appointment) -> set[UUID]:
    if appointment.state is not AppointmentState.planned:
        return set()
    people = {appointment.case.participant_id}
    if appointment.regisseur_id is not None and appointment.kind not in IN_GROUPS:
        people.add(appointment.regisseur_id)
    return people
