"""The queue to a human: who may do what, when an answer is promised, who was first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.clock import AMSTERDAM
from api.conversations.models import Author, Conversation, Kind, Message
from api.db import Database
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.handovers import asking, ownership, promise, queue, service
from api.handovers.asking import LAST_MESSAGES
from api.handovers.models import HandOver, HandOverState, Reason
from api.handovers.service import MAX_REPLY_CHARACTERS
from api.outbox.models import OutboxMessage
from api.people.models import Person, Role
from tests.factories import FixedClock, conversation, person, regisseur, town
from tests.side_by_side import at_once

ELSEWHERE = ("cranendonck",)


@dataclass
class Desk:
    """One conversation that waits for a person, in a session that the test sees through."""

    session: Session
    words: Words
    clock: FixedClock

    def __post_init__(self) -> None:
        town(self.session)
        self.sanne = regisseur(self.session, self.clock())
        self.conversation = conversation(self.session, self.clock())
        self.conversation.municipality_id = "weert"

    def ask(self, reason: Reason = Reason.asked) -> HandOver:
        return asking.ask_for_person(self.session, self.conversation, reason, self.clock())

    def claim(self, hand_over: HandOver, me: Person | None = None) -> HandOver:
        me = me or self.sanne
        return service.claim_handover(self.session, self.words, hand_over.id, me, self.clock())

    def reply(self, hand_over: HandOver, text: str, me: Person | None = None) -> Message:
        me = me or self.sanne
        return service.reply(self.session, hand_over.id, me, text, self.clock())

    def hand_back(self, hand_over: HandOver, me: Person | None = None) -> HandOver:
        me = me or self.sanne
        return service.hand_back(self.session, self.words, hand_over.id, me, self.clock())

    def line(self, text: str, author: Author = Author.participant) -> Message:
        made = Message(
            conversation_id=self.conversation.id,
            author=author,
            kind=Kind.text,
            text=text,
            language="nl",
            at=self.clock(),
        )
        self.session.add(made)
        self.session.flush()
        return made

    def said(self) -> list[str]:
        query = select(Message.text).where(Message.author != Author.participant)
        return list(self.session.scalars(query.order_by(Message.id)))

    def queue(self, me: Person | None = None) -> list[UUID]:
        found = queue.list_queue(self.session, me or self.sanne, self.clock())
        return [hand_over.id for hand_over in found]


@pytest.fixture
def desk(sqlite: Database, words: Words, clock: FixedClock) -> Iterator[Desk]:
    """A test is one transaction, and nobody else is there."""
    with sqlite.writing() as session:
        yield Desk(session, words, clock)


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    """A moment on the clocks of the towns."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


# Asking


def test_asking_twice_is_one_hand_over(desk: Desk) -> None:
    assert desk.ask() is desk.ask(Reason.safety)


def test_asking_twenty_times_at_once_is_one_hand_over(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        town(session)
        id = conversation(session, clock()).id

    def ask(_: int) -> UUID:
        with database.writing() as session:
            found = session.get_one(Conversation, id)
            return asking.ask_for_person(session, found, Reason.asked, clock()).id

    assert len(set(at_once(20, ask))) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HandOver)) == 1


def test_a_hand_over_carries_town_language_topic_and_reason(desk: Desk) -> None:
    desk.conversation.language, desk.conversation.topic = "ti", "pvt"
    hand_over = desk.ask()
    assert (hand_over.municipality_id, hand_over.language) == ("weert", "ti")
    assert (hand_over.topic, hand_over.reason) == ("pvt", Reason.asked)
    assert (hand_over.state, hand_over.created_at) == (HandOverState.open, desk.clock())


def test_a_hand_over_shows_the_last_messages_before_it_and_all_after(desk: Desk) -> None:
    for number in range(LAST_MESSAGES + 3):
        desk.line(f"vraag {number}")
    hand_over = desk.ask()
    desk.line("bent u daar?")
    texts = [line.text for line in queue.list_lines(desk.session, hand_over)]
    assert texts == [*(f"vraag {number}" for number in range(3, 13)), "bent u daar?"]


def test_a_hand_over_for_safety_shows_nothing_of_what_was_written_before(desk: Desk) -> None:
    desk.conversation.topic = "kinderopvang"
    desk.line("hij slaat mij")
    hand_over = desk.ask(Reason.safety)
    desk.line("ja")
    assert [line.text for line in queue.list_lines(desk.session, hand_over)] == ["ja"]
    assert hand_over.topic is None


def test_a_closed_hand_over_shows_nothing_of_what_came_later(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    desk.hand_back(hand_over)
    desk.clock.move(timedelta(minutes=1))
    desk.line("iets anders")
    texts = [line.text for line in queue.list_lines(desk.session, hand_over)]
    assert "iets anders" not in texts


def test_lines_of_another_conversation_are_never_shown(desk: Desk) -> None:
    other = conversation(desk.session, desk.clock(), chat="chat-2")
    desk.line("van mij").conversation_id = other.id
    assert queue.list_lines(desk.session, desk.ask()) == []


# The promise


@pytest.mark.parametrize(
    ("asked", "earliest"),
    [
        (at(23, 10), at(23, 10)),  # a Monday morning: the office is open
        (at(23, 8, 59), at(23, 9)),
        (at(27, 16, 59), at(27, 16, 59)),
        (at(27, 17), at(30, 9)),  # Friday at closing time
        (at(27, 17, 1), at(30, 9)),
        (at(28, 12), at(30, 9)),
        (at(25, 12, month=12), at(28, 9, month=12)),  # Christmas is a Friday
        (at(24, 18, month=12), at(28, 9, month=12)),
        (at(31, 17, 1, month=12), at(4, 9, month=1, year=2027)),  # New Year is a Friday
    ],
)
def test_a_person_answers_at_the_earliest_when_the_office_is_open(
    desk: Desk, asked: datetime, earliest: datetime
) -> None:
    desk.clock.now = asked.astimezone(UTC)
    assert promise.earliest_answer(desk.session, desk.ask(), desk.clock()) == earliest


@pytest.mark.parametrize(
    ("asked", "answer_by"),
    [
        (at(23, 10), at(24, 10)),  # eight office hours are one day
        (at(27, 17, 1), at(30, 17)),
        (at(24, 16, month=12), at(28, 16, month=12)),
    ],
)
def test_the_promise_runs_in_office_hours(desk: Desk, asked: datetime, answer_by: datetime) -> None:
    desk.clock.now = asked.astimezone(UTC)
    assert desk.ask().answer_by == answer_by


def late_town(desk: Desk) -> None:
    """A town that opens only on Wednesdays."""
    late = town(desk.session, "cranendonck", "Cranendonck")
    late.opening = {"3": ["13:00", "17:00"]}
    desk.session.flush()


def test_while_the_town_is_unknown_the_latest_of_all_towns_is_promised(desk: Desk) -> None:
    late_town(desk)
    desk.conversation.municipality_id = None
    hand_over = desk.ask()
    assert promise.earliest_answer(desk.session, hand_over, desk.clock()) == at(25, 13)
    assert hand_over.answer_by == at(2, 17, month=12)  # two afternoons of four hours


def test_a_town_that_is_chosen_later_gives_its_own_promise(desk: Desk) -> None:
    late_town(desk)
    desk.conversation.municipality_id = None
    hand_over = desk.ask()
    desk.clock.move(timedelta(hours=1))
    asking.set_town(desk.session, hand_over, town(desk.session), desk.clock())
    assert promise.earliest_answer(desk.session, hand_over, desk.clock()) == at(23, 11)
    assert hand_over.answer_by == at(24, 10)  # counted from when it was asked


def test_a_day_on_which_the_town_hall_is_closed_does_not_count(desk: Desk) -> None:
    town(desk.session).closed_on = ["2026-11-23"]
    assert promise.earliest_answer(desk.session, desk.ask(), desk.clock()) == at(24, 9)


# Who may see it


def test_a_regisseur_of_another_town_does_not_find_it(desk: Desk) -> None:
    bram = regisseur(desk.session, desk.clock(), "Bram", towns=ELSEWHERE)
    hand_over = desk.ask()
    assert desk.queue(bram) == []
    for act in (
        lambda: queue.get_handover(desk.session, hand_over.id, bram),
        lambda: desk.claim(hand_over, bram),
        lambda: desk.reply(hand_over, "hallo", bram),
        lambda: desk.hand_back(hand_over, bram),
    ):
        with pytest.raises(NotFound):
            act()
    assert hand_over.state == HandOverState.open


def test_a_question_without_a_town_is_seen_in_every_town(desk: Desk) -> None:
    desk.conversation.municipality_id = None
    bram = regisseur(desk.session, desk.clock(), "Bram", towns=ELSEWHERE)
    hand_over = desk.ask()
    assert desk.queue() == desk.queue(bram) == [hand_over.id]


@pytest.mark.parametrize(
    "role", [Role.coach, Role.participant, Role.key_person, Role.administrator]
)
def test_nobody_else_sees_questions(desk: Desk, role: Role) -> None:
    other = person(desk.session, desk.clock(), role)
    desk.conversation.municipality_id = None
    hand_over = desk.ask()
    assert desk.queue(other) == []
    with pytest.raises(NotFound):
        queue.get_handover(desk.session, hand_over.id, other)


@pytest.mark.parametrize(
    ("asks", "sees"),
    [
        ((Role.coach,), True),
        ((Role.participant,), False),
        ((Role.coach, Role.participant), False),
        ((), False),
    ],
)
def test_a_coordinator_sees_what_volunteers_ask_and_nothing_of_participants(
    desk: Desk, asks: tuple[Role, ...], sees: bool
) -> None:
    marloes = person(desk.session, desk.clock(), Role.coordinator, name="Marloes")
    desk.conversation.municipality_id = "weert"
    if asks:
        desk.conversation.person = person(desk.session, desk.clock(), *asks, name="Joke")
    hand_over = desk.ask()
    assert desk.queue(marloes) == ([hand_over.id] if sees else [])
    if not sees:
        with pytest.raises(NotFound):
            queue.get_handover(desk.session, hand_over.id, marloes)


def test_who_has_a_question_keeps_it_when_another_town_is_chosen(desk: Desk) -> None:
    """Else the conversation would be owned by somebody who cannot reach it."""
    desk.conversation.municipality_id = None
    hand_over = desk.claim(desk.ask())
    other = town(desk.session, "cranendonck", "Cranendonck")
    asking.set_town(desk.session, hand_over, other, desk.clock())
    desk.session.flush()
    assert desk.queue() == [hand_over.id]
    desk.reply(hand_over, "Ik verbind u door.")
    assert desk.hand_back(hand_over).state == HandOverState.closed


def test_a_question_that_does_not_exist_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        queue.get_handover(desk.session, uuid4(), desk.sanne)
    with pytest.raises(NotFound):
        queue.get_handover(desk.session, uuid4(), desk.sanne, lock=True)


def test_the_queue_begins_with_the_oldest_promise_and_keeps_what_was_just_closed(
    desk: Desk,
) -> None:
    first = desk.ask()
    desk.clock.move(timedelta(hours=1))
    desk.conversation = conversation(desk.session, desk.clock(), chat="chat-2")
    desk.conversation.municipality_id = "weert"
    second = desk.ask()
    desk.hand_back(desk.claim(first))
    assert desk.queue() == [first.id, second.id]
    desk.clock.move(queue.STAYS_IN_SIGHT)
    assert desk.queue() == [second.id]


# Claiming


def test_a_claim_is_told_and_the_conversation_is_owned(desk: Desk) -> None:
    hand_over = desk.ask()
    assert not ownership.is_owned(desk.session, desk.conversation.id)
    desk.claim(hand_over)
    assert ownership.is_owned(desk.session, desk.conversation.id)
    assert (hand_over.claimed_by_id, hand_over.claimed_at) == (desk.sanne.id, desk.clock())
    assert desk.said() == [desk.words.text("nl", "handover_claimed")]


def test_claiming_again_what_is_mine_says_nothing_twice(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    desk.claim(hand_over)
    assert len(desk.said()) == 1


def test_what_a_colleague_has_cannot_be_claimed(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    colleague = regisseur(desk.session, desk.clock(), "Joris")
    with pytest.raises(Conflict) as conflict:
        desk.claim(hand_over, colleague)
    assert conflict.value.key == "error.already_claimed"
    assert hand_over.claimed_by_id == desk.sanne.id


def test_of_two_regisseurs_who_claim_at_once_one_is_too_late(
    database: Database, words: Words, clock: FixedClock
) -> None:
    with database.writing() as session:
        town(session)
        people = [regisseur(session, clock(), name).id for name in ("Sanne", "Joris")]
        chat = conversation(session, clock())
        id = asking.ask_for_person(session, chat, Reason.asked, clock()).id

    def claim(number: int) -> bool:
        try:
            with database.writing() as session:
                me = session.get_one(Person, people[number])
                service.claim_handover(session, words, id, me, clock())
        except Conflict:
            return False
        return True

    results = at_once(2, claim)
    assert sorted(results) == [False, True]
    with database.reading() as session:
        assert session.get_one(HandOver, id).claimed_by_id == people[results.index(True)]
        assert session.scalar(select(func.count(Message.id))) == 1


# Replying


def test_a_reply_stands_in_the_transcript_and_goes_out_under_the_name(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    line = desk.reply(hand_over, "  Dag, wat is uw vraag?\n")
    assert (line.author, line.staff_id) == (Author.person, desk.sanne.id)
    assert (line.text, line.language) == ("Dag, wat is uw vraag?", "nl")
    sent = desk.session.scalars(select(OutboxMessage).filter_by(message_id=line.id)).one()
    assert sent.due_at == desk.clock()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "error.empty_reply"),
        (" \n\t", "error.empty_reply"),
        ("\x00\u202e\u200b", "error.empty_reply"),
        ("a" * (MAX_REPLY_CHARACTERS + 1), "error.reply_too_long"),
        ("Uw BSN is 111222333.", "error.secret_in_reply"),
        ("\U0001f600" * (MAX_REPLY_CHARACTERS // 2 + 1), "error.reply_too_long"),
    ],
)
def test_a_reply_that_cannot_go_out_is_refused(desk: Desk, text: str, key: str) -> None:
    hand_over = desk.claim(desk.ask())
    with pytest.raises(Invalid) as invalid:
        desk.reply(hand_over, text)
    assert invalid.value.key == key
    assert len(desk.said()) == 1


def test_a_reply_of_exactly_the_greatest_length_goes_out(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    assert len(desk.reply(hand_over, "a" * MAX_REPLY_CHARACTERS).text) == MAX_REPLY_CHARACTERS


def test_a_reply_is_stored_without_what_nobody_reads(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    assert desk.reply(hand_over, "\u202eDag\x00\r\nbel mij").text == "Dag\nbel mij"


def test_nobody_replies_to_or_hands_back_what_they_did_not_take(desk: Desk) -> None:
    hand_over = desk.ask()
    with pytest.raises(Conflict):
        desk.reply(hand_over, "hallo")
    with pytest.raises(Conflict):
        desk.hand_back(hand_over)
    assert desk.said() == []


def test_nobody_replies_to_or_hands_back_what_a_colleague_has(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    colleague = regisseur(desk.session, desk.clock(), "Joris")
    with pytest.raises(NotAllowed):
        desk.reply(hand_over, "hallo", colleague)
    with pytest.raises(NotAllowed):
        desk.hand_back(hand_over, colleague)
    assert hand_over.state == HandOverState.claimed


# Handing back


def test_handing_back_closes_tells_and_begins_a_new_dialogue(desk: Desk) -> None:
    hand_over = desk.claim(desk.ask())
    before = desk.conversation.session_id
    desk.clock.move(timedelta(minutes=5))
    desk.hand_back(hand_over)
    assert (hand_over.state, hand_over.closed_at) == (HandOverState.closed, desk.clock())
    assert desk.said()[-1] == desk.words.text("nl", "handed_back")
    assert desk.conversation.session_id != before
    assert not ownership.is_owned(desk.session, desk.conversation.id)
    assert ownership.find_current(desk.session, desk.conversation.id) is None


def test_what_is_closed_stays_closed(desk: Desk) -> None:
    hand_over = desk.hand_back(desk.claim(desk.ask()))
    for act in (
        lambda: desk.claim(hand_over),
        lambda: desk.reply(hand_over, "hallo"),
        lambda: desk.hand_back(hand_over),
    ):
        with pytest.raises(Conflict) as conflict:
            act()
        assert conflict.value.key == "error.closed"


def test_after_a_hand_back_a_new_question_is_a_new_hand_over(desk: Desk) -> None:
    first = desk.hand_back(desk.claim(desk.ask()))
    assert desk.ask().id != first.id
