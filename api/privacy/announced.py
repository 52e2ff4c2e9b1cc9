"""Finds passwords and codes by the word that people put before them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.privacy.plain import Span, plain_text

_WORDS = Path(__file__).with_name("secret_words.toml")
_FEWEST_SIGNS = 4
_QUOTE = "[\"'«“„‘]?"
_AFTER_A_WORD = "\".,;:)]}'»”’؟?،።፧"
_PARTICLES = "(?:(?:و|ف)?(?:ب|ل|ك)?(?:ال)?|لل)"


@dataclass(frozen=True)
class _Rules:
    told: re.Pattern[str]
    """The password is …"""
    told_before: re.Pattern[str]
    """… and in Tigrinya the verb comes last."""
    hinted: re.Pattern[str]
    """The password, and somewhat later what may be one."""
    code: re.Pattern[str]
    ordinary: frozenset[str]


def find_passwords(text: str) -> Iterator[Span]:
    """What follows "my password is", unless it is an ordinary word, in a plain text."""
    rules = _rules()
    for rule in (rules.told, rules.told_before, rules.hinted):
        for found in rule.finditer(text):
            value = found["value"].rstrip(_AFTER_A_WORD)
            word = value.strip("!…•")  # the last is our own sign, from an earlier masking
            if not word:
                continue
            if _looks_secret(word) or (rule is not rules.hinted and word not in rules.ordinary):
                yield found.start("value"), found.start("value") + len(value)


def find_codes(text: str) -> Iterator[Span]:
    """Four digits or more, or a word with digits, that follow a word for a code."""
    for found in _rules().code.finditer(text):
        length = _code_length(found["value"])
        if length:
            yield found.start("value"), found.start("value") + length


def _looks_secret(word: str) -> bool:
    """Whether letters are mixed with digits or signs, or it is a number of four digits or more."""
    digits = sum(sign.isdigit() for sign in word)
    letters = sum(sign.isalpha() for sign in word)
    signs = any(sign in "!@#$%^&*_+=~|<>" for sign in word)
    return digits >= _FEWEST_SIGNS or (
        len(word) >= _FEWEST_SIGNS and letters > 0 and (digits > 0 or signs)
    )


def _code_length(value: str) -> int:
    """The length of the code with which the value begins; short groups of digits are one code."""
    first, *groups = re.findall(r"[a-z0-9]+", value)
    if not first.isdigit():
        return len(first) if len(first) >= _FEWEST_SIGNS else 0
    digits, end = len(first), len(first)
    for group in groups:
        if digits >= _FEWEST_SIGNS and len(group) != len(first):
            break
        digits, end = digits + len(group), end + 1 + len(group)
    return end if digits >= _FEWEST_SIGNS else 0


@cache
def _rules() -> _Rules:
    words: dict[str, list[str]] = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    says = rf"(?:\s*[:=፦፥：]+\s*|\s+(?:{_any(words['says'])})(?!\w)(?:\s*[:=፦፥：]+\s*|\s+))"
    links = rf"(?:[\s:=፦፥：]+(?:{_any([*words['says'], *words['between']])})(?!\w)){{0,4}}"
    password, code = _announces(words["password"]), _announces(words["code"])
    value = rf"{_QUOTE}(?P<value>\S+)"
    digits = r"(?P<value>(?=[a-z]*[0-9])[a-z0-9]{1,12}(?!\w)(?:[ -][0-9]{1,4}(?![0-9a-z:])){0,9})"
    before = "".join(rf"(?<!{plain_text(word).text}[ -])" for word in words["harmless_before"])
    after = rf"(?!\s+(?:{_any(words['harmless_after'])})(?!\w))"
    return _Rules(
        told=re.compile(password + says + value),
        told_before=re.compile(rf"{password}\s+{value}\s+(?:{_any(words['says_last'])})(?!\w)"),
        hinted=re.compile(rf"{password}(?:(?:\s+\w+){{1,3}}?{says}|{links}[\s:=፦፥：]+){value}"),
        code=re.compile(rf"{before}{code}{after}{links}[\s:=፦፥：]+{_QUOTE}{digits}"),
        ordinary=frozenset(plain_text(word).text for word in words["ordinary"]),
    )


def _announces(words: list[str]) -> str:
    """One of the words on its own; in Arabic with or without particles and the article."""
    return rf"(?<!\w){_PARTICLES}(?:{_any(words)})(?!\w)"


def _any(words: list[str]) -> str:
    """One of the words, the longest first, with any spaces or hyphens between their parts."""
    longest_first = sorted((plain_text(word).text for word in words), key=len, reverse=True)
    return "|".join(r"[\s-]+".join(map(re.escape, word.split())) for word in longest_first)
