"""The loop that sends: every failure is written down, none stops it, no limit is broken."""

import asyncio

import pytest

from api import loops
from api.answers.words import Words
from api.conversations.models import Channel
from api.db import Database
from api.outbox.models import DeliveryState
from api.outbox.pace import Pace
from api.outbox.service import SendFailed
from tests.factories import FixedClock
from tests.outbox.sending import Scripted, Sending, happens


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)


@pytest.fixture
def sending(sqlite: Database, words: Words, clock: FixedClock) -> Sending:
    return Sending(sqlite, words, clock)


def test_everything_that_waits_is_sent_in_order(sending: Sending) -> None:
    sending.put(3)
    channel = Scripted()
    sending.run(channel, sending.all_done)
    assert channel.tried == [1, 2, 3]
    assert sending.states() == [DeliveryState.sent] * 3


def test_a_temporary_failure_is_tried_again_before_the_next_message(sending: Sending) -> None:
    sending.put(2)
    channel = Scripted(SendFailed("502", retryable=True))

    def later() -> bool:
        if channel.tried and not sending.rows()[0].lease:
            sending.clock.now = max(sending.clock.now, sending.rows()[0].due_at)
        return sending.all_done()

    sending.run(channel, later)
    assert channel.tried == [1, 1, 2]


def test_a_blocked_chat_does_not_stop_the_others(sending: Sending) -> None:
    sending.put(1, "blocked")
    sending.put(1, "open")
    sending.run(Scripted(SendFailed("403", blocked=True)), sending.all_done)
    assert sorted(sending.states()) == [DeliveryState.sent, DeliveryState.undeliverable]


def test_a_fault_of_ours_counts_as_a_try_and_goes_into_no_endless_loop(
    sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    sending.put(2)
    channel = Scripted(*(ZeroDivisionError() for _ in range(5)))

    def later() -> bool:
        first = sending.rows()[0]
        if first.lease is None:
            sending.clock.now = max(sending.clock.now, first.due_at)
        return sending.all_done()

    sending.run(channel, later)
    assert sending.states() == [DeliveryState.failed, DeliveryState.sent]
    assert sending.rows()[0].error == "ZeroDivisionError"
    assert sending.words.text("nl", "greet") not in caplog.text


def test_what_an_installation_cannot_send_waits_for_a_later_try(sending: Sending) -> None:
    sending.put(1)
    sending.run(None, lambda: sending.rows()[0].error is not None)
    [row] = sending.rows()
    assert (row.state, row.tries) == (DeliveryState.waiting, 1)


def test_telegram_is_paced_and_the_web_chat_is_not(sending: Sending) -> None:
    slow = Pace(per_second=10, seconds_in_a_chat=0.1)
    for number in range(4):
        sending.put(1, f"telegram-{number}")
    telegram = Scripted()
    sending.run(telegram, sending.all_done, slow)
    assert telegram.at[-1] - telegram.at[0] >= 0.28
    for number in range(4):
        sending.put(1, f"web-{number}", Channel.webchat)
    web = Scripted()
    sending.run(web, sending.all_done, Pace(per_second=0.1, seconds_in_a_chat=60))
    assert len(web.tried) == 4


def test_a_store_that_is_away_is_waited_for(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "AFTER_A_FAULT_SECONDS", 0.01)
    with sending.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE outbox_message RENAME TO away")

    async def away_and_back() -> None:
        sending.database.signals.bind()
        loop = asyncio.create_task(sending.sender(Scripted()).run())
        await asyncio.sleep(0.1)
        with sending.database.writing() as session:
            session.connection().exec_driver_sql("ALTER TABLE away RENAME TO outbox_message")
        await asyncio.to_thread(sending.put, 1)
        await happens(sending.all_done)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(away_and_back())
    assert sending.states() == [DeliveryState.sent]
