"""From the bytes of a CSV file to its lines, whatever program of a town wrote it."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.errors import Invalid
from api.exchange.columns import Column, by_heading, positions

DELIMITERS = ";,\t"
MOST_LINES = 10_000
LARGEST = 10 * 1024 * 1024
"""Bytes of a file, by whatever way it comes."""
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    number: int
    """As the spreadsheet counts: the headings stand on line 1."""
    cells: Mapping[str, str]
    """What is filled in, by field."""
    has_more: bool
    """There are more cells than headings: a delimiter stands in a text, without quotes."""


@dataclass(frozen=True)
class Sheet:
    columns: Mapping[str, Column]
    """The fields that it has."""
    ignored: tuple[str, ...]
    """Headings that nobody here knows."""
    lines: tuple[Line, ...]


def read_sheet(content: bytes, known: Mapping[str, Column]) -> Sheet:
    """The lines of a CSV file. Invalid, which says what to do, where it is none of ours."""
    text = _without_hint(_decoded(content))
    headings = by_heading(known)
    rows = _rows(text, _delimiter(text, headings))
    _, first = next(((n, row) for n, row in rows if any(row)), (0, []))
    if not first:
        raise Invalid("the file is empty", "error.import_empty")
    places = positions(first, headings)
    _check(places, known)
    lines = tuple(_line(n, row, places, len(first)) for n, row in rows if any(row))
    if len(lines) > MOST_LINES:
        raise Invalid(f"give at most {MOST_LINES} lines in one file", "error.import_too_long")
    ignored = tuple(
        name for place, name in enumerate(first) if name.strip() and place not in places
    )
    return Sheet({column.key: column for column in places.values()}, ignored, lines)


def _decoded(content: bytes) -> str:
    if content.startswith(_BOM_16):
        return _strictly(content, "utf-16")
    if content.startswith(_NO_TEXT) or b"\0" in content:
        raise _no_text()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(content, "windows-1252")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text() from error


def _no_text() -> Invalid:
    return Invalid("this is not a CSV file: save the sheet as CSV", "error.import_no_text")


def _without_hint(text: str) -> str:
    """Without the line `sep=;` that Excel understands and shows to nobody."""
    first, _, rest = text.partition("\n")
    return rest if first.strip().lower().startswith("sep=") else text


def _delimiter(text: str, headings: Mapping[str, Column]) -> str:
    """That by which the first line gives most headings that we know."""

    def known(delimiter: str) -> int:
        try:
            first = next((row for _, row in _rows(text, delimiter) if any(row)), [])
        except Invalid:
            return 0
        return len(positions(first, headings))

    return max(DELIMITERS, key=known)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield number, [cell.strip() for cell in row]
    except csv.Error as error:
        raise Invalid(
            f"line {number + 1}: a text begins with a quote and does not end with one",
            "error.import_quotes",
        ) from error


def _check(places: Mapping[int, Column], known: Mapping[str, Column]) -> None:
    there = [column.key for column in places.values()]
    needed = [c.heading for c in known.values() if c.required and c.key not in there]
    if needed:
        raise Invalid(f"these columns are missing: {', '.join(needed)}", "error.import_headings")
    twice = sorted({known[key].heading for key in there if there.count(key) > 1})
    if twice:
        raise Invalid(f"these columns are there twice: {', '.join(twice)}", "error.import_twice")


def _line(number: int, row: list[str], places: Mapping[int, Column], width: int) -> Line:
    cells = {column.key: row[at] for at, column in places.items() if at < len(row) and row[at]}
    return Line(number, cells, any(row[width:]))
