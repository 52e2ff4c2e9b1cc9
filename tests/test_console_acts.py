"""What is done beside a conversation in the console, and how one begins from a case."""

import re
from html import unescape
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select

import api.app
from api.answers.words import Words
from api.appointments.models import Absence
from api.cases.models import Case
from api.clock import local
from api.conversations.models import Channel, Message
from api.handovers import asking
from api.handovers.models import EventKind, HandOver, HandOverEvent, Reason
from api.handovers.service import MAX_NOTE_CHARACTERS
from tests.factories import conversation, regisseur
from tests.test_console_cases import Desk, desk, either
from tests.test_console_queue import HAND_OVERS, act, api_words, asked, claimed, colleague, stored

__all__ = ["desk", "either"]

NOBODY = str(UUID(int=1))


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


# Beside the conversation


def test_a_colleague_takes_a_conversation_over(either: Desk) -> None:
    id, joris = asked(either), colleague(either)
    claimed(either, id, joris)
    page = either.page(f"{HAND_OVERS}/{id}")
    assert "Ik neem dit gesprek over" in page
    assert act(either, id, "take-over").headers["Location"] == f"{HAND_OVERS}/{id}"
    assert stored(either, id).claimed_by_id == either.me.id
    assert "Ik neem dit gesprek over" not in either.page(f"{HAND_OVERS}/{id}")


def test_what_nobody_has_cannot_be_taken_over_and_the_page_says_why(desk: Desk) -> None:
    id = asked(desk)
    answer = act(desk, id, "take-over")
    assert answer.status_code == 409
    assert "Niemand heeft deze vraag nu." in answer.text


def test_a_conversation_is_given_to_a_colleague(either: Desk) -> None:
    id, joris = asked(either), colleague(either)
    claimed(either, id, either.me)
    assert act(either, id, "assign", colleague=str(joris.id)).status_code == 303
    assert stored(either, id).claimed_by_id == joris.id
    assert "Gegeven aan Joris Voorbeeld" in either.page(f"{HAND_OVERS}/{id}")


def options(at: Desk, id: UUID) -> list[str]:
    page = at.page(f"{HAND_OVERS}/{id}")
    found = re.search(r'<select[^>]*name="colleague".*?</select>', page, re.DOTALL)
    return re.findall(r"<option[^>]*>([^<]*)</option>", found[0])[1:] if found else []


def test_the_colleagues_of_the_town_are_offered_and_who_is_away_is_marked(desk: Desk) -> None:
    id, joris = asked(desk), colleague(desk)
    colleague(desk, "Bram", "cranendonck")
    with desk.database.writing() as session:
        today = local(desk.clock()).date()
        session.add(Absence(person_id=joris.id, first_on=today, last_on=today))
    assert sorted(options(desk, id)) == [
        "Joris Voorbeeld (vandaag afwezig)",
        "Sanne Voorbeeld (u zelf)",
    ]
    claimed(desk, id, desk.me)
    assert options(desk, id) == ["Joris Voorbeeld (vandaag afwezig)"]
    act(desk, id, "hand-back")
    assert options(desk, id) == []


@pytest.mark.parametrize("who", ["", "x", NOBODY])
def test_who_is_no_colleague_is_given_nothing_and_the_page_says_so(desk: Desk, who: str) -> None:
    id = asked(desk)
    colleague(desk)
    answer = act(desk, id, "assign", colleague=who)
    assert answer.status_code == 400
    assert "Kies een collega van deze gemeente." in answer.text
    assert stored(desk, id).owner_id is None


def test_a_note_is_for_colleagues_only(either: Desk) -> None:
    id = asked(either)
    assert act(either, id, "notes", note=" Belt liever. ").status_code == 303
    page = either.page(f"{HAND_OVERS}/{id}")
    notes = page[page.index('id="log"') :]
    assert "Belt liever." in notes
    assert "Sanne Voorbeeld" in notes
    with either.database.reading() as session:
        assert "Belt liever." not in list(session.scalars(select(Message.text)))
        [event] = session.scalars(select(HandOverEvent).filter_by(kind=EventKind.note))
        assert event.by_id == either.me.id


def test_a_note_that_is_too_long_stands_there_still(desk: Desk) -> None:
    id, note = asked(desk), "<b>lang</b>" + "x" * MAX_NOTE_CHARACTERS
    answer = act(desk, id, "notes", note=note)
    assert answer.status_code == 400
    assert "Uw notitie is te lang." in answer.text
    assert f"{note}</textarea>" in unescape(answer.text)
    assert act(desk, id, "notes", note="  ").status_code == 400


@pytest.mark.parametrize("what", ["take-over", "assign", "notes"])
def test_what_is_of_another_town_cannot_be_touched(desk: Desk, what: str) -> None:
    id = asked(desk, where="cranendonck")
    assert act(desk, id, what, note="hallo", colleague=str(desk.me.id)).status_code == 404


# From the case


def begin(at: Desk, case: UUID) -> Response:
    page = f"/console/cases/{case}"
    return at.post(f"{page}/conversation", {"csrf": at.csrf(page)})


def chat_of(at: Desk, case: UUID) -> UUID:
    with at.database.writing() as session:
        chat = conversation(session, at.clock(), "chat-own", "ar")
        chat.channel, chat.person_id = Channel.telegram, at.case(case).participant_id
        chat.municipality_id = "weert"
        session.flush()
        return chat.id


def test_a_regisseur_begins_a_conversation_from_the_case(either: Desk) -> None:
    case = either.add(regisseur_id=either.me.id)
    chat = chat_of(either, case)
    answer = begin(either, case)
    assert answer.status_code == 303
    with either.database.reading() as session:
        made = session.scalars(select(HandOver).filter_by(conversation_id=chat)).one()
        assert answer.headers["Location"] == f"{HAND_OVERS}/{made.id}"
        assert (made.reason, made.claimed_by_id) == (Reason.opened, either.me.id)


def test_without_a_chat_the_page_of_the_case_says_so(desk: Desk) -> None:
    answer = begin(desk, desk.add())
    assert answer.status_code == 409
    assert "Deze persoon heeft geen chat." in answer.text
    assert "Amina Alvoorbeeld" in answer.text


def test_a_colleague_who_talks_already_is_not_interrupted(desk: Desk) -> None:
    case = desk.add()
    chat_of(desk, case)
    with desk.database.writing() as session:
        who, joris = desk.case(case).participant_id, regisseur(session, desk.clock(), "Joris")
        asking.open_conversation(session, api_words(desk), who, joris, desk.clock())
    answer = begin(desk, case)
    assert answer.status_code == 409
    assert "Een collega heeft deze vraag al." in answer.text


def test_of_a_closed_case_no_conversation_begins(desk: Desk) -> None:
    case = desk.add()
    chat_of(desk, case)
    token = desk.csrf()
    with desk.database.writing() as session:
        session.get_one(Case, case).closed_on = local(desk.clock()).date()
    assert "Gesprek openen" not in desk.page(f"/console/cases/{case}")
    answer = desk.post(f"/console/cases/{case}/conversation", {"csrf": token})
    assert answer.status_code == 409
    with desk.database.reading() as session:
        assert session.scalars(select(HandOver)).all() == []
