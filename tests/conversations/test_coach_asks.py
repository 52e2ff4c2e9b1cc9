"""A coach asks a person for a participant who agreed to that, and tells of what worries them."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from api.cases.access import find_own_case
from api.conversations.models import Conversation, Message
from api.handovers import asking
from api.handovers.models import HandOver, Reason
from api.handovers.queue import list_queue
from api.notices.models import Notice
from api.people.models import Person, Role
from tests.coaching.conftest import Coached, made_in
from tests.conversations.chat import Chat
from tests.conversations.hand_overs import the_hand_over
from tests.factories import person, understood

_OF_COACHES = ("ask", "set", "self", "not_allowed")


class CoachChat(Chat):
    """What is said to a coach stands in a catalogue of its own."""

    def key(self, line: Message) -> str:
        keys = (f"coach.about.{name}" for name in _OF_COACHES)
        fits = (key for key in keys if line.text == self.words.text("nl", key, name="Amina"))
        return next(fits, None) or super().key(line)


@pytest.fixture
def coached(chat: Chat) -> Coached:
    """Amina and Karim, with Joke as their coach."""
    made = made_in(chat.path.database, chat.words, chat.clock)
    made.chat(made.joke, chat.name)
    chat.rasa.otherwise = understood("thank")
    return made


@pytest.fixture
def joke(chat: Chat, coached: Coached) -> CoachChat:
    """The chat of Joke, whom Amina lets look and Karim does not."""
    coaching = coached.put_on()
    coached.says(coaching, coached.amina, given=True)
    coached.says(coaching, coached.karim, given=False)
    return CoachChat(chat.path, chat.rasa, chat.clock, chat.name)


def heard_in(chat: Chat, name: str) -> list[str]:
    return [each.text for each in replace(chat, name=name, last=[]).lines()]


def test_a_coach_is_asked_for_whom_and_the_question_is_there_already(
    joke: CoachChat, coached: Coached
) -> None:
    assert joke.press("person") == ["handover_made", "coach.about.ask"]
    myself = joke.words.text("nl", "coach.button.about_self")
    assert [each.label for each in joke.offered("about")] == ["Amina", myself]
    assert the_hand_over(joke).about_id is None
    coached.chat(coached.amina, "phone", "ar")
    coached.chat(coached.karim, "karim", "ar")
    assert joke.choose("about", participant=str(coached.amina)) == ["coach.about.set"]
    hand_over = the_hand_over(joke)
    assert (hand_over.about_id, hand_over.reason) == (coached.amina, Reason.coach)
    told = joke.words.text("ar", "coach_asks", name="Joke")
    assert heard_in(joke, "phone") == [told]
    assert heard_in(joke, "karim") == []


def test_the_regisseur_of_that_participant_owns_it_and_hears_of_it(
    joke: CoachChat, coached: Coached
) -> None:
    with joke.path.database.writing() as session:
        case = find_own_case(session, coached.amina)
        assert case is not None
        case.regisseur_id = coached.sanne
    joke.press("person")
    joke.choose("about", participant=str(coached.amina))
    hand_over = the_hand_over(joke)
    assert hand_over.owner_id == coached.sanne
    with joke.path.database.reading() as session:
        query = select(func.count(Notice.id)).filter_by(person_id=coached.sanne)
        assert session.scalar(query) == 2  # of the town, and now as hers


def test_a_participant_is_told_once_and_not_while_a_person_talks_with_them(
    joke: CoachChat, coached: Coached
) -> None:
    coached.chat(coached.amina, "phone", "ar")
    tablet = coached.chat(coached.amina, "tablet", "ar")
    with joke.path.database.writing() as session:
        sanne = session.get_one(Person, coached.sanne)
        asking.open_conversation(session, joke.words, coached.amina, sanne, joke.clock())
        owned = session.scalars(select(HandOver)).one().conversation_id
        name = session.get_one(Conversation, owned).chat_id
        free = "phone" if owned == tablet else "tablet"
    joke.press("person")
    button = joke.offered("about", participant=str(coached.amina))[0].id
    joke.press(button)
    joke.press(button)
    told = joke.words.text("ar", "coach_asks", name="Joke")
    assert heard_in(joke, free).count(told) == 1
    assert told not in heard_in(joke, name)


def test_a_coach_can_ask_for_themselves(joke: CoachChat, coached: Coached) -> None:
    joke.press("person")
    asked = list(joke.last)
    joke.choose("about", participant=str(coached.amina))
    joke.last = asked
    assert joke.choose("about", participant="") == ["coach.about.self"]
    hand_over = the_hand_over(joke)
    assert (hand_over.about_id, hand_over.reason) == (None, Reason.asked)


def test_a_participant_who_took_back_their_yes_is_not_named(
    joke: CoachChat, coached: Coached
) -> None:
    joke.press("person")
    coached.move_out(coached.amina)
    said = joke.choose("about", participant=str(coached.amina))
    assert said == ["coach.about.not_allowed"]
    assert the_hand_over(joke).about_id is None


def test_a_coach_whom_nobody_lets_look_is_asked_as_everybody_is(
    chat: Chat, coached: Coached
) -> None:
    coached.put_on()
    assert chat.press("person") == ["handover_made", "handover_subject"]


def test_what_worries_a_coach_goes_to_the_coordinator(joke: CoachChat, coached: Coached) -> None:
    with joke.path.database.writing() as session:
        tom = person(session, joke.clock(), Role.coordinator, name="Tom").id
        els = person(session, joke.clock(), Role.coordinator, name="Els", towns=("roermond",)).id
    joke.send("de vader slaat zijn kind")
    assert joke.choose("safety_yes") == ["handover_made"]
    hand_over = the_hand_over(joke)
    assert (hand_over.reason, hand_over.urgent, hand_over.owner_id) == (Reason.safety, True, None)
    with joke.path.database.reading() as session:
        seen = list_queue(session, session.get_one(Person, tom), joke.clock())
        assert [each.id for each in seen] == [hand_over.id]
        assert list_queue(session, session.get_one(Person, els), joke.clock()) == []
        assert list(session.scalars(select(Notice.person_id))) == [tom]


def test_where_no_coordinator_is_it_goes_to_the_regisseurs(
    joke: CoachChat, coached: Coached
) -> None:
    joke.send("de vader slaat zijn kind")
    joke.choose("safety_yes")
    with joke.path.database.reading() as session:
        assert list(session.scalars(select(Notice.person_id))) == [coached.sanne]
