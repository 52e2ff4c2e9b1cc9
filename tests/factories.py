"""Invented people and things, made by plain functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind
from api.cases.models import Case, Group, Participant
from api.conversations.inbox import Incoming, store
from api.conversations.models import Channel, Conversation, Kind
from api.conversations.rasa import Guess, Question, Rasa, RasaFailed, Understood
from api.people.models import Municipality, Person, PersonRole, Role
from api.people.signin import hash_password

WEEK = {str(day): ["09:00", "17:00"] for day in range(1, 6)}
PASSWORD = "een goed wachtwoord"
_serial = count(1)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


@cache
def _hash_of_password() -> str:
    return hash_password(PASSWORD)


def town(session: Session, id: str = "weert", name: str = "Weert") -> Municipality:
    found = session.get(Municipality, id)
    if found is None:
        found = Municipality(id=id, name=name, opening=WEEK, closed_on=[])
        session.add(found)
        session.flush()
    return found


def person(
    session: Session,
    now: datetime,
    *roles: Role,
    name: str = "Noor",
    language: str = "nl",
    towns: Sequence[str] = ("weert",),
    email: str | None = None,
) -> Person:
    for one in towns:
        town(session, one, one.title())
    made = Person(
        first_name=name,
        last_name="Voorbeeld",
        language=language,
        created_at=now,
        email=email,
        password_hash=_hash_of_password() if email else None,
    )
    made.roles = [PersonRole(municipality_id=one, role=role) for one in towns for role in roles]
    session.add(made)
    session.flush()
    return made


def regisseur(session: Session, now: datetime, name: str = "Sanne", **more: object) -> Person:
    email = f"{name.lower()}{next(_serial)}@wegwijs.example"
    return person(session, now, Role.regisseur, name=name, email=email, **more)  # type: ignore[arg-type]


def participant(session: Session, now: datetime, name: str = "Amina", language: str = "ar") -> Case:
    """A participant with an open case."""
    who = person(session, now, Role.participant, name=name, language=language)
    session.add(Participant(person_id=who.id, municipality_id="weert"))
    session.flush()
    case = Case(participant_id=who.id, municipality_id="weert", group=Group.asiel)
    session.add(case)
    session.flush()
    return case


def talk(session: Session, case: Case, starts_at: datetime, place: str = "Stadhuis") -> Appointment:
    made = Appointment(
        case_id=case.id, kind=AppointmentKind.progress_talk, starts_at=starts_at, place=place
    )
    session.add(made)
    session.flush()
    return made


def incoming(text: str | None = "hallo", chat: str = "chat-1", **changes: object) -> Incoming:
    """A text message; give `kind`, `button_id`, `position`, `external_id` … to make it another."""
    serial = next(_serial)
    fields: dict[str, object] = {
        "channel": Channel.webchat,
        "external_id": f"{chat}:{serial}",
        "chat_id": chat,
        "position": serial,
        "kind": Kind.text,
        "text": text,
        **changes,
    }
    return Incoming(**fields)  # type: ignore[arg-type]


def conversation(
    session: Session, now: datetime, chat: str = "chat-1", language: str = "nl"
) -> Conversation:
    """A conversation that exists because somebody once wrote; nothing waits in it."""
    made = Conversation(
        channel=Channel.webchat,
        chat_id=chat,
        language=language,
        session_used_at=now,
        welcomed_at=now,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def receive(session: Session, now: datetime, text: str | None = "hallo", **changes: Any) -> bool:
    """A message comes in through a door."""
    return store(session, incoming(text, **changes), now)


def understood(key: str, *ranking: str, confidence: float = 0.9, **ids: str) -> Understood:
    """Rasa's answer for an intent of the same name as its key, unless a ranking is given."""
    return Understood(
        intent=ranking[0] if ranking else key,
        confidence=confidence,
        ranking=[Guess(intent=intent, confidence=0.3) for intent in ranking],
        responses=[{"key": key, **ids}],
    )


class ScriptedRasa(Rasa):
    """Stands for Rasa where a test is not about understanding: answers by text or intent."""

    def __init__(self, answers: dict[str, Understood | RasaFailed] | None = None) -> None:
        self.answers = answers or {}
        self.otherwise: Understood | RasaFailed = understood("pvt")
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Understood:
        self.asked.append(question)
        answer = self.answers.get(question.text or question.intent or "", self.otherwise)
        if isinstance(answer, RasaFailed):
            raise answer
        return answer

    def is_ready(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to close."""
