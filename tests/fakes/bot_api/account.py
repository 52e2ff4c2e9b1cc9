"""Everything Telegram knows about one bot."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.bot_api.bell import Bell
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.chats import Chats, Json
from tests.fakes.bot_api.faults import Faults
from tests.fakes.bot_api.files import Files
from tests.fakes.bot_api.updates import Updates


@dataclass
class Webhook:
    url: str
    secret_token: str
    max_connections: int
    last_error_at: datetime | None = None
    last_error: str | None = None


@dataclass
class Profile:
    """What people see before they write: texts and commands, by language code ("" = all)."""

    commands: dict[str, list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


@dataclass
class Press:
    """A pressed button: `answer` holds what answerCallbackQuery said, None until then."""

    query_id: str
    answer: Json | None = None


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand an update to the webhook; `status` is None when no answer came."""

    update_id: int
    status: int | None
    seconds: float
    at: datetime


class Account:
    def __init__(self, token: str, username: str) -> None:
        self.token = token
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Wegwijs",
            "username": username,
        }
        self.bell = Bell()
        self.chats = Chats(self.me)
        self.files = Files()
        self.updates = Updates()
        self.faults = Faults()
        self.profile = Profile()
        self.webhook: Webhook | None = None
        self.poller: object | None = None  # the getUpdates that waits now
        self.closing = False
        self.presses: dict[str, Press] = {}
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []

    def happens(self, kind: str, payload: Any, lane: str, update_id: int | None = None) -> int:
        """Something the bot hears of as an update."""
        with self.bell.lock:
            number = self.updates.add(kind, payload, lane, update_id)
        self.bell.ring()
        return number
