"""A message path with a scripted Rasa, and a chat in which one person writes."""

import pytest

from api.answers.words import Words
from api.conversations.path import MessagePath
from api.db import Database
from tests.conversations.chat import Chat
from tests.factories import FixedClock, ScriptedRasa, town, understood


@pytest.fixture
def rasa() -> ScriptedRasa:
    return ScriptedRasa()


@pytest.fixture
def path(sqlite: Database, rasa: ScriptedRasa, words: Words, clock: FixedClock) -> MessagePath:
    with sqlite.writing() as session:
        town(session)
    return MessagePath(sqlite, rasa, words, clock)


@pytest.fixture
def chat(path: MessagePath, rasa: ScriptedRasa, clock: FixedClock) -> Chat:
    return Chat(path, rasa, clock)


@pytest.fixture
def weert(chat: Chat) -> Chat:
    """Somebody in Weert who has asked nothing yet."""
    chat.rasa.otherwise = understood("thank")
    chat.send("bedankt", language="nl", town="weert")
    return chat
