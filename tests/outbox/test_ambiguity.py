"""Whether a message may have arrived although no answer came: a retry can double it only then."""

import asyncio

import pytest
from pydantic import SecretStr

from api.answers.words import Words
from api.channels import telegram
from api.conversations.models import Channel
from api.outbox.service import Outgoing, SendFailed
from api.settings import Settings
from api.system import free_port
from tests.fakes.bot_api import BotApi

TOKEN = "123:test"


def failure_of(words: Words, url: str) -> SendFailed:
    secret = SecretStr("nobody")
    settings = Settings(
        rasa_secret=secret,
        service_token=secret,
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=url,
    )
    outgoing = Outgoing(1, "lease", Channel.telegram, "77", "hallo", ())

    async def send() -> None:
        await telegram.deliver(telegram.open_bot(settings), words.recordings, outgoing)

    with pytest.raises(SendFailed) as failed:
        asyncio.run(send())
    return failed.value


def test_without_a_connection_it_cannot_have_arrived(words: Words) -> None:
    failure = failure_of(words, f"http://127.0.0.1:{free_port()}")
    assert (failure.retryable, failure.ambiguous) == (True, False)


def test_a_connection_that_breaks_before_the_answer_leaves_it_open(words: Words) -> None:
    with BotApi.running(token=TOKEN) as api:
        api.person(77)
        api.drop_reply("sendMessage")
        failure = failure_of(words, api.base_url.removesuffix("/bot"))
    assert (failure.retryable, failure.ambiguous) == (True, True)
