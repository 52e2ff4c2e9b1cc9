"""The store: writers wait for each other, moments have a zone, an error leaves nothing behind."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from api.clock import AMSTERDAM
from api.conversations.models import Conversation
from api.db import Database, insert_once
from api.people.models import Municipality, Person
from api.signals import Signals, wake_after_commit
from tests.factories import FixedClock, conversation, town
from tests.side_by_side import at_once

WRITES = 25


def test_eight_threads_that_read_and_then_write_wait_for_each_other(
    database: Database, clock: FixedClock
) -> None:
    """On SQLite "database is locked" must not surface, on PostgreSQL no update be lost."""
    with database.writing() as session:
        id = conversation(session, clock()).id

    def count_up(_: int) -> None:
        for _ in range(WRITES):
            with database.reading() as session:
                session.get_one(Conversation, id)
            with database.writing() as session:
                found = session.scalars(select(Conversation).filter_by(id=id).with_for_update())
                found.one().misses += 1

    at_once(8, count_up)
    with database.reading() as session:
        assert session.get_one(Conversation, id).misses == 8 * WRITES


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.writing() as writing:
        town(writing)
        began = time.monotonic()
        with database.reading() as reading:
            assert reading.get(Municipality, "weert") is None
        assert time.monotonic() - began < 2


def test_an_error_rolls_everything_back(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            town(session)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.reading() as session:
        assert session.get(Municipality, "weert") is None


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001
    with database.writing() as session:
        session.add(Person(first_name="Noor", created_at=naive))
        with pytest.raises(StatementError, match="a moment needs a time zone"):
            session.flush()
        session.rollback()


def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    amsterdam = datetime(2026, 7, 1, 11, 30, tzinfo=AMSTERDAM)
    with database.writing() as session:
        person = Person(first_name="Noor", created_at=amsterdam)
        session.add(person)
    with database.reading() as session:
        read = session.get_one(Person, person.id).created_at
    assert read == amsterdam
    assert read.tzinfo is UTC


def test_moments_are_compared_as_moments_whatever_their_zone(database: Database) -> None:
    nine_utc = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    with database.writing() as session:
        session.add(Person(first_name="Noor", created_at=nine_utc))
    eleven_in_amsterdam = nine_utc.astimezone(AMSTERDAM)
    with database.reading() as session:
        query = select(Person)
        assert session.scalar(query.where(Person.created_at == eleven_in_amsterdam)) is not None
        later = eleven_in_amsterdam + timedelta(seconds=1)
        assert session.scalar(query.where(Person.created_at >= later)) is None


def test_a_row_that_belongs_to_nothing_is_refused(database: Database, clock: FixedClock) -> None:
    with database.writing() as session:
        made = conversation(session, clock())
        made.person_id = uuid4()
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_inserting_once_tells_whether_the_row_is_new(database: Database) -> None:
    values = {"id": "weert", "name": "Weert", "opening": {}, "closed_on": []}
    values["answer_within_hours"] = 8  # type: ignore[assignment]
    with database.writing() as session:
        assert insert_once(session, Municipality, **values)
        assert not insert_once(session, Municipality, **{**values, "name": "Other"})
        assert session.get_one(Municipality, "weert").name == "Weert"


def test_an_error_of_the_store_does_not_carry_what_was_written(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(IntegrityError) as error:
            session.execute(
                text("INSERT INTO municipality (id, name) VALUES (:id, :name)"),
                {"id": "weert", "name": "a secret of somebody"},
            )
        session.rollback()
    assert "a secret of somebody" not in str(error.value).replace(str(error.value.orig), "")


def woken(database: Database, fails: bool) -> tuple[bool, bool]:
    """Whether a listener was woken before, and after, the end of a transaction."""

    async def listen() -> tuple[bool, bool]:
        database.signals.bind()
        with database.signals.listen("something") as signal:
            before = after = False

            async def heard() -> bool:
                began = time.monotonic()
                await signal.wait(0.2)
                return time.monotonic() - began < 0.15

            try:
                with database.writing() as session:
                    town(session)
                    wake_after_commit(session, "something")
                    before = await heard()
                    if fails:
                        raise LookupError
            except LookupError:
                pass
            after = await heard()
        return before, after

    return asyncio.run(listen())


def test_listeners_are_woken_after_the_commit_and_not_before(sqlite: Database) -> None:
    assert woken(sqlite, fails=False) == (False, True)


def test_what_was_rolled_back_wakes_nobody(sqlite: Database) -> None:
    assert woken(sqlite, fails=True) == (False, False)


def test_waking_from_another_thread_reaches_the_listeners_and_only_those_of_that_name() -> None:
    async def listen() -> tuple[bool, bool]:
        signals = Signals()
        signals.bind()
        with signals.listen("a", "b") as mine, signals.listen("c") as other:
            await asyncio.to_thread(signals.wake, "b")
            began = time.monotonic()
            await mine.wait(5)
            quick = time.monotonic() - began < 1
            await other.wait(0.05)
            return quick, time.monotonic() - began >= 0.05

    assert asyncio.run(listen()) == (True, True)


def test_waking_without_an_event_loop_does_nothing() -> None:
    Signals().wake("something")
