"""Clock times and small numbers in words: Dutch says "half drie" for 2:30, and so do its people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from translations.guarding.calendar_words import CASES, PART, hour_on_24
from translations.guarding.phrases import load
from translations.normalise import normalise

_DATA = load("calendar.toml")
_HALF_A_DAY = 12 * 60
_ARABIC_PREFIX = "[وفبل]?"
_BEFORE, _AFTER = r"(?<![a-z'ء-ي])", r"(?![a-zء-ي])"
_DIGITS = r"(?<![\d.,:/-])(?:[1-9]|1[0-2])(?!\d|[.,:/-]\d)"
_PART = rf"(?P<part>{PART})"


@dataclass(frozen=True)
class Said:
    """A time in words; `certain` where it can be nothing else."""

    value: str
    """`14:30`, or `02:30/14:30` where nobody says which half of the day."""
    start: int
    end: int
    certain: bool


@dataclass(frozen=True)
class _Form:
    minutes: int
    certain: bool
    pattern: re.Pattern[str]


def times_in(folded: str, language: str) -> Iterator[Said]:
    """The clock times in words of a folded text; the surest first, they may overlap."""
    for form in _forms(language):
        for match in form.pattern.finditer(folded):
            value = _value(match, form.minutes, language)
            yield Said(value, *match.span(), form.certain)


def numbers_in(folded: str, language: str) -> Iterator[tuple[str, int, int]]:
    """The small numbers in words, each with its digits and its place."""
    for match in _number_words(language).finditer(folded):
        yield _numbers(language)[" ".join(match["word"].split())], *match.span("word")


def both_halves(value: str) -> list[str]:
    """The times that a value stands for."""
    return value.split("/")


def _value(match: re.Match[str], minutes: int, language: str) -> str:
    moment = (_hour(match["hour"], language) % 12 * 60 + minutes) % _HALF_A_DAY
    hour, minute = divmod(moment, 60)
    part = match.groupdict().get("part") or match["early"] or match["late"]
    if part is None:
        return f"{hour:02}:{minute:02}/{hour + 12:02}:{minute:02}"
    return f"{hour_on_24(hour or 12, part):02}:{minute:02}"


def _hour(written: str, language: str) -> int:
    if written.isdecimal():
        return int(written)
    word = " ".join(written.split())
    known = _DATA["spoken"][language]["hours"]
    return next(
        hour
        for hour in range(12, 0, -1)  # "on iki" before "on"
        if any(re.fullmatch(_word(each), word) for each in known[hour - 1])
    )


@cache
def _forms(language: str) -> tuple[_Form, ...]:
    said = _DATA["spoken"][language]
    words = sorted((each for hour in said["hours"] for each in hour), key=len, reverse=True)
    hour = "|".join(map(_word, words))
    groups = (
        (True, f"{hour}|{_DIGITS}", said["forms"]),
        (True, hour, {"0": said["written"]}),
        (False, hour, said["perhaps"]),
    )
    return tuple(
        _Form(int(minutes), certain, _pattern(form, hours))
        for certain, hours, by_minutes in groups
        for minutes, forms in by_minutes.items()
        for form in forms
    )


def _pattern(form: str, hour: str) -> re.Pattern[str]:
    words = [
        f"(?P<hour>{hour})" if word == "{hour}" else _PART if word == "{part}" else _word(word)
        for word in form.split()
    ]
    around = "(?!)" if "{part}" in form else PART
    early = rf"(?:{_BEFORE}(?P<early>{around})\s+(?:saat\s+)?)?"
    late = rf"(?:\s*(?P<late>{around}){_AFTER})?"
    return re.compile(rf"{early}{_BEFORE}{_ARABIC_PREFIX}{r'\s+'.join(words)}{_AFTER}{late}")


def _word(word: str) -> str:
    ending = CASES if word.endswith("*") else ""
    return re.escape(normalise(word.rstrip("*"))).replace(r"\ ", r"\s+") + ending


@cache
def _numbers(language: str) -> dict[str, str]:
    return {
        normalise(word): str(number)
        for number, words in enumerate(_DATA["number_words"][language], start=1)
        for word in words
    }


@cache
def _number_words(language: str) -> re.Pattern[str]:
    words = sorted(_numbers(language), key=len, reverse=True)
    written = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"{_BEFORE}{_ARABIC_PREFIX}(?P<word>{written}){_AFTER}")
