"""Days, months and clock times in the languages that a machine translates: `calendar.toml`."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from translations.guarding.phrases import load, one_of
from translations.normalise import normalise

ValueOf = Callable[[re.Match[str]], str | None]

_DATA = load("calendar.toml")
LANGUAGES: tuple[str, ...] = tuple(_DATA["languages"])
_UNCLEAR = frozenset(normalise(word) for word in _DATA["unclear"])
_LAST_DAY = 31

# What Turkish puts behind a name, with or without an apostrophe.
CASES = r"(?:'[a-z]{1,6}|y?[aeiu]|y?[dt][ae]n?|n?[iu]n|l[ae]r[a-z]*|ki)?"
_PART_OF_WEEKDAY = r"(?:s|en)?(?:ochtend|morgen|middag|avond|nacht)?(?:en|s)?|'s"
_ORDINAL = r"(?:'?(?:e|de|ste|st|nd|rd|th|inci|nci|uncu)(?![a-z])|\.)?"
_YEAR = r"(?:\s*[,']?\s*(?:van\s|of\s|عام\s|سنه\s|لعام\s)?\s*(?P<year>(?:19|20)\d\d)(?![\d:]))?"


@cache
def _months() -> dict[str, str]:
    """Folded names of months in all languages, short ones too, and their two digits."""
    names = {
        normalise(name): number
        for number, month in _DATA["month"].items()
        for language in LANGUAGES
        for name in month[language]
    }
    for shorts in _DATA["month_short"].values():
        for number, name in enumerate(shorts, start=1):
            names.setdefault(normalise(name), f"{number:02}")
    return names


@cache
def _weekdays() -> dict[str, str]:
    names = {
        normalise(name): day
        for day, weekday in _DATA["weekday"].items()
        for language in LANGUAGES
        for name in weekday[language]
    }
    for shorts in _DATA["weekday_short"].values():
        names.update({normalise(short): day for day, short in shorts.items()})
    return names


def is_unclear(name: str) -> bool:
    """Whether a name of a day or month is an ordinary word too."""
    return normalise(name) in _UNCLEAR


def _names(languages: Iterable[str], *, short: bool) -> list[str]:
    names = [
        name
        for language in languages
        for month in _DATA["month"].values()
        for name in month[language]
    ]
    if short:
        names += [name for language in languages for name in _DATA["month_short"].get(language, ())]
    return names


def _month(languages: tuple[str, ...], *, short: bool) -> str:
    words = sorted({normalise(name) for name in _names(languages, short=short)}, key=len)
    name = "|".join(re.escape(word) for word in reversed(words)).replace(r"\ ", r"\s+")
    cases = CASES if "tr" in languages else ""
    second = rf"(?:\s*[/(]\s*(?:{name})\s*\)?)?"
    start = r"(?<![a-zء-ي])(?:[وفبل]?(?:شهر\s+)?)?"
    return rf"{start}(?P<month>{name})\.?{cases}(?![a-zء-ي]){second}"


@cache
def written_dates(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """`3 december 2026`, and for English `December 3, 2026`."""
    month = _month(languages, short=True)
    day = rf"(?<![\d.,:])(?P<day>\d{{1,2}}){_ORDINAL}"
    day_first = re.compile(rf"{day}\s*(?:of\s+|من\s+|van\s+)?{month}{_YEAR}")
    if "en" not in languages:
        return (day_first,)
    rest = rf"\s+(?:the\s+)?(?P<day>\d{{1,2}}){_ORDINAL}(?![\d:]|[.,]\d|\s?(?:am|pm)){_YEAR}"
    return day_first, re.compile(_month(languages, short=True) + rest)


@cache
def month_alone(languages: tuple[str, ...]) -> re.Pattern[str]:
    """A month without a day, with or without its year."""
    return re.compile(_month(languages, short=False) + _YEAR)


def written_date_of(match: re.Match[str]) -> str | None:
    """The value of a date with the name of its month."""
    found = match.groupdict()
    month = _months()[" ".join(found["month"].split())]
    day = int(found["day"]) if found.get("day") else None
    if day is not None and not 1 <= day <= _LAST_DAY:
        return None
    parts = (found.get("year"), month, f"{day:02}" if day else None)
    return "-".join(part for part in parts if part)


NUMERIC_DATE = re.compile(
    r"(?<![\d.,/-])(?:(?P<year>(?:19|20)\d\d)(?P<a>[-/.])(?P<month>\d{1,2})(?P=a)(?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2}) ?(?P<b>[-/.]) ?(?P<second>\d{1,2}) ?(?P=b) ?"
    r"(?P<last>(?:19|20)\d\d|\d\d))(?!\d|[-/.]\d)"
)


def numeric_date_of(match: re.Match[str]) -> str | None:
    """The value of a date in digits: day before month, unless only the other way round fits."""
    if match["year"]:
        year, day, month = match["year"], int(match["day"]), int(match["month"])
    else:
        year, day, month = match["last"], int(match["first"]), int(match["second"])
        year = f"20{year}" if len(year) == 2 else year
    rest = day_and_month(day, month) or day_and_month(month, day)
    return f"{year}-{rest}" if rest else None


def day_and_month(day: int, month: int) -> str | None:
    """`12-03` for the third of December, or None if there is no such day."""
    return f"{month:02}-{day:02}" if 1 <= day <= _LAST_DAY and 1 <= month <= 12 else None


@cache
def weekday(languages: tuple[str, ...]) -> re.Pattern[str]:
    """Names of days, and short ones right before a date (which is hidden as U+E000 by then)."""
    names = sorted(
        (
            (normalise(name), language)
            for language in languages
            for day in _DATA["weekday"].values()
            for name in day[language]
        ),
        key=lambda named: -len(named[0]),
    )
    shorts = _DATA["weekday_short"].get(languages[0], {}).values()
    short = "|".join(re.escape(normalise(name)) for name in shorts) or r"(?!)"
    full = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name, _ in names)
    endings = rf"(?:{_PART_OF_WEEKDAY}{'|' + CASES if 'tr' in languages else ''})"
    without_article = [name.removeprefix("ال") for name, _ in names if name.startswith("ال")]
    arabic = "|".join(re.escape(name) for name in without_article) or r"(?!)"
    return re.compile(
        rf"(?<![a-zء-ي])(?:[وفبك]{{0,2}}|لل)(?P<name>{full}|(?<=لل)(?:{arabic})){endings}(?![a-zء-ي])"
        rf"|(?<![a-z])(?P<short>{short})\.?\s+(?=\ue000|\d{{1,2}}[-/]\d)"
    )


def weekday_of(name: str) -> str:
    """The Dutch name of the day that a name in some language means."""
    written = " ".join(name.split())
    return _weekdays().get(written) or _weekdays()[f"ال{written}"]


_PARTS = {normalise(word): part for part, words in _DATA["part_of_day"].items() for word in words}
PART = "|".join(
    re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_PARTS, key=len, reverse=True)
)
_AT = one_of(_DATA["at"]["words"])
_HOUR_WORD = r"(?:uur|u|h|o'clock)(?![a-z])"
TIME = re.compile(
    rf"(?:(?<![a-z'ء-ي])(?P<early>{PART})\s+(?:saat\s+)?)?(?:(?P<at>{_AT})\s+(?:ال\s?)?)?"
    r"(?<![\d.,:/€-])(?P<hour>[01]?\d|2[0-4])"
    r"(?:(?P<sep>[:.]|\s?[uh]\s?(?=\d\d(?!\d)))(?P<minute>[0-5]\d)(?::[0-5]\d)?)?"
    r"(?!\d|[.,:/]\d)"
    rf"(?P<word>\s*{_HOUR_WORD})?(?:\s*(?P<late>{PART})(?![a-zء-ي]))?"
)


def time_of(match: re.Match[str]) -> str | None:
    """The time on a 24-hour clock, or None where a number is only a number."""
    separator, part = match["sep"], match["early"] or match["late"]
    is_clock = bool(separator) and separator != "."
    if not (is_clock or part or match["at"] or (separator and match["word"])):
        return None
    hour = hour_on_24(int(match["hour"]), part or "")
    return f"{hour:02}:{match['minute'] or '00'}"


def hour_on_24(hour: int, part: str = "") -> int:
    """The hour of the day, with the words beside it for the part of the day."""
    return _on_24(hour, _PARTS[" ".join(part.split())] if part else "")


def _on_24(hour: int, part: str) -> int:
    match part:
        case "morning":
            return 0 if hour == 12 else hour
        case "noon":
            return hour + 12 if hour <= 6 else hour
        case "afternoon":
            return hour + 12 if hour < 12 else hour
        case "evening":
            return hour % 12 + 12 if hour < 12 else 0 if hour == 12 else hour
        case "night":
            return hour + 12 if 6 <= hour < 12 else 0 if hour == 12 else hour
    return hour


def in_words(kind: str, value: str, language: str) -> str | None:
    """A day, date or time as this language writes it; None for what is written the same."""
    if kind == "weekday":
        return str(_DATA["weekday"][value][language][0])
    if kind == "time":
        return value.split("/")[0]  # on a clock of twelve hours, as it was said
    if kind != "date":
        return None
    *year, month, day = (
        value.split("-") if value.count("-") == 2 or len(value) == 5 else ("", "", "")
    )
    return "-".join((str(int(day)), str(int(month)), *year)) if day else None
