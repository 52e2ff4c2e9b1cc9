"""Asking for one's own case in a chat: linked, not linked, in a group."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from api.answers.words import Words
from api.cases.access import find_own_case
from api.cases.models import Case, Law
from api.cases.records import Hours, HoursKind
from api.cases.transfers import request_transfer
from api.conversations.models import Button, Kind
from tests.conversations.chat import Chat
from tests.factories import ScriptedRasa, participant, regisseur, talk, town, understood


@pytest.fixture
def linked(chat: Chat, rasa: ScriptedRasa) -> Chat:
    """Amina, past the first contact, with eight hours of PVT and a regisseur."""
    rasa.otherwise = understood("greet")
    chat.send("hallo", language="nl")
    with chat.path.database.writing() as session:
        case = participant(session, chat.clock())
        case.pip_date = date(2025, 3, 14)
        case.regisseur_id = regisseur(session, chat.clock()).id
        did = {"case_id": case.id, "kind": HoursKind.pvt, "on": date(2026, 5, 4)}
        session.add(Hours(**did, hours=Decimal(8)))
        talk(session, case, chat.clock() + timedelta(days=3))
        session.merge(chat.conversation).person_id = case.participant_id
    return chat


def asks(chat: Chat, rasa: ScriptedRasa, intent: str, **changes: object) -> list[str]:
    rasa.otherwise = understood(intent)
    return chat.send("een vraag", **changes)


def test_somebody_who_is_linked_reads_what_is_done_and_left(
    linked: Chat, rasa: ScriptedRasa
) -> None:
    assert asks(linked, rasa, "mijn_voortgang")[0] == "case.mine"
    text = " ".join(line.text for line in linked.last)
    assert "Amina" in text
    assert "8 van minstens 12" in text
    assert linked.last[-1].media == "progress/pvt-8-12_map-0-40.png"
    assert "person" in linked.actions()


def test_somebody_who_is_linked_reads_who_the_regisseur_is(
    linked: Chat, rasa: ScriptedRasa
) -> None:
    assert asks(linked, rasa, "mijn_regisseur") == ["my_regisseur"]
    assert "Sanne" in linked.last[0].text


def test_the_answer_to_a_general_question_ends_with_what_holds_for_oneself(
    linked: Chat, rasa: ScriptedRasa
) -> None:
    assert asks(linked, rasa, "pvt") == ["pvt", "case.heading"]
    assert "8 van minstens 12" in linked.last[-1].text


@pytest.mark.parametrize("intent", ["mijn_voortgang", "mijn_regisseur", "not_linked"])
def test_somebody_who_is_not_linked_reads_how_to_be_and_what_holds_for_everybody(
    chat: Chat, rasa: ScriptedRasa, intent: str
) -> None:
    chat.send("hallo", language="nl")
    first, *general = asks(chat, rasa, intent)
    assert first == "not_linked.how"
    assert general
    assert "person" in chat.actions()


@pytest.mark.parametrize("intent", ["mijn_voortgang", "mijn_regisseur", "pvt"])
def test_nothing_personal_is_said_in_a_group(linked: Chat, rasa: ScriptedRasa, intent: str) -> None:
    assert asks(linked, rasa, intent, kind=Kind.group) == ["group_chat"]


def test_under_the_older_law_no_rule_of_the_new_one_is_told(
    linked: Chat, rasa: ScriptedRasa
) -> None:
    with linked.path.database.writing() as session:
        person_id = session.merge(linked.conversation).person_id
        case = find_own_case(session, person_id)
        assert case is not None
        case.law = Law.wi2013
    assert asks(linked, rasa, "pvt") == ["case.older_law"]
    assert asks(linked, rasa, "mijn_voortgang") == ["case.older_law"]


def test_the_words_of_a_case_stay_out_of_rasa(linked: Chat, rasa: ScriptedRasa) -> None:
    asks(linked, rasa, "mijn_voortgang")
    assert "Amina" not in str(rasa.asked)
    assert "Voorbeeld" not in str(rasa.asked)


@pytest.mark.parametrize(
    ("answer", "told", "towns"),
    [("yes", "transfer.done", {"weert", "nederweert"}), ("no", "transfer.refused", {"weert"})],
)
def test_the_question_about_a_move_is_answered_by_button(
    linked: Chat, words: Words, answer: str, told: str, towns: set[str]
) -> None:
    with linked.path.database.writing() as session:
        town(session, "nederweert", "Nederweert")
        case = find_own_case(session, linked.conversation.person_id)
        assert case is not None
        assert case.regisseur is not None
        request_transfer(session, words, case.regisseur, case.id, "nederweert", linked.clock())
    with linked.path.database.reading() as session:
        offered = session.scalars(select(Button).filter_by(action="transfer")).all()
        pressed = next(button.id for button in offered if button.arguments["answer"] == answer)
    assert linked.press(pressed)[-1] == told
    with linked.path.database.reading() as session:
        person_id = linked.conversation.person_id
        cases = session.scalars(select(Case).filter_by(participant_id=person_id)).all()
        assert {case.municipality_id for case in cases} == towns
    assert linked.press(pressed)[-1] in (told, "button_expired")
