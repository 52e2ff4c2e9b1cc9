"""Finding words of our lists in a text, whatever its accents, digits, case and vowel signs."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from translations.normalise import normalise

_FOLDER = Path(__file__).parent
# `normalise` makes spaces of these; inside a number they are not.
_SEPARATORS = {"٫": ".", "٬": ",", "،": ","}
_GAP = r"[^.!?\n]{0,60}?"
_BETWEEN = r"[\s-]+"
# What Arabic writes in one word with the next: and, so, with, for, as, the.
_ARABIC_PREFIX = r"[وف]?(?:[بلك]?ال|لل|[بلك])?"
_ARABIC = "ء-ي"


@dataclass(frozen=True)
class Folded:
    """A text as `normalise` spells it, of which each character knows where it came from."""

    text: str
    origin: tuple[int, ...]
    written: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the folded text stands in the text as it was written."""
        finish = self.origin[end - 1] + 1
        while finish < len(self.written) and _is_silent_letter(self.written[finish]):
            finish += 1
        return self.origin[start], finish


def _is_silent_letter(character: str) -> bool:
    """A vowel mark or a letter that folding drops, which belongs to the word before it."""
    return not _fold_character(character) and unicodedata.category(character) != "Cf"


def fold(text: str) -> Folded:
    """Fold letters and digits of every script, and keep lines, separators and places."""
    characters, origin = [], []
    for place, character in enumerate(text):
        for folded in _fold_character(character):
            characters.append(folded)
            origin.append(place)
    return Folded("".join(characters), tuple(origin), text)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character == "\n":
        return character
    if character in _SEPARATORS:
        return _SEPARATORS[character]
    # Alone, a space would be stripped.
    return normalise(f"x{character}x")[1:-1]


def load(name: str) -> dict[str, Any]:
    """A word list that lies beside this module."""
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def phrase(entry: str, classes: Mapping[str, str] | None = None) -> str:
    """The pattern of one line of a list, for text that `fold` made.

    `*` at an end of a word stands for any letters, ` .. ` for some words of the same sentence and
    `{name}` for one of a class. A hyphen or a space in the list fits either.
    """
    parts, before = [], ""
    for word in re.split(r"[\s-]+", entry.strip()):
        if word == "..":
            before = _GAP
            continue
        parts.append(before + _bounded(word, classes or {}))
        before = _BETWEEN
    return "".join(parts)


def _bounded(word: str, classes: Mapping[str, str]) -> str:
    if word.startswith("{"):
        return f"(?:{classes[word.strip('{}')]})"
    core = re.escape(normalise(word.strip("*")))
    if re.search(f"[{_ARABIC}]", core):
        letters, prefix = f"[{_ARABIC}]", _ARABIC_PREFIX
    else:
        letters, prefix = "[a-z0-9]", ""
    start = f"{letters}*" if word.startswith("*") else prefix
    end = f"{letters}*" if word.endswith("*") else ""
    return f"(?<!{letters}){start}{core}{end}(?!{letters})"


def one_of(entries: Iterable[str], classes: Mapping[str, str] | None = None) -> str:
    """A pattern for any line of a list, the longest first."""
    ordered = sorted(entries, key=lambda entry: (-len(entry), entry))
    return "(?:" + "|".join(phrase(entry, classes) for entry in ordered) + ")"
