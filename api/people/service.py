"""Looking up people of a municipality."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation
from api.errors import Invalid, NotFound
from api.people.models import Municipality, Person, PersonRole, Role
from api.people.signin import hash_password

MIN_PASSWORD = 12
LINKABLE = (Role.participant, Role.coach)


@dataclass(frozen=True)
class PersonRow:
    id: UUID
    name: str
    roles: list[Role]
    town: str
    linked: bool


def list_people(session: Session, me: Person) -> list[PersonRow]:
    """Participants and coaches of my municipalities, by name."""
    query = (
        select(Person, Municipality.name, exists().where(Conversation.person_id == Person.id))
        .join(PersonRole, PersonRole.person_id == Person.id)
        .join(Municipality, Municipality.id == PersonRole.municipality_id)
        .where(PersonRole.role.in_(LINKABLE), PersonRole.municipality_id.in_(_towns(me)))
        .order_by(Person.first_name, Person.last_name)
    )
    return [
        PersonRow(person.id, person.name, [r.role for r in person.roles], town, linked)
        for person, town, linked in session.execute(query).unique()
    ]


def get_person(session: Session, person_id: UUID, me: Person) -> Person:
    """A participant or coach of one of my municipalities; else NotFound."""
    query = (
        select(Person)
        .join(PersonRole)
        .where(
            Person.id == person_id,
            PersonRole.role.in_(LINKABLE),
            PersonRole.municipality_id.in_(_towns(me)),
        )
    )
    person = session.scalars(query).first()
    if person is None:
        raise NotFound("there is no such person in your municipality")
    return person


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


def save_regisseur(
    session: Session,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    towns: list[str],
    now: datetime,
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
    person.roles = [PersonRole(municipality_id=town, role=Role.regisseur) for town in towns]
    session.add(person)
    session.flush()
    return person


def _towns(me: Person) -> list[str]:
    return me.municipalities(Role.regisseur, Role.coordinator)
