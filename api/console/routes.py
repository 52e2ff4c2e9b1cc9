"""The pages of the regisseurs: thin routes over the same functions as the API."""

import hmac
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from api.answers.tasks import close_task, list_tasks
from api.answers.words import Words
from api.console.views import lines_of, nav_of, open_tasks, page, row_of, task_of
from api.db import Database, Tx
from api.dependencies import Now, TheSettings, TheWords
from api.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable, WegwijsError
from api.handovers import service
from api.handovers.models import HandOver, HandOverState
from api.handovers.open_klant import as_open_klant
from api.handovers.queue import get_handover, list_queue
from api.people.attempts import Attempts
from api.people.models import StaffSession
from api.people.signin import STAFF, check_password, close_session, find_session, open_session
from api.settings import Settings
from api.signals import HAND_OVERS, conversation_signal
from translations.catalogue import SOURCE

COOKIE = "wegwijs_staff"
FORM_COOKIE = "wegwijs_form"
LOOK_AGAIN_SECONDS = 5.0

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


@pages.get("")
def queue(request: Request, session: Tx, words: TheWords, me: Me, now: Now) -> Response:
    return render(request, words, "queue.html", me, rows=_rows(session, words, me, now))


@pages.get("/queue-list")
def queue_list(request: Request, session: Tx, words: TheWords, me: Me, now: Now) -> Response:
    return render(request, words, "_queue.html", me, rows=_rows(session, words, me, now))


@pages.get("/hand-overs/{hand_over_id}")
def hand_over_page(
    request: Request, hand_over_id: UUID, session: Tx, words: TheWords, me: Me, now: Now
) -> Response:
    hand_over = get_handover(session, hand_over_id, me.person)
    return _hand_over(request, "hand_over.html", session, words, me, hand_over, now)


@pages.get("/hand-overs/{hand_over_id}/messages")
def hand_over_messages(
    request: Request, hand_over_id: UUID, session: Tx, words: TheWords, me: Me, now: Now
) -> Response:
    hand_over = get_handover(session, hand_over_id, me.person)
    return _hand_over(request, "_messages.html", session, words, me, hand_over, now)


@pages.get("/hand-overs/{hand_over_id}/open-klant")
def hand_over_as_open_klant(hand_over_id: UUID, session: Tx, words: TheWords, me: Me) -> Response:
    """The hand-over as a file that another system can take over."""
    hand_over = get_handover(session, hand_over_id, me.person)
    content = as_open_klant(session, words, hand_over).model_dump_json(by_alias=True, indent=2)
    name = f'attachment; filename="open-klant-{hand_over.id}.json"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


@pages.post("/hand-overs/{hand_over_id}/claim")
def claim(hand_over_id: UUID, session: Tx, words: TheWords, me: OwnForm, now: Now) -> Response:
    service.claim_handover(session, words, hand_over_id, me.person, now)
    return to(f"/console/hand-overs/{hand_over_id}")


@pages.post("/hand-overs/{hand_over_id}/replies")
def reply(
    request: Request,
    hand_over_id: UUID,
    session: Tx,
    words: TheWords,
    me: OwnForm,
    now: Now,
    text: Annotated[str, Form()] = "",
) -> Response:
    try:
        service.reply(session, hand_over_id, me.person, text, now)
    except Invalid as error:  # show what was typed again, beside what is wrong with it
        hand_over = get_handover(session, hand_over_id, me.person)
        return _hand_over(
            request,
            "hand_over.html",
            session,
            words,
            me,
            hand_over,
            now,
            status_code=error.status,
            error_key=error.key,
            reply_text=text,
        )
    return to(f"/console/hand-overs/{hand_over_id}#reply")


@pages.post("/hand-overs/{hand_over_id}/hand-back")
def hand_back(hand_over_id: UUID, session: Tx, words: TheWords, me: OwnForm, now: Now) -> Response:
    service.hand_back(session, words, hand_over_id, me.person, now)
    return to(f"/console/hand-overs/{hand_over_id}")


@pages.get("/texts")
def texts_page(request: Request, session: Tx, words: TheWords, me: Me) -> Response:
    tasks = [task_of(session, words, task) for task in list_tasks(session)]
    return render(request, words, "texts.html", me, tasks=tasks)


@pages.post("/texts/{task_id}/close")
def close_text(task_id: int, session: Tx, me: OwnForm, now: Now) -> Response:
    close_task(session, task_id, me.person, now)
    return to("/console/texts")


@pages.get("/events")
async def queue_events(request: Request, me: Me) -> EventSourceResponse:
    """`change` whenever the queue may look different."""
    return _changes(request.app.state.database, HAND_OVERS)


@pages.get("/hand-overs/{hand_over_id}/events")
async def hand_over_events(
    request: Request, hand_over_id: UUID, session: Tx, me: Me
) -> EventSourceResponse:
    """`change` whenever this conversation may look different."""
    hand_over = get_handover(session, hand_over_id, me.person)
    return _changes(request.app.state.database, conversation_signal(hand_over.conversation_id))


def _changes(database: Database, name: str) -> EventSourceResponse:
    async def events() -> AsyncIterator[ServerSentEvent]:
        with database.signals.listen(name) as signal:
            while True:
                yield ServerSentEvent("", event="change")
                await signal.wait(LOOK_AGAIN_SECONDS)

    return EventSourceResponse(events(), ping=15)


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


def _rows(session: Session, words: Words, me: StaffSession, now: datetime) -> list[Any]:
    queue = list_queue(session, me.person, now)
    return [row_of(session, words, hand_over, me.person, now) for hand_over in queue]


def _hand_over(
    request: Request,
    template: str,
    session: Session,
    words: Words,
    me: StaffSession,
    hand_over: HandOver,
    now: datetime,
    **more: Any,
) -> Response:
    mine = hand_over.state == HandOverState.claimed and hand_over.claimed_by_id == me.person_id
    return render(
        request,
        words,
        template,
        me,
        hand_over=row_of(session, words, hand_over, me.person, now),
        messages=lines_of(session, words, hand_over),
        can_claim=hand_over.state == HandOverState.open,
        can_reply=mine,
        can_hand_back=mine,
        **more,
    )


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
