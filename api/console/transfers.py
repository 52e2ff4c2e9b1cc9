"""The move of a case to another municipality, on its page: asking, consent, taking back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cases import transfers
from api.cases.access import get_case
from api.cases.history import Change
from api.cases.models import Case, Transfer, TransferState
from api.clock import local
from api.console import faults as wrong
from api.console.case_form import At, Desk, Typed
from api.console.case_list import PATH
from api.console.case_views import header
from api.console.case_words import counted, day_in_words, moment_in_words
from api.console.forms import Input, Options, Shape, Shown, inputs, read
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.conversations.models import CHATS, Button, Conversation
from api.dependencies import Now
from api.errors import Conflict, Invalid
from api.exchange.routes import ConsentCreate, TransferCreate
from api.people.models import Municipality

TRANSFER, CONSENT = "transfer", "consent"
"""Kinds of form besides those of a case."""
EMPTY = Shown()

pages = APIRouter(prefix=PATH, include_in_schema=False)


@dataclass(frozen=True)
class MoveRow:
    """One move as this municipality sees it: the other one by its name, and no way to its case."""

    id: UUID
    state: TransferState
    is_incoming: bool
    town: str
    what: str
    when: str
    iso: str
    consent: str | None
    how: str | None
    """In the words of who wrote the consent down."""
    registered_on: str | None


@dataclass(frozen=True)
class Move:
    """What the section of the page shows, and what can be done now."""

    rows: Sequence[MoveRow]
    waits: MoveRow | None
    """The question that has no answer yet."""
    not_asked: str | None
    """Where the participant did not see the question."""
    inputs: Sequence[Input]
    """Of the form that there is now: the question, or else the consent."""
    note: str | None
    """Why nothing can be asked."""


@pages.post("/{case_id}/transfers")
def ask_for_move(case_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    case, values = get_case(at.session, at.me.person, case_id), read(TransferCreate, typed)
    if faults := wrong.check(at.words, TRANSFER, TransferCreate, values):
        return _again(at, case, Shown(typed, faults), Invalid.status)
    asked = TransferCreate.model_validate(values, by_name=True)

    def write() -> Transfer:
        more = (case_id, asked.to, now, asked.registered_on)
        return transfers.request_transfer(at.session, at.words, at.me.person, *more)

    return _written(at, case, typed, write)


@pages.post("/{case_id}/transfers/{transfer_id}/consent")
def write_consent(
    case_id: UUID, transfer_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now
) -> Response:
    case, values = get_case(at.session, at.me.person, case_id), read(ConsentCreate, typed)
    if faults := wrong.check(at.words, CONSENT, ConsentCreate, values):
        return _again(at, case, Shown(typed, faults), Invalid.status)
    given = ConsentCreate.model_validate(values, by_name=True)

    def write() -> Transfer:
        more = (case_id, transfer_id, given.on, given.how, now)
        return transfers.record_consent(at.session, at.words, at.words.rules, at.me.person, *more)

    return _written(at, case, typed, write)


@pages.post("/{case_id}/transfers/{transfer_id}/withdrawal")
def take_back(case_id: UUID, transfer_id: UUID, at: At, _me: OwnForm, now: Now) -> Response:
    case = get_case(at.session, at.me.person, case_id)

    def write() -> Transfer:
        more = (case_id, transfer_id, now)
        return transfers.withdraw_transfer(at.session, at.me.person, *more)

    return _written(at, case, {}, write)


def show_move(at: Desk, case: Case, shown: Shown = EMPTY) -> Move:
    """The moves from and to this case, the newest first, and the form that can be filled in."""
    found = transfers.list_transfers(at.session, at.me.person, case.id)
    since = _moments(at.session, found)
    rows = {each.id: _row(at, case, each, since.get(each.id)) for each in found}
    waiting = next((each for each in found if each.state is TransferState.asked), None)
    towns = _towns(at.session, case)
    note = None if waiting else _note(case, found, towns)
    return Move(
        rows=list(rows.values()),
        waits=rows[waiting.id] if waiting else None,
        not_asked=_not_asked(at, case, waiting) if waiting else None,
        inputs=() if note else _inputs(at, case, waiting, towns, shown),
        note=note,
    )


def _written(
    at: Desk, case: Case, typed: dict[str, str], write: Callable[[], Transfer]
) -> Response:
    """Back to the case; or what is wrong beside what was typed, and then nothing was written."""
    try:
        with at.session.begin_nested():
            write()
    except Invalid as error:
        faults = wrong.in_dutch(at.words, TRANSFER, error.faults)
        return _again(at, case, Shown(typed, faults), error.status)
    except Conflict as error:
        return _again(at, case, Shown({}, {"": console_text(at.words, error.key)}), error.status)
    return to(f"{PATH}/{case.id}#transfer")


def _again(at: Desk, case: Case, shown: Shown, status: int) -> Response:
    move = show_move(at, case, shown)
    known = {each.asked.name for each in move.inputs}
    return at.page(
        "transfer.html",
        status,
        case=header(at.words, case),
        move=move,
        faulty=[each for each in move.inputs if each.fault],
        other_faults=[words for name, words in shown.faults.items() if name not in known],
    )


def _inputs(
    at: Desk, case: Case, waiting: Transfer | None, towns: Options, shown: Shown
) -> Sequence[Input]:
    if waiting is not None:
        # A case that was closed meanwhile goes nowhere: the question can only be taken back.
        return () if case.closed_on else inputs(at.words, CONSENT, ConsentCreate, shown)
    which, *others = inputs(at.words, TRANSFER, TransferCreate, shown)
    chosen = replace(which, asked=replace(which.asked, shape=Shape.choice), options=towns)
    return [chosen, *others]


def _note(case: Case, found: Sequence[Transfer], towns: Options) -> str | None:
    if case.closed_on is not None:
        gone = any(each.case_id == case.id and each.new_case_id for each in found)
        return "case.transfer.gone" if gone else "case.transfer.closed"
    return None if towns else "case.transfer.no_towns"


def _towns(session: Session, case: Case) -> Options:
    """The other municipalities of this installation."""
    query = select(Municipality).where(Municipality.id != case.municipality_id)
    return [(one.id, one.name) for one in session.scalars(query.order_by(Municipality.name))]


def _row(at: Desk, case: Case, transfer: Transfer, since: datetime | None) -> MoveRow:
    is_incoming = transfer.new_case_id == case.id
    town = transfer.case.municipality.name if is_incoming else transfer.to.name
    what = "came" if is_incoming else transfer.state
    moment = since or transfer.answered_at or transfer.asked_at
    day = transfer.consent_on
    is_written = day is not None and transfer.consent_how != transfers.IN_CHAT
    way = "written" if is_written else "chat"
    return MoveRow(
        id=transfer.id,
        state=transfer.state,
        is_incoming=is_incoming,
        town=town,
        what=console_text(at.words, f"case.transfer.what.{what}", town=town),
        when=moment_in_words(at.words, moment),
        iso=local(moment).isoformat(),
        consent=console_text(at.words, f"case.transfer.consent.{way}", day=day_in_words(day))
        if day
        else None,
        how=transfer.consent_how if is_written else None,
        registered_on=day_in_words(transfer.registered_on) if transfer.registered_on else None,
    )


def _moments(session: Session, found: Sequence[Transfer]) -> Mapping[UUID, datetime]:
    """When each transfer became what it is now, as the history keeps it."""
    if not found:
        return {}
    query = select(Change.row_id, func.max(Change.at)).where(
        Change.case_id.in_({each.case_id for each in found}),
        Change.kind == Transfer.__tablename__,
        Change.row_id.in_([str(each.id) for each in found]),
    )
    rows: Sequence[Any] = session.execute(query.group_by(Change.row_id)).all()
    return {UUID(id): at for id, at in rows}


def _not_asked(at: Desk, case: Case, transfer: Transfer) -> str | None:
    """In which chats the question does not stand: the bot is silent where a person speaks."""
    query = select(Conversation).where(
        Conversation.person_id == case.participant_id,
        Conversation.channel.in_(CHATS),
        Conversation.blocked_at.is_(None),
    )
    chats = {chat.id: chat for chat in at.session.scalars(query)}
    offered = select(Button).where(Button.conversation_id.in_(chats), Button.action == TRANSFER)
    asked = {
        button.conversation_id
        for button in at.session.scalars(offered)
        if button.arguments.get("transfer") == str(transfer.id)
    }
    silent = [
        chat
        for id, chat in chats.items()
        if id not in asked and (chat.linked_at is None or chat.linked_at <= transfer.asked_at)
    ]
    if silent:
        return counted(at.words, "case.transfer.not_asked.claimed", len(silent))
    return None if asked else console_text(at.words, "case.transfer.not_asked.nowhere")
