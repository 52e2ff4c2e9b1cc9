"""Which coach may see what: nobody is seen by a coach without having said yes.

Every answer to "may this coach" comes from `_coached`: the coach is one of the town, helps the
household now, and the participant lives in it now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import Session

from api.cases.history import acting
from api.cases.models import Household, Participant
from api.coaching.models import Coaching, Consent
from api.conversations.models import CHATS, Conversation
from api.people.models import Person, PersonRole, Role


@dataclass(frozen=True)
class Coached:
    """A participant whom a coach may see, with the household that the coach helps."""

    participant_id: UUID
    person: Person
    household: Household
    linked: bool
    """Whether the participant has a chat to send something to."""


def coaches_of(
    session: Session, participant_id: UUID | None
) -> list[tuple[Coaching, Consent | None]]:
    """Who coaches the household of this participant now, and what they answered about it."""
    query = _coached().where(Participant.person_id == participant_id)
    query = query.order_by(Coaching.began_at, Coaching.id)
    return [(coaching, consent) for coaching, _, consent in session.execute(query)]


def may_see(session: Session, coach_id: UUID, participant_id: UUID) -> bool:
    """Whether this coach may see now when this participant has talks."""
    query = _coached().where(
        Coaching.coach_id == coach_id, Participant.person_id == participant_id, Consent.given
    )
    return session.execute(query).first() is not None


def seen_by(session: Session, coach_id: UUID) -> list[Coached]:
    """The participants who let this coach see their talks, by household and name."""
    has_chat = exists().where(
        Conversation.person_id == Participant.person_id,
        Conversation.channel.in_(CHATS),
        Conversation.blocked_at.is_(None),
    )
    query = (
        _coached()
        .with_only_columns(Participant.person_id, Person, Household, has_chat)
        .join(Person, Person.id == Participant.person_id)
        .where(Coaching.coach_id == coach_id, Consent.given)
        .order_by(Household.name, Household.id, Person.first_name, Person.id)
    )
    return [Coached(*row) for row in session.execute(query)]


def shown_names(seen: Sequence[Coached]) -> list[str]:
    """How a coach tells these apart: by the first name, and where two have it by the whole name."""
    first_names = [each.person.first_name for each in seen]
    return [
        name if first_names.count(name) == 1 else each.person.name
        for name, each in zip(first_names, seen, strict=True)
    ]


def households_of(session: Session, coach_id: UUID) -> list[Household]:
    """The households that this coach helps and in which somebody agreed to it."""
    found = {each.household.id: each.household for each in seen_by(session, coach_id)}
    return list(found.values())


def open_questions(session: Session, participant_id: UUID | None) -> list[Coaching]:
    """The coaches about whom this participant has to be asked; a no is never asked about again."""
    refused = set(
        session.scalars(
            select(Coaching.coach_id)
            .join(Consent, Consent.coaching_id == Coaching.id)
            .where(Consent.participant_id == participant_id, Consent.given.is_(False))
        )
    )
    return [
        coaching
        for coaching, said in coaches_of(session, participant_id)
        if said is None and coaching.coach_id not in refused
    ]


def find_coaching(
    session: Session, coaching_id: UUID, participant_id: UUID | None
) -> tuple[Coaching, Consent | None] | None:
    """The coaching that this participant can answer about, locked; None where it is over."""
    locked = select(Coaching.id).where(Coaching.id == coaching_id).with_for_update()
    session.execute(locked)
    query = _coached().where(Coaching.id == coaching_id, Participant.person_id == participant_id)
    row = session.execute(query.execution_options(populate_existing=True)).first()
    return (row[0], row[2]) if row else None


def answer_consent(
    session: Session,
    coaching: Coaching,
    consent: Consent | None,
    participant_id: UUID,
    given: bool,
    now: datetime,
) -> None:
    """Write down what the participant said; `consent` is what they said before."""
    acting(session, participant_id, now)
    if consent is None:
        consent = Consent(coaching_id=coaching.id, participant_id=participant_id)
        session.add(consent)
    consent.given, consent.answered_at = given, now
    session.flush()


def _coached() -> Select[Coaching, Participant, Consent]:
    """Every coach with every participant of the households they help now, and the consent.

    The consent is None where nobody answered.
    """
    answered = and_(
        Consent.coaching_id == Coaching.id, Consent.participant_id == Participant.person_id
    )
    is_coach_there = and_(
        PersonRole.person_id == Coaching.coach_id,
        PersonRole.municipality_id == Household.municipality_id,
        PersonRole.role == Role.coach,
    )
    lives_there = and_(
        Participant.household_id == Household.id,
        Participant.municipality_id == Household.municipality_id,
    )
    return (
        select(Coaching, Participant, Consent)
        .join(Household, Household.id == Coaching.household_id)
        .join(PersonRole, is_coach_there)
        .join(Participant, lives_there)
        .outerjoin(Consent, answered)
        .where(Coaching.ended_at.is_(None))
    )
