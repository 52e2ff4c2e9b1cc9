"""The routes of one conversation in the console: thin, over the same functions as the API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, Response
from sse_starlette import EventSourceResponse

from api.clock import AMSTERDAM
from api.console import live
from api.console.case_form import Typed
from api.console.hand_over_page import PATH, At, Attempt
from api.console.routes import Me, OwnForm, to
from api.db import Tx
from api.dependencies import Now, TheWords
from api.errors import Conflict, Invalid
from api.handovers import interpreters, sentences, service
from api.handovers.interpreters import Wish
from api.handovers.open_klant import as_open_klant
from api.handovers.queue import get_handover
from api.signals import conversation_signal

NUMBER = Path(ge=1, lt=2**31)

pages = APIRouter(prefix=PATH, include_in_schema=False)


@pages.get("/{hand_over_id}")
def hand_over_page(hand_over_id: UUID, at: At) -> Response:
    return at.page(get_handover(at.session, hand_over_id, at.me.person))


@pages.get("/{hand_over_id}/messages")
def hand_over_messages(hand_over_id: UUID, at: At) -> Response:
    return at.part(get_handover(at.session, hand_over_id, at.me.person))


@pages.get("/{hand_over_id}/open-klant")
def hand_over_as_open_klant(hand_over_id: UUID, session: Tx, words: TheWords, me: Me) -> Response:
    """The hand-over as a file that another system can take over."""
    hand_over = get_handover(session, hand_over_id, me.person)
    content = as_open_klant(session, words, hand_over).model_dump_json(by_alias=True, indent=2)
    name = f'attachment; filename="open-klant-{hand_over.id}.json"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


@pages.get("/{hand_over_id}/events")
async def hand_over_events(
    request: Request, hand_over_id: UUID, session: Tx, me: Me
) -> EventSourceResponse:
    """`change` whenever this conversation may look different."""
    hand_over = get_handover(session, hand_over_id, me.person)
    name = conversation_signal(hand_over.conversation_id)
    return live.changes(request.app.state.database, name)


@pages.post("/{hand_over_id}/read")
def mark_read(hand_over_id: UUID, session: Tx, words: TheWords, me: OwnForm, now: Now) -> Response:
    """The page says that somebody looks at it; looking itself changes nothing."""
    service.mark_read(session, words, hand_over_id, me.person, now)
    return Response(status_code=204)


@pages.post("/{hand_over_id}/claim")
def claim(hand_over_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    try:
        with at.session.begin_nested():
            service.claim_handover(at.session, at.words, hand_over_id, me.person, now)
    except Conflict as error:  # a colleague was first: the page shows who
        return at.page(get_handover(at.session, hand_over_id, me.person), error)
    return to(f"{PATH}/{hand_over_id}")


@pages.post("/{hand_over_id}/replies")
def reply(
    hand_over_id: UUID, at: At, me: OwnForm, now: Now, text: Annotated[str, Form()] = ""
) -> Response:
    try:
        service.reply(at.session, hand_over_id, me.person, text, now)
    except Invalid as error:  # show what was typed again, beside what is wrong with it
        hand_over = get_handover(at.session, hand_over_id, me.person)
        return at.page(hand_over, error, Attempt("reply", {"text": text}))
    return to(f"{PATH}/{hand_over_id}#reply")


@pages.post("/{hand_over_id}/sentences")
def send_sentence(hand_over_id: UUID, at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    key, values = typed.get("sentence", ""), dict(typed)
    if "moment_day" in typed:
        values["moment"] = _moment_typed(typed["moment_day"], typed.get("moment_time", ""))
    try:
        who = (hand_over_id, me.person)
        sentences.send_sentence(at.session, at.words, *who, key, values, now)
    except Invalid as error:
        hand_over = get_handover(at.session, hand_over_id, me.person)
        return at.page(hand_over, error, Attempt(key, typed, error.faults))
    return to(f"{PATH}/{hand_over_id}#reply")


@pages.post("/{hand_over_id}/interpreters")
def ask_interpreter(hand_over_id: UUID, at: At, me: OwnForm, typed: Typed, now: Now) -> Response:
    hand_over = get_handover(at.session, hand_over_id, me.person)
    try:
        interpreters.ask_interpreter(at.session, hand_over_id, me.person, _wish(typed), now)
    except Invalid as error:
        return at.page(hand_over, error, Attempt("interpreter", typed, error.faults))
    return to(f"{PATH}/{hand_over_id}#interpreters")


@pages.post("/{hand_over_id}/interpreters/{request_id}/arrange")
def arrange_interpreter(
    hand_over_id: UUID,
    request_id: Annotated[int, NUMBER],
    at: At,
    me: OwnForm,
    typed: Typed,
    now: Now,
) -> Response:
    hand_over = get_handover(at.session, hand_over_id, me.person)
    try:
        interpreters.arrange_interpreter(at.session, request_id, me.person, _wish(typed), now)
    except Invalid as error:
        return at.page(hand_over, error, Attempt(f"interpreter-{request_id}", typed, error.faults))
    return to(f"{PATH}/{hand_over_id}#interpreters")


@pages.post("/{hand_over_id}/interpreters/{request_id}/cancel")
def cancel_interpreter(
    hand_over_id: UUID, request_id: Annotated[int, NUMBER], session: Tx, me: OwnForm, now: Now
) -> Response:
    interpreters.cancel_interpreter(session, request_id, me.person, now)
    return to(f"{PATH}/{hand_over_id}#interpreters")


@pages.post("/{hand_over_id}/hand-back")
def hand_back(hand_over_id: UUID, session: Tx, words: TheWords, me: OwnForm, now: Now) -> Response:
    service.hand_back(session, words, hand_over_id, me.person, now)
    return to(f"{PATH}/{hand_over_id}")


def _wish(typed: dict[str, str]) -> Wish:
    """What the form says; Invalid for a day or a time that there is not."""
    day, clock = typed.get("at_day", ""), typed.get("at_time", "")
    more = (typed.get("who", ""), typed.get("phone", ""))
    if not day and not clock:
        return Wish(typed.get("language", ""), None, *more)
    try:
        written = datetime.fromisoformat(_moment_typed(day, clock))
    except ValueError as error:
        raise Invalid("a day and a time", "error.interpreter", {"at": "unreadable"}) from error
    return Wish(typed.get("language", ""), written.replace(tzinfo=AMSTERDAM), *more)


def _moment_typed(day: str, clock: str) -> str:
    """As the two inputs of a browser say it; neither, and it is empty."""
    return f"{day.strip()}T{clock.strip()}" if day.strip() or clock.strip() else ""
