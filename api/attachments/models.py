"""A voice message, a picture or a document of a participant."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.conversations.models import Conversation, Kind, Message
from api.db import Base, Serial, UtcDateTime, choice, one_of
from api.leases import Leased


class AttachmentState(StrEnum):
    offered = "offered"
    """Still with the channel; the participant is asked whether it may be passed on."""
    wanted = "wanted"
    """They said yes: it is fetched."""
    stored = "stored"
    kept_back = "kept_back"
    """They said no, or nothing: it was never fetched."""
    failed = "failed"
    removed = "removed"


class Attachment(Leased, Base):
    """`reference` is what the channel needs to give the file, and goes when it is not needed.

    It is `done` when nothing is to be fetched; the workers claim what is `wanted`.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        one_of("state", AttachmentState),
        Index(
            "ix_attachment_due",
            *("due_at", "id"),
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    state: Mapped[AttachmentState] = mapped_column(
        choice(AttachmentState), default=AttachmentState.offered
    )
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    reference: Mapped[str | None] = mapped_column(String(300))
    declared_size: Mapped[int | None]
    """Bytes, as the channel says."""
    type: Mapped[str | None] = mapped_column(String(60))
    """As its first bytes say, never as somebody says."""
    size: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(String(40))
    """Of a failure: too_large, wrong_type, gone, unreachable."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    conversation: Mapped[Conversation] = relationship()
    message: Mapped[Message] = relationship()
