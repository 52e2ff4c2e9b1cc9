"""All that has a day in a case as one list, and who changed what: both the newest first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.history import Change, Deed, Wired, list_changes
from api.cases.models import Case, Transfer
from api.cases.records import Hours, HoursKind, Record
from api.cases.service import DAY_OF, KINDS
from api.cases.wire import FIELDS, CaseFields
from api.clock import local
from api.console.case_words import (
    CASE,
    Cell,
    amount_in_words,
    cell,
    day_in_words,
    label,
    moment_in_words,
    option,
)
from api.console.views import console_text
from api.people.models import Person
from api.wire import Wire

_LONGEST = 140
_KIND_OF = {inspect(model).local_table.description: kind for kind, model in KINDS.items()}


@dataclass(frozen=True)
class Event:
    on: date
    what: str
    about: str
    """What was written about it; empty for a date of the case itself."""
    kind: str

    @property
    def day(self) -> str:
        return day_in_words(self.on)


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class ChangeRow:
    by: str
    when: str
    iso: str
    what: str
    fields: Sequence[FieldChange]


def events_of(words: Words, case: Case, records: Mapping[str, Sequence[Record]]) -> list[Event]:
    """Everything with a day; hours of one kind together for each month."""
    events = [*_of_case(words, case), *_of_hours(words, records["hours"])]
    for kind, rows in records.items():
        name = next((each for each in DAY_OF if each in FIELDS[kind].model_fields), None)
        if name and kind != "hours":
            events += [_of_record(words, kind, row, name) for row in rows]
    return sorted(events, key=lambda event: event.on, reverse=True)


def changes_of(session: Session, words: Words, case: Case) -> list[ChangeRow]:
    """The history of the case, as people read it."""
    changes = list_changes(session, case.id)
    names = _names(session, changes)
    return [_change(words, change, names) for change in changes]


def changed_since(
    session: Session, words: Words, row: Case | Record, version: int
) -> tuple[list[ChangeRow], dict[str, str]]:
    """What colleagues did to this row after `version`, and what each field became."""
    case_id = row.id if isinstance(row, Case) else row.case_id
    own = [
        change
        for change in list_changes(session, case_id)
        if (change.kind, change.row_id) == (inspect(type(row)).local_table.description, str(row.id))
    ][: max(row.version - version, 0)]
    names = _names(session, own)
    became: dict[str, str] = {}
    for change in reversed(own):
        for name, after in _after(words, change, names).items():
            became[name] = after.text
    return [_change(words, change, names) for change in own], became


def _of_case(words: Words, case: Case) -> Iterator[Event]:
    for name in CaseFields.model_fields:
        value = getattr(case, name)
        if isinstance(value, date):
            yield Event(value, label(words, CASE, name), "", CASE)


def _of_hours(words: Words, rows: Sequence[Record]) -> Iterator[Event]:
    sums: dict[tuple[HoursKind, int, int], Decimal] = defaultdict(Decimal)
    last: dict[tuple[HoursKind, int, int], date] = {}
    for row in rows:
        if isinstance(row, Hours):
            month = (row.kind, row.on.year, row.on.month)
            sums[month] += row.hours
            last[month] = max(row.on, last.get(month, row.on))
    for month, hours in sums.items():
        about = f"{option(words, month[0])} · {amount_in_words(hours)}"
        yield Event(last[month], console_text(words, "case.hours_of_month"), about, "hours")


def _of_record(words: Words, kind: str, row: Record, name: str) -> Event:
    at = getattr(row, name)
    others = [
        cell(words, getattr(row, each)).text for each in FIELDS[kind].model_fields if each != name
    ]
    about = " · ".join(text for text in others if text != "–")
    if len(about) > _LONGEST:
        about = f"{about[:_LONGEST].rstrip()}…"
    on = local(at).date() if isinstance(at, datetime) else at
    return Event(on, console_text(words, f"case.one.{kind}"), about, kind)


def _names(session: Session, changes: Sequence[Change]) -> dict[UUID, str]:
    """The names behind the ids in these changes, in one statement."""
    wanted = {
        UUID(value)
        for change in changes
        for value in change.fields.get("regisseur_id", [])
        if isinstance(value, str)
    }
    if not wanted:
        return {}
    return {
        one.id: one.name for one in session.scalars(select(Person).where(Person.id.in_(wanted)))
    }


def _change(words: Words, change: Change, names: Mapping[UUID, str]) -> ChangeRow:
    kind = _KIND_OF.get(change.kind, CASE)
    schema = FIELDS.get(kind, CaseFields)
    one = change.kind if change.kind == Transfer.__tablename__ else kind
    return ChangeRow(
        by=change.by.name if change.by else console_text(words, "case.history.program"),
        when=moment_in_words(words, change.at),
        iso=local(change.at).isoformat(),
        what=console_text(
            words, f"case.history.{change.deed}", what=console_text(words, f"case.one.{one}")
        ),
        fields=[
            FieldChange(
                label(words, kind, name),
                _wired(words, schema, name, before, names),
                _wired(words, schema, name, after, names),
            )
            for name, (before, after) in change.fields.items()
            if name in schema.model_fields and _is_told(change.deed, after)
        ],
    )


def _is_told(deed: Deed, after: Wired) -> bool:
    """Of what was added, a "no" or nothing is not worth a line."""
    return deed is not Deed.added or after not in (None, False)


def _after(words: Words, change: Change, names: Mapping[UUID, str]) -> dict[str, Cell]:
    schema = FIELDS.get(_KIND_OF.get(change.kind, CASE), CaseFields)
    return {
        name: _wired(words, schema, name, after, names)
        for name, (_, after) in change.fields.items()
        if name in schema.model_fields
    }


def _wired(
    words: Words, schema: type[Wire], name: str, value: Wired, names: Mapping[UUID, str]
) -> Cell:
    """A value as the history keeps it; as it is, where the schema has moved on since."""
    if value is None:
        return cell(words, None)
    annotation: Any = schema.model_fields[name].rebuild_annotation()
    try:
        known = TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        known = value
    return cell(words, known, names)
