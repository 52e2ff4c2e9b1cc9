"""Cases over /v1, for the municipality's own systems: found, opened, read and changed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.cases import reads, service
from api.cases.access import get_case
from api.cases.findings import Key
from api.cases.history import list_changes
from api.cases.listing import CaseFilter, Due, list_cases
from api.cases.local_rules import local_rules
from api.cases.models import Group, Law, Leerroute
from api.cases.patches import changes_in, patch_of
from api.cases.record_routes import CHANGING, CREATED, READING, WRITING, CaseId, records_router
from api.cases.versions import (
    NOT_MODIFIED,
    WITH_ETAG,
    IfMatch,
    IfNoneMatch,
    Version,
    answer,
    answer_if_new,
    answer_one,
    must_match,
)
from api.cases.wire import CaseFields, ContactFields, PersonFields
from api.clock import local
from api.db import Tx
from api.dependencies import Caller, Now, TheWords
from api.errors import NotFound
from api.paging import NameSearch, ThePage
from api.people.models import Municipality

TOWN = "^[a-z0-9]{1,40}$"
MOST_CHANGES = 1000

CasePatch = patch_of(CaseFields)
PersonPatch = patch_of(PersonFields)

api = APIRouter(tags=["cases"])


class CaseCreate(CaseFields):
    """A new participant with their first case."""

    municipality: Annotated[str, Field(pattern=TOWN)]
    person: PersonFields

    @property
    def fields(self) -> CaseFields:
        """What of it is the case itself."""
        return CaseFields.model_construct(
            **{name: getattr(self, name) for name in CaseFields.model_fields}
        )


def _filter(
    municipality: Annotated[str | None, Query(pattern=TOWN)] = None,
    regisseur: UUID | None = None,
    group: Group | None = None,
    law: Law | None = None,
    leerroute: Leerroute | None = None,
    due: Due | None = None,
    due_key: Annotated[Key | None, Query(alias="dueKey")] = None,
    closed: Annotated[bool, Query(description="The closed cases instead of the open ones")] = False,
) -> dict[str, Any]:
    return {
        "town": municipality,
        "regisseur_id": regisseur,
        "group": group,
        "law": law,
        "leerroute": leerroute,
        "due": due,
        "due_key": due_key,
        "closed": closed,
    }


Filter = Annotated[dict[str, Any], Depends(_filter)]


@api.get("/cases", response_model=reads.CaseList, responses=READING)
def read_cases(me: Caller, wanted: Filter, page: ThePage, session: Tx, now: Now) -> Response:
    """The cases of my municipalities, what is due first at the top."""
    found = list_cases(session, me, CaseFilter(**wanted), local(now).date(), *page)
    return answer(reads.read_page(found))


@api.post("/cases/_search", response_model=reads.CaseList, responses=READING)
def search_cases(
    me: Caller, body: NameSearch, wanted: Filter, page: ThePage, session: Tx, now: Now
) -> Response:
    """The cases of people whose first or last name begins so."""
    named = CaseFilter(**wanted, name=body.name)
    return answer(reads.read_page(list_cases(session, me, named, local(now).date(), *page)))


@api.post(
    "/cases",
    status_code=201,
    response_model=reads.CaseRead,
    responses={**WRITING, 201: CREATED},
)
def open_case(
    me: Caller, body: CaseCreate, request: Request, session: Tx, words: TheWords, now: Now
) -> Response:
    """Open a case for a person who was not known here."""
    town, fields = body.municipality, body.fields
    case = service.open_case(session, words.rules, me, town, body.person, fields, now)
    return answer_one(reads.read_case(case), 201, Location=f"{request.url.path}/{case.id}")


@api.get(
    "/cases/{caseId:uuid}",
    response_model=reads.CaseRead,
    responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
)
def read_case(me: Caller, case_id: CaseId, session: Tx, known: IfNoneMatch = None) -> Response:
    """One case, with the version that a change of it has to name."""
    return answer_if_new(reads.read_case(get_case(session, me, case_id)), known)


@api.patch(
    "/cases/{caseId:uuid}",
    response_model=reads.CaseRead,
    responses={**CHANGING, 200: WITH_ETAG},
)
def change_case(
    me: Caller,
    case_id: CaseId,
    body: CasePatch,  # type: ignore[valid-type]  # made of CaseFields
    version: Version,
    session: Tx,
    words: TheWords,
    now: Now,
) -> Response:
    """The fields that are sent change, null empties one, the others stay."""
    changes = changes_in(body)
    case = service.change_case(session, words.rules, me, case_id, version, changes, now)
    return answer_one(reads.read_case(case))


@api.get("/cases/{caseId:uuid}/findings", response_model=reads.FindingList, responses=READING)
def read_findings(me: Caller, case_id: CaseId, session: Tx, words: TheWords, now: Now) -> Response:
    """What the rules mean for this case today: days, hours, what is left and how certain it is."""
    case = get_case(session, me, case_id)
    findings = service.findings_of(session, words.rules, case, local(now).date())
    return answer(reads.read_findings(findings.values(), words.rules))


@api.get("/cases/{caseId:uuid}/history", response_model=reads.ChangeList, responses=READING)
def read_history(
    me: Caller,
    case_id: CaseId,
    session: Tx,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = 200,
) -> Response:
    """Who changed what in this case, the newest first."""
    get_case(session, me, case_id)
    return answer(reads.read_history(list_changes(session, case_id, limit)))


@api.get(
    "/cases/{caseId:uuid}/person",
    response_model=reads.ParticipantRead,
    responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
)
def read_person(me: Caller, case_id: CaseId, session: Tx, known: IfNoneMatch = None) -> Response:
    """Who the case is about."""
    return answer_if_new(reads.read_participant(get_case(session, me, case_id)), known)


@api.patch(
    "/cases/{caseId:uuid}/person",
    response_model=reads.ParticipantRead,
    responses={**CHANGING, 200: WITH_ETAG},
)
def change_person(
    me: Caller,
    case_id: CaseId,
    body: PersonPatch,  # type: ignore[valid-type]  # made of PersonFields
    tag: IfMatch,
    session: Tx,
    now: Now,
) -> Response:
    """Correct the name or the language."""
    case = get_case(session, me, case_id, lock=True)
    before = reads.read_participant(case)
    must_match(tag, before)
    wanted = {**before.model_dump(include=set(PersonFields.model_fields)), **changes_in(body)}
    fields = service.validated(PersonFields, wanted)
    service.change_person(session, me, case_id, fields, now)
    return answer_one(reads.read_participant(case))


@api.get(
    "/cases/{caseId:uuid}/contact",
    response_model=reads.ContactRead,
    responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
)
def read_contact(me: Caller, case_id: CaseId, session: Tx, known: IfNoneMatch = None) -> Response:
    """How the participant is reached besides the chat."""
    return answer_if_new(reads.read_contact(service.get_contact(session, me, case_id)), known)


@api.put(
    "/cases/{caseId:uuid}/contact",
    response_model=reads.ContactRead,
    responses={**CHANGING, 200: WITH_ETAG},
)
def change_contact(
    me: Caller, case_id: CaseId, body: ContactFields, tag: IfMatch, session: Tx, now: Now
) -> Response:
    """All three at once: what is left out is not known any more."""
    get_case(session, me, case_id, lock=True)
    must_match(tag, reads.read_contact(service.get_contact(session, me, case_id)))
    changed = service.change_contact(session, me, case_id, body, now)
    return answer_one(reads.read_contact(changed))


@api.get("/rules", response_model=reads.RuleList, responses=READING)
def read_rules(
    me: Caller,
    session: Tx,
    words: TheWords,
    now: Now,
    municipality: Annotated[str | None, Query(pattern=TOWN)] = None,
) -> Response:
    """All rules as they hold today; for a municipality, with what it ruled for itself."""
    if municipality and session.get(Municipality, municipality) is None:
        raise NotFound("there is no such municipality")
    today = local(now).date()
    own = local_rules(session, words.rules, municipality, today)
    return answer(reads.read_rules(words.rules.keys(), words.rules, own, today))


for kind in service.KINDS:
    api.include_router(records_router(kind))
