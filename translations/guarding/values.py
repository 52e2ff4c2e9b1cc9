"""What a translation must not change: numbers, times, dates, days, links and terms of a text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from translations.guarding import calendar_words as calendar
from translations.guarding import spoken, terms
from translations.guarding.numbers import NUMBER, canonical
from translations.guarding.phrases import Folded, fold

LANGUAGES = calendar.LANGUAGES


class Kind(StrEnum):
    """What sort of thing must survive."""

    number = "number"
    time = "time"
    date = "date"
    weekday = "weekday"
    phone = "phone"
    link = "link"
    email = "email"
    money = "money"
    term = "term"


@dataclass(frozen=True)
class Value:
    """Something that must survive, in one spelling for all languages, and as it was written."""

    kind: Kind
    value: str
    """`14:30`, `02:30/14:30` where it may be day or night, `2026-12-03`, `12-03` for a day of any
    year, `2026-12`, `maandag`, `1000.5`."""
    text: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    certain: bool = field(default=True, compare=False)
    """False for a word that may be something else: it can answer, it is never missed."""

    @property
    def readings(self) -> frozenset[tuple[Kind, str]]:
        """Everything this can mean: `8 uur` may become 08:00, and `3-12` the third of December."""
        if "/" in self.value and self.kind is Kind.time:
            return frozenset((self.kind, time) for time in spoken.both_halves(self.value))
        also = _also(self) if self.kind in (Kind.number, Kind.time) else ()
        return frozenset({(self.kind, self.value), *also})

    @property
    def spelling(self) -> str:
        """As it stands in the text, with digits and separators of one script."""
        return fold(self.text).text.replace(" ", "")


_ASCII = r"(?![a-z0-9])"
_LINK = re.compile(
    r"(?:https?://|(?<![a-z0-9@.])www\.)[!-~]+"
    r"|(?<![a-z0-9@.-])(?:[a-z0-9-]+\.)+(?:nl|com|org|eu|info)(?![a-z0-9-]|\.[a-z0-9])(?:/[!-~]*)?"
)
_AFTER_LINK = ".,;:!?)>]\"'"
_EMAIL = re.compile(r"[a-z0-9.+_-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,+])(?:"
    r"(?:\+|00)\d(?:(?:[ \-.()/]|\(0\)){0,2}\d){7,13}"
    r"|0[89]00(?:[ -]?\d){4}(?:[ -]?\d{3})?"
    r"|\(?0\d(?:[ \-.()/]{0,2}\d){8}"
    r")(?!\d)"
)
_CURRENCY = r"(?:€|euro's|euros?|eur|يورو|اورو|avro)"
_MONEY = re.compile(
    rf"(?:€|eur[o]?)\s*(?P<after>{NUMBER})(?:,-|,--)?"
    rf"|(?<!\d)(?<!\d[.,])(?P<before>{NUMBER})(?:,-|,--)?\s*{_CURRENCY}{_ASCII}"
)
_PAIR = re.compile(r"(?<![\d.,/–-])(\d{1,4})[-–/](\d{1,4})(?![\d/–-]|[.,]\d)")
_NUMBER = re.compile(NUMBER)
_HIDDEN = {Kind.date: "\ue000"}
_HIDDEN_ELSE = "\ue001"


def protected(text: str, language: str) -> tuple[Value, ...]:
    """What must survive a translation of this text, in reading order.

    Dutch names of days and terms count in every language: people take them from their letters.
    Raises KeyError for a language that is not in `LANGUAGES`.
    """
    return read(text, language, dutch=True)


def read(text: str, language: str, *, dutch: bool = False) -> tuple[Value, ...]:
    """The values in a text of this language; with `dutch` those in Dutch words as well."""
    names = ("nl",) if dutch and language != "nl" else ()
    return tuple(sorted(_Reader(text, (language, *names)).values, key=lambda value: value.start))


def small_numbers(text: str, language: str, found: Iterable[Value]) -> Iterator[Value]:
    """Numbers in words beside what was found: they can answer to digits, and are never missed."""
    folded, taken = fold(text), {place for each in found for place in range(each.start, each.end)}
    for digits, start, end in spoken.numbers_in(folded.text, language):
        begin, finish = folded.span(start, end)
        if begin not in taken:
            yield Value(Kind.number, digits, text[begin:finish], begin, finish, certain=False)


class _Reader:
    """Looks for one kind after the other; what was found is hidden from the next."""

    def __init__(self, text: str, languages: tuple[str, ...]) -> None:
        self.text = text
        self.folded: Folded = fold(text)
        self.left = self.folded.text
        self.languages = languages
        self.values: list[Value] = []
        self._links()
        self._each(_EMAIL, Kind.email, lambda match: match.group())
        self._dates()
        self._spoken_times()
        self._times()
        self._each(_PHONE, Kind.phone, lambda match: _phone(match.group()))
        self._each(_MONEY, Kind.money, self._amount)
        self._weekdays()
        self._terms()
        self._each(_PAIR, Kind.number, lambda match: f"{int(match[1])}-{int(match[2])}")
        self._each(_NUMBER, Kind.number, lambda match: canonical(match.group(), languages[0]))

    def _take(self, kind: Kind, value: str, start: int, end: int, certain: bool = True) -> None:
        begin, finish = self.folded.span(start, end)
        self.values.append(Value(kind, value, self.text[begin:finish], begin, finish, certain))
        hidden = _HIDDEN.get(kind, _HIDDEN_ELSE) * (end - start)
        self.left = self.left[:start] + hidden + self.left[end:]

    def _each(self, pattern: re.Pattern[str], kind: Kind, value_of: calendar.ValueOf) -> None:
        for match in list(pattern.finditer(self.left)):
            if (value := value_of(match)) is not None:
                self._take(kind, value, *match.span())

    def _amount(self, match: re.Match[str]) -> str:
        return canonical(match["after"] or match["before"], self.languages[0])

    def _links(self) -> None:
        for match in list(_LINK.finditer(self.left)):
            start, end = match.start(), match.start() + len(match.group().rstrip(_AFTER_LINK))
            begin, finish = self.folded.span(start, end)
            self._take(Kind.link, self.text[begin:finish], start, end)

    def _dates(self) -> None:
        self._each(calendar.NUMERIC_DATE, Kind.date, calendar.numeric_date_of)
        for pattern in calendar.written_dates(self.languages):
            self._each(pattern, Kind.date, calendar.written_date_of)
        for match in list(calendar.month_alone(self.languages).finditer(self.left)):
            value = calendar.written_date_of(match)
            certain = match["year"] is not None or not calendar.is_unclear(match["month"])
            if value is not None:
                self._take(Kind.date, value, *match.span(), certain=certain)

    def _spoken_times(self) -> None:
        for said in [each for code in self.languages for each in spoken.times_in(self.left, code)]:
            if _HIDDEN_ELSE not in self.left[said.start : said.end]:
                self._take(Kind.time, said.value, said.start, said.end, said.certain)

    def _times(self) -> None:
        for match in list(calendar.TIME.finditer(self.left)):
            if (value := calendar.time_of(match)) is not None:
                last = next(name for name in ("late", "minute", "hour") if match[name])
                self._take(Kind.time, value, match.start("hour"), match.end(last))

    def _weekdays(self) -> None:
        for match in list(calendar.weekday(self.languages).finditer(self.left)):
            name = match["name"] or match["short"]
            certain = not calendar.is_unclear(name)
            group = "name" if match["name"] else "short"
            self._take(Kind.weekday, calendar.weekday_of(name), *match.span(group), certain=certain)

    def _terms(self) -> None:
        found = sorted(self._terms_found(), key=lambda span: span[1] - span[2])
        for term, start, end in found:
            if _HIDDEN_ELSE not in self.left[start:end]:
                self._take(Kind.term, term, start, end)

    def _terms_found(self) -> Iterator[tuple[str, int, int]]:
        for term, pattern in terms.demanding(self.languages):
            for match in pattern.finditer(self.left):
                if not terms.needs_capitals(term, match) or self._is_capital(*match.span()):
                    yield term, *match.span()

    def _is_capital(self, start: int, end: int) -> bool:
        begin, finish = self.folded.span(start, end)
        return self.text[begin:finish].isupper()


def _phone(written: str) -> str:
    digits = re.sub(r"\D", "", written.replace("(0)", ""))
    national = digits.removeprefix("00") if digits.startswith("00") else digits
    if written.startswith(("+", "00")):
        return f"0{national[2:]}" if national.startswith("31") else f"+{national}"
    return digits


def _also(value: Value) -> tuple[tuple[Kind, str], ...]:
    if value.kind is Kind.time:
        return ()
    if pair := re.fullmatch(r"(\d{1,2})-(\d{1,2})", value.value):
        date = calendar.day_and_month(int(pair[1]), int(pair[2]))
        return ((Kind.date, date),) if date else ()
    if len(value.value) <= 2 and value.value.isdigit() and int(value.value) <= 24:
        return ((Kind.time, f"{int(value.value):02}:00"),)
    if clock := re.fullmatch(r"([01]?\d|2[0-4])[.,]([0-5]\d)", value.spelling):
        return ((Kind.time, f"{int(clock[1]):02}:{clock[2]}"),)
    return ()
