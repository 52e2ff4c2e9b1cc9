"""What waits to be sent to a participant, and what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.conversations.models import Conversation, Message
from api.db import Base, Serial, UtcDateTime, choice
from api.leases import Leased


class DeliveryState(StrEnum):
    waiting = "waiting"
    sent = "sent"
    failed = "failed"
    undeliverable = "undeliverable"
    withdrawn = "withdrawn"
    """Not true any more when its turn came, so it was not sent."""


class OutboxMessage(Leased, Base):
    """One message on its way; `key` names its cause, so a cause sends once."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_waiting", "conversation_id", "done_at", "id"),
        Index(
            "ix_outbox_message_due",
            *("bulk", "due_at", "id"),
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    state: Mapped[DeliveryState] = mapped_column(
        choice(DeliveryState), default=DeliveryState.waiting
    )
    delivered_id: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ambiguous: Mapped[int] = mapped_column(default=0)
    """How often it may have arrived without our hearing of it (a retry can double it)."""
    bulk: Mapped[bool] = mapped_column(default=False)
    """A reminder: answers to people go before it, and it is looked at again before it leaves."""
    conversation: Mapped[Conversation] = relationship()
    message: Mapped[Message] = relationship()


class SenderLease(Base):
    """Who sends for a bot token: Telegram's limits hold for the token, so exactly one process."""

    __tablename__ = "sender_lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    leased_until: Mapped[datetime] = mapped_column(UtcDateTime)
