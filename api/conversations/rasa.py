"""The one client that knows Rasa's JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

SECRET_HEADER = "X-Wegwijs-Secret"
_COMMAND_START = re.compile(r"^[\s/]+")


class RasaFailed(Exception):
    """Rasa did not answer, answered with an error, or answered with nothing."""


class Guess(BaseModel):
    intent: str
    confidence: float


class Understood(BaseModel):
    """What Rasa made of a message. Each response holds a `key` and opaque ids, no sentences."""

    intent: str
    confidence: float
    ranking: list[Guess]
    responses: list[dict[str, str]]


@dataclass(frozen=True)
class Question:
    """Either words of a person, or the intent of a button of ours."""

    session_id: str
    text: str | None = None
    intent: str | None = None
    language: str | None = None
    """Of the conversation: how sure one must be differs by language."""

    def as_json(self) -> Mapping[str, Any]:
        if self.intent is not None:
            return {"session": self.session_id, "intent": self.intent}
        text = disarm(self.text or "")
        return {"session": self.session_id, "text": text, "language": self.language}


def disarm(text: str) -> str:
    """A slash at the start is a command to Rasa; from a person it is only text."""
    return _COMMAND_START.sub("", text) or "?"


class Rasa:
    """Asks one question over HTTP; safe to use from several threads."""

    def __init__(self, url: str, secret: str, timeout_seconds: float) -> None:
        self._client = httpx.Client(
            base_url=url, headers={SECRET_HEADER: secret}, timeout=timeout_seconds
        )

    def ask(self, question: Question) -> Understood:
        """What Rasa understood; raises RasaFailed on anything but a full answer."""
        try:
            response = self._client.post("/webhooks/wegwijs/messages", json=question.as_json())
            response.raise_for_status()
            understood = Understood.model_validate(response.json())
        except (httpx.HTTPError, ValueError, ValidationError) as error:
            raise RasaFailed(type(error).__name__) from error
        if not understood.responses:
            raise RasaFailed("no responses")
        return understood

    def is_ready(self) -> bool:
        """Whether Rasa answers at all; used by the readiness check."""
        try:
            return self._client.get("/", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._client.close()
