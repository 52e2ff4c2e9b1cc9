"""The terms of the domain that must survive a translation: `terms.toml`."""

import re
from functools import cache
from typing import Any

from translations.guarding.phrases import Folded, fold, load, one_of

_TERMS: dict[str, dict[str, Any]] = load("terms.toml")
_ANSWERS_ONLY = "?"


def _names(term: str, language: str) -> list[str]:
    return [*_TERMS[term].get(language, ()), *_anywhere(term)]


def _anywhere(term: str) -> list[str]:
    return [*_TERMS[term].get("keep", ()), *_TERMS[term].get("capitals", ())]


@cache
def demanding(languages: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each term the pattern of the names that prove that it was meant."""
    found = []
    for term in _TERMS:
        names = {name for language in languages for name in _names(term, language)}
        if sure := {name for name in names if not name.startswith(_ANSWERS_ONLY)}:
            found.append((term, re.compile(one_of(sure))))
    return tuple(found)


def needs_capitals(term: str, match: re.Match[str]) -> bool:
    """Whether these letters mean the term only in capitals, such as MAP."""
    return match.group() in {name.casefold() for name in _TERMS[term].get("capitals", ())}


@cache
def _answering(term: str, language: str) -> re.Pattern[str]:
    return re.compile(one_of(name.lstrip(_ANSWERS_ONLY) for name in _names(term, language)))


def is_in(term: str, text: Folded, language: str) -> bool:
    """Whether a text of this language names the term."""
    return _answering(term, language).search(text.text) is not None


def is_abbreviation(term: str, written: str) -> bool:
    """Whether it is written with the letters that stand for it in every language, such as DUO."""
    return fold(written).text in {fold(name).text for name in _anywhere(term)}


def first_name(term: str, language: str) -> str | None:
    """How the term is written in this language, if it has one way only: an abbreviation first."""
    names = [*_anywhere(term), *_TERMS[term].get(language, ())]
    return next((name for name in names if not name.startswith(_ANSWERS_ONLY)), None)
