"""What stands in a case, in the Dutch of the console: names of fields, options, days, amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from api.answers.words import Words
from api.clock import local
from api.console.views import console_text
from api.people.models import Person
from translations.catalogue import SOURCE

CASE, PERSON, CONTACT = "case", "person", "contact"
"""Kinds of form besides the kinds of records."""


@dataclass(frozen=True)
class Cell:
    """One value as it is shown; `iso` where it is a day, `own` where a person wrote it."""

    text: str
    iso: str | None = None
    own: bool = False


NOTHING = Cell("–")


def counted(words: Words, key: str, count: int) -> str:
    """A text that says how many, in the form that goes with the number."""
    return words.console.text(SOURCE, key, {"count": count}, count=count).text


def label(words: Words, kind: str, name: str) -> str:
    return console_text(words, f"field.{kind}.{name}")


def hint(words: Words, kind: str, name: str) -> str | None:
    """What helps to fill in this field; most fields say enough themselves."""
    key = f"hint.{kind}.{name}"
    return console_text(words, key) if key in words.console else None


def option(words: Words, member: StrEnum) -> str:
    return console_text(words, f"option.{type(member).__name__}.{member.value}")


def day_in_words(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def amount_in_words(amount: Decimal) -> str:
    """As the Dutch write it: 1,5 and 800, without zeros that say nothing."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def moment_in_words(words: Words, moment: datetime) -> str:
    at = local(moment)
    weekday = console_text(words, f"weekday.{at.weekday()}")
    return console_text(words, "moment", weekday=weekday, date=day_in_words(at), time=f"{at:%H:%M}")


def cell(words: Words, value: Any, names: Mapping[UUID, str] | None = None) -> Cell:
    """A value of a case or of a record."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return Cell(console_text(words, "cases.yes" if value else "cases.no"))
        case StrEnum():
            return Cell(option(words, value))
        case datetime():
            return Cell(moment_in_words(words, value), local(value).isoformat())
        case date():
            return Cell(day_in_words(value), value.isoformat())
        case Decimal():
            return Cell(amount_in_words(value))
        case UUID():
            return Cell((names or {}).get(value) or NOTHING.text, own=True)
        case _:
            return Cell(str(value), own=isinstance(value, str))


def language_name(words: Words, person: Person) -> str:
    return console_text(words, f"language.{person.language}")
