"""What goes with a message besides its words: made from the store, just before it is sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.calendar import CONTENT_TYPE, FILE_NAME, FOLDER, find_ics, media_of
from api.cases.models import Participant
from api.conversations.models import Channel
from api.outbox.models import OutboxMessage
from api.reminders.letters import page_of, subject_key
from api.reminders.models import Reminder
from translations.catalogue import Text


@dataclass(frozen=True)
class Attachment:
    """A file."""

    name: str
    content: bytes
    type: str


@dataclass(frozen=True)
class Envelope:
    """What an e-mail needs besides its text."""

    address: str | None
    """None where the town took it away since."""
    sender: str
    """The name of who writes, not an address."""
    subject: str
    language: str
    direction: str
    at: datetime


@dataclass(frozen=True)
class Mail:
    """A message as it reads in an e-mail, and its envelope."""

    text: str
    envelope: Envelope


def attachment_of(
    session: Session, words: Words, row: OutboxMessage, now: datetime
) -> Attachment | None:
    """The appointment that the message is about, for the calendar of who gets it.

    None where there is none, and on the page of the web chat, which asks for it itself.
    """
    if row.conversation.channel is Channel.webchat:
        return None
    content = find_ics(session, words, row.conversation, _calendar_of(session, row), now)
    return Attachment(FILE_NAME, content, CONTENT_TYPE) if content else None


def mail_of(session: Session, words: Words, row: OutboxMessage, now: datetime) -> Mail | None:
    """Of what goes by e-mail; to whom is read now, so that a correction of the address counts.

    None for the other channels, and where the mailbox is nobody's any more.
    """
    if row.conversation.channel is not Channel.email:
        return None
    person_id = row.conversation.person_id
    participant = session.get(Participant, person_id) if person_id else None
    if participant is None:
        return None
    reminder = _reminder_of(session, row)
    town = reminder.municipality_id if reminder else participant.municipality_id
    said = Text(row.message.text, row.message.language, row.message.draft)
    page = page_of(session, words, participant.person, town, subject_key(reminder), said)
    mark = [f"✎ {words.text(page.language, 'draft_mark')}"] if page.draft else []
    envelope = Envelope(
        address=participant.email,
        sender=page.town,
        subject=page.subject,
        language=page.language,
        direction=page.direction,
        at=now,
    )
    return Mail("\n\n".join((*page.paragraphs, *mark)), envelope)


def _calendar_of(session: Session, row: OutboxMessage) -> str:
    """The name of the file: said with the message, or that of the reminder which is mailed."""
    if (row.message.media or "").startswith(f"{FOLDER}/"):
        return row.message.media or ""
    if row.conversation.channel is not Channel.email:
        return ""
    reminder = _reminder_of(session, row)
    return media_of(reminder.appointment) if reminder and reminder.appointment else ""


def _reminder_of(session: Session, row: OutboxMessage) -> Reminder | None:
    return session.scalar(select(Reminder).where(Reminder.outbox_id == row.id))
