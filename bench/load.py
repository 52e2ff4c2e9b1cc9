"""Thirty questions a second from many chats over Telegram: the door and the answers under load."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.clock import system_clock
from bench.installation import Installation, MeasurementFailed
from bench.questions import LANGUAGES, question
from bench.results import Finding, Findings
from bench.times import summary
from bench.usage import cpu_ms, own_cpu_ms, rounded, spent
from tests.fakes.bot_api import Person

PER_SECOND = 30
SECONDS = 20
CHATS = 300
"""Each asks every ten seconds, far from Telegram's limit of one message a second in a chat."""
FIRST_CHAT = 7_000_001
LONGEST_BACKLOG = 90.0
"""After the last question; what is not answered then counts as this late."""


@dataclass(frozen=True)
class Asked:
    """`at` is when it was due by the schedule, so that no delay of ours is left out."""

    person: Person
    update_id: int
    at: datetime


def measure(installation: Installation) -> Findings:
    """Ask on schedule, whatever the answers do; acknowledgement and answer of each question."""
    ids = range(FIRST_CHAT, FIRST_CHAT + CHATS)
    people = installation.acquaintances(ids, LANGUAGES)
    before, began = _cpu(installation), time.monotonic()
    asked, latest = _ask_all(people)
    all_answered = installation.wait_until_idle(LONGEST_BACKLOG)
    used, took = spent(before, _cpu(installation)), time.monotonic() - began
    if (stored := installation.stored([each.update_id for each in asked])) != len(asked):
        raise MeasurementFailed(f"{stored} of {len(asked)} updates are in the store")
    door = summary(_until_acknowledged(installation, asked))
    answers = summary(_until_answered(asked))
    return {
        "ack_p99_ms": Finding(door["p99"], {**door, "updates": len(asked)}),
        "answer_p95_ms_at_30_per_s": Finding(
            answers["p95"],
            {
                **answers,
                "questions": len(asked),
                "all_answered": all_answered,
                "seconds_until_all_were_answered": round(took, 1),
                "asked_late_by_at_most_ms": round(latest, 1),
                "cpu_ms_per_question": rounded({n: ms / len(asked) for n, ms in used.items()}),
            },
        ),
    }


def _cpu(installation: Installation) -> dict[str, float]:
    return cpu_ms(installation.processes) | own_cpu_ms()


def _ask_all(people: list[Person]) -> tuple[list[Asked], float]:
    """The questions, and by how many milliseconds we were late at most."""
    asked, latest = [], 0.0
    start = system_clock() + timedelta(seconds=0.5)
    for number in range(PER_SECOND * SECONDS):
        due = start + timedelta(seconds=number / PER_SECOND)
        time.sleep(max(0.0, (due - system_clock()).total_seconds()))
        person = people[number % len(people)]
        text = question(LANGUAGES[number % len(LANGUAGES)], number // len(LANGUAGES))
        latest = max(latest, _milliseconds(system_clock() - due))
        asked.append(Asked(person, person.says(text), due))
    return asked, latest


def _until_acknowledged(installation: Installation, asked: list[Asked]) -> list[float]:
    """Until the first 200 for each update, the wait for a free connection included."""
    taken: dict[int, datetime] = {}
    for delivery in installation.telegram.deliveries:
        if delivery.status == 200:
            taken.setdefault(delivery.update_id, delivery.at)
    if not taken.keys() >= {each.update_id for each in asked}:
        raise MeasurementFailed("an update was not acknowledged")
    return [_milliseconds(taken[each.update_id] - each.at) for each in asked]


def _until_answered(asked: list[Asked]) -> list[float]:
    """Every question has one message for an answer, and those of a chat come in order."""
    answered = {each.person.id: each.person.messages for each in asked}
    waits = []
    for each in asked:
        messages = answered[each.person.id]
        wait = messages.pop(0).sent_at - each.at if messages else timedelta(seconds=LONGEST_BACKLOG)
        waits.append(_milliseconds(wait))
    if any(answered.values()):
        raise MeasurementFailed("a question had more than one answer")
    return waits


def _milliseconds(span: timedelta) -> float:
    return 1000 * span.total_seconds()
