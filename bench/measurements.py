"""Which measurement finds which keys, and running them on one store after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import httpx

from api.progress import Progress
from bench import (
    case_store,
    hand_overs,
    load,
    reminders,
    same_update,
    translation,
    web_chat,
)
from bench.installation import Installation, MeasurementFailed, installed
from bench.results import Finding, Findings
from bench.stores import STORES, Store


@dataclass(frozen=True)
class Measurement:
    """Finds several keys at once where they come from the same work."""

    name: str
    keys: frozenset[str]
    measure: Callable[[Installation], Findings]


@dataclass(frozen=True)
class OwnMeasurement:
    """The same; it needs no Rasa and starts on an empty store what it does need."""

    name: str
    keys: frozenset[str]
    measure: Callable[[Store], Findings]


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
    OwnMeasurement(
        "finding what is due among 100,000 reminders",
        frozenset({"reminder_claim_ms_100k"}),
        reminders.measure_claim,
    ),
    OwnMeasurement(
        "500 reminders in a minute", frozenset({"reminder_delay_p95_s"}), reminders.measure_delay
    ),
    OwnMeasurement(
        "1,000 reminders at once, and answers meanwhile",
        frozenset({"reminders_1000_s", "reminders_most_in_a_second", "answer_during_reminders_s"}),
        reminders.measure_rush,
    ),
    OwnMeasurement(
        "reminders while processes are killed",
        frozenset({"reminders_lost", "reminders_stale", "reminders_doubled"}),
        reminders.measure_crashes,
    ),
    OwnMeasurement(
        "10,000 random steps of chat and hand-over",
        frozenset(
            {
                "bot_messages_while_human",
                "handovers_lost",
                "messages_out_of_order",
                "waiting_on_no_list",
            }
        ),
        hand_overs.measure,
    ),
    OwnMeasurement(
        "translating 20 words from Dutch to Arabic, and the chat meanwhile",
        frozenset(
            {
                "translation_cpu_s_20_words",
                "translation_wall_s_20_words",
                "translation_memory_mb",
                "translation_8_at_once_s",
                "answer_p95_ms_during_translation",
            }
        ),
        translation.measure,
    ),
)


def measure_all(progress: Progress, only: str | None = None) -> Mapping[str, Findings]:
    """Findings by store; a measurement that fails is told and leaves its keys out."""
    wanted = [each for each in MEASUREMENTS if only is None or only in each.keys]
    together = [each for each in wanted if isinstance(each, Measurement)]
    alone = [each for each in wanted if isinstance(each, OwnMeasurement)]
    by_store: dict[str, Findings] = {}
    for name, opened in STORES.items():
        progress.say(f"On {name}")
        findings: dict[str, Finding] = {}
        if together:
            with opened() as store, installed(store, progress) as installation:
                for each in together:
                    findings |= _measure(each.name, partial(each.measure, installation), progress)
        for own in alone:
            with opened() as store:
                findings |= _measure(own.name, partial(own.measure, store), progress)
        by_store[name] = findings
    return {
        name: {key: found for key, found in findings.items() if only in (None, key)}
        for name, findings in by_store.items()
    }


def _measure(name: str, measure: Callable[[], Findings], progress: Progress) -> Findings:
    try:
        with progress.step(name):
            return measure()
    except (MeasurementFailed, httpx.HTTPError) as fault:
        progress.say(f"  ✗ {name}: {fault or type(fault).__name__}")
    return {}
