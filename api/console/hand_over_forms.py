"""The forms beside a conversation: take over, give to a colleague, add a note."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from api.console.hand_over_page import PATH, At, Attempt
from api.console.routes import OwnForm, to
from api.dependencies import Now
from api.errors import Conflict, Invalid
from api.handovers import service
from api.handovers.queue import get_handover

NOBODY = UUID(int=0)

pages = APIRouter(prefix=PATH, include_in_schema=False)


@pages.post("/{hand_over_id}/take-over")
def take_over(hand_over_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    try:
        with at.session.begin_nested():
            service.take_over(at.session, hand_over_id, me.person, now)
    except Conflict as error:
        return _again(at, hand_over_id, error, Attempt("take-over"))
    return to(f"{PATH}/{hand_over_id}")


@pages.post("/{hand_over_id}/assign")
def assign(
    hand_over_id: UUID,
    at: At,
    me: OwnForm,
    now: Now,
    colleague: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    try:
        with at.session.begin_nested():
            service.assign(at.session, hand_over_id, me.person, _id_in(colleague), now)
    except (Conflict, Invalid) as error:
        return _again(at, hand_over_id, error, Attempt("assign", {"colleague": colleague}))
    return to(f"{PATH}/{hand_over_id}")


@pages.post("/{hand_over_id}/notes")
def add_note(
    hand_over_id: UUID, at: At, me: OwnForm, now: Now, note: Annotated[str, Form()] = ""
) -> Response:
    try:
        with at.session.begin_nested():
            service.add_note(at.session, hand_over_id, me.person, note, now)
    except Invalid as error:
        return _again(at, hand_over_id, error, Attempt("note", {"note": note}))
    return to(f"{PATH}/{hand_over_id}#notes")


def _again(at: At, hand_over_id: UUID, error: Conflict | Invalid, attempt: Attempt) -> Response:
    """The same page, with what was typed and what is wrong with it."""
    return at.page(get_handover(at.session, hand_over_id, at.me.person), error, attempt)


def _id_in(text: str) -> UUID:
    """Whom the form names; what is no id is nobody."""
    try:
        return UUID(text)
    except ValueError:
        return NOBODY
