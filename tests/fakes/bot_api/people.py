"""The other side of the chat: what a person does, and what they see on their telephone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.fakes.bot_api.account import Account, Press
from tests.fakes.bot_api.chats import Chat, Json, Message
from tests.fakes.bot_api.messages import LONGEST_TEXT

COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}(@\w+)?")
KINDS = ("text", "document", "photo", "voice")
_query_ids = count(4_300_000_000_000_001)


@dataclass(frozen=True)
class Button:
    label: str
    data: str | None
    url: str | None = None


@dataclass(frozen=True)
class SentMessage:
    """A message of the bot as it looks now: edits are in it, a deleted one is nowhere."""

    message_id: int
    text: str  # or the caption
    buttons: list[list[Button]]
    sent_at: datetime
    kind: str  # text, document, photo or voice
    edited: bool = False
    reply_to: int | None = None
    content: bytes | None = None  # of a file
    file_name: str | None = None

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]


class Person:
    """One person in one chat with the bot; `in_group` gives the same person in another."""

    def __init__(self, account: Account, user: Json, chat: Chat) -> None:
        self._account = account
        self._user = user
        self._chat = chat

    @property
    def id(self) -> int:
        return int(self._user["id"])

    @property
    def chat_id(self) -> int:
        return self._chat.id

    def says(self, text: str) -> int:
        """Write a text; the update_id. A text too long for one message is refused here."""
        if len(text) > LONGEST_TEXT:
            raise ValueError("Telegram's apps cut a text over 4096 characters into several")
        return self.sends(text=text) if not COMMAND.match(text) else self._commands(text)

    def starts(self, code: str | None = None) -> int:
        """Press START, with the code of a link t.me/<bot>?start=<code>; it also unblocks."""
        if self._chat.blocked:
            self.unblocks_bot()
        return self.says(f"/start {code}" if code else "/start")

    def sends(self, **content: Any) -> int:
        """Any other message, in Telegram's own fields: `sends(contact={...})`."""
        if self._chat.blocked:
            raise RuntimeError("who blocked the bot must press START before they can write")
        with self._account.bell.lock:
            self._chat.started = True
            message = self._account.chats.add_message(self._chat, content, self._user)
        return self._account.happens("message", dict(message.payload), f"chat:{self.chat_id}")

    def sends_sticker(self, emoji: str = "👍") -> int:
        file = self._account.files.store("stickers", b"RIFF....WEBP", "sticker.webp", "image/webp")
        looks = {"type": "regular", "width": 512, "height": 512, "emoji": emoji}
        looks |= {"is_animated": False, "is_video": False}
        return self.sends(sticker=file.as_json() | looks)

    def sends_voice(self, content: bytes = b"OggS voice", seconds: int = 3) -> int:
        file = self._account.files.store("voice", content, "voice.oga", "audio/ogg")
        return self.sends(voice=file.as_json() | {"duration": seconds, "mime_type": "audio/ogg"})

    def sends_audio(self, content: bytes, name: str = "song.mp3") -> int:
        file = self._account.files.store("music", content, name, "audio/mpeg")
        return self.sends(audio=file.as_json() | {"duration": 3, "file_name": name})

    def sends_video_note(self, content: bytes) -> int:
        file = self._account.files.store("video_notes", content, "note.mp4", "video/mp4")
        return self.sends(video_note=file.as_json() | {"duration": 3, "length": 240})

    def sends_photo(self, content: bytes = b"\xff\xd8\xff photo", caption: str = "") -> int:
        sizes = [
            self._account.files.store("photos", content, "photo.jpg", "image/jpeg").as_json()
            | {"width": width, "height": width * 3 // 4}
            for width in (90, 1280)
        ]
        return self.sends(photo=sizes, **({"caption": caption} if caption else {}))

    def sends_document(
        self,
        content: bytes = b"%PDF-1.7",
        name: str = "letter.pdf",
        caption: str = "",
        size: int | None = None,
    ) -> int:
        """`size` is what Telegram says, where that is not how it is."""
        file = self._account.files.store("documents", content, name, "application/pdf")
        shown = file.as_json() | {"file_name": name, "mime_type": file.mime_type}
        shown |= {"file_size": size} if size is not None else {}
        return self.sends(document=shown, **({"caption": caption} if caption else {}))

    def sends_location(self, latitude: float = 51.2517, longitude: float = 5.7067) -> int:
        return self.sends(location={"latitude": latitude, "longitude": longitude})

    def edits(self, update_id: int, text: str) -> int:
        """Change the text of a message sent before, named by the update that brought it."""
        written = self._account.updates.made[update_id].payload
        with self._account.bell.lock:
            message = self._chat.messages[written["message_id"]]
            changed_at = int(datetime.now(UTC).timestamp())
            message.payload = message.payload | {"text": text, "edit_date": changed_at}
        return self._account.happens("edited_message", message.payload, f"chat:{self.chat_id}")

    def presses(self, label: str, timeout: float = 5.0) -> int:
        """Press the button in the newest message that has it; waits until there is one."""
        found = self._account.bell.wait_until(lambda: self._find_button(label), timeout)
        if found is None:
            shown = [message.labels for message in self.messages if message.buttons]
            raise AssertionError(f"no button {label!r} within {timeout} s; there are {shown}")
        message, button = found
        return self.presses_data(message.message_id, button["callback_data"])

    def presses_data(self, message_id: int, callback_data: str) -> int:
        """Press a button of an older message, or one that was taken away in the meantime."""
        press = Press(str(next(_query_ids)))
        self._account.presses[press.query_id] = press
        query = {"id": press.query_id, "from": self._user, "data": callback_data}
        query["chat_instance"] = str(self.chat_id * 7919)
        query["message"] = self._chat.messages[message_id].payload
        return self._account.happens("callback_query", query, f"press:{self.id}")

    def in_group(self, group_id: int = -1001000000001, title: str = "Group") -> "Person":
        """This person in a supergroup that has the bot as a member who may read all."""
        self._chat.met_in_group = True
        group = {"id": group_id, "type": "supergroup", "title": title}
        return Person(self._account, self._user, self._account.chats.open(group))

    def blocks_bot(self) -> int:
        self._chat.blocked = True
        return self._membership("member", "kicked")

    def unblocks_bot(self) -> int:
        self._chat.blocked = False
        return self._membership("kicked", "member")

    def deactivates(self) -> None:
        """The account is deleted; Telegram tells a bot only when it tries to write."""
        self._chat.deactivated = True

    @property
    def messages(self) -> list[SentMessage]:
        """What the bot sent to this chat, oldest first."""
        with self._account.bell.lock:
            return [_as_seen(each) for each in self._chat.messages.values() if each.by_bot]

    def wait_for(
        self, wanted: Callable[[SentMessage], bool], timeout: float = 10.0, after: int = 0
    ) -> SentMessage:
        """The first message (with a message_id above `after`) that is `wanted`."""

        def look() -> SentMessage | None:
            newer = (message for message in self.messages if message.message_id > after)
            return next((message for message in newer if wanted(message)), None)

        found = self._account.bell.wait_until(look, timeout)
        if found is None:
            raise AssertionError(f"not within {timeout} s; there is {self._summary()}")
        return found

    def wait_for_messages(self, number: int, timeout: float = 10.0) -> list[SentMessage]:
        """All messages, once there are at least `number`."""
        found = self._account.bell.wait_until(lambda: self._at_least(number), timeout)
        if found is None:
            raise AssertionError(f"not {number} in {timeout} s; there is {self._summary()}")
        return found

    def _at_least(self, number: int) -> list[SentMessage] | None:
        messages = self.messages
        return messages if len(messages) >= number else None

    def _summary(self) -> str:
        return repr([(message.kind, message.text, message.labels) for message in self.messages])

    def _commands(self, text: str) -> int:
        command = COMMAND.match(text)
        length = command.end() if command else 0
        entity = {"type": "bot_command", "offset": 0, "length": length}
        return self.sends(text=text, entities=[entity])

    def _find_button(self, label: str) -> tuple[Message, Json] | None:
        for message in reversed(self._chat.messages.values()):
            for button in _inline_buttons(message):
                if button["text"] == label and "callback_data" in button:
                    return message, button
        return None

    def _membership(self, before: str, after: str) -> int:
        member: Json = {"user": self._account.me, "status": before}
        changed: Json = {"user": self._account.me, "status": after}
        (changed if after == "kicked" else member)["until_date"] = 0
        payload: Json = {"chat": self._chat.description, "from": self._user}
        payload["date"] = int(datetime.now(UTC).timestamp())
        payload |= {"old_chat_member": member, "new_chat_member": changed}
        return self._account.happens("my_chat_member", payload, f"member:{self.chat_id}")


class Channel:
    """A channel the bot was made administrator of."""

    def __init__(self, account: Account, chat: Chat) -> None:
        self._account = account
        self._chat = chat

    def posts(self, text: str) -> int:
        with self._account.bell.lock:
            post = self._account.chats.add_message(self._chat, {"text": text}, None)
        return self._account.happens("channel_post", post.payload, f"chat:{self._chat.id}")


def _inline_buttons(message: Message) -> list[Json]:
    rows = message.payload.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _as_seen(message: Message) -> SentMessage:
    payload = message.payload
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    reply = payload.get("reply_to_message")
    return SentMessage(
        message_id=message.message_id,
        text=str(payload.get("text") or payload.get("caption") or ""),
        buttons=[[_as_button(button) for button in row] for row in rows],
        sent_at=message.sent_at,
        kind=next(kind for kind in KINDS if kind in payload),
        edited="edit_date" in payload,
        reply_to=reply["message_id"] if reply else None,
        content=message.file.content if message.file else None,
        file_name=message.file.name if message.file else None,
    )


def _as_button(button: Json) -> Button:
    return Button(button["text"], button.get("callback_data"), button.get("url"))
