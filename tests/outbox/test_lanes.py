"""Answers to people overtake reminders: two lanes, one pace."""

import asyncio

import pytest

from api import loops
from api.answers.words import Words
from api.db import Database
from api.outbox.pace import Pace
from api.outbox.sender import BULK_IN_TURN
from api.outbox.service import Outgoing, SendFailed, claim_due
from tests.factories import FixedClock
from tests.outbox.sending import Scripted, Sending, While, happens


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)


@pytest.fixture
def sending(sqlite: Database, words: Words, clock: FixedClock) -> Sending:
    return Sending(sqlite, words, clock)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock) -> Sending:
    return Sending(database, words, clock)


def claimed(sending: Sending, *, bulk: bool) -> list[int]:
    with sending.database.writing() as session:
        found = claim_due(session, sending.words, sending.clock(), 30, bulk=bulk)
    return [outgoing.id for outgoing in found]


def test_each_lane_takes_its_own_and_an_answer_does_not_wait_for_a_reminder(
    either: Sending,
) -> None:
    either.put(2, bulk=True)
    either.put(2)
    assert claimed(either, bulk=False) == [3]
    assert claimed(either, bulk=True) == [1]
    assert claimed(either, bulk=False) == []


def test_an_answer_leaves_after_no_more_reminders_than_have_a_moment_already(
    sending: Sending,
) -> None:
    for number in range(60):
        sending.put(1, f"reminded-{number}", bulk=True)
    channel = Scripted()
    before: list[int] = []

    async def answer_meanwhile() -> None:
        sending.database.signals.bind()
        loop = asyncio.create_task(sending.sender(channel, Pace(per_second=25)).run())
        await happens(lambda: len(channel.tried) >= 5)
        await asyncio.to_thread(sending.put, 1, "asks")
        before.append(len(channel.tried))
        await happens(lambda: 61 in channel.tried)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(answer_meanwhile())
    overtaken_by = channel.tried.index(61) - before[0]
    assert overtaken_by <= BULK_IN_TURN + 2  # and what left while it was being claimed
    assert len(channel.tried) < 60


def test_a_chat_that_telegram_asked_patience_for_waits_in_both_lanes_and_others_go_on(
    sending: Sending,
) -> None:
    sending.put(1, "slow-down", bulk=True)
    sending.put(1, "slow-down")
    for number in range(5):
        sending.put(1, f"other-{number}")
    asked = sending.clock()

    def fails(outgoing: Outgoing) -> SendFailed | None:
        is_early = (sending.clock() - asked).total_seconds() < 60
        if outgoing.chat_id == "slow-down" and is_early:
            return SendFailed("429", retryable=True, retry_after=60)
        return None

    channel = While(fails)
    sending.run(
        channel, lambda: len(channel.sent) == 5 and not any(r.lease for r in sending.rows())
    )
    assert "slow-down" not in channel.chats()
    assert len([each for each in channel.tried if each.chat_id == "slow-down"]) <= 2
    waiting = [row for row in sending.rows() if row.done_at is None]
    assert [row.tries for row in waiting] == [0, 0]
    assert all((row.due_at - asked).total_seconds() > 59 for row in waiting)
    sending.run(channel, sending.all_done_later)
    assert channel.chats().count("slow-down") == 2
    assert all(row.tries == 1 for row in sending.rows())


def test_a_chat_that_is_held_is_not_tried_by_the_other_lane(sending: Sending) -> None:
    pace = Pace(1_000, 0)
    pace.hold("slow-down", 60)
    sending.put(1, "slow-down", bulk=True)
    sending.put(1, "slow-down")
    channel = Scripted()
    sending.run(channel, lambda: all(row.error == "held" for row in sending.rows()), pace)
    assert channel.tried == []
    assert [row.tries for row in sending.rows()] == [0, 0]


def test_what_is_claimed_too_long_already_is_left_to_a_later_try(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.outbox.sender.LONGEST_SEND_SECONDS", 31.0)  # longer than the lease
    sending.put(1)
    channel = Scripted()
    sending.run(channel, lambda: sending.rows()[0].error == "late")
    assert channel.tried == []
