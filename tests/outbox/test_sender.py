"""The loop that sends: every failure is written down, none stops it, no limit is broken."""

import asyncio
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from api import loops
from api.answers.reply import Reply
from api.answers.words import Words
from api.conversations.models import Channel, Conversation
from api.conversations.transcript import say
from api.db import Database
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.pace import Pace
from api.outbox.sender import Deliver, Sender
from api.outbox.service import Outgoing, SendFailed
from tests.factories import FixedClock, conversation

SOON = 10.0
Failure = Exception | None


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)


class Scripted:
    """A channel that fails as it was told, one message after another, and then works."""

    def __init__(self, *failures: Failure) -> None:
        self.failures = list(failures)
        self.tried: list[int] = []
        self.at: list[float] = []

    async def __call__(self, outgoing: Outgoing) -> str:
        self.tried.append(outgoing.id)
        self.at.append(time.monotonic())
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        return "delivered"


class Post:
    """Messages to be sent, and the loop that sends them."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        self.database, self.words, self.clock = database, words, clock

    def put(self, count: int, chat: str = "chat-1", channel: Channel = Channel.telegram) -> None:
        with self.database.writing() as session:
            found = session.scalar(select(Conversation).filter_by(chat_id=chat))
            found = found or conversation(session, self.clock(), chat)
            found.channel = channel
            for _ in range(count):
                say(session, self.words, found, Reply("greet"), self.clock())

    def rows(self) -> list[OutboxMessage]:
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    def states(self) -> list[DeliveryState]:
        return [row.state for row in self.rows()]

    def run(
        self, deliver: Deliver | None, until: Callable[[], bool], pace: Pace | None = None
    ) -> None:
        """Run the loop until something is so."""
        channels = dict.fromkeys(Channel, deliver) if deliver else {}
        pace = pace or Pace(1_000, 0)

        async def send() -> None:
            self.database.signals.bind()
            loop = asyncio.create_task(
                Sender(self.database, self.words, self.clock, channels, pace).run()
            )
            deadline = time.monotonic() + SOON
            while not await asyncio.to_thread(until):
                assert time.monotonic() < deadline, "it did not happen"
                await asyncio.sleep(0.01)
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

        asyncio.run(send())

    def all_done(self) -> bool:
        return all(row.done_at for row in self.rows())


@pytest.fixture
def post(sqlite: Database, words: Words, clock: FixedClock) -> Post:
    return Post(sqlite, words, clock)


def test_everything_that_waits_is_sent_in_order(post: Post) -> None:
    post.put(3)
    channel = Scripted()
    post.run(channel, post.all_done)
    assert channel.tried == [1, 2, 3]
    assert post.states() == [DeliveryState.sent] * 3


def test_a_temporary_failure_is_tried_again_before_the_next_message(post: Post) -> None:
    post.put(2)
    channel = Scripted(SendFailed("502", retryable=True))

    def later() -> bool:
        if channel.tried and not post.rows()[0].lease:
            post.clock.now = max(post.clock.now, post.rows()[0].due_at)
        return post.all_done()

    post.run(channel, later)
    assert channel.tried == [1, 1, 2]


def test_a_blocked_chat_does_not_stop_the_others(post: Post) -> None:
    post.put(1, "blocked")
    post.put(1, "open")
    post.run(Scripted(SendFailed("403", blocked=True)), post.all_done)
    assert sorted(post.states()) == [DeliveryState.sent, DeliveryState.undeliverable]


def test_a_fault_of_ours_counts_as_a_try_and_goes_into_no_endless_loop(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.put(2)
    channel = Scripted(*(ZeroDivisionError() for _ in range(5)))

    def later() -> bool:
        first = post.rows()[0]
        if first.lease is None:
            post.clock.now = max(post.clock.now, first.due_at)
        return post.all_done()

    post.run(channel, later)
    assert post.states() == [DeliveryState.failed, DeliveryState.sent]
    assert post.rows()[0].error == "ZeroDivisionError"
    assert post.words.text("nl", "greet") not in caplog.text


def test_what_an_installation_cannot_send_waits_for_a_later_try(post: Post) -> None:
    post.put(1)
    post.run(None, lambda: post.rows()[0].error is not None)
    [row] = post.rows()
    assert (row.state, row.tries) == (DeliveryState.waiting, 1)


def test_telegram_is_paced_and_the_web_chat_is_not(post: Post) -> None:
    slow = Pace(per_second=10, seconds_in_a_chat=0.1)
    for number in range(4):
        post.put(1, f"telegram-{number}")
    telegram = Scripted()
    post.run(telegram, post.all_done, slow)
    assert telegram.at[-1] - telegram.at[0] >= 0.28
    for number in range(4):
        post.put(1, f"web-{number}", Channel.webchat)
    web = Scripted()
    post.run(web, post.all_done, Pace(per_second=0.1, seconds_in_a_chat=60))
    assert len(web.tried) == 4


def test_a_store_that_is_away_is_waited_for(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "AFTER_A_FAULT_SECONDS", 0.01)
    with post.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE outbox_message RENAME TO away")

    async def away_and_back() -> None:
        post.database.signals.bind()
        channel = Scripted()
        loop = asyncio.create_task(
            Sender(
                post.database, post.words, post.clock, {Channel.telegram: channel}, Pace(1_000, 0)
            ).run()
        )
        await asyncio.sleep(0.1)
        with post.database.writing() as session:
            session.connection().exec_driver_sql("ALTER TABLE away RENAME TO outbox_message")
        await asyncio.to_thread(post.put, 1)
        deadline = time.monotonic() + SOON
        while not await asyncio.to_thread(post.all_done):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(away_and_back())
    assert post.states() == [DeliveryState.sent]
