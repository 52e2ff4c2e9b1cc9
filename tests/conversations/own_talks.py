"""A chat of somebody with a case, a regisseur with working hours, and a talk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.appointments.diary import occupy
from api.appointments.models import Appointment, AppointmentKind, WorkingHours
from api.cases.models import Case
from api.cases.service import plan
from api.conversations.models import Channel, Conversation
from api.outbox.models import DeliveryState, OutboxMessage
from api.reminders.service import Post
from api.reminders.worker import ReminderWorker
from tests.conversations.chat import Chat
from tests.factories import WEEK, conversation, participant, regisseur, understood

IN_TEN_DAYS = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
"""A Thursday, at ten in the morning in Amsterdam."""


def other(chat: Chat, name: str) -> Chat:
    return replace(chat, name=name, last=[])


def add_case(session: Session, now: datetime, name: str, regisseur_id: UUID, chat: str) -> Case:
    """Somebody with a case of this regisseur, linked to a chat in Dutch."""
    case = participant(session, now, name, "nl")
    case.regisseur_id = regisseur_id
    made = conversation(session, now, chat)
    made.person_id, made.linked_at = case.participant_id, now
    made.municipality_id = case.municipality_id
    session.flush()
    return case


def add_regisseur(session: Session, now: datetime) -> UUID:
    """One who has talks on weekdays from nine to five."""
    who = regisseur(session, now)
    hours = {"person_id": who.id, "municipality_id": "weert", "place": "Stadhuis, kamer 3"}
    session.add(WorkingHours(**hours, week=WEEK, minutes=60))
    session.flush()
    return who.id


def add_talk(
    chat: Chat,
    starts_at: datetime = IN_TEN_DAYS,
    kind: AppointmentKind = AppointmentKind.progress_talk,
) -> UUID:
    """A planned appointment of whoever is linked to this chat, with its reminders."""
    with chat.path.database.writing() as session:
        case = own_case(session, chat)
        made = Appointment(
            case_id=case.id,
            kind=kind,
            starts_at=starts_at,
            place="Stadhuis, kamer 3",
            regisseur_id=case.regisseur_id,
        )
        session.add(made)
        session.flush()
        occupy(session, made)
        plan(session, chat.words.rules, [case.id], chat.clock())
        return made.id


def own_case(session: Session, chat: Chat) -> Case:
    query = select(Case).join(Conversation, Conversation.person_id == Case.participant_id)
    return session.scalars(query.where(Conversation.chat_id == chat.name)).one()


def talks_of(chat: Chat) -> list[Appointment]:
    """All appointments of whoever is linked to this chat, by time."""
    with chat.path.database.reading() as session:
        case = own_case(session, chat)
        query = select(Appointment).filter_by(case_id=case.id).order_by(Appointment.starts_at)
        return list(session.scalars(query))


def talk_of(chat: Chat) -> Appointment:
    return talks_of(chat)[0]


def say_intent(chat: Chat, intent: str, **ids: Any) -> list[str]:
    """Something that the model takes for this intent."""
    chat.rasa.otherwise = understood(intent, **ids)
    return chat.send("een vraag")


def remind(chat: Chat, before: timedelta = timedelta(days=1)) -> list[str]:
    """The reminder of the talk comes, so long before it; what was due earlier came earlier."""
    worker = ReminderWorker(chat.path.database, Post(chat.words), chat.clock)
    chat.clock.now = talk_of(chat).starts_at - before - timedelta(minutes=1)
    worker.dispatch_due()
    known = len(chat.lines())
    chat.clock.move(timedelta(minutes=1))
    worker.dispatch_due()
    with chat.path.database.writing() as session:  # and they leave
        session.execute(update(OutboxMessage).values(state=DeliveryState.sent))
    chat.last = chat.lines()[known:]
    return [chat.key(line) for line in chat.last]


def use_telegram(chat: Chat) -> None:
    """The chat is one of Telegram, in which people are reminded."""
    with chat.path.database.writing() as session:
        session.merge(chat.conversation).channel = Channel.telegram
