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
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _readable(text: str) -> str:
    """Refuse control characters and the like: no person reads them, no database keeps them."""
    if any(
        (ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) < 0xE000 for sign in text
    ):
        raise ValueError("there are signs in it that cannot be read")
    return text


FIRST_YEAR, LAST_YEAR = 1990, 2100

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
Id = Annotated[UUID, Field(strict=False)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_readable)
]
"""Words of a person; the field says how long."""
