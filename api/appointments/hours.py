"""When a regisseur has talks: working hours, days away, and the address of their calendar."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.models import (
    Absence,
    Appointment,
    AppointmentState,
    CalendarFeed,
    WorkingHours,
)
from api.appointments.slots import check_week, find_working_hours
from api.cases.access import SEES_CASES, cases_for, towns_of
from api.cases.models import Case
from api.cases.spans import DAY
from api.clock import TIME_OF_DAY, local, midnight
from api.errors import Invalid, NotFound
from api.people.models import Person

SHORTEST, LONGEST = 15, 240
"""Minutes of a talk."""
LONGEST_PLACE = 200
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True)
class AbsenceMade:
    """Days away, and the appointments in them, which stay until somebody moves them."""

    absence: Absence
    planned: Sequence[Appointment]


def hours_of(session: Session, me: Person, town: str) -> WorkingHours | None:
    """My own in one of my municipalities."""
    _check_town(me, town)
    return find_working_hours(session, me.id, town)


def set_working_hours(
    session: Session,
    me: Person,
    town: str,
    week: Mapping[str, Sequence[str]],
    minutes: int,
    place: str,
) -> WorkingHours | None:
    """When I have talks in one of my municipalities; with an empty week never any more.

    `week` is ISO weekday to [from, until] in local time. Invalid names what does not fit:
    "week/3" for Wednesday, "minutes", "place".
    """
    _check_town(me, town)
    place = " ".join(place.split())
    _check(week, minutes, place)
    hours = find_working_hours(session, me.id, town)
    if not week:
        if hours is not None:
            session.delete(hours)
            session.flush()
        return None
    if hours is None:
        hours = WorkingHours(person_id=me.id, municipality_id=town)
        session.add(hours)
    hours.week = {day: list(times) for day, times in sorted(week.items())}
    hours.minutes, hours.place = minutes, place
    session.flush()
    return hours


def list_absences(session: Session, me: Person, since: date) -> Sequence[Absence]:
    """My days away that are not over on this day, the first one first."""
    towns_of(me)
    query = select(Absence).where(Absence.person_id == me.id, Absence.last_on >= since)
    return session.scalars(query.order_by(Absence.first_on, Absence.id)).all()


def get_absence(session: Session, me: Person, absence_id: int) -> Absence:
    """One of mine; else NotFound."""
    towns_of(me)
    absence = session.scalar(select(Absence).filter_by(id=absence_id, person_id=me.id))
    if absence is None:
        raise NotFound("you have no such absence")
    return absence


def add_absence(
    session: Session, me: Person, first_on: date, last_on: date, now: datetime
) -> AbsenceMade:
    """No times of mine are offered on these days, both included.

    What is planned on them is not cancelled: who does that has a reason to tell the participant.
    """
    towns_of(me)
    if reason := _fault_of(first_on, last_on, local(now).date()):
        raise Invalid(f"last_on: {reason}", faults={"last_on": reason})
    absence = Absence(person_id=me.id, first_on=first_on, last_on=last_on)
    session.add(absence)
    session.flush()
    return AbsenceMade(absence, planned_in(session, me, absence, now))


def planned_in(session: Session, me: Person, absence: Absence, now: datetime) -> list[Appointment]:
    """My appointments still to come in these days."""
    query = select(Appointment).where(
        Appointment.regisseur_id == me.id,
        Appointment.case_id.in_(cases_for(me).with_only_columns(Case.id)),
        Appointment.state == AppointmentState.planned,
        Appointment.starts_at > now,
        Appointment.starts_at >= midnight(absence.first_on),
        Appointment.starts_at < midnight(absence.last_on + DAY),
    )
    return list(session.scalars(query.order_by(Appointment.starts_at)))


def remove_absence(session: Session, me: Person, absence_id: int) -> None:
    """I am there after all. NotFound where it is not mine."""
    session.delete(get_absence(session, me, absence_id))
    session.flush()


def new_feed(session: Session, me: Person, now: datetime) -> str:
    """The secret of my calendar's address, told this once; an earlier one opens nothing more."""
    towns_of(me)
    token = secrets.token_urlsafe(32)
    feed = session.get(CalendarFeed, me.id) or CalendarFeed(person_id=me.id)
    feed.token_hash, feed.created_at = _hash(token), now
    session.add(feed)
    session.flush()
    return token


def find_feed(session: Session, token: str) -> Person | None:
    """Whose calendar it is; None for a wrong secret, and for who is no regisseur any more."""
    feed = session.scalar(select(CalendarFeed).filter_by(token_hash=_hash(token)))
    return feed.person if feed is not None and feed.person.has_role(*SEES_CASES) else None


def _check(week: Mapping[str, Sequence[str]], minutes: int, place: str) -> None:
    """Invalid, with a word for each thing that does not fit."""
    faults = {}
    for day, times in week.items():
        if reason := _fault_of_day(day, times, minutes):
            faults[f"week/{day}"] = reason
    if not SHORTEST <= minutes <= LONGEST:
        faults["minutes"] = f"a talk lasts {SHORTEST} to {LONGEST} minutes"
    if week and not 0 < len(place) <= LONGEST_PLACE:
        faults["place"] = f"say in 1 to {LONGEST_PLACE} signs where the talks are"
    if faults:
        raise Invalid("; ".join(map(": ".join, faults.items())), faults=faults)


def _fault_of_day(day: str, times: Sequence[str], minutes: int) -> str | None:
    if day not in {"1", "2", "3", "4", "5", "6", "7"}:
        return "a weekday is a number from 1, Monday, to 7"
    if len(times) != 2 or not all(re.fullmatch(TIME_OF_DAY, each) for each in times):
        return "two times such as 09:00 and 17:00"
    try:
        check_week({day: times})
    except ValueError:
        return "the day ends before it begins"
    begins, ends = (time.fromisoformat(each) for each in times)
    lasts = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
    return None if lasts >= min(minutes, LONGEST) else "shorter than one talk"


def _fault_of(first_on: date, last_on: date, today: date) -> str | None:
    if last_on < first_on:
        return "not before first_on"
    if last_on < today:
        return "that is over"
    return "at most a year" if last_on - first_on > LONGEST_ABSENCE else None


def _check_town(me: Person, town: str) -> None:
    if town not in towns_of(me):
        raise NotFound("that is not one of your municipalities")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
