"""Whether a machine translation may be believed: what it lost, made up or repeated."""

import re
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count, product
from string import ascii_uppercase

from translations.guarding import calendar_words, suspicion, terms
from translations.guarding.person_only import Subject, needs_a_person
from translations.guarding.phrases import fold
from translations.guarding.suspicion import Doubt, Reason, without
from translations.guarding.values import LANGUAGES, Kind, Value, protected, read, small_numbers
from translations.machine import NoTranslation

__all__ = [
    "LANGUAGES",
    "Doubt",
    "Guarded",
    "Kind",
    "Reason",
    "Subject",
    "Value",
    "Verdict",
    "compare",
    "needs_a_person",
    "protected",
    "put_back",
    "translate_guarded",
    "with_placeholders",
]

_RUNAWAY, _SPARE = 10, 1_000
"""Of a model that does not stop, this many times the source is enough to see that."""
_NOTATION = frozenset({Kind.number, Kind.money})


@dataclass(frozen=True)
class Verdict:
    """What a reader must know before believing a translation."""

    missing: tuple[Value, ...] = ()
    """In the source, not in the result."""
    added: tuple[Value, ...] = ()
    """In the result, not in the source; each once."""
    suspicious: tuple[Reason, ...] = ()
    warnings: tuple[Doubt, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong; a warning is no fault."""
        return self.faults == 0

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.added) + len(self.suspicious)


@dataclass(frozen=True)
class Guarded:
    """A translation and what was found wrong with it."""

    text: str
    verdict: Verdict
    retried: bool
    """Whether this is the second attempt, with the values kept out of the model's hands."""
    values: tuple[Value, ...]
    """What stands in the source, each once: to be shown under the translation."""


def compare(source: str, result: str, source_language: str, target_language: str) -> Verdict:
    """What became of the values of the source, and whether the result looks like a translation.

    Raises KeyError for a language that is not in `LANGUAGES`.
    """
    result = result[: len(source) * _RUNAWAY + _SPARE]
    before, after = protected(source, source_language), read(result, target_language)
    missing, added = _unmatched(
        [*_no_terms(before), *small_numbers(source, source_language, before)],
        [*_no_terms(after), *small_numbers(result, target_language, after)],
    )
    missing += _lost_terms(before, result, target_language)
    added += _new_offices(after, source, source_language)
    words = without(source, _no_terms(before)), without(result, _no_terms(after))
    return Verdict(
        missing=tuple(sorted(_certain(missing), key=lambda value: value.start)),
        added=tuple(dict.fromkeys(_certain(added))),
        suspicious=suspicion.reasons(
            *words, without(result, after), source_language, target_language
        ),
        warnings=suspicion.doubts(*words, source_language, target_language),
    )


def _certain(values: Iterable[Value]) -> Iterator[Value]:
    return (value for value in values if value.certain)


def _no_terms(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value.kind is not Kind.term]


def _lost_terms(before: Iterable[Value], result: str, language: str) -> list[Value]:
    """Each term once: a translation may say "it" the second time."""
    folded = fold(result)
    named = {value.value: value for value in before if value.kind is Kind.term}
    return [value for value in named.values() if not terms.is_in(value.value, folded, language)]


def _new_offices(after: Iterable[Value], source: str, language: str) -> list[Value]:
    """Abbreviations that nobody wrote. Words in full may be a translation that we do not know."""
    folded = fold(source)
    named = {value.value: value for value in after if value.kind is Kind.term}
    return [
        value
        for value in named.values()
        if terms.is_abbreviation(value.value, value.text)
        and not terms.is_in(value.value, folded, language)
        and not terms.is_in(value.value, folded, "nl")
    ]


def _unmatched(before: list[Value], after: list[Value]) -> tuple[list[Value], list[Value]]:
    """What is left of both sides when everything that answers to something is taken away."""
    for signs in (_itself, _readings, _spelling):
        before, after = _take_away(before, after, signs)
    if any(map(_is_pair, before)) != any(map(_is_pair, after)):
        before, after = _take_away(_in_halves(before), _in_halves(after), _itself)
    return before, after


def _take_away(
    before: list[Value], after: list[Value], signs: Callable[[Value], Iterable[Hashable]]
) -> tuple[list[Value], list[Value]]:
    """Each value with the first one of the other side that shares a sign with it."""
    waiting: dict[Hashable, deque[int]] = {}
    for place, other in enumerate(after):
        for sign in signs(other):
            waiting.setdefault(sign, deque()).append(place)
    lost, taken = [], set[int]()
    for value in before:
        queues = [waiting[sign] for sign in signs(value) if sign in waiting]
        for queue in queues:
            while queue and queue[0] in taken:
                queue.popleft()
        if places := [queue[0] for queue in queues if queue]:
            taken.add(min(places))
        else:
            lost.append(value)
    return lost, [other for place, other in enumerate(after) if place not in taken]


def _itself(value: Value) -> tuple[Value]:
    return (value,)


def _readings(value: Value) -> Iterable[Hashable]:
    return value.readings


def _spelling(value: Value) -> Iterable[Hashable]:
    """A model that copies `1.000` into English changed nothing that we could blame it for."""
    return ((value.kind, value.spelling),) if value.kind in _NOTATION else ()


def _is_pair(value: Value) -> bool:
    return value.kind is Kind.number and "-" in value.value


def _in_halves(values: list[Value]) -> list[Value]:
    """`2-3` as 2 and 3, for a side that writes "2 to 3"."""
    return [
        replace(value, value=half)
        for value in values
        for half in (value.value.split("-") if _is_pair(value) else (value.value,))
    ]


def with_placeholders(
    text: str, values: Iterable[Value], language: str | None = None
) -> tuple[str, dict[str, str]]:
    """The text with words that mean nothing in the place of these values of it, and what they hide.

    With a language, what they hide is written as that language does. A value inside a longer word
    stays where it is.
    """
    mapping: dict[str, str] = {}
    names = _names(fold(text).text)
    parts, place = [], 0
    for value in sorted(values, key=lambda value: value.start):
        if value.start < place or _is_inside_a_word(text, value):
            continue
        name = next(names)
        mapping[name] = (language and _localised(value, language)) or value.text
        parts += [text[place : value.start], name]
        place = value.end
    return "".join((*parts, text[place:])), mapping


def _names(folded: str) -> Iterator[str]:
    """QQA, QQB and so on, or with other letters in front if the text has those."""
    starts = ("".join(letters) for times in count(2) for letters in product("QXZWJ", repeat=times))
    start = next(start for start in starts if start.casefold() not in folded)
    for length in count(1):
        for letters in product(ascii_uppercase, repeat=length):
            yield start + "".join(letters)


def _is_inside_a_word(text: str, value: Value) -> bool:
    around = text[max(value.start - 1, 0) : value.start] + text[value.end : value.end + 1]
    return any(map(str.isalnum, around))


def _localised(value: Value, language: str) -> str | None:
    if value.kind is Kind.term:
        return terms.first_name(value.value, language)
    return calendar_words.in_words(value.kind, value.value, language)


def put_back(text: str, mapping: Mapping[str, str]) -> str | None:
    """The text with its values again; None unless every placeholder stands in it exactly once."""
    folded = fold(text)
    found: list[tuple[int, int, str]] = []
    for name, hidden in mapping.items():
        pattern = rf"(?<![a-z0-9]){name.casefold()}(?![a-z0-9])"
        places = list(re.finditer(pattern, folded.text))
        if len(places) != 1:
            return None
        found.append((*folded.span(*places[0].span()), hidden))
    for start, end, hidden in sorted(found, reverse=True):
        text = text[:start] + hidden + text[end:]
    return text


def translate_guarded(
    translate: Callable[[str], str], text: str, source: str, target: str
) -> Guarded:
    """Translate, look what was lost, and try once more with that kept out of the model's hands.

    Links never go through a model; they stand on lines of their own at the end of the result.
    What `translate` raises the first time passes through.
    """
    values = protected(text, source)
    links = [value for value in values if value.kind is Kind.link]
    words = _without_links(text, links)
    if not any(map(str.isalnum, words)):
        return Guarded(text, Verdict(), False, _each_once(values))
    first = _with_links(translate(words), links)
    verdict = compare(text, first, source, target)
    second = _retry(translate, words, verdict.missing, source, target) if verdict.missing else None
    if second is not None:
        second = _with_links(second, links)
        other = compare(text, second, source, target)
        if other.faults < verdict.faults:
            return Guarded(second, other, True, _each_once(values))
    return Guarded(first, verdict, False, _each_once(values))


def _retry(
    translate: Callable[[str], str],
    words: str,
    missing: tuple[Value, ...],
    source: str,
    target: str,
) -> str | None:
    lost = [value for value in protected(words, source) if value in missing]
    hidden, mapping = with_placeholders(words, lost, target)
    if not mapping:
        return None
    try:
        return put_back(translate(hidden), mapping)
    except NoTranslation:  # too slow or too busy now: there is a first attempt to show
        return None


def _without_links(text: str, links: Iterable[Value]) -> str:
    words = without(text, links)
    return re.sub(r"[ \t]+(?=[\n.,;:!?)]|$)|(?<=[ \n])[ \t]+", "", words).strip()


def _with_links(text: str, links: Iterable[Value]) -> str:
    return "\n".join((text.strip(), *(link.text for link in links)))


def _each_once(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(_certain(values)))
