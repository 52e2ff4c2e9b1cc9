"""Writing a line of the conversation down, and putting what the bot says in the outbox."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.answers.reply import Offer, Reply
from api.answers.words import Words
from api.conversations.models import Author, Button, Conversation, InboxMessage, Kind, Message
from api.outbox.models import DeliveryState, OutboxMessage
from api.people.models import Person
from api.signals import OUTBOX, conversation_signal, wake_after_commit
from translations.catalogue import SOURCE

BUTTONS_LAST = timedelta(days=30)


@dataclass(frozen=True)
class Cause:
    """The message that a reply answers, and what was understood of it."""

    inbox: InboxMessage
    intent: str | None = None
    confidence: float | None = None
    number: int = 0
    """Which of the answers to this message; makes the outbox key unique per cause."""
    final: bool = True

    @property
    def key(self) -> str:
        return f"inbox:{self.inbox.id}:{self.number}"


@dataclass(frozen=True)
class Errand:
    """Something that nobody asked for now, such as a reminder; answers to people go before it."""

    key: str
    """Unique, so that it is said once."""


@dataclass(frozen=True)
class Spoken:
    """What a person of the municipality says; not in Dutch, then the Dutch goes along."""

    text: str
    language: str = SOURCE
    original: str | None = None
    machine: bool = False
    """A computer translated it from the original."""
    draft: bool = False
    """A sentence that no native speaker has checked."""


@dataclass(frozen=True)
class LastRead:
    """What somebody read last, and whether it was said without being asked for."""

    line: Message
    is_reminder: bool


def find_last_read(session: Session, conversation_id: UUID) -> LastRead | None:
    """The last line that was said to this person. They have not read a reminder that has not
    left."""
    row = session.execute(
        select(Message, OutboxMessage.bulk)
        .outerjoin(OutboxMessage, OutboxMessage.message_id == Message.id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author != Author.participant,
            or_(
                OutboxMessage.id.is_(None),
                OutboxMessage.bulk.is_(False),
                OutboxMessage.state == DeliveryState.sent,
            ),
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return LastRead(row[0], bool(row[1])) if row else None


def hear(session: Session, inbox: InboxMessage, label: str | None) -> Message:
    """The participant's own line, already masked; a button shows its label."""
    text = label if inbox.kind is Kind.button else inbox.text
    line = Message(
        conversation_id=inbox.conversation_id,
        inbox_id=inbox.id,
        author=Author.participant,
        kind=inbox.kind,
        text="" if inbox.kind in (Kind.start, Kind.group) else text or "",
        language=inbox.conversation.speaks,
        final=False,
        at=inbox.received_at,
    )
    session.add(line)
    session.flush()
    wake_after_commit(session, conversation_signal(inbox.conversation_id))
    return line


def say(
    session: Session,
    words: Words,
    conversation: Conversation,
    reply: Reply,
    now: datetime,
    cause: Cause | Errand | None = None,
) -> Message:
    """The bot says this: one line in the transcript and one row in the outbox."""
    answers = cause if isinstance(cause, Cause) else None
    rendered = words.render(session, conversation, reply, now)
    buttons = [
        Button(
            id=secrets.token_urlsafe(12),
            conversation_id=conversation.id,
            action=offer.action,
            arguments=dict(offer.arguments),
            label=label,
            expires_at=now + BUTTONS_LAST,
        )
        for offer, label in rendered.buttons
    ]
    session.add_all(buttons)
    line = Message(
        conversation_id=conversation.id,
        inbox_id=answers.inbox.id if answers else None,
        author=Author.bot,
        text=rendered.text,
        language=rendered.language,
        draft=rendered.draft,
        buttons=[
            _shown(button, offer)
            for button, (offer, _) in zip(buttons, rendered.buttons, strict=True)
        ],
        media=rendered.media,
        final=answers.final if answers else True,
        intent=answers.intent if answers else None,
        confidence=answers.confidence if answers else None,
        topic=reply.topic,
        at=now,
    )
    return _send(session, conversation, line, now, cause)


def _shown(button: Button, offer: Offer) -> dict[str, Any]:
    """The button as a channel shows it; number and picture only where it has them."""
    seen = {"id": button.id, "label": button.label}
    more = {"number": offer.number, "picture": offer.picture}
    return seen | {name: value for name, value in more.items() if value is not None}


def say_as_person(
    session: Session, conversation: Conversation, staff: Person, spoken: Spoken, now: datetime
) -> Message:
    """A regisseur says this: in Dutch, or in the participant's language with the Dutch under it."""
    line = Message(
        conversation_id=conversation.id,
        author=Author.person,
        staff_id=staff.id,
        text=spoken.text,
        language=spoken.language,
        original=spoken.original,
        machine=spoken.machine,
        draft=spoken.draft,
        at=now,
    )
    return _send(session, conversation, line, now)


def _send(
    session: Session,
    conversation: Conversation,
    line: Message,
    now: datetime,
    cause: Cause | Errand | None = None,
) -> Message:
    session.add(line)
    session.flush()
    session.add(
        OutboxMessage(
            key=cause.key if cause else f"message:{line.id}",
            bulk=isinstance(cause, Errand),
            conversation_id=conversation.id,
            message_id=line.id,
            due_at=now,
        )
    )
    session.flush()
    wake_after_commit(session, OUTBOX, conversation_signal(conversation.id))
    return line
