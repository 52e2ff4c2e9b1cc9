"""What is wrong with a form, in Dutch: from the words of the schemas to those of the console."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.answers.words import Words
from api.console.case_words import label
from api.console.forms import SKIPPED
from api.console.views import console_text
from api.wire import FIRST_YEAR, LAST_YEAR, Wire, reason_of

_BY_TYPE = {
    "missing": "missing",
    "string_too_short": "missing",
    "enum": "choice",
    "bool_type": "choice",
    "uuid_parsing": "choice",
    "uuid_type": "choice",
    "string_pattern_mismatch": "choice",
    "date_type": "day",
    "datetime_type": "moment",
    "int_type": "whole",
    "is_instance_of": "number",
    "decimal_type": "number",
    "decimal_parsing": "number",
    "finite_number": "number",
    "decimal_max_places": "two_decimals",
    "greater_than": "more_than",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "too_long": "too_long",
    "string_too_long": "too_long",
}
_BY_MESSAGE = {
    "an exemption has a day, and a day has an exemption": "exemption_day",
    "only in the Z-route": "z_route",
    "KNM has no level": "knm_level",
    "a granted extension has the day of its decision": "granted_day",
    "a fine is about something": "fine_article",
    "there are signs in it that cannot be read": "signs",
    "choose a regisseur of this municipality": "regisseur",
    "choose another municipality of this installation": "other_town",
    "where it is, or by telephone": "place_or_phone",
    "not in the future": "future",
    f"a year between {FIRST_YEAR} and {LAST_YEAR}": "year",
}
_BY_FIELD = {"email": "email", "phone": "phone"}
"""What these look like says more than what is wrong with them."""
_NOT_BEFORE = re.compile(r"not before (\w+)")
_LIMITS = ("gt", "ge", "le", "max_length")


def check(words: Words, kind: str, schema: type[Wire], values: Mapping[str, Any]) -> dict[str, str]:
    """Each field that cannot be as it is, with what to do about it; empty when all is well."""
    try:
        schema.model_validate(dict(values), by_name=True)
    except ValidationError as error:
        found = [_fault(words, kind, values, dict(each)) for each in error.errors()]
        # What is missing is called by its name in JSON.
        names = {info.alias: name for name, info in schema.model_fields.items()}
        return {names.get(name, name): reason for name, reason in found}
    return {}


def in_dutch(words: Words, kind: str, faults: Mapping[str, str]) -> dict[str, str]:
    """What a service found wrong, by its message."""
    return {name: by_message(words, kind, message) for name, message in faults.items()}


def by_message(words: Words, kind: str, message: str) -> str:
    if order := _NOT_BEFORE.fullmatch(message):
        return console_text(words, "fault.not_before", other=label(words, kind, order[1]))
    return _words(words, _BY_MESSAGE.get(message, "invalid"), {})


def _fault(
    words: Words, kind: str, values: Mapping[str, Any], error: dict[str, Any]
) -> tuple[str, str]:
    if error["loc"]:
        name = str(error["loc"][0])
        if values.get(name) == SKIPPED:
            return name, _words(words, "no_such_time", {})
        if name in _BY_FIELD and error["type"] in ("value_error", "string_pattern_mismatch"):
            return name, _words(words, _BY_FIELD[name], {})
        if error["type"] == "value_error":
            message = str(error["msg"]).removeprefix("Value error, ")
            return name, by_message(words, kind, message)
        return name, _words(words, _BY_TYPE.get(error["type"], "invalid"), error.get("ctx", {}))
    name, reason = reason_of(str(error["msg"]))
    return name, by_message(words, kind, reason)


def _words(words: Words, name: str, context: Mapping[str, Any]) -> str:
    limit = next((context[each] for each in _LIMITS if each in context), "")
    years = {"first": FIRST_YEAR, "last": LAST_YEAR}
    return console_text(words, f"fault.{name}", limit=limit, **years)
