"""Claiming: every row to one worker at a time, and none is lost with a worker that dies."""

from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.conversations.models import InboxMessage
from api.db import Database
from api.leases import Claim, held
from tests.factories import FixedClock, receive
from tests.side_by_side import at_once

MINUTE = timedelta(minutes=1)


def fill(database: Database, clock: FixedClock, rows: int) -> None:
    with database.writing() as session:
        for number in range(rows):
            receive(session, clock(), chat=f"chat-{number}")


def take(
    session: Session, clock: FixedClock, *conditions: ColumnElement[bool], limit: int = 10
) -> list[InboxMessage]:
    claim = Claim(InboxMessage, *conditions, order=(InboxMessage.id,), lease_for=MINUTE)
    return claim(session, clock(), limit)


def test_workers_side_by_side_share_the_rows_and_none_gets_one_of_another(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 24)

    def worker(_: int) -> list[int]:
        mine: list[int] = []
        while True:
            with database.writing() as session:
                claimed = [row.id for row in take(session, clock, limit=3)]
            if not claimed:
                return mine
            mine += claimed

    shares = at_once(4, worker)
    assert sorted(id for share in shares for id in share) == list(range(1, 25))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_nobody_waits_for_a_row_that_another_worker_is_just_taking(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 3)
    with database.writing() as first, database.writing() as second:
        assert [row.id for row in take(first, clock, limit=1)] == [1]
        assert [row.id for row in take(second, clock)] == [2, 3]


def test_a_row_with_a_live_lease_is_not_claimed_again(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        take(session, clock)
    clock.move(MINUTE - timedelta(seconds=1))
    with database.writing() as session:
        assert take(session, clock) == []


def test_a_row_whose_lease_ran_out_is_claimed_again_under_another_token(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        [first] = take(session, clock)
    clock.move(MINUTE)
    with database.writing() as session:
        [second] = take(session, clock)
    assert second.id == first.id
    assert second.lease != first.lease
    assert (first.tries, second.tries) == (1, 2)


def test_a_worker_that_was_too_slow_is_fenced_off_the_row_it_lost(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        [slow] = take(session, clock)
    clock.move(MINUTE)
    with database.writing() as session:
        [quick] = take(session, clock)
    with database.writing() as session:
        assert held(session, InboxMessage, slow.id, slow.lease) is None
        assert held(session, InboxMessage, quick.id, quick.lease) is not None


def test_a_row_without_a_lease_is_held_by_nobody(database: Database, clock: FixedClock) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        assert held(session, InboxMessage, 1, "") is None


def test_a_finished_row_never_comes_back(database: Database, clock: FixedClock) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        take(session, clock)[0].finish(clock(), error="why")
    clock.move(timedelta(days=365))
    with database.writing() as session:
        assert take(session, clock) == []
        row = session.get_one(InboxMessage, 1)
        assert (row.lease, row.leased_until, row.error) == (None, None, "why")


def test_a_row_that_was_put_back_is_claimed_from_its_new_time_on(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 1)
    with database.writing() as session:
        take(session, clock)[0].put_back(clock() + 2 * MINUTE, "later")
    clock.move(2 * MINUTE - timedelta(seconds=1))
    with database.writing() as session:
        assert take(session, clock) == []
    clock.move(timedelta(seconds=1))
    with database.writing() as session:
        assert len(take(session, clock)) == 1


def test_claiming_keeps_to_the_order_the_limit_and_the_conditions(
    database: Database, clock: FixedClock
) -> None:
    fill(database, clock, 5)
    with database.writing() as session:
        claimed = take(session, clock, InboxMessage.id > 2, limit=2)
    assert [row.id for row in claimed] == [3, 4]
