"""Signs that a translation went wrong as a whole, whatever became of its numbers and names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache

from translations.guarding.phrases import fold, load, one_of
from translations.guarding.values import Value


class Reason(StrEnum):
    """Why a result is not to be trusted."""

    empty = "empty"
    too_short = "too_short"
    too_long = "too_long"
    repeated = "repeated"
    """The same word or phrase again and again."""
    untranslated = "untranslated"
    wrong_script = "wrong_script"
    unknown_words = "unknown_words"
    """The model wrote its sign for what it cannot spell."""


class Doubt(StrEnum):
    """Worth a second look, no more."""

    negation_lost = "negation_lost"
    negation_added = "negation_added"


# Letters that a text takes in each language, Dutch being 1; from the texts of our own catalogues.
_LETTERS = {"nl": 1.0, "en": 0.92, "ar": 0.78, "tr": 0.92}
_LEAST, _MOST = 0.4, 2.2
# Short texts differ more: "Ja" is three words elsewhere.
_FEW_LETTERS, _SPARE_LETTERS = 10, 25

_WORDS = re.compile(r"[^\W\d_]+")
_WITHOUT_CAPITAL = re.compile(r"\b[^\W\d_A-ZÀ-ÞĞİŞ]\w*")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_UNKNOWN = re.compile(r"⁇|\ufffd|<unk>")
_STUTTER = re.compile(r"([^\W\d_]{1,4}?)\1{5,}")
_LONGEST_LOOP = 12
_MANY_WORDS, _FEW_DIFFERENT = 14, 0.35
_LONG_WORD, _ENOUGH_WORDS, _STAYED = 4, 4, 0.6
_ARABIC_LETTERS, _FOREIGN_LETTERS = 0.5, 0.3


def without(text: str, values: Iterable[Value]) -> str:
    """The text without these values of it."""
    parts, place = [], 0
    for value in sorted(values, key=lambda value: value.start):
        parts.append(text[place : value.start])
        place = max(place, value.end)
    return " ".join((*parts, text[place:])) if place else text


def reasons(
    source: str, result: str, bare: str, source_language: str, language: str
) -> tuple[Reason, ...]:
    """What is wrong with a result.

    Both texts without numbers, links and the like; `bare` is the result without terms as well.
    """
    if not _WORDS.search(source):
        return ()
    if not _WORDS.search(result):
        return (Reason.empty,)
    found = {
        _length(len(source), len(result), _LETTERS[language] / _LETTERS[source_language]),
        Reason.repeated if _repeats(result) and not _repeats(source) else None,
        Reason.untranslated if _is_untranslated(source, result) else None,
        Reason.wrong_script if _is_wrong_script(_without_names(bare, source), language) else None,
        Reason.unknown_words if _UNKNOWN.search(result) and not _UNKNOWN.search(source) else None,
    }
    return tuple(reason for reason in Reason if reason in found)


def _length(before: int, after: int, expected: float) -> Reason | None:
    if after < before * expected * _LEAST - _FEW_LETTERS:
        return Reason.too_short
    if after > before * expected * _MOST + _SPARE_LETTERS:
        return Reason.too_long
    return None


def _repeats(text: str) -> bool:
    folded = fold(text).text
    words = _WORDS.findall(folded)
    if _STUTTER.search(folded) or any(
        _loops(words, length) for length in range(1, _LONGEST_LOOP + 1)
    ):
        return True
    return len(words) >= _MANY_WORDS and len(set(words)) < len(words) * _FEW_DIFFERENT


def _loops(words: Sequence[str], length: int) -> bool:
    """Whether a phrase of this length follows itself: a short one twice, a long one once."""
    times = 3 if length < 4 else 2
    same = 0
    for place in range(len(words) - length):
        same = same + 1 if words[place] == words[place + length] else 0
        if same >= length * (times - 1):
            return True
    return False


def _is_untranslated(source: str, result: str) -> bool:
    before, after = (_WORDS.findall(fold(text).text) for text in (source, result))
    if len(before) > 1 and before == after:
        return True
    long = Counter(word for word in before if len(word) >= _LONG_WORD)
    # What has a capital may be a name, and names stay.
    ordinary = Counter(_WORDS.findall(fold(" ".join(_WITHOUT_CAPITAL.findall(source))).text))
    stayed = long & ordinary & Counter(after)
    return long.total() >= _ENOUGH_WORDS and stayed.total() >= long.total() * _STAYED


def _without_names(result: str, source: str) -> str:
    """The result without words with a capital that the source has too, unless that is all."""
    names = {word for word in _WORDS.findall(source) if word[0].isupper()}
    rest = _WORDS.sub(lambda word: "" if word[0] in names else word[0], result)
    return rest if _WORDS.search(rest) else result


def _is_wrong_script(result: str, language: str) -> bool:
    """Names in brackets do not count: a Dutch term often stands behind its translation."""
    letters = "".join(_WORDS.findall(_IN_BRACKETS.sub("", result) or result))
    if not letters:
        return False
    arabic = len(_ARABIC.findall(letters)) / len(letters)
    if language == "ar":
        return arabic < _ARABIC_LETTERS
    latin = sum(letter.isascii() for letter in fold(letters).text) / len(letters)
    return 1 - latin > _FOREIGN_LETTERS


def doubts(source: str, result: str, source_language: str, language: str) -> tuple[Doubt, ...]:
    """Whether a "not" was lost or made."""
    before, after = denies(source, source_language), denies(result, language)
    if before == after:
        return ()
    return (Doubt.negation_lost if before else Doubt.negation_added,)


def denies(text: str, language: str) -> bool:
    """Whether the text says "not" somewhere."""
    return _negation(language).search(fold(text).text) is not None


@cache
def _negation(language: str) -> re.Pattern[str]:
    return re.compile(one_of(load("negations.toml")[language]))
