"""Talks between a participant and the municipality, and the hours in which they can be."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.cases.models import Case
from api.cases.records import Record
from api.db import Base, UtcDateTime, choice, one_of
from api.people.models import Person


class AppointmentKind(StrEnum):
    progress_talk = "progress_talk"
    intake = "intake"
    pvt = "pvt"
    map = "map"
    closing_talk = "closing_talk"
    spreekuur = "spreekuur"


IN_GROUPS = frozenset({AppointmentKind.pvt, AppointmentKind.map})
"""Many take part in these at the same time, so they do not take the time of a regisseur."""
OF_THE_DUTY = frozenset(AppointmentKind) - {AppointmentKind.spreekuur}
"""These belong to the inburgering; the others are a wish."""


class AppointmentState(StrEnum):
    planned = "planned"
    held = "held"
    cancelled = "cancelled"
    missed = "missed"
    """Nobody came. What that means is for a person to say; nothing follows from it here."""


class Answer(StrEnum):
    """What the participant said to the appointment as it stands now."""

    confirmed = "confirmed"
    declined = "declined"


class Appointment(Record, Base):
    __tablename__ = "appointment"
    __table_args__ = (
        one_of("kind", AppointmentKind),
        one_of("state", AppointmentState),
        one_of("answer", Answer),
        Index("ix_appointment_case_id_starts_at", "case_id", "starts_at"),
        Index("ix_appointment_regisseur_id_starts_at", "regisseur_id", "starts_at"),
        CheckConstraint("minutes > 0 AND minutes <= 480", name="lasts"),
        CheckConstraint("by_phone OR place IS NOT NULL", name="place_or_phone"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_moment"),
    )

    kind: Mapped[AppointmentKind] = mapped_column(choice(AppointmentKind))
    state: Mapped[AppointmentState] = mapped_column(
        choice(AppointmentState), default=AppointmentState.planned
    )
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(default=60)
    place: Mapped[str | None] = mapped_column(String(200))
    by_phone: Mapped[bool] = mapped_column(default=False)
    regisseur_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """With whom; empty where the town has not said."""
    interpreter: Mapped[bool | None]
    """Whether an interpreter is wanted; empty where nobody was asked."""
    series_on: Mapped[date | None]
    """The day of the series of progress talks that it was planned for."""
    answer: Mapped[Answer | None] = mapped_column(choice(Answer))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    case: Mapped[Case] = relationship()
    regisseur: Mapped[Person | None] = relationship(foreign_keys=[regisseur_id])


class OccupiedQuarter(Base):
    """A quarter of an hour in which somebody is in a planned appointment: in one at most.

    The key is what makes double booking impossible, however many requests come at once.
    """

    __tablename__ = "occupied_quarter"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(
        ForeignKey("appointment.id", ondelete="CASCADE"), index=True
    )


class WorkingHours(Base):
    """When a regisseur has talks in a municipality; without a row no times are offered."""

    __tablename__ = "working_hours"
    __table_args__ = (UniqueConstraint("person_id", "municipality_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    week: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """ISO weekday ("1" is Monday) to [from, until] in local time, "HH:MM"."""
    minutes: Mapped[int] = mapped_column(default=60)
    """How long a talk lasts."""
    place: Mapped[str] = mapped_column(String(200))


class Absence(Base):
    """Days on which a regisseur has no talks, both ends included."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="ends_later"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]


class CalendarFeed(Base):
    """The private address of a regisseur's own calendar; only the hash of its secret is kept."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()
