"""Reminders on their way: a last look before each leaves, and what became of it in the ledger."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api import loops
from api.answers.words import Words
from api.appointments.models import Appointment
from api.cases.models import Participant
from api.conversations.models import Channel, Conversation
from api.db import Database
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.service import Outgoing, SendFailed
from api.people.models import Municipality
from api.reminders import wishes
from api.reminders.models import ReminderKind, ReminderState, Way
from api.reminders.service import Post
from tests.factories import FixedClock, conversation
from tests.outbox.sending import Scripted, Sending, Unreliable, While
from tests.reminders.ledger import RULES

sent, withdrawn, unreached = ReminderState.sent, ReminderState.withdrawn, ReminderState.unreached
TEMPORARY = SendFailed("502", retryable=True)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(loops, "AFTER_A_FAULT_SECONDS", 0.01)
    monkeypatch.setattr("api.outbox.sender.WRITE_DOWN_PAUSE_SECONDS", 0.01)


@pytest.fixture
def sending(sqlite: Database, words: Words, clock: FixedClock) -> Sending:
    return Sending(sqlite, words, clock)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock) -> Sending:
    return Sending(database, words, clock)


def test_a_reminder_goes_from_the_ledger_to_the_chat_once(either: Sending) -> None:
    either.remind()
    assert either.dispatch() == 1
    assert either.ledger_states() == [ReminderState.sending]
    channel = Scripted()
    either.run(channel, either.all_done)
    assert (either.dispatch(), len(channel.sent)) == (0, 1)
    [reminder] = either.ledger()
    assert (reminder.state, reminder.sent_at, reminder.way) == (sent, either.clock(), Way.telegram)


# The last look


def test_a_talk_cancelled_between_outbox_and_sending_is_not_reminded_of(either: Sending) -> None:
    talk_id = either.remind()
    either.dispatch()
    either.cancel(talk_id)
    channel = Scripted()
    either.run(channel, either.all_done)
    assert channel.tried == []
    assert either.states() == [DeliveryState.withdrawn]
    assert [(each.state, each.why) for each in either.ledger()] == [(withdrawn, "cancelled")]


def test_it_is_looked_at_again_before_every_try(sending: Sending) -> None:
    talk_id = sending.remind()
    sending.dispatch()
    channel = Scripted(TEMPORARY)
    sending.run(channel, lambda: sending.rows()[0].error == "502")
    sending.cancel(talk_id)
    sending.run(channel, sending.all_done_later)
    assert (len(channel.tried), sending.ledger_states()) == (1, [withdrawn])


def test_a_chat_unlinked_meanwhile_gets_nothing_and_a_regisseur_hears_of_it(
    sending: Sending,
) -> None:
    sending.remind()
    sending.dispatch()
    with sending.database.writing() as session:
        session.query(Conversation).one().person_id = None
    channel = Scripted()
    sending.run(channel, sending.all_done)
    assert channel.tried == []
    assert [(each.state, each.why) for each in sending.ledger()] == [(unreached, "unlinked")]


def test_quiet_hours_that_begin_while_it_waits_are_waited_for(sending: Sending) -> None:
    sending.remind()
    sending.dispatch()
    with sending.database.writing() as session:
        town = session.get_one(Municipality, "weert")
        town.quiet_from, town.quiet_until = "09:30", "11:00"  # it is ten o'clock
    channel = Scripted()
    sending.run(channel, sending.all_done)
    [waits] = sending.ledger()
    assert (channel.tried, waits.state) == ([], ReminderState.planned)
    assert waits.due_at == sending.clock.move(timedelta(hours=1))
    sending.dispatch()
    sending.run(channel, sending.all_done)
    assert (sending.ledger_states(), len(channel.sent)) == ([sent], 1)


def test_who_ends_a_pause_gets_what_waited_in_the_outbox_when_it_began(sending: Sending) -> None:
    sending.remind()
    sending.dispatch()
    with sending.database.writing() as session:
        who = session.query(Participant).one()
        wishes.pause(session, RULES, who.person_id, sending.clock().date(), sending.clock())
    channel = Scripted()
    sending.run(channel, sending.all_done)
    with sending.database.writing() as session:
        wishes.start_again(session, RULES, who.person_id, sending.clock())
    sending.dispatch()
    sending.run(channel, sending.all_done)
    assert (sending.ledger_states(), len(channel.sent)) == ([sent], 1)


def test_a_talk_changed_while_it_waits_is_told_as_it_is_now(sending: Sending) -> None:
    talk_id = sending.remind()
    sending.dispatch()
    with sending.database.writing() as session:
        session.get_one(Appointment, talk_id).interpreter = True
    channel = Scripted()
    sending.run(channel, sending.all_done)
    assert (channel.tried, sending.ledger_states()) == ([], [ReminderState.planned])
    sending.dispatch()
    sending.run(channel, sending.all_done)
    assert (sending.ledger_states(), len(channel.sent)) == ([sent], 1)
    assert "tolk" in channel.sent[0].text


def second_chat(sending: Sending) -> Conversation:
    """Of the same person, linked earlier than the first."""
    with sending.database.writing() as session:
        first = session.query(Conversation).one()
        made = conversation(session, sending.clock(), "chat-2")
        made.channel, made.person_id = Channel.telegram, first.person_id
        made.linked_at = sending.clock() - timedelta(days=9)
        return first


def test_who_blocked_one_of_two_chats_gets_it_in_the_other(either: Sending) -> None:
    either.remind()
    second_chat(either)
    either.dispatch()

    def fails(outgoing: Outgoing) -> SendFailed | None:
        return SendFailed("403", blocked=True) if outgoing.chat_id == "chat-1" else None

    channel = While(fails)
    either.run(channel, either.all_done)
    either.dispatch()
    either.run(channel, either.all_done)
    assert (channel.chats(), either.ledger_states()) == (["chat-2"], [sent])


def test_who_lost_a_chat_meanwhile_gets_it_in_another(sending: Sending) -> None:
    sending.remind()
    first = second_chat(sending)
    sending.dispatch()
    with sending.database.writing() as session:
        session.get_one(Conversation, first.id).person_id = None
    channel = While(lambda _: None)
    sending.run(channel, sending.all_done)
    sending.dispatch()
    sending.run(channel, sending.all_done)
    assert (channel.chats(), sending.ledger_states()) == (["chat-2"], [sent])


# Faults of our own


def test_a_message_that_cannot_be_made_keeps_no_other_from_leaving(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.remind()
    sending.put(1, "chat-2", bulk=True)
    sending.dispatch()

    def breaks(_: object, __: object, row: OutboxMessage, ___: object) -> None:
        if row.conversation.chat_id == "chat-1":
            raise ValueError

    monkeypatch.setattr("api.outbox.service.attachment_of", breaks)
    channel = While(lambda _: None)
    sending.run(channel, sending.all_done_later)
    assert channel.chats() == ["chat-2"]
    assert [(each.state, each.why) for each in sending.ledger()] == [(unreached, "failed")]


def test_what_the_ledger_cannot_follow_stands_on_the_list_of_the_regisseur(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.remind()
    sending.dispatch()

    def breaks(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("api.reminders.delivery.send_next_way", breaks)
    sending.run(Scripted(SendFailed("400")), sending.all_done)
    assert [(each.state, each.why) for each in sending.ledger()] == [(unreached, "fault")]


# Who cannot be reached


def test_who_blocked_the_bot_is_unreached_at_once(either: Sending) -> None:
    either.remind()
    either.dispatch()
    either.run(Scripted(SendFailed("403", blocked=True)), either.all_done)
    assert either.states() == [DeliveryState.undeliverable]
    assert [(each.state, each.why) for each in either.ledger()] == [(unreached, "blocked")]


def test_a_block_that_an_answer_meets_is_told_to_a_regisseur_as_well(sending: Sending) -> None:
    sending.remind()
    sending.put(1)
    sending.run(Scripted(SendFailed("403", blocked=True)), sending.all_done)
    told = [each for each in sending.ledger() if each.kind is ReminderKind.unreachable]
    assert [(each.state, each.why) for each in told] == [(unreached, "blocked")]


def test_who_has_an_address_gets_an_e_mail_when_telegram_fails(sending: Sending) -> None:
    sending.post = Post(sending.words, has_mail=True)
    sending.remind(email="amina@wegwijs.example")
    sending.dispatch()

    def fails(outgoing: Outgoing) -> SendFailed | None:
        is_chat = outgoing.channel is Channel.telegram
        return SendFailed("403", blocked=True) if is_chat else None

    channel = While(fails)
    sending.run(channel, lambda: sending.all_done() and len(channel.sent) == 1)
    assert [each.channel for each in channel.tried] == [Channel.telegram, Channel.email]
    [reminder] = sending.ledger()
    assert (reminder.state, reminder.way) == (sent, Way.email)


def test_after_five_tries_it_is_unreached(sending: Sending) -> None:
    sending.remind()
    channel = While(lambda _: TEMPORARY)
    sending.run(channel, sending.all_done_later)
    assert (len(channel.tried), sending.states()) == (5, [DeliveryState.failed])
    assert [(each.state, each.why) for each in sending.ledger()] == [(unreached, "failed")]


# Outages, with the clock in our hand


@pytest.mark.parametrize("jitter", [(0.8, 0.8), (1.2, 1.2)])
def test_ten_minutes_without_telegram_lose_and_double_nothing(
    sending: Sending, monkeypatch: pytest.MonkeyPatch, jitter: tuple[float, float]
) -> None:
    monkeypatch.setattr("api.outbox.service.JITTER", jitter)
    back = sending.clock() + timedelta(minutes=10)
    people = [f"chat-{number}" for number in range(12)]
    talks = [sending.remind(chat) for chat in people]
    sending.dispatch()

    def fails(outgoing: Outgoing) -> SendFailed | None:
        return SendFailed("network", retryable=True) if sending.clock() < back else None

    channel = While(fails)
    sending.run(channel, lambda: sending.goes_on_until(back - timedelta(minutes=1)))
    assert {row.tries for row in sending.rows()} == {4}
    sending.cancel(talks[0])  # no use any more when Telegram is back
    sending.run(channel, sending.all_done_later)
    assert sorted(channel.chats()) == sorted(people[1:])
    assert sending.ledger_states() == [withdrawn] + [sent] * 11


def test_five_minutes_without_a_store_lose_and_double_nothing(
    migrated_sqlite: Path, tmp_path: Path, words: Words, clock: FixedClock
) -> None:
    file = tmp_path / "wegwijs.sqlite"
    file.write_bytes(migrated_sqlite.read_bytes())
    store = Unreliable(f"sqlite:///{file}")
    sending = Sending(store, words, clock)
    people = [f"chat-{number}" for number in range(12)]
    for chat in people:
        sending.remind(chat)
    sending.dispatch()
    began = clock()

    def goes_away_when_three_are_sent(_: Outgoing) -> None:
        store.is_away = store.is_away or len(channel.sent) == 3

    channel = While(goes_away_when_three_are_sent)
    looks = 0

    def after_five_minutes() -> bool:
        nonlocal looks
        if store.is_away:
            looks += 1
            clock.now = min(clock.now + timedelta(seconds=10), began + timedelta(minutes=5))
            store.is_away = clock.now < began + timedelta(minutes=5) or looks < 40
            return False
        return len(channel.sent) >= len(people) and sending.all_done()

    sending.run(channel, after_five_minutes)
    store.close()
    assert sorted(channel.chats()) == sorted(people)
    assert sending.ledger_states() == [sent] * 12


def test_sixty_seconds_of_patience_for_one_chat_delay_only_that_one(sending: Sending) -> None:
    people = [f"chat-{number}" for number in range(8)]
    for chat in people:
        sending.remind(chat)
    sending.dispatch()
    asked = sending.clock()

    def fails(outgoing: Outgoing) -> SendFailed | None:
        is_early = sending.clock() < asked + timedelta(seconds=60)
        if outgoing.chat_id == "chat-3" and is_early:
            return SendFailed("429", retryable=True, retry_after=60)
        return None

    channel = While(fails)
    sending.run(channel, sending.all_done_later)
    assert sorted(channel.chats()) == people
    assert channel.chats()[-1] == "chat-3"
    late = {each.id: each.sent_at for each in sending.ledger()}
    assert sorted(late.values(), key=_moment)[:7] == [asked] * 7
    assert all(row.tries == 1 for row in sending.rows())


def _moment(at: datetime | None) -> datetime:
    assert at is not None
    return at


def test_a_ledger_that_cannot_take_it_does_not_make_us_send_it_again(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("api.outbox.sender.take_outcome", broken)
    sending.remind()
    sending.dispatch()
    channel = Scripted()
    sending.run(channel, sending.all_done)
    assert (len(channel.sent), sending.states()) == (1, [DeliveryState.sent])
