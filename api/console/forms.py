"""Forms made of the schemas that the API reads too: what is asked, what was typed, what is wrong.

A form never says more or less than `api.cases.wire`; only the words are the console's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from api.answers.words import Words
from api.cases.wire import PersonFields
from api.clock import AMSTERDAM, local
from api.console.case_words import amount_in_words, hint, label, option
from api.console.views import console_text
from api.wire import Wire
from translations.catalogue import LANGUAGES

LONG = 200
"""From so many characters on, a text gets several lines."""
TICKED = "true"
DAY, TIME = "_day", "_time"
"""A moment is asked in two inputs."""
_DUTCH_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")

Options = Sequence[tuple[str, str]]


class Shape(StrEnum):
    """How something is asked."""

    day = "day"
    moment = "moment"
    choice = "choice"
    yes_no = "yes_no"
    tick = "tick"
    number = "number"
    amount = "amount"
    long = "long"
    line = "line"


@dataclass(frozen=True)
class Asked:
    """One field of a schema, seen as something to ask."""

    name: str
    shape: Shape
    required: bool
    default: Any
    choices: type[StrEnum] | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Input:
    """One field as the page shows it."""

    asked: Asked
    label: str
    hint: str | None
    value: str
    """For a moment: the day."""
    time: str = ""
    options: Options = ()
    fault: str | None = None
    changed: str | None = None
    """What a colleague made of it meanwhile."""

    @property
    def id(self) -> str:
        return f"f-{self.asked.name}"


@dataclass(frozen=True)
class Shown:
    """What stands in a form besides its labels."""

    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    people: Options = ()
    """Who can be chosen where a person is asked for."""


def asked(schema: type[Wire]) -> list[Asked]:
    """What a form of this schema asks."""
    return [_asked(name, info) for name, info in schema.model_fields.items()]


def inputs(words: Words, kind: str, schema: type[Wire], shown: Shown) -> list[Input]:
    """The fields of the form, filled with what was typed."""
    return [_input(words, kind, each, shown) for each in asked(schema)]


def written(schema: type[Wire], row: Any) -> dict[str, str]:
    """A row of the store as its form shows it."""
    found: dict[str, str] = {}
    for each in asked(schema):
        found |= _written(each, getattr(row, each.name))
    return found


def untouched(schema: type[Wire], **first: Any) -> dict[str, str]:
    """A form that nobody has filled in yet: defaults, and `first` for some fields."""
    found: dict[str, str] = {}
    for each in asked(schema):
        found |= _written(each, first.get(each.name, each.default))
    return found


def read(schema: type[Wire], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as the schema takes it; what is empty is None, or missing where it must be."""
    found: dict[str, Any] = {}
    for each in asked(schema):
        value = _read(each, typed)
        if value is not None or not each.required:
            found[each.name] = value
    return found


def clean(text: str) -> str:
    """As a person meant it: a browser ends lines its own way, a paste brings odd signs along."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(sign for sign in plain if sign in "\n\t" or ord(sign) >= 32)


def _asked(name: str, info: FieldInfo) -> Asked:
    kinds, details = [], list(info.metadata)
    for kind, more in _kinds(info.annotation):
        kinds.append(kind)
        details += more
    [kind] = [each for each in kinds if each is not NoneType]
    default = None if info.default is PydanticUndefined else info.default
    lengths = [getattr(each, "max_length", None) for each in details]
    longest = next((length for length in lengths if length), None)
    shape = Shape.choice if schema_language(name) else _shape(kind, default, longest)
    return Asked(
        name=name,
        shape=shape,
        required=NoneType not in kinds and shape is not Shape.tick,
        default=default,
        choices=kind if issubclass(kind, StrEnum) else None,
        longest=longest,
    )


def schema_language(name: str) -> bool:
    """The language of a person is text in the schema, and a choice in a form."""
    return name == "language" and name in PersonFields.model_fields


def _kinds(annotation: Any) -> Iterator[tuple[Any, list[Any]]]:
    """The types that an annotation allows, each with what is said about it."""
    if get_origin(annotation) is Annotated:
        inner, *details = get_args(annotation)
        details = [more for each in details for more in getattr(each, "metadata", [each])]
        yield from ((kind, more + details) for kind, more in _kinds(inner))
    elif parts := get_args(annotation):
        for part in parts:
            yield from _kinds(part)
    else:
        yield annotation, []


def _shape(kind: Any, default: Any, longest: int | None) -> Shape:
    if kind is bool:
        return Shape.tick if default is False else Shape.yes_no
    if issubclass(kind, StrEnum | UUID):
        return Shape.choice
    simple = {datetime: Shape.moment, date: Shape.day, int: Shape.number, Decimal: Shape.amount}
    return simple.get(kind, Shape.long if longest and longest >= LONG else Shape.line)


def _input(words: Words, kind: str, each: Asked, shown: Shown) -> Input:
    is_moment = each.shape is Shape.moment
    return Input(
        asked=each,
        label=label(words, kind, each.name),
        hint=hint(words, kind, each.name),
        value=shown.typed.get(f"{each.name}{DAY}" if is_moment else each.name, ""),
        time=shown.typed.get(f"{each.name}{TIME}", ""),
        options=_options(words, each, shown.people),
        fault=shown.faults.get(each.name),
        changed=shown.changed.get(each.name),
    )


def _options(words: Words, each: Asked, people: Options) -> Options:
    if schema_language(each.name):
        return [(one, console_text(words, f"language.{one}")) for one in LANGUAGES]
    if each.shape is Shape.yes_no:
        return [
            (TICKED, console_text(words, "cases.yes")),
            ("false", console_text(words, "cases.no")),
        ]
    if each.shape is not Shape.choice:
        return ()
    if each.choices is None:
        return people
    return [(member.value, option(words, member)) for member in each.choices]


def _written(each: Asked, value: Any) -> dict[str, str]:
    match value:
        case None:
            return {each.name: ""}
        case datetime():
            at = local(value)
            return {f"{each.name}{DAY}": f"{at:%Y-%m-%d}", f"{each.name}{TIME}": f"{at:%H:%M}"}
        case bool():
            return {each.name: str(value).lower()}
        case Decimal():
            return {each.name: amount_in_words(value)}
        case _:
            return {each.name: value.isoformat() if isinstance(value, date) else str(value)}


def _read(each: Asked, typed: Mapping[str, str]) -> Any:
    text = clean(typed.get(each.name, ""))
    match each.shape:
        case Shape.tick:
            return text == TICKED
        case Shape.yes_no:
            return {TICKED: True, "false": False}.get(text)
        case Shape.day:
            return typed_day(text) or None
        case Shape.moment:
            return _moment(*(clean(typed.get(f"{each.name}{part}", "")) for part in (DAY, TIME)))
        case Shape.number:
            return int(text) if text.isdecimal() and len(text) < 10 else text or None
        case Shape.amount:
            return text.replace(",", ".") or None
        case _:
            return text or None


def typed_day(text: str) -> str:
    """A day as the browser writes it, or as the Dutch do where it offers no calendar."""
    dutch = _DUTCH_DAY.fullmatch(text)
    return f"{dutch[3]}-{dutch[2]:0>2}-{dutch[1]:0>2}" if dutch else text


def _moment(day: str, clock: str) -> datetime | str | None:
    """The moment that Amsterdam's clocks show this; the first of two when they are set back.

    A time that is skipped when they are set forward is given back as text: it is no moment.
    """
    if not day and not clock:
        return None
    try:
        on = date.fromisoformat(typed_day(day))
        at = datetime.combine(on, time.fromisoformat(clock), AMSTERDAM)
    except ValueError:
        return f"{day} {clock}"
    exists = local(at.astimezone(UTC)).replace(tzinfo=None) == at.replace(tzinfo=None)
    return at if exists else SKIPPED


SKIPPED = "the clocks skip this time"
