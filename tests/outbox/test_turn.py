"""Exactly one process sends for a bot token; another takes over when its lease has run out."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from api import loops
from api.answers.words import Words
from api.db import Database
from api.outbox.models import DeliveryState, SenderLease
from api.outbox.turn import LEASE, SETTLE_SECONDS, SenderTurn, turn_name
from tests.factories import FixedClock
from tests.outbox.sending import Scripted, Sending, Unreliable, happens
from tests.side_by_side import at_once

A_SECOND = timedelta(seconds=1)


class Hours:
    """Wall clock and monotonic clock of one machine, moved together."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.seconds = clock, 1_000.0

    def monotonic(self) -> float:
        return self.seconds

    def move(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))
        self.seconds += seconds


@pytest.fixture
def hours(clock: FixedClock) -> Hours:
    return Hours(clock)


def a_turn(database: Database, hours: Hours, name: str = "telegram:1") -> SenderTurn:
    return SenderTurn(database, hours.clock, name, hours.monotonic)


def test_the_first_one_may_send_at_once_and_a_second_one_stands_by(
    database: Database, hours: Hours
) -> None:
    first, second = a_turn(database, hours), a_turn(database, hours)
    assert first.take()
    assert first.is_ours()
    assert not second.take()
    assert not second.is_ours()


def test_another_takes_over_when_the_lease_has_run_out_and_waits_a_second(
    database: Database, hours: Hours
) -> None:
    dead, other = a_turn(database, hours), a_turn(database, hours)
    dead.take()
    hours.move(LEASE.total_seconds() - 0.1)
    assert not other.take()
    hours.move(0.2)
    assert other.take()
    assert not other.is_ours()  # the dead one may have sent just now
    hours.move(SETTLE_SECONDS)
    assert other.is_ours()
    assert not dead.take()


def test_there_is_no_moment_at_which_two_may_send(database: Database, hours: Hours) -> None:
    both = [a_turn(database, hours), a_turn(database, hours)]
    for tenth in range(300):
        if tenth % 100 < 50:  # the first one hangs now and then
            both[0].take()
        both[1].take()
        assert not all(each.is_ours() for each in both)
        hours.move(0.1)


def test_who_cannot_renew_stops_before_its_lease_is_over(
    migrated_postgres: str, hours: Hours
) -> None:
    store = Unreliable(migrated_postgres)
    turn = a_turn(store, hours, "telegram:alone")
    turn.take()
    store.is_away = True
    hours.move(LEASE.total_seconds() - 0.5)
    assert not turn.is_ours()
    store.close()


def test_who_renews_keeps_it(database: Database, hours: Hours) -> None:
    turn, other = a_turn(database, hours), a_turn(database, hours)
    for _ in range(10):
        assert turn.take()
        assert not other.take()
        hours.move(3)
        assert turn.is_ours()


def test_who_ends_in_peace_lets_the_next_one_go_on(database: Database, hours: Hours) -> None:
    turn, other = a_turn(database, hours), a_turn(database, hours)
    turn.take()
    turn.leave()
    assert not turn.is_ours()
    assert other.take()


def test_of_many_that_begin_together_one_gets_it(database: Database, hours: Hours) -> None:
    turns = [a_turn(database, hours) for _ in range(4)]
    assert sorted(at_once(4, lambda number: turns[number].take())) == [False, False, False, True]
    hours.move(LEASE.total_seconds() + 1)
    assert sum(at_once(4, lambda number: turns[number].take())) == 1


def test_two_bots_do_not_wait_for_each_other(sqlite: Database, hours: Hours) -> None:
    assert a_turn(sqlite, hours, "telegram:1").take()
    assert a_turn(sqlite, hours, "telegram:2").take()


def test_the_name_holds_nothing_secret_of_the_token() -> None:
    assert turn_name(SecretStr("123456:a-secret")) == "telegram:123456"
    assert turn_name(None) == "installation"


def test_who_stands_by_sends_nothing_until_the_sender_is_gone(
    database: Database, words: Words, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)
    monkeypatch.setattr("api.outbox.turn.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("api.outbox.turn.SETTLE_SECONDS", 0.05)
    sending = Sending(database, words, clock)
    dead = SenderTurn(database, clock)
    assert dead.take()
    sending.put(3)
    channel = Scripted()

    async def stand_by() -> None:
        database.signals.bind()
        loop = asyncio.create_task(sending.sender(channel).run())
        await asyncio.sleep(0.3)
        assert channel.tried == []
        clock.move(LEASE)
        await happens(sending.all_done)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(stand_by())
    assert sending.states() == [DeliveryState.sent] * 3
    assert channel.tried == [1, 2, 3]
    with database.reading() as session:
        lease = session.scalars(select(SenderLease)).one()
    assert lease.leased_until <= clock()  # given back at the end
