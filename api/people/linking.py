"""Tying a chat to a person with a one-time code, and undoing it."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.cases.models import Participant
from api.conversations.models import CHATS, Button, Conversation, Message
from api.errors import NotFound
from api.handovers.models import EventKind, HandOver, HandOverEvent
from api.people.models import LinkCode, Municipality, Person
from api.signals import conversation_signal, wake_after_commit

VALID_FOR = timedelta(hours=72)
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without 0 O 1 I L, which look alike on paper
_LENGTH = 12
_BETWEEN = "[ \u2010-\u2015-]+"
_IN_GROUPS = re.compile(rf"(\w{{4}}){_BETWEEN}(\w{{4}}){_BETWEEN}(\w{{4}})")
_GROUPS = 3
_WORDS_AROUND_A_CODE = 4
_AROUND = ".,:;!?()\"'،؛؟"
_JUST_BEFORE = timedelta(seconds=1)


class LinkRefused(StrEnum):
    """Why a code did nothing; the value is the key of the text."""

    unknown = "link_unknown"
    expired = "link_expired"
    used = "link_used"


def create_code(session: Session, person: Person, by: UUID | None, now: datetime) -> str:
    """A new code of 12 characters (59 bits), valid for 72 hours and one use.

    Older unused codes of the person stop working: the paper that was lost is worth nothing.
    """
    revoke_codes(session, person.id, now)
    code = ""
    while not any(sign.isdigit() for sign in code):  # a word of letters only could be a word
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


def live_codes(session: Session, person_id: UUID, now: datetime) -> Sequence[LinkCode]:
    """The codes that would still link a chat to this person."""
    query = select(LinkCode).where(
        LinkCode.person_id == person_id, LinkCode.used_at.is_(None), LinkCode.expires_at > now
    )
    return session.scalars(query.order_by(LinkCode.id)).all()


def revoke_codes(session: Session, person_id: UUID, now: datetime) -> None:
    """No code that was made for this person until now links anything any more."""
    session.execute(
        update(LinkCode)
        .where(
            LinkCode.person_id == person_id, LinkCode.used_at.is_(None), LinkCode.expires_at > now
        )
        .values(expires_at=now)
    )


def revoke_code(session: Session, person_id: UUID, code_id: int, now: datetime) -> None:
    """This code of this person works no more. NotFound where they have no such code."""
    link = session.scalar(
        select(LinkCode).filter_by(id=code_id, person_id=person_id).with_for_update()
    )
    if link is None:
        raise NotFound("this person has no such code")
    if link.used_at is None:
        link.expires_at = min(link.expires_at, now)


def decline_code(session: Session, code_id: int, now: datetime) -> None:
    """Whoever has this code is not the person that it is for: it is worth nothing from now on."""
    link = session.get(LinkCode, code_id)
    if link is not None:
        revoke_code(session, link.person_id, code_id, now)


def looks_like_code(argument: str) -> bool:
    """Whether this can be a code of ours; no BSN or IBAN can."""
    word = _plain(argument)
    return len(word) == _LENGTH and set(word) <= set(_ALPHABET)


def code_in(text: str) -> str | None:
    """The code in a short text that has one, such as "mijn code is …"; it must not be kept.

    A digit is asked for, so that no ordinary word is taken for a code; and a letter where it
    stands in groups, so that no number of a card is.
    """
    words = [word.strip(_AROUND) for word in _in_latin(text).split()]
    groups = [" ".join(words[at : at + _GROUPS]) for at in range(len(words) - _GROUPS + 1)]
    if len(words) > _WORDS_AROUND_A_CODE + (_GROUPS - 1 if any(map(_is_code, groups)) else 0):
        return None
    codes = [each for each in (*words, *groups) if _is_code(each)]
    return codes[0] if len(codes) == 1 else None


def _is_code(word: str) -> bool:
    return looks_like_code(word) and bool(re.search("[0-9]", word) and re.search("[A-Za-z]", word))


def find_code(session: Session, code: str, now: datetime) -> LinkCode | LinkRefused:
    """The code that somebody showed, while it can still be used; nothing is linked yet."""
    return _usable(session.scalar(select(LinkCode).filter_by(code_hash=_hash(code))), now)


def use_code(
    session: Session, conversation: Conversation, code: str, now: datetime
) -> Person | LinkRefused:
    """Link the conversation to the person of the code, or say why not."""
    found = find_code(session, code, now)
    if isinstance(found, LinkRefused):
        return found
    return confirm_code(session, conversation, found.id, now)


def confirm_code(
    session: Session, conversation: Conversation, code_id: int, now: datetime
) -> Person | LinkRefused:
    """Link the conversation now; of two chats that confirm at once the first one has it."""
    query = select(LinkCode).filter_by(id=code_id).with_for_update()
    link = _usable(session.scalar(query.execution_options(populate_existing=True)), now)
    if isinstance(link, LinkRefused):
        return link
    link.used_at = now
    _link(session, conversation, link.person, now)
    return link.person


def chats_of(session: Session, person_id: UUID) -> Sequence[Conversation]:
    """The chats that are linked to this person, always in the same order; a mailbox is none."""
    query = select(Conversation).where(
        Conversation.person_id == person_id, Conversation.channel.in_(CHATS)
    )
    return session.scalars(query.order_by(Conversation.id)).all()


def unlink(session: Session, conversation: Conversation, now: datetime) -> None:
    """Forget who this is: from here on this chat hears nothing of anybody's own.

    Buttons that were offered until now do nothing any more, and what was said is not shown again.
    A yes to passing files on was theirs, not of who has the telephone now.
    """
    conversation.person_id = conversation.person = conversation.linked_at = None
    conversation.municipality_id = conversation.told_group = None
    conversation.topic = conversation.expecting = None
    conversation.misses = 0
    conversation.new_session(now)
    last = select(func.max(Message.id)).where(Message.conversation_id == conversation.id)
    conversation.forgotten_until = session.scalar(last)
    session.execute(
        update(Button)
        .where(Button.conversation_id == conversation.id, Button.expires_at >= now)
        .values(expires_at=now - _JUST_BEFORE)
    )
    _tell_hand_over(session, conversation, now)


def _tell_hand_over(session: Session, conversation: Conversation, now: datetime) -> None:
    """Who has the conversation must know that somebody else may read it now."""
    of_this_chat = HandOver.conversation_id == conversation.id
    session.execute(update(HandOver).where(of_this_chat).values(files_allowed_at=None))
    current = session.scalar(select(HandOver.id).where(of_this_chat, HandOver.closed_at.is_(None)))
    if current is not None:
        session.add(HandOverEvent(hand_over_id=current, kind=EventKind.unlinked, at=now))
        wake_after_commit(session, conversation_signal(conversation.id))
    session.flush()


def find_town(session: Session, argument: str) -> Municipality | None:
    """The municipality that `/start <town>` names."""
    word = argument.strip().lower()
    return session.get(Municipality, word) if word.isprintable() else None


def _link(session: Session, conversation: Conversation, person: Person, now: datetime) -> None:
    if conversation.person_id not in (None, person.id):
        unlink(session, conversation, now)
    conversation.person_id, conversation.person = person.id, person
    conversation.linked_at = now
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


def _usable(link: LinkCode | None, now: datetime) -> LinkCode | LinkRefused:
    if link is None:
        return LinkRefused.unknown
    if link.used_at is not None:
        return LinkRefused.used
    return LinkRefused.expired if link.expires_at <= now else link


def _plain(code: str) -> str:
    """As it was made: on paper it may stand in groups, and people type small letters."""
    word = _in_latin(code).strip().upper()
    return re.sub(_BETWEEN, "", word) if _IN_GROUPS.fullmatch(word) else word


def _in_latin(text: str) -> str:
    """What a keyboard of another script makes of it: digits of its own, signs that nobody sees."""
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    plain = unicodedata.normalize("NFKC", "".join(seen))
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)


def _hash(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
