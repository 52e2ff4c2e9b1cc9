"""What the keepers of the texts have to look at, and what a chat has ticked off."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UtcDateTime, choice


class TaskKind(StrEnum):
    rule = "rule"
    """A number is past its last day or its review; texts no longer tell it."""
    reported = "reported"
    """A coach says that an answer is wrong or old."""


class ContentTask(Base):
    """Something in the texts that a person has to look at; at most one open for each subject."""

    __tablename__ = "content_task"
    __table_args__ = (
        Index(
            "uq_content_task_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TaskKind] = mapped_column(choice(TaskKind))
    subject: Mapped[str] = mapped_column(String(80))
    """The topic; or the rule, its version and its town: "work_weeks 2026-11-23 weert"."""
    times: Mapped[int] = mapped_column(default=1)
    """How often it was reported."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ChecklistTick(Base):
    """An item of a checklist that is done: in this household, else in this chat."""

    __tablename__ = "checklist_tick"
    __table_args__ = (
        UniqueConstraint("conversation_id", "checklist", "item"),
        UniqueConstraint("household_id", "checklist", "item"),
        CheckConstraint("(conversation_id IS NULL) <> (household_id IS NULL)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    checklist: Mapped[str] = mapped_column(String(40))
    item: Mapped[int]
    ticked_at: Mapped[datetime] = mapped_column(UtcDateTime)
