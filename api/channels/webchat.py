"""The web chat: a page, and the two endpoints behind it."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field, model_validator
from sqlalchemy import func, select
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.answers.progress_picture import FOLDER as PROGRESS
from api.appointments.calendar import CONTENT_TYPE, FILE_NAME, find_ics
from api.appointments.calendar import FOLDER as CALENDAR
from api.channels.telegram import kind_of_text
from api.conversations.inbox import Incoming, store
from api.conversations.models import Channel, Conversation, InboxMessage, Kind, Message
from api.db import Database, Tx
from api.dependencies import Now, TheSettings, TheWords
from api.errors import Invalid, NotFound
from api.outbox.service import Outgoing
from api.people.linking import find_town
from api.settings import Settings
from api.signals import INBOX, conversation_signal
from api.wire import Wire
from translations.catalogue import LANGUAGES, direction

COOKIE = "wegwijs_chat"
COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{22}")
COOKIE_SECONDS = 180 * 24 * 3600
PING_SECONDS = 15
LOOK_AGAIN_SECONDS = 2.0
"""Another process may have answered; this one hears of it by looking."""
ONE_LOOK = 200
LARGEST_ID = 2**63 - 1
PLAIN = "^[!-~]*$"
"""Names that programs make, without control characters, which PostgreSQL refuses."""

api = APIRouter(prefix="/chat", tags=["chat"])
pages = APIRouter(include_in_schema=False)


def _known_chat(chat: Annotated[str | None, Cookie(alias=COOKIE)] = None) -> str | None:
    """The cookie, if it can be one that we gave."""
    return chat if chat and COOKIE_FORM.fullmatch(chat) else None


Chat = Annotated[str | None, Depends(_known_chat)]


class ChatMessageCreate(Wire):
    """What a participant sends: words, or the id of a button that was offered.

    The button `person` is always there, also while nothing else works.
    """

    text: str | None = None
    button: str | None = Field(None, max_length=32, pattern=PLAIN)
    language: str | None = Field(None, max_length=10)
    town: str | None = Field(None, max_length=40, pattern=PLAIN)
    id: str | None = Field(None, min_length=1, max_length=64, pattern=PLAIN)

    @model_validator(mode="after")
    def one_of_both(self) -> "ChatMessageCreate":
        if (self.text is None) == (self.button is None):
            raise ValueError("send either text or button")
        return self


class ChatMessageAccepted(Wire):
    """Stored; the answer comes over the event stream, with this id as `inReplyTo`."""

    id: str


class ChatButton(Wire):
    """`number` can be typed instead; `picture` names a pictogram of the page."""

    id: str
    label: str
    number: int | None = None
    picture: str | None = None


class ChatMessageRead(Wire):
    """One line of the conversation. `final` marks the last answer to a message."""

    id: int
    author: str
    kind: str
    name: str | None
    text: str
    original: str | None
    """The Dutch of what a person of the municipality said in another language."""
    machine: bool
    """A computer translated it from the original."""
    language: str
    speaks: str
    """The language of the whole conversation, which one line may differ from."""
    direction: str
    draft: bool
    buttons: list[ChatButton]
    sound: str | None
    """Where the recording of the text can be heard."""
    image: str | None
    """A picture of what the text says, for who reads little."""
    calendar: str | None
    """Where the appointment can be fetched as a file for the calendar of the phone."""
    in_reply_to: str | None
    final: bool
    intent: str | None
    confidence: float | None
    topic: str | None
    sent_at: datetime


@api.post("/messages", status_code=202, response_model=ChatMessageAccepted)
def send_message(
    body: ChatMessageCreate,
    response: Response,
    session: Tx,
    now: Now,
    settings: TheSettings,
    chat: Chat,
) -> ChatMessageAccepted:
    """Send a message to the assistant; the same `id` twice is one message."""
    if body.language is not None and body.language.split("-")[0] not in LANGUAGES:
        raise Invalid(f"language must be one of {', '.join(LANGUAGES)}")
    chat = chat or _new_chat(response, settings)
    message_id = body.id or secrets.token_urlsafe(12)
    store(session, _incoming(body, chat, message_id, now), now)
    return ChatMessageAccepted(id=message_id)


def _new_chat(response: Response, settings: Settings) -> str:
    """An opaque name for this browser's conversation, in a cookie that scripts cannot read."""
    chat = secrets.token_urlsafe(16)
    response.set_cookie(
        COOKIE,
        chat,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings.cookies_are_secure,
    )
    return chat


def _incoming(body: ChatMessageCreate, chat: str, message_id: str, now: datetime) -> Incoming:
    kind, text = (Kind.button, None) if body.text is None else kind_of_text(body.text)
    return Incoming(
        channel=Channel.webchat,
        external_id=f"{chat}:{message_id}",
        chat_id=chat,
        position=int(now.timestamp() * 1_000_000),
        kind=kind,
        text=text,
        button_id=body.button,
        language=body.language,
        town=body.town,
    )


@api.get("/events", response_class=EventSourceResponse)
async def read_events(
    request: Request,
    chat: Chat,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> EventSourceResponse:
    """The lines of this conversation after one, and every new line as it is said.

    A server-sent event `message` for each line, its id in the event's id: a reconnecting
    browser sends it as `Last-Event-ID` and misses nothing.
    """
    last_seen = request.headers.get("Last-Event-ID", "")
    after = int(last_seen) if last_seen.isdecimal() and len(last_seen) < 19 else after
    database: Database = request.app.state.database
    events = _events(database, chat, after)
    return EventSourceResponse(events, ping=PING_SECONDS, ping_message_factory=_ping)


def _ping() -> ServerSentEvent:
    """By which the page knows that the line is still there."""
    return ServerSentEvent("", event="ping")


async def _events(
    database: Database, chat: str | None, after: int
) -> AsyncIterator[ServerSentEvent]:
    if chat is None:
        return
    with database.signals.listen(INBOX) as signal:
        while not (conversation_id := await asyncio.to_thread(_conversation_id, database, chat)):
            await signal.wait(LOOK_AGAIN_SECONDS)
    with database.signals.listen(conversation_signal(conversation_id)) as signal:
        while True:
            lines = await asyncio.to_thread(_lines, database, conversation_id, after)
            for line in lines:
                yield ServerSentEvent(
                    line.model_dump_json(by_alias=True), event="message", id=str(line.id)
                )
                after = line.id
            if len(lines) < ONE_LOOK:
                await signal.wait(LOOK_AGAIN_SECONDS)


def _conversation_id(database: Database, chat: str) -> Any:
    with database.reading() as session:
        return session.scalar(
            select(Conversation.id).filter_by(channel=Channel.webchat, chat_id=chat)
        )


def _lines(database: Database, conversation_id: Any, after: int) -> list[ChatMessageRead]:
    with database.reading() as session:
        query = (
            select(Message, InboxMessage.external_id, Conversation)
            .join(Conversation, Message.conversation_id == Conversation.id)
            .outerjoin(InboxMessage, Message.inbox_id == InboxMessage.id)
            .where(
                Message.conversation_id == conversation_id,
                Message.id > after,
                Message.id > func.coalesce(Conversation.forgotten_until, 0),
            )
            .order_by(Message.id)
            .limit(ONE_LOOK)
        )
        return [_read(*row) for row in session.execute(query)]


def _read(line: Message, external_id: str | None, conversation: Conversation) -> ChatMessageRead:
    return ChatMessageRead(
        id=line.id,
        author=line.author,
        kind=line.kind,
        name=line.staff.first_name if line.staff else None,
        text=line.text,
        original=line.original,
        machine=line.machine,
        language=line.language,
        speaks=conversation.speaks,
        direction=direction(line.language),
        draft=line.draft,
        buttons=[ChatButton(**button) for button in line.buttons],
        sound=_address(line, ".ogg"),
        image=_address(line, ".png", within=PROGRESS),
        calendar=_address(line, ".ics", within=CALENDAR),
        in_reply_to=external_id.partition(":")[2] if external_id else None,
        final=line.final,
        intent=line.intent,
        confidence=line.confidence,
        topic=line.topic,
        sent_at=line.at,
    )


def _address(line: Message, ending: str, within: str = "") -> str | None:
    """Where what goes with the line is found; the menu's pictures stand on its buttons here."""
    media = line.media or ""
    fits = media.endswith(ending) and media.startswith(within)
    return f"/media/{media}" if fits else None


@pages.get("/media/calendar/{name}")
def calendar(name: str, session: Tx, words: TheWords, now: Now, chat: Chat) -> Response:
    """An appointment for the calendar of the phone; only in the chat of who takes part in it."""
    query = select(Conversation).filter_by(channel=Channel.webchat, chat_id=chat)
    conversation = session.scalar(query) if chat else None
    media = f"{CALENDAR}/{name}"
    content = find_ics(session, words, conversation, media, now) if conversation else None
    if content is None:
        raise NotFound("there is no such appointment in this chat")
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{FILE_NAME}"',
    }
    return Response(content, media_type=CONTENT_TYPE, headers=headers)


async def deliver(outgoing: Outgoing) -> str:
    """The page reads the transcript itself; what stands there is delivered."""
    return str(outgoing.id)


@pages.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse)
@pages.api_route("/chat", methods=["GET", "HEAD"], response_class=HTMLResponse)
@pages.api_route("/chat/{town}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def chat_page(
    request: Request,
    session: Tx,
    words: TheWords,
    settings: TheSettings,
    chat: Chat,
    town: str | None = None,
    language: str | None = None,
) -> HTMLResponse:
    """The page of the chat in the chosen language, else in the browser's."""
    if language not in LANGUAGES:
        language = _of_browser(request.headers.get("Accept-Language", ""))
    known = find_town(session, town) if town else None
    templates = request.app.state.chat_templates
    page: HTMLResponse = templates.TemplateResponse(
        request,
        "chat.html",
        {
            "language": language,
            "direction": direction(language),
            "languages": [
                {
                    "code": code,
                    "own_name": words.text(code, "language.own_name"),
                    "direction": direction(code),
                }
                for code in LANGUAGES
            ],
            "town": known.id if known else None,
            "town_name": known.name if known else None,
            "t": lambda key, **gaps: words.text(language, key, **gaps),
            "static": lambda path: f"/static/chat/{path}",
        },
    )
    if chat is None:
        _new_chat(page, settings)
    return page


def _of_browser(accepted: str) -> str:
    """The first of the browser's languages that we speak, in its own order; else Dutch."""
    wanted = (part.split(";")[0].strip().split("-")[0].lower() for part in accepted.split(","))
    return next((language for language in wanted if language in LANGUAGES), "nl")
