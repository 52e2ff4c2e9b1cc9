"""Every open case is planned once a day, whoever else runs, and whatever happens meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.cases import planning
from api.cases.access import every_open_case
from api.cases.findings import Key
from api.cases.listing import CaseFilter, Due, list_cases
from api.cases.local_rules import set_local_rule
from api.cases.models import Case, Planning
from api.cases.planning import LEASE, Planned, Planner, plan_all
from api.cases.rules import load_rules
from api.cases.service import change_case
from api.db import Database
from api.people.models import Person
from bench.invented_cases import invent_cases
from tests.conftest import MONDAY_MORNING
from tests.factories import FixedClock, regisseur, town

CASES, CLOSED = 300, 30
TODAY = date(2026, 11, 23)
RULES = load_rules()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "BATCH", 70)
    monkeypatch.setattr(planning, "PAUSE_SECONDS", 0)


@pytest.fixture
def me(database: Database) -> Person:
    """A regisseur of two towns with three hundred open cases."""
    return planted(database)


def planted(database: Database) -> Person:
    towns = ("weert", "nederweert")
    with database.writing() as session:
        for name in towns:
            town(session, name, name.title())
        me = regisseur(session, MONDAY_MORNING, towns=towns)
    invent_cases(database, towns, [me.id], CASES, TODAY)
    return me


def plans(database: Database) -> dict[UUID, tuple[str | None, date | None]]:
    """What stands in the store, of closed cases too."""
    with database.reading() as session:
        rows = session.execute(select(Case.id, Case.next_due, Case.next_due_on)).all()
    return {id: (due, on) for id, due, on in rows}


def plan_today(database: Database, clock: FixedClock) -> Planned | None:
    return asyncio.run(Planner(database, RULES, clock).plan_today())


class DyingDatabase(Database):
    """The same store, gone from its n-th writing on."""

    def __init__(self, other: Database, writings: int) -> None:
        super().__init__(other.engine.url.render_as_string(hide_password=False))
        self.left = writings

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.left -= 1
        if self.left < 0:
            raise OperationalError("BEGIN", {}, Exception("the server is gone"))
        with super().writing() as session:
            yield session


@pytest.mark.usefixtures("me")
def test_every_open_case_is_planned_and_no_closed_one(database: Database) -> None:
    heard: list[Planned] = []
    planned = plan_all(database, RULES, MONDAY_MORNING, heard.append)
    with database.reading() as session:
        open_ones = set(session.scalars(every_open_case()))
    found = plans(database)
    due = {id for id, (key, _) in found.items() if key}
    assert planned == heard[-1]
    assert planned.cases == CASES
    assert len(due) <= planned.changed <= CASES  # some only have a reminder to plan
    assert len(heard) == 5  # batches
    assert len(found) == CASES + CLOSED
    assert due <= open_ones
    assert len(due) > CASES * 0.8


def test_a_case_is_planned_as_a_change_of_it_would_plan_it(database: Database, me: Person) -> None:
    plan_all(database, RULES, MONDAY_MORNING)
    before = plans(database)
    with database.writing() as session:
        for id in session.scalars(every_open_case().limit(20)).all():
            case = session.get_one(Case, id)
            changes = {"reference": f"R-{id}"}
            change_case(session, RULES, me, id, case.version, changes, MONDAY_MORNING)
    assert plans(database) == before


@pytest.mark.usefixtures("me")
def test_a_second_run_changes_nothing(database: Database) -> None:
    plan_all(database, RULES, MONDAY_MORNING)
    before = plans(database)
    assert plan_all(database, RULES, MONDAY_MORNING) == Planned(CASES, 0)
    assert plans(database) == before


@pytest.mark.usefixtures("me")
def test_two_planners_at_once_plan_once(database: Database, clock: FixedClock) -> None:
    async def both() -> list[Planned | None]:
        planners = (Planner(database, RULES, clock) for _ in range(2))
        return await asyncio.gather(*(each.plan_today() for each in planners))

    done = [planned for planned in asyncio.run(both()) if planned is not None]
    assert [planned.cases for planned in done] == [CASES]


@pytest.mark.usefixtures("me")
def test_a_day_is_planned_once_and_the_next_day_again(
    database: Database, clock: FixedClock
) -> None:
    first = plan_today(database, clock)
    assert first is not None
    assert first.cases == CASES
    clock.move(timedelta(hours=5))
    assert plan_today(database, clock) is None
    clock.move(timedelta(days=1))
    assert plan_today(database, clock) is not None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Planning)) == 1


@pytest.mark.usefixtures("me")
def test_a_new_local_rule_plans_the_day_anew(database: Database, clock: FixedClock) -> None:
    plan_today(database, clock)
    review = TODAY + timedelta(days=365)
    with database.writing() as session:
        set_local_rule(
            session, RULES, "weert", "talk_first_year_months", "1", "besluit", TODAY, review
        )
    again = plan_today(database, clock)
    assert again is not None
    assert again.changed > 0
    assert plan_today(database, clock) is None


@pytest.mark.usefixtures("me")
def test_after_a_database_that_died_the_next_run_goes_on(
    database: Database, clock: FixedClock
) -> None:
    dying = DyingDatabase(database, writings=3)  # one to claim, two batches
    with pytest.raises(OperationalError):
        plan_today(dying, clock)
    dying.close()
    assert plan_today(database, clock) is None  # for all we know the other is still at it
    clock.move(LEASE)
    rest = plan_today(database, clock)
    assert rest is not None
    assert rest.cases == CASES - 2 * planning.BATCH
    assert plan_all(database, RULES, clock.now) == Planned(CASES, 0)


@pytest.mark.usefixtures("me")
def test_the_loop_outlives_a_database_that_was_away(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LOOK_AGAIN_SECONDS", 0)
    away = DyingDatabase(database, writings=0)

    async def run_until_planned() -> None:
        loop = asyncio.create_task(Planner(away, RULES, clock).run())
        while away.left > -2:  # refused twice
            await asyncio.sleep(0)
        away.left = 1_000
        while not _is_done(database):
            await asyncio.sleep(0)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(asyncio.wait_for(run_until_planned(), 60))
    away.close()
    assert plan_all(database, RULES, MONDAY_MORNING) == Planned(CASES, 0)


def _is_done(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(Planning.done_at)) is not None


def test_what_somebody_changed_meanwhile_is_not_overwritten(database: Database, me: Person) -> None:
    batch = planning._next_batch(database, RULES, None, MONDAY_MORNING)
    assert batch is not None
    row = next(row for row in batch.found.due if row["next_due"] == Key.talk)
    with database.writing() as session:
        case = session.get_one(Case, row["case"])
        changes = {"ended_on": TODAY}
        change_case(session, RULES, me, case.id, case.version, changes, MONDAY_MORNING)
    with database.writing() as session:
        assert batch.write(session) == len(batch.found.cases) - 1
    assert plans(database)[row["case"]] == (Key.certificate, TODAY)


@pytest.mark.usefixtures("me")
def test_nothing_is_written_for_cases_that_stay_as_they_are(database: Database) -> None:
    plan_all(database, RULES, MONDAY_MORNING)
    never_writes = DyingDatabase(database, writings=1)  # the statistics at the end
    assert plan_all(never_writes, RULES, MONDAY_MORNING) == Planned(CASES, 0)
    never_writes.close()


# The list that shows the plans


@pytest.mark.parametrize("wanted", [CaseFilter(), CaseFilter(due=Due.late), CaseFilter(name="ba")])
def test_all_pages_together_are_the_whole_list(
    database: Database, me: Person, wanted: CaseFilter
) -> None:
    plan_all(database, RULES, MONDAY_MORNING)
    with database.reading() as session:
        whole = list_cases(session, me, wanted, TODAY, 1, CASES)
        assert 0 < whole.total == len(whole.rows)
        pages = -(-whole.total // 7)
        parts = [list_cases(session, me, wanted, TODAY, page, 7) for page in range(1, pages + 2)]
    assert [case.id for part in parts for case in part.rows] == [case.id for case in whole.rows]
    assert {part.total for part in parts} == {whole.total}
    order = [(case.next_due_on or date.max, case.id) for case in whole.rows]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (CaseFilter(), "ix_case_open_list"),
        (CaseFilter(town="weert", due=Due.late), "ix_case_open_list"),
        (CaseFilter(closed=True), "ix_case_closed_list"),
        (CaseFilter(name="ba"), "ix_case_open_list"),
    ],
)
def test_a_list_counts_and_finds_its_page_in_the_index(
    sqlite: Database, wanted: CaseFilter, index: str
) -> None:
    me = planted(sqlite)
    steps = [step for step in _steps(sqlite, me, wanted) if "case" in step]
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")]
    assert all(index in step or "sqlite_autoindex_case_1" in step for step in steps), steps


def _steps(database: Database, me: Person, wanted: CaseFilter) -> list[str]:
    """How SQLite goes about each statement of a list."""
    asked: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", listen)
    with database.reading() as session:
        list_cases(session, me, wanted, TODAY)
    event.remove(database.engine, "before_cursor_execute", listen)
    with database.engine.connect() as connection:
        return [
            row[3]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize("large", [CASES, CASES + 1])
def test_a_large_store_knows_how_much_is_in_it_and_a_small_one_does_not_guess(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(planning, "LARGE", large)
    planted(sqlite)
    plan_all(sqlite, RULES, MONDAY_MORNING)
    assert inspect(sqlite.engine).has_table("sqlite_stat1") is (large == CASES)
