"""Who may see a file, who may ask for it, who may take it away."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import (
    ask_permission,
    attachments_of,
    find_offered,
    get_attachment,
    keep_back,
    remove,
)
from api.conversations.models import Author, Button, Conversation, Message
from api.conversations.transcript import Spoken
from api.errors import Conflict, NotAllowed, NotFound
from api.handovers.models import EventKind, HandOver, Reason
from api.handovers.queue import list_events, list_lines
from api.handovers.service import answer, hand_back
from api.outbox.models import OutboxMessage
from api.outbox.service import claim_due
from api.people.models import Person
from tests.attachments.files import picture, voice
from tests.attachments.sending import Post


def sees(post: Post, id: int, me: Person) -> bool:
    with post.database.reading() as session:
        try:
            return get_attachment(session, id, me).id == id
        except NotFound:
            return False


def talk_on(post: Post, lines: int) -> None:
    for number in range(lines):
        post.person.says(f"nog iets {number}")
    post.receive()
    with post.writing() as session:
        conversation = session.scalars(select(Conversation)).one()
        session.add_all(
            Message(
                conversation_id=conversation.id,
                author=Author.participant,
                text="nog iets",
                language="ar",
                at=post.clock(),
            )
            for _ in range(lines)
        )


def offered_here(post: Post, id: int) -> bool:
    with post.writing() as session:
        conversation = session.scalars(select(Conversation)).one()
        return find_offered(session, conversation.id, id) is not None


# Who sees it


def test_who_may_see_the_question_sees_the_file_and_a_colleague_elsewhere_does_not(
    either: Post,
) -> None:
    either.person.sends_voice(voice())
    id = either.wanted()
    either.fetch()
    assert sees(either, id, either.regisseur())
    assert not sees(either, id, either.regisseur("Tom", "cranendonck"))


def test_without_a_question_nobody_sees_it(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.offered()
    assert not sees(post, id, post.regisseur())
    assert not sees(post, id + 1, post.regisseur())


def test_of_somebody_in_danger_only_what_was_sent_afterwards_is_seen(post: Post) -> None:
    post.person.sends_photo(picture())
    before = post.offered()
    post.asked(Reason.safety)
    post.person.sends_photo(picture())
    after, me = post.offered(), post.regisseur()
    assert (sees(post, before, me), sees(post, after, me)) == (False, True)
    assert (offered_here(post, before), offered_here(post, after)) == (False, True)


def test_what_was_sent_after_the_end_of_a_question_is_not_seen_through_it(post: Post) -> None:
    post.person.sends_voice(voice())
    first, me = post.wanted(), post.regisseur()
    post.fetch()
    hand_over = post.asked()
    post.claimed(hand_over, me)
    with post.writing() as session:
        hand_back(session, post.words, hand_over.id, me, post.clock())
    post.later(1)
    post.person.sends_voice(voice())
    second = post.offered()
    assert (sees(post, first, me), sees(post, second, me)) == (True, False)


def test_a_yes_brings_the_line_into_the_question_however_long_ago_it_was_said(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me = post.offered(), post.regisseur()
    talk_on(post, 15)
    hand_over = post.asked()
    assert not sees(post, id, me)
    post.agrees(id)
    assert sees(post, id, me)
    with post.database.reading() as session:
        lines = list_lines(session, session.get_one(HandOver, hand_over.id))
        assert post.get(id).message_id in [line.id for line in lines]


def test_who_got_the_phone_later_cannot_pass_on_what_was_sent_before(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.offered()
    assert offered_here(post, id)
    with post.writing() as session:
        session.scalars(select(Conversation)).one().forgotten_until = post.get(id).message_id
    assert not offered_here(post, id)


def test_the_files_of_some_lines_are_found_without_reading_their_content(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.wanted()
    post.fetch()
    line = post.get(id).message_id
    with post.database.reading() as session:
        found = attachments_of(session, [line, line + 1])
        assert {key: row.id for key, row in found.items()} == {line: id}
        assert "content" not in vars(found[line])
        assert attachments_of(session, []) == {}


# Asking


def asks(post: Post, hand_over: HandOver, me: Person, id: int) -> Message:
    with post.writing() as session:
        return ask_permission(session, post.words, hand_over.id, me, id, post.clock())


def questions(post: Post) -> Sequence[Message]:
    with post.database.reading() as session:
        query = select(Message).filter_by(author=Author.person).order_by(Message.id)
        return session.scalars(query).all()


def test_who_has_the_question_asks_in_the_language_of_the_participant(either: Post) -> None:
    either.person.sends_voice(voice())
    id, me, hand_over = either.offered(), either.regisseur(), either.asked()
    either.claimed(hand_over, me)
    either.later(20)
    line = asks(either, hand_over, me, id)
    assert (line.author, line.staff_id, line.language) == (Author.person, me.id, "ar")
    assert line.text == either.text("file.ask")
    assert line.original == either.words.text("nl", "file.ask")
    either.later(20)
    assert either.worker().sweep() == 0  # a day after the question, and not after the file
    with either.database.reading() as session:
        buttons = [session.get_one(Button, each["id"]) for each in line.buttons]
        assert [(each.action, each.arguments) for each in buttons] == [
            ("pass_on", {"attachment": id}),
            ("keep_back", {"attachment": id}),
        ]


def test_what_is_asked_goes_out_with_its_buttons_and_the_name_of_who_asks(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me, hand_over = post.offered(), post.regisseur(), post.asked()
    post.claimed(hand_over, me)
    line = asks(post, hand_over, me, id)
    with post.writing() as session:
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.message_id < line.id)):
            row.finish(post.clock())
        sent = claim_due(session, post.words, post.clock(), 10)
    assert len(sent) == 1
    assert me.first_name in sent[0].text
    assert post.text("file.ask") in sent[0].text
    assert len(sent[0].buttons) == 2


def test_asking_twice_is_asking_once_until_something_else_is_said(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me, hand_over = post.offered(), post.regisseur(), post.asked()
    post.claimed(hand_over, me)
    asks(post, hand_over, me, id)
    asks(post, hand_over, me, id)
    assert len(questions(post)) == 1
    with post.writing() as session:
        mine = session.get_one(HandOver, hand_over.id)
        answer(session, mine, session.get_one(Person, me.id), Spoken("Goedendag"), post.clock())
    asks(post, hand_over, me, id)
    assert len(questions(post)) == 3


def test_asking_does_not_stop_the_clock(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me, hand_over = post.offered(), post.regisseur(), post.asked()
    post.claimed(hand_over, me)
    asks(post, hand_over, me, id)
    with post.database.reading() as session:
        assert session.get_one(HandOver, hand_over.id).waiting_since is not None


def test_only_who_has_the_question_asks(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me, colleague = post.offered(), post.regisseur(), post.regisseur("Tom")
    hand_over = post.asked()
    with pytest.raises(Conflict):
        asks(post, hand_over, me, id)
    post.claimed(hand_over, me)
    with pytest.raises(NotAllowed):
        asks(post, hand_over, colleague, id)
    with pytest.raises(NotFound):
        asks(post, hand_over, post.regisseur("Eva", "cranendonck"), id)


def test_what_is_settled_is_not_asked_for(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me, hand_over = post.offered(), post.regisseur(), post.asked()
    post.claimed(hand_over, me)
    with post.writing() as session:
        keep_back(session, session.get_one(Attachment, id), post.clock())
    for settled in (id, id + 1):
        with pytest.raises(Conflict):
            asks(post, hand_over, me, settled)


# Taking away


def test_what_is_taken_away_is_gone_and_who_did_it_stays(either: Post) -> None:
    either.person.sends_voice(voice())
    id, me = either.wanted(), either.regisseur()
    either.fetch()
    for _ in range(2):
        with either.writing() as session:
            hand_over = remove(session, id, me, either.clock())
    gone = either.get(id)
    assert (gone.state, gone.removed_by_id) == (AttachmentState.removed, me.id)
    assert (gone.content, gone.size, gone.type, gone.reference) == (None, None, None, None)
    with either.database.reading() as session:
        events = list_events(session, session.get_one(HandOver, hand_over.id))
        removed = [event for event in events if event.kind is EventKind.file_removed]
        assert [(event.by_id, event.text) for event in removed] == [(me.id, "voice")]


def test_a_colleague_elsewhere_cannot_take_it_away(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.wanted()
    post.fetch()
    with post.writing() as session, pytest.raises(NotFound):
        remove(session, id, post.regisseur("Tom", "cranendonck"), post.clock())
    assert post.get(id).content == voice()


def test_what_waits_to_be_fetched_and_is_taken_away_is_not_fetched(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me = post.wanted(), post.regisseur()
    with post.writing() as session:
        remove(session, id, me, post.clock())
    post.clock.move(timedelta(hours=2))
    assert (post.fetch(), post.calls()) == (0, [])
