"""A question that waits for, or is with, a human, and everything that happens to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.conversations.models import Conversation
from api.db import Base, Serial, UtcDateTime, choice, one_of
from api.people.models import Municipality, Person


class HandOverState(StrEnum):
    """Owned by a human means claimed, nothing else."""

    open = "open"
    claimed = "claimed"
    closed = "closed"


class Reason(StrEnum):
    """Why a person is needed."""

    asked = "asked"
    misses = "misses"
    """The bot did not understand, twice in a row."""
    safety = "safety"
    unclear = "unclear"
    """What was asked rests on a rule that is unclear, or is a legal question."""
    coach = "coach"
    """A coach asked for a participant."""
    reminder = "reminder"
    """An answer to a reminder."""
    file = "file"
    """A voice message, a picture or a letter that the bot cannot read."""
    opened = "opened"
    """A regisseur began the conversation."""
    found = "found"
    """The sweep found somebody who waited without anybody knowing."""


class Helped(StrEnum):
    """What the participant says of it afterwards."""

    yes = "yes"
    partly = "partly"
    no = "no"


_NOT_CLOSED = text("state <> 'closed'")


class HandOver(Base):
    """`waiting_since` is when the oldest words were written that no person has answered yet; while
    it is set the clock runs, and `answer_by` is the promise."""

    __tablename__ = "hand_over"
    __table_args__ = (
        Index(
            "uq_hand_over_one_at_a_time",
            "conversation_id",
            unique=True,
            sqlite_where=_NOT_CLOSED,
            postgresql_where=_NOT_CLOSED,
        ),
        Index("ix_hand_over_state_created_at", "state", "created_at"),
        Index(
            "ix_hand_over_warn_by",
            "warn_by",
            sqlite_where=_NOT_CLOSED,
            postgresql_where=_NOT_CLOSED,
        ),
        CheckConstraint(
            "(state = 'open' AND claimed_by_id IS NULL)"
            " OR (state = 'claimed' AND claimed_by_id IS NOT NULL)"
            " OR (state = 'closed' AND closed_at IS NOT NULL)",
            name="state_fits",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    municipality_id: Mapped[str | None] = mapped_column(ForeignKey("municipality.id"))
    """Empty while the participant has not said in which town they live."""
    state: Mapped[HandOverState] = mapped_column(choice(HandOverState), default=HandOverState.open)
    reason: Mapped[Reason] = mapped_column(choice(Reason))
    urgent: Mapped[bool] = mapped_column(default=False)
    topic: Mapped[str | None] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(60))
    """A picture of the menu: what the participant says that it is about."""
    language: Mapped[str] = mapped_column(String(2))
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The participant for whom a coach asks."""
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Whose question it is, mostly the case's regisseur; empty: the queue of the municipality."""
    asked_times: Mapped[int] = mapped_column(default=1)
    after_message_id: Mapped[int]
    """The transcript line before which everything was said without a person in mind."""
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warn_by: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Empty where it ended by itself, after a long silence."""
    files_allowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The participant agreed that what they send here is passed on."""
    helped: Mapped[Helped | None] = mapped_column(choice(Helped))
    conversation: Mapped[Conversation] = relationship()
    claimed_by: Mapped[Person | None] = relationship(foreign_keys=[claimed_by_id])
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    about: Mapped[Person | None] = relationship(foreign_keys=[about_id])
    municipality: Mapped[Municipality | None] = relationship()

    @property
    def responsible(self) -> Person | None:
        """Who has it, else whose it is; None: whoever of the municipality comes first."""
        return self.claimed_by or self.owner


class EventKind(StrEnum):
    asked = "asked"
    asked_again = "asked_again"
    subject = "subject"
    town = "town"
    read = "read"
    claimed = "claimed"
    taken_over = "taken_over"
    assigned = "assigned"
    answered = "answered"
    """The first answer of a person since the participant began to wait."""
    warned = "warned"
    alarmed = "alarmed"
    reopened = "reopened"
    interpreter = "interpreter"
    handed_back = "handed_back"
    ended = "ended"
    """Handed back by itself."""
    rated = "rated"
    file_removed = "file_removed"
    unlinked = "unlinked"
    """The chat is nobody's any more: who reads it now is not known."""
    """A colleague took away what a participant had sent."""
    note = "note"
    """Staff only."""


class HandOverEvent(Base):
    """One line of what happened; never changed. A note for colleagues is one too."""

    __tablename__ = "hand_over_event"
    __table_args__ = (one_of("kind", EventKind),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    hand_over_id: Mapped[UUID] = mapped_column(ForeignKey("hand_over.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(choice(EventKind))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Empty for the participant and for the program itself."""
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    """Of a note, or one word on why."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    to: Mapped[Person | None] = relationship(foreign_keys=[to_id])


class InterpreterState(StrEnum):
    asked = "asked"
    arranged = "arranged"
    cancelled = "cancelled"


class InterpreterRequest(Base):
    """An interpreter for a conversation: who, when, and on which number."""

    __tablename__ = "interpreter_request"
    __table_args__ = (one_of("state", InterpreterState),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hand_over_id: Mapped[UUID] = mapped_column(ForeignKey("hand_over.id"), index=True)
    state: Mapped[InterpreterState] = mapped_column(
        choice(InterpreterState), default=InterpreterState.asked
    )
    language: Mapped[str] = mapped_column(String(2))
    who: Mapped[str] = mapped_column(String(120), default="")
    """The interpreter or the agency."""
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone: Mapped[str] = mapped_column(String(40), default="")
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hand_over: Mapped[HandOver] = relationship()
    asked_by: Mapped[Person] = relationship()


class ReplyDraft(Base):
    """A reply in Dutch with its machine translation, until it is sent or thrown away."""

    __tablename__ = "reply_draft"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    hand_over_id: Mapped[UUID] = mapped_column(ForeignKey("hand_over.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    dutch: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    translation: Mapped[str] = mapped_column(Text)
    back: Mapped[str] = mapped_column(Text)
    """The translation, translated back into Dutch, to compare."""
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What the guard missed in the translation, as it reads."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
