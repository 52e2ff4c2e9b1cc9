"""Recognises a typed yes or no by rule, where taking one for the other could cost a person."""

import re
import tomllib
from functools import cache
from pathlib import Path

from translations.normalise import normalise

_FILE = Path(__file__).with_name("yes_no_words.toml")
_SHORT = 3
"""Words; in a longer text a no can be the begin of something else: "no one may know"."""


def yes_or_no(text: str) -> bool | None:
    """True or False for a text that clearly is a yes or a no, in any of our languages.

    What follows a clear yes is not read: "yes, but he must not know" is a yes. A text with both
    in it, or with neither, is None: then it is asked again.
    """
    words, listed = _words(text), _listed()
    whole = " ".join(words)
    if whole in listed["yes_alone"] or whole in listed["no_alone"]:
        return whole in listed["yes_alone"]
    said = [kind for kind in ("yes", "no") if not listed[kind].isdisjoint(words)]
    if len(said) != 1 or words[0] not in listed[said[0]]:
        return None
    if said == ["yes"]:
        return True
    return False if len(words) <= _SHORT else None


def _words(text: str) -> list[str]:
    """Letters that somebody held down ("jaaa") count once."""
    held = re.sub(r"(\w)\1{2,}", r"\1", normalise(text))
    return re.findall(r"\w+", held.replace("'", ""))


@cache
def _listed() -> dict[str, frozenset[str]]:
    listed: dict[str, set[str]] = {"yes": set(), "yes_alone": set(), "no": set(), "no_alone": set()}
    for language in tomllib.loads(_FILE.read_text(encoding="utf-8")).values():
        for kind, texts in language.items():
            listed[kind].update(" ".join(_words(text)) for text in texts)
    return {kind: frozenset(texts) for kind, texts in listed.items()}
