"""Files at Telegram: what a message says of them, and fetching one."""

from typing import Any

import httpx
from telegram import Bot, Message
from telegram.error import TelegramError

from api.attachments.fetching import GONE, UNREACHABLE, FetchFailed
from api.attachments.types import LARGEST, LONGEST_REFERENCE, TOO_LARGE
from api.channels.telegram_faults import fetch_failed

TIMEOUT_SECONDS = 10.0
"""Without a byte; how long all of it may take, the worker says."""
_AS_IT_IS = {"Accept-Encoding": "identity"}
_FILES = ("voice", "audio", "video_note", "document")


def file_of(message: Message) -> dict[str, Any] | None:
    """Telegram's reference and the size in bytes as Telegram says; no name, nothing else.

    A photo comes in several sizes: the largest that may be stored.
    """
    if message.photo:
        fitting = [each for each in message.photo if (each.file_size or 0) <= LARGEST]
        file: Any = (fitting or message.photo)[-1 if fitting else 0]
    else:
        file = next((found for name in _FILES if (found := getattr(message, name))), None)
    if file is None or len(file.file_id) > LONGEST_REFERENCE:
        return None
    return {"reference": file.file_id, "size": file.file_size}


async def fetch(bot: Bot, reference: str) -> bytes:
    """The bytes of a file, no more than may be stored. Raises FetchFailed."""
    try:
        file = await bot.get_file(reference)
    except TelegramError as error:
        raise fetch_failed(error) from error
    try:
        return await _download(file.file_path or "")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(UNREACHABLE, retryable=True) from error


async def _download(address: str) -> bytes:
    """Stops at once where more comes than was said."""
    content = bytearray()
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_SECONDS, headers=_AS_IT_IS) as client,
        client.stream("GET", address) as response,
    ):
        if response.status_code != httpx.codes.OK:
            why = GONE if response.status_code == httpx.codes.NOT_FOUND else UNREACHABLE
            raise FetchFailed(why, retryable=True)
        async for part in response.aiter_raw():
            content += part
            if len(content) > LARGEST:
                raise FetchFailed(TOO_LARGE)
    return bytes(content)
