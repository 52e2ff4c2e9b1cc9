"""Which language a text is in, said only where that is sure; the choice of the person rules."""

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pycld2

from api.conversations.models import Conversation
from translations.catalogue import LANGUAGES, OTHER_LANGUAGES

_FILE = Path(__file__).with_name("languages.toml")

ENOUGH_WORDS = 3
"""A greeting or a term such as "PVT" says nothing about the language of who types it."""
_ENOUGH_LETTERS = 2
_SURE = 85
"""Percent of the text that the detector counts as its first language."""

_BY_SCRIPT = {"ARABIC": "ar", "ETHIOPIC": "ti"}
_IN_SCRIPT = {
    "ARABIC": frozenset({"ar", "fa", "ku", "ps", "ur"}),
    "ETHIOPIC": frozenset({"ti", "am"}),
    "CYRILLIC": frozenset({"uk", "ru"}),
    "LATIN": frozenset({"nl", "en", "tr", "so", "fr"}),
}
_ENOUGH_SMALL_WORDS = 2


def guess_language(conversation: Conversation, text: str) -> str | None:
    """Follow the language of a text while none is chosen; else tell which one to propose.

    A language is proposed when it is first heard, not with every message.
    """
    heard = language_of(text)
    if heard not in LANGUAGES or heard == conversation.guessed_language:
        return None
    conversation.guessed_language = heard
    return heard if conversation.language not in (None, heard) else None


def language_of(text: str) -> str | None:
    """The language of a text, spoken by us or not; None where it is not sure.

    Arabic and Ge'ez script are read as Arabic and Tigrinya unless something speaks against it,
    and from one word on. In Latin script it takes three words and two small words of the language,
    because Arabic and Tigrinya in Latin letters look like any other language to a detector.
    """
    words = [word for word in text.split() if sum(map(str.isalpha, word)) >= _ENOUGH_LETTERS]
    scripts = Counter(_script(word) for word in words)
    script = max(scripts, key=lambda each: (scripts[each], each in _BY_SCRIPT), default="")
    if scripts[script] < scripts.total() / 2:
        return None
    by_script = _BY_SCRIPT.get(script)
    if scripts[script] < ENOUGH_WORDS:
        return by_script
    found = _detected(text)
    if found not in _IN_SCRIPT.get(script, frozenset()) or not _is_confirmed(found, text):
        return by_script
    return found


def unspoken_language(text: str) -> str | None:
    """A language of `OTHER_LANGUAGES`, to say in it that we do not speak it yet."""
    found = language_of(text)
    return found if found in OTHER_LANGUAGES else None


def unspoken_by_script(text: str) -> str | None:
    """The same where even the letters tell, so that nothing else needs to be asked first."""
    found = unspoken_language(text)
    return None if found in _IN_SCRIPT["LATIN"] else found


def _detected(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    _, _, found = pycld2.detect(printable, bestEffort=True)
    _, code, percent, _ = found[0]
    return code if percent >= _SURE else ""


def _is_confirmed(language: str, text: str) -> bool:
    """Whether what the detector says is borne out by letters or small words."""
    evidence = _evidence().get(language)
    if evidence is None:
        return True
    if evidence.against and evidence.against.search(text):
        return False
    if evidence.signs and evidence.signs.search(text):
        return True
    said = re.findall(r"\w+", text.lower())
    return sum(word in evidence.small_words for word in said) >= _ENOUGH_SMALL_WORDS


@dataclass(frozen=True)
class _Evidence:
    signs: re.Pattern[str] | None
    against: re.Pattern[str] | None
    small_words: frozenset[str]


@cache
def _evidence() -> dict[str, _Evidence]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {language: _read(table) for language, table in tables.items()}


def _read(table: dict[str, str]) -> _Evidence:
    signs, against = (
        re.compile(table[name]) if name in table else None for name in ("signs", "against")
    )
    return _Evidence(signs, against, frozenset(table.get("small_words", "").split()))


def _script(word: str) -> str:
    letter = next(filter(str.isalpha, word))
    return unicodedata.name(letter, "").split(" ")[0]
