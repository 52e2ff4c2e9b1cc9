"""A store of before the cases were complete is brought up to date, and nobody is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect, make_url, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

import api.schema
from api.answers.models import ChecklistTick
from api.appointments.models import Appointment
from api.cases.models import Case, Group, Law, Leerroute, Participant
from api.conversations.models import Conversation
from api.db import Database
from api.people.models import Municipality, Person, Role
from api.schema import METADATA, migrate

BEFORE = "0002"
AMINA, BERHANE, SANNE = UUID(int=1), UUID(int=2), UUID(int=3)
OPEN, CLOSED, ELSEWHERE, CHAT, TALK = (UUID(int=number) for number in range(11, 16))
NOW = "2026-11-20 09:00:00+00:00"
ROWS: dict[str, list[dict[str, Any]]] = {
    "municipality": [
        {"id": town, "name": town.title(), "opening": "{}", "closed_on": "[]"}
        | {"answer_within_hours": 8}
        for town in ("weert", "nederweert")
    ],
    "person": [
        {"id": id.hex, "first_name": name, "last_name": "Voorbeeld"}
        | {"language": "nl", "created_at": NOW}
        for id, name in ((AMINA, "Amina"), (BERHANE, "Berhane"), (SANNE, "Sanne"))
    ],
    "person_role": [{"person_id": SANNE.hex, "municipality_id": "weert", "role": "regisseur"}],
    "participant": [
        {"person_id": AMINA.hex, "municipality_id": "weert"},
        {"person_id": BERHANE.hex, "municipality_id": "nederweert"},
    ],
    "case": [
        {"id": OPEN.hex, "participant_id": AMINA.hex, "regisseur_id": SANNE.hex}
        | {"permit_group": "asiel", "leerroute": "z", "pip_date": "2026-01-15"},
        {"id": CLOSED.hex, "participant_id": AMINA.hex}
        | {"permit_group": "gezin_van_asiel", "closed_on": "2025-12-31"},
        {"id": ELSEWHERE.hex, "participant_id": BERHANE.hex, "permit_group": "overig"},
    ],
    "appointment": [
        {"id": TALK.hex, "case_id": OPEN.hex, "kind": "progress_talk", "state": "planned"}
        | {"starts_at": "2026-12-01 09:00:00+00:00", "minutes": 45, "place": "Stadhuis"}
    ],
    "conversation": [
        {"id": CHAT.hex, "channel": "webchat", "chat_id": "chat-1", "person_id": AMINA.hex}
        | {"guessed_language": "nl", "session_id": "s-1", "session_used_at": NOW}
        | {"misses": 0, "created_at": NOW}
    ],
    "checklist_tick": [
        {"conversation_id": CHAT.hex, "checklist": "childcare", "item": item, "ticked_at": NOW}
        for item in (1, 2)
    ],
}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store of before, with people, cases, a talk and a ticked list in it."""
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    if request.param == "postgresql":
        url = _new_database(request.getfixturevalue("postgres_url"))
    database = Database(url)
    _upgrade(database, BEFORE)
    with database.engine.execution_options(writes=True).begin() as connection:
        for table, rows in ROWS.items():
            for row in rows:
                insert(connection, table, row)
    yield database
    database.close()


def _new_database(server: str) -> str:
    name = f"old_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _upgrade(database: Database, revision: str) -> None:
    config = Config()
    folder = Path(api.schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with database.engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)


def counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in ROWS
        }


def version(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_nobody_and_nothing_is_lost(old: Database) -> None:
    before = counts(old)
    migrate(old)
    assert counts(old) == before == {table: len(rows) for table, rows in ROWS.items()}
    assert version(old) != BEFORE
    with old.reading() as session:
        assert set(session.scalars(select(Person.first_name))) == {"Amina", "Berhane", "Sanne"}
        assert len(session.scalars(select(Municipality)).all()) == 2
        sanne = session.get(Person, SANNE)
        assert sanne is not None
        assert sanne.municipalities(Role.regisseur) == ["weert"]


def test_a_case_keeps_what_it_had_and_has_a_town_and_a_law(old: Database) -> None:
    migrate(old)
    with old.reading() as session:
        cases = {case.id: case for case in session.scalars(select(Case))}
        assert {case.law for case in cases.values()} == {Law.wi2021}
        assert {case.version for case in cases.values()} == {1}
        assert {id: case.municipality_id for id, case in cases.items()} == {
            **dict.fromkeys((OPEN, CLOSED), "weert"),
            ELSEWHERE: "nederweert",
        }
        mine = cases[OPEN]
        assert (mine.group, mine.leerroute) == (Group.asiel, Leerroute.z)
        assert (str(mine.pip_date), mine.closed_on) == ("2026-01-15", None)
        assert (mine.regisseur_id, mine.turkish_nationality) == (SANNE, False)
        assert str(cases[CLOSED].closed_on) == "2025-12-31"


def test_talks_and_ticked_lists_stay_where_they_were(old: Database) -> None:
    migrate(old)
    with old.reading() as session:
        talk = session.scalars(select(Appointment)).one()
        assert (talk.id, talk.case_id, talk.minutes, talk.version) == (TALK, OPEN, 45, 1)
        ticks = session.scalars(select(ChecklistTick)).all()
        assert {(tick.conversation_id, tick.household_id) for tick in ticks} == {(CHAT, None)}
        assert {tick.item for tick in ticks} == {1, 2}
        chat = session.scalars(select(Conversation)).one()
        assert (chat.id, chat.person_id) == (CHAT, AMINA)


def test_afterwards_references_are_followed_again(old: Database) -> None:
    migrate(old)
    with old.writing() as session:
        with pytest.raises(IntegrityError):
            session.execute(text(f"DELETE FROM participant WHERE person_id = '{AMINA.hex}'"))
        session.rollback()
    with old.writing() as session:
        session.add(Participant(person_id=uuid4(), municipality_id="weert"))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
    with old.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_the_store_is_built_as_the_models_say(old: Database) -> None:
    migrate(old)
    with old.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    seen = inspect(old.engine)
    for name, table in METADATA.tables.items():
        checks = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {check["name"] for check in seen.get_check_constraints(name)} == checks, name


def test_migrating_a_second_time_changes_nothing(old: Database) -> None:
    migrate(old)
    before = counts(old)
    migrate(old)
    assert counts(old) == before


def test_two_open_cases_of_one_person_stop_it_and_everything_stays_as_it_was(
    old: Database,
) -> None:
    second = {"id": uuid4().hex, "participant_id": AMINA.hex, "permit_group": "asiel"}
    with old.engine.execution_options(writes=True).begin() as connection:
        insert(connection, "case", second)
    before = counts(old)
    with pytest.raises(IntegrityError):
        migrate(old)
    assert (version(old), counts(old)) == (BEFORE, before)
    assert not inspect(old.engine).has_table("household")


def test_a_migration_that_would_leave_orphans_is_refused(tmp_path: Path) -> None:
    """Only SQLite can hold them: it follows references only for who asks it to."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    _upgrade(database, BEFORE)
    orphan = ROWS["appointment"][0]
    with database.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        names, values = ", ".join(orphan), ", ".join("?" for _ in orphan)
        statement = f"INSERT INTO appointment ({names}) VALUES ({values})"
        driver.execute(statement, tuple(orphan.values()))
        driver.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(RuntimeError, match="1 rows that refer to nothing"):
        migrate(database)
    assert version(database) == BEFORE
    assert not inspect(database.engine).has_table("household")
    database.close()
