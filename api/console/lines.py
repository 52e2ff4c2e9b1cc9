"""The lines of a conversation as the console shows them, with what was sent along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.answers.words import Words
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import attachments_of
from api.clock import local
from api.console.views import console_text
from api.conversations.models import Author, Kind, Message
from api.handovers.bureau import Bureau
from api.handovers.models import HandOver
from api.handovers.queue import list_lines, raised_alarm
from api.handovers.reading import can_read, is_foreign
from api.outbox.service import states_of
from translations.catalogue import SOURCE, direction

FILES = "/console/attachments"


@dataclass(frozen=True)
class File:
    """A voice message, a picture or a document, and what became of it."""

    id: int
    kind: str
    state: str
    url: str
    type: str
    why: str
    """Of a failure, one word."""

    @property
    def is_asked_for(self) -> bool:
        """Whether the participant can still be asked whether we may have it."""
        return self.state == AttachmentState.offered

    @property
    def can_be_removed(self) -> bool:
        return self.state in (AttachmentState.stored, AttachmentState.wanted)


@dataclass(frozen=True)
class Line:
    id: int
    author: str
    name: str | None
    text: str
    language: str
    direction: str
    original: str | None
    """The Dutch of what a person said in another language."""
    machine: bool
    draft: bool
    readable: bool
    """Whether the machine can put it into Dutch."""
    file: File | None
    at: datetime
    state: str | None
    before_hand_over: bool


def lines_of(session: Session, words: Words, bureau: Bureau, hand_over: HandOver) -> Sequence[Line]:
    """The transcript of a hand-over; a line that raised the alarm is not passed on."""
    messages = list_lines(session, hand_over)
    ids = [message.id for message in messages]
    states, files = states_of(session, ids), attachments_of(session, ids)
    return [
        Line(
            id=message.id,
            author=message.author,
            name=_name(message, hand_over),
            text=_text(words, message, message.id in files),
            language=_language(message),
            direction=direction(_language(message)),
            original=message.original,
            machine=message.machine,
            draft=message.draft and message.author is Author.person,
            readable=is_foreign(message) and can_read(bureau, message.language),
            file=_file(message, files),
            at=local(message.at),
            state=states.get(message.id),
            before_hand_over=message.at < hand_over.created_at,
        )
        for message in messages
    ]


def _file(message: Message, files: Mapping[int, Attachment]) -> File | None:
    found = files.get(message.id)
    if found is None or raised_alarm(message):
        return None
    url, type = f"{FILES}/{found.id}", found.type or ""
    return File(found.id, found.kind, found.state, url, type, found.why or "")


def _text(words: Words, message: Message, has_file: bool) -> str:
    if raised_alarm(message):
        return console_text(words, "kind.kept_back")
    if message.kind in (Kind.text, Kind.button) and message.text:
        return message.text
    key = f"file.sent.{message.kind}" if has_file else f"kind.{message.kind}"
    return message.text or console_text(words, key)


def _language(message: Message) -> str:
    """The language of what stands there: our own notes about a message are Dutch."""
    return message.language if message.text and not raised_alarm(message) else SOURCE


def _name(message: Message, hand_over: HandOver) -> str | None:
    match message.author:
        case Author.person:
            return message.staff.name if message.staff else None
        case Author.participant:
            talk = hand_over.conversation
            forgotten = message.id <= (talk.forgotten_until or 0)  # of who had the telephone before
            return talk.person.name if talk.person and not forgotten else None
        case _:
            return None
