"""Nobody reads or is taken for another: a telephone that changes hands, and words of danger."""

from api.attachments.models import AttachmentState
from api.conversations.models import Conversation, Kind
from api.handovers.models import HandOver, Reason
from api.handovers.queue import list_lines, raised_alarm
from api.people.linking import create_code, unlink
from api.people.models import Person
from tests.conversations.chat import Chat
from tests.conversations.hand_overs import (
    DANGER,
    answer,
    ask_for_person,
    claim,
    link_with_talk,
    send_file,
    states,
    the_hand_over,
)
from tests.conversations.test_silence import offer
from tests.factories import participant, town, understood


def shown(chat: Chat) -> list[str]:
    """What of the participant can be read in the console."""
    with chat.path.database.reading() as session:
        hand_over = session.get_one(HandOver, the_hand_over(chat).id)
        lines = list_lines(session, hand_over)
        return [line.text for line in lines if not raised_alarm(line)]


def undo_the_link(chat: Chat) -> None:
    with chat.path.database.writing() as session:
        unlink(session, session.get_one(Conversation, chat.id), chat.clock())


def code_for_somebody_else(chat: Chat, lives_in: str = "weert") -> str:
    with chat.path.database.writing() as session:
        case = participant(session, chat.clock(), "Bilal", "nl")
        here = town(session, lives_in, lives_in.title())
        case.municipality_id = case.participant.municipality_id = here.id
        who = session.get_one(Person, case.participant_id)
        who.roles[0].municipality_id = here.id
        return create_code(session, who, None, chat.clock())


def link(chat: Chat, code: str) -> None:
    chat.send(code, kind=Kind.start)
    chat.choose("link_yes")


def test_a_yes_to_files_does_not_count_for_who_has_the_telephone_later(chat: Chat) -> None:
    link_with_talk(chat)
    ask_for_person(chat)
    send_file(chat)
    chat.choose("pass_on")
    undo_the_link(chat)
    assert send_file(chat) == ["file.voice"]
    assert states(chat) == [AttachmentState.wanted, AttachmentState.offered]


def test_words_of_danger_beside_the_yes_to_a_person_are_not_passed_on(chat: Chat) -> None:
    chat.send(DANGER, town="weert")
    chat.send("ja, hij slaat me")
    assert the_hand_over(chat).reason is Reason.safety
    assert "ja, hij slaat me" not in shown(chat)


def test_what_is_said_to_a_person_is_read_by_that_person(chat: Chat) -> None:
    ask_for_person(chat)
    claim(chat)
    chat.send(DANGER)
    assert DANGER in shown(chat)


def test_who_gets_a_telephone_is_not_read_with_the_question_of_who_had_it(chat: Chat) -> None:
    link_with_talk(chat)
    chat.rasa.otherwise = understood("pvt")
    chat.send("de vraag van Amina")
    ask_for_person(chat)
    link(chat, code_for_somebody_else(chat, "roermond"))
    chat.send("de vraag van Bilal")
    assert the_hand_over(chat).municipality_id == "roermond"
    assert "de vraag van Amina" not in shown(chat)
    assert "de vraag van Bilal" in shown(chat)


def test_the_same_town_reads_two_people_apart_too(chat: Chat) -> None:
    link_with_talk(chat)
    ask_for_person(chat)
    chat.send("de vraag van Amina")
    link(chat, code_for_somebody_else(chat))
    assert "de vraag van Amina" not in shown(chat)


def test_who_is_linked_while_they_wait_keeps_their_words(chat: Chat) -> None:
    chat.send("mijn vraag", town="weert")
    ask_for_person(chat)
    link(chat, code_for_somebody_else(chat))
    assert "mijn vraag" in shown(chat)


def test_another_town_does_not_read_what_was_said_before_a_link_was_undone(chat: Chat) -> None:
    link_with_talk(chat)
    with chat.path.database.writing() as session:
        town(session, "roermond", "Roermond")
    ask_for_person(chat)
    chat.send("de vraag van Amina")
    undo_the_link(chat)
    offer(chat, "town", {"town": "roermond"})
    chat.press("pressed")
    assert the_hand_over(chat).municipality_id == "roermond"
    assert "de vraag van Amina" not in shown(chat)


def test_a_button_that_nobody_answers_is_heard_by_the_person_who_has_the_chat(chat: Chat) -> None:
    ask_for_person(chat)
    me = claim(chat)
    answer(chat, me)
    assert the_hand_over(chat).waiting_since is None
    ask_for_person(chat)
    assert the_hand_over(chat).waiting_since == chat.clock()


def test_a_button_that_is_done_in_silence_asks_nothing(chat: Chat) -> None:
    chat.send("hallo", town="weert")
    ask_for_person(chat)
    me = claim(chat)
    answer(chat, me)
    offer(chat, "language", {"language": "en"})
    chat.press("pressed")
    assert the_hand_over(chat).waiting_since is None


def test_who_may_not_be_safe_starts_the_clock_of_who_has_the_chat(chat: Chat) -> None:
    """A yes is done in silence, and is a question all the same."""
    chat.send(DANGER, town="weert")
    yes = chat.offered("safety_yes")[0].id
    ask_for_person(chat)
    answer(chat, claim(chat))
    chat.press(yes)
    hand_over = the_hand_over(chat)
    assert (hand_over.urgent, hand_over.waiting_since) == (True, chat.clock())


def test_a_question_without_a_town_goes_to_the_town_of_who_is_linked(chat: Chat) -> None:
    """Else every town would read the name and the words of somebody who lives in one."""
    ask_for_person(chat)
    assert the_hand_over(chat).municipality_id is None
    link(chat, code_for_somebody_else(chat, "roermond"))
    assert the_hand_over(chat).municipality_id == "roermond"
