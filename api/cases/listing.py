"""The list of cases: found by name, town, route or what is due, in pages, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from api.cases.access import cases_for
from api.cases.deadlines import SOON, Key
from api.cases.models import Case, Group, Law, Leerroute, Participant
from api.people.models import Person

PAGE_SIZE, LARGEST_PAGE = 50, 200


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
    found = _narrowed(cases_for(me), wanted, today)
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    rows = session.scalars(
        found.options(
            joinedload(Case.participant).joinedload(Participant.person),
            joinedload(Case.regisseur),
            joinedload(Case.municipality),
        )
        .order_by(Case.next_due_on.is_(None), Case.next_due_on, Case.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return CasePage(rows, total, page, size)


def _narrowed(query: Select[Case], wanted: CaseFilter, today: date) -> Select[Case]:
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
            query = query.where(Case.next_due_on < today)
        case Due.soon:
            query = query.where(Case.next_due_on.between(today, today + SOON))
    if wanted.name:
        query = query.where(Case.participant_id.in_(_named(wanted.name)))
    return query


def _named(name: str) -> Select[UUID]:
    """Who has a first or last name that begins so."""
    begin = name.strip().lower()
    first, last = func.lower(Person.first_name), func.lower(Person.last_name)
    return select(Person.id).where(
        first.startswith(begin, autoescape=True) | last.startswith(begin, autoescape=True)
    )
