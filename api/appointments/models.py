"""Talks between a participant and the municipality."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.cases.models import Case
from api.cases.records import Record
from api.db import Base, UtcDateTime, choice, one_of


class AppointmentKind(StrEnum):
    progress_talk = "progress_talk"
    intake = "intake"
    pvt = "pvt"
    map = "map"
    closing_talk = "closing_talk"


class AppointmentState(StrEnum):
    planned = "planned"
    held = "held"
    cancelled = "cancelled"


class Appointment(Record, Base):
    __tablename__ = "appointment"
    __table_args__ = (
        one_of("kind", AppointmentKind),
        one_of("state", AppointmentState),
        Index("ix_appointment_case_id_starts_at", "case_id", "starts_at"),
        CheckConstraint("minutes > 0 AND minutes <= 480", name="lasts"),
    )

    kind: Mapped[AppointmentKind] = mapped_column(choice(AppointmentKind))
    state: Mapped[AppointmentState] = mapped_column(
        choice(AppointmentState), default=AppointmentState.planned
    )
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(default=60)
    place: Mapped[str] = mapped_column(String(200))
    case: Mapped[Case] = relationship()
