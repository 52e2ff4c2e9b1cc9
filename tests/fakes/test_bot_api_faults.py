"""Telegram refuses, is slow or hangs up, and only where a test asked for it."""

import time
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from tests.fakes.bot_api import BotApi
from tests.fakes.driving import AMINA, SELAM, post, using


def test_a_429_says_how_long_to_wait_and_only_strikes_the_chat_named(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    telegram.person(SELAM)
    telegram.fail("sendMessage", status=429, retry_after=2, times=1, chat_id=AMINA)

    async def work(bot: Bot) -> None:
        await bot.send_message(SELAM, "Dag")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(AMINA, "Dag")
        assert refused.value.retry_after == timedelta(seconds=2)
        await bot.send_message(AMINA, "Nog eens")

    using(telegram, work)

    assert [call.status for call in telegram.calls("sendMessage")] == [200, 429, 200]
    assert [message.text for message in amina.messages] == ["Nog eens"]


def test_a_refusal_has_telegrams_envelope(telegram: BotApi) -> None:
    telegram.fail("getMe", status=429, retry_after=7)
    telegram.fail("getMe", status=502)

    assert [post(telegram, "getMe").json() for _ in range(2)] == [
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        },
        {"ok": False, "error_code": 502, "description": "Bad Gateway"},
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, NetworkError), (502, NetworkError), (403, Forbidden), (400, BadRequest)],
)
def test_other_failures_last_until_healed(
    telegram: BotApi, status: int, error: type[Exception]
) -> None:
    amina = telegram.person(AMINA)
    telegram.fail("*", status=status, times=None, chat_id=AMINA)

    async def work(bot: Bot) -> None:
        for _ in range(2):
            with pytest.raises(error):
                await bot.send_message(AMINA, "Dag")
        telegram.heal()
        await bot.send_message(AMINA, "Dag")

    using(telegram, work)

    assert len(amina.messages) == 1


def test_a_proxy_s_page_is_not_json(telegram: BotApi) -> None:
    telegram.fail("getMe", status=502, as_page=True)

    response = post(telegram, "getMe")

    assert (response.status_code, response.headers["content-type"]) == (
        502,
        "text/html; charset=utf-8",
    )


def test_slowness_delays_the_answer(telegram: BotApi) -> None:
    telegram.person(AMINA)
    telegram.slow("sendMessage", seconds=0.4)
    began = time.monotonic()

    using(telegram, lambda bot: bot.send_message(AMINA, "Dag"))

    assert time.monotonic() - began >= 0.4


def test_a_dropped_reply_leaves_the_message_and_a_dropped_request_does_not(
    telegram: BotApi,
) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        await bot.send_message(AMINA, "eerst")  # the connection is open now and breaks half-way
        telegram.drop_reply("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(AMINA, "gedaan")
        telegram.drop_request("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(AMINA, "niet gedaan")

    using(telegram, work)

    assert [message.text for message in amina.messages] == ["eerst", "gedaan"]
    assert [call.status for call in telegram.calls("sendMessage")] == [200, None, None]
