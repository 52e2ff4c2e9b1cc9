"""Recognises danger by rule, before the classifier, so that no trained model can miss it."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from translations.normalise import normalise

_PHRASES = Path(__file__).with_name("safety_words.toml")
_GAP = re.compile(r"\.\.(\d*)")
_USUAL_GAP = 3
_TAKEN_OUT = "· "
"""Stands where an ordinary phrase was; no word, so that no phrase reaches across it."""


def is_safety(text: str) -> bool:
    """Whether a text speaks of danger, violence, threats, suicide, abuse, force or a child in need.

    The phrases of `safety_words.toml` are looked for in the normalised text, whatever its
    language. Letters that somebody held down ("heeelp") are also tried once and twice.
    """
    ordinary, danger = _ordinary(), _danger()
    return any(danger.search(ordinary.sub(_TAKEN_OUT, words)) for words in _spellings(text))


def _spellings(text: str) -> set[str]:
    words = _words(text)
    return {words, re.sub(r"(\w)\1{2,}", r"\1\1", words), re.sub(r"(\w)\1{2,}", r"\1", words)}


def _words(text: str) -> str:
    """The words of a text, each with one space before and after it."""
    words = re.findall(r"\w+", normalise(text).replace("'", ""))
    return f" {' '.join(words)} "


@cache
def _danger() -> re.Pattern[str]:
    return _any_of(
        phrase
        for kinds in _phrases().values()
        for kind, phrases in kinds.items()
        if kind != "ordinary"
        for phrase in phrases
    )


@cache
def _ordinary() -> re.Pattern[str]:
    return _any_of(phrase for kinds in _phrases().values() for phrase in kinds["ordinary"])


@cache
def _phrases() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_PHRASES.read_text(encoding="utf-8"))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{'|'.join(_phrase(phrase) for phrase in phrases)})")


def _phrase(phrase: str) -> str:
    """The expression for a phrase as the head of `safety_words.toml` describes it."""
    return "".join(_part(part) for part in phrase.split())


def _part(part: str) -> str:
    if gap := _GAP.fullmatch(part):
        return rf"(?:\w+ ){{0,{gap[1] or _USUAL_GAP}}}"
    words = "|".join(_word(word) for word in part.removesuffix("?").split("|"))
    return rf"(?:(?:{words}) ){'?' if part.endswith('?') else ''}"


def _word(word: str) -> str:
    plain = normalise(word.strip("*")).replace("'", "")
    particle = "[وف]?" if "\u0620" <= plain[:1] <= "\u064a" else ""
    begin, end = r"\w*" * word.startswith("*"), r"\w*" * word.endswith("*")
    return (begin or particle) + re.escape(plain) + end
