"""The list of cases: found by name, town, route or what is due, in pages, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, not_, select
from sqlalchemy.orm import Session, joinedload

from api.cases.access import cases_for
from api.cases.findings import SOON, Key
from api.cases.models import Case, Group, Law, Leerroute, Participant
from api.cases.term import TALK_WINDOW
from api.people.models import Person
from api.people.names import name_begins

PAGE_SIZE = 50
_FIRST_DUE = (Case.next_due_on.asc().nulls_last(), Case.id)
_LAST_DUE = (Case.next_due_on.desc().nulls_first(), Case.id.desc())

type _Found = tuple[Sequence[UUID], int]
"""The cases of one page in their order, and how many there are on all pages."""


class Due(StrEnum):
    """What is to be done first in a case, by time."""

    late = "late"
    soon = "soon"
    """Within four weeks, and not late."""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; what is None does not matter."""

    name: str | None = None
    """The beginning of the first or last name, in any case."""
    town: str | None = None
    regisseur_id: UUID | None = None
    group: Group | None = None
    law: Law | None = None
    leerroute: Leerroute | None = None
    due: Due | None = None
    due_key: Key | None = None
    closed: bool = False


@dataclass(frozen=True)
class CasePage:
    rows: Sequence[Case]
    """With participant and person loaded."""
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def list_cases(
    session: Session,
    me: Person,
    wanted: CaseFilter,
    today: date,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> CasePage:
    """One page of the cases that I may see, what is due first at the top; `page` begins at 1."""
    found = narrowed(cases_for(me), wanted, today)
    look = _look_once if wanted.name else _look
    ids, total = look(session, found, (page - 1) * size, size)
    return CasePage(_rows(session, me, ids), total, page, size)


def _look(session: Session, found: Select[Case], first: int, size: int) -> _Found:
    """Count, then the page: both from the index alone. Pages past the middle come from the end."""
    total = session.scalar(found.with_only_columns(func.count())) or 0
    ids = found.with_only_columns(Case.id)
    if first <= total // 2:
        query = ids.order_by(*_FIRST_DUE).limit(size).offset(first)
        return session.scalars(query).all(), total
    last = min(first + size, total)
    query = ids.order_by(*_LAST_DUE).limit(max(last - first, 0)).offset(total - last)
    return session.scalars(query).all()[::-1], total


def _look_once(session: Session, found: Select[Case], first: int, size: int) -> _Found:
    """Page and count together, where finding costs more than counting."""
    query = found.with_only_columns(Case.id, func.count().over()).order_by(*_FIRST_DUE)
    rows = session.execute(query.limit(size).offset(first)).all()
    if not rows and first:
        return [], session.scalar(found.with_only_columns(func.count())) or 0
    return [id for id, _ in rows], rows[0][1] if rows else 0


def _rows(session: Session, me: Person, ids: Sequence[UUID]) -> Sequence[Case]:
    """These cases with what a list shows of them, in this order."""
    query = cases_for(me).where(Case.id.in_(ids))
    rows = session.scalars(
        query.options(
            joinedload(Case.participant).joinedload(Participant.person),
            joinedload(Case.regisseur),
            joinedload(Case.municipality),
        )
    )
    by_id = {row.id: row for row in rows}
    return [by_id[id] for id in ids if id in by_id]


def due_of(case: Case, today: date) -> Due | None:
    """Under which of the two filters an open case is found."""
    on = case.next_due_on
    if case.closed_on is not None or case.next_due is None or on is None or on > today + SOON:
        return None
    return Due.late if on < _last_on_time(today).get(Key(case.next_due), today) else Due.soon


def narrowed(query: Select[Case], wanted: CaseFilter, today: date) -> Select[Case]:
    """The cases of these that the filter wants."""
    query = query.where(Case.closed_on.is_not(None) if wanted.closed else Case.closed_on.is_(None))
    for column, value in (
        (Case.municipality_id, wanted.town),
        (Case.regisseur_id, wanted.regisseur_id),
        (Case.group, wanted.group),
        (Case.law, wanted.law),
        (Case.leerroute, wanted.leerroute),
        (Case.next_due, wanted.due_key),
    ):
        if value is not None:
            query = query.where(column == value)
    match wanted.due:
        case Due.late:
            query = query.where(Case.next_due_on < today, _is_late(today))
        case Due.soon:
            query = query.where(Case.next_due_on <= today + SOON, not_(_is_late(today)))
    if wanted.name:
        query = query.where(Case.participant_id.in_(_named(wanted.name)))
    return query


def _is_late(today: date) -> ColumnElement[bool]:
    """As `work_out` says it: a talk has its window, a certificate has no last day."""
    special = ((Case.next_due == key.value, day) for key, day in _last_on_time(today).items())
    return Case.next_due_on < case(*special, else_=today)


def _last_on_time(today: date) -> dict[Key, date]:
    """The earliest day that is not late yet, where it is not today."""
    return {Key.talk: today - TALK_WINDOW, Key.certificate: date.min}


def _named(name: str) -> Select[UUID]:
    """Who has a first or last name that begins so."""
    return select(Person.id).where(name_begins(name))
