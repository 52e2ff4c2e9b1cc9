"""Appointments in other people's calendars: the right hour, one entry, nothing that tells who."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.calendar import feed_of, find_ics, ics_of, initials, media_of
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.db import Database
from api.errors import NotAllowed
from api.people.models import Person, Role
from tests.conftest import MONDAY_MORNING
from tests.factories import conversation, participant, person, regisseur, talk
from translations.catalogue import LANGUAGES

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = MONDAY_MORNING
NEXT_WEEK = NOW + timedelta(days=7)
PUBLIC = "https://wegwijs.example.org/"


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def events(content: bytes) -> list[Any]:
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    return list(calendar.walk("VEVENT"))


def only(content: bytes) -> Any:
    [event] = events(content)
    return event


def moments(event: Any) -> tuple[datetime, datetime]:
    """Begin and end as the library understands what is written."""
    begins, ends = event.decoded("dtstart"), event.decoded("dtend")
    return begins.astimezone(UTC), ends.astimezone(UTC)


def clock_rules(content: bytes) -> ZoneInfo:
    """The time zone that a program builds which knows no names of zones."""
    [zone] = Calendar.from_ical(content).walk("VTIMEZONE")
    told: Any = zone
    built: ZoneInfo = told.to_tz(lookup_tzid=False)
    return built


def an_appointment(
    session: Session, starts_at: datetime = NEXT_WEEK, **changes: Any
) -> Appointment:
    made = talk(session, participant(session, NOW), starts_at, place="Stadhuis, kamer 2; Weert")
    for name, value in changes.items():
        setattr(made, name, value)
    session.flush()
    return made


# The file of a participant


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", AppointmentKind)
def test_every_kind_is_named_in_every_language_with_the_town(
    session: Session, words: Words, language: str, kind: AppointmentKind
) -> None:
    event = only(ics_of(words, an_appointment(session, kind=kind), language, NOW))
    assert words.text(language, f"appointment.{kind}") in event["SUMMARY"]
    assert "Weert" in event["SUMMARY"]
    assert event["LOCATION"] == "Stadhuis, kamer 2; Weert"
    assert not set("\u2066\u2067\u2068\u2069") & set(event["SUMMARY"])


def test_a_talk_by_telephone_says_so_instead_of_a_place(session: Session, words: Words) -> None:
    event = only(ics_of(words, an_appointment(session, by_phone=True), "ti", NOW))
    assert event["LOCATION"] == words.text("ti", "where.phone")


def test_nobody_reads_in_the_file_who_it_is_or_what_for(session: Session, words: Words) -> None:
    appointment = an_appointment(session)
    case = appointment.case
    text = ics_of(words, appointment, "nl", NOW).decode()
    for secret in ("Amina", "Voorbeeld", str(case.id), str(case.participant_id), "asiel"):
        assert secret not in text
    assert {"SUMMARY", "LOCATION", "UID"} <= set(only(text.encode()))
    assert not {"DESCRIPTION", "ATTENDEE", "ORGANIZER", "URL"} & set(only(text.encode()))


def test_a_change_takes_the_place_of_what_it_changes(session: Session, words: Words) -> None:
    appointment = an_appointment(session)
    first = only(ics_of(words, appointment, "nl", NOW))
    appointment.starts_at += timedelta(days=1)
    session.flush()
    second = only(ics_of(words, appointment, "nl", NOW + timedelta(hours=1)))
    assert first["UID"] == second["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"]
    assert first.decoded("dtstamp") < second.decoded("dtstamp")


def test_the_same_moment_makes_the_same_file(session: Session, words: Words) -> None:
    appointment = an_appointment(session)
    assert ics_of(words, appointment, "ar", NOW) == ics_of(words, appointment, "ar", NOW)


def test_a_cancelled_appointment_says_so(session: Session, words: Words) -> None:
    planned = an_appointment(session)
    assert only(ics_of(words, planned, "nl", NOW))["STATUS"] == "CONFIRMED"
    planned.state = AppointmentState.cancelled
    content = ics_of(words, planned, "nl", NOW)
    assert only(content)["STATUS"] == "CANCELLED"
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"


# The clock

NIGHTS = [
    ("2026-10-25 00:30+02:00", 180),  # over the hour that comes twice
    ("2026-10-25 02:30+02:00", 60),  # the first half past two
    ("2026-10-25 02:30+01:00", 60),  # the second
    ("2027-03-28 01:30+01:00", 60),  # over the hour that does not come
    ("2027-03-28 09:00+02:00", 60),
    ("2028-02-29 10:00+01:00", 45),
    ("2026-12-31 23:30+01:00", 60),
    ("2041-07-01 10:00+02:00", 60),
]


@pytest.mark.parametrize(("begins", "minutes"), NIGHTS)
def test_begin_and_end_are_the_right_moments_whatever_the_clock_does(
    session: Session, words: Words, begins: str, minutes: int
) -> None:
    at = datetime.fromisoformat(begins).astimezone(UTC)
    appointment = an_appointment(session, at, minutes=minutes)
    event = only(ics_of(words, appointment, "nl", NOW))
    assert moments(event) == (at, at + timedelta(minutes=minutes))


def test_the_hour_is_written_as_on_the_clock_of_the_town(session: Session, words: Words) -> None:
    summer = datetime(2027, 7, 1, 8, 0, tzinfo=UTC)
    text = ics_of(words, an_appointment(session, summer), "nl", NOW).decode()
    assert "DTSTART;TZID=Europe/Amsterdam:20270701T100000" in text


def test_the_rules_of_the_clock_in_the_file_are_those_of_the_netherlands(
    session: Session, words: Words
) -> None:
    """For programs that know no names of zones; the hours around each change, for years."""
    told = clock_rules(ics_of(words, an_appointment(session), "nl", NOW))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2036:
        assert moment.astimezone(told).utcoffset() == moment.astimezone(AMSTERDAM).utcoffset()
        moment += timedelta(hours=1 if moment.month in (3, 10) and moment.day > 24 else 24)


# Whose it is


def test_only_who_takes_part_gets_the_file(session: Session, words: Words) -> None:
    appointment = an_appointment(session)
    own = conversation(session, NOW, "own", "ar")
    own.person_id = appointment.case.participant_id
    other = conversation(session, NOW, "other")
    other.person_id = participant(session, NOW, "Selam").participant_id
    unknown = conversation(session, NOW, "unknown")
    session.flush()
    media = media_of(appointment)
    content = find_ics(session, words, own, media, NOW)
    assert content == ics_of(words, appointment, "ar", NOW)
    assert find_ics(session, words, other, media, NOW) is None
    assert find_ics(session, words, unknown, media, NOW) is None


@pytest.mark.parametrize(
    "media",
    [
        "",
        "calendar/",
        "calendar/.ics",
        "calendar/1.ics",
        "calendar/../pictures/menu-1.png",
        "pictures/menu-1.png",
        f"calendar/{uuid4()}.ics",
        f"calendar/{uuid4()}",
    ],
)
def test_a_name_that_we_did_not_give_is_no_appointment(
    session: Session, words: Words, media: str
) -> None:
    chat = conversation(session, NOW)
    chat.person_id = an_appointment(session).case.participant_id
    assert find_ics(session, words, chat, media, NOW) is None


# The feed of a regisseur


def feed(session: Session, words: Words, me: Person, now: datetime = NOW) -> list[Any]:
    return events(feed_of(session, words, me, now, PUBLIC))


def test_the_feed_has_initials_and_the_way_to_the_case_and_no_name(
    session: Session, words: Words
) -> None:
    sanne = regisseur(session, NOW)
    appointment = an_appointment(session, regisseur_id=sanne.id, interpreter=True)
    content = feed_of(session, words, sanne, NOW, PUBLIC)
    event = only(content)
    assert event["SUMMARY"] == "Voortgangsgesprek A.V."
    case = f"https://wegwijs.example.org/console/cases/{appointment.case_id}"
    assert event["URL"] == case
    assert "tolk" in event["DESCRIPTION"]
    assert event["LOCATION"] == appointment.place
    assert moments(event) == (NEXT_WEEK, NEXT_WEEK + timedelta(hours=1))
    assert "Amina" not in content.decode()
    assert "Voorbeeld" not in content.decode()


def test_the_feed_has_my_appointments_and_not_those_of_a_colleague(
    session: Session, words: Words
) -> None:
    sanne, joost = regisseur(session, NOW), regisseur(session, NOW, "Joost")
    mine = an_appointment(session, regisseur_id=sanne.id, by_phone=True)
    an_appointment(session, regisseur_id=joost.id)
    an_appointment(session)
    [event] = feed(session, words, sanne)
    assert event["UID"] == str(mine.id)
    assert event["LOCATION"] == words.console.text("nl", "calendar.phone").text
    assert "DESCRIPTION" not in event


def test_a_case_that_i_may_not_see_any_more_leaves_my_feed(session: Session, words: Words) -> None:
    sanne = regisseur(session, NOW, towns=("nederweert",))
    gone = an_appointment(session, regisseur_id=sanne.id)
    assert gone.case.municipality_id == "weert"
    assert feed(session, words, sanne) == []


def test_who_is_no_regisseur_any_more_has_no_feed(session: Session, words: Words) -> None:
    coach = person(session, NOW, Role.coach)
    with pytest.raises(NotAllowed):
        feed_of(session, words, coach, NOW, PUBLIC)


def test_what_is_cancelled_leaves_the_feed_and_what_was_held_stays_a_month(
    session: Session, words: Words
) -> None:
    sanne = regisseur(session, NOW)
    held = an_appointment(
        session,
        NOW - timedelta(days=29),
        regisseur_id=sanne.id,
        state=AppointmentState.held,
    )
    an_appointment(session, NOW - timedelta(days=31), regisseur_id=sanne.id)
    an_appointment(session, regisseur_id=sanne.id, state=AppointmentState.cancelled)
    assert [event["UID"] for event in feed(session, words, sanne)] == [str(held.id)]


def test_an_empty_feed_is_a_calendar_all_the_same(session: Session, words: Words) -> None:
    content = feed_of(session, words, regisseur(session, NOW), NOW)
    assert events(content) == []
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [("Amina", "Voorbeeld", "A.V."), ("أمينة", "", "أ."), ("Jan", "van der Berg", "J.V.D.B.")],
)
def test_initials_are_made_of_any_name(first: str, last: str, short: str) -> None:
    assert initials(Person(first_name=first, last_name=last)) == short
