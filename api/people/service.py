"""Looking up people of a municipality."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation
from api.errors import NotFound
from api.people.models import Municipality, Person, PersonRole, Role

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


def _towns(me: Person) -> list[str]:
    return me.municipalities(Role.regisseur, Role.coordinator)
