"""Talking to a running Wegwijs over the web chat's own interface, as any tool may."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx

type Line = dict[str, Any]


class NoAnswer(Exception):
    """The answer did not come in time, or the system refused the message."""


class ChatClient:
    """One conversation. Not for use by several threads at once."""

    def __init__(self, url: str, timeout_seconds: float = 30.0) -> None:
        self._http = httpx.Client(base_url=url, timeout=timeout_seconds)
        self._timeout = timeout_seconds
        self.last_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def say(self, text: str, language: str | None = None) -> list[Line]:
        """Send words; returns what the bot answered, the first contact included."""
        return self._answers({"text": text}, language)

    def press(self, button_id: str, language: str | None = None) -> list[Line]:
        """Press a button that was offered."""
        return self._answers({"button": button_id}, language)

    def post(self, body: dict[str, str], language: str | None = None) -> str:
        """Send without waiting; returns the id of the message."""
        body = {"id": secrets.token_hex(8), **body, **({"language": language} if language else {})}
        response = self._http.post("/v1/chat/messages", json=body)
        if response.status_code != 202:
            raise NoAnswer(f"the system answered {response.status_code}: {response.text}")
        return str(response.json()["id"])

    def wait_for(self, fits: Callable[[Line], bool]) -> Line:
        """The next line that fits; lines before it are passed over."""
        return next(line for line in self._lines() if fits(line))

    def _answers(self, body: dict[str, str], language: str | None) -> list[Line]:
        message_id = self.post(body, language)
        answers = []
        for line in self._lines():
            if line["author"] == "bot" and line["inReplyTo"] == message_id:
                answers.append(line)
                if line["final"]:
                    return answers
        raise NoAnswer("the stream ended without an answer")

    def _lines(self) -> Iterator[Line]:
        """Lines after the last one seen, until the time is up."""
        until = time.monotonic() + self._timeout
        params = {"after": self.last_id}
        try:
            with self._http.stream("GET", "/v1/chat/events", params=params) as stream:
                for raw in stream.iter_lines():
                    told = raw.removeprefix("data:").strip() if raw.startswith("data:") else ""
                    if told:  # not a ping
                        line: Line = json.loads(told)
                        self.last_id = int(line["id"])
                        yield line
                    if time.monotonic() > until:
                        break
        except httpx.TransportError as error:
            raise NoAnswer(f"the connection broke: {type(error).__name__}") from error
        raise NoAnswer(f"no answer within {self._timeout:.0f} seconds")
