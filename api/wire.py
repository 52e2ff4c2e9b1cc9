"""The shape of everything that travels over /v1: camelCase names, no guessing of types."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic.alias_generators import to_camel


def reason_of(message: str) -> tuple[str, str]:
    """The field and the reason in the message of a rule over several fields.

    Such a rule names the field to look at: "ends_on: not before starts_on". Without a name the
    field is empty.
    """
    name, colon, reason = message.removeprefix("Value error, ").partition(": ")
    return (name, reason) if colon else ("", name)


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True)


def _day(value: Any) -> Any:
    """A date as JSON writes it; a number is not a date."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-22") else value
    except ValueError:
        return value


def _sensible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"a year between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, such as 2026-11-23T09:30:00+01:00")
    _sensible(moment.date())
    return moment


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        # 0.1 + 0.2 is 0.30000000000000004 to a program that sends it.
        return Decimal(f"{value:.10g}" if isinstance(value, float) else str(value))
    except InvalidOperation:
        return value


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 8.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _readable(text: str) -> str:
    """Refuse control characters and the like: no person reads them, no database keeps them."""
    if any(
        (ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) < 0xE000 for sign in text
    ):
        raise ValueError("there are signs in it that cannot be read")
    return text


FIRST_YEAR, LAST_YEAR = 1990, 2100
READABLE = r"^[^\x00-\x08\x0b-\x1f]*[^\s\x00-\x20\x7f-\xa0][^\x00-\x08\x0b-\x1f]*$"
"""The same, for the description: at least one sign that shows, and none that nobody can read."""

Day = Annotated[date, BeforeValidator(_day), AfterValidator(_sensible)]
"""A date in Europe/Amsterdam: "2026-11-22"."""
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_zoned)]
"""A moment with its time zone."""
Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(allow_inf_nan=False, decimal_places=2),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""A number with at most two decimals."""
Whole = Annotated[int, BeforeValidator(_whole)]
Id = Annotated[UUID, Field(strict=False)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_readable),
    Field(json_schema_extra={"pattern": READABLE}),
]
"""Words of a person; the field says how long."""
