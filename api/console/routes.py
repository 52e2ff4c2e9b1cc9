"""The pages of the regisseurs: thin routes over the same functions as the API."""

import hmac
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.answers.tasks import close_task, list_tasks
from api.answers.words import Words
from api.console.views import nav_of, open_tasks, page, task_of
from api.db import Tx
from api.dependencies import Now, TheSettings, TheWords
from api.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable, WegwijsError
from api.people.attempts import Attempts
from api.people.models import StaffSession
from api.people.signin import STAFF, check_password, close_session, find_session, open_session
from api.settings import Settings
from translations.catalogue import SOURCE

COOKIE = "wegwijs_staff"
FORM_COOKIE = "wegwijs_form"

pages = APIRouter(prefix="/console", include_in_schema=False)

Token = Annotated[str | None, Cookie(alias=COOKIE, max_length=64)]


def signed_in(session: Tx, now: Now, token: Token = None) -> StaffSession:
    found = find_session(session, token, now) if token else None
    if found is None or not found.person.has_role(*STAFF):
        raise NotSignedIn("sign in first")
    return found


Me = Annotated[StaffSession, Depends(signed_in)]


def own_form(me: Me, csrf: Annotated[str, Form()] = "") -> StaffSession:
    """A form that our own page made for this session."""
    if not hmac.compare_digest(csrf.encode(), me.csrf.encode()):
        raise NotAllowed("the form is stale: load the page again")
    return me


OwnForm = Annotated[StaffSession, Depends(own_form)]


@pages.get("/login")
def login_page(request: Request, words: TheWords, settings: TheSettings) -> Response:
    return _login(request, words, settings)


@pages.post("/login")
def login(
    request: Request,
    session: Tx,
    words: TheWords,
    settings: TheSettings,
    now: Now,
    email: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    form_cookie: Annotated[str, Cookie(alias=FORM_COOKIE, max_length=100)] = "",
) -> Response:
    attempts: Attempts = request.app.state.attempts
    if not csrf or not hmac.compare_digest(csrf.encode(), form_cookie.encode()):
        return _login(request, words, settings, "error.session_expired", 403)
    if attempts.too_many(email, now):
        return _login(request, words, settings, "error.too_many_tries", 429)
    with request.app.state.database.reading() as reading:  # argon2 is slow: hold no lock
        person = check_password(reading, email, password)
    if person is None:
        attempts.wrong(email, now)
        return _login(request, words, settings, "error.wrong_password", 401)
    attempts.right(email)
    response = to("/console")
    _set_cookie(response, settings, COOKIE, open_session(session, person, now))
    response.delete_cookie(FORM_COOKIE, path="/console")
    return response


@pages.post("/logout")
def logout(session: Tx, _me: OwnForm, token: Token = None) -> Response:
    close_session(session, token or "")
    response = to("/console/login")
    response.delete_cookie(COOKIE, path="/console")
    return response


@pages.get("/texts")
def texts_page(request: Request, session: Tx, words: TheWords, me: Me) -> Response:
    tasks = [task_of(session, words, task) for task in list_tasks(session)]
    return render(request, words, "texts.html", me, tasks=tasks)


@pages.post("/texts/{task_id}/close")
def close_text(task_id: int, session: Tx, me: OwnForm, now: Now) -> Response:
    close_task(session, task_id, me.person, now)
    return to("/console/texts")


def answer_with_pages(app: FastAPI) -> None:
    """Let every error outside the API leave as a page that says what to do."""

    def error_page(request: Request, error: WegwijsError) -> Response:
        if isinstance(error, NotSignedIn):
            return to("/console/login")
        words: Words = request.app.state.words
        return render(
            request,
            words,
            "error.html",
            None,
            status_code=error.status,
            status=error.status,
            title_key=error.key,
            detail_key=f"{type(error).key}.detail",
        )

    @app.exception_handler(WegwijsError)
    def expected(request: Request, error: WegwijsError) -> Response:
        return error_page(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, _: RequestValidationError) -> Response:
        return error_page(request, Invalid())

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        path = request.url.path
        if error.status_code == NotFound.status and path.startswith("/console"):
            return error_page(request, NotFound())
        if error.status_code == NotFound.status and not path.startswith("/static"):
            return to("/chat")  # a participant with a slightly wrong address
        return Response(status_code=error.status_code, headers=error.headers)

    @app.exception_handler(OperationalError)
    def store_is_away(request: Request, _: OperationalError) -> Response:
        return error_page(request, Unavailable())


def _login(
    request: Request,
    words: Words,
    settings: Settings,
    error_key: str | None = None,
    status_code: int = 200,
) -> Response:
    csrf = secrets.token_urlsafe(24)
    response = render(
        request, words, "login.html", None, status_code=status_code, error_key=error_key, csrf=csrf
    )
    _set_cookie(response, settings, FORM_COOKIE, csrf)
    return response


def render(
    request: Request,
    words: Words,
    template: str,
    me: StaffSession | None,
    status_code: int = 200,
    **context: Any,
) -> Response:
    """A page of the console, with what every page has; kept by no browser."""
    signed_in_as = None
    if me:
        nav, tasks = nav_of(me.person), open_tasks(me)
        counted = words.console.text(SOURCE, "nav.open_tasks", {"count": tasks}, count=tasks).text
        signed_in_as = {"name": me.person.name, "nav": nav, "tasks": tasks, "tasks_words": counted}
    csrf = {"csrf": me.csrf} if me else {}
    response: HTMLResponse = request.app.state.console_templates.TemplateResponse(
        request,
        template,
        page(words, **{"me": signed_in_as, "error_key": None, **csrf, **context}),
        status_code=status_code,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _set_cookie(response: Response, settings: Settings, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        httponly=True,
        samesite="lax",
        secure=settings.cookies_are_secure,
        path="/console",
    )


def to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
