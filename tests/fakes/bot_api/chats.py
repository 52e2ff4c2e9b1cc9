"""The chats of one bot and the messages in them, in the shapes of the Bot API."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.bot_api.errors import bad_request, forbidden
from tests.fakes.bot_api.files import StoredFile

Json = dict[str, Any]


@dataclass
class Message:
    """A message as Telegram would show it (`payload`), and what only the test sees."""

    payload: Json
    sent_at: datetime
    by_bot: bool
    file: StoredFile | None = None

    @property
    def message_id(self) -> int:
        return int(self.payload["message_id"])


@dataclass
class Chat:
    description: Json
    started: bool = True  # a bot cannot write to a person who never wrote to it
    met_in_group: bool = False
    blocked: bool = False
    deactivated: bool = False
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.description["id"])

    def check_writable(self) -> None:
        if self.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            if self.met_in_group:
                raise forbidden("bot can't initiate conversation with a user")
            raise bad_request("chat not found")


class Chats:
    def __init__(self, me: Json) -> None:
        self.me = me
        self._chats: dict[int, Chat] = {}
        self._last_message_id = 0

    def open(self, description: Json, started: bool = True) -> Chat:
        """The chat with this id; it is made at the first call."""
        chat = self._chats.setdefault(description["id"], Chat(description, started))
        chat.description = description
        return chat

    def find(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def get_writable(self, chat_id: Any) -> Chat:
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        chat = self._chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        chat.check_writable()
        return chat

    def add_message(
        self, chat: Chat, content: Json, author: Json | None, file: StoredFile | None = None
    ) -> Message:
        """Store a message; `author` is None for a post in a channel."""
        self._last_message_id += 1
        sent_at = datetime.now(UTC)
        payload: Json = {"message_id": self._last_message_id}
        payload |= {"from": author} if author else {"sender_chat": chat.description}
        payload |= {"chat": chat.description, "date": int(sent_at.timestamp())}
        message = Message(payload | content, sent_at, author == self.me, file)
        chat.messages[message.message_id] = message
        return message
