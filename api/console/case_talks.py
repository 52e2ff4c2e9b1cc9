"""On the page of a case: the series of talks, what comes next, and what was sent about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.appointments.series import SeriesDay, SeriesPlan, plan_series, series_of
from api.cases.access import get_case
from api.cases.models import Case
from api.cases.service import change_contact, get_contact, records_of
from api.cases.wire import ContactFields
from api.clock import local
from api.console import faults as wrong
from api.console.case_form import At, Attempt, Desk, Typed, contact_form
from api.console.case_list import PATH
from api.console.case_views import show_case
from api.console.case_words import CONTACT, counted, day_in_words, moment_in_words, option
from api.console.forms import Shown, clean, read, written
from api.console.hand_over_page import PATH as HAND_OVERS
from api.console.reminder_views import ledger_row
from api.console.routes import OwnForm, to
from api.console.transfers import show_move
from api.console.views import console_text
from api.dependencies import Now
from api.errors import Conflict, Invalid
from api.handovers.asking import open_conversation
from api.people.models import Person
from api.reminders.tasks import list_ledger
from translations.catalogue import SOURCE

USUAL_HOUR = "10:00"

talks = APIRouter()


@dataclass(frozen=True)
class TalkRow:
    """An appointment in a line: when, what it is, and the answer or what became of it."""

    path: str
    when: str
    iso: str
    what: str
    state: str
    answer: str | None


@dataclass(frozen=True)
class SeriesRow:
    """A day of the series, and the talk for it."""

    day: str
    iso: str
    talk: TalkRow | None


@talks.post("/{case_id}/series")
def plan_the_series(case_id: UUID, at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    """All coming days in one step; then the page says what was done."""
    case = get_case(at.session, me.person, case_id)
    hour = clean(typed.get("at", ""))
    try:
        wished = time.fromisoformat(hour)
    except ValueError:
        return page_of_case(at, case, now, status=Invalid.status, hour=hour, hour_fault=True)
    try:
        with at.session.begin_nested():
            done = plan_series(at.session, at.words.rules, me.person, case_id, wished, now)
    except Conflict as error:
        more: dict[str, Any] = {"hour": hour, "conflict_key": error.key}
        return page_of_case(at, case, now, status=error.status, **more)
    return page_of_case(at, case, now, hour=hour, done=list(_told(at.words, done)))


@talks.get("/{case_id}/contact")
def edit_contact(case_id: UUID, at: At) -> Response:
    participant = get_contact(at.session, at.me.person, case_id)
    case = get_case(at.session, at.me.person, case_id)
    return contact_form(at, case, Attempt(Shown(written(ContactFields, participant))))


@talks.post("/{case_id}/contact")
def save_contact(case_id: UUID, at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    case, values = get_case(at.session, me.person, case_id), read(ContactFields, typed)
    attempt = Attempt(Shown(typed))
    if faults := wrong.check(at.words, CONTACT, ContactFields, values):
        return contact_form(at, case, attempt.with_faults(faults, Invalid.status))
    fields = ContactFields.model_validate(values, by_name=True)
    change_contact(at.session, me.person, case_id, fields, now)
    return to(f"{PATH}/{case_id}#contact")


@talks.post("/{case_id}/conversation")
def begin_conversation(case_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    """Write to the participant in their chat; it is mine from now on."""
    case = get_case(at.session, me.person, case_id)
    try:
        with at.session.begin_nested():
            if case.closed_on is not None:
                raise Conflict("this case is closed", "error.case_closed")
            opened = open_conversation(at.session, at.words, case.participant_id, me.person, now)
    except Conflict as error:
        return page_of_case(at, case, now, status=error.status, chat_key=error.key)
    return to(f"{HAND_OVERS}/{opened.id}")


def page_of_case(
    at: Desk, case: Case, now: datetime, back: str = PATH, status: int = 200, **more: Any
) -> Response:
    """Everything of a case on one page."""
    shown = show_case(at.session, at.words, case, local(now).date())
    shown |= show_talks(at.session, at.words, at.me.person, case, now)
    return at.page("case.html", status, back=back, move=show_move(at, case), **{**shown, **more})


def show_talks(
    session: Session, words: Words, me: Person, case: Case, now: datetime
) -> dict[str, Any]:
    """The section of the page: series, next appointments, ledger; and how to reach them."""
    series = series_of(session, words.rules, case, local(now).date())
    coming = _coming(records_of(session, case.id, "appointments"), now)
    ledger = [ledger_row(words, each) for each in list_ledger(session, me, case.id)]
    return {
        "series": [_day(words, each) for each in series],
        "coming": [_row(words, each) for each in coming],
        "ledger": ledger,
        "ledger_shown": counted(words, "case.talks.ledger_show", len(ledger)),
        "hour": USUAL_HOUR,
        "contact": _contact(words, case, now),
    }


def _coming(appointments: Sequence[Any], now: datetime) -> list[Appointment]:
    """Still to come, the first one first; also what the participant just called off."""
    found = [each for each in appointments if isinstance(each, Appointment)]
    shown = (each for each in found if each.starts_at > now and _is_told(each))
    return sorted(shown, key=lambda each: each.starts_at)


def _is_told(appointment: Appointment) -> bool:
    return appointment.state is AppointmentState.planned or appointment.answer is not None


def _day(words: Words, day: SeriesDay) -> SeriesRow:
    talk = _row(words, day.appointment) if day.appointment else None
    return SeriesRow(day_in_words(day.on), day.on.isoformat(), talk)


def _row(words: Words, appointment: Appointment) -> TalkRow:
    return TalkRow(
        path=f"{PATH}/{appointment.case_id}/appointments/{appointment.id}/edit",
        when=moment_in_words(words, appointment.starts_at),
        iso=local(appointment.starts_at).isoformat(),
        what=option(words, appointment.kind),
        state=option(words, appointment.state),
        answer=option(words, appointment.answer) if appointment.answer else None,
    )


def _told(words: Words, done: SeriesPlan) -> list[str]:
    """What planning came to, in a sentence for each thing that happened."""
    numbers: Mapping[str, int] = {
        "planned": len(done.planned),
        "moved": len(done.moved),
        "cancelled": len(done.cancelled),
    }
    told = [counted(words, f"case.talks.{name}", count) for name, count in numbers.items() if count]
    if done.without_time:
        days = ", ".join(map(day_in_words, done.without_time))
        gaps = {"count": len(done.without_time), "days": days}
        key, count = "case.talks.without", len(done.without_time)
        told.append(words.console.text(SOURCE, key, gaps, count=count).text)
    return told or [console_text(words, "case.talks.nothing")]


def _contact(words: Words, case: Case, now: datetime) -> dict[str, Any]:
    """How to reach the participant besides the chat, and what they want to hear."""
    participant, today = case.participant, local(now).date()
    paused: date | None = participant.paused_until
    known = written(ContactFields, participant) if case.keeps_contact else {}
    return {
        **{name: known.get(name) for name in ContactFields.model_fields},
        "is_stopped": participant.stopped_at is not None,
        "paused": day_in_words(paused) if paused and paused >= today else None,
    }
