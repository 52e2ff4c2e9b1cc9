"""A regisseur with working hours and a participant of theirs, in the store."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.appointments.models import Absence, Appointment, AppointmentState, WorkingHours
from api.appointments.series import SeriesPlan, plan_series, series_of
from api.appointments.slots import Slot, free_slots
from api.cases.models import Case
from api.cases.rules import load_rules
from api.cases.service import change_case
from api.clock import AMSTERDAM, local
from api.db import Database
from api.people.models import Person
from tests.factories import WEEK, participant, regisseur
from tests.reminders.test_quiet import at

RULES = load_rules()
NOW = at("2026-11-02 10:00")
"""A Monday."""
TEN = time(10)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    database: Database
    me: Person
    case_id: UUID

    def changes(self, now: datetime = NOW, **changes: object) -> None:
        """Of the case."""
        with self.database.writing() as session:
            version = session.get_one(Case, self.case_id).version
            change_case(session, RULES, self.me, self.case_id, version, changes, now)

    def plans(self, now: datetime = NOW, hour: time = TEN) -> SeriesPlan:
        with self.database.writing() as session:
            return plan_series(session, RULES, self.me, self.case_id, hour, now)

    def talks(self) -> list[str]:
        """When the planned talks are, by the clock on the wall."""
        with self.database.reading() as session:
            found = session.scalars(_planned().where(Appointment.case_id == self.case_id)).all()
        return [f"{local(each.starts_at):%Y-%m-%d %H:%M}" for each in found]

    def days(self, now: datetime = NOW) -> list[date]:
        with self.database.reading() as session:
            case = session.get_one(Case, self.case_id)
            return [each.on for each in series_of(session, RULES, case, local(now).date())]

    def with_talk(self, now: datetime = NOW) -> list[date]:
        """The days of the series that have a talk."""
        with self.database.reading() as session:
            case = session.get_one(Case, self.case_id)
            found = series_of(session, RULES, case, local(now).date())
            return [each.on for each in found if each.appointment is not None]

    def adds(self, starts_at: datetime, **fields: Any) -> UUID:
        """An appointment that stands already."""
        with self.database.writing() as session:
            made = Appointment(
                case_id=self.case_id,
                **{"kind": "progress_talk", "place": "Stadhuis", **fields},
                starts_at=starts_at,
            )
            session.add(made)
            session.flush()
            return made.id

    def sets(self, talk: UUID, **fields: object) -> None:
        with self.database.writing() as session:
            found = session.get_one(Appointment, talk)
            for name, value in fields.items():
                setattr(found, name, value)

    def slots(self, after: str, until: str) -> list[str]:
        with self.database.reading() as session:
            found = free_slots(session, self.me.id, "weert", at(after), at(until))
            return [f"{local(each.starts_at):%m-%d %H:%M}" for each in found]

    def away(self, first: str, last: str) -> None:
        days = date.fromisoformat(first), date.fromisoformat(last)
        with self.database.writing() as session:
            session.add(Absence(person_id=self.me.id, first_on=days[0], last_on=days[1]))

    def works(self, **fields: Any) -> None:
        with self.database.writing() as session:
            hours = session.scalars(select(WorkingHours).filter_by(person_id=self.me.id)).one()
            for name, value in fields.items():
                setattr(hours, name, value)


def desk(database: Database, **case: object) -> Desk:
    begun = NOW - 300 * DAY
    with database.writing() as session:
        me = regisseur(session, begun)
        working_hours(session, me)
        mine = participant(session, begun)
        mine.regisseur_id = me.id
        for name, value in case.items():
            setattr(mine, name, value)
        return Desk(database, me, mine.id)


def another(there: Desk, name: str = "Yonas") -> Desk:
    """A colleague's participant, or rather another one of the same regisseur."""
    with there.database.writing() as session:
        case = participant(session, NOW - DAY, name)
        case.regisseur_id = there.me.id
        return Desk(there.database, there.me, case.id)


def working_hours(session: Session, person: Person, minutes: int = 60) -> None:
    session.add(
        WorkingHours(
            person_id=person.id,
            municipality_id="weert",
            week=WEEK,
            minutes=minutes,
            place="Stadhuis, kamer 4",
        )
    )
    session.flush()


def slot(text: str, minutes: int = 60) -> Slot:
    return Slot(at(text), minutes, "Stadhuis, kamer 4")


def moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), AMSTERDAM)


def _planned() -> Select[Appointment]:
    return (
        select(Appointment)
        .where(Appointment.state == AppointmentState.planned)
        .order_by(Appointment.starts_at)
    )
