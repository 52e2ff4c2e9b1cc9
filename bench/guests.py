"""Invented people on Telegram with a talk tomorrow, whose reminders are due in a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind
from api.cases.models import Case, Group, Participant
from api.cases.rules import Rules
from api.cases.service import plan
from api.conversations.models import Channel, Conversation
from api.people.models import Person, PersonRole, Role
from bench.light import BEFORE_MINUTES, TOWN, Light
from tests.fakes.bot_api import Person as Chatter

FIRST_CHAT = 8_000_001
EARLIER = timedelta(hours=3)
"""So long ago they were planned: what is due within the hour is not planned any more."""
AT_ONCE = 200


@dataclass(frozen=True)
class Guest:
    chat: Chatter
    case_id: UUID
    talk_id: UUID
    due_at: datetime


def invite(light: Light, rules: Rules, due: Sequence[datetime]) -> list[Guest]:
    """One for each of these moments, planned by the real code."""
    guests = []
    for first in range(0, len(due), AT_ONCE):
        with light.database.writing() as session:
            some = [
                _guest(session, light, FIRST_CHAT + number, due[number])
                for number in range(first, min(first + AT_ONCE, len(due)))
            ]
            plan(session, rules, [guest.case_id for guest in some], min(due) - EARLIER)
        guests += some
    return guests


def a_regisseur(session: Session) -> Person:
    query = (
        select(Person)
        .join(PersonRole)
        .where(PersonRole.role == Role.regisseur, PersonRole.municipality_id == TOWN)
    )
    return session.scalars(query).first() or _nobody()


def _guest(session: Session, light: Light, chat_id: int, due_at: datetime) -> Guest:
    began = due_at - timedelta(days=30)
    person = Person(first_name=f"Gast{chat_id}", last_name="Verzonnen", created_at=began)
    person.roles = [PersonRole(municipality_id=TOWN, role=Role.participant)]
    session.add(person)
    session.flush()
    session.add(Participant(person_id=person.id, municipality_id=TOWN))
    session.flush()
    case = Case(participant_id=person.id, municipality_id=TOWN, group=Group.asiel)
    session.add(case)
    session.flush()
    talk = Appointment(
        case_id=case.id,
        kind=AppointmentKind.progress_talk,
        starts_at=due_at + timedelta(minutes=BEFORE_MINUTES),
        place=f"Kamer {chat_id}",
    )
    session.add_all([talk, _chat(person, chat_id, began)])
    session.flush()
    chatter = light.telegram.person(chat_id, person.first_name, language_code="nl")
    return Guest(chatter, case.id, talk.id, due_at)


def _chat(person: Person, chat_id: int, began: datetime) -> Conversation:
    return Conversation(
        channel=Channel.telegram,
        chat_id=str(chat_id),
        person_id=person.id,
        linked_at=began,
        language="nl",
        session_used_at=began,
        welcomed_at=began,
        created_at=began,
    )


def _nobody() -> Person:
    raise LookupError(f"{TOWN} has no regisseur")
