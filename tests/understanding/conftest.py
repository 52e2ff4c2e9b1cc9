"""A chat of one participant, as the tests of conversations have it."""

from tests.conversations.conftest import chat, path, rasa

__all__ = ["chat", "path", "rasa"]
