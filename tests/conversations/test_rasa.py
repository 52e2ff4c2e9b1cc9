"""The client of Rasa: only a full answer is an answer."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from api.conversations.rasa import SECRET_HEADER, Question, Rasa, RasaFailed, disarm

ANSWER = {
    "intent": "pvt",
    "confidence": 0.93,
    "ranking": [{"intent": "pvt", "confidence": 0.9}],
    "responses": [{"key": "pvt"}],
}
SECRET = "a secret"


class Server(ThreadingHTTPServer):
    """Answers every question with the same body, and remembers what it was asked."""

    status, body, wait = 200, json.dumps(ANSWER).encode(), 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, str | None, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers[SECRET_HEADER], json.loads(body)))
        time.sleep(self.server.wait)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def a_rasa(url: str) -> Iterator[Rasa]:
    rasa = Rasa(url, SECRET, 0.3)
    yield rasa
    rasa.close()


def ask(server: Server, question: Question) -> str:
    with a_rasa(server.url) as rasa:
        return rasa.ask(question).responses[0]["key"]


def test_a_question_goes_out_with_the_secret_and_its_dialogue(server: Server) -> None:
    assert ask(server, Question("s1", text="wat is PVT?")) == "pvt"
    body = {"session": "s1", "text": "wat is PVT?", "language": None}
    assert server.asked == [("/webhooks/wegwijs/messages", SECRET, body)]


def test_a_button_goes_out_as_its_intent(server: Server) -> None:
    ask(server, Question("s1", intent="pvt"))
    assert server.asked[0][2] == {"session": "s1", "intent": "pvt"}


@pytest.mark.parametrize(
    "body",
    [
        {**ANSWER, "responses": []},
        {**ANSWER, "responses": [{"key": None}]},
        {**ANSWER, "intent": None},
        {key: ANSWER[key] for key in ("intent", "confidence")},
        [],
        "pvt",
        None,
    ],
)
def test_an_answer_that_is_not_whole_is_a_failure(server: Server, body: object) -> None:
    server.body = json.dumps(body).encode()
    with pytest.raises(RasaFailed):
        ask(server, Question("s1", text="wat is PVT?"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"{"])
def test_an_answer_that_is_not_json_is_a_failure(server: Server, body: bytes) -> None:
    server.body = body
    with pytest.raises(RasaFailed):
        ask(server, Question("s1", text="wat is PVT?"))


@pytest.mark.parametrize("status", [204, 302, 400, 403, 500, 503])
def test_any_status_but_success_is_a_failure(server: Server, status: int) -> None:
    server.status = status
    server.body = b"" if status == 204 else server.body
    with pytest.raises(RasaFailed):
        ask(server, Question("s1", text="wat is PVT?"))


def test_a_slow_rasa_is_a_failure(server: Server) -> None:
    server.wait = 0.6
    with pytest.raises(RasaFailed, match="ReadTimeout"):
        ask(server, Question("s1", text="wat is PVT?"))


def test_a_rasa_that_is_away_is_a_failure_and_not_ready() -> None:
    with a_rasa("http://127.0.0.1:9") as rasa:
        assert not rasa.is_ready()
        with pytest.raises(RasaFailed, match="ConnectError"):
            rasa.ask(Question("s1", text="wat is PVT?"))


def test_a_failure_does_not_repeat_what_was_asked_or_answered(server: Server) -> None:
    server.body = json.dumps({**ANSWER, "intent": ["mijn geheim"]}).encode()
    with pytest.raises(RasaFailed) as failure:
        ask(server, Question("s1", text="mijn geheim"))
    assert "geheim" not in str(failure.value)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ('/mens_spreken{"x":1}', 'mens_spreken{"x":1}'),
        (" //restart", "restart"),
        ("\u00a0\u3000/\u2003/restart", "restart"),
        ("/ / /", "?"),
        ("", "?"),
        ("of/en", "of/en"),
        ("wat is PVT?", "wat is PVT?"),
    ],
)
def test_a_slash_at_the_start_is_never_a_command(typed: str, asked: str) -> None:
    assert disarm(typed) == asked
