"""Cases in and out over /v1: a spreadsheet, a transfer, a question for another system."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.answers.words import Words
from api.cases import transfers
from api.cases.access import towns_of
from api.cases.listing import CaseFilter
from api.cases.models import Transfer, TransferState
from api.cases.record_routes import READING, WRITING, CaseId
from api.cases.routes import TOWN, Filter
from api.cases.versions import answer
from api.clock import local
from api.db import Database, Tx
from api.dependencies import Caller, Now, TheWords
from api.errors import TooLarge
from api.exchange.columns import Refusal
from api.exchange.exports import write_cases
from api.exchange.import_rows import Fault
from api.exchange.imports import (
    ImportReport,
    LineReport,
    Outcome,
    advice_on,
    import_cases,
    plan_import,
)
from api.handovers.open_klant import OpenKlant, as_open_klant
from api.handovers.queue import get_handover
from api.people.models import Person
from api.problems import documented
from api.wire import Day, Id, Line, Moment, Wire

CSV = "text/csv"

TransferId = Annotated[UUID, Path(alias="transferId")]

api = APIRouter()


class FaultRead(Wire):
    column: str | None
    reason: Refusal
    advice: str
    """What to do about it, in Dutch."""

    @classmethod
    def of(cls, words: Words, fault: Fault) -> Self:
        return cls(column=fault.column, reason=fault.reason, advice=advice_on(words.console, fault))


class ImportLineRead(Wire):
    line: int
    reference: str | None
    outcome: Outcome
    columns: list[str]
    faults: list[FaultRead]

    @classmethod
    def of(cls, words: Words, line: LineReport) -> Self:
        return cls(
            line=line.number,
            reference=line.reference,
            outcome=line.outcome,
            columns=list(line.columns),
            faults=[FaultRead.of(words, fault) for fault in line.faults],
        )


class ImportRead(Wire):
    """What became of each line of the file, or would become of it."""

    dry_run: bool
    new: int
    changed: int
    unchanged: int
    refused: int
    ignored_columns: list[str]
    lines: list[ImportLineRead]

    @classmethod
    def of(cls, words: Words, report: ImportReport) -> Self:
        return cls(
            dry_run=report.dry_run,
            new=report.count(Outcome.new),
            changed=report.count(Outcome.changed),
            unchanged=report.count(Outcome.unchanged),
            refused=report.count(Outcome.refused),
            ignored_columns=list(report.ignored),
            lines=[ImportLineRead.of(words, line) for line in report.lines],
        )


class TransferCreate(Wire):
    to: Annotated[str, Field(pattern=TOWN)]
    registered_on: Day | None = None


class ConsentCreate(Wire):
    """Consent that was given outside the chat."""

    on: Day
    how: Annotated[Line, Field(max_length=200)]


class TransferRead(Wire):
    """A transfer as either municipality sees it: its own case, and the other one by its name."""

    id: Id
    state: TransferState
    other_municipality: str
    incoming: bool
    asked_at: Moment
    answered_at: Moment | None
    consent_on: date | None
    consent_how: str | None

    @classmethod
    def of(cls, transfer: Transfer, case_id: UUID) -> Self:
        incoming = transfer.new_case_id == case_id
        return cls(
            id=transfer.id,
            state=transfer.state,
            other_municipality=transfer.case.municipality_id if incoming else transfer.to_id,
            incoming=incoming,
            asked_at=transfer.asked_at,
            answered_at=transfer.answered_at,
            consent_on=transfer.consent_on,
            consent_how=transfer.consent_how,
        )


class TransferList(Wire):
    results: list[TransferRead]


@api.post(
    "/imports",
    response_model=ImportRead,
    responses={**WRITING, **documented(TooLarge)},
    tags=["exchange"],
)
def import_file(
    me: Caller,
    municipality: Annotated[str, Query(pattern=TOWN)],
    content: Annotated[bytes, Body(media_type=CSV, description="The sheet as CSV, up to 10 MB")],
    session: Tx,
    words: TheWords,
    now: Now,
    dry_run: Annotated[bool, Query(alias="dryRun", description="Only report")] = False,
) -> Response:
    """Take over cases from a spreadsheet. Lines that cannot be taken over are reported."""
    if dry_run:
        report = plan_import(session, me, municipality, content, local(now).date())
    else:
        report = import_cases(session, words.rules, me, municipality, content, now)
    return answer(ImportRead.of(words, report))


@api.get(
    "/exports/cases.csv",
    response_class=Response,
    responses={**READING, 200: {"content": {CSV: {"schema": {"type": "string"}}}}},
    tags=["exchange"],
)
def export_cases(me: Caller, wanted: Filter, request: Request, now: Now) -> StreamingResponse:
    """The cases of my municipalities as a spreadsheet that an import reads."""
    towns_of(me)  # refused now, not in the middle of the file
    database: Database = request.app.state.database
    pages = _pages(database, me, CaseFilter(**wanted), local(now).date())
    headers = {
        "Content-Disposition": 'attachment; filename="cases.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pages, headers=headers, media_type=CSV)


@api.get(
    "/cases/{caseId}/transfers",
    response_model=TransferList,
    responses=READING,
    tags=["transfers"],
)
def read_transfers(me: Caller, case_id: CaseId, session: Tx) -> Response:
    """The transfers from and to this case, the newest first."""
    found = transfers.list_transfers(session, me, case_id)
    return answer(TransferList(results=[TransferRead.of(each, case_id) for each in found]))


@api.post(
    "/cases/{caseId}/transfers",
    status_code=201,
    response_model=TransferRead,
    responses=WRITING,
    tags=["transfers"],
)
def request_transfer(
    me: Caller, case_id: CaseId, body: TransferCreate, session: Tx, words: TheWords, now: Now
) -> Response:
    """Ask the participant whether the case may go to another municipality."""
    asked = transfers.request_transfer(
        session, words, me, case_id, body.to, now, body.registered_on
    )
    return answer(TransferRead.of(asked, case_id), 201)


@api.post(
    "/cases/{caseId}/transfers/{transferId}/consent",
    response_model=TransferRead,
    responses=WRITING,
    tags=["transfers"],
)
def record_consent(
    me: Caller,
    case_id: CaseId,
    transfer_id: TransferId,
    body: ConsentCreate,
    session: Tx,
    words: TheWords,
    now: Now,
) -> Response:
    """The participant agreed outside the chat: the case goes to the other municipality now."""
    done = transfers.record_consent(
        session, words, words.rules, me, case_id, transfer_id, body.on, body.how, now
    )
    return answer(TransferRead.of(done, case_id))


@api.post(
    "/cases/{caseId}/transfers/{transferId}/withdrawal",
    response_model=TransferRead,
    responses=WRITING,
    tags=["transfers"],
)
def withdraw_transfer(
    me: Caller, case_id: CaseId, transfer_id: TransferId, session: Tx, now: Now
) -> Response:
    """Take back the question; nothing is transferred."""
    withdrawn = transfers.withdraw_transfer(session, me, case_id, transfer_id, now)
    return answer(TransferRead.of(withdrawn, case_id))


@api.get(
    "/hand-overs/{handOverId}/open-klant",
    response_model=OpenKlant,
    responses=READING,
    tags=["exchange"],
)
def read_open_klant(
    me: Caller,
    hand_over_id: Annotated[UUID, Path(alias="handOverId")],
    session: Tx,
    words: TheWords,
) -> Response:
    """A hand-over in the shape of Open Klant: a Klantcontact and its InterneTaak."""
    hand_over = get_handover(session, hand_over_id, me)
    return answer(as_open_klant(session, words, hand_over))


def _pages(database: Database, me: Person, wanted: CaseFilter, today: date) -> Iterator[str]:
    """In a transaction of its own: the one of the request ends before the file is sent."""
    with database.reading() as session:
        yield from write_cases(session, me, wanted, today)
