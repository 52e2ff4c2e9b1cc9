"""The pages of the agenda: the list of a day, and what became of each appointment of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.agenda import AgendaRow, FreeTime, agenda_of
from api.appointments.models import Answer, Appointment, AppointmentState, WorkingHours
from api.cases.access import towns_of
from api.cases.service import change_record
from api.cases.spans import DAY
from api.clock import local
from api.console.case_form import At, Desk
from api.console.case_list import PATH as CASES
from api.console.case_list import town_options
from api.console.case_words import day_in_words, option
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.dependencies import Now
from api.errors import Stale
from api.people.models import Person

PATH = "/console/agenda"
ALL = "all"
"""The word in the address for the appointments of colleagues as well."""
HAPPENED = frozenset({AppointmentState.held, AppointmentState.missed})
"""What a day list says of an appointment that was to be."""

pages = APIRouter(prefix=PATH, include_in_schema=False)

Chosen = Annotated[str, Query(max_length=10)]
Written = Annotated[str, Form(max_length=10)]


@dataclass(frozen=True)
class Row:
    """An appointment as the list of a day shows it."""

    id: UUID
    version: int
    case_path: str
    marks_path: str
    name: str
    town: str
    kind: str
    begins: str
    ends: str
    iso: str
    regisseur: str | None
    place: str | None
    by_phone: bool
    phone: str | None
    interpreter: str
    answer: str
    """A word for what was answered, or for what became of it."""
    can_mark: bool


@dataclass(frozen=True)
class Day:
    """A day of the week strip."""

    path: str
    words: str
    iso: str
    is_shown: bool
    is_today: bool


@pages.get("")
def agenda_page(at: At, now: Now, day: Chosen = "", whose: Chosen = "") -> Response:
    return _page(at, _day_in(day, now), whose == ALL, now)


@pages.post("/{case_id}/{talk_id}/{state}")
def mark(
    case_id: UUID,
    talk_id: UUID,
    state: AppointmentState,
    at: At,
    me: OwnForm,
    now: Now,
    version: Annotated[int, Form(ge=0, lt=1_000_000_000)] = 0,
    day: Written = "",
    whose: Written = "",
) -> Response:
    """It was held, or nobody came; an appointment is cancelled in its own form."""
    if state not in HAPPENED:
        return to(f"{CASES}/{case_id}/appointments/{talk_id}/edit")
    try:
        more = (case_id, "appointments", talk_id, version, {"state": state}, now)
        change_record(at.session, at.words.rules, me.person, *more)
    except Stale:
        return _page(at, _day_in(day, now), whose == ALL, now, Stale.status)
    return to(f"{link(_day_in(day, now), whose == ALL)}#talk-{talk_id}")


def link(day: date, everybody: bool) -> str:
    """The address of the list of a day."""
    whose = {"whose": ALL} if everybody else {}
    return f"{PATH}?{urlencode({'day': day.isoformat(), **whose})}"


def _page(at: Desk, day: date, everybody: bool, now: datetime, status: int = 200) -> Response:
    found = agenda_of(at.session, at.me.person, day, not everybody)
    today = local(now).date()
    return at.page(
        "agenda.html",
        status,
        is_stale=status == Stale.status,
        day=day.isoformat(),
        day_words=_day_words(at.words, day),
        everybody=everybody,
        rows=[_row(at.words, each, today) for each in found.rows],
        week=_week(at.words, day, today, everybody),
        previous=link(day - DAY, everybody),
        next=link(day + DAY, everybody),
        today=link(today, everybody),
        mine=link(day, False),
        all=link(day, True),
        **_free(at.session, at.me.person, found.free, now),
    )


def _row(words: Words, row: AgendaRow, today: date) -> Row:
    appointment, case = row.appointment, row.case
    begins = local(appointment.starts_at)
    ends = local(appointment.starts_at + timedelta(minutes=appointment.minutes))
    return Row(
        id=appointment.id,
        version=appointment.version,
        case_path=f"{CASES}/{case.id}#talks",
        marks_path=f"{PATH}/{case.id}/{appointment.id}",
        name=row.person.name,
        town=case.municipality.name,
        kind=option(words, appointment.kind),
        begins=f"{begins:%H:%M}",
        ends=f"{ends:%H:%M}",
        iso=begins.isoformat(),
        regisseur=appointment.regisseur.name if appointment.regisseur else None,
        place=appointment.place,
        by_phone=appointment.by_phone,
        phone=case.participant.phone if case.keeps_contact else None,
        interpreter=_interpreter(words, appointment, case.interpreter_language),
        answer=answer_of(appointment, row.unreached),
        can_mark=appointment.state is AppointmentState.planned and begins.date() <= today,
    )


def answer_of(appointment: Appointment, unreached: bool) -> str:
    """What a regisseur has to know first of an appointment."""
    if appointment.state is not AppointmentState.planned:
        declined = appointment.answer is Answer.declined
        is_off = appointment.state is AppointmentState.cancelled
        return Answer.declined if declined and is_off else appointment.state
    if appointment.answer is not None:
        return appointment.answer
    return "unreached" if unreached else "none"


def _interpreter(words: Words, appointment: Appointment, language: str | None) -> str:
    match appointment.interpreter:
        case None:
            return console_text(words, "agenda.interpreter_unknown")
        case False:
            return console_text(words, "agenda.interpreter_no")
        case True if language:
            return console_text(words, "agenda.interpreter_in", language=language)
        case True:
            return console_text(words, "agenda.interpreter_yes")


def _week(words: Words, day: date, today: date, everybody: bool) -> list[Day]:
    monday = day - timedelta(days=day.weekday())
    days = (monday + timedelta(days=number) for number in range(7))
    return [
        Day(
            path=link(each, everybody),
            words=f"{console_text(words, f'weekday.{each.weekday()}')} {each:%d-%m}",
            iso=each.isoformat(),
            is_shown=each == day,
            is_today=each == today,
        )
        for each in days
    ]


def _free(session: Session, me: Person, free: Sequence[FreeTime], now: datetime) -> dict[str, Any]:
    """My free times still to come, by municipality; and whether I wrote working hours at all."""
    towns = dict(town_options(session, towns_of(me)))
    by_town: dict[str, list[str]] = {}
    for each in free:
        if each.slot.starts_at > now:
            times = by_town.setdefault(towns[each.municipality_id], [])
            times.append(f"{local(each.slot.starts_at):%H:%M}")
    has_hours = session.scalar(select(WorkingHours.id).filter_by(person_id=me.id).limit(1))
    return {"free": list(by_town.items()), "has_hours": has_hours is not None}


def _day_words(words: Words, day: date) -> str:
    weekday = console_text(words, f"hours.day.{day.isoweekday()}")
    return console_text(words, "agenda.day", weekday=weekday, date=day_in_words(day))


def _day_in(text: str, now: datetime) -> date:
    """The day of an address; today where it says none that the calendar can show."""
    today = local(now).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day.year - today.year) <= 20 else today
