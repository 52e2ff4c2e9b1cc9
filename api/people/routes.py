"""The people of a municipality over /v1; who a case is about stands with the case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api.cases.versions import answer
from api.db import Tx
from api.dependencies import Caller
from api.errors import NotAllowed, NotSignedIn
from api.paging import NameSearch, Page, Paging, ThePage
from api.people.listing import PersonFilter, PersonPage, list_persons
from api.people.models import Role
from api.problems import documented
from api.wire import Wire

api = APIRouter(prefix="/persons", tags=["persons"], responses=documented(NotSignedIn, NotAllowed))


class RoleHeld(Wire):
    role: Role
    municipality: str


class PersonRead(Wire):
    """Somebody with a role in one of my municipalities; roles elsewhere are not told."""

    id: UUID
    first_name: str
    last_name: str | None
    language: str
    roles: list[RoleHeld]
    linked: bool
    """Whether a chat belongs to this person."""


class PersonList(Page):
    results: list[PersonRead]


def _filter(
    role: Role | None = None,
    municipality: Annotated[str | None, Query(pattern="^[a-z0-9]{1,40}$")] = None,
) -> PersonFilter:
    return PersonFilter(role, municipality)


Filter = Annotated[PersonFilter, Depends(_filter)]


@api.get("", response_model=PersonList)
def read_persons(me: Caller, wanted: Filter, page: ThePage, session: Tx) -> Response:
    """The people of my municipalities, by name."""
    return answer(_shown(list_persons(session, me, wanted, *page), page))


@api.post("/_search", response_model=PersonList)
def search_persons(
    me: Caller, body: NameSearch, wanted: Filter, page: ThePage, session: Tx
) -> Response:
    """The people whose first or last name begins so."""
    named = PersonFilter(wanted.role, wanted.town, body.name)
    return answer(_shown(list_persons(session, me, named, *page), page))


def _shown(found: PersonPage, at: Paging) -> PersonList:
    results = [
        PersonRead(
            id=person.id,
            first_name=person.first_name,
            last_name=person.last_name or None,
            language=person.language,
            roles=[
                RoleHeld(role=held.role, municipality=held.municipality_id)
                for held in person.roles
                if held.municipality_id in found.towns
            ],
            linked=person.id in found.linked,
        )
        for person in found.rows
    ]
    return PersonList(results=results, **at.of(found.total))
