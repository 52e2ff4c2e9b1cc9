"""A fresh Telegram, and a webhook to deliver to, for every test."""

from collections.abc import Iterator

import pytest

from tests.fakes.bot_api import BotApi
from tests.fakes.driving import TOKEN
from tests.fakes.receiver import Receiver, receiving


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi.running(token=TOKEN) as running:
        yield running


@pytest.fixture(autouse=True)
def durations_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the library warns of its own future at every 429 and voice message."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running
