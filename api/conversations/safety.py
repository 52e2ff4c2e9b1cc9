"""Recognises danger by rule, before the classifier, so that no trained model can miss it."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from translations.normalise import normalise

_FILE = Path(__file__).with_name("safety_words.toml")
_GAP = r"(?:\w+ ){0,3}"
_NEAR = r"(?:\w+ ){0,4}"
_BEGIN, _END = r"(?<=\A )", r"\Z"
_ARABIC_PARTICLES = "[وف]?(?:بال|كال|لل|ال|ب|ك|ل)?"
_TAKEN_OUT = "· "
"""Stands where an ordinary phrase was; no word, so that no phrase reaches across it."""


def is_safety(text: str) -> bool:
    """Whether a text speaks of danger, violence, threats, suicide, abuse, force or a child in need.

    The phrases of `safety_words.toml` are looked for in the normalised text, whatever its
    language. Letters that somebody held down ("heeelp") are also tried once and twice.
    """
    ordinary, danger = _rules()
    return any(danger.search(ordinary.sub(_TAKEN_OUT, words)) for words in _spellings(text))


def _spellings(text: str) -> set[str]:
    words = _words(text)
    return {words, re.sub(r"(\w)\1{2,}", r"\1\1", words), re.sub(r"(\w)\1{2,}", r"\1", words)}


def _words(text: str) -> str:
    """The words of a text, each with one space before and after it."""
    words = re.findall(r"\w+", normalise(text).replace("'", ""))
    return f" {' '.join(words)} "


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What to take out of a text first, and what then means danger."""
    ordinary: list[str] = []
    danger: list[str] = []
    for language in tomllib.loads(_FILE.read_text(encoding="utf-8")).values():
        lists = {name: _any_of(members, {}) for name, members in language["words"].items()}
        for kind, phrases in language["phrases"].items():
            (ordinary if kind == "ordinary" else danger).append(_any_of(phrases, lists))
    return _after_a_space(ordinary), _after_a_space(danger)


def _after_a_space(rules: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{'|'.join(rules)})")


def _any_of(phrases: Iterable[str], lists: dict[str, str]) -> str:
    return f"(?:{'|'.join(_phrase(phrase, lists) for phrase in phrases)})"


def _phrase(phrase: str, lists: dict[str, str]) -> str:
    """The expression for a phrase as the head of `safety_words.toml` describes it."""
    if " ~ " in phrase:
        one, other = (_phrase(side, lists) for side in phrase.split(" ~ "))
        return f"(?:{one}{_NEAR}{other}|{other}{_NEAR}{one})"
    return "".join(_part(part, lists) for part in phrase.split())


def _part(part: str, lists: dict[str, str]) -> str:
    signs = {"..": _GAP, "^": _BEGIN, "$": _END}
    if part in signs:
        return signs[part]
    words = "|".join(_word(word, lists) for word in part.removesuffix("?").split("|"))
    return f"(?:{words}){'?' if part.endswith('?') else ''}"


def _word(word: str, lists: dict[str, str]) -> str:
    if "+" in word:
        return "".join(_word(each, lists) for each in word.split("+"))
    if word.startswith("<"):
        return lists[word.strip("<>")]
    plain = normalise(word.strip("*")).replace("'", "")
    particles = _ARABIC_PARTICLES if "\u0620" <= plain[:1] <= "\u064a" else ""
    begin, end = r"\w*" * word.startswith("*"), r"\w*" * word.endswith("*")
    return f"{begin or particles}{re.escape(plain)}{end} "
