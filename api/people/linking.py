"""Tying a chat to a person with a one-time code."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.cases.models import Participant
from api.conversations.models import Conversation
from api.people.models import LinkCode, Municipality, Person

VALID_FOR = timedelta(hours=72)
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without 0 O 1 I L, which look alike on paper
_LENGTH = 12


class LinkRefused(StrEnum):
    """Why a code did nothing; the value is the key of the text."""

    unknown = "link_unknown"
    expired = "link_expired"
    used = "link_used"


def create_code(session: Session, person: Person, by: UUID | None, now: datetime) -> str:
    """A new code of 12 characters (59 bits), valid for 72 hours and one use.

    Older unused codes of the person stop working: the paper that was lost is worth nothing.
    """
    session.execute(
        update(LinkCode)
        .where(LinkCode.person_id == person.id, LinkCode.used_at.is_(None))
        .values(expires_at=now)
    )
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    session.add(
        LinkCode(
            code_hash=_hash(code),
            person_id=person.id,
            created_by=by,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
    )
    session.flush()
    return code


def looks_like_code(argument: str) -> bool:
    """Whether this can be a code of ours; no BSN or IBAN can."""
    word = argument.strip().upper()
    return len(word) == _LENGTH and set(word) <= set(_ALPHABET)


def use_code(
    session: Session, conversation: Conversation, code: str, now: datetime
) -> Person | LinkRefused:
    """Link the conversation to the person of the code, or say why not."""
    link = session.scalar(select(LinkCode).filter_by(code_hash=_hash(code)).with_for_update())
    if link is None:
        return LinkRefused.unknown
    if link.used_at is not None:
        return LinkRefused.used
    if link.expires_at <= now:
        return LinkRefused.expired
    link.used_at = now
    _link(session, conversation, link.person, now)
    return link.person


def _link(session: Session, conversation: Conversation, person: Person, now: datetime) -> None:
    conversation.person_id, conversation.person = person.id, person
    if conversation.language is None:
        conversation.choose_language(person.language, now)
    participant = session.get(Participant, person.id)
    towns = (
        [participant.municipality_id]
        if participant
        else [role.municipality_id for role in person.roles]
    )
    conversation.municipality_id = towns[0] if towns else conversation.municipality_id
    conversation.new_session(now)


def find_town(session: Session, argument: str) -> Municipality | None:
    """The municipality that `/start <town>` names."""
    word = argument.strip().lower()
    return session.get(Municipality, word) if word.isprintable() else None


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
