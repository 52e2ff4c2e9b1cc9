"""The whole system on one machine: Rasa, its actions and the api as three processes."""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

import httpx

from api.progress import Progress

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"
START_SECONDS = 180.0
STOP_SECONDS = 10.0
_NOT_FOR_RASA = ("TELEGRAM", "DATABASE_URL", "WEGWIJS_TELEGRAM")


class CannotStart(Exception):
    """Something the user can mend; the message says what to do."""


def bot_python() -> Path:
    """The Python of the bot's own environment."""
    python = BOT / ".venv" / "bin" / "python"
    if not python.exists():
        raise CannotStart("the bot's environment is missing: run `make setup` first")
    return python


def model_path() -> Path:
    """The model for the bot's data as it is now; its name changes when the data does."""
    digest = hashlib.sha256()
    for path in sorted(_training_files()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return BOT / "models" / f"wegwijs-{digest.hexdigest()[:16]}.tar.gz"


def _training_files() -> Iterable[Path]:
    for folder in ("data", "domain", "components", "concepts"):
        yield from (p for p in (BOT / folder).rglob("*") if p.suffix in (".yml", ".py"))
    yield from (BOT / "config.yml", BOT / "uv.lock", ROOT / "translations" / "normalise.py")


def train_if_changed(progress: Progress) -> Path:
    """Train unless a model for this very data exists; older models are removed."""
    model = model_path()
    if model.exists():
        return model
    python = bot_python()
    log_path = _log_path("train")
    with progress.step("Training the model (about a minute)"), log_path.open("wb") as log:
        finished = subprocess.run(
            [python, "start.py", "train", f"models/{model.name}"],
            cwd=BOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
    if finished.returncode or not model.exists():
        raise CannotStart(f"training failed: {_tail(log_path)}\nAll of it is in {log_path}")
    for old in model.parent.glob("wegwijs-*.tar.gz"):
        if old != model:
            old.unlink()
    return model


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@dataclass
class System:
    """Three processes that know each other's secrets; use it as a context manager.

    `environment` adds to the api's environment, for instance DATABASE_URL or TELEGRAM_TOKEN.
    """

    database_url: str
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.rasa_port, self.actions_port = free_port(), free_port()
        self.rasa_secret, self.service_token = secrets.token_hex(24), secrets.token_hex(24)
        self.tracker_token = secrets.token_hex(24)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    def __enter__(self) -> Self:
        if not is_free(self.port):
            raise CannotStart(
                f"port {self.port} is in use: stop what runs there, or choose another one, "
                f"for example `make demo PORT={self.port + 1}`"
            )
        try:
            self._start(train_if_changed(self.progress))
        except BaseException:
            self.stop_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_all()

    def _start(self, model: Path) -> None:
        self.start_rasa(model)
        self.start_actions()
        self.start_api()
        with self.progress.step("Starting Rasa, its actions and the api"):
            self.wait_until_ready()

    def start_rasa(self, model: Path | None = None) -> None:
        name = f"models/{(model or model_path()).name}"
        self._spawn("rasa", [bot_python(), "start.py", "rasa", str(self.rasa_port), name], BOT)

    def start_actions(self) -> None:
        self._spawn("actions", [bot_python(), "start.py", "actions", str(self.actions_port)], BOT)

    def start_api(self) -> None:
        serve = ["uvicorn", "--factory", "api.main:app", "--host", "127.0.0.1"]
        quiet = ["--port", str(self.port), "--no-access-log", "--timeout-graceful-shutdown", "3"]
        self._spawn("api", [sys.executable, "-m", *serve, *quiet], ROOT)

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one process that we started; SIGKILL to try a crash."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self) -> None:
        """End everything we started; a second Ctrl-C does not leave half of it running."""
        with _undisturbed():
            for process in self.processes.values():
                process.terminate()
            for name in list(self.processes):
                self.stop(name)
            self._stack.close()

    def wait_until_ready(self) -> None:
        """Until people can be answered. Raises CannotStart with the reason when that fails."""
        deadline = time.monotonic() + START_SECONDS
        waiting = [f"{self.url}/v1/readiness", f"http://127.0.0.1:{self.actions_port}/health"]
        while waiting:
            self.check_alive()
            if time.monotonic() > deadline:
                raise CannotStart(f"no answer from {waiting[0]} within {START_SECONDS:.0f} s")
            waiting = [url for url in waiting if not _answers(url)]
            time.sleep(0.2)

    def check_alive(self) -> None:
        """Raises CannotStart when a process has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = _log_path(name, self.port)
                raise CannotStart(f"{name} stopped: {_tail(log)}\nAll of it is in {log}")

    def _spawn(self, name: str, command: list[str | Path], folder: Path) -> None:
        log = self._stack.enter_context(_log_path(name, self.port).open("ab"))
        self.processes[name] = _popen(command, folder, self._environment(name), log)

    def _environment(self, name: str) -> dict[str, str]:
        ours = {
            "WEGWIJS_RASA_SECRET": self.rasa_secret,
            "WEGWIJS_SERVICE_TOKEN": self.service_token,
            "WEGWIJS_API_URL": self.url,
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
            "PYTHONPATH": str(ROOT),
        }
        if name == "api":
            return {
                **os.environ,
                **ours,
                "WEGWIJS_RASA_URL": self.rasa_url,
                "WEGWIJS_PUBLIC_URL": self.url,
                "DATABASE_URL": self.database_url,
                **self.environment,
            }
        rest = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_FOR_RASA)}
        return {**rest, **ours, "WEGWIJS_TRACKER_TOKEN": self.tracker_token}


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals that ask us to end wait until the block is done; only the main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _popen(
    command: list[str | Path], folder: Path, environment: dict[str, str], log: IO[bytes]
) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we end the others in order.
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def _log_path(name: str, port: int | None = None) -> Path:
    folder = ROOT / "var" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / (f"{name}-{port}.log" if port else f"{name}.log")


def _tail(path: Path, lines: int = 8) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
