"""The only door to Rasa: the api asks with a secret, and gets keys, a ranking, or a true error."""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from components import action_validation
from components.understanding import Understanding, real_intents, understand

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Wegwijs-Secret"
_LARGEST_BODY = 64 * 1024  # bytes
_LONGEST_SESSION = 200  # characters
_LONGEST_LANGUAGE = 3  # characters

_FIELDS = {"session", "text", "intent", "language"}

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class Malformed(Exception):
    """The body is not what the contract says."""


class NoAnswer(Exception):
    """Rasa ran through but gave nothing, or something without a key."""


@dataclass(frozen=True)
class Turn:
    """One message of one dialogue session: typed text, or the intent of a button."""

    session: str
    text: str | None
    intent: str | None
    language: str | None = None


class WegwijsInput(InputChannel):
    """Input channel `wegwijs`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "wegwijs"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WegwijsInput:
        secret = str((credentials or {}).get("secret") or "").strip()
        if not secret:
            raise RasaException("WEGWIJS_RASA_SECRET is empty; without it the door stays shut.")
        action_validation.install()
        return cls(secret)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        door = Blueprint("wegwijs_door")

        door.listener("before_server_start")(_limit_bodies)

        @door.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            if not self._is_known(request):
                return _problem(403, "forbidden")
            agent = request.app.ctx.agent
            try:
                turn = _read(request, agent.domain)
                return response.json(await _answer(turn, agent, on_new_message))
            except Malformed as error:
                return _problem(400, str(error))
            except Exception as error:
                # The message of an exception can hold what somebody typed: only its place is kept.
                place = traceback.extract_tb(error.__traceback__)[-1]
                logger.error(
                    "A message failed: %s in %s line %s",
                    type(error).__name__,
                    place.name,
                    place.lineno,
                )
                return _problem(500, "failed")

        return door

    def _is_known(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)


async def _limit_bodies(app: Sanic, _loop: Any) -> None:
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY


def _problem(status: int, error: str) -> HTTPResponse:
    return response.json({"error": error}, status=status)


def _read(request: Request, domain: Domain) -> Turn:
    try:
        body = request.json
    except Exception as error:
        raise Malformed("no json") from error
    if not isinstance(body, dict) or not set(body) <= _FIELDS:
        raise Malformed("session with text or intent expected")
    session, text, intent = body.get("session"), body.get("text"), body.get("intent")
    language = body.get("language")
    if not isinstance(session, str) or not 0 < len(session) <= _LONGEST_SESSION:
        raise Malformed("session")
    if (text is None) == (intent is None):
        raise Malformed("text or intent")
    if text is not None and not _is_plain_text(text):
        raise Malformed("text")
    if intent is not None and not _is_intent(intent, domain):
        raise Malformed("intent")
    if language is not None and not _is_language(language):
        raise Malformed("language")
    return Turn(session, text, intent, language)


def _is_plain_text(text: object) -> bool:
    """Rasa would take `/intent` for a command, whoever typed it."""
    return (
        isinstance(text, str)
        and bool(text.strip())
        and not text.strip().startswith(INTENT_MESSAGE_PREFIX)
    )


def _is_intent(intent: object, domain: Domain) -> bool:
    return isinstance(intent, str) and intent in real_intents(domain)


def _is_language(language: object) -> bool:
    return isinstance(language, str) and language.isalpha() and len(language) <= _LONGEST_LANGUAGE


async def _answer(turn: Turn, agent: Any, on_new_message: OnNewMessage) -> dict[str, Any]:
    understood = await _understand(turn, agent)
    intent = understood["intent"]
    output = CollectingOutputChannel()
    # Rasa keeps the intent and never the words, so its trackers hold nothing anybody typed.
    await on_new_message(
        UserMessage(
            text=INTENT_MESSAGE_PREFIX + intent["name"],
            output_channel=output,
            sender_id=turn.session,
            parse_data={"intent": intent, "entities": []},
            input_channel=WegwijsInput.name(),
        )
    )
    return {
        "intent": intent["name"],
        "confidence": intent["confidence"],
        "ranking": understood["ranking"],
        "responses": _payloads(output.messages),
    }


async def _understand(turn: Turn, agent: Any) -> Understanding:
    if turn.intent is not None:
        return {
            "intent": {"name": turn.intent, "confidence": 1.0},
            "ranking": [{"intent": turn.intent, "confidence": 1.0}],
        }
    return await understand(agent, str(turn.text), turn.language)


def _payloads(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    payloads = [message.get("custom") or {} for message in messages]
    if not payloads or not all("key" in payload for payload in payloads):
        raise NoAnswer
    return payloads
