"""An interpreter for a conversation: asked for, arranged or cancelled, and written down."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.channels.cleaning import clean
from api.errors import Conflict, Invalid, NotFound
from api.handovers.asking import wake
from api.handovers.models import (
    EventKind,
    HandOver,
    HandOverState,
    InterpreterRequest,
    InterpreterState,
)
from api.handovers.queue import get_handover, record
from api.people.models import Person
from api.privacy.masking import mask
from translations.catalogue import LANGUAGES, OTHER_LANGUAGES, SOURCE

SPOKEN = tuple(language for language in (*LANGUAGES, *OTHER_LANGUAGES) if language != SOURCE)
"""The languages for which one can be asked."""
LONGEST_WHO, LONGEST_PHONE = 120, 40
_PHONE = re.compile(r"\+?\d[\d ()./-]{2,38}")


@dataclass(frozen=True)
class Wish:
    """Which interpreter, and as far as it is known when, who and on which number."""

    language: str
    at: datetime | None = None
    who: str = ""
    phone: str = ""


def ask_interpreter(
    session: Session, hand_over_id: UUID, me: Person, wish: Wish, now: datetime
) -> InterpreterRequest:
    """Write down that one is needed. Invalid with the fields that cannot be as they are."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    request = InterpreterRequest(
        hand_over_id=hand_over.id,
        state=InterpreterState.asked,
        asked_by_id=me.id,
        asked_at=now,
        changed_at=now,
    )
    _fill(request, wish, now)
    session.add(request)
    return _noted(session, hand_over, request, me, now)


def arrange_interpreter(
    session: Session, request_id: int, me: Person, wish: Wish, now: datetime
) -> InterpreterRequest:
    """It is certain when, and with whom or on which number; arranged anew it is another time."""
    request, hand_over = _get(session, request_id, me)
    missing = {} if wish.at is not None else {"at": "missing"}
    if not wish.who.strip() and not wish.phone.strip():
        missing["who"] = "missing"
    _fill(request, wish, now, missing)
    request.state = InterpreterState.arranged
    return _noted(session, hand_over, request, me, now)


def cancel_interpreter(
    session: Session, request_id: int, me: Person, now: datetime
) -> InterpreterRequest:
    """It is not needed any more; twice changes nothing."""
    request, hand_over = _get(session, request_id, me)
    if request.state == InterpreterState.cancelled:
        return request
    request.state = InterpreterState.cancelled
    return _noted(session, hand_over, request, me, now)


def list_interpreters(session: Session, hand_over: HandOver) -> Sequence[InterpreterRequest]:
    """All that were asked for, the oldest first."""
    query = select(InterpreterRequest).filter_by(hand_over_id=hand_over.id)
    return session.scalars(query.order_by(InterpreterRequest.id)).all()


def _get(session: Session, request_id: int, me: Person) -> tuple[InterpreterRequest, HandOver]:
    """One in a question that I may see, which is locked; else NotFound."""
    request = session.get(InterpreterRequest, request_id)
    if request is None:
        raise NotFound("there is no such request in your municipality")
    hand_over = get_handover(session, request.hand_over_id, me, lock=True)
    session.refresh(request)
    return request, hand_over


def _fill(
    request: InterpreterRequest, wish: Wish, now: datetime, missing: Mapping[str, str] | None = None
) -> None:
    """All of it or, where something cannot be so, nothing of it."""
    who, phone = (" ".join(clean(text).split()) for text in (wish.who, wish.phone))
    if faults := {**(missing or {}), **_faults(wish, who, phone, now)}:
        raise Invalid("look at these fields", "error.interpreter", faults)
    request.language, request.at, request.who, request.phone = wish.language, wish.at, who, phone


def _faults(wish: Wish, who: str, phone: str, now: datetime) -> dict[str, str]:
    faults = dict[str, str]()
    if wish.language not in SPOKEN:
        faults["language"] = "choice"
    if wish.at is not None and wish.at < now:
        faults["at"] = "over"
    if len(who) > LONGEST_WHO:
        faults["who"] = "too_long"
    elif mask(who).found & {"bsn", "iban"}:
        faults["who"] = "secret"
    if phone and (not _PHONE.fullmatch(phone) or len(phone) > LONGEST_PHONE):
        faults["phone"] = "unreadable"
    return faults


def _noted(
    session: Session,
    hand_over: HandOver,
    request: InterpreterRequest,
    me: Person,
    now: datetime,
) -> InterpreterRequest:
    request.changed_at = now
    session.flush()
    record(session, hand_over, EventKind.interpreter, now, me, text=request.state)
    wake(session, hand_over)
    return request
