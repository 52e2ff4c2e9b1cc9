"""A Telegram of the test, and who sends something through it."""

from collections.abc import Iterator

import pytest

from api import loops
from api.answers.words import Words
from api.db import Database
from tests.attachments.sending import TOKEN, Post
from tests.factories import FixedClock
from tests.fakes.bot_api import BotApi


@pytest.fixture(autouse=True)
def durations_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the library warns of its own future at every voice message."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi.running(token=TOKEN) as running:
        yield running


@pytest.fixture
def post(sqlite: Database, words: Words, clock: FixedClock, telegram: BotApi) -> Post:
    return Post(sqlite, words, clock, telegram)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock, telegram: BotApi) -> Post:
    """The same on both databases."""
    return Post(database, words, clock, telegram)
