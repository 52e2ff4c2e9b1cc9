"""Cases in and out as a spreadsheet, for who looks after an installation."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.listing import CaseFilter
from api.cases.planning import plan_all
from api.cases.rules import load_rules
from api.clock import local, system_clock
from api.db import Database
from api.errors import Invalid
from api.exchange.exports import write_cases
from api.exchange.imports import ImportReport, Outcome, advice_on, import_cases, plan_import
from api.people.models import Person
from api.progress import Progress
from api.schema import migrate
from api.settings import DEFAULT_DATABASE
from api.system import ROOT
from api.terminal import store, told_plainly
from translations.catalogue import SOURCE, Catalogues

app = typer.Typer(no_args_is_help=True, help="Cases from and to a spreadsheet.")

Email = Annotated[str, typer.Option(help="The regisseur in whose name it is done.")]
Store = Annotated[str, typer.Option(envvar="DATABASE_URL")]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A sheet, saved as CSV.")],
    municipality: Annotated[str, typer.Option(help="Such as weert.")],
    email: Email,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    database_url: Store = DEFAULT_DATABASE,
) -> None:
    """Take over the cases of a sheet; the same file twice changes nothing."""
    now = system_clock()
    with told_plainly(), store(database_url) as session:
        content, me = _bytes_of(file), _regisseur(session, email)
        if dry_run:
            report = plan_import(session, me, municipality, content, local(now).date())
        else:
            report = import_cases(session, load_rules(), me, municipality, content, now)
    for line in _lines_of(report):
        typer.echo(line)


@app.command("export")
def export_file(
    email: Email,
    file: Annotated[Path | None, typer.Argument(help="Where to; else it is printed.")] = None,
    municipality: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    closed: Annotated[bool, typer.Option(help="The closed cases instead.")] = False,
    database_url: Store = DEFAULT_DATABASE,
) -> None:
    """Write the open cases to a sheet that an import reads again."""
    today = local(system_clock()).date()
    wanted = CaseFilter(town=municipality, closed=closed)
    with told_plainly(), store(database_url) as session, _target(file) as target:
        for page in write_cases(session, _regisseur(session, email), wanted, today):
            target.write(page.encode())


@app.command("plan")
def plan_cases(database_url: Store = DEFAULT_DATABASE) -> None:
    """Work out anew what is due first in every open case; it is done each night by itself."""
    with told_plainly(), closing(Database(database_url)) as database:
        migrate(database)
        with Progress().step("Planning"):
            planned = plan_all(database, load_rules(), system_clock())
    typer.echo(f"{planned.cases} cases, {planned.changed} changed")


@contextmanager
def _target(file: Path | None) -> Iterator[IO[bytes]]:
    if file is None:
        yield sys.stdout.buffer
        return
    with file.open("wb") as target:
        yield target


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error


def _regisseur(session: Session, email: str) -> Person:
    person = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    if person is None:
        raise Invalid(f"nobody here has the address {email}")
    return person


def _lines_of(report: ImportReport) -> Iterator[str]:
    """What does not go as somebody expects, and the totals; what went well needs no line."""
    console = Catalogues(ROOT / "translations", "console", (SOURCE,))
    if report.ignored:
        yield f"not read: {', '.join(report.ignored)}"
    for line in report.lines:
        for fault in line.faults:
            yield f"line {line.number}, {fault.column or '-'}: {advice_on(console, fault)}"
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    yield f"{'would be ' if report.dry_run else ''}{counts}"
