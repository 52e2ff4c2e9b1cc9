"""What became of each message: sent, later again, undeliverable, failed; in order, never twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.answers.reply import Reply
from api.answers.words import Words
from api.conversations.models import Channel, Conversation
from api.conversations.transcript import Spoken, say, say_as_person
from api.db import Database
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.service import (
    LEASE,
    WAITS,
    Outgoing,
    SendFailed,
    claim_due,
    record_failure,
    record_sent,
    states_of,
)
from tests.factories import FixedClock, conversation, regisseur
from tests.side_by_side import at_once

LONGEST = timedelta(minutes=22)
TEMPORARY = SendFailed("502", retryable=True)


class Outbox:
    """What a sender does, one step at a time."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        self.database, self.words, self.clock = database, words, clock

    def put(self, *keys: str, chat: str = "chat-1", language: str = "nl") -> None:
        with self.database.writing() as session:
            found = session.scalar(select(Conversation).filter_by(chat_id=chat))
            found = found or conversation(session, self.clock(), chat, language)
            for key in keys:
                say(session, self.words, found, Reply(key), self.clock())

    def claim(self, limit: int = 30) -> list[Outgoing]:
        with self.database.writing() as session:
            return claim_due(session, self.words, self.clock(), limit)

    def claim_one(self) -> Outgoing:
        [outgoing] = self.claim()
        return outgoing

    def sent(self, outgoing: Outgoing, delivered_id: str = "42") -> None:
        with self.database.writing() as session:
            record_sent(session, outgoing, delivered_id, self.clock())

    def failed(self, outgoing: Outgoing, failure: SendFailed) -> None:
        with self.database.writing() as session:
            record_failure(session, outgoing, failure, self.clock())

    def row(self, id: int = 1) -> OutboxMessage:
        with self.database.reading() as session:
            row = session.get_one(OutboxMessage, id)
            _ = row.conversation
            return row


@pytest.fixture
def outbox(sqlite: Database, words: Words, clock: FixedClock) -> Outbox:
    return Outbox(sqlite, words, clock)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock) -> Outbox:
    """The same on both databases."""
    return Outbox(database, words, clock)


# Order


def test_the_order_inside_a_chat_holds_and_chats_go_side_by_side(either: Outbox) -> None:
    either.put("greet", "pvt")
    either.put("map", chat="chat-2")
    first = either.claim()
    assert [one.id for one in first] == [1, 3]
    assert either.claim() == []
    either.sent(first[0])
    assert [one.id for one in either.claim()] == [2]


def test_the_order_holds_across_retries(either: Outbox) -> None:
    either.put("greet", "pvt")
    either.failed(either.claim_one(), TEMPORARY)
    assert either.claim() == []
    either.clock.move(timedelta(seconds=7))
    assert either.claim_one().id == 1


def test_a_message_that_failed_for_good_lets_the_next_one_go(outbox: Outbox) -> None:
    outbox.put("greet", "pvt")
    outbox.failed(outbox.claim_one(), SendFailed("400"))
    assert outbox.claim_one().id == 2


def test_two_senders_at_once_never_take_the_same_message(either: Outbox) -> None:
    for number in range(12):
        either.put("greet", chat=f"chat-{number}")
    shares = at_once(4, lambda _: [one.id for one in either.claim(3)])
    taken = [id for share in shares for id in share]
    assert len(taken) == len(set(taken))


# What is sent


def test_a_message_carries_its_channel_its_chat_and_its_buttons(outbox: Outbox) -> None:
    with outbox.database.writing() as session:
        made = conversation(session, outbox.clock(), "chat-1")
        say(session, outbox.words, made, Reply.with_person("greet"), outbox.clock())
    outgoing = outbox.claim_one()
    assert (outgoing.channel, outgoing.chat_id) == (Channel.webchat, "chat-1")
    assert [label for _, label in outgoing.buttons] == [outbox.words.text("nl", "button.person")]


def test_a_text_that_nobody_has_checked_says_so(outbox: Outbox) -> None:
    outbox.put("greet", language="ti")
    outbox.put("greet", chat="chat-2", language="nl")
    tigrinya, dutch = outbox.claim()
    assert outbox.words.text("ti", "draft_mark") in tigrinya.text
    assert dutch.text == outbox.words.text("nl", "greet")


def test_above_the_words_of_a_person_stands_who_writes_in_the_readers_language(
    outbox: Outbox,
) -> None:
    with outbox.database.writing() as session:
        made = conversation(session, outbox.clock(), "chat-1", "ar")
        sanne = regisseur(session, outbox.clock(), "Sanne")
        say_as_person(session, made, sanne, Spoken("Dag Amina"), outbox.clock())
    text = outbox.claim_one().text
    assert text == f"{outbox.words.text('ar', 'person_says', name='Sanne')}\nDag Amina"


# What became of it


def test_what_the_channel_took_is_sent(outbox: Outbox) -> None:
    outbox.put("greet")
    outbox.sent(outbox.claim_one(), "tg-77")
    row = outbox.row()
    assert (row.state, row.delivered_id) == (DeliveryState.sent, "tg-77")
    assert row.sent_at == row.done_at == outbox.clock()
    with outbox.database.reading() as session:
        assert states_of(session, [row.message_id]) == {row.message_id: DeliveryState.sent}


def test_after_five_tries_it_has_failed(outbox: Outbox) -> None:
    outbox.put("greet")
    for _ in range(len(WAITS)):
        outbox.failed(outbox.claim_one(), TEMPORARY)
        assert outbox.row().state == DeliveryState.waiting
        outbox.clock.move(LONGEST)
    outbox.failed(outbox.claim_one(), TEMPORARY)
    row = outbox.row()
    assert (row.state, row.tries, row.error) == (DeliveryState.failed, 5, "502")
    outbox.clock.move(LONGEST)
    assert outbox.claim() == []


def test_the_waits_between_the_tries_grow(outbox: Outbox) -> None:
    outbox.put("greet")
    waits = []
    for _ in WAITS:
        outbox.failed(outbox.claim_one(), TEMPORARY)
        waits.append(outbox.row().due_at - outbox.clock())
        outbox.clock.now = outbox.row().due_at
    assert waits == sorted(waits)
    assert all(0.8 * w <= wait <= 1.2 * w for w, wait in zip(WAITS, waits, strict=True))


def test_what_cannot_work_is_not_tried_again(outbox: Outbox) -> None:
    outbox.put("greet")
    outbox.failed(outbox.claim_one(), SendFailed("400"))
    assert (outbox.row().state, outbox.row().tries) == (DeliveryState.failed, 1)


def test_patience_that_telegram_asks_for_does_not_count_as_a_try(outbox: Outbox) -> None:
    outbox.put("greet")
    for _ in range(20):
        asked = SendFailed("429", retryable=True, retry_after=7.5)
        outbox.failed(outbox.claim_one(), asked)
        assert outbox.row().due_at == outbox.clock() + timedelta(seconds=7.5)
        outbox.clock.now = outbox.row().due_at
    row = outbox.row()
    assert (row.state, row.tries) == (DeliveryState.waiting, 0)


def test_who_blocked_the_bot_is_marked_and_the_message_is_undeliverable(outbox: Outbox) -> None:
    outbox.put("greet")
    outbox.failed(outbox.claim_one(), SendFailed("403", blocked=True))
    row = outbox.row()
    assert (row.state, row.error) == (DeliveryState.undeliverable, "403")
    assert row.conversation.blocked_at == outbox.clock()


def test_how_often_a_message_may_have_arrived_unheard_is_counted(outbox: Outbox) -> None:
    outbox.put("greet")
    for failure in (
        SendFailed("timed out", retryable=True, ambiguous=True),
        TEMPORARY,
        SendFailed("timed out", retryable=True, ambiguous=True),
    ):
        outbox.failed(outbox.claim_one(), failure)
        outbox.clock.move(LONGEST)
    outbox.sent(outbox.claim_one())
    assert outbox.row().ambiguous == 2


def test_a_sender_that_was_too_slow_writes_nothing_down(either: Outbox) -> None:
    either.put("greet")
    slow = either.claim_one()
    either.clock.move(LEASE)
    quick = either.claim_one()
    either.failed(slow, SendFailed("400"))
    either.sent(slow, "late")
    assert either.row().state == DeliveryState.waiting
    either.sent(quick, "right")
    assert (either.row().delivered_id, either.row().tries) == ("right", 2)


def test_the_code_of_a_failure_fits_into_its_column() -> None:
    assert len(SendFailed("x" * 500).code) == 120
