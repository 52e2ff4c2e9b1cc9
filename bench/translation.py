"""What machine translation costs with models of a real size, and what the rest notices."""

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.clock import system_clock
from api.db import Database
from api.demo import plant
from api.schema import migrate
from api.system import free_port
from bench.installation import MeasurementFailed
from bench.large_models import SOURCE_TOKENS, TARGET_TOKENS, build_packages
from bench.light import NOBODY_LISTENS, PASSWORD, STOP_SECONDS, TOWN
from bench.results import ROOT, Finding, Findings
from bench.stores import Store
from bench.times import percentile, summary
from bench.translating import MODELS
from bench.usage import cpu_ms, memory_mb

ROUNDS, AT_ONCE, BUSY_SECONDS, ASK_EVERY_SECONDS = 7, 8, 15.0, 0.05
START_SECONDS, LONGEST_SECONDS = 60.0, 120.0
PAGE = f"/chat/{TOWN}"


@dataclass(frozen=True)
class Api:
    """One process that answers and translates."""

    pid: int
    http: httpx.Client

    def translate(self) -> float:
        """Seconds that one text of 20 words takes, over English."""
        began = time.perf_counter()
        self.http.post("/bench/translate").raise_for_status()
        return time.perf_counter() - began

    def ask(self) -> float:
        """Milliseconds that the page of the web chat takes."""
        began = time.perf_counter()
        self.http.get(PAGE).raise_for_status()
        return 1000 * (time.perf_counter() - began)

    @property
    def cpu_seconds(self) -> float:
        return cpu_ms({"api": self.pid})["api"] / 1000

    @property
    def memory(self) -> float:
        return memory_mb({"api": self.pid})["api"]


def measure(store: Store) -> Findings:
    """Everything about translation, one after the other in the same process."""
    with tempfile.TemporaryDirectory(prefix="bench-models-") as folder:
        models = Path(folder) / "models"
        build_packages(models)
        with _api(store, models) as api:
            quiet = _asked_during(api, lambda: time.sleep(3))
            memory = _memory(api)
            one = _one_by_one(api)
            at_once = _at_once(api)
            busy = _asked_during(api, lambda: _keep_busy(api))
    words = {"source_tokens": SOURCE_TOKENS, "target_tokens": TARGET_TOKENS, "hops": 2}
    p95, unhindered = percentile(busy, 95), summary(quiet)
    return {
        **{key: Finding(found.value, {**words, **found.details}) for key, found in one.items()},
        "translation_memory_mb": memory,
        "translation_8_at_once_s": at_once,
        "answer_p95_ms_during_translation": Finding(
            round(p95, 1), {"page": PAGE, **summary(busy), "without": unhindered}
        ),
    }


def _memory(api: Api) -> Finding:
    """What all models together add, after each has worked."""
    before = api.memory
    number = api.http.post("/bench/load").raise_for_status().json()
    api.translate()
    return Finding(round(api.memory - before), {"models": number, "before": round(before)})


def _one_by_one(api: Api) -> Findings:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        before = api.cpu_seconds
        wall.append(api.translate())
        cpu.append(api.cpu_seconds - before)
    return {
        "translation_cpu_s_20_words": _median(cpu),
        "translation_wall_s_20_words": _median(wall),
    }


def _median(seconds: Sequence[float]) -> Finding:
    median = statistics.median(seconds)
    return Finding(round(median, 2), {"max": round(max(seconds), 2), "rounds": len(seconds)})


def _at_once(api: Api) -> Finding:
    """From the first of eight requests until the last answer."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as people:
        each = list(people.map(lambda _: api.translate(), range(AT_ONCE)))
    return Finding(round(time.perf_counter() - began, 2), {"first": round(min(each), 2)})


def _keep_busy(api: Api) -> None:
    until = time.monotonic() + BUSY_SECONDS

    def one_after_the_other(_: int) -> None:
        while time.monotonic() < until:
            api.translate()

    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(one_after_the_other, range(AT_ONCE)))


def _asked_during(api: Api, work: Callable[[], None]) -> list[float]:
    """Milliseconds of each page that somebody asks for while this goes on."""
    done = threading.Event()
    asked: list[float] = []

    def ask() -> None:
        while not done.wait(ASK_EVERY_SECONDS):
            asked.append(api.ask())

    with ThreadPoolExecutor(1) as somebody:
        asking = somebody.submit(ask)
        try:
            work()
        finally:
            done.set()
        asking.result()
    return asked


@contextmanager
def _api(store: Store, models: Path) -> Iterator[Api]:
    with closing(Database(store.url)) as database:
        migrate(database)
        with database.writing() as session:
            plant(session, PASSWORD, system_clock())
    port = free_port()
    serve = ["uvicorn", "--factory", "bench.translating:app", "--port", str(port)]
    environment = {
        **os.environ,
        "DATABASE_URL": store.url,
        "WEGWIJS_RASA_URL": NOBODY_LISTENS,
        "WEGWIJS_RASA_SECRET": secrets.token_hex(8),
        "WEGWIJS_SERVICE_TOKEN": secrets.token_hex(8),
        "WEGWIJS_MODELS": str(models / "none"),  # only the bureau of the bench has them
        MODELS: str(models),
        "PYTHONPATH": str(ROOT),
    }
    log_path = ROOT / "var" / "log" / f"translation-{os.getpid()}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with (
        log_path.open("wb") as log,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST_SECONDS) as http,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", *serve, "--no-access-log"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_up(process, http, log_path)
            yield Api(process.pid, http)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_up(process: "subprocess.Popen[bytes]", http: httpx.Client, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            http.get(PAGE).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise MeasurementFailed(f"the api did not start; see {log}")
