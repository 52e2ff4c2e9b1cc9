"""The door to Rasa, asked over real HTTP with a real tracker of calls behind it."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession
from components.channel import WegwijsInput
from rasa.core.channels.channel import UserMessage, register
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from sanic import Sanic

SECRET = "a-secret-for-this-test"
DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [pvt, map, greet, out_of_scope, unsure, unknown]
"""
)
Json = Any


@dataclass
class FakeAgent:
    """Stands for Rasa's agent: it understands what the test says and answers with what it says."""

    ranking: list[tuple[str, float]] = field(
        default_factory=lambda: [("pvt", 0.91234), ("map", 0.05)]
    )
    guess: tuple[str, float] = ("pvt", 0.91234)
    answers: list[dict[str, Any]] = field(default_factory=lambda: [{"key": "pvt"}])
    fails_with: Exception | None = None
    domain: Domain = DOMAIN
    parsed: list[str] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    handled: list[UserMessage] = field(default_factory=list)

    @property
    def processor(self) -> FakeAgent:
        return self

    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        self.parsed.append(message.text)
        self.languages.append(message.metadata["language"])
        return {
            "text": message.text,
            "intent": {"name": self.guess[0], "confidence": self.guess[1]},
            "intent_ranking": [
                {"name": name, "confidence": confidence} for name, confidence in self.ranking
            ],
            "entities": [],
        }

    async def handle_message(self, message: UserMessage) -> None:
        self.handled.append(message)
        if self.fails_with:
            raise self.fails_with
        for answer in self.answers:
            await message.output_channel.send_custom_json(message.sender_id, answer)


@dataclass
class Door:
    client: ClientSession
    url: str

    async def post(
        self, body: Json = None, *, raw: bytes | None = None, secret: str | None = SECRET
    ) -> tuple[int, Json]:
        headers = {"X-Wegwijs-Secret": secret} if secret is not None else {}
        content = {"data": raw} if raw is not None else {"json": body}
        async with self.client.post(self.url, headers=headers, **content) as answer:
            return answer.status, await answer.json(content_type=None)


@asynccontextmanager
async def serving(agent: FakeAgent) -> AsyncIterator[Door]:
    Sanic.test_mode = True
    app = Sanic(f"door_{id(agent)}", configure_logging=False)
    app.ctx.agent = agent
    register([WegwijsInput.from_credentials({"secret": SECRET})], app, route="/webhooks/")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.start_serving()
        try:
            async with ClientSession() as client:
                yield Door(client, f"http://127.0.0.1:{port}/webhooks/wegwijs/messages")
        finally:
            await server.close()


@pytest.fixture
def agent() -> FakeAgent:
    return FakeAgent()


@pytest.fixture
async def door(agent: FakeAgent) -> AsyncIterator[Door]:
    async with serving(agent) as door:
        yield door


async def test_a_text_gives_intent_ranking_and_keys(door: Door) -> None:
    assert await door.post({"session": "s1", "text": "wat is de pvt"}) == (
        200,
        {
            "intent": "pvt",
            "confidence": 0.9123,
            "ranking": [
                {"intent": "pvt", "confidence": 0.9123},
                {"intent": "map", "confidence": 0.05},
            ],
            "responses": [{"key": "pvt"}],
        },
    )


async def test_the_language_of_the_conversation_reaches_the_pipeline(
    door: Door, agent: FakeAgent
) -> None:
    await door.post({"session": "s1", "text": "pvt", "language": "ti"})
    await door.post({"session": "s1", "text": "pvt"})
    assert agent.languages == ["ti", None]


async def test_a_text_is_parsed_once_and_never_reaches_the_tracker(
    door: Door, agent: FakeAgent
) -> None:
    await door.post({"session": "s1", "text": "mijn dochter heet Lina"})
    (message,) = agent.handled
    assert agent.parsed == ["mijn dochter heet Lina"]
    assert message.sender_id == "s1"
    assert message.parse_data["intent"]["name"] == "pvt"
    assert "Lina" not in repr(vars(message))


async def test_a_button_is_sure_of_its_intent_and_is_not_parsed(
    door: Door, agent: FakeAgent
) -> None:
    status, answer = await door.post({"session": "s1", "intent": "pvt"})
    assert status == 200
    assert (answer["intent"], answer["confidence"]) == ("pvt", 1.0)
    assert agent.parsed == []


@pytest.mark.parametrize("intent", ["restart", "back", "session_start", "unsure", "unknown", "x"])
async def test_a_button_cannot_send_a_command_or_what_is_no_intent(
    door: Door, agent: FakeAgent, intent: str
) -> None:
    status, _ = await door.post({"session": "s1", "intent": intent})
    assert status == 400
    assert agent.handled == []


async def test_out_of_scope_is_an_intent_of_ours(door: Door) -> None:
    status, _ = await door.post({"session": "s1", "intent": "out_of_scope"})
    assert status == 200


async def test_doubt_is_told_and_the_ranking_holds_only_real_intents(
    door: Door, agent: FakeAgent
) -> None:
    agent.guess = ("unsure", 0.4)
    agent.ranking = [("unsure", 0.4), ("pvt", 0.4), ("nlu_fallback", 0.3), ("map", 0.3)]
    _, answer = await door.post({"session": "s1", "text": "hm"})
    assert (answer["intent"], answer["confidence"]) == ("unsure", 0.4)
    assert [ranked["intent"] for ranked in answer["ranking"]] == ["pvt", "map"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "sécret"])
async def test_without_the_secret_nobody_is_heard(
    door: Door, agent: FakeAgent, secret: str | None
) -> None:
    status, _ = await door.post({"session": "s1", "text": "hallo"}, secret=secret)
    assert status == 403
    assert agent.parsed == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "hallo",
        {},
        {"session": "s1"},
        {"text": "hallo"},
        {"session": "", "text": "hallo"},
        {"session": 1, "text": "hallo"},
        {"session": "s" * 201, "text": "hallo"},
        {"session": "s1", "text": ""},
        {"session": "s1", "text": " \n"},
        {"session": "s1", "text": 5},
        {"session": "s1", "text": "hallo", "intent": "pvt"},
        {"session": "s1", "intent": ["pvt"]},
        {"session": "s1", "intent": ""},
        {"session": "s1", "text": "hallo", "sender": "x"},
        {"session": "s1", "text": "/restart"},
        {"session": "s1", "text": "  /pvt{}"},
    ],
)
async def test_what_is_malformed_is_refused(door: Door, agent: FakeAgent, body: Json) -> None:
    status, _ = await door.post(body)
    assert status == 400
    assert agent.handled == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe"])
async def test_what_is_no_json_is_refused(door: Door, raw: bytes) -> None:
    status, _ = await door.post(raw=raw)
    assert status == 400


async def test_a_body_has_a_largest_size(door: Door, agent: FakeAgent) -> None:
    status, _ = await door.post({"session": "s1", "text": "a" * 70_000})
    assert status == 413
    assert agent.parsed == []


async def test_an_exception_is_an_error_and_its_words_are_not_logged(
    door: Door, agent: FakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    agent.fails_with = ValueError("cannot read 'mijn dochter heet Lina'")
    status, answer = await door.post({"session": "s1", "text": "mijn dochter heet Lina"})
    assert status == 500
    assert "ValueError" in caplog.text
    assert "Lina" not in caplog.text
    assert "Lina" not in str(answer)


@pytest.mark.parametrize("answers", [[], [{}], [{"text": "hi"}], [{"key": "pvt"}, {"a": 1}]])
async def test_silence_or_an_answer_without_key_is_an_error(
    door: Door, agent: FakeAgent, answers: list[dict[str, Any]]
) -> None:
    agent.answers = answers
    status, _ = await door.post({"session": "s1", "text": "hallo"})
    assert status == 500


@pytest.mark.parametrize("credentials", [None, {}, {"secret": ""}, {"secret": "  "}])
def test_without_a_secret_it_does_not_start(credentials: dict[str, Any] | None) -> None:
    with pytest.raises(RasaException):
        WegwijsInput.from_credentials(credentials)
