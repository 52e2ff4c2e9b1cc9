"""Three years of a municipality, on a clock of our own: no talk is forgotten, on no day.

The years go over six clock changes, three Christmases and 29 February 2028.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import api.appointments.changes
import api.reminders.planning
import tests.reminders.simulation
from api.answers.words import Words
from api.db import Database
from api.reminders.quiet import Quiet
from api.reminders.wanted import wanted
from tests.reminders.town_life import live

SEED, SWEEP_EVERY = 6, 7
CASES, YEARS = 60, 3 * 365 + 1
"""A town has 200 cases (`town_life.TOWN`); that takes three minutes, these one."""
FEW, WEEKS = 12, 60


@pytest.mark.timeout(900)  # three years take a while where others work beside it
def test_for_three_years_every_reminder_is_true_and_in_time_and_sent_once(
    sqlite: Database, words: Words
) -> None:
    # The sweep only repairs: it runs once a week here, and still nothing may be missing.
    witness = live(_url(sqlite), words, SEED, CASES, YEARS, SWEEP_EVERY)
    assert witness.faults == [], "\n".join(witness.faults[:40])
    assert witness.counted["days"] >= YEARS - 2
    for seen in ("reminders expected", "deadlines", "not reached", "passed the quiet hours"):
        assert witness.counted[seen] > 0, f"in these years there were no {seen}"


def without_quiet_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(_: Quiet, meant: datetime, earliest: datetime, latest: datetime) -> datetime | None:
        return max(meant, earliest) if max(meant, earliest) <= latest else None

    monkeypatch.setattr(Quiet, "leave", leave)


def without_telling_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.appointments.changes, "announce", lambda *_: None)


def without_the_last_reminder(monkeypatch: pytest.MonkeyPatch) -> None:
    def fewer(*arguments: Any) -> list[Any]:
        return [each for each in wanted(*arguments) if each.minutes_before != 120]

    monkeypatch.setattr(api.reminders.planning, "wanted", fewer)


def without_writing_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests.reminders.simulation, "take_outcome", lambda *_: None)


@pytest.mark.parametrize(
    ("broken", "seen"),
    [
        (without_quiet_hours, "in quiet hours"),
        (without_telling_changes, "was never told"),
        (without_the_last_reminder, "expected ["),
        (without_writing_down, "the ledger says sending"),
    ],
)
def test_the_witness_sees_what_is_broken(
    broken: Callable[[pytest.MonkeyPatch], None],
    seen: str,
    sqlite: Database,
    words: Words,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken(monkeypatch)
    witness = live(_url(sqlite), words, SEED, FEW, WEEKS)
    assert [fault for fault in witness.faults if seen in fault]


def _url(database: Database) -> str:
    """The file of the store; the simulation opens it itself."""
    return f"sqlite:///{Path(str(database.engine.url.database))}"
