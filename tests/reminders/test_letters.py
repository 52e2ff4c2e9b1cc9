"""Letters: the message in the language of the person and in Dutch, true on the day of printing."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.findings import Key
from api.cases.models import Case, Leerroute, Participant
from api.conversations.models import Conversation
from api.db import Database
from api.errors import Conflict
from api.people.contacts import set_contact
from api.reminders.letters import letter_of
from api.reminders.models import Reminder, ReminderKind
from api.reminders.wanted import end_of
from tests.conftest import MONDAY_MORNING
from tests.factories import participant, regisseur, talk
from translations.catalogue import LANGUAGES, without_isolates

NOW = MONDAY_MORNING
NEXT_WEEK = NOW + timedelta(days=7)


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def reminder(
    session: Session,
    case: Case,
    kind: ReminderKind,
    at: datetime,
    appointment: Appointment | None = None,
    about: str | None = None,
) -> Reminder:
    made = Reminder(
        key=f"test:{case.id}",
        municipality_id=case.municipality_id,
        case_id=case.id,
        appointment_id=appointment.id if appointment else None,
        kind=kind,
        about=about,
        at=at,
        until=at,
        planned_at=NOW,
        due_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def of_talk(
    session: Session,
    language: str = "ar",
    kind: ReminderKind = ReminderKind.appointment,
    **changes: Any,
) -> Reminder:
    case = participant(session, NOW, language=language)
    session.get_one(Participant, case.participant_id).address = "Dorpsstraat 1\n6001 AA  Weert\n"
    appointment = talk(session, case, NEXT_WEEK)
    for name, value in changes.items():
        setattr(appointment, name, value)
    return reminder(session, case, kind, NEXT_WEEK, appointment)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_written_in_the_persons_language_and_below_in_dutch(
    session: Session, words: Words, language: str
) -> None:
    letter = letter_of(session, words, of_talk(session, language), NOW)
    own = without_isolates("\n".join(letter.paragraphs))
    assert letter.language == language
    assert letter.direction == ("rtl" if language == "ar" else "ltr")
    assert words.text(language, "appointment.progress_talk") in own
    assert without_isolates(words.text(language, "mail.dear", name="Amina")) in own
    assert "10:00" in own
    assert letter.draft == (language != "nl")
    dutch = "\n".join(letter.dutch_paragraphs)
    if language == "nl":
        assert dutch == ""
    else:
        assert "Dag: maandag 30 november 2026" in dutch
        assert "Beste Amina," in dutch
        assert letter.dutch_subject == words.text("nl", "mail.subject", town="Weert")


def test_it_goes_to_the_name_and_the_address_as_it_stands_on_an_envelope(
    session: Session, words: Words
) -> None:
    letter = letter_of(session, words, of_talk(session), NOW)
    assert letter.address == ("Amina Voorbeeld", "Dorpsstraat 1", "6001 AA  Weert")


def test_without_an_address_the_name_is_left(session: Session, words: Words) -> None:
    about = of_talk(session)
    session.get_one(Participant, about.case.participant_id).address = None
    assert letter_of(session, words, about, NOW).address == ("Amina Voorbeeld",)


def test_the_address_of_who_moved_is_not_for_their_old_town(session: Session, words: Words) -> None:
    about = of_talk(session)
    regisseur(session, NOW, towns=("cranendonck",))
    session.get_one(Participant, about.case.participant_id).municipality_id = "cranendonck"
    assert letter_of(session, words, about, NOW).address == ("Amina Voorbeeld",)


def test_it_names_the_number_of_the_town_where_that_is_known(
    session: Session, words: Words
) -> None:
    about = of_talk(session, "en")
    assert not [line for line in letter_of(session, words, about, NOW).paragraphs if "0495" in line]
    set_contact(session, "weert", "regisseur", phone="0495 000 000")
    letter = letter_of(session, words, about, NOW)
    assert words.text("en", "contact.phone", phone="0495 000 000") in letter.paragraphs
    assert "Telefoon: 0495 000 000" in letter.dutch_paragraphs


def test_each_paragraph_is_one_line(session: Session, words: Words) -> None:
    letter = letter_of(session, words, of_talk(session), NOW)
    assert not [line for line in (*letter.paragraphs, *letter.dutch_paragraphs) if "\n" in line]


def test_it_offers_nothing_that_only_a_chat_can_do(session: Session, words: Words) -> None:
    letter = letter_of(session, words, of_talk(session, "nl"), NOW)
    assert words.text("nl", "remind.come") not in letter.paragraphs


def test_a_deadline_is_written_too(session: Session, words: Words) -> None:
    case = participant(session, NOW, language="tr")
    case.pip_date, case.leerroute = date(2026, 9, 1), Leerroute.b1
    ends = end_of(date(2028, 3, 1))
    about = reminder(session, case, ReminderKind.deadline, ends, about=Key.route_change)
    letter = letter_of(session, words, about, NOW)
    assert letter.subject == words.text("tr", "mail.subject_deadline")
    assert "1 maart 2028" in "\n".join(letter.dutch_paragraphs)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": AppointmentState.cancelled},
        {"starts_at": NEXT_WEEK + timedelta(hours=1)},
    ],
)
def test_what_is_not_true_any_more_is_not_printed(
    session: Session, words: Words, changes: dict[str, Any]
) -> None:
    with pytest.raises(Conflict) as refused:
        letter_of(session, words, of_talk(session, **changes), NOW)
    assert refused.value.key in words.console


def test_what_is_past_is_not_printed(session: Session, words: Words) -> None:
    about = of_talk(session)
    with pytest.raises(Conflict):
        letter_of(session, words, about, NEXT_WEEK)


def test_a_cancelled_talk_is_told_by_letter(session: Session, words: Words) -> None:
    about = of_talk(session, "nl", ReminderKind.cancelled, state=AppointmentState.cancelled)
    letter = letter_of(session, words, about, NOW)
    assert any(line.startswith("Uw afspraak gaat niet door") for line in letter.paragraphs)


def test_reading_a_letter_leaves_nothing_behind(session: Session, words: Words) -> None:
    letter_of(session, words, of_talk(session), NOW)
    session.flush()
    assert session.scalars(select(Conversation)).all() == []


def test_who_speaks_no_language_of_ours_gets_dutch(session: Session, words: Words) -> None:
    letter = letter_of(session, words, of_talk(session, "so"), NOW)
    assert letter.language == "nl"
    assert letter.dutch_paragraphs == ()
