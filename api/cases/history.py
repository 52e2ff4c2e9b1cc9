"""Who changed what and when: written with every change, by the store itself."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, event, insert, inspect, select
from sqlalchemy.orm import (
    Mapped,
    Session,
    UOWTransaction,
    declared_attr,
    mapped_column,
    relationship,
)

from api.clock import system_clock
from api.db import Base, Serial, UtcDateTime, choice, one_of
from api.people.models import Person

ACTING = "acting"
PERSON_FIELDS = ("first_name", "last_name", "language")
Wired = str | int | bool | None


class Deed(StrEnum):
    added = "added"
    changed = "changed"
    removed = "removed"


class Recorded:
    """A row whose every change is written down; mix it into a model."""

    UNRECORDED: ClassVar[frozenset[str]] = frozenset({"version"})
    """Columns that are worked out, and say nothing about what somebody did."""
    UNQUOTED: ClassVar[frozenset[str]] = frozenset()
    """Columns of which is written that they changed, and never what stood in them."""


class Versioned:
    """Two people editing the same row: the second is told, and nothing is overwritten."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


class Change(Base):
    """One change of one row; never changed itself."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_case_id_id", "case_id", "id"), one_of("deed", Deed))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Empty: the program itself, or somebody on its command line."""
    case_id: Mapped[UUID | None]
    """The case that the row belongs to, where it belongs to one."""
    kind: Mapped[str] = mapped_column(String(40))
    """The table."""
    row_id: Mapped[str] = mapped_column(String(40))
    deed: Mapped[Deed] = mapped_column(choice(Deed))
    fields: Mapped[dict[str, list[Wired]]] = mapped_column(JSON)
    """Each changed field with what it was and what it is now."""
    by: Mapped[Person | None] = relationship()


def acting(session: Session, by: UUID | None, now: datetime) -> None:
    """From here on, the changes of this session are written to this person and moment."""
    session.info[ACTING] = (by, now)


def record_person(session: Session, case_id: UUID, person: Person) -> None:
    """Write down what a regisseur corrects in a participant, before it is flushed.

    A person is not `Recorded`: of staff nothing is kept, and passwords are never written here.
    """
    fields = {
        name: [_wired(_only(history.deleted)), _wired(_only(history.added))]
        for name in PERSON_FIELDS
        if (history := inspect(person).attrs[name].history).has_changes()
    }
    by, at = _acts(session)
    if fields:
        row: dict[str, Any] = {
            "at": at,
            "by_id": by,
            "case_id": case_id,
            "kind": Person.__tablename__,
        }
        row |= {"row_id": str(person.id), "deed": Deed.changed, "fields": fields}
        session.execute(insert(Change), [row])


def list_changes(session: Session, case_id: UUID, limit: int = 200) -> list[Change]:
    """The changes of a case and its records, the newest first."""
    query = select(Change).filter_by(case_id=case_id).order_by(Change.id.desc()).limit(limit)
    return list(session.scalars(query))


@event.listens_for(Session, "after_flush")
def _record(session: Session, _context: UOWTransaction) -> None:
    """One row for each changed row; in the same transaction, so neither is without the other."""
    by, at = _acts(session)
    rows = [
        {
            "at": at,
            "by_id": by,
            "case_id": _case_of(changed),
            "kind": changed.__tablename__,
            "row_id": str(inspect(changed).mapper.primary_key_from_instance(changed)[0]),
            "deed": deed,
            "fields": fields,
        }
        for changed, deed in _deeds(session)
        if (fields := _fields(changed, deed))
    ]
    if rows:
        session.execute(insert(Change), rows)


def _acts(session: Session) -> tuple[UUID | None, datetime]:
    """Who acts, and when: the program itself now, where nobody said."""
    by, at = session.info.get(ACTING) or (None, system_clock())
    return by, at


def _deeds(session: Session) -> Iterator[tuple[Any, Deed]]:
    for objects, deed in (
        (session.new, Deed.added),
        (session.dirty, Deed.changed),
        (session.deleted, Deed.removed),
    ):
        yield from ((each, deed) for each in objects if isinstance(each, Recorded))


def _fields(row: Any, deed: Deed) -> dict[str, list[Wired]]:
    state = inspect(row)
    fields: dict[str, list[Wired]] = {}
    for column in state.mapper.column_attrs:
        if column.key in row.UNRECORDED:
            continue
        history = state.attrs[column.key].history
        if deed is Deed.changed:
            if history.has_changes():
                was, new = _wired(_only(history.deleted)), _wired(_only(history.added))
                fields[column.key] = [None, None] if column.key in row.UNQUOTED else [was, new]
        elif column.key in row.UNQUOTED:
            continue
        elif (value := _wired(getattr(row, column.key))) is not None:
            fields[column.key] = [None, value] if deed is Deed.added else [value, None]
    return fields


def _only(values: Any) -> Any:
    return values[0] if values else None


def _wired(value: Any) -> Wired:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _case_of(row: Any) -> UUID | None:
    own: UUID | None = row.id if row.__tablename__ == "case" else getattr(row, "case_id", None)
    return own
