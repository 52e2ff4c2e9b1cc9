"""One person on the web chat: how long an answer takes, what it costs, what it leaves in memory."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import httpx

from bench.installation import Installation, MeasurementFailed
from bench.questions import LANGUAGES, question
from bench.results import Finding, Findings
from bench.times import summary
from bench.usage import cpu_ms, memory_mb, rounded, spent

CONVERSATIONS = 10
QUESTIONS_EACH = 20
PAUSE_SECONDS = 0.1  # a person reads; what is still being written down belongs to this answer
LONGEST_ANSWER = 10.0
IDLE_SECONDS = 3.0


class OpenChat:
    """One conversation with its stream of events open, as the page has it."""

    def __init__(self, url: str, language: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=LONGEST_ANSWER)
        self._language = language
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self._http)
        self._http.get("/chat").raise_for_status()  # gives the cookie
        stream = self._stack.enter_context(self._http.stream("GET", "/v1/chat/events"))
        self._lines = stream.iter_lines()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def ask(self, text: str) -> float:
        """Milliseconds from sending the question until its last answer has come."""
        began = time.perf_counter()
        body = {"id": secrets.token_hex(8), "text": text, "language": self._language}
        self._http.post("/v1/chat/messages", json=body).raise_for_status()
        for line in self._events():
            if line["author"] == "bot" and line["inReplyTo"] == body["id"] and line["final"]:
                return 1000 * (time.perf_counter() - began)
            if time.perf_counter() - began > LONGEST_ANSWER:
                break
        raise MeasurementFailed(f"no answer on the web chat within {LONGEST_ANSWER:.0f} s")

    def _events(self) -> Iterator[dict[str, Any]]:
        for line in self._lines:
            if line.startswith("data:") and line.removeprefix("data:").strip():  # not a ping
                yield json.loads(line.removeprefix("data:"))


def measure(installation: Installation) -> Findings:
    """Ask 200 questions one after the other, over a few conversations."""
    warm_up: list[float] = []
    times: list[float] = []
    _converse(installation, LANGUAGES[0], warm_up)
    idle = _idle_cpu(installation)
    costs: dict[str, float] = dict.fromkeys(installation.processes, 0.0)
    for number in range(CONVERSATIONS):
        cost = _converse(installation, LANGUAGES[number % len(LANGUAGES)], times)
        costs = {name: costs[name] + cost[name] for name in costs}
    memory = memory_mb(installation.processes)
    each = {name: cost / len(times) for name, cost in costs.items()}
    shown = summary(times)
    return {
        "answer_p50_ms": Finding(shown["p50"], {**shown, "first_20": summary(warm_up)}),
        "cpu_ms_per_question": Finding(
            round(sum(each.values()), 1),
            {"processes": rounded(each), "idle_ms_per_s": rounded(idle)},
        ),
        "memory_mb": Finding(round(sum(memory.values())), {"processes": rounded(memory)}),
    }


def _converse(installation: Installation, language: str, times: list[float]) -> dict[str, float]:
    """One conversation; adds the time of each answer, returns the CPU time of all processes."""
    with OpenChat(installation.system.url, language) as chat:
        chat.ask(question(language, 0))  # the first contact is another matter
        time.sleep(PAUSE_SECONDS)
        before = cpu_ms(installation.processes)
        for number in range(QUESTIONS_EACH):
            times.append(chat.ask(question(language, number)))
            time.sleep(PAUSE_SECONDS)
        return spent(before, cpu_ms(installation.processes))


def _idle_cpu(installation: Installation) -> dict[str, float]:
    """CPU time a second while nobody asks anything; it is part of what a question costs above."""
    before = cpu_ms(installation.processes)
    time.sleep(IDLE_SECONDS)
    used = spent(before, cpu_ms(installation.processes))
    return {name: value / IDLE_SECONDS for name, value in used.items()}
