"""A hand-over from the chat: why it was made, what is asked after it, and what became of it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import update

from api.conversations.handover_replies import SUBJECTS
from api.conversations.models import Button
from api.handovers import service
from api.handovers.models import EventKind, HandOverState, Helped, Reason
from api.outbox.models import DeliveryState, OutboxMessage
from tests.conversations.chat import Chat
from tests.conversations.hand_overs import (
    DANGER,
    WAYS,
    answer,
    ask_for_person,
    claim,
    events,
    hand_back,
    link_with_talk,
    the_hand_over,
    type_for_person,
)
from tests.conversations.own_talks import other, remind
from tests.factories import regisseur, understood
from translations.catalogue import LANGUAGES

# Why


def after_nothing(chat: Chat) -> None:
    """Nothing was asked before."""


def after_two_misses(chat: Chat) -> None:
    chat.rasa.otherwise = understood("not_understood", "unknown")
    chat.send("blub")
    chat.send("blub blub")


def after_one_miss(chat: Chat) -> None:
    chat.rasa.otherwise = understood("not_understood", "unknown")
    chat.send("blub")


def after_a_reminder(chat: Chat) -> None:
    link_with_talk(chat)
    remind(chat)


def after_a_reminder_that_did_not_leave(chat: Chat) -> None:
    after_a_reminder(chat)
    with chat.path.database.writing() as session:
        of_reminders = update(OutboxMessage).where(OutboxMessage.bulk)
        session.execute(of_reminders.values(state=DeliveryState.waiting))


def after_a_reminder_and_an_answer(chat: Chat) -> None:
    after_a_reminder(chat)
    about("pvt")(chat)


def about(topic: str, group: str | None = None) -> Callable[[Chat], None]:
    def asks(chat: Chat) -> None:
        chat.rasa.otherwise = understood(topic)
        chat.send("een vraag")
        if group is not None:
            chat.choose("group", group=group)

    return asks


@pytest.mark.parametrize("ask", WAYS)
@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (after_nothing, Reason.asked),
        (after_one_miss, Reason.asked),
        (after_two_misses, Reason.misses),
        (after_a_reminder, Reason.reminder),
        (after_a_reminder_that_did_not_leave, Reason.asked),
        (after_a_reminder_and_an_answer, Reason.asked),
        (about("pvt"), Reason.asked),
        (about("boete"), Reason.unclear),
        (about("boete", "overig"), Reason.unclear),
        (about("bezwaar_klacht"), Reason.unclear),
        (about("kinderopvangtoeslag"), Reason.unclear),
        (about("duo"), Reason.asked),
        (about("ontzorgen"), Reason.unclear),
        (about("ontzorgen", "unknown"), Reason.unclear),
        (about("ontzorgen", "asiel"), Reason.asked),
    ],
)
def test_the_reason_is_what_happened_just_before(
    weert: Chat,
    before: Callable[[Chat], None],
    reason: Reason,
    ask: Callable[[Chat], list[str]],
) -> None:
    before(weert)
    ask(weert)
    assert the_hand_over(weert).reason is reason


def test_after_two_misses_a_person_is_offered_first_and_the_count_begins_anew(weert: Chat) -> None:
    after_two_misses(weert)
    assert weert.actions()[0] == "person"
    weert.choose("person")
    assert weert.conversation.misses == 0


def test_who_asks_twice_in_words_and_by_button_makes_one_hand_over(weert: Chat) -> None:
    type_for_person(weert)
    ask_for_person(weert)
    [hand_over] = weert.hand_overs()
    assert hand_over.asked_times == 2


# The one question


@pytest.mark.parametrize("ask", WAYS)
def test_where_the_town_is_unknown_that_is_the_question(
    chat: Chat, ask: Callable[[Chat], list[str]]
) -> None:
    chat.rasa.otherwise = understood("thank")
    chat.send("bedankt")
    assert ask(chat) == ["handover_made", "handover_ask_town"]
    assert the_hand_over(chat).state == HandOverState.open
    assert chat.choose("town", town="weert") == ["handover_town_set"]
    assert chat.actions() == ["my_question"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_else_it_is_what_it_is_about_in_the_pictures_of_the_menu(
    weert: Chat, language: str
) -> None:
    weert.send("bedankt", language=language)
    assert ask_for_person(weert) == ["handover_made", "handover_subject"]
    subjects = weert.offered("subject")
    assert [each.arguments["subject"] for each in subjects] == [*SUBJECTS, "other"]
    labels = [weert.words.text(language, f"menu.{group}") for group in SUBJECTS]
    assert [each.label for each in subjects[:-1]] == labels
    assert weert.choose("subject", subject="money") == ["handover_subject_set"]
    assert the_hand_over(weert).subject == "money"
    assert (EventKind.subject, "money") in events(weert)


def test_something_else_is_a_subject_too(weert: Chat) -> None:
    ask_for_person(weert)
    weert.choose("subject", subject="other")
    assert the_hand_over(weert).subject == "other"


def test_the_last_choice_counts_and_another_question_is_answered_meanwhile(weert: Chat) -> None:
    ask_for_person(weert)
    asked = list(weert.last)
    weert.rasa.otherwise = understood("pvt")
    assert weert.send("wat is PVT?") == ["pvt"]
    for subject in ("money", "work"):
        weert.last = asked
        weert.choose("subject", subject=subject)
    assert the_hand_over(weert).subject == "work"


def test_what_is_known_already_is_not_asked(weert: Chat) -> None:
    about("pvt")(weert)
    assert ask_for_person(weert) == ["handover_made"]
    assert the_hand_over(weert).topic == "pvt"


def test_nothing_is_asked_twice(chat: Chat) -> None:
    chat.rasa.otherwise = understood("thank")
    chat.send("bedankt")
    ask_for_person(chat)
    assert ask_for_person(chat) == ["handover_waiting"]
    chat.send("bedankt", town="weert")
    assert ask_for_person(chat) == ["handover_waiting"]


def test_in_danger_nobody_is_asked_what_it_is_about(weert: Chat) -> None:
    weert.send(DANGER)
    assert weert.choose("safety_yes") == ["handover_made"]
    assert the_hand_over(weert).reason is Reason.safety


def test_a_subject_of_a_question_that_is_closed_sets_nothing(weert: Chat) -> None:
    ask_for_person(weert)
    asked = list(weert.last)
    hand_back(weert, claim(weert))
    weert.last = asked
    assert weert.choose("subject", subject="money") == ["handover_none"]
    assert the_hand_over(weert).subject is None


# What about my question?


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_what_became_of_it_reads_whether_somebody_read_it(
    weert: Chat, language: str
) -> None:
    weert.send("bedankt", language=language)
    ask_for_person(weert)
    assert weert.choose("my_question") == ["handover_waiting"]
    assert type_for_person(weert)[-1] == "handover_waiting"
    known = len(weert.lines())
    with weert.path.database.writing() as session:
        sanne = regisseur(session, weert.clock())
        id = the_hand_over(weert).id
        service.mark_read(session, weert.words, id, sanne, weert.clock())
    weert.last = weert.lines()[known:]
    assert [weert.key(line) for line in weert.last] == ["handover_read"]
    assert weert.choose("my_question") == ["handover_was_read"]
    assert weert.last[0].language == language
    assert type_for_person(weert)[-1] == "handover_was_read"


def test_when_it_is_closed_that_is_said_with_the_way_to_a_new_one(weert: Chat) -> None:
    ask_for_person(weert)
    button = weert.offered("my_question")[0].id
    hand_back(weert, claim(weert))
    assert weert.press(button) == ["handover_none"]
    assert weert.actions() == ["person"]


def test_a_question_of_another_chat_is_not_told(weert: Chat) -> None:
    ask_for_person(weert)
    button = weert.offered("my_question")[0].id
    stranger = other(weert, "chat-2")
    stranger.send("hallo", town="weert")
    assert stranger.press(button) == ["button_expired"]


# Did it help?


@pytest.fixture
def helped(weert: Chat) -> Chat:
    """A person answered and handed the conversation back."""
    ask_for_person(weert)
    sanne = claim(weert)
    answer(weert, sanne)
    assert hand_back(weert, sanne) == ["handed_back", "handover_helped"]
    return weert


@pytest.mark.parametrize(
    ("face", "said"),
    [
        (Helped.yes, "handover_rated"),
        (Helped.partly, "handover_rated"),
        (Helped.no, "handover_rated.no"),
    ],
)
def test_a_face_is_written_down_and_thanked_for(helped: Chat, face: Helped, said: str) -> None:
    assert helped.choose("helped", helped=face) == [said]
    assert the_hand_over(helped).helped is face
    assert ("person" in helped.actions()) is (face is Helped.no)


def test_of_two_faces_the_last_one_counts(helped: Chat) -> None:
    faces = list(helped.last)
    helped.choose("helped", helped=Helped.no)
    helped.last = faces
    helped.choose("helped", helped=Helped.yes)
    assert the_hand_over(helped).helped is Helped.yes
    assert [kind for kind, _ in events(helped)].count(EventKind.rated) == 2


def test_a_question_that_is_not_closed_or_of_another_chat_is_not_rated(helped: Chat) -> None:
    face = helped.offered("helped", helped="yes")[0].id
    ask_for_person(helped)
    offered_for(helped, face, the_hand_over(helped).id)
    assert helped.press(face) == ["button_expired"]
    stranger = other(helped, "chat-2")
    stranger.send("hallo", town="weert")
    with helped.path.database.writing() as session:
        session.get_one(Button, face).conversation_id = stranger.id
    offered_for(helped, face, helped.hand_overs()[0].id)
    assert stranger.press(face) == ["button_expired"]
    assert [each.helped for each in helped.hand_overs()] == [None, None]


def offered_for(chat: Chat, button: str, hand_over: UUID) -> None:
    """The face is about this hand-over."""
    arguments = {"hand_over": str(hand_over), "helped": "yes"}
    with chat.path.database.writing() as session:
        session.get_one(Button, button).arguments = arguments
