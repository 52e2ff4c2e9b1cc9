"""The response clock: when it starts and stops, and until when it promises an answer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from api.clock import local
from api.conversations.models import Kind
from api.db import Database
from api.handovers import asking, promise, service
from api.handovers.models import HandOver, HandOverState, Reason
from api.people.models import Municipality, Person
from tests.factories import FixedClock, conversation, regisseur, town
from tests.handovers.waiting_room import at

MONDAY, TUESDAY = 23, 24


class Question:
    """One question of a chat of Weert, in a session that the test sees through."""

    def __init__(self, session: Session, clock: FixedClock) -> None:
        self.session, self.clock = session, clock
        self.weert = town(session)
        self.sanne = regisseur(session, clock())
        self.chat = conversation(session, clock())
        self.chat.municipality_id = "weert"

    def ask(self, moment: datetime | None = None) -> HandOver:
        self.clock.now = moment or self.clock.now
        return asking.ask_for_person(self.session, self.chat, Reason.asked, self.clock())

    def answer(self, hand_over: HandOver, moment: datetime, by: Person | None = None) -> None:
        me = by or self.sanne
        hand_over.state, hand_over.claimed_by_id = HandOverState.claimed, me.id
        hand_over.claimed_at = moment
        service.reply(self.session, hand_over.id, me, "Ik zoek het uit.", moment)

    def hear(self, moment: datetime, kind: Kind = Kind.text) -> None:
        service.heard(self.session, self.chat.id, kind, moment)

    def wednesdays_only(self) -> Municipality:
        late = town(self.session, "cranendonck", "Cranendonck")
        late.opening = {"3": ["13:00", "17:00"]}
        self.session.flush()
        return late


@pytest.fixture
def question(sqlite: Database, clock: FixedClock) -> Iterator[Question]:
    with sqlite.writing() as session:
        yield Question(session, clock)


def test_the_clock_runs_from_the_question_to_the_promise(question: Question) -> None:
    hand_over = question.ask()
    assert hand_over.waiting_since == at(MONDAY, 10)
    assert (hand_over.warn_by, hand_over.answer_by) == (at(MONDAY, 16), at(TUESDAY, 10))
    assert (hand_over.warned_at, hand_over.alarmed_at) == (None, None)


@pytest.mark.parametrize(
    ("asked", "warn_by"),
    [
        (at(MONDAY, 10), at(MONDAY, 16)),
        (at(MONDAY, 12), at(TUESDAY, 10)),
        (at(27, 17, 1), at(30, 15)),
        (at(24, 16, month=12), at(28, 14, month=12)),
        (at(23, 16, month=10), at(26, 14, month=10)),  # the clocks go back in between
        (at(27, 16, month=3), at(30, 14, month=3)),  # and forward
    ],
)
def test_the_warning_comes_at_three_quarters_of_the_promised_office_time(
    question: Question, asked: datetime, warn_by: datetime
) -> None:
    assert question.ask(asked).warn_by == warn_by


def test_the_promise_is_that_of_the_town(question: Question) -> None:
    question.weert.answer_within_hours = 2
    hand_over = question.ask()
    assert hand_over.answer_by == at(MONDAY, 12)
    assert hand_over.warn_by == at(MONDAY, 11, 30)


def test_a_town_that_is_chosen_later_moves_the_clock_and_not_the_moment_of_asking(
    question: Question,
) -> None:
    late = question.wednesdays_only()
    question.chat.municipality_id = None
    hand_over = question.ask()
    assert hand_over.answer_by == at(2, 17, month=12)
    hand_over.warned_at = at(25, 16)
    asking.set_town(question.session, hand_over, question.weert, at(MONDAY, 12))
    assert hand_over.waiting_since == at(MONDAY, 10)
    assert (hand_over.warn_by, hand_over.answer_by) == (at(MONDAY, 16), at(TUESDAY, 10))
    assert hand_over.warned_at is None
    asking.set_town(question.session, hand_over, late, at(MONDAY, 13))
    assert hand_over.answer_by == at(2, 17, month=12)


def test_a_town_that_is_chosen_when_nobody_waits_starts_no_clock(question: Question) -> None:
    question.chat.municipality_id = None
    hand_over = question.ask()
    question.answer(hand_over, at(MONDAY, 11))
    asking.set_town(question.session, hand_over, question.weert, at(MONDAY, 12))
    assert hand_over.waiting_since is None


def test_an_answer_of_a_person_stops_the_clock(question: Question) -> None:
    hand_over = question.ask()
    hand_over.warned_at = hand_over.alarmed_at = at(TUESDAY, 10)
    question.answer(hand_over, at(TUESDAY, 11))
    assert hand_over.waiting_since is None
    assert hand_over.warned_at is None
    assert hand_over.alarmed_at is None
    assert hand_over.first_answer_at == at(TUESDAY, 11)


def test_a_second_answer_is_not_the_first(question: Question) -> None:
    hand_over = question.ask()
    question.answer(hand_over, at(MONDAY, 11))
    question.hear(at(MONDAY, 12))
    question.answer(hand_over, at(MONDAY, 13))
    assert hand_over.first_answer_at == at(MONDAY, 11)
    assert hand_over.waiting_since is None


@pytest.mark.parametrize("kind", [Kind.text, Kind.voice, Kind.photo, Kind.document])
def test_what_the_participant_sends_after_an_answer_starts_it_anew(
    question: Question, kind: Kind
) -> None:
    hand_over = question.ask()
    question.answer(hand_over, at(MONDAY, 11))
    question.hear(at(MONDAY, 15), kind)
    assert hand_over.waiting_since == at(MONDAY, 15)
    assert hand_over.answer_by == at(TUESDAY, 15)


@pytest.mark.parametrize("kind", [Kind.button, Kind.sticker, Kind.edit, Kind.blocked])
def test_what_asks_nothing_starts_no_clock(question: Question, kind: Kind) -> None:
    hand_over = question.ask()
    question.answer(hand_over, at(MONDAY, 11))
    question.hear(at(MONDAY, 15), kind)
    assert hand_over.waiting_since is None


def test_writing_again_while_waiting_does_not_put_off_the_promise(question: Question) -> None:
    hand_over = question.ask()
    question.hear(at(MONDAY, 15))
    assert hand_over.waiting_since == at(MONDAY, 10)
    assert hand_over.answer_by == at(TUESDAY, 10)


def test_asking_again_does_not_put_off_the_promise(question: Question) -> None:
    question.ask()
    assert question.ask(at(MONDAY, 15)).answer_by == at(TUESDAY, 10)


def test_a_claim_does_not_stop_the_clock(question: Question) -> None:
    hand_over = question.ask()
    hand_over.state, hand_over.claimed_by_id = HandOverState.claimed, question.sanne.id
    question.hear(at(MONDAY, 15))
    assert hand_over.waiting_since == at(MONDAY, 10)


def test_an_hour_of_the_office_passes_over_the_weekend(question: Question) -> None:
    hand_over = question.ask()
    hour = timedelta(hours=1)
    ends = promise.in_office_hours(question.session, hand_over, at(27, 16, 30), hour)
    assert local(ends) == at(30, 9, 30)


def test_in_an_installation_without_towns_there_is_a_promise_too(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        chat = conversation(session, clock())
        hand_over = asking.ask_for_person(session, chat, Reason.asked, clock())
        assert hand_over.answer_by == at(TUESDAY, 10)
