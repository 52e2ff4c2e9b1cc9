"""A question that waits for, or is with, a human."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.conversations.models import Conversation
from api.db import Base, UtcDateTime, choice
from api.people.models import Municipality, Person


class HandOverState(StrEnum):
    """Owned by a human means claimed, nothing else."""

    open = "open"
    claimed = "claimed"
    closed = "closed"


class Reason(StrEnum):
    asked = "asked"
    safety = "safety"


_NOT_CLOSED = text("state <> 'closed'")


class HandOver(Base):
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
    topic: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(2))
    after_message_id: Mapped[int]
    """The transcript line before which everything was said without a person in mind."""
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conversation: Mapped[Conversation] = relationship()
    claimed_by: Mapped[Person | None] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
