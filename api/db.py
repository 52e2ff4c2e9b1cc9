"""The database: one file of SQLite by default, PostgreSQL when DATABASE_URL says so."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from api.signals import Signals

BUSY_TIMEOUT_MS = 5_000
Serial = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def choice(options: type[StrEnum]) -> Enum:
    """A column that holds one of these, stored as its value and read back as the member."""
    return Enum(
        options,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def one_of(column: str, options: type[StrEnum]) -> CheckConstraint:
    """The database itself refuses anything else in this column."""
    known = ", ".join(f"'{member.value}'" for member in options)
    return CheckConstraint(f"{column} IN ({known})", name=f"known_{column}")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored and read in UTC; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def insert_once(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same unique key stands there; True when it is new."""
    # Not by the row count: with psycopg it is -1, whatever happened.
    key = inspect(model).primary_key
    statement = _upsert(session, model).values(**values).on_conflict_do_nothing().returning(*key)
    return session.execute(statement).first() is not None


def insert_many_once(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert these rows; where one with the same unique key stands already, it stays as it is."""
    session.execute(_upsert(session, model).on_conflict_do_nothing(), rows)


def _upsert(session: Session, model: type[Base]) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if is_postgresql else sqlite.insert(model)


class Database:
    """Sessions that read and sessions that write.

    SQLite upgrades a reading transaction to a writing one only if nobody wrote in between,
    and does not wait for it: a writing session therefore takes the lock when it begins.
    """

    def __init__(self, url: str, signals: Signals | None = None) -> None:
        self.engine = _engine(url)
        self.signals = signals or Signals()
        self._turn = threading.Lock()
        self._takes_turns = self.engine.dialect.name == "sqlite"
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._write = sessionmaker(
            self.engine.execution_options(writes=True), expire_on_commit=False
        )
        event.listen(self._write, "after_commit", self._wake)

    def reading(self) -> AbstractContextManager[Session]:
        """A session in a transaction that only reads."""
        return self._read.begin()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in a transaction that is committed at the end, or rolled back on an error.

        SQLite lets writers wait without an order, and one can starve: in this process they
        take turns.
        """
        in_turn = self._takes_turns and self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            with self._write.begin() as session:
                yield session
        finally:
            if in_turn:
                self._turn.release()

    def close(self) -> None:
        self.engine.dispose()

    def _wake(self, session: Session) -> None:
        for name in session.info.pop("wake", ()):
            self.signals.wake(name)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,  # an error must not carry a person's text into a log
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in _begin_sqlite
    for pragma in (
        "journal_mode = WAL",
        "foreign_keys = ON",
        "synchronous = FULL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def transaction(request: Request) -> Iterator[Session]:
    """One request, one transaction, committed before the answer leaves."""
    database: Database = request.app.state.database
    reads = request.method in ("GET", "HEAD")
    with database.reading() if reads else database.writing() as session:
        yield session


Tx = Annotated[Session, Depends(transaction, scope="function")]
