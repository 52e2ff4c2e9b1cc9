"""Parts that fail: a clear answer or a retry, nothing lost, nothing doubled."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import func, select

from api.answers.words import Words
from api.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from api.conversations.models import Author, Conversation, InboxMessage, Message
from api.outbox.models import DeliveryState, OutboxMessage
from tests.fakes.bot_api.people import Person as Chatter
from tests.running import WEBHOOK_SECRET, Running

pytestmark = pytest.mark.timeout(300)

QUESTION = "Hoeveel uur duurt de PVT?"
ANSWER = "participatieverklaringstraject"


@contextmanager
def without(system: Running, part: str) -> Iterator[None]:
    """Stop a part like a crash does, and start it again at the end."""
    system.system.stop(part, signal.SIGKILL)
    try:
        yield
    finally:
        getattr(system.system, f"start_{part}")()
        system.system.wait_until_ready()


def greeted(system: Running, person_id: int) -> Chatter:
    """A person who is past the first contact."""
    chatter = system.telegram.person(person_id, "Noor", language_code="nl")
    chatter.starts()
    chatter.wait_for_messages(2, timeout=20)
    for _ in range(100):  # until it is written down: a crash before that may double it
        if states(system, person_id) == {DeliveryState.sent}:
            return chatter
        time.sleep(0.05)
    raise AssertionError("the greeting was not written down as sent")


def texts_with(chatter: Chatter, words: str) -> int:
    return sum(words in message.text for message in chatter.messages)


def answers_to(system: Running, chat_id: int) -> int:
    """How many answers about the PVT stand in the transcript of this chat."""
    with system.database.reading() as session:
        return (
            session.scalar(
                select(func.count(Message.id))
                .join(Conversation)
                .where(
                    Conversation.chat_id == str(chat_id),
                    Message.author == Author.bot,
                    Message.topic == "pvt",
                )
            )
            or 0
        )


def failure(words: Words) -> str:
    return words.text("nl", "failure")[:40]


def test_a_dead_rasa_is_told_and_the_same_question_can_be_tried_again(
    system: Running, words: Words
) -> None:
    chatter = greeted(system, 7301)
    with without(system, "rasa"):
        chatter.says(QUESTION)
        chatter.wait_for(lambda message: failure(words) in message.text, timeout=20)
    chatter.presses(words.text("nl", "button.retry"))
    chatter.wait_for(lambda message: ANSWER in message.text, timeout=20)


def test_a_person_can_be_reached_while_rasa_is_dead(system: Running, words: Words) -> None:
    chatter = greeted(system, 7302)
    system.system.processes["rasa"].send_signal(signal.SIGSTOP)
    try:
        chatter.says(QUESTION)  # slow is as good as dead
        chatter.wait_for(lambda message: failure(words) in message.text, timeout=30)
        seen = chatter.messages[-1].message_id
        chatter.presses(words.text("nl", "button.person"))
        chatter.wait_for(lambda message: "Weert" in message.labels, timeout=20, after=seen)
    finally:
        system.system.processes["rasa"].send_signal(signal.SIGCONT)


def test_dead_actions_are_told(system: Running, words: Words) -> None:
    chatter = greeted(system, 7303)
    with without(system, "actions"):
        chatter.says("Wanneer is mijn volgende gesprek?")
        chatter.wait_for(
            lambda message: (
                failure(words) in message.text
                or words.text("nl", "action_failed")[:30] in message.text
            ),
            timeout=30,
        )


def test_what_is_written_while_the_api_is_dead_is_answered_once(system: Running) -> None:
    chatter = greeted(system, 7304)
    with without(system, "api"):
        chatter.says(QUESTION)
    chatter.wait_for(lambda message: ANSWER in message.text, timeout=30)
    time.sleep(1)
    assert texts_with(chatter, ANSWER) == 1


def test_an_api_killed_in_the_middle_loses_and_doubles_nothing(system: Running) -> None:
    chatters = [greeted(system, person_id) for person_id in range(7310, 7314)]
    for chatter in chatters:
        chatter.says(QUESTION)
    with without(system, "api"):
        pass
    for chatter in chatters:
        # A message claimed by the dead process is free again when its lease runs out.
        chatter.wait_for(lambda message: ANSWER in message.text, timeout=90)
        assert answers_to(system, chatter.id) == 1


def test_a_locked_database_delays_and_loses_nothing(system: Running) -> None:
    chatter = greeted(system, 7305)
    lock = sqlite3.connect(str(system.database.engine.url.database), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        chatter.says(QUESTION)
        time.sleep(7)  # longer than the busy time-out
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    chatter.wait_for(lambda message: ANSWER in message.text, timeout=40)
    assert answers_to(system, chatter.id) == 1


def test_telegram_asking_for_patience_is_obeyed(system: Running) -> None:
    chatter = greeted(system, 7306)
    system.telegram.fail("sendMessage", status=429, retry_after=2, chat_id=chatter.id)
    asked = time.monotonic()
    chatter.says(QUESTION)
    chatter.wait_for(lambda message: ANSWER in message.text, timeout=30)
    assert time.monotonic() - asked >= 2
    assert texts_with(chatter, ANSWER) == 1


def test_telegram_answering_500_is_tried_again(system: Running) -> None:
    chatter = greeted(system, 7307)
    system.telegram.fail("sendMessage", status=500, chat_id=chatter.id)
    chatter.says(QUESTION)
    chatter.wait_for(lambda message: ANSWER in message.text, timeout=30)
    assert texts_with(chatter, ANSWER) == 1


def test_who_blocked_the_bot_is_undeliverable_at_once(system: Running) -> None:
    chatter = greeted(system, 7308)
    system.telegram.fail("sendMessage", status=403, chat_id=chatter.id)
    chatter.says(QUESTION)
    for _ in range(100):
        if DeliveryState.undeliverable in states(system, chatter.id):
            break
        time.sleep(0.1)
    assert DeliveryState.undeliverable in states(system, chatter.id)
    assert DeliveryState.waiting not in states(system, chatter.id)


def test_a_lost_reply_of_telegram_is_counted_as_ambiguous(system: Running) -> None:
    chatter = greeted(system, 7309)
    system.telegram.drop_reply("sendMessage", chat_id=chatter.id)
    chatter.says(QUESTION)
    for _ in range(150):
        if (counted := ambiguous(system, chatter.id)) and chatter.messages:
            break
        time.sleep(0.1)
    assert counted == 1


def test_over_the_webhook_the_same_update_100_times_is_one_answer(system: Running) -> None:
    chatter = greeted(system, 7320)
    system.system.stop("api")
    system.system.environment = {**system.system.environment, "TELEGRAM_MODE": "webhook"}
    system.system.start_api()
    system.system.wait_until_ready()
    try:
        wait_for_webhook(system)
        update_id = chatter.says(QUESTION)
        chatter.wait_for(lambda message: ANSWER in message.text, timeout=20)
        statuses = system.telegram.redeliver(update_id, copies=100, parallel=True)
        assert statuses == [200] * 100
        time.sleep(1)
        assert answers_to(system, chatter.id) == 1
        assert texts_with(chatter, ANSWER) == 1
        refused_without_the_secret(system)
    finally:
        system.system.stop("api")
        system.system.environment = {**system.system.environment, "TELEGRAM_MODE": "polling"}
        system.system.start_api()
        system.system.wait_until_ready()


def refused_without_the_secret(system: Running) -> None:
    for headers in ({}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: ""}):
        answer = httpx.post(f"{system.url}{WEBHOOK_PATH}", json={"update_id": 1}, headers=headers)
        assert answer.status_code == 403
    right = {SECRET_HEADER: WEBHOOK_SECRET}
    url = f"{system.url}{WEBHOOK_PATH}"
    assert httpx.post(url, content=b"{not json", headers=right).status_code == 200
    assert httpx.post(url, json={"update_id": 9, "poll": {}}, headers=right).status_code == 200


def wait_for_webhook(system: Running) -> None:
    for _ in range(100):
        if system.telegram.webhook is not None:
            return
        time.sleep(0.1)
    raise AssertionError("the webhook was not set")


def states(system: Running, chat_id: int) -> set[DeliveryState]:
    with system.database.reading() as session:
        return set(
            session.scalars(
                select(OutboxMessage.state)
                .join(Conversation)
                .where(Conversation.chat_id == str(chat_id))
            )
        )


def ambiguous(system: Running, chat_id: int) -> int:
    with system.database.reading() as session:
        return (
            session.scalar(
                select(func.sum(OutboxMessage.ambiguous))
                .join(Conversation)
                .where(Conversation.chat_id == str(chat_id))
            )
            or 0
        )


def test_nothing_is_left_waiting_at_the_end(system: Running) -> None:
    for _ in range(300):
        with system.database.reading() as session:
            waiting = session.scalar(
                select(func.count(InboxMessage.id)).where(InboxMessage.done_at.is_(None))
            )
        if not waiting:
            return
        time.sleep(0.2)
    raise AssertionError(f"{waiting} messages wait")
