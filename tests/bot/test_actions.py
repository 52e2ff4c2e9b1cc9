"""The actions against a small real HTTP server that plays the api."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from actions import actions
from actions.actions import ActionHandOver, ActionMyAppointments, ActionWithApi
from aiohttp import ClientTimeout, web
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

TOKEN = "a-token-for-this-test"
FAILED = [{"key": "action_failed"}]


@dataclass
class FakeApi:
    """Answers every request with what the test says, and keeps the requests."""

    status: int = 200
    body: Any = None
    delay: float = 0  # seconds
    requests: list[tuple[str, str, str, Any]] = field(default_factory=list)
    port: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        sent = await request.json() if request.can_read_body else None
        authorization = request.headers.get("Authorization", "")
        self.requests.append((request.method, request.raw_path, authorization, sent))
        await asyncio.sleep(self.delay)
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body)
        return web.json_response(self.body, status=self.status)


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.port = runner.addresses[0][1]
    monkeypatch.setenv("WEGWIJS_API_URL", f"http://127.0.0.1:{fake.port}")
    monkeypatch.setenv("WEGWIJS_SERVICE_TOKEN", TOKEN)
    yield fake
    await runner.cleanup()


async def payloads(action: ActionWithApi, session: str = "s1") -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    tracker = Tracker(session, {}, {"text": "mijn dochter heet Lina"}, [], False, None, {}, None)
    assert await action.run(dispatcher, tracker, {}) == []
    assert not any(message["text"] for message in dispatcher.messages)
    return [message["custom"] for message in dispatcher.messages]


@pytest.mark.parametrize(
    ("found", "payload"),
    [
        ({"linked": True, "appointment": "a1"}, {"key": "next_talk", "appointment": "a1"}),
        ({"linked": True, "appointment": None}, {"key": "next_talk_none"}),
        ({"linked": False, "appointment": None}, {"key": "not_linked"}),
    ],
)
async def test_the_next_appointment_is_passed_on_as_an_id(
    api: FakeApi, found: dict[str, Any], payload: dict[str, str]
) -> None:
    api.body = found
    assert await payloads(ActionMyAppointments()) == [payload]
    assert api.requests == [("GET", "/v1/sessions/s1/next-appointment", f"Bearer {TOKEN}", None)]


async def test_a_hand_over_is_asked_for_without_the_words_of_the_person(api: FakeApi) -> None:
    api.status, api.body = 201, {"handOver": "h1"}
    assert await payloads(ActionHandOver()) == [{"key": "handover", "hand_over": "h1"}]
    assert api.requests == [
        ("POST", "/v1/sessions/s1/hand-overs", f"Bearer {TOKEN}", {"reason": "asked"})
    ]


async def test_a_session_id_cannot_leave_its_place_in_the_address(api: FakeApi) -> None:
    api.body = {"linked": False, "appointment": None}
    await payloads(ActionMyAppointments(), session="../a?b")
    assert api.requests[0][1] == "/v1/sessions/..%2Fa%3Fb/next-appointment"


@pytest.mark.parametrize("action", [ActionMyAppointments(), ActionHandOver()])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"title": "broken"}),
        (401, {"title": "token"}),
        (404, {"title": "session"}),
        (200, "no json"),
        (200, {}),
        (200, []),
        (200, None),
    ],
)
async def test_an_error_of_the_api_is_an_honest_answer(
    api: FakeApi, action: ActionWithApi, status: int, body: Any
) -> None:
    api.status, api.body = status, body
    assert await payloads(action) == FAILED


@pytest.mark.parametrize("action", [ActionMyAppointments(), ActionHandOver()])
async def test_a_slow_api_is_not_waited_for(
    api: FakeApi, action: ActionWithApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert actions._PATIENCE.total == 4
    monkeypatch.setattr(actions, "_PATIENCE", ClientTimeout(total=0.1))
    api.delay = 1
    assert await payloads(action) == FAILED


@pytest.mark.parametrize("action", [ActionMyAppointments(), ActionHandOver()])
async def test_an_api_that_is_down_is_an_honest_answer(
    action: ActionWithApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEGWIJS_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WEGWIJS_SERVICE_TOKEN", TOKEN)
    assert await payloads(action) == FAILED


async def test_a_missing_setting_is_an_honest_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEGWIJS_API_URL", raising=False)
    assert await payloads(ActionHandOver()) == FAILED


async def test_the_log_names_the_error_and_not_the_words(
    api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.status, api.body = 500, {"title": "mijn dochter heet Lina"}
    await payloads(ActionHandOver())
    assert "ClientResponseError" in caplog.text
    assert "Lina" not in caplog.text
