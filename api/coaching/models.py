"""Which coach helps which household, and what the people in it let the coach see."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.cases.history import Recorded
from api.cases.models import Household
from api.db import Base, UtcDateTime
from api.people.models import Person

_NOW = text("ended_at IS NULL")


class Coaching(Recorded, Base):
    """A coach helps a household, from one moment to another."""

    __tablename__ = "coaching"
    __table_args__ = (
        Index(
            "uq_coaching_now",
            "household_id",
            "coach_id",
            unique=True,
            sqlite_where=_NOW,
            postgresql_where=_NOW,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    coach_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    household: Mapped[Household] = relationship()
    coach: Mapped[Person] = relationship()


class Consent(Recorded, Base):
    """A participant answered whether this coach may see the talks; the last answer counts."""

    __tablename__ = "consent"

    coaching_id: Mapped[UUID] = mapped_column(ForeignKey("coaching.id"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(
        ForeignKey("participant.person_id"), primary_key=True, index=True
    )
    given: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    coaching: Mapped[Coaching] = relationship()
