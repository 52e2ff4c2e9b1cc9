"""The case of a participant, and what a town rules for itself."""

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.db import Base, choice
from api.people.models import Person


class Group(StrEnum):
    """By permit, never by nationality (Wet inburgering 2021, art. 13, 16 and 19)."""

    asiel = "asiel"
    gezin_van_asiel = "gezin_van_asiel"
    gezin_overig = "gezin_overig"
    overig = "overig"


class Leerroute(StrEnum):
    b1 = "b1"
    onderwijs = "onderwijs"
    z = "z"


class Participant(Base):
    """A person who is integrating, and who helps them."""

    __tablename__ = "participant"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), index=True)
    coach_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Case(Base):
    __tablename__ = "case"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.person_id"), index=True)
    regisseur_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    group: Mapped[Group] = mapped_column("permit_group", choice(Group))
    leerroute: Mapped[Leerroute | None] = mapped_column(choice(Leerroute))
    pip_date: Mapped[date | None]
    closed_on: Mapped[date | None]
    participant: Mapped[Participant] = relationship()


class LocalRule(Base):
    """A town's own value of a rule that is local policy; for a period, as in rules.toml."""

    __tablename__ = "local_rule"
    __table_args__ = (UniqueConstraint("municipality_id", "key", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    key: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    checked_on: Mapped[date]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    review_by: Mapped[date | None]
