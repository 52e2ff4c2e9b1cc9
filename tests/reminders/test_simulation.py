"""Three years of a municipality in seconds: no talk is forgotten, on no day."""

import os
from pathlib import Path

from api.answers.words import Words
from tests.conftest import _copy_of
from tests.reminders.simulation import Simulation
from tests.reminders.town_life import TownLife

SEED = 6
CASES, DAYS = 200, 3 * 365 + 1


def test_for_three_years_every_reminder_is_right_in_time_and_sent_once(
    migrated_sqlite: Path, tmp_path: Path, words: Words
) -> None:
    simulation = Simulation(_copy_of(migrated_sqlite, tmp_path), words, SEED)
    TownLife(simulation, CASES, DAYS)
    simulation.run(DAYS)
    witness = simulation.witness
    assert witness.faults == [], "\n".join(witness.faults[:40])
    assert witness.counted["days"] >= DAYS - 2
