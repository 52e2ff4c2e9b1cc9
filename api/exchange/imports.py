"""Taking over cases from a spreadsheet of a town, line by line, as often as they like.

One line is one person with one case, found again by the municipality and the reference. What is
filled in counts, an empty cell says nothing, a `-` takes away. A column of hours is the total of
its kind: one entry of ours makes up for what was not written down one by one. So the same file
twice changes nothing, and an export is a file that changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import batched
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.cases.access import towns_of
from api.cases.history import acting
from api.cases.models import Case, Participant
from api.cases.records import Hours, HoursKind
from api.cases.rules import Rules
from api.cases.service import plan, remember_leerroutes
from api.clock import local
from api.errors import Conflict, NotFound
from api.exchange.columns import load_columns
from api.exchange.hours_totals import TOTAL
from api.exchange.import_rows import AT_ONCE, Fault, Row, compare
from api.exchange.spreadsheets import read_sheet
from api.people.models import Municipality, Person, PersonRole, Role
from translations.catalogue import SOURCE, Catalogues


class Outcome(StrEnum):
    new = "new"
    changed = "changed"
    unchanged = "unchanged"
    refused = "refused"


@dataclass(frozen=True)
class LineReport:
    number: int
    reference: str | None
    outcome: Outcome
    columns: Sequence[str]
    """The headings of what is written, or would be."""
    faults: Sequence[Fault]


@dataclass(frozen=True)
class ImportReport:
    lines: Sequence[LineReport]
    ignored: Sequence[str]
    """Headings that were not read."""
    dry_run: bool

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)


def advice_on(console: Catalogues, fault: Fault) -> str:
    """What to do about a fault, in Dutch."""
    return console.text(SOURCE, f"import.fault.{fault.reason}", fault.facts).text


def plan_import(
    session: Session, me: Person, town: str, content: bytes, today: date
) -> ImportReport:
    """What an import of this file would do today; writes nothing.

    Invalid where it is no file of cases, NotFound for a municipality that is not mine.
    """
    rows, ignored = _read(session, me, town, content)
    return _report(rows, ignored, dry_run=True)


def import_cases(
    session: Session, rules: Rules, me: Person, town: str, content: bytes, now: datetime
) -> ImportReport:
    """Write every good line; refused lines are reported and change nothing.

    Raises as `plan_import`, and Conflict where somebody changes one of the cases meanwhile.
    """
    rows, ignored = _read(session, me, town, content)
    acting(session, me.id, now)
    changed = [row for row in rows if row.is_good and (row.person or row.own or row.hours)]
    try:
        for some in batched(changed, AT_ONCE, strict=False):
            _write(session, rules, town, some, now)
    except (IntegrityError, StaleDataError) as error:
        raise Conflict("somebody changed one of these cases just now: import again") from error
    return _report(rows, ignored, dry_run=False)


def _read(
    session: Session, me: Person, town: str, content: bytes
) -> tuple[list[Row], Sequence[str]]:
    if town not in towns_of(me):
        raise NotFound("that is not one of your municipalities")
    sheet = read_sheet(content, load_columns())
    where = session.get_one(Municipality, town)
    return compare(session, me, where, sheet.columns, sheet.lines), sheet.ignored


def _write(session: Session, rules: Rules, town: str, rows: Sequence[Row], now: datetime) -> None:
    today = local(now).date()
    _open_cases(session, town, [row for row in rows if row.is_new], now)
    for row in rows:
        if not row.is_new:
            _change_case(row)
    cases = {row.case.id: row for row in rows if row.case}
    _write_hours(session, cases, today)
    routes = {id: row.own.get("leerroute") for id, row in cases.items()}
    remember_leerroutes(session, {id: route for id, route in routes.items() if route}, today)
    plan(session, rules, list(cases), now)


def _open_cases(session: Session, town: str, rows: Sequence[Row], now: datetime) -> None:
    people = [_person(row, town, now) for row in rows]
    session.add_all(people)
    session.flush()
    session.add_all(Participant(person_id=who.id, municipality_id=town) for who in people)
    session.flush()
    for row, who in zip(rows, people, strict=True):
        row.case = Case(id=uuid4(), participant_id=who.id, municipality_id=town, **row.own)
        session.add(row.case)
    session.flush()


def _person(row: Row, town: str, now: datetime) -> Person:
    fields = {**row.person, "last_name": row.person["last_name"] or ""}
    roles = [PersonRole(municipality_id=town, role=Role.participant)]
    return Person(id=uuid4(), created_at=now, roles=roles, **fields)


def _change_case(row: Row) -> None:
    if row.case is None:
        return
    for key, value in row.own.items():
        setattr(row.case, key, value)
    for key, value in row.person.items():
        setattr(row.case.participant.person, key, value or "")


def _write_hours(session: Session, rows: dict[UUID, Row], today: date) -> None:
    """Our entries of each case as they become: added, changed in place or taken away."""
    ids = [id for id, row in rows.items() if row.hours]
    query = select(Hours).where(Hours.case_id.in_(ids), Hours.reference.startswith(TOTAL))
    entries = {(entry.case_id, entry.reference): entry for entry in session.scalars(query)}
    for id in ids:
        for kind, hours in rows[id].hours.items():
            entry = entries.get((id, f"{TOTAL}{kind}"))
            _write_entry(session, entry or _entry(id, kind, today), hours, today)


def _entry(case_id: UUID, kind: HoursKind, today: date) -> Hours:
    return Hours(case_id=case_id, kind=kind, on=today, reference=f"{TOTAL}{kind}")


def _write_entry(session: Session, entry: Hours, hours: Decimal, today: date) -> None:
    if not hours:
        session.delete(entry)
        return
    entry.hours, entry.on = hours, today
    session.add(entry)


def _report(rows: Sequence[Row], ignored: Sequence[str], *, dry_run: bool) -> ImportReport:
    lines = [
        LineReport(row.number, row.reference, _outcome(row), row.changes, row.faults)
        for row in rows
    ]
    return ImportReport(lines, ignored, dry_run)


def _outcome(row: Row) -> Outcome:
    if not row.is_good:
        return Outcome.refused
    if row.is_new:
        return Outcome.new
    return Outcome.changed if row.person or row.own or row.hours else Outcome.unchanged
