"""How an error reaches the caller: problem+json for the API (RFC 9457)."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.errors import Invalid, Unavailable, WegwijsError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str) -> JSONResponse:
    return JSONResponse(
        {"status": status, "title": title, "detail": detail}, status, media_type=MEDIA_TYPE
    )


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of this app leave as problem+json."""

    @app.exception_handler(WegwijsError)
    def expected(_: Request, error: WegwijsError) -> JSONResponse:
        return problem(error.status, error.title, str(error) or (error.__doc__ or ""))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # The places and reasons only: the values may be a person's words.
        reasons = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return problem(Invalid.status, Invalid.title, "; ".join(reasons))

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail), str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(OperationalError)
    def store_is_away(_: Request, error: OperationalError) -> JSONResponse:
        log.warning("the store does not answer: %s", type(error.orig).__name__)
        return problem(Unavailable.status, Unavailable.title, Unavailable.__doc__ or "")
