"""Machine translation in the console: what a participant wrote, and a draft of a reply.

The machine takes seconds. So these routes look things up, let go of the store, ask the machine, and
only then open the store again.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, Response

from api.clock import local
from api.console.case_form import Typed
from api.console.hand_over_page import PATH, At, Attempt, Room, faults_in_words
from api.console.routes import OwnForm, Token, own_form, render, signed_in, to
from api.conversations.models import Message
from api.db import Database, Tx
from api.dependencies import Now, TheBureau, TheWords
from api.errors import Invalid, Unavailable, WegwijsError
from api.handovers import drafts
from api.handovers.bureau import Busy, TooSlow
from api.handovers.queue import get_handover
from api.handovers.reading import Readings, get_foreign_line, read_in_dutch
from api.handovers.service import get_mine
from translations.catalogue import direction
from translations.machine import NoModel, NoTranslation

LARGEST_ID = 2**63 - 1

pages = APIRouter(prefix=PATH, include_in_schema=False)


@pages.get("/{hand_over_id}/messages/{message_id}/translation")
def read_line(
    request: Request,
    hand_over_id: UUID,
    message_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    words: TheWords,
    bureau: TheBureau,
    now: Now,
    token: Token = None,
    part: bool = False,
) -> Response:
    """A line of the participant in Dutch: a small page, or only the `part` of the big one."""
    database: Database = request.app.state.database
    readings: Readings = request.app.state.readings
    with database.reading() as session:
        me = signed_in(session, now, token).person
        line = get_foreign_line(session, hand_over_id, me, message_id)
    shown, status = _about(hand_over_id, line), 200
    try:
        reading = readings.read(line, now, lambda: read_in_dutch(bureau, line))
        faults = faults_in_words(words, reading.faults)
        shown |= {"translation": reading.text, "faults": faults}
    except NoTranslation as error:
        told = _told(error)
        again = isinstance(told, Unavailable)
        shown |= {"fault_key": told.key, "again": again}
        status = told.status if again else status
    if part:
        return render(request, words, "_translation.html", None, status, **shown)
    with database.reading() as session:
        me_again = signed_in(session, now, token)
        return render(request, words, "translation.html", me_again, status, **shown)


@pages.post("/{hand_over_id}/drafts")
def make_draft(
    request: Request,
    hand_over_id: UUID,
    words: TheWords,
    bureau: TheBureau,
    now: Now,
    typed: Typed,
    token: Token = None,
) -> Response:
    """Translate what was typed and show it; nothing is sent yet."""
    database: Database = request.app.state.database
    with database.reading() as session:
        me = own_form(signed_in(session, now, token), typed.get("csrf", ""))
        language = get_mine(session, hand_over_id, me.person).conversation.speaks
    try:
        drafted = drafts.translate_reply(bureau, typed.get("text", ""), language)
    except (Invalid, NoTranslation) as error:
        with database.reading() as session:
            room = Room(request, session, words, bureau, signed_in(session, now, token), now)
            hand_over = get_handover(session, hand_over_id, room.me.person)
            return room.page(hand_over, _told(error), Attempt("reply", typed))
    with database.writing() as session:
        me = signed_in(session, now, token)
        drafts.make_draft(session, hand_over_id, me.person, drafted, now)
    return to(f"{PATH}/{hand_over_id}#draft")


@pages.post("/{hand_over_id}/drafts/discard")
def discard_draft(hand_over_id: UUID, session: Tx, me: OwnForm) -> Response:
    hand_over = get_handover(session, hand_over_id, me.person)
    drafts.throw_away(session, hand_over, me.person)
    return to(f"{PATH}/{hand_over_id}#reply")


@pages.post("/{hand_over_id}/drafts/{draft_id}/send")
def send_draft(
    hand_over_id: UUID,
    draft_id: UUID,
    at: At,
    me: OwnForm,
    now: Now,
    seen: Annotated[bool, Form()] = False,
) -> Response:
    """As machine translation; where the guard missed something, only when that was looked at."""
    hand_over = get_handover(at.session, hand_over_id, me.person)
    try:
        draft = (hand_over_id, me.person, draft_id)
        drafts.send_draft(at.session, *draft, now, looked_at=seen)
    except Invalid as error:
        return at.page(hand_over, error)
    return to(f"{PATH}/{hand_over_id}#reply")


def _about(hand_over_id: UUID, line: Message) -> dict[str, Any]:
    """The line itself, with the way back to it."""
    return {
        "here": f"{PATH}/{hand_over_id}",
        "line_id": line.id,
        "text": line.text,
        "language": line.language,
        "direction": direction(line.language),
        "at": local(line.at),
        "fault_key": None,
    }


def _told(error: Exception) -> WegwijsError:
    """The same error in the words of the console."""
    match error:
        case Invalid():
            return error
        case Busy():
            return Unavailable("", "error.translation_busy")
        case TooSlow():
            return Unavailable("", "error.translation_slow")
        case NoModel():
            return Invalid("", "error.no_model")
        case _:
            return Unavailable("", "error.translation_failed")
