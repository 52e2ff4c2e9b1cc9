"""The loops of inbox and outbox as they really run: on an event loop, with threads beside it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api import loops
from api.conversations import worker
from api.conversations.inbox import claim_next
from api.conversations.models import Channel, InboxMessage
from api.conversations.path import MessagePath
from api.conversations.rasa import Question, Understood
from api.conversations.worker import InboxWorker
from api.outbox import sender
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.pace import Pace
from api.outbox.sender import Sender
from api.outbox.service import Outgoing, claim_due
from api.reminders.service import Post
from tests.factories import ScriptedRasa, receive

SOON = 10.0


class Sent:
    """A channel that remembers what was sent."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []

    async def __call__(self, outgoing: Outgoing) -> str:
        self.messages.append(outgoing)
        return f"sent-{outgoing.id}"

    def of(self, chat: str) -> list[int]:
        return [one.id for one in self.messages if one.chat_id == chat]


@asynccontextmanager
async def running(path: MessagePath, *channels: Sent) -> AsyncIterator[None]:
    path.database.signals.bind()
    deliver = {Channel.webchat: channels[0]} if channels else {}
    loops = [
        asyncio.create_task(InboxWorker(path).run()),
        asyncio.create_task(
            Sender(path.database, Post(path.words), path.clock, deliver, Pace(1_000, 0)).run()
        ),
    ]
    yield
    for loop in loops:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def until(fits: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not await asyncio.to_thread(fits):
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


def write(path: MessagePath, text: str = "hallo", chat: str = "chat-1") -> None:
    with path.database.writing() as session:
        receive(session, path.clock(), text, chat=chat)


def waiting(path: MessagePath) -> int:
    with path.database.reading() as session:
        inbox = select(func.count()).where(InboxMessage.done_at.is_(None))
        outbox = select(func.count()).where(OutboxMessage.done_at.is_(None))
        return (session.scalar(inbox) or 0) + (session.scalar(outbox) or 0)


def test_messages_are_answered_and_sent_in_the_order_of_each_chat(path: MessagePath) -> None:
    sent = Sent()

    async def talk() -> None:
        async with running(path, sent):
            for number in range(5):
                for chat in ("one", "two", "three"):
                    await asyncio.to_thread(write, path, f"vraag {number}", chat)
            await until(lambda: waiting(path) == 0)

    asyncio.run(talk())
    assert len(sent.messages) == 3 * 6  # a welcome and five answers
    for chat in ("one", "two", "three"):
        assert sent.of(chat) == sorted(sent.of(chat))
    with path.database.reading() as session:
        rows = session.scalars(select(OutboxMessage)).all()
    assert {(row.state, row.delivered_id) for row in rows} == {
        (DeliveryState.sent, f"sent-{row.id}") for row in rows
    }


def test_a_message_wakes_the_loop_at_once(
    path: MessagePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 60.0)
    sent = Sent()

    async def talk() -> None:
        async with running(path, sent):
            await asyncio.sleep(0.3)  # both loops lie down
            await asyncio.to_thread(write, path)
            await until(lambda: len(sent.messages) == 2)

    asyncio.run(talk())


def test_what_came_in_while_nobody_listened_is_found_at_the_start(path: MessagePath) -> None:
    write(path)
    sent = Sent()

    async def talk() -> None:
        async with running(path, sent):
            await until(lambda: len(sent.messages) == 2)

    asyncio.run(talk())


def test_a_store_that_fails_once_does_not_stop_the_loops(
    path: MessagePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[str] = []

    def failing_once[**P, R](module: object, name: str, work: Callable[P, R]) -> None:
        def claim(*args: P.args, **kwargs: P.kwargs) -> R:
            if name not in faults:
                faults.append(name)
                raise OperationalError("SELECT", {}, Exception("database is locked"))
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, claim)
        monkeypatch.setattr(loops, "AFTER_A_FAULT_SECONDS", 0.01)

    failing_once(worker, "claim_next", claim_next)
    failing_once(sender, "claim_due", claim_due)
    sent = Sent()

    async def talk() -> None:
        async with running(path, sent):
            await asyncio.to_thread(write, path)
            await until(lambda: len(sent.messages) == 2)

    asyncio.run(talk())
    assert sorted(faults) == ["claim_due", "claim_next"]


class Stumbling(ScriptedRasa):
    """Raises what nobody expected, once."""

    def ask(self, question: Question) -> Understood:
        if not self.asked:
            self.asked.append(question)
            raise ZeroDivisionError
        return super().ask(question)


def test_an_unexpected_fault_is_tried_again_later_and_other_chats_go_on(path: MessagePath) -> None:
    stumbling = MessagePath(path.database, Stumbling(), path.words, path.clock)
    sent = Sent()

    async def talk() -> None:
        async with running(stumbling, sent):
            await asyncio.to_thread(write, path, "hallo", "one")
            await until(lambda: errors(path) == ["ZeroDivisionError"])
            await asyncio.to_thread(write, path, "hallo", "two")
            await until(lambda: len(sent.of("two")) == 2)

    asyncio.run(talk())
    assert waiting(path) == 1


def errors(path: MessagePath) -> list[str]:
    with path.database.reading() as session:
        return [error for error in session.scalars(select(InboxMessage.error)) if error]


class Slow(ScriptedRasa):
    def ask(self, question: Question) -> Understood:
        understood = super().ask(question)
        time.sleep(0.3)
        return understood


def test_chats_are_answered_side_by_side(path: MessagePath) -> None:
    slow = MessagePath(path.database, Slow(), path.words, path.clock)
    for number in range(6):
        write(path, chat=f"chat-{number}")
    sent = Sent()

    async def talk() -> float:
        began = time.monotonic()
        async with running(slow, sent):
            await until(lambda: len(sent.messages) == 12)
            return time.monotonic() - began

    assert asyncio.run(talk()) < 6 * 0.3


def test_a_message_that_is_being_answered_is_finished_before_the_loop_ends(
    path: MessagePath,
) -> None:
    rasa = Slow()
    slow = MessagePath(path.database, rasa, path.words, path.clock)
    write(path)

    async def talk() -> None:
        async with running(slow):
            await until(lambda: bool(rasa.asked))

    asyncio.run(talk())
    with path.database.reading() as session:
        assert session.scalars(select(InboxMessage)).one().done_at is not None
