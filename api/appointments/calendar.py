"""Appointments in the calendar of a phone: the file for a participant, the feed of a regisseur."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from icalendar import Calendar, Component, Event
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.access import cases_for
from api.cases.models import Case, Participant
from api.clock import AMSTERDAM, local
from api.conversations.models import Conversation
from api.people.models import Person
from translations.catalogue import SOURCE, without_isolates

FOLDER = "calendar"
"""What goes with a message as "calendar/<id of the appointment>.ics" is made when it is sent."""
FILE_NAME = "afspraak.ics"
FEED_NAME = "wegwijs.ics"
CONTENT_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"
FEED_LOOKS_BACK = timedelta(days=30)
LOOK_AGAIN = timedelta(hours=1)
PRODUCT = "-//Wegwijs//Wegwijs//NL"

# Written out, because what the library makes of it changes the clock in spring an hour late and
# ends in 2038. Since 1996 all of the Union changes on these Sundays.
_CLOCK = b"""BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def media_of(appointment: Appointment) -> str:
    """The name by which a message carries the file of this appointment."""
    return f"{FOLDER}/{appointment.id}.ics"


def ics_of(words: Words, appointment: Appointment, language: str, now: datetime) -> bytes:
    """One appointment as an iCalendar file, in the language of who is invited.

    It stands among the pictures and games of a phone that others may see: no name, nothing of
    the case. The same appointment has the same UID for ever and a higher SEQUENCE after each
    change, so that a newer file takes the place of an older one.
    """
    event = _event(appointment, now)
    kind = words.text(language, f"appointment.{appointment.kind}")
    town = words.text(language, "mail.from", town=appointment.case.municipality.name)
    phone = words.text(language, "where.phone")
    event.add("summary", without_isolates(f"{town}: {kind}"))
    event.add("location", phone if appointment.by_phone else appointment.place)
    event.add("class", "PRIVATE")
    return _calendar([event])


def feed_of(
    session: Session, words: Words, person: Person, now: datetime, public_url: str = ""
) -> bytes:
    """What a regisseur has to do with whom, from a month ago on; cancelled appointments leave it.

    The calendars that read it are not ours: initials only, and the rest behind the console's
    sign-in. NotAllowed for who is no regisseur any more.
    """
    return _calendar(
        (_planned(words, each, now, public_url) for each in _own(session, person, now)),
        name=words.console.text(SOURCE, "calendar.name").text,
    )


def find_ics(
    session: Session, words: Words, conversation: Conversation, media: str, now: datetime
) -> bytes | None:
    """The file that a message names, for nobody but whose appointment it is; else None."""
    appointment = find_own(session, conversation.person_id, media)
    if appointment is None:
        return None
    return ics_of(words, appointment, conversation.speaks, now)


def find_own(session: Session, person_id: UUID | None, media: str) -> Appointment | None:
    """The appointment that "calendar/<id>.ics" names, if this person takes part in it."""
    id = _id_in(media)
    appointment = session.get(Appointment, id) if id and person_id else None
    if appointment is None or appointment.case.participant_id != person_id:
        return None
    return appointment


def _id_in(media: str) -> UUID | None:
    folder, _, name = media.partition("/")
    if folder != FOLDER or not name.endswith(".ics"):
        return None
    try:
        return UUID(name.removesuffix(".ics"))
    except ValueError:
        return None


def _own(session: Session, person: Person, now: datetime) -> Iterable[Appointment]:
    """The appointments of this regisseur, in the cases that they may see."""
    whom = joinedload(Appointment.case).joinedload(Case.participant).joinedload(Participant.person)
    query = (
        select(Appointment)
        .where(
            Appointment.case_id.in_(cases_for(person).with_only_columns(Case.id)),
            Appointment.regisseur_id == person.id,
            Appointment.state != AppointmentState.cancelled,
            Appointment.starts_at >= now - FEED_LOOKS_BACK,
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .options(whom)
    )
    return session.scalars(query).all()


def _planned(words: Words, appointment: Appointment, now: datetime, public_url: str) -> Event:
    event = _event(appointment, now)
    kind = words.console.text(SOURCE, f"option.AppointmentKind.{appointment.kind}").text
    whom = initials(appointment.case.participant.person)
    by_phone = words.console.text(SOURCE, "calendar.phone").text
    event.add("summary", f"{kind} {whom}")
    event.add("location", by_phone if appointment.by_phone else appointment.place)
    if appointment.interpreter:
        event.add("description", words.console.text(SOURCE, "calendar.interpreter").text)
    if public_url:
        event.add("url", f"{public_url.rstrip('/')}/console/cases/{appointment.case_id}")
    return event


def initials(person: Person) -> str:
    """A.V. for Amina Voorbeeld."""
    return "".join(f"{word[0].upper()}." for word in person.name.split())


def _event(appointment: Appointment, now: datetime) -> Event:
    """What both kinds of calendar have: when it is, which appointment, which version of it."""
    is_off = appointment.state is AppointmentState.cancelled
    event = Event()
    event.add("uid", str(appointment.id))
    event.add("sequence", appointment.version)
    event.add("dtstamp", now)
    event.add("dtstart", _written(appointment.starts_at))
    event.add("dtend", _written(appointment.starts_at + timedelta(minutes=appointment.minutes)))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def _written(moment: datetime) -> datetime:
    """On the clock of the towns; in UTC in the hour that this clock shows a second time."""
    at = local(moment)
    return moment if at.fold else at


def _calendar(events: Iterable[Event], name: str | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name is not None:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add_component(_clock())
    for event in events:
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


@cache
def _clock() -> Component:
    """The rules of our clock, under the name that the moments of a file give it."""
    clock = Component.from_ical(_CLOCK)
    assert not isinstance(clock, list)
    assert str(clock["TZID"]) == AMSTERDAM.key
    return clock
