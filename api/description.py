"""openapi.json: what FastAPI makes of the routes, with our one shape of error."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import Invalid, TooLarge
from api.problems import SCHEMA

VERSION_HEADER = {
    "description": "The full version of the API",
    "required": True,
    "schema": {"type": "string"},
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
CENT = 0.01


def describe(v1: FastAPI) -> dict[str, Any]:
    """The description of this API, made once."""
    if v1.openapi_schema:
        return v1.openapi_schema
    described = get_openapi(
        title=v1.title,
        version=v1.version,
        description=v1.description,
        contact=v1.contact,
        license_info=v1.license_info,
        servers=v1.servers,
        routes=v1.routes,
    )
    schemas = described["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = SCHEMA
    for path in described["paths"].values():
        for operation in path.values():
            _describe_answers(operation["responses"], "requestBody" in operation)
            _require_version(operation.get("parameters", []))
    for part in list(_parts(described)):
        _describe_number(part)
        _name(part)
    described["components"]["schemas"] = {_plain(name): schemas[name] for name in schemas}
    v1.openapi_schema = described
    return described


def _describe_answers(responses: dict[str, Any], has_body: bool) -> None:
    responses.pop("422", None)
    responses.setdefault("400", {"description": Invalid.__doc__})
    if has_body:
        responses.setdefault("413", {"description": TooLarge.__doc__})
    for status, response in responses.items():
        response["headers"] = {**response.get("headers", {}), "API-Version": VERSION_HEADER}
        if status >= "400":
            response["content"] = PROBLEM


def _require_version(parameters: list[dict[str, Any]]) -> None:
    """A change needs its version: FastAPI may not ask for it, so that we can answer with 428."""
    for parameter in parameters:
        if parameter["name"] == "If-Match":
            parameter["required"] = True
            parameter["schema"] = parameter["schema"]["anyOf"][0]


def _describe_number(part: dict[str, Any]) -> None:
    """An amount is a number: pydantic knows its limits, but not by which names to tell them."""
    if part.pop("decimal_places", None):
        part.pop("anyOf", None)
        part["type"], part["multipleOf"] = "number", CENT
    if part.get("type") in ("number", "integer"):
        for ours, theirs in (("gt", "exclusiveMinimum"), ("ge", "minimum"), ("le", "maximum")):
            if ours in part:
                part[theirs] = part.pop(ours)


def _name(part: dict[str, Any]) -> None:
    if isinstance(part.get("$ref"), str):
        part["$ref"] = _plain(part["$ref"])


def _plain(name: str) -> str:
    """Two schemas of one name are told apart with a dash, which is no name for a schema."""
    return name.replace("-", "")


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a description, from the outside in."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node:
        if isinstance(part, dict | list):
            yield from _parts(part)
