"""Which measurement finds which keys, and running them on one store after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from api.progress import Progress
from bench import case_store, load, same_update, web_chat
from bench.installation import Installation, MeasurementFailed, installed
from bench.results import Finding, Findings
from bench.stores import STORES


@dataclass(frozen=True)
class Measurement:
    """Finds several keys at once where they come from the same work."""

    name: str
    keys: frozenset[str]
    measure: Callable[[Installation], Findings]


MEASUREMENTS = (
    Measurement(
        "200 questions on the web chat",
        frozenset({"answer_p50_ms", "cpu_ms_per_question", "memory_mb"}),
        web_chat.measure,
    ),
    Measurement(
        "the same update 100 times at once", frozenset({"same_update_answers"}), same_update.measure
    ),
    Measurement(
        "30 questions a second on Telegram",
        frozenset({"ack_p99_ms", "answer_p95_ms_at_30_per_s"}),
        load.measure,
    ),
    Measurement(
        "planning and showing 100,000 cases",
        frozenset({"list_page_ms_100k", "planning_s_100k"}),
        case_store.measure,
    ),
)


def measure_all(progress: Progress, only: str | None = None) -> Mapping[str, Findings]:
    """Findings by store; a measurement that fails is told and leaves its keys out."""
    wanted = [each for each in MEASUREMENTS if only is None or only in each.keys]
    by_store: dict[str, Findings] = {}
    for name, opened in STORES.items():
        progress.say(f"On {name}")
        with opened() as store, installed(store, progress) as installation:
            by_store[name] = _measure(installation, wanted, progress)
    return {
        name: {key: found for key, found in findings.items() if only in (None, key)}
        for name, findings in by_store.items()
    }


def _measure(installation: Installation, wanted: list[Measurement], progress: Progress) -> Findings:
    findings: dict[str, Finding] = {}
    for each in wanted:
        try:
            with progress.step(each.name):
                findings |= each.measure(installation)
        except (MeasurementFailed, httpx.HTTPError) as fault:
            progress.say(f"  ✗ {each.name}: {fault or type(fault).__name__}")
    return findings
