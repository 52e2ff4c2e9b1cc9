"""Ten thousand random steps of people who ask and people who answer, on each database."""

from contextlib import closing
from datetime import UTC, datetime

from api.answers.words import Words
from api.db import Database
from api.schema import migrate
from bench.results import ROOT, Finding, Findings
from bench.stores import Store
from tests.factories import FixedClock
from tests.handovers.walk import Walk

STEPS, SEED = 10_000, 20261122
BEGINS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def measure(store: Store) -> Findings:
    """The clock of the walk is its own: months pass in minutes."""
    clock = FixedClock(BEGINS)
    with closing(Database(store.url)) as database:
        migrate(database)
        faults = Walk(database, Words(ROOT / "translations"), clock, SEED).run(STEPS)
    shown: dict[str, object] = {
        "steps": STEPS,
        "days": (clock() - BEGINS).days,
        **dict(faults.counts.most_common()),
    }
    return {
        "bot_messages_while_human": Finding(faults.bot_while_human, shown),
        "handovers_lost": Finding(faults.lost, {}),
        "messages_out_of_order": Finding(faults.out_of_order, {}),
        "waiting_on_no_list": Finding(faults.on_no_list, {}),
    }
