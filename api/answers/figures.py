"""Dates and numbers as each language writes them; the digits are Latin in all of them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from api.answers.reply import Month
from api.cases.rules import Rule

DATES = {"ti": "dd-MM-y"}
MONTHS = {"ti": "MM-y"}
"""Month names in Tigrinya also name the months of the Ge'ez calendar; a number cannot mislead."""
SHORT_WEEKDAYS: Mapping[str, Literal["short"]] = {"ar": "short"}
"""In Arabic the usual abbreviations are the names themselves, with the article."""
WEEKDAY_LAST = frozenset({"tr"})
PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")


def day_in_words(language: str, day: date) -> str:
    return format_date(day, DATES.get(language, "d MMMM y"), locale=language)


def full_day_in_words(language: str, day: date) -> str:
    """With the day of the week: maandag 7 december 2026."""
    parts = [weekday_in_words(language, day.isoweekday()), day_in_words(language, day)]
    return " ".join(reversed(parts) if language in WEEKDAY_LAST else parts)


def short_day(language: str, day: date) -> str:
    """A day on a button; the year is clear."""
    return format_date(day, DATES.get(language, "d MMM"), locale=language)


def weekday_in_words(language: str, weekday: int) -> str:
    """ISO: 1 is Monday."""
    return str(get_day_names("wide", "stand-alone", locale=language)[weekday - 1])


def short_weekday(language: str, weekday: int) -> str:
    width: Literal["short", "abbreviated"] = SHORT_WEEKDAYS.get(language, "abbreviated")
    return str(get_day_names(width, "stand-alone", locale=language)[weekday - 1])


def month_in_words(language: str, month: Month) -> str:
    return format_date(month.first, MONTHS.get(language, "LLLL y"), locale=language)


def number_in_words(language: str, rule: Rule) -> object:
    """The value of a rule; a year or a telephone number stays as it is."""
    if rule.unit == "euro":
        whole = rule.value == int(rule.value)
        return format_decimal(rule.value, None if whole else "#,##0.00", locale=language)
    if isinstance(rule.value, Decimal):
        return format_decimal(rule.value, locale=language)
    return rule.value


def amount_in_words(language: str, amount: Decimal) -> str:
    """Hours or parts, with Latin digits: 8 for 8.00, 1.5 or 1,5 for 1.50."""
    return str(format_decimal(amount.normalize(), locale=f"{language}@numbers=latn"))


def euros_in_words(language: str, amount: Decimal) -> str:
    """Always with cents, and with Latin digits: € 25,00."""
    return f"€ {format_decimal(amount, '#,##0.00', locale=f'{language}@numbers=latn')}"


def part_of_day(hour: int) -> str:
    return PARTS_OF_DAY[hour // 6]
