"""The records of a case over /v1: for every kind the same five routes, with its own fields."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import create_model

from api.cases import service
from api.cases.access import get_record
from api.cases.patches import body_of, changes_in, patch_of
from api.cases.reads import shown
from api.cases.versions import (
    NOT_MODIFIED,
    WITH_ETAG,
    IfNoneMatch,
    Version,
    answer,
    answer_if_new,
    answer_one,
)
from api.cases.wire import FIELDS, read_of
from api.db import Tx
from api.dependencies import Caller, Now, TheWords
from api.errors import Conflict, NotAllowed, NotFound, NotSignedIn, Stale, VersionMissing
from api.problems import documented
from api.wire import Wire

CaseId = Annotated[UUID, Path(alias="caseId")]
RecordId = Annotated[UUID, Path(alias="recordId")]

READING = documented(NotSignedIn, NotAllowed, NotFound)
WRITING = documented(NotSignedIn, NotAllowed, NotFound, Conflict)
CHANGING = documented(NotSignedIn, NotAllowed, NotFound, Conflict, Stale, VersionMissing)
CREATED: dict[str, Any] = {
    "headers": {
        **WITH_ETAG["headers"],
        "Location": {"description": "Where it stands.", "schema": {"type": "string"}},
    }
}


def records_router(kind: str) -> APIRouter:
    """The routes of one kind, under /cases/{caseId}/<kind>."""
    fields = FIELDS[kind]
    read = read_of(fields)
    router = APIRouter(prefix=f"/cases/{{caseId:uuid}}/{kind}", tags=[kind])
    _add_reading(router, kind, read)
    _add_writing(router, kind, body_of(fields), read)
    _add_changing(router, kind, patch_of(fields), read)
    return router


def _add_reading(router: APIRouter, kind: str, read: type[Wire]) -> None:
    several: Any = list[read]  # type: ignore[valid-type]
    results = create_model(
        f"{read.__name__.removesuffix('Read')}List", __base__=Wire, results=several
    )

    @router.get("", response_model=results, responses=READING, summary=f"List {kind}")
    def list_records(me: Caller, case_id: CaseId, session: Tx) -> Response:
        """All of this kind in a case, the newest first."""
        rows = service.list_records(session, me, case_id, kind)
        return answer(results.model_construct(results=[shown(read, row) for row in rows]))

    @router.get(
        "/{recordId:uuid}",
        response_model=read,
        responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
        summary=f"Read one of {kind}",
    )
    def read_record(
        me: Caller, case_id: CaseId, record_id: RecordId, session: Tx, known: IfNoneMatch = None
    ) -> Response:
        """One of them, with the version that a change of it has to name."""
        record = get_record(session, me, service.KINDS[kind], case_id, record_id)
        return answer_if_new(shown(read, record), known)


def _add_writing(router: APIRouter, kind: str, fields: type[Wire], read: type[Wire]) -> None:
    @router.post(
        "",
        status_code=201,
        response_model=read,
        responses={**WRITING, 201: CREATED},
        summary=f"Add to {kind}",
    )
    def add_record(
        me: Caller,
        case_id: CaseId,
        body: fields,  # type: ignore[valid-type]  # one type for each kind, made here
        request: Request,
        session: Tx,
        words: TheWords,
        now: Now,
    ) -> Response:
        """Another one; what the case has to do first is worked out anew."""
        record = service.add_record(session, words.rules, me, case_id, kind, body, now)
        session.refresh(record)  # as the store has it: a moment in UTC, for one
        return answer_one(shown(read, record), 201, Location=f"{request.url.path}/{record.id}")


def _add_changing(router: APIRouter, kind: str, patch: type[Wire], read: type[Wire]) -> None:
    @router.patch(
        "/{recordId:uuid}",
        response_model=read,
        responses={**CHANGING, 200: WITH_ETAG},
        summary=f"Change one of {kind}",
    )
    def change_record(
        me: Caller,
        case_id: CaseId,
        record_id: RecordId,
        body: patch,  # type: ignore[valid-type]  # one type for each kind, made before
        version: Version,
        session: Tx,
        words: TheWords,
        now: Now,
    ) -> Response:
        """The fields that are sent change, null empties one, the others stay."""
        record = service.change_record(
            session, words.rules, me, case_id, kind, record_id, version, changes_in(body), now
        )
        session.refresh(record)
        return answer_one(shown(read, record))

    @router.delete(
        "/{recordId:uuid}", status_code=204, responses=CHANGING, summary=f"Remove one of {kind}"
    )
    def remove_record(
        me: Caller,
        case_id: CaseId,
        record_id: RecordId,
        version: Version,
        session: Tx,
        words: TheWords,
        now: Now,
    ) -> None:
        """Take it away; what it said stays in the history of the case."""
        service.remove_record(session, words.rules, me, case_id, kind, record_id, version, now)
