"""The columns of a spreadsheet of cases: from a cell to a value of ours, and back."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import assert_never

from pydantic.alias_generators import to_camel

from api.cases.wire import CaseFields
from api.tables import Table, read_tables
from api.wire import FIRST_YEAR, LAST_YEAR

_FILE = Path(__file__).parent / "columns.toml"
CLEAR = "-"
"""In a cell: what stands in the case is wrong, take it away. An empty cell changes nothing."""
YES, NO = ("ja", "j", "yes", "true", "waar", "1"), ("nee", "n", "no", "false", "onwaar", "0")
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?")
_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d{1,2})?")
_ARMED = re.compile(r"'*[=+\-@\t\r]")
"""A spreadsheet would work this out instead of showing it."""


class Kind(StrEnum):
    text = "text"
    day = "day"
    whole = "whole"
    hours = "hours"
    yes_no = "yes_no"
    choice = "choice"
    regisseur = "regisseur"
    """By e-mail address."""
    town = "town"


class Of(StrEnum):
    case = "case"
    person = "person"
    hours = "hours"
    """A total of one kind of hours."""


class Refusal(StrEnum):
    """Why a line is refused; `import.fault.<reason>` in the console's texts says what to do."""

    missing = "missing"
    not_a_day = "not_a_day"
    not_a_number = "not_a_number"
    not_yes_no = "not_yes_no"
    unknown_value = "unknown_value"
    unreadable = "unreadable"
    too_long = "too_long"
    out_of_range = "out_of_range"
    order = "order"
    does_not_fit = "does_not_fit"
    cannot_erase = "cannot_erase"
    twice = "twice"
    other_town = "other_town"
    unknown_regisseur = "unknown_regisseur"
    closed = "closed"
    moved = "moved"
    fewer_hours = "fewer_hours"
    too_many_cells = "too_many_cells"


class Unreadable(Exception):
    """A cell that cannot be what its column holds."""

    def __init__(self, reason: Refusal, **facts: object) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


class Column(Table):
    """One table of columns.toml; its key is the field."""

    headings: tuple[str, ...]
    kind: Kind = Kind.text
    of: Of = Of.case
    required: bool = False
    values: Mapping[str, tuple[str, ...]] = {}

    @property
    def heading(self) -> str:
        """What an export writes above it."""
        return self.headings[0]

    @property
    def names(self) -> set[str]:
        own = () if self.of is Of.hours else (self.key, to_camel(self.key))
        return {plain(name) for name in (*self.headings, *own)}

    def read(self, cell: str) -> object:
        """The value of a cell that says something; Unreadable where it cannot be one."""
        match self.kind:
            case Kind.text | Kind.regisseur | Kind.town:
                return disarmed(cell)
            case Kind.day:
                return read_day(cell)
            case Kind.whole:
                return _read_whole(cell)
            case Kind.hours:
                return read_number(cell)
            case Kind.yes_no:
                return _read_yes_no(cell)
            case Kind.choice:
                return self._read_choice(cell)
            case _:
                assert_never(self.kind)

    def write(self, value: object) -> str:
        """The cell for a value: read again it is the same value."""
        if value is None:
            field = CaseFields.model_fields.get(self.key) if self.of is Of.case else None
            has_default = field and not field.is_required() and field.default is not None
            return CLEAR if has_default else ""  # empty would become the default in a new case
        match value:
            case bool():
                return (NO, YES)[value][0]
            case date():
                return f"{value:%d-%m-%Y}"
            case Decimal():
                return f"{value.normalize():f}".replace(".", ",")
            case StrEnum():
                return self.values[value][0]
            case _:
                return self.values[str(value)][0] if self.values else armed(str(value))

    def _read_choice(self, cell: str) -> str:
        said = plain(cell)
        for code, words in self.values.items():
            if said in {plain(word) for word in (code, *words)}:
                return code
        known = ", ".join(words[0] for words in self.values.values())
        raise Unreadable(Refusal.unknown_value, values=known)


@cache
def load_columns() -> Mapping[str, Column]:
    """By field, in the order of an export. ValueError where one heading means two things."""
    columns = {column.key: column for column in read_tables(_FILE, Column)}
    by_heading(columns)
    return columns


def by_heading(columns: Mapping[str, Column]) -> dict[str, Column]:
    """By each word that may stand above it."""
    found: dict[str, Column] = {}
    for column in columns.values():
        for name in column.names:
            if found.setdefault(name, column) is not column:
                raise ValueError(f"columns.toml: {name!r} means {found[name].key} and {column.key}")
    return found


def plain(words: str) -> str:
    """Without what people write differently: capitals, spaces, hyphens, dots."""
    return re.sub(r"[\s_.:\-]+", " ", words.casefold()).strip()


def armed(text: str) -> str:
    """Harmless in a spreadsheet: a formula becomes a text; `disarmed` gives it back."""
    return f"'{text}" if _ARMED.match(text) else text


def disarmed(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _ARMED.match(cell) else cell


def read_day(cell: str) -> date:
    """2026-11-22, 22-11-2026, 22/11/2026, 22.11.2026 or 22-11-26; a time after it is left out."""
    if match := _YEAR_FIRST.fullmatch(cell):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(cell):
        day, _, month, year = match.groups()
    else:
        raise Unreadable(Refusal.not_a_day)
    try:
        found = date(_whole_year(year), int(month), int(day))
    except ValueError as error:
        raise Unreadable(Refusal.not_a_day) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable(Refusal.not_a_day)
    return found


def read_number(cell: str) -> Decimal:
    """12, 12,5, 12.5 or 1.250,50 (a dot before three figures makes thousands)."""
    said = re.sub(r"\s*(uur|u)$", "", cell, flags=re.IGNORECASE)
    if _THOUSANDS.fullmatch(said):
        said = said.replace(".", "")
    elif not _NUMBER.fullmatch(said):
        raise Unreadable(Refusal.not_a_number)
    return Decimal(said.replace(",", "."))


def positions(row: Sequence[str], known: Mapping[str, Column]) -> dict[int, Column]:
    """Which cells of the row of headings are headings that we know."""
    found = ((place, known.get(plain(name))) for place, name in enumerate(row))
    return {place: column for place, column in found if column is not None}


def _whole_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (1900 if int(year) >= FIRST_YEAR % 100 else 2000)


def _read_whole(cell: str) -> int:
    number = read_number(cell)
    if number != int(number):
        raise Unreadable(Refusal.not_a_number)
    return int(number)


def _read_yes_no(cell: str) -> bool:
    said = plain(cell)
    if said in YES or said in NO:
        return said in YES
    raise Unreadable(Refusal.not_yes_no)
