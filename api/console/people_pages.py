"""The pages of people and their chats: codes, links, and a phone that was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Query, Response
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.access import SEES_HOUSEHOLDS
from api.cases.models import Household, Participant
from api.clock import local
from api.coaching.households import households_coached_by
from api.console.case_form import At, Desk
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.conversations.models import Conversation
from api.dependencies import Now, TheSettings
from api.errors import Invalid
from api.people.linking import VALID_FOR, chats_of, create_code, live_codes, revoke_code
from api.people.listing import towns_with_people
from api.people.models import LinkCode, Municipality, Person
from api.people.service import (
    ON_A_PAGE,
    add_coach,
    get_linkable,
    get_person,
    list_people,
    may_link,
    names_of,
)
from api.people.unlinking import lost_phone, unlink_chat
from api.settings import Settings
from translations.catalogue import SOURCE, Text

PATH = "/console/people"
_QUIET_ZONE = 4
"""Modules of white around a QR code, as the standard asks."""

pages = APIRouter(prefix=PATH, include_in_schema=False)

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Search = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True)
class CodeRow:
    id: int
    made_by: str | None
    made_at: datetime
    until: datetime


@dataclass(frozen=True)
class ChatRow:
    id: UUID
    channel: str
    linked_at: datetime | None
    used_at: datetime


@pages.get("")
def people_page(at: At, name: Search = "", page: PageNumber = 1) -> Response:
    return _people(at, name, page)


@pages.post("/coaches")
def make_coach(
    at: At,
    me: OwnForm,
    now: Now,
    town: Annotated[str, Form(max_length=40)] = "",
    first_name: Annotated[str, Form(max_length=200)] = "",
    last_name: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    try:
        coach = add_coach(at.session, me.person, town, first_name, last_name, now)
    except Invalid as error:
        typed = {"first_name": first_name, "last_name": last_name, "town": town}
        return _people(at, "", 1, error, typed)
    return to(f"{PATH}/{coach.id}")


@pages.get("/{person_id}")
def person_page(person_id: UUID, at: At, now: Now) -> Response:
    person = get_person(at.session, person_id, at.me.person)
    return at.page(
        "person.html",
        person=person,
        can_link=may_link(person, at.me.person),
        roles=[role.role for role in person.roles],
        language=console_text(at.words, f"language.{person.language}"),
        chats=[_chat(each) for each in chats_of(at.session, person.id)],
        codes=_codes(at.session, live_codes(at.session, person.id, now)),
        households=_households(at.session, at.me.person, person),
    )


@pages.post("/{person_id}/link-codes")
def make_link_code(
    person_id: UUID, at: At, settings: TheSettings, me: OwnForm, now: Now
) -> Response:
    person = get_linkable(at.session, person_id, me.person)
    return _code_page(at, settings, person, create_code(at.session, person, me.person_id, now), now)


@pages.post("/{person_id}/link-codes/{code_id}/revoke")
def revoke_link_code(person_id: UUID, code_id: int, at: At, me: OwnForm, now: Now) -> Response:
    person = get_person(at.session, person_id, me.person)
    revoke_code(at.session, person.id, code_id, now)
    return to(f"{PATH}/{person.id}")


@pages.post("/{person_id}/chats/{chat_id}/unlink")
def unlink_one(person_id: UUID, chat_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    person = get_person(at.session, person_id, me.person)
    unlink_chat(at.session, at.words, person, chat_id, now)
    return to(f"{PATH}/{person.id}")


@pages.post("/{person_id}/lost-phone")
def phone_was_lost(
    person_id: UUID, at: At, settings: TheSettings, me: OwnForm, now: Now
) -> Response:
    person = get_linkable(at.session, person_id, me.person)
    code = lost_phone(at.session, at.words, person, me.person_id, now)
    return _code_page(at, settings, person, code, now)


def qr_of(link: str) -> Markup:
    """A picture of the link that a telephone reads, as SVG that grows to its place."""
    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_inline(border=_QUIET_ZONE, omitsize=True, dark="#000", light="#fff")
    return Markup(drawn)


def _code_page(at: Desk, settings: Settings, person: Person, code: str, now: datetime) -> Response:
    bot_name = at.request.app.state.bot_name()
    telegram = f"https://t.me/{bot_name}?start={code}" if bot_name else None
    # Behind the # the code stays out of every log; the chat takes it from there.
    chat = f"{settings.public_url.rstrip('/')}/chat#start={code}"
    own = _own_words(at.words, person) if person.language != SOURCE else None
    return at.page(
        "link_code.html",
        person=person,
        code=code,
        telegram_link=telegram,
        chat_link=chat,
        qr=qr_of(telegram or chat),
        valid_until=local(now + VALID_FOR),
        own_words=own,
        draft_mark=at.words.text(own.language, "draft_mark") if own and own.draft else None,
    )


def _own_words(words: Words, person: Person) -> Text:
    """What the code is for and how to use it, as it goes home on paper."""
    told = {"first_name": person.first_name}
    return words.catalogue.text(person.language, "paper.code", told)


def _people(
    at: Desk,
    search: str,
    page: int,
    error: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    rows = list_people(at.session, at.me.person, search, page)
    return at.page(
        "people.html",
        error.status if error else 200,
        people=rows[:ON_A_PAGE],
        search=search,
        number=page,
        has_more=len(rows) > ON_A_PAGE,
        towns=towns_of_staff(at.session, at.me.person),
        typed=typed or {},
        error_key=error.key if error else None,
    )


def towns_of_staff(session: Session, me: Person) -> Sequence[Municipality]:
    """The municipalities of which I see people. NotAllowed for a role that sees none."""
    mine = towns_with_people(me)
    query = select(Municipality).where(Municipality.id.in_(mine)).order_by(Municipality.name)
    return session.scalars(query).all()


def _chat(chat: Conversation) -> ChatRow:
    linked_at = local(chat.linked_at) if chat.linked_at else None
    return ChatRow(chat.id, chat.channel, linked_at, local(chat.session_used_at))


def _codes(session: Session, codes: Sequence[LinkCode]) -> list[CodeRow]:
    names = names_of(session, [code.created_by for code in codes if code.created_by])
    return [
        CodeRow(
            id=code.id,
            made_by=names.get(code.created_by) if code.created_by else None,
            made_at=local(code.created_at),
            until=local(code.expires_at),
        )
        for code in codes
    ]


def _households(session: Session, me: Person, person: Person) -> Sequence[Household]:
    """Where a participant lives, and what a coach helps; within my municipalities."""
    found = list(households_coached_by(session, me, person.id))
    participant = session.get(Participant, person.id)
    lives_in = participant.household if participant else None
    if lives_in and lives_in.municipality_id in me.municipalities(*SEES_HOUSEHOLDS):
        found.insert(0, lives_in)
    return found
