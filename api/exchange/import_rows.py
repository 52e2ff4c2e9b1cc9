"""From a line of a spreadsheet to what it changes in a case, or to why it is refused."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from api.cases.access import cases_for
from api.cases.models import Case, Participant
from api.cases.records import HoursKind
from api.cases.wire import CaseFields, PersonFields
from api.errors import Invalid
from api.exchange.columns import CLEAR, Column, Of, Refusal, Unreadable, load_columns, plain
from api.exchange.hours_totals import MOST_HOURS, Written, hours_of
from api.exchange.spreadsheets import Line
from api.people.models import Municipality, Person, PersonRole, Role
from api.privacy.masking import mask
from api.wire import reason_of

AT_ONCE = 500
"""So many lines are looked up, and written, together."""
OWN_NAME = "wegwijs:"
"""Before the id of a case that has no reference: so an export names it, and an import finds it."""
MANY = 3

type Fields = type[CaseFields] | type[PersonFields]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell, or with the whole line; never what stands in it."""

    column: str | None
    reason: Refusal
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Row:
    """A line on its way from its cells to what is written."""

    number: int
    reference: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    """By field; None takes away."""
    faults: list[Fault] = field(default_factory=list)
    case: Case | None = None
    is_new: bool = True
    person: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    """What differs from the person and the case; all of a new one."""
    hours: dict[HoursKind, Decimal] = field(default_factory=dict)
    """What our entry of this kind becomes; nothing is left of it at 0."""

    @property
    def is_good(self) -> bool:
        return not self.faults

    @property
    def changes(self) -> list[str]:
        """The headings of what this line gives to the case."""
        if not self.is_good:
            return []
        written = {*self.person, *self.own, *self.hours}
        return [c.heading for key, c in load_columns().items() if key in written & {*self.values}]

    def refuse(self, key: str | None, reason: Refusal, **facts: object) -> None:
        column = load_columns().get(key) if key else None
        self.faults.append(Fault(column.heading if column else None, reason, facts))

    def given(self, of: Of) -> dict[str, Any]:
        return {key: v for key, v in self.values.items() if load_columns()[key].of is of}


def compare(
    session: Session,
    me: Person,
    town: Municipality,
    columns: Mapping[str, Column],
    lines: Sequence[Line],
) -> list[Row]:
    """What each line changes, in a few statements for every 500 lines."""
    names = {plain(town.id), plain(town.name)}
    rows = [_row_of(line, columns, names) for line in lines]
    _refuse_bsns(rows)
    _refuse_doubles(rows, lambda row: row.reference)
    regisseurs = _regisseurs(session, town.id)
    for some in batched(rows, AT_ONCE, strict=False):
        good = [row for row in some if row.is_good]
        _find_cases(session, me, town.id, good)
        hours = hours_of(session, [row.case.id for row in good if row.case])
        for row in good:
            _name_regisseur(row, regisseurs)
            _compare(row, town.id, hours)
    _refuse_doubles(rows, lambda row: row.case.id if row.case else None)
    return rows


def _row_of(line: Line, columns: Mapping[str, Column], town: set[str]) -> Row:
    row = Row(line.number)
    if line.has_more:
        row.refuse(None, Refusal.too_many_cells)
    for key, cell in line.cells.items():
        try:
            row.values[key] = None if cell == CLEAR else columns[key].read(cell)
        except Unreadable as error:
            row.refuse(key, error.reason, **error.facts)
    row.reference = row.values.pop("reference", None)
    if not row.reference:
        row.refuse("reference", Refusal.missing)
    if "town" in row.values and plain(str(row.values.pop("town"))) not in town:
        row.refuse("town", Refusal.other_town)
    return row


def _refuse_bsns(rows: Sequence[Row]) -> None:
    """A file that calls everybody by BSN; one number of a town can look like one by chance."""
    references = [row.reference for row in rows if row.reference]
    if len(references) >= MANY and all("bsn" in mask(each).found for each in references):
        raise Invalid("the references are BSNs: use numbers of your own", "error.import_bsn")


def _refuse_doubles(rows: Sequence[Row], about: Callable[[Row], str | UUID | None]) -> None:
    """Which of two lines about the same is right nobody here knows: neither is taken."""
    places: dict[str | UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if what := about(row):
            places[what].append(row)
    for same in (same for same in places.values() if len(same) > 1):
        lines = ", ".join(str(row.number) for row in same)
        for row in same:
            row.refuse("reference", Refusal.twice, lines=lines)


def _regisseurs(session: Session, town: str) -> dict[str, UUID]:
    """The regisseurs of the municipality by e-mail address."""
    query = (
        select(Person.email, Person.id)
        .join(PersonRole)
        .where(PersonRole.role == Role.regisseur, PersonRole.municipality_id == town)
    )
    return {email.lower(): id for email, id in session.execute(query) if email}


def _find_cases(session: Session, me: Person, town: str, rows: Sequence[Row]) -> None:
    """Tie each line to the case that it is about, if that is there."""
    references = [row.reference for row in rows]
    ids = [id for row in rows if (id := _own_id(row.reference))]
    query = cases_for(me).where(
        Case.municipality_id == town, Case.reference.in_(references) | Case.id.in_(ids)
    )
    whom = joinedload(Case.participant).joinedload(Participant.person)
    regisseur = joinedload(Case.regisseur)
    query = query.options(whom.lazyload(Person.roles), regisseur.lazyload(Person.roles))
    known: dict[str | None, Case] = {}
    for case in session.scalars(query):  # a sheet may be older than the reference
        known |= {case.reference: case, f"{OWN_NAME}{case.id}": case}
    for row in rows:
        row.case = known.get(row.reference or "")
        row.is_new = row.case is None


def _own_id(reference: str | None) -> UUID | None:
    if reference is None or not reference.startswith(OWN_NAME):
        return None
    try:
        return UUID(reference.removeprefix(OWN_NAME))
    except ValueError:
        return None


def _name_regisseur(row: Row, regisseurs: Mapping[str, UUID]) -> None:
    address = row.values.get("regisseur_id")
    if address is None:
        return
    now = row.case.regisseur if row.case else None
    if now is not None and (now.email or "").lower() == address.lower():
        row.values["regisseur_id"] = now.id  # also when they have left the town since
    elif id := regisseurs.get(address.lower()):
        row.values["regisseur_id"] = id
    else:
        row.refuse("regisseur_id", Refusal.unknown_regisseur)


def _compare(row: Row, town: str, hours: Mapping[UUID, Written]) -> None:
    if not row.is_good:
        return
    if row.case is None:
        _compare_new(row)
        written = Written()
    else:
        _compare_known(row, row.case, town)
        written = hours.get(row.case.id) or Written()
    for kind, total in row.given(Of.hours).items():
        _compare_hours(row, HoursKind(kind), total, written)


def _compare_new(row: Row) -> None:
    for key in ("first_name", "group"):
        if row.values.get(key) is None:
            row.refuse(key, Refusal.missing)
    person = {key: value for key, value in row.given(Of.person).items() if value is not None}
    own = {
        key: value
        for key, value in row.given(Of.case).items()
        if value is not None or _empty(CaseFields, key) is None
    }
    if row.is_good:
        row.person = _checked(row, PersonFields, person)
        row.own = _checked(row, CaseFields, {**own, "reference": row.reference})


def _compare_known(row: Row, case: Case, town: str) -> None:
    who = case.participant
    person = {name: getattr(who.person, name) for name in PersonFields.model_fields}
    person["last_name"] = person["last_name"] or None
    own = {name: getattr(case, name) for name in CaseFields.model_fields}
    row.person = _changes(row, PersonFields, person, row.given(Of.person))
    row.own = _changes(row, CaseFields, own, row.given(Of.case))
    if case.closed_on is not None and row.own.get("closed_on", case.closed_on) is None:
        row.refuse("closed_on", Refusal.closed)
    if row.person and who.municipality_id != town:
        row.refuse(next(iter(row.person)), Refusal.moved)


def _changes(
    row: Row, schema: Fields, now: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What differs from what is there now, if it can become so."""
    wanted = {}
    for key, value in given.items():
        becomes = _empty(schema, key) if value is None else value
        if becomes is ...:
            row.refuse(key, Refusal.cannot_erase)
        elif becomes != now[key]:
            wanted[key] = becomes
    checked = _checked(row, schema, {**now, **wanted}) if wanted else {}
    return {key: checked[key] for key in wanted} if checked else {}


def _empty(schema: Fields, key: str) -> Any:
    """What a field is when it is taken away; `...` where it cannot be."""
    known = schema.model_fields[key]
    if known.is_required() or key == "language":
        return ...
    return False if known.default is False else None


def _compare_hours(row: Row, kind: HoursKind, total: Decimal | None, written: Written) -> None:
    """Our entry makes up for what is missing to the total; `-` takes it away."""
    others = written.others[kind]
    rest = Decimal(0) if total is None else total - others
    if rest < 0:
        row.refuse(kind, Refusal.fewer_hours, hours=load_columns()[kind].write(others))
    elif rest > MOST_HOURS:
        row.refuse(kind, Refusal.out_of_range)
    elif rest != written.ours.get(kind, Decimal(0)):
        row.hours[kind] = rest


def _checked(row: Row, schema: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the store may hold them; empty where the line is refused."""
    try:
        return schema.model_validate(dict(values), by_name=True).model_dump()
    except ValidationError as error:
        for each in error.errors(include_input=False):
            _refuse_invalid(row, each["loc"], each["type"], each["msg"], each.get("ctx", {}))
        return {}


def _refuse_invalid(
    row: Row, where: tuple[int | str, ...], kind: str, message: str, limits: Mapping[str, Any]
) -> None:
    """A fault of the schema in our words; a rule over several fields names the one to look at."""
    if not where:
        key, why = reason_of(message)
        earlier = re.fullmatch(r"not before (\w+)", why)
        if earlier:
            row.refuse(key, Refusal.order, other=load_columns()[earlier[1]].heading)
        else:
            row.refuse(key, Refusal.does_not_fit)
    elif kind.endswith("too_long"):
        row.refuse(str(where[0]), Refusal.too_long, limit=limits["max_length"])
    elif kind.startswith(("greater_than", "less_than")):
        row.refuse(str(where[0]), Refusal.out_of_range)
    else:
        row.refuse(str(where[0]), Refusal.unreadable)
