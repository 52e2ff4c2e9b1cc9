"""Recognises danger by rule, before the classifier, so that no trained model can miss it."""

import re
import tomllib
from functools import cache
from pathlib import Path

from api.conversations.phrases import after_a_space, alternatives, spellings

_FILE = Path(__file__).with_name("safety_words.toml")
_TAKEN_OUT = "· "
"""Stands where an ordinary phrase was; no word, so that no phrase reaches across it."""


def is_safety(text: str) -> bool:
    """Whether a text speaks of danger, violence, threats, suicide, abuse, force or a child in need.

    The phrases of `safety_words.toml` are looked for in every message, whatever its language.
    """
    ordinary, danger = _rules()
    return any(danger.search(ordinary.sub(_TAKEN_OUT, words)) for words in spellings(text))


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What to take out of a text first, and what then means danger."""
    ordinary: list[str] = []
    danger: list[str] = []
    for language in tomllib.loads(_FILE.read_text(encoding="utf-8")).values():
        for kind, phrases in language["phrases"].items():
            found = alternatives(phrases, language["words"])
            (ordinary if kind == "ordinary" else danger).append(found)
    return after_a_space(ordinary), after_a_space(danger)
