"""Maps words of all five languages to the same concepts, so that one language teaches the others.

`concepts/<language>.yml` holds, for each field of life, concepts with their words. A word ending
in `*` stands for every word that begins so. Of a message this gives the concepts it names, the
fields they are in, and which concepts come together: features that do not depend on a language.
Measured by cross-validation beside letters and words: docs/decisions/0008.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import yaml

from translations.normalise import normalise

FOLDER = Path(__file__).resolve().parents[1] / "concepts"

_SHORTEST_STEM = 2
_SHORTEST_REST = 2
# What is written onto the front of a word: articles, particles and prepositions.
_PREFIXES = tuple(
    normalise(prefix)
    for prefix in (
        *("و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل", "فال", "كال", "وب", "ول", "ع", "عال"),
        *("ه", "هال", "ها"),
        *("ን", "ብ", "ዝ", "ክ", "ከ", "እን", "ምስ", "ካብ", "ናብ", "ዘይ", "ኣይ", "ናይ", "እ"),
    )
)

Concepts = frozenset[str]
_NONE: Concepts = frozenset()


class Lexicon:
    """Looks up which concepts a word names; words and stems are normalised as messages are."""

    def __init__(self, words: dict[str, Concepts], stems: dict[str, Concepts]) -> None:
        self._words = words
        self._stems = stems

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Lexicon:
        """All languages together: what a word means in one, it may mean in a mixed message."""
        words: dict[str, Concepts] = {}
        stems: dict[str, Concepts] = {}
        for path in sorted(folder.glob("*.yml")):
            for concept, word in _entries(path):
                table = stems if word.endswith("*") else words
                plain = normalise(word.rstrip("*"))
                table[plain] = table.get(plain, _NONE) | {concept}
        return cls(words, stems)

    def features(self, text: str) -> list[str]:
        """Concepts, fields and pairs of concepts in a normalised text; repeats count."""
        named = [self.concepts_of(word) for word in re.findall(r"\w+", text)]
        concepts = [concept for found in named for concept in sorted(found)]
        fields = [concept.partition("/")[0] for concept in concepts]
        pairs = [" ".join(pair) for pair in combinations(sorted(set(concepts)), 2)]
        return [*concepts, *fields, *pairs]

    def concepts_of(self, word: str) -> Concepts:
        """`field/concept` for each concept of this word, with or without what is before it."""
        if found := self._look_up(word):
            return found
        for prefix in _PREFIXES:
            rest = word[len(prefix) :]
            is_long_enough = word.startswith(prefix) and len(rest) >= _SHORTEST_REST
            if is_long_enough and (found := self._look_up(rest)):
                return found
        return _NONE

    def _look_up(self, word: str) -> Concepts:
        """The word itself, and the longest stem that it begins with."""
        found = self._words.get(word, _NONE)
        for length in range(len(word), _SHORTEST_STEM - 1, -1):
            if stem := self._stems.get(word[:length]):
                return found | stem
        return found


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    for field, concepts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for concept, words in concepts.items():
            for word in str(words or "").split():
                yield f"{field}/{concept}", word
