"""Telegram's door and its way out: updates become Incoming, Outgoing becomes a message."""

import asyncio
import hmac
import logging
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from api.answers.recordings import Recordings
from api.attachments.service import FILES
from api.channels.media import find_media
from api.channels.telegram_faults import seconds, send_failed
from api.channels.telegram_files import file_of
from api.clock import Clock
from api.conversations.inbox import Incoming, store
from api.conversations.models import Channel, Kind
from api.db import Database
from api.outbox.service import Outgoing
from api.people.linking import code_in, looks_like_code
from api.settings import Settings

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
WEBHOOK_PATH = "/channels/telegram"
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
LONG_POLL_SECONDS = 25
AFTER_A_FAULT_SECONDS = 3.0
CAPTION_CHARACTERS = 1_024
"""Telegram's limit for the words under a picture or a voice note."""
SHORT_LABEL, SHORT_LABELS_IN_A_ROW = 2, 5

_CONTENT = {
    "voice": Kind.voice,
    "audio": Kind.voice,
    "video_note": Kind.voice,
    "photo": Kind.photo,
    "document": Kind.document,
    "sticker": Kind.sticker,
    "location": Kind.location,
}
_WITH_WORDS = FILES | {Kind.text, Kind.start, Kind.group}
"""What somebody wrote under a picture are their words too."""


def open_bot(settings: Settings) -> Bot:
    """A bot of python-telegram-bot; connects only when it is initialised."""
    if settings.telegram_token is None:
        raise ValueError("TELEGRAM_TOKEN is not set")
    base = settings.telegram_api_url.rstrip("/")
    return Bot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(connection_pool_size=64, read_timeout=10, connect_timeout=5),
        get_updates_request=HTTPXRequest(read_timeout=LONG_POLL_SECONDS + 10),
    )


async def connect(bot: Bot, settings: Settings) -> None:
    """Tell Telegram how updates reach us; tries until Telegram answers."""
    while True:
        try:
            await bot.initialize()
            if settings.telegram_mode == "polling":
                await bot.delete_webhook()
            elif settings.telegram_secret is not None:
                await bot.set_webhook(
                    settings.public_url.rstrip("/") + WEBHOOK_PATH,
                    secret_token=settings.telegram_secret.get_secret_value(),
                    allowed_updates=UPDATES,
                )
            return
        except TelegramError as fault:
            log.warning("telegram does not answer yet: %s", type(fault).__name__)
            await asyncio.sleep(_patience(fault))


def secret_fits(expected: str, given: str | None) -> bool:
    """In constant time; an empty secret never fits."""
    return bool(expected) and hmac.compare_digest(expected.encode(), (given or "").encode())


def to_incoming(update: Update) -> Incoming | None:
    """What an update says, or None where it is ignored on purpose (channels, unknown types)."""
    if update.callback_query is not None:
        return _from_button(update)
    if update.edited_message is not None:
        return _from_message(update, update.edited_message, Kind.edit)
    if update.message is not None:
        return _from_message(update, update.message, None)
    if update.my_chat_member is not None:
        return _from_membership(update)
    return None


def _from_button(update: Update) -> Incoming | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    return Incoming(
        channel=Channel.telegram,
        external_id=str(update.update_id),
        chat_id=str(query.message.chat.id),
        position=update.update_id,
        kind=Kind.button,
        button_id=(query.data or "")[:32],
        language_hint=query.from_user.language_code,
    )


def _from_message(update: Update, message: Message, kind: Kind | None) -> Incoming | None:
    text = message.text
    if message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        if not (text or "").startswith("/"):
            return None  # people talk to each other there
        said, argument = kind_of_text(text or "")
        text = argument if said is Kind.start and looks_like_code(argument) else None
        kind = Kind.group
    elif message.chat.type != ChatType.PRIVATE:
        return None
    if kind is None:
        kind, text = _kind_of(message)
    return Incoming(
        channel=Channel.telegram,
        external_id=str(update.update_id),
        chat_id=str(message.chat.id),
        position=update.update_id,
        kind=kind,
        text=text if kind in _WITH_WORDS else None,
        file=file_of(message) if kind in FILES else None,
        language_hint=message.from_user.language_code if message.from_user else None,
    )


def _kind_of(message: Message) -> tuple[Kind, str | None]:
    if message.text is not None:
        return kind_of_text(message.text)
    for attribute, kind in _CONTENT.items():
        if getattr(message, attribute):
            return kind, message.caption
    return Kind.other, None


def kind_of_text(text: str) -> tuple[Kind, str]:
    """`/start <argument>` is a command on every channel; any other slash is only text.

    A code without the command is meant the same way, and must not stay in the transcript.
    """
    command, *argument = text.split(maxsplit=1) or [""]
    if command.partition("@")[0].lower() == "/start":
        return Kind.start, "".join(argument).strip()
    code = code_in(text)
    return (Kind.start, code) if code else (Kind.text, text)


def _from_membership(update: Update) -> Incoming | None:
    """The person blocked the bot, or let it in again."""
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return None
    blocked = change.new_chat_member.status in ("kicked", "left")
    return Incoming(
        channel=Channel.telegram,
        external_id=str(update.update_id),
        chat_id=str(change.chat.id),
        position=update.update_id,
        kind=Kind.blocked if blocked else Kind.unblocked,
    )


class TelegramDoor:
    """Where updates come in, by webhook or by long poll: store first, acknowledge then."""

    def __init__(self, bot: Bot, database: Database, clock: Clock) -> None:
        self.bot, self._database, self._clock = bot, database, clock
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def bot_name(self) -> str | None:
        """The bot's user name, once Telegram has told us."""
        try:
            return self.bot.username
        except RuntimeError:
            return None

    async def take(self, update: Update) -> None:
        """Store one update; raises SQLAlchemyError while the store is out of reach."""
        incoming = to_incoming(update)
        if incoming is None:
            return
        await asyncio.to_thread(self._store, incoming)
        if update.callback_query is not None:
            task = asyncio.create_task(self._stop_the_spinner(update.callback_query.id))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    def _store(self, incoming: Incoming) -> None:
        with self._database.writing() as session:
            store(session, incoming, self._clock())

    async def _stop_the_spinner(self, query_id: str) -> None:
        with suppress(TelegramError):  # the answer itself comes as a message
            await self.bot.answer_callback_query(query_id)

    async def poll(self) -> None:
        """Long poll until cancelled; an update is confirmed to Telegram only once it is stored."""
        offset: int | None = None
        while True:
            try:
                updates = await self.bot.get_updates(
                    offset=offset, timeout=LONG_POLL_SECONDS, allowed_updates=UPDATES
                )
                for update in updates:
                    await self.take(update)
                    offset = update.update_id + 1
            except (TelegramError, SQLAlchemyError) as fault:
                log.warning("telegram poll: %s", type(fault).__name__)
                await asyncio.sleep(_patience(fault))


def _patience(fault: Exception) -> float:
    if isinstance(fault, RetryAfter):
        return seconds(fault)
    if isinstance(fault, Conflict | InvalidToken):
        return 30.0  # another poller, or a wrong token: no use in hurrying
    return AFTER_A_FAULT_SECONDS


async def deliver(bot: Bot, recordings: Recordings, outgoing: Outgoing) -> str:
    """Send one message; returns Telegram's message id. Raises SendFailed."""
    chat, text = int(outgoing.chat_id), outgoing.text
    keyboard = _keyboard(outgoing.buttons) if outgoing.buttons else None
    media = find_media(recordings, outgoing.media) if outgoing.media else None
    file, fits = outgoing.attachment, len(text) <= CAPTION_CHARACTERS
    try:
        if file is not None and fits:
            sent = await bot.send_document(
                chat, file.content, filename=file.name, caption=text, reply_markup=keyboard
            )
        elif media is None or not fits:
            sent = await bot.send_message(
                chat, text, reply_markup=keyboard, disable_web_page_preview=True
            )
        elif media.is_voice:
            sent = await bot.send_voice(chat, media.content, caption=text, reply_markup=keyboard)
        else:
            sent = await bot.send_photo(chat, media.content, caption=text, reply_markup=keyboard)
    except TelegramError as error:
        raise send_failed(error) from error
    return str(sent.message_id)


def _keyboard(buttons: tuple[tuple[str, str], ...]) -> InlineKeyboardMarkup:
    """One button a row, and short labels such as the numbers of a checklist side by side."""
    rows: list[list[InlineKeyboardButton]] = []
    beside = False
    for id_, label in buttons:
        button = InlineKeyboardButton(label, callback_data=id_)
        short = len(label) <= SHORT_LABEL
        if short and beside and len(rows[-1]) < SHORT_LABELS_IN_A_ROW:
            rows[-1].append(button)
        else:
            rows.append([button])
        beside = short
    return InlineKeyboardMarkup(rows)
