"""What participants say of a conversation afterwards, counted by what it was about."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.db import Database
from api.errors import NotAllowed
from api.handovers import asking, service
from api.handovers.models import EventKind, HandOver, Helped, Reason
from api.handovers.queue import record
from api.handovers.ratings import TopicRatings, may_see_ratings, ratings_by_topic
from api.people.models import Person, Role
from tests.factories import FixedClock, conversation, person, regisseur, town

LONG_AGO = timedelta(days=400)
_serial = count(1)


class Talks:
    """Conversations of the past, in one transaction."""

    def __init__(self, session: Session, words: Words, now: datetime) -> None:
        self.session, self.words, self.now = session, words, now
        self.me = regisseur(session, now)

    def talk(self, helped: Helped | None = None, where: str = "weert", **more: Any) -> HandOver:
        chat = conversation(self.session, self.now, f"chat-{next(_serial)}")
        chat.municipality_id = town(self.session, where, where.title()).id
        made = asking.ask_for_person(self.session, chat, Reason.asked, self.now)
        made.helped = helped
        for name, value in more.items():
            setattr(made, name, value)
        self.session.flush()
        return made

    def answer(self, hand_over: HandOver, after: timedelta) -> None:
        at = self.now + after
        service.claim_handover(self.session, self.words, hand_over.id, self.me, at)
        service.reply(self.session, hand_over.id, self.me, "Ik zoek het uit.", at)

    def give_alarm(self, hand_over: HandOver, after: timedelta) -> None:
        record(self.session, hand_over, EventKind.alarmed, self.now + after)

    def ratings(self, me: Person | None = None, since: timedelta = LONG_AGO) -> list[TopicRatings]:
        return ratings_by_topic(self.session, me or self.me, self.now - since)

    def only(self) -> TopicRatings:
        [found] = self.ratings()
        return found


@pytest.fixture
def talks(database: Database, words: Words, clock: FixedClock) -> Any:
    with database.writing() as session:
        yield Talks(session, words, clock())


def test_what_the_participant_said_counts_for_more_than_the_last_topic(talks: Talks) -> None:
    talks.talk(Helped.yes, subject="money", topic="pvt")
    talks.talk(Helped.no, subject="money", topic="boete")
    talks.talk(Helped.partly, topic="pvt")
    talks.talk(Helped.yes)
    found = {(each.subject, each.topic): each.helped for each in talks.ratings()}
    assert found == {
        ("money", None): {Helped.yes: 1, Helped.partly: 0, Helped.no: 1},
        (None, "pvt"): {Helped.yes: 0, Helped.partly: 1, Helped.no: 0},
        (None, None): {Helped.yes: 1, Helped.partly: 0, Helped.no: 0},
    }


def test_only_my_towns_and_only_what_was_asked_since_then_count(talks: Talks) -> None:
    talks.talk(Helped.yes)
    talks.talk(Helped.yes, where="cranendonck")
    talks.talk(Helped.yes, created_at=talks.now - timedelta(days=500))
    assert talks.only().helped[Helped.yes] == 1
    assert talks.ratings(since=timedelta(days=-1)) == []


def test_a_coordinator_sees_the_same(talks: Talks) -> None:
    talks.talk(Helped.no)
    marloes = person(talks.session, talks.now, Role.coordinator, name="Marloes")
    assert talks.ratings(marloes) == talks.ratings()


@pytest.mark.parametrize("role", [Role.administrator, Role.coach, Role.participant])
def test_nobody_else_sees_ratings(talks: Talks, role: Role) -> None:
    who = person(talks.session, talks.now, role, name="Ada")
    assert not may_see_ratings(who)
    with pytest.raises(NotAllowed):
        talks.ratings(who)


def test_an_answer_before_any_alarm_was_in_time(talks: Talks) -> None:
    talks.answer(talks.talk(), timedelta(hours=1))
    assert (talks.only().in_time, talks.only().late) == (1, 0)


def test_an_answer_after_the_alarm_was_late_also_when_a_new_question_moved_the_promise(
    talks: Talks,
) -> None:
    asked = talks.talk()
    talks.give_alarm(asked, timedelta(hours=30))
    talks.answer(asked, timedelta(hours=31))
    asked.answer_by = talks.now + timedelta(days=9)
    talks.session.flush()
    assert (talks.only().in_time, talks.only().late) == (0, 1)


def test_an_answer_after_the_promise_was_late_also_when_nobody_gave_an_alarm(talks: Talks) -> None:
    talks.answer(talks.talk(), timedelta(days=3))
    assert (talks.only().in_time, talks.only().late) == (0, 1)


def test_an_alarm_after_the_first_answer_does_not_make_that_late(talks: Talks) -> None:
    asked = talks.talk()
    talks.answer(asked, timedelta(hours=1))
    talks.give_alarm(asked, timedelta(hours=30))
    assert (talks.only().in_time, talks.only().late) == (1, 0)


def test_what_was_never_answered_or_begun_by_ourselves_has_no_first_answer(talks: Talks) -> None:
    talks.talk(Helped.yes)
    begun = talks.talk(Helped.yes, reason=Reason.opened)
    talks.answer(begun, timedelta(days=3))
    assert (talks.only().in_time, talks.only().late) == (0, 0)
    assert talks.only().helped[Helped.yes] == 2
