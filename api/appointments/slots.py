"""The times that a regisseur still has free for talks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from api.appointments.diary import Taken, occupied, quarters
from api.appointments.models import Absence, WorkingHours
from api.cases.spans import DAY
from api.clock import local, moment_on
from api.handovers.office_hours import OfficeHours
from api.people.models import Municipality, PersonRole, Role

NOTICE = timedelta(hours=20)
"""Nobody is offered a time sooner than this; the town has to prepare a talk too."""
LOOK_AHEAD = timedelta(days=60)
LONGEST = timedelta(hours=8)
"""No talk lasts longer."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time of a regisseur."""

    starts_at: datetime
    minutes: int
    place: str

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def free_slots(
    session: Session, regisseur_id: UUID | None, town: str, after: datetime, until: datetime
) -> Iterator[Slot]:
    """The free times that begin from one moment on and end before another, in their order.

    None where the regisseur has written no working hours for this municipality.
    """
    hours = find_working_hours(session, regisseur_id, town)
    if hours is None or regisseur_id is None:
        return
    office = session.get_one(Municipality, town).office_hours
    away = _absences(session, regisseur_id, local(after).date())
    taken = occupied(session, regisseur_id, after, until)
    for day in _days(local(after).date(), local(until).date()):
        if office.opening_on(day) is None or any(first <= day <= last for first, last in away):
            continue
        for starts_at in _starts(hours, day):
            fits = after <= starts_at and starts_at + timedelta(minutes=hours.minutes) <= until
            if fits and taken.isdisjoint(quarters(starts_at, hours.minutes)):
                yield Slot(starts_at, hours.minutes, hours.place)


def slot_at(session: Session, regisseur_id: UUID | None, town: str, starts_at: datetime) -> Slot:
    """The free time that begins at this moment. Taken where there is none."""
    for slot in free_slots(session, regisseur_id, town, starts_at, starts_at + LONGEST):
        if slot.starts_at == starts_at:
            return slot
    raise Taken("that time is not free any more")


def find_working_hours(
    session: Session, regisseur_id: UUID | None, town: str
) -> WorkingHours | None:
    """When this regisseur has talks in this municipality."""
    query = select(WorkingHours).filter_by(person_id=regisseur_id, municipality_id=town)
    return session.scalar(query.where(works_there())) if regisseur_id is not None else None


def works_there() -> ColumnElement[bool]:
    """Whose hours these are is still a regisseur of that municipality."""
    return exists().where(
        PersonRole.person_id == WorkingHours.person_id,
        PersonRole.municipality_id == WorkingHours.municipality_id,
        PersonRole.role == Role.regisseur,
    )


def check_week(week: Mapping[str, Sequence[str]]) -> None:
    """ValueError where this is no week of working hours."""
    OfficeHours.from_stored({day: list(times) for day, times in week.items()})


def _starts(hours: WorkingHours, day: date) -> Iterator[datetime]:
    """One after the other, from the begin of the working day; none that the clock skips.

    Each begins on a quarter: who takes one must not take the last quarter of the one before it.
    """
    times = hours.week.get(str(day.isoweekday()))
    if times is None:
        return
    begins, ends = (moment_on(day, time.fromisoformat(text)) for text in times)
    begins += timedelta(minutes=-begins.minute % 15)
    length, step = timedelta(minutes=hours.minutes), timedelta(minutes=-(-hours.minutes // 15) * 15)
    while begins + length <= ends:
        yield begins
        begins += step


def _absences(session: Session, person_id: UUID, since: date) -> list[tuple[date, date]]:
    query = select(Absence.first_on, Absence.last_on).where(
        Absence.person_id == person_id, Absence.last_on >= since
    )
    return [(first, last) for first, last in session.execute(query)]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
