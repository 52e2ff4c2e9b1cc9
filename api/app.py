"""The application: which rooms there are, and what runs while it is up."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from telegram import Update

from api import workers
from api.answers.words import Words
from api.appointments import routes as appointments
from api.cases import routes as cases
from api.channels import media, telegram, webchat
from api.clock import Clock, system_clock
from api.console import (
    agenda,
    attachments,
    hand_over_forms,
    hand_overs,
    hours,
    households,
    people_pages,
    queue,
    ratings,
    staff_mail,
    town_settings,
    translation_pages,
)
from api.console import cases as case_pages
from api.console import reminders as reminder_pages
from api.console import routes as console
from api.console import transfers as transfer_pages
from api.conversations import routes as sessions
from api.db import Database
from api.description import describe as describe
from api.errors import NotAllowed, NotFound, TooLarge
from api.exchange import routes as exchange
from api.exchange.spreadsheets import LARGEST
from api.handovers.bureau import Bureau
from api.handovers.reading import Readings
from api.health import api as health
from api.people import routes as people
from api.people.attempts import Attempts
from api.problems import answer_with_problems, problem
from api.reminders import routes as reminders
from api.settings import Settings
from translations.machine import Machine

log = logging.getLogger(__name__)

VERSION = "0.1.0"
HERE = Path(__file__).parent
MAX_BODY_BYTES = 64 * 1024
MAX_IMPORT_BYTES = LARGEST
IMPORTS = ("/v1/imports", "/console/cases/import", "/console/cases/import/apply")
CONTENT_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

type _Next = Callable[[Request], Awaitable[Response]]


def create_app(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """The whole application; nothing connects before it starts."""
    app = FastAPI(title="Wegwijs", lifespan=_lifespan, openapi_url=None, redirect_slashes=False)
    app.state.settings, app.state.clock = settings, clock
    app.state.words = Words(settings.translations, settings.recordings)
    app.state.database = Database(settings.database_url)
    app.state.rasa = workers.open_rasa(settings)
    app.state.bureau, app.state.readings = Bureau(Machine(settings.models)), Readings()
    app.state.attempts, app.state.door = Attempts(), None
    app.state.bot_name = lambda: app.state.door.bot_name if app.state.door else None
    app.state.chat_templates = Jinja2Templates(HERE / "channels" / "templates")
    app.state.console_templates = Jinja2Templates(HERE / "console" / "templates")
    app.mount("/v1", create_v1(app.state))
    app.mount("/static/chat", StaticFiles(directory=HERE / "channels" / "static"))
    app.mount("/static/console", StaticFiles(directory=HERE / "console" / "static"))
    for router in (console, queue, ratings, staff_mail):
        app.include_router(router.pages)
    app.include_router(translation_pages.pages)
    app.include_router(hand_overs.pages)
    app.include_router(hand_over_forms.pages)
    app.include_router(transfer_pages.pages)  # before the kinds of records of a case
    app.include_router(case_pages.pages)
    app.include_router(people_pages.pages)
    app.include_router(households.pages)
    for router in (agenda, attachments, reminder_pages, hours, town_settings):
        app.include_router(router.pages)
    app.include_router(media.pages)
    app.include_router(appointments.pages)
    app.include_router(webchat.pages)
    app.post(telegram.WEBHOOK_PATH, include_in_schema=False)(telegram_webhook)
    app.middleware("http")(_guard)
    console.answer_with_pages(app)
    return app


def create_v1(state: Any) -> FastAPI:
    """The API under /v1, with its own description and problem+json errors."""
    v1 = FastAPI(
        title="Wegwijs API",
        version=VERSION,
        description="The assistant of Weert, Nederweert and Cranendonck for people who are "
        "integrating.",
        contact={
            "name": "Team Wegwijs",
            "url": "https://www.weert.nl",
            "email": "wegwijs@example.org",
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "https://wegwijs.example.org/v1"}],
        root_path_in_servers=False,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    v1.state = state
    for router in (
        *(cases.api, appointments.api, reminders.api, exchange.api),
        *(people.api, webchat.api, sessions.api, health),
    ):
        v1.include_router(router)
    answer_with_problems(v1)
    v1.middleware("http")(_version)
    v1.openapi = partial(describe, v1)  # type: ignore[method-assign]
    return v1


async def telegram_webhook(request: Request) -> Response:
    """Telegram's door: the right secret or 403; stored before it is acknowledged."""
    settings: Settings = request.app.state.settings
    door: telegram.TelegramDoor | None = request.app.state.door
    secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
    if door is None or not telegram.secret_fits(
        secret, request.headers.get(telegram.SECRET_HEADER)
    ):
        return problem(NotAllowed.status, NotAllowed.title, "wrong or missing secret")
    try:
        update = Update.de_json(json.loads(await request.body()), door.bot)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Sent again it would be just as unreadable: take it off Telegram's hands.
        log.warning("telegram: an update that cannot be read was dropped")
        return Response(status_code=200)
    if update is not None:
        await door.take(update)
    return Response(status_code=200)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what runs beside the requests, and stop it in the opposite order."""
    state = app.state
    settings: Settings = state.settings
    workers.prepare(state.database)
    async with AsyncExitStack() as stack:
        stack.callback(state.database.close)
        stack.callback(state.rasa.close)
        stack.callback(state.bureau.close)
        state.bureau.load()  # in a thread of its own, so that the first text need not wait
        loops = []
        if settings.telegram_token:
            bot = telegram.open_bot(settings)
            state.door = telegram.TelegramDoor(bot, state.database, state.clock)
            loops.append(_telegram(state.door, settings))
        if settings.workers:
            parts = (state.database, state.words, state.rasa, state.clock)
            loops += workers.loops(settings, *parts)
        await stack.enter_async_context(workers.running(loops))
        yield


async def _telegram(door: telegram.TelegramDoor, settings: Settings) -> None:
    """Open the door that the settings name; Telegram may be away when we start."""
    await telegram.connect(door.bot, settings)
    if settings.telegram_mode == "polling":
        await door.poll()


async def _guard(request: Request, call_next: _Next) -> Response:
    """Refuse bodies no person types, and tell browsers to trust only us."""
    if not _fits(request):
        return problem(TooLarge.status, TooLarge.title, TooLarge.__doc__ or "")
    if "\n" in request.scope["path"]:  # no route can match it, not even that of the whole API
        nowhere = problem(NotFound.status, NotFound.title, "there is no such address")
        nowhere.headers["API-Version"] = VERSION
        return nowhere
    response = await call_next(request)
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _fits(request: Request) -> bool:
    """Whether the body says how long it is, and is no longer than a person types, or a sheet is."""
    length = request.headers.get("Content-Length", "0")
    is_number = length.isdecimal() and len(length) < 10
    is_chunked = "Transfer-Encoding" in request.headers
    most = MAX_IMPORT_BYTES if request.url.path in IMPORTS else MAX_BODY_BYTES
    return is_number and int(length) <= most and not is_chunked


async def _version(request: Request, call_next: _Next) -> Response:
    response = await call_next(request)
    response.headers["API-Version"] = VERSION
    response.headers.setdefault("Cache-Control", "no-store")
    return response
