"""The case of a participant: who it is about, what holds for them, and what happened when."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from api.cases.history import Recorded, Versioned
from api.db import Base, UtcDateTime, choice, one_of
from api.leases import Leased
from api.people.models import NAME_KEY, Municipality, Person, name_key

_OPEN, _CLOSED = text("closed_on IS NULL"), text("closed_on IS NOT NULL")
_LISTED = (
    *("municipality_id", "next_due_on", "id", "next_due"),
    *("regisseur_id", "leerroute", "permit_group", "law", "participant_id"),
)


class Group(StrEnum):
    """By permit, never by nationality (Wet inburgering 2021, art. 13, 16 and 19)."""

    asiel = "asiel"
    gezin_van_asiel = "gezin_van_asiel"
    gezin_overig = "gezin_overig"
    overig = "overig"


class Law(StrEnum):
    """Which law the duty falls under; DUO's letter says so."""

    wi2013 = "wi2013"
    wi2021 = "wi2021"


class Leerroute(StrEnum):
    b1 = "b1"
    onderwijs = "onderwijs"
    z = "z"


class Exemption(StrEnum):
    """What DUO said about doing less, or nothing at all (Wet inburgering 2021, art. 4 and 5)."""

    asked = "asked"
    vrijstelling = "vrijstelling"
    ontheffing = "ontheffing"


class Household(Recorded, Base):
    """People who live together; a coach helps a household, not one person."""

    __tablename__ = "household"

    UNRECORDED = frozenset({"name_key"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(NAME_KEY)
    """The name as it is searched."""

    @validates("name")
    def _keep_key(self, _: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class Participant(Recorded, Base):
    """A person who is integrating."""

    __tablename__ = "participant"

    UNQUOTED = frozenset({"email", "phone", "address"})

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(200))
    """For reminders of who has no Telegram; a family may share one."""
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(300))
    """As it stands on an envelope."""
    paused_until: Mapped[date | None]
    """No reminders up to and including this day."""
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """No reminders any more; appointments go on, and a regisseur sees it."""
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    household: Mapped[Household | None] = relationship()


class Case(Versioned, Recorded, Base):
    """One way through the duty in one municipality; who moves gets a new case there.

    Days are dates in Europe/Amsterdam. What happened more than once is a record of the case
    (`api.cases.records`).
    """

    __tablename__ = "case"
    __table_args__ = (
        one_of("permit_group", Group),
        one_of("law", Law),
        one_of("leerroute", Leerroute),
        one_of("exemption", Exemption),
        CheckConstraint("pip_talks BETWEEN 0 AND 60", name="talks_fit"),
        CheckConstraint("guidance_from <= guidance_until", name="guidance_fits"),
        CheckConstraint("(exemption IS NULL) = (exemption_on IS NULL)", name="exemption_has_day"),
        # In this order: the towns of a regisseur are no way to find cases, but for the lists below.
        UniqueConstraint("reference", "municipality_id"),
        Index(
            "uq_case_one_open",
            "participant_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # What a list looks at, so that it finds and counts its rows without reading all cases.
        Index("ix_case_open_list", *_LISTED, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_case_closed_list", *_LISTED, sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    )

    UNRECORDED = frozenset({"version", "next_due", "next_due_on"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participant.person_id"), index=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    regisseur_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reference: Mapped[str | None] = mapped_column(String(60))
    """What the municipality's own system calls it; an import finds the case by it."""

    group: Mapped[Group] = mapped_column("permit_group", choice(Group))
    law: Mapped[Law | None] = mapped_column(choice(Law).evaluates_none(), default=Law.wi2021)
    """None is kept as unknown, and only a case that does not say gets the newer law."""
    leerroute: Mapped[Leerroute | None] = mapped_column(choice(Leerroute))
    turkish_nationality: Mapped[bool] = mapped_column(default=False)
    """Only for whom the duty of Turkish newcomers has to be explained; no rule counts by it."""
    permit_limited: Mapped[bool | None]
    """An asylum permit for a limited time; ontzorgen holds only for those (Participatiewet 56a)."""
    interpreter_language: Mapped[str | None] = mapped_column(String(40))
    """The language of the interpreter that talks need; empty: none."""

    duo_notice_on: Mapped[date | None]
    """The day of DUO's letter that there is a duty."""
    registered_on: Mapped[date | None]
    """Registration in the BRP of this municipality."""
    housed_on: Mapped[date | None]
    benefit_from: Mapped[date | None]
    """The day on which the right to bijstand began."""
    guidance_from: Mapped[date | None]
    guidance_until: Mapped[date | None]
    """Maatschappelijke begeleiding."""
    intake_on: Mapped[date | None]
    learnability_on: Mapped[date | None]
    learnability_result: Mapped[str | None] = mapped_column(String(80))
    """Of the leerbaarheidstoets."""
    awaited_information_on: Mapped[date | None]
    """The day on which information of others came in that the PIP had to wait for."""
    pip_date: Mapped[date | None]
    """The date on the PIP."""
    pip_talks: Mapped[int | None]
    """How many progress talks the PIP fixes for the whole term; empty: the town's own rule."""
    term_starts_on: Mapped[date | None]
    """Only where it is not the day after the PIP: it goes along at a move."""
    offer_on: Mapped[date | None]
    """The day on which a course was offered (asiel and gezin_van_asiel)."""
    pvt_activity_on: Mapped[date | None]
    pvt_signed_on: Mapped[date | None]
    map_talk_on: Mapped[date | None]
    """The closing talk of the MAP."""
    z_talk_on: Mapped[date | None]
    """The closing talk of the Z-route."""
    exemption: Mapped[Exemption | None] = mapped_column(choice(Exemption))
    exemption_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    """The end of the duty, as DUO wrote it."""
    certificate_on: Mapped[date | None]
    """The day on which diploma or certificate was handed over."""
    closed_on: Mapped[date | None]
    transferred_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), unique=True)
    """The case in the municipality that the person came from."""

    next_due: Mapped[str | None] = mapped_column(String(40))
    """What the municipality has to do first (a `Key` of `api.cases.findings`); worked out."""
    next_due_on: Mapped[date | None]

    participant: Mapped[Participant] = relationship()
    regisseur: Mapped[Person | None] = relationship(foreign_keys=[regisseur_id])
    municipality: Mapped[Municipality] = relationship()

    @property
    def keeps_contact(self) -> bool:
        """Whether this municipality may see how to reach the participant: not after they moved."""
        return self.participant.municipality_id == self.municipality_id


class TransferState(StrEnum):
    asked = "asked"
    refused = "refused"
    withdrawn = "withdrawn"
    done = "done"


class Transfer(Recorded, Base):
    """A case that goes to another municipality, because its participant moves and agrees to it."""

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("state", TransferState),
        CheckConstraint(
            "state <> 'done' OR (consent_on IS NOT NULL AND new_case_id IS NOT NULL)",
            name="done_with_consent",
        ),
        Index(
            "uq_transfer_one_asked",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    state: Mapped[TransferState] = mapped_column(choice(TransferState), default=TransferState.asked)
    registered_on: Mapped[date | None]
    """The day of registration there, where it is known; else it is the day of the transfer."""
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_on: Mapped[date | None]
    consent_how: Mapped[str | None] = mapped_column(String(200))
    """In the chat, or as the regisseur wrote it down, such as a form on paper."""
    new_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), unique=True)
    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    to: Mapped[Municipality] = relationship()


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


class Planning(Leased, Base):
    """What is due in every open case is worked out once for a day and the rules that hold then."""

    __tablename__ = "planning"
    __table_args__ = (UniqueConstraint("day", "rules"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    rules: Mapped[str] = mapped_column(String(64))
    """A digest of their values."""
    after_id: Mapped[UUID | None]
    """The cases up to this one are done."""
