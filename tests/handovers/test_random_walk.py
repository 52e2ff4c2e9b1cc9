"""Thousands of random steps of people who ask and people who answer: nothing is lost or doubled."""

import pytest

from api.answers.words import Words
from api.db import Database
from tests.factories import FixedClock
from tests.handovers.walk import Walk


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_nobody_is_lost_and_the_bot_is_silent_while_a_person_speaks(
    database: Database, words: Words, clock: FixedClock, seed: int
) -> None:
    faults = Walk(database, words, clock, seed).run(400)
    assert faults.total == 0, faults
    met = faults.counts
    assert met["_reply"]
    assert met["crash"]
    assert not met["claimed by both"]
