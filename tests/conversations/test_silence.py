"""While a person has a conversation the bot says nothing, whatever comes in; safety excepted."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from api.answers.reply import STARTERS
from api.conversations import (
    appointment_buttons,
    handover_buttons,
    linking_buttons,
    stop_buttons,
    topic_buttons,
)
from api.conversations.models import Button, Conversation, Kind
from api.conversations.transcript import BUTTONS_LAST
from api.handovers import asking
from api.handovers.models import HandOver, HandOverState, Helped, Reason
from api.outbox.models import OutboxMessage
from tests.conversations.chat import Chat
from tests.conversations.hand_overs import (
    A_FILE,
    DANGER,
    FILE_KINDS,
    ask_for_person,
    claim,
    fail_to_the_end,
    hand_back,
    link_with_talk,
    the_hand_over,
)
from tests.conversations.own_talks import add_case, add_regisseur
from tests.factories import receive, regisseur, town, understood

NOBODY = str(uuid4())
EVERYTHING = {
    **{"language": "ar", "town": "weert", "topic": "pvt", "part": "short", "group": "asiel"},
    **{"intent": STARTERS[0], "message": 1, "keys": "pvt", "page": 1, "at": "start"},
    **{"checklist": "first_week", "item": 1, "done": 1, "household": "", "given": 1},
    **{"code": 0, "coaching": NOBODY, "participant": NOBODY, "transfer": NOBODY, "answer": "yes"},
    **{"appointment": NOBODY, "starts_at": "2026-12-03T09:00:00+00:00", "day": 1},
    **{"slot": "2026-12-03T09:00:00+00:00", "kind": "progress_talk"},
    **{"subject": "money", "hand_over": NOBODY, "helped": "yes", "attachment": 0},
}
"""What any button may name."""
ACTIONS = {
    *("language", "town", "intent", "retry", "transfer"),
    *handover_buttons._ACTIONS,
    *linking_buttons._ACTIONS,
    *appointment_buttons._ACTIONS,
    *stop_buttons._ACTIONS,
    *topic_buttons._ACTIONS,
}
PARTS = {"quiet_hours": "morning"}


@pytest.fixture
def owned(chat: Chat) -> Chat:
    """The chat of somebody with a case and a talk, that a person has."""
    link_with_talk(chat)
    ask_for_person(chat)
    claim(chat)
    return chat


def said_to(chat: Chat) -> int:
    with chat.path.database.reading() as session:
        query = select(func.count(OutboxMessage.id)).filter_by(conversation_id=chat.id)
        return session.scalar(query) or 0


def offer(chat: Chat, action: str, arguments: Mapping[str, object]) -> None:
    """There is such a button in the chat, from before."""
    with chat.path.database.writing() as session:
        session.add(
            Button(
                id="pressed",
                conversation_id=chat.id,
                action=action,
                arguments=dict(arguments),
                label="een knop",
                expires_at=chat.clock() + BUTTONS_LAST,
            )
        )


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_no_button_makes_the_bot_speak_while_a_person_has_the_conversation(
    owned: Chat, action: str
) -> None:
    arguments = {**EVERYTHING, "part": PARTS.get(action, "short")}
    offer(owned, action, arguments)
    before, asked = said_to(owned), len(owned.rasa.asked)
    assert owned.press("pressed") == []
    assert (said_to(owned), len(owned.rasa.asked)) == (before, asked)
    assert owned.heard()[-1] == "een knop"


SAID = {
    "a question": "wat is PVT?",
    "an answer": "ja",
    "a person": "ik wil een mens spreken",
    "too long": "woord " * 400,
    "no words": "???",
    "a number": "1",
    "another script": "Я не понимаю, что мне делать",
    "another language": "ماذا علي أن أفعل الآن؟",
    "a town": "Weert",
    "a secret": "mijn bsn is 111222333",
    "a code": "ABCD EFGH JK23",
}


@pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
def test_nothing_typed_makes_the_bot_speak_while_a_person_has_the_conversation(
    owned: Chat, text: str
) -> None:
    before = said_to(owned)
    assert owned.send(text) == []
    assert said_to(owned) == before


@pytest.mark.parametrize(
    ("kind", "file"), [*((kind, None) for kind in Kind), *((kind, A_FILE) for kind in FILE_KINDS)]
)
def test_no_kind_of_message_makes_the_bot_speak_while_a_person_has_the_conversation(
    owned: Chat, kind: Kind, file: Mapping[str, object] | None
) -> None:
    before = said_to(owned)
    assert owned.send("hallo", kind=kind, file=file) == []
    assert said_to(owned) == before


def test_what_a_person_writes_first_is_no_first_contact(chat: Chat) -> None:
    """The welcome comes with the bot's own first answer, also when that is later."""
    with chat.path.database.writing() as session:
        add_case(session, chat.clock(), "Amina", add_regisseur(session, chat.clock()), chat.name)
        conversation = session.scalars(select(Conversation)).one()
        conversation.welcomed_at = None
        sanne = regisseur(session, chat.clock())
        assert conversation.person_id is not None
        asking.open_conversation(session, chat.words, conversation.person_id, sanne, chat.clock())
        me = sanne.id
    assert chat.send("dag Sanne") == []
    hand_back(chat, me)
    chat.rasa.otherwise = understood("pvt")
    assert chat.send("wat is PVT?")[:2] == ["welcome", "pvt"]


def test_a_fault_is_not_told_while_a_person_has_the_conversation(owned: Chat) -> None:
    before = said_to(owned)
    with owned.path.database.writing() as session:
        receive(session, owned.clock(), None, chat=owned.name, kind=Kind.voice, file=A_FILE)
    fail_to_the_end(owned)
    assert said_to(owned) == before
    assert owned.inbox()[-1].done_at is not None


@pytest.mark.parametrize("kind", [Kind.text, *FILE_KINDS])
def test_the_numbers_of_safety_always_go_out(owned: Chat, kind: Kind) -> None:
    assert owned.send(DANGER, kind=kind, file=A_FILE if kind in FILE_KINDS else None) == ["nood"]


def test_a_yes_to_a_person_after_danger_still_counts_while_a_person_has_it(chat: Chat) -> None:
    chat.send(DANGER, town="weert")
    yes = chat.offered("safety_yes")[0].id
    ask_for_person(chat)
    claim(chat)
    assert chat.press(yes) == []
    hand_over = the_hand_over(chat)
    assert (hand_over.reason, hand_over.urgent) == (Reason.safety, True)


@pytest.mark.parametrize(
    ("action", "arguments"),
    [("subject", {"subject": "money"}), ("town", {"town": "roermond"}), ("person", {})],
)
def test_what_nobody_would_hear_the_answer_of_is_not_done(
    owned: Chat, action: str, arguments: dict[str, str]
) -> None:
    before = the_hand_over(owned)
    with owned.path.database.writing() as session:
        town(session, "roermond", "Roermond")
    offer(owned, action, arguments)
    assert owned.press("pressed") == []
    after = the_hand_over(owned)
    assert (after.subject, after.municipality_id) == (None, before.municipality_id)
    assert after.asked_times == 1
    assert owned.conversation.municipality_id == "weert"


def test_a_face_for_an_earlier_question_is_written_down_without_a_word(owned: Chat) -> None:
    with owned.path.database.writing() as session:
        hand_over = session.get_one(HandOver, the_hand_over(owned).id)
        earlier = HandOver(
            conversation_id=hand_over.conversation_id,
            state=HandOverState.closed,
            reason=Reason.asked,
            language="nl",
            after_message_id=0,
            created_at=hand_over.created_at,
            closed_at=hand_over.created_at,
            warn_by=hand_over.created_at,
            answer_by=hand_over.created_at,
        )
        session.add(earlier)
        session.flush()
        id = earlier.id
    offer(owned, "helped", {"hand_over": str(id), "helped": "no"})
    assert owned.press("pressed") == []
    with owned.path.database.reading() as session:
        assert session.get_one(HandOver, id).helped is Helped.no
