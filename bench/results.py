"""The file of results: one entry for each key, the worse of the stores that were measured."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"

type Entry = dict[str, Any]


@dataclass(frozen=True)
class Goal:
    """What a key promises: at most `target`, or exactly that where less is as wrong as more."""

    target: float
    unit: str
    exactly: bool = False

    def distance(self, value: float) -> float:
        """How bad a value is, to compare two of them."""
        return abs(value - self.target) if self.exactly else value

    def is_met_by(self, value: float) -> bool:
        return value == self.target if self.exactly else value <= self.target


GOALS: Mapping[str, Goal] = {
    "ack_p99_ms": Goal(250, "ms"),
    "same_update_answers": Goal(1, "answers", exactly=True),
    "answer_p50_ms": Goal(100, "ms"),
    "answer_p95_ms_at_30_per_s": Goal(1000, "ms"),
    "memory_mb": Goal(1000, "MB"),
    # 30 questions a second on two cores leave 66 ms for each; a tenth of that is for the rest.
    "cpu_ms_per_question": Goal(60, "ms"),
    "list_page_ms_100k": Goal(200, "ms"),
    "planning_s_100k": Goal(60, "s"),
    "reminder_claim_ms_100k": Goal(20, "ms"),
    "reminder_delay_p95_s": Goal(30, "s"),
    "reminders_1000_s": Goal(40, "s"),
    "reminders_most_in_a_second": Goal(30, "messages"),
    "answer_during_reminders_s": Goal(1, "s"),
    "reminders_lost": Goal(0, "reminders"),
    "reminders_stale": Goal(0, "reminders"),
    # Telegram cannot be asked whether it has a message. Who is killed between its "ok" and our
    # commit (some 30 ms) sends it again: with four processes every fourth kill meets the sender,
    # in a rush with about one message in that window.
    "reminders_doubled": Goal(25, "messages"),
    "bot_messages_while_human": Goal(0, "messages"),
    "handovers_lost": Goal(0, "hand-overs"),
    "messages_out_of_order": Goal(0, "messages"),
    "waiting_on_no_list": Goal(0, "conversations"),
    # Two hops of a model with 60 million numbers. Of the two cores, translation may have both.
    "translation_cpu_s_20_words": Goal(0.8, "s"),
    "translation_wall_s_20_words": Goal(1.5, "s"),
    # Six models: Arabic, Dutch and Turkish from and to English.
    "translation_memory_mb": Goal(700, "MB"),
    "translation_8_at_once_s": Goal(6, "s"),
    "answer_p95_ms_during_translation": Goal(150, "ms"),
}
"""In the order of the file."""


@dataclass(frozen=True)
class Finding:
    """What one store showed for one key; `details` say where the value comes from."""

    value: float
    details: Mapping[str, Any]


type Findings = Mapping[str, Finding]
"""By key."""


def entry(key: str, by_store: Mapping[str, Finding], commit: str) -> Entry:
    """The entry of a key: the value of the worst store, and the details of all."""
    goal = GOALS[key]
    worst = max(by_store, key=lambda store: goal.distance(by_store[store].value))
    value = by_store[worst].value
    details = {
        store: {"value": finding.value, **finding.details} for store, finding in by_store.items()
    }
    return {
        "value": value,
        "unit": goal.unit,
        "target": goal.target,
        "met": goal.is_met_by(value),
        "command": f"make bench ONLY={key}",
        "commit": commit,
        "store": worst,
        "details": details,
    }


def entries(by_store: Mapping[str, Findings], commit: str) -> dict[str, Entry]:
    """Entries of the keys that every store has a finding for."""
    measured: Sequence[Findings] = list(by_store.values())
    keys = [key for key in GOALS if measured and all(key in findings for findings in measured)]
    return {
        key: entry(key, {store: findings[key] for store, findings in by_store.items()}, commit)
        for key in keys
    }


def write(new: Mapping[str, Entry], path: Path = RESULTS) -> None:
    """Put these entries in the file and leave its others as they are."""
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    merged = {**old, **new}
    order = [*(key for key in GOALS if key in merged), *(key for key in merged if key not in GOALS)]
    text = json.dumps({key: merged[key] for key in order}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def current_commit() -> str:
    """Short name of the commit that is measured, marked where files differ from it."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", ":!bench/results.json")
    return f"{commit}-changed" if changed else commit or "unknown"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
        )
    except FileNotFoundError:  # an archive on a machine without git
        return ""
    return done.stdout.strip()
