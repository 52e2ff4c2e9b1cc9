"""The page to take over cases from a spreadsheet: first what would happen, then doing it.

Between the two the file travels in the page itself, packed, so that what was looked at is what is
written, and nothing half-finished is kept here.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Response, UploadFile

from api.answers.words import Words
from api.cases.access import towns_of
from api.clock import local
from api.console.case_form import At, Desk
from api.console.case_list import town_options
from api.console.case_words import counted
from api.console.routes import OwnForm
from api.console.views import console_text
from api.dependencies import Now
from api.errors import Conflict, Invalid, WegwijsError
from api.exchange.import_rows import Fault
from api.exchange.imports import ImportReport, Outcome, advice_on, import_cases, plan_import
from api.exchange.spreadsheets import LARGEST

MOST_SHOWN = 200
"""Lines on the page: what was refused first."""

imports = APIRouter(prefix="/import")


@dataclass(frozen=True)
class LineRow:
    number: int
    reference: str | None
    outcome: str
    columns: str
    faults: tuple[str, ...]


@imports.get("")
def import_page(at: At) -> Response:
    return _page(at)


@imports.post("")
def check_import(
    at: At,
    _me: OwnForm,
    now: Now,
    file: Annotated[UploadFile | None, File()] = None,
    town: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    content = file.file.read(LARGEST + 1) if file else b""
    if not content or len(content) > LARGEST:
        return _page(at, town, fault_key="cases.import.no_file", status=Invalid.status)
    try:
        report = plan_import(at.session, at.me.person, town, content, local(now).date())
    except Invalid as error:
        return _wrong(at, town, error)
    return _page(at, town, report=report, packed=_packed(content))


@imports.post("/apply")
def apply_import(
    at: At,
    _me: OwnForm,
    now: Now,
    packed: Annotated[str, Form()] = "",
    town: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    content = _unpacked(packed)
    try:
        with at.session.begin_nested():
            rules, me = at.words.rules, at.me.person
            report = import_cases(at.session, rules, me, town, content, now)
    except (Invalid, Conflict) as error:
        return _wrong(at, town, error)
    return _page(at, town, report=report)


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def _unpacked(packed: str) -> bytes:
    """The file again; Invalid where it is none, or larger than it can have been."""
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(packed), LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise Invalid("choose the file again") from error
    if len(content) > LARGEST:
        raise Invalid("choose the file again")
    return content


def _wrong(at: Desk, town: str, error: WegwijsError) -> Response:
    return _page(at, town, fault_key=error.key, status=error.status)


def _page(
    at: Desk,
    town: str = "",
    *,
    report: ImportReport | None = None,
    packed: str = "",
    fault_key: str | None = None,
    status: int = 200,
) -> Response:
    towns = town_options(at.session, towns_of(at.me.person))
    return at.page(
        "cases_import.html",
        status,
        towns=towns,
        town=town or (towns[0][0] if len(towns) == 1 else ""),
        report=_shown(at.words, report) if report else None,
        packed=packed,
        fault_key=fault_key,
        fault_detail=f"{fault_key}.detail" if fault_key else None,
        has_detail=bool(fault_key) and f"{fault_key}.detail" in at.words.console,
    )


def _shown(words: Words, report: ImportReport) -> Mapping[str, Any]:
    lines = sorted(report.lines, key=lambda line: (not line.faults, line.number))
    told = [line for line in lines if line.outcome is not Outcome.unchanged]
    return {
        "dry_run": report.dry_run,
        "counts": [
            counted(words, f"cases.import.count.{each}", report.count(each)) for each in Outcome
        ],
        "writes": any(report.count(each) for each in (Outcome.new, Outcome.changed)),
        "ignored": ", ".join(report.ignored),
        "rows": [
            LineRow(
                line.number,
                line.reference,
                console_text(words, f"cases.import.outcome.{line.outcome}"),
                ", ".join(line.columns),
                tuple(_fault(words, fault) for fault in line.faults),
            )
            for line in told[:MOST_SHOWN]
        ],
        "more": max(len(told) - MOST_SHOWN, 0),
    }


def _fault(words: Words, fault: Fault) -> str:
    reason = advice_on(words.console, fault)
    return f"{fault.column}: {reason}" if fault.column else reason
