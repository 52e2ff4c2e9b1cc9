"""What may be sent: a whole record, or a change of some of its fields.

In a change the fields that are sent change, null empties one, and the others stay.
"""

from typing import Annotated, Any, get_type_hints

from pydantic import BeforeValidator, Field, create_model

from api.wire import Wire


def _no_text(value: Any) -> Any:
    """A spreadsheet has only text, JSON has numbers."""
    if isinstance(value, str):
        raise ValueError("a number, not text")
    return value


def _hints(fields: type[Wire]) -> dict[str, Any]:
    """The type of each field, where an amount is a number only."""
    hints = get_type_hints(fields, include_extras=True)
    return {
        name: Annotated[hints[name], BeforeValidator(_no_text)]
        if "Decimal" in str(hints[name])
        else hints[name]
        for name in fields.model_fields
    }


def body_of(fields: type[Wire]) -> type[Wire]:
    """These fields as JSON has them."""
    hints = _hints(fields)
    stricter: dict[str, Any] = {
        name: (hints[name], ... if field.is_required() else field.default)
        for name, field in fields.model_fields.items()
        if "Decimal" in str(hints[name])
    }
    if not stricter:
        return fields
    return create_model(fields.__name__, __base__=fields, __doc__=fields.__doc__, **stricter)


def patch_of(fields: type[Wire]) -> type[Wire]:
    """The same fields, none of them needed. Whether they fit together is seen when merged."""
    hints = _hints(fields)
    name = fields.__name__.removesuffix("Fields") + "Patch"
    # With a factory no default is told: left out and null are two different things.
    optional: dict[str, Any] = {
        field: (hints[field], Field(default_factory=lambda: None)) for field in fields.model_fields
    }
    return create_model(name, __base__=Wire, __doc__="The fields to change.", **optional)


def changes_in(patch: Wire) -> dict[str, Any]:
    """The fields that were sent."""
    return patch.model_dump(exclude_unset=True)
