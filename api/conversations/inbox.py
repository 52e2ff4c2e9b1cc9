"""The door's last step and the worker's first: store a message once, claim the oldest of a chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from api.channels.cleaning import AROUND_A_NUMBER, clean, is_number
from api.conversations.models import (
    Author,
    Channel,
    Conversation,
    InboxMessage,
    Kind,
    Message,
)
from api.db import insert_once
from api.leases import Claim, is_free
from api.people.linking import looks_like_code
from api.people.models import Municipality
from api.privacy.masking import mask
from api.signals import INBOX, wake_after_commit
from translations.catalogue import LANGUAGES
from translations.normalise import normalise

MAX_STORED_CHARACTERS = 10_000
LEASE = timedelta(seconds=30)
"""Longer than the slowest answer; a dead worker's message waits this long for another."""


@dataclass(frozen=True)
class Incoming:
    """What any channel says, in one shape.

    `position` orders the messages of one chat; `language` is a choice the person made with this
    message, `language_hint` only what the channel believes.
    """

    channel: Channel
    external_id: str
    chat_id: str
    position: int
    kind: Kind
    text: str | None = None
    button_id: str | None = None
    language: str | None = None
    language_hint: str | None = None
    town: str | None = None
    file: Mapping[str, Any] | None = None
    """Of what was sent besides words: the channel's `reference`, and the `size` in bytes that it
    says."""


def store(session: Session, incoming: Incoming, now: datetime) -> bool:
    """Write one inbox row; False when this message was stored before, and then nothing changes.

    What must never be kept is masked here; the argument of `/start` is a code to be used
    once, and is erased with the row's text.
    """
    conversation = _conversation(session, incoming, now)
    text, masked = incoming.text, False
    if text is not None:
        text = clean(text)
        if incoming.kind not in (Kind.start, Kind.group) or not looks_like_code(text):
            result = mask(text)
            text, masked = result.text, bool(result.found)
        text = text[:MAX_STORED_CHARACTERS]
    kind, button_id = incoming.kind, incoming.button_id
    if kind is Kind.text and (chosen := _numbered_button(session, conversation, text or "")):
        kind, button_id, text = Kind.button, chosen, None
    new = insert_once(
        session,
        InboxMessage,
        channel=incoming.channel,
        external_id=incoming.external_id,
        conversation_id=conversation.id,
        position=incoming.position,
        kind=kind,
        text=text,
        button_id=button_id,
        masked=masked,
        file=dict(incoming.file) if incoming.file else None,
        received_at=now,
        due_at=now,
        tries=0,
    )
    if new:
        _apply_choices(session, conversation, incoming, now)
        wake_after_commit(session, INBOX)
    return new


def _numbered_button(session: Session, conversation: Conversation, text: str) -> str | None:
    """The button of the last menu that this number names, in the digits of any script."""
    if not is_number(text):
        return None
    number = normalise(text).strip(AROUND_A_NUMBER)
    last = session.scalars(
        select(Message)
        .filter_by(conversation_id=conversation.id, author=Author.bot)
        .order_by(Message.id.desc())
    ).first()
    offered = last.buttons if last else []
    return next((each["id"] for each in offered if each.get("number") == int(number)), None)


def _conversation(session: Session, incoming: Incoming, now: datetime) -> Conversation:
    insert_once(
        session,
        Conversation,
        id=uuid4(),
        channel=incoming.channel,
        chat_id=incoming.chat_id,
        guessed_language=_supported(incoming.language_hint) or "nl",
        session_id=str(uuid4()),
        session_used_at=now,
        misses=0,
        created_at=now,
    )
    return session.scalars(
        select(Conversation).filter_by(channel=incoming.channel, chat_id=incoming.chat_id)
    ).one()


def _apply_choices(
    session: Session, conversation: Conversation, incoming: Incoming, now: datetime
) -> None:
    if language := _supported(incoming.language):
        conversation.choose_language(language, now)
    if incoming.town and not conversation.municipality_id:
        town = session.get(Municipality, incoming.town)
        conversation.municipality_id = town.id if town else None


def _supported(code: str | None) -> str | None:
    """The language of a code such as "ar" or "tr-TR", if we speak it."""
    language = (code or "").split("-")[0].lower()
    return language if language in LANGUAGES else None


def _blocked() -> ColumnElement[bool]:
    """An earlier message of the chat waits, or somebody is working on another one."""
    other = aliased(InboxMessage)
    earlier = tuple_(other.position, other.id) < tuple_(InboxMessage.position, InboxMessage.id)
    return exists().where(
        other.conversation_id == InboxMessage.conversation_id,
        other.done_at.is_(None),
        other.id != InboxMessage.id,
        earlier | ~is_free(other),
    )


_CLAIM = Claim(
    InboxMessage,
    ~_blocked(),
    order=(InboxMessage.due_at, InboxMessage.id),
    lease_for=LEASE,
)


def claim_next(session: Session, now: datetime, limit: int) -> list[InboxMessage]:
    """The oldest waiting message of each chat in which nobody is working.

    Chats run side by side; inside a chat the channel's order holds.
    """
    claimed = _CLAIM(session, now, limit)
    for message in claimed:
        message.conversation.use_session(now)
    return claimed
