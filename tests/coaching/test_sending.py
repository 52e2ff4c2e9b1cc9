"""What a coach sends arrives in the participant's own language, or not at all."""

from datetime import timedelta

from sqlalchemy import select

from api.coaching.sending import FROM_COACH, MOST_A_DAY, Outcome, send_answer
from api.conversations.models import Author, Conversation, Message
from api.handovers.asking import ask_for_person
from api.handovers.models import HandOverState, Reason
from api.people.linking import unlink
from api.people.models import Person
from tests.coaching.conftest import Coached


def send(coached: Coached, topic: str = "pvt") -> Outcome:
    with coached.database.writing() as session:
        joke = session.get_one(Person, coached.joke)
        return send_answer(session, coached.words, joke, coached.amina, topic, coached.clock())


def texts(coached: Coached, chat: str) -> list[str]:
    """What a coach sent here."""
    with coached.database.reading() as session:
        query = select(Message.text).join(Conversation).where(Conversation.chat_id == chat)
        sent = query.where(Message.author == Author.bot, Message.intent == FROM_COACH)
        return list(session.scalars(sent.order_by(Message.id)))


def agreed(coached: Coached) -> None:
    coached.says(coached.put_on(), coached.amina, given=True)


def test_the_answer_comes_in_every_chat_in_its_language_and_says_who_sent_it(
    coached_on_both: Coached,
) -> None:
    coached = coached_on_both
    agreed(coached)
    coached.chat(coached.amina, "phone", "ar")
    coached.chat(coached.amina, "tablet", "ti")
    coached.chat(coached.karim, "karim", "ar")
    assert send(coached) is Outcome.sent
    for chat, language in (("phone", "ar"), ("tablet", "ti")):
        [text] = texts(coached, chat)
        heading = coached.words.text(language, "from_coach", name="Joke")
        assert text.startswith(heading)
        assert len(text) > len(heading) + 50
    assert texts(coached, "karim") == []


def test_nothing_is_sent_without_a_yes_after_a_withdrawal_or_by_who_is_taken_off(
    coached: Coached,
) -> None:
    coached.chat(coached.amina, "phone")
    coaching = coached.put_on()
    assert send(coached) is Outcome.not_allowed
    coached.says(coaching, coached.amina, given=True)
    coached.says(coaching, coached.amina, given=False)
    assert send(coached) is Outcome.not_allowed
    coached.says(coaching, coached.amina, given=True)
    coached.take_off(coaching)
    assert send(coached) is Outcome.not_allowed
    assert texts(coached, "phone") == []


def test_nothing_is_sent_to_who_has_no_chat_or_not_any_more(coached: Coached) -> None:
    agreed(coached)
    assert send(coached) is Outcome.no_chat
    chat = coached.chat(coached.amina, "phone")
    with coached.database.writing() as session:
        unlink(session, session.get_one(Conversation, chat), coached.clock())
    assert send(coached) is Outcome.no_chat
    assert texts(coached, "phone") == []


def test_nothing_is_sent_into_a_chat_that_a_person_has(coached: Coached) -> None:
    agreed(coached)
    chat = coached.chat(coached.amina, "phone")
    with coached.database.writing() as session:
        conversation = session.get_one(Conversation, chat)
        hand_over = ask_for_person(session, conversation, Reason.asked, coached.clock())
        hand_over.state, hand_over.claimed_by_id = HandOverState.claimed, coached.sanne
    assert send(coached) is Outcome.later
    coached.chat(coached.amina, "tablet")
    assert send(coached) is Outcome.sent
    assert texts(coached, "phone") == []
    assert len(texts(coached, "tablet")) == 1


def test_nothing_is_sent_to_who_blocked_the_bot(coached: Coached) -> None:
    agreed(coached)
    chat = coached.chat(coached.amina, "phone")
    with coached.database.writing() as session:
        session.get_one(Conversation, chat).blocked_at = coached.clock()
    assert send(coached) is Outcome.no_chat


def test_the_same_answer_is_sent_once_a_day(coached: Coached) -> None:
    agreed(coached)
    coached.chat(coached.amina, "phone")
    assert [send(coached), send(coached)] == [Outcome.sent, Outcome.already]
    coached.clock.move(timedelta(days=1))
    assert send(coached) is Outcome.sent


def test_no_more_than_ten_answers_a_day_reach_one_participant(coached: Coached) -> None:
    agreed(coached)
    coached.chat(coached.amina, "phone")
    coached.chat(coached.amina, "tablet")
    topics = [*coached.words.topics][: MOST_A_DAY + 1]
    outcomes = [send(coached, topic) for topic in topics]
    assert outcomes == [Outcome.sent] * MOST_A_DAY + [Outcome.enough]
