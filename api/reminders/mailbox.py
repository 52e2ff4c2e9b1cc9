"""The conversation in which somebody is written to by e-mail: one for each person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.models import Participant
from api.conversations.models import Channel, Conversation
from api.people.models import Person
from translations.catalogue import LANGUAGES


def find_mailbox(session: Session, person_id: UUID) -> Conversation | None:
    """That of this person; also one to which nothing can be sent."""
    query = select(Conversation).filter_by(channel=Channel.email, chat_id=str(person_id))
    return session.scalar(query)


def takes_mail(session: Session, participant: Participant) -> bool:
    """Whether there is an address, and it was not refused."""
    if not participant.email:
        return False
    mailbox = find_mailbox(session, participant.person_id)
    return mailbox is None or mailbox.blocked_at is None


def open_mailbox(session: Session, person: Person, town: str, now: datetime) -> Conversation:
    """In the language that the person has now; the address stands with the participant."""
    mailbox = find_mailbox(session, person.id)
    if mailbox is None:
        mailbox = Conversation(
            channel=Channel.email,
            chat_id=str(person.id),
            session_used_at=now,
            welcomed_at=now,
            created_at=now,
        )
        session.add(mailbox)
    if mailbox.person_id is None:
        mailbox.person_id, mailbox.linked_at = person.id, now
    mailbox.municipality_id = town
    mailbox.language = person.language if person.language in LANGUAGES else None
    session.flush()
    return mailbox


def address_changed(session: Session, person_id: UUID) -> None:
    """What the old address refused says nothing of the new one."""
    mailbox = find_mailbox(session, person_id)
    if mailbox is not None:
        mailbox.blocked_at = None
