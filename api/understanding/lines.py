"""Messages with the intent that a careful person would give them, to measure understanding by."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from api.conversations.languages import language_of
from api.system import ROOT
from translations.catalogue import LANGUAGES

DEVELOPMENT_SET = ROOT / "tests" / "understanding"
"""One file for each language; nothing in it is trained on."""
COLUMNS = ("text", "intent", "alternatives", "style")
NO_STYLE = "unnamed"


class BadLines(Exception):
    """A file of test lines cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Line:
    """One message, its intent, and the other intents that would be right as well."""

    language: str
    text: str
    intent: str
    alternatives: frozenset[str] = frozenset()
    style: str = NO_STYLE

    def is_right(self, intent: str) -> bool:
        return intent == self.intent or intent in self.alternatives


def read_development_set() -> list[Line]:
    return [line for path in sorted(DEVELOPMENT_SET.glob("*.tsv")) for line in read_lines(path)]


def read_lines(path: Path) -> list[Line]:
    """Tab-separated, with a header of `COLUMNS` and, if wanted, `lang` in front.

    Without `lang` the name of the file tells the language, else the texts do.
    Raises BadLines.
    """
    try:
        rows = list(_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadLines(f"{path}: {error}") from error
    language = path.stem if path.stem in LANGUAGES else _language_of_all(rows)
    return [_line(path, number, row, language) for number, row in enumerate(rows, start=2)]


def _rows(path: Path) -> Iterable[dict[str, str | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = {"text", "intent"} - set(reader.fieldnames or ())
        if missing:
            columns = ", ".join(COLUMNS)
            raise BadLines(f"{path}: the first line must name the columns {columns}")
        yield from reader


def _line(path: Path, number: int, row: dict[str, str | None], language: str) -> Line:
    text, intent = (row["text"] or "").strip(), (row["intent"] or "").strip()
    language = (row.get("lang") or "").strip() or language
    if not text or not intent:
        raise BadLines(f"{path}, line {number}: text and intent may not be empty")
    if language not in LANGUAGES:
        raise BadLines(f"{path}, line {number}: language {language!r} is none of the five")
    alternatives = re.split(r"[\s,;|]+", row.get("alternatives") or "")
    style = (row.get("style") or "").strip() or NO_STYLE
    return Line(language, text, intent, frozenset(filter(None, alternatives)), style)


def _language_of_all(rows: list[dict[str, str | None]]) -> str:
    heard = Counter(language_of(row["text"] or "") for row in rows)
    return max(LANGUAGES, key=lambda language: heard[language])
