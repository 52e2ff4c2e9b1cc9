"""The bot as it runs: a trained model, Rasa and its actions as processes, and a small api."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiohttp import web

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
SECRET, TOKEN = "a-secret-for-this-test", "a-token-for-this-test"
PATIENCE = 120  # seconds until a process listens


@dataclass
class RunningBot:
    port: int
    actions_port: int
    model: str
    rasa: subprocess.Popen[bytes]
    logs: list[Path]

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"X-Wegwijs-Secret": SECRET})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def ask(self, session: str, **turn: str) -> dict[str, Any]:
        path = "/webhooks/wegwijs/messages"
        status, answer = self.request("POST", path, {"session": session, **turn})
        assert status == 200, answer
        return answer

    def log(self) -> str:
        return "".join(log.read_text(errors="replace") for log in self.logs)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing listens on {port}; exit code {process.poll()}")


@contextmanager
def started(log: Path, environment: dict[str, str], *arguments: str) -> Iterator[Any]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "start.py", *arguments],
            cwd=BOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def small_api() -> Iterator[int]:
    """Knows one appointment, and makes a hand-over for everybody."""

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"linked": True, "appointment": "a1"})
        return web.json_response({"handOver": "h1"}, status=201)

    async def serve() -> int:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(serve(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def trained(place: Path) -> str:
    """A model of the data as it is; `make test-bot` gives one that is there already."""
    model = str(place / "model.tar.gz")
    subprocess.run([sys.executable, "start.py", "train", model], cwd=BOT, check=True)
    return model


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    place = tmp_path_factory.mktemp("bot")
    model = os.environ.get("WEGWIJS_MODEL") or trained(place)
    port, actions_port = free_port(), free_port()
    logs = [place / "rasa.log", place / "actions.log"]
    with ExitStack() as stack:
        environment = {
            "WEGWIJS_RASA_SECRET": SECRET,
            "WEGWIJS_TRACKER_TOKEN": TOKEN,
            "WEGWIJS_SERVICE_TOKEN": "another-token",
            "WEGWIJS_API_URL": f"http://127.0.0.1:{stack.enter_context(small_api())}",
            "ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
            "LOG_LEVEL": "DEBUG",  # even who asks for it must not get texts in the log
        }
        rasa = stack.enter_context(started(logs[0], environment, "rasa", str(port), model))
        actions = stack.enter_context(started(logs[1], environment, "actions", str(actions_port)))
        wait_until_open(actions_port, actions)
        wait_until_open(port, rasa)
        yield RunningBot(port, actions_port, model, rasa, logs)


@pytest.mark.parametrize(
    ("intent", "payload"),
    [
        ("pvt", {"key": "pvt"}),
        ("taal_wijzigen", {"key": "choose_language"}),
        ("nood", {"key": "nood"}),
        ("mijn_afspraken", {"key": "next_talk", "appointment": "a1"}),
        ("mens_spreken", {"key": "handover", "hand_over": "h1"}),
    ],
)
def test_a_button_gives_the_payload_of_its_intent(
    bot: RunningBot, intent: str, payload: dict[str, str]
) -> None:
    assert bot.ask("buttons", intent=intent)["responses"] == [payload]


def test_nonsense_is_not_answered_as_if_it_were_understood(bot: RunningBot) -> None:
    answer = bot.ask("nonsense", text="ღღღ ღღ")
    assert answer["intent"] == "unknown"
    assert answer["responses"] == [{"key": "not_understood"}]


def test_what_somebody_typed_is_in_no_log_and_no_tracker(bot: RunningBot) -> None:
    words = ["Hatsjepsoet", "Zonnebloemstraat", "mens spreken"]
    bot.ask("private", text=f"{words[0]} uit de {words[1]} wil een {words[2]}")
    bot.ask("private", text=f"wanneer heeft {words[0]} een afspraak")
    bot.request(
        "POST", "/webhooks/wegwijs/messages", {"session": "private", "text": "/" + words[0]}
    )
    status, tracker = bot.request("GET", f"/conversations/private/tracker?token={TOKEN}")
    assert status == 200
    assert len(tracker["events"]) > 4
    for word in words:
        assert word not in bot.log()
        assert word not in json.dumps(tracker)


def test_trackers_stay_closed_without_the_token(bot: RunningBot) -> None:
    assert bot.request("GET", "/conversations/private/tracker")[0] == 401


def test_no_secret_stands_in_the_command_line(bot: RunningBot) -> None:
    command = Path(f"/proc/{bot.rasa.pid}/cmdline").read_bytes().decode()
    assert "start.py" in command
    assert TOKEN not in command
    assert SECRET not in command


def test_both_processes_listen_on_the_loopback_interface_only(bot: RunningBot) -> None:
    loopback = "0100007F"
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    for port in (bot.port, bot.actions_port):
        hosts = {address.split(":")[0] for address in listening if address.endswith(f"{port:04X}")}
        assert hosts == {loopback}


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_rasa_does_not_start(bot: RunningBot, secret: str | None) -> None:
    environment = {"WEGWIJS_RASA_SECRET": secret, "ACTIONS_URL": "http://127.0.0.1:9"}
    given = {name: value for name, value in environment.items() if value is not None}
    inherited = {name: value for name, value in os.environ.items() if name not in environment}
    ended = run_to_the_end(bot.model, {**inherited, **given})
    assert ended.returncode != 0
    assert "WEGWIJS_RASA_SECRET" in ended.stdout


def test_without_its_model_rasa_does_not_start(tmp_path: Path) -> None:
    ended = run_to_the_end(str(tmp_path / "none.tar.gz"), dict(os.environ))
    assert ended.returncode != 0


def run_to_the_end(model: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "start.py", "rasa", str(free_port()), model],
        cwd=BOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
