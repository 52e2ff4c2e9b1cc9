"""How the masking rules see a text: one plain sign for every sign that means the same."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from translations.normalise import normalise

Span = tuple[int, int]

_INVISIBLE = frozenset({"Cf", "Mn", "Me"})


@dataclass(frozen=True)
class PlainText:
    """Lower case, Latin digits and hyphens, one kind of space, nothing invisible."""

    text: str
    origin: tuple[int, ...]
    """For each character its place in the text as it was written."""

    def written(self, span: Span) -> Span:
        """Where a span of the plain text stands in the text as it was written."""
        start, end = span
        return self.origin[start], self.origin[end - 1] + 1

    def without(self, spans: Iterable[Span]) -> str:
        """The plain text with the spans written over, so that no rule reads across them."""
        characters = list(self.text)
        for start, end in spans:
            characters[start:end] = "\0" * (end - start)
        return "".join(characters)


def plain_text(text: str) -> PlainText:
    """One character for each visible one; words of one language are folded as in a search."""
    seen = [
        (_plain(character), place)
        for place, character in enumerate(text)
        if unicodedata.category(character) not in _INVISIBLE
    ]
    return PlainText("".join(plain for plain, _ in seen), tuple(place for _, place in seen))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Pd" or character == "−":
        return "-"
    if category == "Zs" or character == "\t":
        return " "
    return normalise(character)[:1] or character if category[0] == "L" else character
