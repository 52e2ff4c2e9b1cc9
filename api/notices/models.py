"""What staff should hear of, and the e-mails that say so."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.db import Base, Serial, UtcDateTime, choice, one_of
from api.handovers.models import HandOver
from api.leases import Leased
from api.people.models import Person


class NoticeKind(StrEnum):
    new = "new"
    answered = "answered"
    """The participant wrote again."""
    assigned = "assigned"
    warning = "warning"
    alarm = "alarm"
    reopened = "reopened"


class MailState(StrEnum):
    waiting = "waiting"
    sent = "sent"
    failed = "failed"
    handled = "handled"
    """It failed, and somebody saw that."""


class StaffMail(Leased, Base):
    """One e-mail to one of the staff, for one notice or for many."""

    __tablename__ = "staff_mail"
    __table_args__ = (
        one_of("state", MailState),
        Index(
            "ix_staff_mail_due",
            *("due_at", "id"),
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.waiting)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()


class Notice(Base):
    """Something that one of the staff should know; said in the next e-mail to them."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("kind", NoticeKind),
        Index(
            "ix_notice_unsaid",
            *("person_id", "id"),
            sqlite_where=text("mail_id IS NULL"),
            postgresql_where=text("mail_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    hand_over_id: Mapped[UUID] = mapped_column(ForeignKey("hand_over.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("staff_mail.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hand_over: Mapped[HandOver] = relationship()
