"""The methods that send, change and remove messages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.bot_api.account import Account
from tests.fakes.bot_api.calls import Call, Upload
from tests.fakes.bot_api.chats import Chat, Json, Message
from tests.fakes.bot_api.errors import bad_request
from tests.fakes.bot_api.files import LARGEST_DOWNLOAD, StoredFile
from tests.fakes.bot_api.markup import read_inline_keyboard

LONGEST_TEXT = 4096  # characters
LONGEST_CAPTION = 1024
LONGEST_NOTICE = 200
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


@dataclass(frozen=True)
class Medium:
    kind: str
    folder: str
    mime_type: str


DOCUMENT = Medium("document", "documents", "application/octet-stream")
VOICE = Medium("voice", "voice", "audio/ogg")
PHOTO = Medium("photo", "photos", "image/png")
LARGEST_PHOTO = 10 * 1024 * 1024  # bytes
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff")


async def send_message(account: Account, call: Call) -> Json:
    chat = account.chats.get_writable(call.parameters.get("chat_id"))
    content: Json = {"text": _read_text(call)}
    if call.parameters.get("entities"):
        content["entities"] = call.parameters["entities"]
    return _send(account, call, chat, content).payload


async def send_document(account: Account, call: Call) -> Json:
    chat = account.chats.get_writable(call.parameters.get("chat_id"))
    file = _read_file(account, call, DOCUMENT)
    shown = file.as_json() | {"file_name": file.name, "mime_type": file.mime_type}
    return _send(account, call, chat, {"document": shown} | _caption(call), file).payload


async def send_voice(account: Account, call: Call) -> Json:
    chat = account.chats.get_writable(call.parameters.get("chat_id"))
    file = _read_file(account, call, VOICE)
    shown = file.as_json() | {"duration": call.number("duration"), "mime_type": "audio/ogg"}
    return _send(account, call, chat, {"voice": shown} | _caption(call), file).payload


async def send_photo(account: Account, call: Call) -> Json:
    chat = account.chats.get_writable(call.parameters.get("chat_id"))
    file = _read_file(account, call, PHOTO)
    if not file.content.startswith(PICTURES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(file.content) > LARGEST_PHOTO:
        raise bad_request("file is too big for a photo")
    shown = [file.as_json() | {"width": 900, "height": 600}]
    return _send(account, call, chat, {"photo": shown} | _caption(call), file).payload


async def edit_message_text(account: Account, call: Call) -> Json:
    message = _get_own_message(account, call, "edit")
    if "text" not in message.payload:
        raise bad_request("there is no text in the message to edit")
    return _edit(message, {"text": _read_text(call)}, call)


async def edit_message_reply_markup(account: Account, call: Call) -> Json:
    return _edit(_get_own_message(account, call, "edit"), {}, call)


async def delete_message(account: Account, call: Call) -> bool:
    chat, message = _get_message(account, call, "delete")
    if not message.by_bot and chat.description["type"] != "private":
        raise bad_request("message can't be deleted")
    with account.bell.lock:
        del chat.messages[message.message_id]
    return True


async def answer_callback_query(account: Account, call: Call) -> bool:
    press = account.presses.get(call.text("callback_query_id"))
    if press is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > LONGEST_NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = {"text": call.text("text"), "show_alert": call.flag("show_alert")}
    return True


async def send_chat_action(account: Account, call: Call) -> bool:
    account.chats.get_writable(call.parameters.get("chat_id"))
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


async def get_file(account: Account, call: Call) -> Json:
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    file = account.files.get(call.text("file_id"))
    if len(file.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return file.as_json() | {"file_path": file.path}


def _read_text(call: Call) -> str:
    text = call.text("text")
    if not text:
        raise bad_request("message text is empty")
    if not text.strip():
        raise bad_request("text must be non-empty")
    if len(text.strip()) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text.strip()


def _caption(call: Call) -> Json:
    caption = call.text("caption").strip()
    if len(caption) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return {"caption": caption} if caption else {}


def _read_file(account: Account, call: Call, medium: Medium) -> StoredFile:
    """The upload itself, one attached under another name, or a file Telegram has already."""
    value = call.text(medium.kind)
    upload = call.uploads.get(value.removeprefix("attach://") if value else medium.kind)
    if upload is not None:
        return _store(account, upload, medium)
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {medium.kind} in the request")
    return account.files.get(value)


def _store(account: Account, upload: Upload, medium: Medium) -> StoredFile:
    mime_type = upload.mime_type or medium.mime_type
    return account.files.store(medium.folder, upload.content, upload.name, mime_type)


def _send(
    account: Account, call: Call, chat: Chat, content: Json, file: StoredFile | None = None
) -> Message:
    keyboard = read_inline_keyboard(call)
    content |= _reply_to(chat, call)
    if keyboard:
        content["reply_markup"] = keyboard
    with account.bell.lock:
        message = account.chats.add_message(chat, content, account.me, file)
    account.bell.ring()
    return message


def _reply_to(chat: Chat, call: Call) -> Json:
    reply = call.parameters.get("reply_parameters") or {}
    message_id = reply.get("message_id", call.parameters.get("reply_to_message_id"))
    if message_id is None:
        return {}
    answered = chat.messages.get(int(message_id))
    if answered is not None:
        return {"reply_to_message": _without_reply(answered.payload)}
    if reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _without_reply(payload: Json) -> Json:
    """Telegram never nests a reply in a reply."""
    return {name: value for name, value in payload.items() if name != "reply_to_message"}


def _get_message(account: Account, call: Call, purpose: str) -> tuple[Chat, Message]:
    chat = account.chats.get_writable(call.parameters.get("chat_id"))
    if not call.number("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(call.number("message_id"))
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return chat, message


def _get_own_message(account: Account, call: Call, purpose: str) -> Message:
    _, message = _get_message(account, call, purpose)
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return message


def _edit(message: Message, content: Json, call: Call) -> Json:
    """An edit without buttons takes the old buttons away, as it does at Telegram."""
    old: dict[str, Any] = message.payload
    new = {name: value for name, value in old.items() if name not in {"reply_markup", "edit_date"}}
    new |= content
    if keyboard := read_inline_keyboard(call):
        new["reply_markup"] = keyboard
    if new == {name: value for name, value in old.items() if name != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    message.payload = new | {"edit_date": int(datetime.now(UTC).timestamp())}
    return message.payload
