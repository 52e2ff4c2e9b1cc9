"""One call of a method, read from a query, JSON, form or multipart body alike."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from tests.fakes.bot_api.errors import bad_request

JSON_FIELDS = frozenset(
    [
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "reply_markup",
        "reply_parameters",
        "scope",
    ]
)
WHOLE_NUMBER = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass
class Call:
    """A method as the bot called it; `parameters` are decoded, `status` is what it was answered."""

    method: str
    parameters: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: int | None = None  # None: no answer yet, or the connection was closed without one

    def text(self, name: str) -> str:
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        value = self.parameters.get(name)
        if value is None or value == "":
            return default
        try:
            return int(float(value))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}


async def read_call(method: str, request: Request) -> Call:
    parameters: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        parameters |= _read_json(await request.body())
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = await _read_upload(value)
                else:
                    parameters[name] = value
    return Call(method, decoded(parameters), uploads)


def decoded(parameters: dict[str, Any]) -> dict[str, Any]:
    """Forms carry only text: lists, objects and identifiers are read back from it."""
    return {name: _decoded(name, value) for name, value in parameters.items()}


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in JSON_FIELDS and value:
        try:
            return json.loads(value)
        except ValueError:
            return value  # the method that needs it says what is wrong
    if name.endswith("_id") and name != "callback_query_id" and WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return value


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise bad_request("can't parse JSON object")
    return parameters


async def _read_upload(file: UploadFile) -> Upload:
    mime_type = file.content_type or "application/octet-stream"
    return Upload(file.filename or "", mime_type, await file.read())
