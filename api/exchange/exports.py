"""Cases as a spreadsheet: the headings that an import reads, in pages, so that it can be long."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session, joinedload

from api.cases.access import cases_for
from api.cases.listing import CaseFilter, narrowed
from api.cases.models import Case, Participant
from api.cases.records import HoursKind
from api.exchange.columns import Column, Kind, Of, load_columns
from api.exchange.hours_totals import Written, hours_of
from api.exchange.import_rows import OWN_NAME
from api.people.models import Person

AT_ONCE = 500
BOM = "\ufeff"
"""By it Excel knows that the file is UTF-8."""


def write_cases(session: Session, me: Person, wanted: CaseFilter, today: date) -> Iterator[str]:
    """The cases that I may see as CSV, a few hundred lines at a time.

    A cell that a spreadsheet would work out as a formula gets a quote before it; an import takes
    that off again.
    """
    yield BOM + _csv([[column.heading for column in load_columns().values()]])
    for cases in _pages(session, me, wanted, today):
        hours = hours_of(session, [case.id for case in cases])
        yield _csv(_cells(case, hours.get(case.id) or Written()) for case in cases)


def _pages(
    session: Session, me: Person, wanted: CaseFilter, today: date
) -> Iterator[Sequence[Case]]:
    """By id, so that a page is found at once, however many went before."""
    whom = joinedload(Case.participant).joinedload(Participant.person)
    query = narrowed(cases_for(me), wanted, today).options(
        whom.lazyload(Person.roles),
        joinedload(Case.regisseur).lazyload(Person.roles),
        joinedload(Case.municipality),
    )
    last: UUID | None = None
    while True:
        after = query if last is None else query.where(Case.id > last)
        cases = session.scalars(after.order_by(Case.id).limit(AT_ONCE)).all()
        if not cases:
            return
        yield cases
        last = cases[-1].id


def _cells(case: Case, hours: Written) -> list[str]:
    return [column.write(_value(case, column, hours)) for column in load_columns().values()]


def _value(case: Case, column: Column, hours: Written) -> object:
    match column.of, column.kind:
        case Of.hours, _:
            kind = HoursKind(column.key)
            return hours.ours.get(kind, 0) + hours.others[kind] or None
        case _, Kind.town:
            return case.municipality.name
        case _, Kind.regisseur:
            return case.regisseur.email if case.regisseur else None
        case Of.person, _:
            return getattr(case.participant.person, column.key) or None
        case _ if column.key == "reference":
            return case.reference or f"{OWN_NAME}{case.id}"
        case _:
            value: object = getattr(case, column.key)
            return value


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()
