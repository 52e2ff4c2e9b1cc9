"""Looking up people of a municipality."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.conversations.models import CHATS, Conversation
from api.errors import Invalid, NotAllowed, NotFound
from api.people.listing import towns_with_people
from api.people.models import SEES_PEOPLE, Municipality, Person, PersonRole, Role
from api.people.names import name_begins
from api.people.signin import hash_password

MIN_PASSWORD = 12
LINKABLE = (Role.participant, Role.coach)
ON_A_PAGE = 50
LONGEST_NAME = 80


@dataclass(frozen=True)
class PersonRow:
    id: UUID
    name: str
    roles: list[Role]
    town: str
    linked: bool
    can_link: bool
    """Whether I may make a code for them."""


def list_people(
    session: Session,
    me: Person,
    search: str = "",
    page: int = 1,
    role: Role | None = None,
    town: str | None = None,
) -> list[PersonRow]:
    """A page of the participants and coaches of my municipalities by name, and one more if any."""
    roles = [role] if role in LINKABLE else LINKABLE
    towns = [each for each in towns_with_people(me) if town in (None, each)]
    held_there = exists().where(
        PersonRole.person_id == Person.id,
        PersonRole.municipality_id == Municipality.id,
        PersonRole.role.in_(roles),
    )
    has_chat = exists().where(Conversation.person_id == Person.id, Conversation.channel.in_(CHATS))
    query = (
        select(Person, Municipality.name, has_chat)
        .join(Municipality, held_there)
        .where(Municipality.id.in_(towns))
        .order_by(Person.first_name, Person.last_name, Person.id, Municipality.id)
        .offset((page - 1) * ON_A_PAGE)
        .limit(ON_A_PAGE + 1)
    )
    if search.strip():
        query = query.where(name_begins(search))
    return [
        PersonRow(
            person.id,
            person.name,
            [r.role for r in person.roles],
            town,
            linked,
            may_link(person, me),
        )
        for person, town, linked in session.execute(query)
    ]


def get_person(session: Session, person_id: UUID, me: Person) -> Person:
    """A participant or coach of one of my municipalities; else NotFound."""
    query = (
        select(Person)
        .join(PersonRole)
        .where(
            Person.id == person_id,
            PersonRole.role.in_(LINKABLE),
            PersonRole.municipality_id.in_(towns_with_people(me)),
        )
    )
    person = session.scalars(query).first()
    if person is None:
        raise NotFound("there is no such person in your municipality")
    return person


def may_link(person: Person, me: Person) -> bool:
    """Whether I may make a code for this person: whoever holds it sees what the person sees.

    For a participant only a regisseur of their municipality, who sees the case anyway.
    """
    if person.has_role(Role.participant):
        return set(person.municipalities(Role.participant)) <= set(
            me.municipalities(Role.regisseur)
        )
    return bool(set(person.municipalities(Role.coach)) & set(me.municipalities(*SEES_PEOPLE)))


def get_linkable(session: Session, person_id: UUID, me: Person) -> Person:
    """Somebody for whom I may make a code. NotAllowed for a coordinator and a participant."""
    person = get_person(session, person_id, me)
    if not may_link(person, me):
        raise NotAllowed("only a regisseur makes a code for a participant")
    return person


def add_coach(
    session: Session, me: Person, town: str, first_name: str, last_name: str, now: datetime
) -> Person:
    """A volunteer coach in one of my municipalities; Invalid without a first name."""
    if town not in towns_with_people(me):
        raise NotFound("that is not one of your municipalities")
    first, last = (" ".join(name.split()) for name in (first_name, last_name))
    printable = (first + last).replace(" ", "").isprintable()
    if not first or max(len(first), len(last)) > LONGEST_NAME or not printable:
        raise Invalid("a coach needs a first name", "error.person_name")
    coach = Person(first_name=first, last_name=last, language="nl", created_at=now)
    coach.roles = [PersonRole(municipality_id=town, role=Role.coach)]
    session.add(coach)
    session.flush()
    return coach


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The full names of these people."""
    people = session.scalars(select(Person).where(Person.id.in_(list(ids))))
    return {person.id: person.name for person in people}


def save_town(session: Session, town: str, name: str, opening: dict[str, list[str]]) -> None:
    """A municipality with its weekly opening times; Invalid where they cannot be."""
    if not town.isascii() or not town.isalnum() or not town.islower():
        raise Invalid(f"{town!r}: a town is one word of small letters, such as weert")
    municipality = session.get(Municipality, town) or Municipality(id=town, closed_on=[])
    municipality.name, municipality.opening = name, opening
    try:
        _ = municipality.office_hours
    except ValueError as error:
        raise Invalid(f"opening times: {error}") from error
    session.add(municipality)


def save_staff(
    session: Session,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    towns: list[str],
    now: datetime,
    role: Role = Role.regisseur,
) -> Person:
    """Somebody who signs in to the console; Invalid for an unknown town, a weak password …"""
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"choose a password of at least {MIN_PASSWORD} characters")
    address = email.strip().lower()
    if session.scalar(select(Person.id).filter_by(email=address)):
        raise Invalid(f"somebody with {address} is there already")
    if unknown := [town for town in towns if session.get(Municipality, town) is None]:
        raise Invalid(f"no such town: {', '.join(unknown)}; add it with `wegwijs add-town`")
    person = Person(
        first_name=first_name,
        last_name=last_name,
        email=address,
        password_hash=hash_password(password),
        created_at=now,
    )
    person.roles = [PersonRole(municipality_id=town, role=role) for town in towns]
    session.add(person)
    session.flush()
    return person
