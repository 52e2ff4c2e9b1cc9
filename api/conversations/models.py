"""A conversation: what came in, what was said, and the buttons that were offered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.db import Base, Serial, UtcDateTime, choice
from api.leases import Leased
from api.people.models import Person, Role

SESSION_IDLE = timedelta(minutes=30)
"""After so long a silence Rasa starts a new dialogue, so nothing half-finished survives."""


class Channel(StrEnum):
    telegram = "telegram"
    webchat = "webchat"
    email = "email"
    """Reminders only; the chat is the person, whose address stands with the participant."""


CHATS = (Channel.telegram, Channel.webchat)
"""In these somebody can answer."""


class Kind(StrEnum):
    """What sort of thing a participant sent."""

    text = "text"
    button = "button"
    start = "start"
    """`/start <code or town>`; the argument is the text."""
    voice = "voice"
    photo = "photo"
    document = "document"
    sticker = "sticker"
    location = "location"
    other = "other"
    edit = "edit"
    group = "group"
    blocked = "blocked"
    """The person blocked the bot; nothing can be sent any more."""
    unblocked = "unblocked"


class Author(StrEnum):
    participant = "participant"
    bot = "bot"
    person = "person"


class Conversation(Base):
    """One chat of one channel; `person` is empty until a code links it."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "chat_id"),
        Index(
            "ix_conversation_wants_person",
            "id",
            sqlite_where=text("wants_person"),
            postgresql_where=text("wants_person"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    chat_id: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    linked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_until: Mapped[int | None] = mapped_column(BigInteger)
    """The last line that was said to somebody whose link was undone; not shown here again."""
    municipality_id: Mapped[str | None] = mapped_column(ForeignKey("municipality.id"))
    language: Mapped[str | None] = mapped_column(String(2))
    """What the person chose; empty while it is only a guess."""
    guessed_language: Mapped[str] = mapped_column(String(2), default="nl")
    session_id: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()), unique=True)
    session_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    welcomed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    misses: Mapped[int] = mapped_column(default=0)
    """Questions in a row that were not understood."""
    topic: Mapped[str | None] = mapped_column(String(60))
    told_group: Mapped[str | None] = mapped_column(String(20))
    """The permit group as the person told it here, or "unknown"; a case store goes before it."""
    expecting: Mapped[str | None] = mapped_column(String(20))
    """The question a typed yes or no answers, if one was just asked."""
    wants_person: Mapped[bool] = mapped_column(default=False)
    """Said here as well as by the hand-over, so that none can be lost unseen."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person | None] = relationship()

    @property
    def speaks(self) -> str:
        """The language to answer in: the person's choice, else the best guess."""
        return self.language or self.guessed_language

    @property
    def is_with_coach(self) -> bool:
        """Whether a volunteer coach reads, in Dutch: then the procedure is told."""
        return self.speaks == "nl" and self.person is not None and self.person.has_role(Role.coach)

    def choose_language(self, language: str, now: datetime) -> None:
        """The person's choice rules; another language starts another dialogue."""
        if language != self.language:
            self.language = self.guessed_language = language
            self.new_session(now)

    def new_session(self, now: datetime) -> None:
        """Let Rasa forget: a new dialogue, for instance on another language or at hand-back."""
        self.session_id, self.session_used_at = str(uuid4()), now

    def use_session(self, now: datetime) -> None:
        if now - self.session_used_at > SESSION_IDLE:
            self.new_session(now)
        self.session_used_at = now


class InboxMessage(Leased, Base):
    """What came in through a door, once per (channel, external id); the raw update is not kept.

    The text is masked before it is stored and erased when the message is done: from then on
    it stands in the transcript only.
    """

    __tablename__ = "inbox_message"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_message_waiting", "conversation_id", "done_at", "position"),
        Index("ix_inbox_message_due", "done_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    external_id: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    """Order inside the chat, as the channel counts it."""
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    text: Mapped[str | None] = mapped_column(Text)
    button_id: Mapped[str | None] = mapped_column(String(32))
    masked: Mapped[bool] = mapped_column(default=False)
    file: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Of a voice message, a picture or a document: how the channel finds it, and its size in bytes;
    erased with the text."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    conversation: Mapped[Conversation] = relationship()


class Message(Base):
    """A line of the transcript, as it was read by the participant (masked, in their language)."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_conversation_id_id", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_message.id"), index=True)
    author: Mapped[Author] = mapped_column(choice(Author))
    kind: Mapped[Kind] = mapped_column(choice(Kind), default=Kind.text)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    original: Mapped[str | None] = mapped_column(Text)
    """The Dutch of what a person said in another language; it always stands under it."""
    machine: Mapped[bool] = mapped_column(default=False)
    """A computer translated it from the original."""
    language: Mapped[str] = mapped_column(String(2))
    draft: Mapped[bool] = mapped_column(default=False)
    buttons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What stood under it: [{"id", "label"}], with "number" and "picture" in a menu."""
    media: Mapped[str | None] = mapped_column(String(200))
    """A picture or a recording that goes with it, such as "recordings/ar/pvt-1a2b3c4d5e.ogg"."""
    final: Mapped[bool] = mapped_column(default=True)
    intent: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None]
    topic: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff: Mapped[Person | None] = relationship()


class Button(Base):
    """A button that was offered; its id is all that a channel ever sees of it."""

    __tablename__ = "button"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    label: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
