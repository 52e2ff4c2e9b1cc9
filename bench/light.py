"""The api and workers without Rasa, to be killed and started again: what reminders need."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.clock import system_clock
from api.db import Database
from api.demo import plant
from api.people.models import Municipality
from api.schema import migrate
from api.system import free_port
from bench.installation import MeasurementFailed
from bench.results import ROOT
from bench.stores import Store
from tests.fakes.bot_api import BotApi

TOKEN = "123456:bench"
PASSWORD = "nobody signs in here"
NOBODY_LISTENS = "http://127.0.0.1:9"
STOP_SECONDS = 15.0
BEFORE_MINUTES = 24 * 60
TOWN = "weert"


@dataclass
class Light:
    """Processes by name; each one can be killed, and started again under the same name."""

    store: Store
    telegram: BotApi
    database: Database
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """`api`, or any other name for a worker."""
        wegwijs = Path(sys.executable).parent / "wegwijs"
        serve = ["uvicorn", "--factory", "api.main:app", "--port", str(free_port())]
        quiet = ["--no-access-log", "--timeout-graceful-shutdown", "3"]
        api = [sys.executable, "-m", *serve, *quiet]
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                api if name == "api" else [wegwijs, "worker"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As a crash does: at once, in the middle of whatever it is doing."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def check_alive(self) -> None:
        """Raises MeasurementFailed when a process has ended by itself."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        if ended:
            raise MeasurementFailed(f"{', '.join(ended)} stopped; see {self.log}")

    def stop_all(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.store.url,
            "WEGWIJS_RASA_URL": NOBODY_LISTENS,
            "WEGWIJS_RASA_SECRET": secrets.token_hex(8),
            "WEGWIJS_SERVICE_TOKEN": secrets.token_hex(8),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.telegram.base_url.removesuffix("/bot"),
            "TELEGRAM_MODE": "polling",
            "PYTHONPATH": str(ROOT),
        }


@contextmanager
def light(store: Store) -> Iterator[Light]:
    """Nothing runs yet. The town has no quiet hours and reminds a day before."""
    folder = ROOT / "var" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"light-{os.getpid()}-{secrets.token_hex(3)}.log"
    with closing(Database(store.url)) as database, BotApi.running(token=TOKEN) as telegram:
        migrate(database)
        with database.writing() as session:
            plant(session, PASSWORD, system_clock())
            town = session.get_one(Municipality, TOWN)
            town.quiet_from = town.quiet_until = "00:00"
            town.remind_before = [BEFORE_MINUTES]
        started = Light(store, telegram, database, log)
        try:
            yield started
        finally:
            started.stop_all()
