"""Households and who helps them: made by a coordinator or a regisseur of the town."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from api.answers.words import Words
from api.cases.access import SEES_HOUSEHOLDS, get_household, households_for
from api.cases.history import acting
from api.cases.models import Household, Participant
from api.coaching.asking import ask_members
from api.coaching.models import Coaching
from api.coaching.service import coaches_of
from api.errors import Conflict, Invalid, NotFound
from api.people.linking import chats_of
from api.people.models import Person, PersonRole, Role, name_key

LONGEST_NAME = 80
ON_A_PAGE = 50


@dataclass(frozen=True)
class Answer:
    """What one member said about one coach; None where they did not answer yet."""

    coach: Person
    given: bool | None


@dataclass(frozen=True)
class Member:
    person: Person
    linked: bool
    answers: list[Answer]


def list_households(
    session: Session, me: Person, search: str = "", page: int = 1
) -> Sequence[Household]:
    """A page of the households of my municipalities by name, and one more if there are more."""
    query = households_for(me).order_by(Household.name, Household.id)
    if wanted := search.strip():
        query = query.where(Household.name_key.contains(name_key(wanted), autoescape=True))
    return session.scalars(query.offset((page - 1) * ON_A_PAGE).limit(ON_A_PAGE + 1)).all()


def make_household(session: Session, me: Person, town: str, name: str, now: datetime) -> Household:
    """A household without members yet, in one of my municipalities."""
    if town not in me.municipalities(*SEES_HOUSEHOLDS):
        raise NotFound("that is not one of your municipalities")
    acting(session, me.id, now)
    household = Household(municipality_id=town, name=_named(name))
    session.add(household)
    session.flush()
    return household


def rename_household(
    session: Session, me: Person, household_id: UUID, name: str, now: datetime
) -> Household:
    household = get_household(session, me, household_id)
    acting(session, me.id, now)
    household.name = _named(name)
    session.flush()
    return household


def add_member(
    session: Session,
    words: Words,
    me: Person,
    household_id: UUID,
    participant_id: UUID,
    now: datetime,
) -> None:
    """A participant of the town lives here from now on, and is asked about the coaches here."""
    household = get_household(session, me, household_id)
    member = _participant(session, household, participant_id)
    if member.household_id == household.id:
        return
    acting(session, me.id, now)
    _forget_consents(session, member)
    member.household_id = household.id
    session.flush()
    for coaching, _ in coaches_of(session, member.person_id):
        ask_members(session, words, coaching, [member.person_id], now)


def remove_member(
    session: Session, me: Person, household_id: UUID, participant_id: UUID, now: datetime
) -> None:
    """A participant lives here no more; what they allowed the coaches here is over."""
    household = get_household(session, me, household_id)
    member = _participant(session, household, participant_id)
    if member.household_id != household.id:
        raise NotFound("there is nobody like that in this household")
    acting(session, me.id, now)
    _forget_consents(session, member)
    member.household_id = None
    session.flush()


def put_on(
    session: Session, words: Words, me: Person, household_id: UUID, coach_id: UUID, now: datetime
) -> Coaching:
    """This coach helps the household from now on; whoever lives there is asked what they may see.

    Conflict where the coach helps it already.
    """
    household = get_household(session, me, household_id)
    if coach_id not in {coach.id for coach in coaches_in(session, household.municipality_id)}:
        raise NotFound("there is no such coach in this municipality")
    acting(session, me.id, now)
    coaching = Coaching(household_id=household.id, coach_id=coach_id, began_at=now)
    session.add(coaching)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("this coach helps this household already", "error.exists") from error
    members = [member.person_id for member in members_of(session, household.id)]
    ask_members(session, words, coaching, members, now)
    return coaching


def take_off(
    session: Session, me: Person, household_id: UUID, coaching_id: UUID, now: datetime
) -> None:
    """This coach helps the household no more, and sees nothing of it from this moment on."""
    household = get_household(session, me, household_id)
    query = select(Coaching).filter_by(id=coaching_id, household_id=household.id, ended_at=None)
    coaching = session.scalar(query.with_for_update())
    if coaching is None:
        raise NotFound("this coach does not help this household")
    acting(session, me.id, now)
    coaching.ended_at = now
    session.flush()


def ask_again(
    session: Session, words: Words, me: Person, household_id: UUID, now: datetime
) -> None:
    """Ask whoever did not answer yet once more; a no stays a no."""
    household = get_household(session, me, household_id)
    members = [member.person_id for member in members_of(session, household.id)]
    for coaching in coachings_of(session, household.id):
        ask_members(session, words, coaching, members, now)


def members_of(session: Session, household_id: UUID) -> Sequence[Participant]:
    """Who lives in the household, by name."""
    query = (
        select(Participant)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.household_id == household_id)
        .options(joinedload(Participant.person))
        .order_by(Person.first_name, Person.last_name, Person.id)
    )
    return session.scalars(query).all()


def coachings_of(session: Session, household_id: UUID) -> Sequence[Coaching]:
    """Who helps the household now, who began first at the top."""
    query = (
        select(Coaching)
        .filter_by(household_id=household_id, ended_at=None)
        .options(joinedload(Coaching.coach))
        .order_by(Coaching.began_at, Coaching.id)
    )
    return session.scalars(query).all()


def answers_in(session: Session, household_id: UUID) -> list[Member]:
    """What everybody who lives here answered about each coach."""
    return [
        Member(
            person=member.person,
            linked=bool(chats_of(session, member.person_id)),
            answers=[
                Answer(coaching.coach, consent.given if consent else None)
                for coaching, consent in coaches_of(session, member.person_id)
            ],
        )
        for member in members_of(session, household_id)
    ]


def households_coached_by(session: Session, me: Person, coach_id: UUID) -> Sequence[Household]:
    """The households of my municipalities that this coach helps now."""
    query = households_for(me).join(Coaching, Coaching.household_id == Household.id)
    mine = query.where(Coaching.coach_id == coach_id, Coaching.ended_at.is_(None))
    return session.scalars(mine.order_by(Household.name, Household.id)).all()


def coaches_in(session: Session, town: str) -> Sequence[Person]:
    """The coaches of a municipality, by name."""
    query = (
        select(Person)
        .join(PersonRole)
        .where(PersonRole.role == Role.coach, PersonRole.municipality_id == town)
        .order_by(Person.first_name, Person.last_name, Person.id)
    )
    return session.scalars(query).all()


def _participant(session: Session, household: Household, participant_id: UUID) -> Participant:
    """A participant of the household's own municipality, locked; else NotFound."""
    query = select(Participant).filter_by(
        person_id=participant_id, municipality_id=household.municipality_id
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("there is no such participant in this municipality")
    return found


def _forget_consents(session: Session, member: Participant) -> None:
    """Who comes back to a household later is asked anew."""
    for _, consent in coaches_of(session, member.person_id):
        if consent is not None:
            session.delete(consent)
    session.flush()


def _named(name: str) -> str:
    plain = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    if not plain or len(plain) > LONGEST_NAME:
        raise Invalid(f"a name of at most {LONGEST_NAME} characters", "error.household_name")
    return plain
