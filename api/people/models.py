"""Municipalities, people in their roles, and what proves who somebody is."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from api.db import Base, UtcDateTime, choice
from api.handovers.office_hours import OfficeHours
from translations.normalise import normalise

_LONGEST_KEY = 240
NAME_KEY = String(_LONGEST_KEY).with_variant(
    postgresql.VARCHAR(_LONGEST_KEY, collation="C"), "postgresql"
)
"""Compared letter by letter on both databases, so that an index finds what begins like this."""


def name_key(name: str) -> str:
    """A name as it is searched: "Özgür" and "ozgur", أحمد and احمد are one."""
    return normalise(name).strip()[:_LONGEST_KEY]


REMIND_BEFORE = (7 * 24 * 60, 24 * 60, 2 * 60)
"""Minutes: a week, a day and two hours."""


class Role(StrEnum):
    participant = "participant"
    coach = "coach"
    key_person = "key_person"
    regisseur = "regisseur"
    coordinator = "coordinator"
    administrator = "administrator"


SEES_PEOPLE = (Role.regisseur, Role.coordinator)
"""Who keeps the people and the households of a municipality."""


class Municipality(Base):
    """A town with its own office hours; `id` is the word in /chat/<town>."""

    __tablename__ = "municipality"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    opening: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """ISO weekday ("1" is Monday) to [open, close] in local time, "HH:MM"."""
    closed_on: Mapped[list[str]] = mapped_column(JSON, default=list)
    """ISO dates on which the office is closed besides the national holidays."""
    answer_within_hours: Mapped[int] = mapped_column(default=8)
    """The promise: a first answer within so many office hours."""
    remind_before: Mapped[list[int]] = mapped_column(JSON, default=lambda: list(REMIND_BEFORE))
    """So many minutes before an appointment its reminders leave."""
    quiet_from: Mapped[str] = mapped_column(String(5), default="21:00")
    quiet_until: Mapped[str] = mapped_column(String(5), default="08:00")
    """Between these no reminder leaves; neither on a day on which the office is closed as on a
    public holiday. "HH:MM" in local time."""

    @property
    def office_hours(self) -> OfficeHours:
        return OfficeHours.from_stored(
            self.opening, [date.fromisoformat(d) for d in self.closed_on]
        )


class Contact(Base):
    """Where an organisation is in this town: what a text names, but never holds itself."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("municipality_id", "organisation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    organisation: Mapped[str] = mapped_column(String(40))
    """A helper of topics.toml, such as `regisseur` or `guidance`."""
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(200))
    hours: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(200))

    @property
    def is_known(self) -> bool:
        """Whether anything was filled in."""
        return any((self.phone, self.address, self.hours, self.url))


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name", "first_name", "last_name", "id"),
        Index("ix_person_first_key", "first_key", "id"),
        Index("ix_person_last_key", "last_key", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80), default="")
    first_key: Mapped[str] = mapped_column(NAME_KEY, default="")
    last_key: Mapped[str] = mapped_column(NAME_KEY, default="")
    """The names as they are searched: without capitals, accents and variants of a letter."""
    language: Mapped[str] = mapped_column(String(2), default="nl")
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    roles: Mapped[list["PersonRole"]] = relationship(back_populates="person", lazy="selectin")

    @validates("first_name", "last_name")
    def _keep_key(self, field: str, name: str) -> str:
        setattr(self, field.replace("name", "key"), name_key(name))
        return name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def has_role(self, *roles: Role) -> bool:
        return any(held.role in roles for held in self.roles)

    def municipalities(self, *roles: Role) -> list[str]:
        """The towns in which the person has one of these roles."""
        return sorted({held.municipality_id for held in self.roles if held.role in roles})


class PersonRole(Base):
    __tablename__ = "person_role"
    __table_args__ = (
        UniqueConstraint("person_id", "municipality_id", "role"),
        CheckConstraint(
            "role IN ({})".format(", ".join(f"'{role}'" for role in Role)), name="known_role"
        ),
        Index("ix_person_role_role_municipality_id", "role", "municipality_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    person: Mapped[Person] = relationship(back_populates="roles")


class LinkCode(Base):
    """A one-time code that ties a chat to a person; only its hash is kept."""

    __tablename__ = "link_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class StaffSession(Base):
    """A signed-in regisseur; only the hash of the cookie is kept, so it can be revoked."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()
