"""The pages of a regisseur's own time: working hours, days away, and the address of a calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.answers.words import Words
from api.appointments import hours as service
from api.appointments.models import Absence, Appointment, CalendarFeed, WorkingHours
from api.cases.access import towns_of
from api.clock import local
from api.console.case_form import At, Desk, Typed
from api.console.case_list import PATH as CASES
from api.console.case_list import town_options
from api.console.case_words import counted, day_in_words, moment_in_words, option
from api.console.forms import clean, typed_day
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.dependencies import Now, TheSettings
from api.errors import Invalid

PATH = "/console/hours"
WEEKDAYS = range(1, 8)
USUAL_MINUTES = "60"

pages = APIRouter(prefix=PATH, include_in_schema=False)

Faults = dict[str, str]
"""The name of a field to what is wrong with it."""


@dataclass(frozen=True)
class TownHours:
    """The form of one municipality."""

    town: str
    name: str
    typed: Mapping[str, str]
    """`from_1` and `until_1` for Monday and so on, `minutes` and `place`."""
    faults: Faults


@dataclass(frozen=True)
class AbsenceRow:
    id: int
    words: str


@pages.get("")
def hours_page(at: At, now: Now) -> Response:
    return _page(at, now, saved=at.request.query_params.get("saved"))


@pages.post("/absences")
def add_absence(at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    first, last = (_day(typed, name) for name in ("first_on", "last_on"))
    if first is None:
        return _absence_again(at, now, typed, "absence")
    try:
        made = service.add_absence(at.session, me.person, first, last or first, now)
    except Invalid as error:
        return _absence_again(at, now, typed, _ABSENCE.get(error.faults["last_on"], "absence"))
    if made.planned:
        return _page(at, now, planned=_planned(at.words, made.planned))
    return to(f"{PATH}#absences")


@pages.post("/absences/{absence_id}/remove")
def remove_absence(
    absence_id: Annotated[int, Path(ge=1, lt=2**31)], at: At, me: OwnForm
) -> Response:
    service.remove_absence(at.session, me.person, absence_id)
    return to(f"{PATH}#absences")


@pages.post("/feed")
def new_feed(at: At, me: OwnForm, settings: TheSettings, now: Now) -> Response:
    """The address is shown this once; nobody can look it up afterwards."""
    token = service.new_feed(at.session, me.person, now)
    return _page(at, now, address=f"{settings.public_url.rstrip('/')}/calendar/{token}.ics")


@pages.post("/{town}")
def save_hours(town: str, at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    service.hours_of(at.session, me.person, town)  # of my municipalities only
    week = {str(day): times for day in WEEKDAYS if any(times := _times(typed, day))}
    minutes = clean(typed.get("minutes", ""))
    number = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 5 else 0
    try:
        more = (town, week, number, clean(typed.get("place", "")))
        service.set_working_hours(at.session, me.person, *more)
    except Invalid as error:
        return _page(at, now, Invalid.status, wrong={town: (typed, _faults(at.words, error))})
    return to(f"{PATH}?saved={town}#town-{town}")


_ABSENCE = {"that is over": "absence_over", "at most a year": "absence_long"}


def _page(
    at: Desk,
    now: datetime,
    status: int = 200,
    wrong: Mapping[str, tuple[Mapping[str, str], Faults]] | None = None,
    **more: Any,
) -> Response:
    me, today = at.me.person, local(now).date()
    absences = service.list_absences(at.session, me, today)
    feed = at.session.get(CalendarFeed, me.id)
    towns = [
        _town(at, town, name, (wrong or {}).get(town))
        for town, name in town_options(at.session, towns_of(me))
    ]
    shown: dict[str, Any] = {
        "towns": towns,
        "weekdays": WEEKDAYS,
        "faulty": [each for each in towns if each.faults],
        "absences": [_absence(at.words, each) for each in absences],
        "feed_since": day_in_words(local(feed.created_at)) if feed else None,
        **{"saved": None, "planned": None, "address": None, "absence_fault": None, "typed": {}},
    }
    return at.page("hours.html", status, **{**shown, **more})


def _town(
    at: Desk, town: str, name: str, wrong: tuple[Mapping[str, str], Faults] | None
) -> TownHours:
    if wrong:
        return TownHours(town, name, *wrong)
    hours = service.hours_of(at.session, at.me.person, town)
    return TownHours(town, name, _as_typed(hours), {})


def _as_typed(hours: WorkingHours | None) -> dict[str, str]:
    if hours is None:
        return {"minutes": USUAL_MINUTES}
    found = {"minutes": str(hours.minutes), "place": hours.place}
    for day, (begins, ends) in hours.week.items():
        found |= {f"from_{day}": begins, f"until_{day}": ends}
    return found


def _times(typed: Mapping[str, str], day: int) -> list[str]:
    return [clean(typed.get(f"{name}_{day}", "")) for name in ("from", "until")]


def _faults(words: Words, error: Invalid) -> Faults:
    """What the service found wrong, at the fields of the form."""
    found = {}
    for name in error.faults:
        part, _, day = name.partition("/")
        if part == "week":
            weekday = console_text(words, f"hours.day.{day}")
            found[f"from_{day}"] = console_text(words, "hours.fault.day_short", day=weekday)
        else:
            found[part] = console_text(words, f"hours.fault.{part}")
    return found


def _absence(words: Words, absence: Absence) -> AbsenceRow:
    first, last = day_in_words(absence.first_on), day_in_words(absence.last_on)
    if first == last:
        return AbsenceRow(absence.id, first)
    return AbsenceRow(absence.id, console_text(words, "hours.absence", first=first, last=last))


def _absence_again(at: Desk, now: datetime, typed: Mapping[str, str], fault: str) -> Response:
    words = console_text(at.words, f"hours.fault.{fault}")
    return _page(at, now, Invalid.status, absence_fault=words, typed=typed)


def _planned(words: Words, appointments: Sequence[Appointment]) -> dict[str, Any]:
    """What stays on days away, each with the way to it."""
    return {
        "words": counted(words, "hours.absence_planned", len(appointments)),
        "rows": list(_links(words, appointments)),
    }


def _links(words: Words, appointments: Iterable[Appointment]) -> Iterable[tuple[str, str]]:
    for each in appointments:
        what = f"{moment_in_words(words, each.starts_at)}: {option(words, each.kind)}"
        yield f"{CASES}/{each.case_id}/appointments/{each.id}/edit", what


def _day(typed: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(typed_day(clean(typed.get(name, ""))))
    except ValueError:
        return None
