"""Which language to answer in while the person has not chosen one."""

import unicodedata

from api.conversations.models import Conversation

_SCRIPTS = {"ARABIC": "ar", "ETHIOPIC": "ti"}
_ENOUGH_LETTERS = 2


def guess_language(conversation: Conversation, text: str) -> None:
    """Let the script of a text propose the language; a choice of the person always rules."""
    if conversation.language is None and (language := _language_of_script(text)):
        conversation.guessed_language = language


def _language_of_script(text: str) -> str | None:
    """The language of the script most letters are in; None for Latin script or too little."""
    counts = dict.fromkeys(_SCRIPTS, 0)
    letters = 0
    for character in text:
        if character.isalpha():
            letters += 1
            script = unicodedata.name(character, "").split(" ")[0]
            if script in counts:
                counts[script] += 1
    script, most = max(counts.items(), key=lambda item: item[1])
    return _SCRIPTS[script] if most >= _ENOUGH_LETTERS and most * 2 > letters else None
