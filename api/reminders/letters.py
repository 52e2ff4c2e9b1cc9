"""A reminder with what belongs around it on paper and in an e-mail: whom, how to answer, who."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.access import participant_of
from api.conversations.models import Channel, Conversation
from api.errors import Conflict
from api.people.contacts import find_contacts
from api.people.models import Municipality, Person
from api.reminders.messages import message
from api.reminders.models import Reminder, ReminderKind
from api.reminders.service import Post
from api.reminders.staleness import why_untrue
from translations.catalogue import LANGUAGES, SOURCE, Text, direction, without_isolates

WHO_HELPS = "regisseur"
"""Whose telephone number stands under it."""


@dataclass(frozen=True)
class Page:
    """A message in one language, with what belongs around it."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]
    """Some of several lines."""
    town: str
    """Who writes, such as "Gemeente Weert"."""
    draft: bool
    """Whether a part of it was never checked by somebody whose own language it is."""

    @property
    def direction(self) -> str:
        return direction(self.language)

    @property
    def lines(self) -> tuple[str, ...]:
        """Each line by itself, for paper."""
        return tuple(line for part in self.paragraphs for line in part.splitlines())


@dataclass(frozen=True)
class Letter:
    """A reminder to be printed: in the language of the person, and below in Dutch.

    `address` begins with the name. Who reads Dutch gets no second half: it is empty.
    """

    subject: str
    paragraphs: tuple[str, ...]
    language: str
    direction: str
    address: tuple[str, ...]
    dutch_subject: str
    dutch_paragraphs: tuple[str, ...]
    draft: bool


def letter_of(session: Session, words: Words, reminder: Reminder, now: datetime) -> Letter:
    """The letter as it is true now. Conflict where there is nothing true to write any more."""
    case = reminder.case
    participant = participant_of(session, case)
    person, town = participant.person, reminder.municipality_id
    language = reader_language(person)
    text = _message(session, words, reminder, language, now)
    own = page_of(session, words, person, town, subject_key(reminder), text)
    dutch = own
    if language != SOURCE:
        text = _message(session, words, reminder, SOURCE, now)
        dutch = page_of(session, words, person, town, subject_key(reminder), text)
    street = (participant.address or "").splitlines() if case.keeps_contact else []
    return Letter(
        subject=own.subject,
        paragraphs=own.lines,
        language=language,
        direction=own.direction,
        address=tuple(filter(None, (person.name, *(line.strip() for line in street)))),
        dutch_subject=dutch.subject,
        dutch_paragraphs=dutch.lines if language != SOURCE else (),
        draft=own.draft,
    )


def page_of(
    session: Session,
    words: Words,
    person: Person,
    town_id: str,
    subject: str,
    message: Text,
) -> Page:
    """The message between greeting and sender, with the number to call where it is known."""
    language = message.language
    town = session.get_one(Municipality, town_id).name
    contact = find_contacts(session, town_id, [WHO_HELPS]).get(WHO_HELPS)

    def said(key: str, **facts: object) -> Text:
        return words.catalogue.text(language, key, facts)

    dear, sender = said("mail.dear", name=person.first_name), said("mail.from", town=town)
    call = [said("contact.phone", phone=contact.phone)] if contact and contact.phone else []
    parts = [dear, message, said("mail.how"), *call, sender]
    gaps = {"town": town} if "town" in words.catalogue.gaps(subject) else {}
    return Page(
        language=language,
        subject=without_isolates(said(subject, **gaps).text),
        paragraphs=tuple(part.text for part in parts),
        town=without_isolates(sender.text),
        draft=any(part.draft for part in parts),
    )


def reader_language(person: Person) -> str:
    """Theirs, or Dutch where it is not spoken here."""
    return person.language if person.language in LANGUAGES else SOURCE


def subject_key(reminder: Reminder | None) -> str:
    is_deadline = reminder is not None and reminder.kind is ReminderKind.deadline
    return "mail.subject_deadline" if is_deadline else "mail.subject"


def _message(
    session: Session, words: Words, reminder: Reminder, language: str, now: datetime
) -> Text:
    finding = Post(words).finding_of(session, reminder, now)
    reply = message(session, words, reminder, finding, None)
    if reply is None or why_untrue(session, reminder, finding, now):
        raise Conflict("this letter is not true any more", "error.letter_stale")
    reader = _reader(reminder.case.participant_id, reminder.municipality_id)
    rendered = words.render(session, reader, replace(reply, language=language), now)
    return Text(rendered.text, rendered.language, rendered.draft)


def _reader(person_id: UUID, town: str) -> Conversation:
    """Who reads paper, as the words want to know it; it is never stored."""
    return Conversation(
        channel=Channel.email,
        chat_id=str(person_id),
        person_id=person_id,
        municipality_id=town,
        guessed_language=SOURCE,
    )
