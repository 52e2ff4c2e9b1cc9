"""Processes die while reminders are due: every reminder arrives, none is stale, and each that
arrives twice was tried twice. The same at full size is in `make bench`."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from api.db import Database
from api.outbox.models import SenderLease
from bench.crashes import Crashes, crash
from bench.light import Light, light
from bench.stores import Store

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Light]:
    with light(Store("sqlite", f"sqlite:///{tmp_path / 'wegwijs.sqlite'}")) as running:
        yield running


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Light]:
    """A database of its own on the server of the tests: nobody else may take its rows away."""
    name = "crashes"
    with closing(Database(postgres_url)) as server:
        careless = server.engine.execution_options(isolation_level="AUTOCOMMIT")
        with careless.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.engine.url.set(database=name).render_as_string(hide_password=False)
        with light(Store("postgresql", url)) as running:
            yield running


def check(running: Light, crashes: Crashes) -> None:
    outcome = crash(running, crashes)
    assert outcome.lost == []
    assert outcome.stale == []
    assert outcome.unexplained == 0
    assert outcome.doubled <= crashes.kills
    assert outcome.changed


def test_with_an_api_and_two_workers_on_sqlite(on_sqlite: Light) -> None:
    check(on_sqlite, Crashes(kills=5, workers=2, guests=30))


def test_with_an_api_and_three_workers_on_postgresql(on_postgresql: Light) -> None:
    check(on_postgresql, Crashes(kills=3, workers=3, guests=24, seed=2))


def test_a_worker_that_is_asked_to_end_does_so_at_once_and_in_peace(on_sqlite: Light) -> None:
    on_sqlite.start("worker-1")
    process = on_sqlite.processes["worker-1"]
    wait_for_a_sender(on_sqlite)
    process.terminate()
    assert process.wait(15) == 0


def wait_for_a_sender(running: Light) -> None:
    """Until the worker has taken its turn."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with running.database.reading() as session:
            if session.scalar(select(SenderLease.holder)) is not None:
                return
        time.sleep(0.1)
    raise AssertionError("nobody took the turn to send")
