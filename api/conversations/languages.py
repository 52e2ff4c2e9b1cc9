"""Which language to answer in while the person has not chosen one."""

import unicodedata
from collections import Counter

from api.conversations.models import Conversation

_SCRIPTS = {"ARABIC": "ar", "ETHIOPIC": "ti"}
_ENOUGH_LETTERS = 2


def guess_language(conversation: Conversation, text: str) -> None:
    """Let the script of a text propose the language; a choice of the person always rules."""
    if conversation.language is None and (language := _language_of_script(text)):
        conversation.guessed_language = language


def _language_of_script(text: str) -> str | None:
    """The language in whose script at least half of the words are: terms are often Dutch."""
    words = [[letter for letter in word if letter.isalpha()] for word in text.split()]
    scripts = Counter(_script(word[0]) for word in words if len(word) >= _ENOUGH_LETTERS)
    found = max(_SCRIPTS, key=lambda script: scripts[script])
    return _SCRIPTS[found] if 0 < scripts[found] >= scripts.total() / 2 else None


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]
