"""Recognises a typed yes or no by rule, where taking one for the other could cost a person."""

import re
import tomllib
from functools import cache
from pathlib import Path

from translations.normalise import normalise

_FILE = Path(__file__).with_name("yes_no_words.toml")
_KINDS = ("yes", "yes_alone", "no", "no_alone", "comes", "cannot", "polite")
_YES, _NO = frozenset({"yes", "yes_alone"}), frozenset({"no", "no_alone"})
_LONGEST = 6
"""Words of the longest phrase."""
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


def will_come(text: str) -> bool | None:
    """True where the whole text says that somebody will come, False where it says no.

    Stricter than `yes_or_no`: "yes, but I am ill" is neither. A no is only the begin of a question.
    """
    said = _said(text)
    if said and said <= _YES | {"comes"}:
        return True
    if said and said <= _NO | {"cannot"}:
        return False
    return False if yes_or_no(text) is False else None


def will_cancel(text: str) -> bool | None:
    """True where the whole text is a yes: that a talk is cancelled must be meant. "OK" may answer
    something else in the question, and "I will come" is a no."""
    said = _said(text)
    if "yes" in said and said <= _YES:
        return True
    return False if said and said <= _NO | {"comes"} else None


def _said(text: str) -> frozenset[str]:
    """What a text consists of, without polite words; empty where it also says something else."""
    words, said, listed = _words(text), set[str](), _phrases()
    at = 0
    while at < len(words):
        ends = range(min(len(words), at + _LONGEST), at, -1)
        found = next((end for end in ends if " ".join(words[at:end]) in listed), None)
        if found is None:
            return frozenset()
        said.add(listed[" ".join(words[at:found])])
        at = found
    return frozenset(said - {"polite"})


@cache
def _phrases() -> dict[str, str]:
    """Each phrase that says one thing, and which."""
    kinds = _listed()
    return {phrase: kind for kind in kinds for phrase in kinds[kind]}


def _words(text: str) -> list[str]:
    """Letters that somebody held down ("jaaa") count once."""
    held = re.sub(r"(\w)\1{2,}", r"\1", normalise(text))
    return re.findall(r"\w+", held.replace("'", ""))


@cache
def _listed() -> dict[str, frozenset[str]]:
    listed: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for language in tomllib.loads(_FILE.read_text(encoding="utf-8")).values():
        for kind, texts in language.items():
            listed[kind].update(" ".join(_words(text)) for text in texts)
    return {kind: frozenset(texts) for kind, texts in listed.items()}
