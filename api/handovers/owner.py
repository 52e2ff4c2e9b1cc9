"""Whose question it is, and who else may take it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from api.appointments.models import Absence
from api.cases.access import find_own_case
from api.clock import local
from api.conversations.models import Conversation
from api.handovers.models import HandOver, HandOverState, Reason
from api.people.models import Person, PersonRole, Role


def find_owner(session: Session, hand_over: HandOver, now: datetime) -> Person | None:
    """Who has another question of the same person now, else the regisseur of the case; None means
    the queue of the municipality, also while they are away."""
    who = hand_over.about_id or hand_over.conversation.person_id
    candidates = (_who_helps_already(session, hand_over), _regisseur_of(session, who))
    return next(
        (one for one in candidates if one is not None and can_answer(session, one, hand_over, now)),
        None,
    )


def can_answer(session: Session, person: Person, hand_over: HandOver, now: datetime) -> bool:
    """Whether somebody works for this town and is not away today."""
    here = hand_over.municipality_id
    if _is_for_coordinators(session, hand_over):
        works = person.municipalities(Role.coordinator)
    elif here is None:
        works = person.municipalities(Role.regisseur)
    else:
        works = _staff_of(session, person)
    return (here is None or here in works) and bool(works) and not is_away(session, person, now)


def is_away(session: Session, person: Person, now: datetime) -> bool:
    """Whether this is a day on which the person is not there."""
    today = local(now).date()
    away = exists().where(
        Absence.person_id == person.id, Absence.first_on <= today, Absence.last_on >= today
    )
    return bool(session.scalar(select(away)))


def list_colleagues(session: Session, hand_over: HandOver) -> Sequence[Person]:
    """Who may be given this question: the regisseurs of the town, or where it has none its
    coordinators; theirs too is what worries a volunteer."""
    return session.scalars(_answerers(session, hand_over).order_by(Person.first_name)).all()


def coordinators_of(session: Session, municipality_id: str | None) -> Sequence[Person]:
    """Of one town; of every town where it is not known yet."""
    return session.scalars(_with_role(Role.coordinator, municipality_id)).all()


def has_regisseur(session: Session, municipality_id: str) -> bool:
    return session.scalar(_with_role(Role.regisseur, municipality_id).limit(1)) is not None


def _answerers(session: Session, hand_over: HandOver) -> Select[Person]:
    town = hand_over.municipality_id
    alone = town is not None and not has_regisseur(session, town)
    coordinators = alone or _is_for_coordinators(session, hand_over)
    return _with_role(Role.coordinator if coordinators else Role.regisseur, town)


def _is_for_coordinators(session: Session, hand_over: HandOver) -> bool:
    """Whether a volunteer speaks of danger: that goes to the coordinator, where there is one."""
    who, town = hand_over.conversation.person, hand_over.municipality_id
    if hand_over.reason is not Reason.safety or who is None or town is None:
        return False
    volunteers = who.has_role(Role.coach) and not who.has_role(Role.participant)
    return volunteers and bool(coordinators_of(session, town))


def _with_role(role: Role, municipality_id: str | None) -> Select[Person]:
    held = select(PersonRole.person_id).where(PersonRole.role == role)
    if municipality_id is not None:
        held = held.where(PersonRole.municipality_id == municipality_id)
    return select(Person).where(Person.id.in_(held))


def _staff_of(session: Session, person: Person) -> list[str]:
    """The towns for which the person answers questions."""
    coordinates = person.municipalities(Role.coordinator)
    alone = [town for town in coordinates if not has_regisseur(session, town)]
    return [*person.municipalities(Role.regisseur), *alone]


def _who_helps_already(session: Session, hand_over: HandOver) -> Person | None:
    """Somebody who asks in a second chat is helped by the same person as in the first."""
    person_id = hand_over.conversation.person_id
    if person_id is None:
        return None
    other = session.scalars(
        select(HandOver)
        .join(HandOver.conversation)
        .where(
            HandOver.id != hand_over.id,
            HandOver.state == HandOverState.claimed,
            Conversation.person_id == person_id,
        )
        .order_by(HandOver.claimed_at.desc())
        .limit(1)
    ).first()
    return other.claimed_by if other else None


def _regisseur_of(session: Session, person_id: UUID | None) -> Person | None:
    case = find_own_case(session, person_id)
    return case.regisseur if case else None
