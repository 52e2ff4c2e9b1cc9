"""The people of my municipalities with their roles, found by role or name, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.conversations.models import CHATS, Conversation
from api.errors import NotAllowed
from api.people.models import SEES_PEOPLE, Person, PersonRole, Role
from api.people.names import name_begins


@dataclass(frozen=True)
class PersonFilter:
    """Which people; what is None does not matter."""

    role: Role | None = None
    town: str | None = None
    name: str | None = None
    """The beginning of the first or last name, in any case."""


@dataclass(frozen=True)
class PersonPage:
    rows: Sequence[Person]
    towns: Sequence[str]
    """The municipalities whose roles may be shown."""
    linked: frozenset[UUID]
    """Who of them has a chat."""
    total: int


def towns_with_people(me: Person) -> list[str]:
    """The municipalities of which I see people. NotAllowed for a role that sees none."""
    towns = me.municipalities(*SEES_PEOPLE)
    if not towns:
        raise NotAllowed("people are for regisseurs and coordinators only")
    return towns


def list_persons(
    session: Session, me: Person, wanted: PersonFilter, page: int, size: int
) -> PersonPage:
    """One page of the people of my municipalities, by name. NotAllowed for who sees none."""
    towns = towns_with_people(me)
    held = select(PersonRole.person_id).where(PersonRole.municipality_id.in_(towns))
    if wanted.role is not None:
        held = held.where(PersonRole.role == wanted.role)
    if wanted.town is not None:
        held = held.where(PersonRole.municipality_id == wanted.town)
    found = select(Person).where(Person.id.in_(held))
    if wanted.name:
        found = found.where(name_begins(wanted.name))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    by_name = found.order_by(Person.first_name, Person.last_name, Person.id)
    rows = session.scalars(by_name.limit(size).offset((page - 1) * size)).all()
    return PersonPage(rows, towns, _linked(session, rows), total)


def _linked(session: Session, rows: Sequence[Person]) -> frozenset[UUID]:
    ids = [person.id for person in rows]
    chats = select(Conversation.person_id).where(
        Conversation.person_id.in_(ids), Conversation.channel.in_(CHATS)
    )
    return frozenset(id for id in session.scalars(chats) if id is not None)
