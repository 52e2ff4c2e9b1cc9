"""Voice messages, pictures and documents: passed on to a person after a yes, and never before."""

import pytest

from api.attachments.models import AttachmentState
from api.attachments.service import ask_permission
from api.conversations.models import Button, Kind
from api.handovers.models import Reason
from api.people.models import Person
from tests.conversations.chat import Chat
from tests.conversations.hand_overs import (
    A_FILE,
    DANGER,
    FILE_KINDS,
    ask_for_person,
    attachments,
    claim,
    fail_to_the_end,
    hand_back,
    send_file,
    states,
    the_hand_over,
)
from tests.conversations.own_talks import other
from tests.factories import receive, understood
from translations.catalogue import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FILE_KINDS)
def test_what_we_cannot_read_is_passed_on_after_a_yes_only(
    weert: Chat, kind: Kind, language: str
) -> None:
    weert.send("bedankt", language=language)
    assert send_file(weert, kind) == [f"file.{kind}"]
    assert weert.actions() == ["pass_on", "keep_back"]
    assert states(weert) == [AttachmentState.offered]
    assert weert.hand_overs() == []
    assert weert.choose("pass_on") == ["file.passed", "handover_made", "handover_subject"]
    assert states(weert) == [AttachmentState.wanted]
    hand_over = the_hand_over(weert)
    assert (hand_over.reason, hand_over.files_allowed_at) == (Reason.file, weert.clock())
    assert hand_over.after_message_id < attachments(weert)[0].message_id


def test_the_reference_leaves_the_inbox_and_goes_with_the_line(weert: Chat) -> None:
    send_file(weert)
    assert weert.inbox()[-1].file is None
    [attachment] = attachments(weert)
    assert (attachment.reference, attachment.declared_size) == ("file-1", 20_000)
    assert attachment.message_id == weert.lines()[-2].id


def test_a_no_keeps_nothing_and_asks_nobody(weert: Chat) -> None:
    send_file(weert)
    assert weert.choose("keep_back") == ["file.kept"]
    assert (states(weert), weert.hand_overs()) == ([AttachmentState.kept_back], [])
    assert attachments(weert)[0].reference is None


@pytest.mark.parametrize(
    ("typed", "said", "state"),
    [
        ("ja", "file.passed", AttachmentState.wanted),
        ("nee", "file.kept", AttachmentState.kept_back),
    ],
)
def test_a_typed_yes_or_no_answers_as_well(
    weert: Chat, typed: str, said: str, state: AttachmentState
) -> None:
    send_file(weert)
    assert weert.send(typed)[0] == said
    assert states(weert) == [state]


def test_what_is_neither_is_asked_again(weert: Chat) -> None:
    send_file(weert, Kind.photo)
    weert.rasa.otherwise = understood("not_understood", "unknown")
    assert weert.send("misschien") == ["file.photo"]
    assert weert.choose("pass_on")[0] == "file.passed"


def test_a_question_that_waits_already_gets_the_file_too(weert: Chat) -> None:
    ask_for_person(weert)
    send_file(weert)
    assert weert.choose("pass_on") == ["file.passed"]
    [hand_over] = weert.hand_overs()
    assert (hand_over.reason, hand_over.files_allowed_at) == (Reason.asked, weert.clock())


def test_after_one_yes_the_next_file_is_passed_on_at_once(weert: Chat) -> None:
    send_file(weert)
    weert.choose("pass_on")
    assert send_file(weert, Kind.photo) == ["file.passed"]
    assert states(weert) == [AttachmentState.wanted] * 2


def test_a_yes_holds_for_one_question_and_not_for_the_next(weert: Chat) -> None:
    send_file(weert)
    weert.choose("pass_on")
    hand_back(weert, claim(weert))
    ask_for_person(weert)
    assert send_file(weert) == ["file.voice"]


def test_pressing_twice_tells_the_same(weert: Chat) -> None:
    send_file(weert)
    asked = list(weert.last)
    weert.choose("pass_on")
    weert.last = asked
    assert weert.choose("pass_on") == ["file.passed"]
    assert len(weert.hand_overs()) == 1


def test_a_no_after_a_yes_stops_what_was_not_fetched_yet(weert: Chat) -> None:
    send_file(weert)
    asked = list(weert.last)
    weert.choose("pass_on")
    weert.last = asked
    assert weert.choose("keep_back") == ["file.kept"]
    assert states(weert) == [AttachmentState.kept_back]
    weert.last = asked
    assert weert.choose("keep_back") == ["file.kept"]
    weert.last = asked
    assert weert.choose("pass_on") == ["file.gone"]


def test_a_file_of_another_chat_is_gone(weert: Chat) -> None:
    send_file(weert)
    yes = weert.offered("pass_on")[0].id
    stranger = other(weert, "chat-2")
    stranger.send("bedankt", town="weert")
    with weert.path.database.writing() as session:
        session.get_one(Button, yes).conversation_id = stranger.id
    assert stranger.press(yes) == ["file.gone"]
    assert (states(weert), stranger.hand_overs()) == ([AttachmentState.offered], [])


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_danger_in_the_words_under_a_file_goes_before_the_file(weert: Chat, kind: Kind) -> None:
    assert send_file(weert, kind, text=DANGER) == ["nood", "nood.offer"]
    assert weert.choose("safety_yes")[0] == "handover_made"
    assert attachments(weert) == []


def test_a_bsn_in_the_words_under_a_file_is_removed_and_that_is_said(weert: Chat) -> None:
    assert send_file(weert, text="mijn bsn is 111222333") == ["masked", "file.voice"]


def test_a_file_as_the_first_message_gets_the_welcome_too(chat: Chat) -> None:
    assert send_file(chat) == ["welcome", "file.voice"]


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_where_the_door_brings_no_file_only_the_honest_line_is_said(
    weert: Chat, kind: Kind
) -> None:
    assert weert.send(None, kind=kind) == [f"unsupported.{kind}"]
    assert attachments(weert) == []


def test_a_file_whose_answer_fails_is_not_kept_in_mind(weert: Chat) -> None:
    with weert.path.database.writing() as session:
        receive(session, weert.clock(), None, kind=Kind.voice, file=A_FILE)
    fail_to_the_end(weert)
    assert weert.key(weert.lines()[-1]) == "failure"
    assert (attachments(weert), weert.inbox()[-1].file) == ([], None)


def test_while_a_person_has_the_conversation_a_file_waits_for_a_yes_that_is_silent(
    weert: Chat,
) -> None:
    send_file(weert)
    yes = weert.offered("pass_on")[0].id
    ask_for_person(weert)
    claim(weert)
    assert send_file(weert, Kind.photo) == []
    assert states(weert) == [AttachmentState.offered] * 2
    assert weert.press(yes) == []
    assert states(weert) == [AttachmentState.wanted, AttachmentState.offered]
    assert send_file(weert, Kind.document) == []
    assert states(weert)[-1] is AttachmentState.wanted
    assert len(weert.hand_overs()) == 1


def test_a_person_may_ask_for_it_and_a_typed_yes_answers_them(weert: Chat) -> None:
    ask_for_person(weert)
    me = claim(weert)
    send_file(weert)
    with weert.path.database.writing() as session:
        ask_permission(
            session,
            weert.words,
            the_hand_over(weert).id,
            session.get_one(Person, me),
            attachments(weert)[0].id,
            weert.clock(),
        )
    assert weert.send("ja") == []
    assert states(weert) == [AttachmentState.wanted]
