"""What no machine may translate of a regisseur's Dutch: money, fines, deadlines, decisions."""

import re
import unicodedata
from enum import StrEnum
from functools import cache

from translations.guarding.phrases import fold, load, one_of


class Subject(StrEnum):
    """Why a text goes as a checked sentence or through an interpreter."""

    money = "money"
    fine = "fine"
    deadline = "deadline"
    decision = "decision"
    """Of a law, a permit or a right."""


_DAY_AND_MONTH = r"\d{1,2}(?:[-/]\d{1,2}|\.(?:0?[1-9]|1[0-2]))(?:[-/.]\d{2,4})?(?![\d:]|\s*uur)"
_AMOUNT = r"€|\d\s?eur|(?<!\d)\d+(?:\.\d{3})*,(?:-|\d{2}(?!\d|\s*u(?:ur)?(?![a-z])))"
_STRESSED = re.compile("v(?:óó|óo|oó|òò)r", re.IGNORECASE)
# "Before", not "for", until the phrases that pass are gone.
_BEFORE = "vooor"


def needs_a_person(dutch: str) -> frozenset[Subject]:
    """The subjects that this text touches; none means that a machine may draft it."""
    text = fold(_STRESSED.sub(_BEFORE, unicodedata.normalize("NFC", dutch))).text
    left = _passing().sub(" ", text).replace(_BEFORE, "voor")
    return frozenset(subject for subject in Subject if _of(subject).search(left))


@cache
def _classes() -> dict[str, str]:
    words = load("person_only.toml")["classes"]
    numbers = rf"(?:(?<!\d)\d{{1,6}}|{one_of(words['numbers'])})"
    months = one_of(words["months"])
    date = rf"(?<![\d:.])(?:{_DAY_AND_MONTH}|\d{{1,2}}(?:e|de|ste)?\s+{months})"
    return {
        "number": numbers,
        "period": one_of(words["periods"]),
        "long_period": one_of(words["long_periods"]),
        "day": one_of(words["days"]),
        "date": date,
        "clock": r"\d{1,2}(?:[:.]\d{2})?(?:\s*(?:uur|u)(?![a-z]))?",
        "ordinal": r"\d{1,2}(?:e|de|ste)(?![a-z])",
        "amount": _AMOUNT,
    }


@cache
def _of(subject: Subject) -> re.Pattern[str]:
    entries = load("person_only.toml")["subject"][subject]
    return re.compile(one_of(entries, _classes()))


@cache
def _passing() -> re.Pattern[str]:
    return re.compile(one_of(load("person_only.toml")["pass"], _classes()))
