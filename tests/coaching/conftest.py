"""A household of Amina and Karim with Joke as their coach, and what each of them has."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.models import Household, Participant
from api.coaching import households
from api.coaching.models import Coaching, Consent
from api.conversations.models import Conversation
from api.db import Database
from api.people.linking import create_code, use_code
from api.people.models import Person, Role
from tests.factories import FixedClock, conversation, participant, person, regisseur, talk

TOMORROW = timedelta(days=1)


@dataclass
class Coached:
    """The ids of everybody, and what can happen between them."""

    database: Database
    words: Words
    clock: FixedClock
    sanne: UUID
    amina: UUID
    karim: UUID
    joke: UUID
    household: UUID

    def chat(self, person_id: UUID, name: str, language: str = "nl") -> UUID:
        """This person links a chat."""
        with self.database.writing() as session:
            made = conversation(session, self.clock(), name, language)
            who = session.get_one(Person, person_id)
            use_code(session, made, create_code(session, who, None, self.clock()), self.clock())
            return made.id

    def put_on(self, coach: UUID | None = None) -> UUID:
        with self.database.writing() as session:
            me = session.get_one(Person, self.sanne)
            made = households.put_on(
                session, self.words, me, self.household, coach or self.joke, self.clock()
            )
            return made.id

    def take_off(self, coaching: UUID) -> None:
        with self.database.writing() as session:
            me = session.get_one(Person, self.sanne)
            households.take_off(session, me, self.household, coaching, self.clock())

    def move_out(self, participant_id: UUID) -> None:
        with self.database.writing() as session:
            me = session.get_one(Person, self.sanne)
            households.remove_member(session, me, self.household, participant_id, self.clock())

    def move_in(self, participant_id: UUID, household: UUID | None = None) -> None:
        with self.database.writing() as session:
            me = session.get_one(Person, self.sanne)
            to = household or self.household
            households.add_member(session, self.words, me, to, participant_id, self.clock())

    def says(self, coaching: UUID, participant_id: UUID, given: bool) -> None:
        with self.database.writing() as session:
            consent = session.get(Consent, (coaching, participant_id))
            if consent is None:
                consent = Consent(coaching_id=coaching, participant_id=participant_id)
                session.add(consent)
            consent.given, consent.answered_at = given, self.clock()

    def consents(self) -> list[tuple[UUID, bool]]:
        with self.database.reading() as session:
            query = select(Consent).join(Coaching).order_by(Coaching.began_at)
            return [(each.participant_id, each.given) for each in session.scalars(query)]

    def chat_of(self, name: str) -> Conversation:
        with self.database.reading() as session:
            return session.scalars(select(Conversation).filter_by(chat_id=name)).one()

    def another_household(self, name: str = "Bakker") -> UUID:
        with self.database.writing() as session:
            made = Household(municipality_id="weert", name=name)
            session.add(made)
            session.flush()
            return made.id

    def another_participant(self, name: str, household: UUID | None = None) -> UUID:
        with self.database.writing() as session:
            return _lives_in(session, self.clock, name, household)


def _lives_in(session: Session, clock: FixedClock, name: str, household: UUID | None) -> UUID:
    case = participant(session, clock(), name)
    talk(session, case, clock() + TOMORROW, place="Geheim adres 1")
    session.get_one(Participant, case.participant_id).household_id = household
    session.flush()
    return case.participant_id


@pytest.fixture
def coached(sqlite: Database, words: Words, clock: FixedClock) -> Coached:
    return made_in(sqlite, words, clock)


@pytest.fixture
def coached_on_both(database: Database, words: Words, clock: FixedClock) -> Coached:
    return made_in(database, words, clock)


def made_in(database: Database, words: Words, clock: FixedClock) -> Coached:
    with database.writing() as session:
        sanne = regisseur(session, clock())
        household = Household(municipality_id="weert", name="Alvoorbeeld")
        session.add(household)
        session.flush()
        amina = _lives_in(session, clock, "Amina", household.id)
        karim = _lives_in(session, clock, "Karim", household.id)
        joke = person(session, clock(), Role.coach, name="Joke")
        return Coached(database, words, clock, sanne.id, amina, karim, joke.id, household.id)
