"""The ledger: every reminder that is planned, and what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.appointments.models import Appointment
from api.cases.models import Case
from api.conversations.models import Channel
from api.db import Base, Serial, UtcDateTime, choice, one_of
from api.leases import Leased
from api.outbox.models import OutboxMessage
from api.people.models import Person


class ReminderKind(StrEnum):
    """Why somebody is written to."""

    appointment = "appointment"
    """It comes nearer."""
    new = "new"
    moved = "moved"
    cancelled = "cancelled"
    choose = "choose"
    """A progress talk belongs soon and has no time yet: the person may choose one."""
    deadline = "deadline"
    unreachable = "unreachable"
    """Nothing to send: the person blocked or left the chat, and a regisseur must know."""


CHANGES = frozenset({ReminderKind.new, ReminderKind.moved, ReminderKind.cancelled})
"""What the town did to an appointment; told once, soon after it."""


class ReminderState(StrEnum):
    planned = "planned"
    sending = "sending"
    """In the outbox, or on its way."""
    sent = "sent"
    withdrawn = "withdrawn"
    """Not true any more when its moment came; `why` says why."""
    unreached = "unreached"
    """Nobody got it: a task for the regisseur."""
    to_print = "to_print"
    """A letter that waits for the regisseur."""
    handled = "handled"
    """A regisseur did it in another way."""


TASKS = (ReminderState.unreached, ReminderState.to_print)
"""These wait for a regisseur."""
AGAIN = "~"
"""In the key of what a regisseur sends once more, before the id of the first one."""


class Way(StrEnum):
    """How it goes to the person."""

    telegram = Channel.telegram.value
    email = Channel.email.value
    letter = "letter"


class Reminder(Leased, Base):
    """One message that is due at a moment; `key` names its cause, so a cause is told once.

    `due_at` is when it may leave; `until` is when it makes no sense any more.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("kind", ReminderKind),
        one_of("state", ReminderState),
        Index(
            "ix_reminder_due",
            *("due_at", "id"),
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_reminder_tasks",
            *("municipality_id", "id"),
            sqlite_where=text("state IN ('unreached', 'to_print')"),
            postgresql_where=text("state IN ('unreached', 'to_print')"),
        ),
        Index("ix_reminder_case_id_id", "case_id", "id"),
        CheckConstraint("(handled_at IS NULL) = (handled_by_id IS NULL)", name="handled_by"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("appointment.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[ReminderKind] = mapped_column(choice(ReminderKind))
    about: Mapped[str | None] = mapped_column(String(40))
    """Of a deadline: the `Key` of the finding."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The moment it is about: the appointment begins, or the last day ends."""
    minutes_before: Mapped[int | None]
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    urgent: Mapped[bool] = mapped_column(default=False)
    """Left in quiet hours, because waiting would have been too late."""
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ReminderState] = mapped_column(
        choice(ReminderState), default=ReminderState.planned
    )
    way: Mapped[Way | None] = mapped_column(choice(Way))
    said_version: Mapped[int | None]
    """The version of the appointment that the words were made of."""
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), unique=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str | None] = mapped_column(String(40))
    """A word for what stopped it, such as "moved", "blocked" or "stopped"."""
    handled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_how: Mapped[str | None] = mapped_column(String(200))
    case: Mapped[Case] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    outbox: Mapped[OutboxMessage | None] = relationship()
    handled_by: Mapped[Person | None] = relationship(foreign_keys=[handled_by_id])

    def plan_again(self, due_at: datetime, why: str) -> None:
        """It did not leave: from this moment on it is looked at anew, and gets its words anew."""
        self.state, self.way, self.outbox_id = ReminderState.planned, None, None
        self.done_at = None
        self.put_back(due_at, why)


class QuietTime(Base):
    """Hours of a weekday in which a person wants no reminders. Never a reason for it."""

    __tablename__ = "quiet_time"
    __table_args__ = (CheckConstraint("weekday BETWEEN 1 AND 7", name="a_weekday"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int]
    """ISO: 1 is Monday."""
    begins: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    """Local time, "HH:MM"; "24:00" is the end of the day."""
