"""How an error reaches the caller: problem+json for the API (RFC 9457)."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.alias_generators import to_camel
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.errors import Conflict, Invalid, NotSignedIn, Stale, Unavailable, WegwijsError
from api.wire import reason_of

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


type Fault = dict[str, str]
"""What is wrong with one part of a request: `pointer` or `parameter` says which; and `detail`."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["status", "title", "detail"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body: #/endsOn"},
                    "parameter": {"type": "string", "description": "Which parameter"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def problem(status: int, title: str, detail: str, faults: Sequence[Fault] = ()) -> JSONResponse:
    body: dict[str, Any] = {"status": status, "title": title, "detail": detail}
    if faults:
        body["errors"] = list(faults)
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def documented(*errors: type[WegwijsError]) -> dict[int | str, dict[str, Any]]:
    """These errors as answers of a route, for its description."""
    return {error.status: {"description": error.__doc__ or error.title} for error in errors}


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of this app leave as problem+json."""

    @app.exception_handler(WegwijsError)
    def expected(_: Request, error: WegwijsError) -> JSONResponse:
        return _of(error)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [_fault(each) for each in error.errors()]
        return problem(Invalid.status, Invalid.title, _in_words(faults), faults)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail), str(error.detail))
        answer.headers.update(error.headers or {})
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(_allowed(app, request))
        return answer

    @app.exception_handler(StaleDataError)
    def changed_meanwhile(_: Request, error: StaleDataError) -> JSONResponse:
        return _of(Stale())

    @app.exception_handler(IntegrityError)
    def refused(_: Request, error: IntegrityError) -> JSONResponse:
        # Neither the statement nor its values: they hold what a person wrote.
        log.warning("the store refused a change: %s", type(error.orig).__name__)
        return _of(Conflict("the store refuses this: it does not fit what is there"))

    @app.exception_handler(OperationalError)
    def store_is_away(_: Request, error: OperationalError) -> JSONResponse:
        log.warning("the store does not answer: %s", type(error.orig).__name__)
        return _of(Unavailable())


def _of(error: WegwijsError) -> JSONResponse:
    faults = error.faults.items() if isinstance(error, Invalid) else ()
    named = [{"pointer": f"#/{to_camel(name)}", "detail": reason} for name, reason in faults]
    detail = str(error) or error.__doc__ or error.title
    answer = problem(error.status, error.title, detail, named)
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _fault(error: dict[str, Any]) -> Fault:
    """The place and the reason only: the value may be a person's words."""
    source, *place = map(str, error["loc"])
    reason = error["msg"].removeprefix("Value error, ")
    if source != "body":
        return {"parameter": ".".join(place), "detail": reason}
    if error["type"] == "value_error" and not place:
        name, reason = reason_of(error["msg"])
        place = [to_camel(name)] if name else []
    if error["type"] == "json_invalid":
        place = []
    return {"pointer": "/".join(["#", *place]), "detail": reason}


def _in_words(faults: Iterable[Fault]) -> str:
    return "; ".join(
        f"{fault.get('pointer') or fault['parameter']}: {fault['detail']}" for fault in faults
    )


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """What can be done at this address: by all of its routes, not just the first."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in app.routes
        )
    ]
