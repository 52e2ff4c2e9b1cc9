"""How the tests of the false Telegram call it: as python-telegram-bot does, or by hand."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, TelegramObject
from telegram.request import HTTPXRequest

from tests.fakes.bot_api import BotApi
from tests.fakes.receiver import Receiver

TOKEN = "123:test"
AMINA = 7001
SELAM = 7002


def a_bot(telegram: BotApi, token: str = TOKEN) -> Bot:
    """Without certificates, which take longer to read than a test takes."""
    requests = [HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False}) for _ in range(2)]
    return Bot(
        token,
        base_url=telegram.base_url,
        base_file_url=telegram.base_file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )


def using[T](telegram: BotApi, work: Callable[[Bot], Awaitable[T]], token: str = TOKEN) -> T:
    """Run `work` with a bot of python-telegram-bot; a warning of that library is an error."""

    async def run() -> T:
        async with a_bot(telegram, token) as bot:
            return await work(bot)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return asyncio.run(asyncio.wait_for(run(), 20))


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    buttons = [InlineKeyboardButton(label, callback_data=f"b:{label}") for label in labels]
    return InlineKeyboardMarkup([buttons])


def post(telegram: BotApi, method: str, **parameters: Any) -> httpx.Response:
    return httpx.post(
        f"{telegram.base_url}{TOKEN}/{method}", json=parameters, trust_env=False, verify=False
    )


def unknown_fields(thing: object) -> list[str]:
    """Fields that python-telegram-bot does not know, anywhere in an object of it."""
    if not isinstance(thing, TelegramObject):
        return []
    found = [f"{type(thing).__name__}.{name}" for name in thing.api_kwargs]
    for name in thing.__slots__:
        found += unknown_fields(getattr(thing, name, None))
    return found


def set_webhook(telegram: BotApi, receiver: Receiver, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = post(telegram, "setWebhook", url=receiver.url, **options).json()
    return answer
