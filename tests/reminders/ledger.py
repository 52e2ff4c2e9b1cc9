"""A case with a talk, and its ledger as it stands in the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind
from api.cases.models import Case, Participant
from api.cases.rules import load_rules
from api.cases.service import add_record, change_record, plan
from api.cases.wire import AppointmentFields
from api.conversations.models import Channel, Conversation
from api.db import Database
from api.people.models import Person
from api.reminders.models import Reminder, ReminderKind, ReminderState
from tests.factories import conversation, participant, regisseur
from tests.reminders.test_quiet import at

RULES = load_rules()
NOW = at("2026-11-02 10:00")
"""A Monday, three weeks before the talk."""
TALK = at("2026-11-24 14:00")
TIMES = {at("2026-11-17 14:00"), at("2026-11-23 14:00"), at("2026-11-24 12:00")}
"""When the reminders of that talk leave."""


@dataclass(frozen=True)
class Town:
    """A regisseur and one participant of theirs, with a chat in Telegram."""

    database: Database
    me: Person
    case_id: UUID
    person_id: UUID

    def adds(self, starts_at: datetime = TALK, now: datetime = NOW, **more: Any) -> UUID:
        fields = AppointmentFields(
            **{"kind": AppointmentKind.progress_talk, "place": "Stadhuis", **more},
            starts_at=starts_at,
        )
        with self.database.writing() as session:
            return add_record(session, RULES, self.me, self.case_id, "appointments", fields, now).id

    def changes(self, id: UUID, now: datetime = NOW, **changes: Any) -> None:
        with self.database.writing() as session:
            version = session.get_one(Appointment, id).version
            args = (self.case_id, "appointments", id, version, changes, now)
            change_record(session, RULES, self.me, *args)

    def plans(self, now: datetime = NOW) -> int:
        with self.database.writing() as session:
            return plan(session, RULES, [self.case_id], now)

    def rows(self, *kinds: ReminderKind) -> list[Reminder]:
        with self.database.reading() as session:
            query = select(Reminder).order_by(Reminder.due_at, Reminder.id)
            return [
                row for row in session.scalars(query) if row.kind in (kinds or set(ReminderKind))
            ]

    def due(self, kind: ReminderKind = ReminderKind.appointment) -> set[datetime]:
        """When what is still open leaves."""
        return {row.due_at for row in self.rows(kind) if row.done_at is None}

    def sets(self, **fields: Any) -> None:
        """Of the participant, as the chat does it."""
        with self.database.writing() as session:
            who = session.get_one(Participant, self.person_id)
            for name, value in fields.items():
                setattr(who, name, value)

    def finishes(self, *kinds: ReminderKind, now: datetime = NOW) -> None:
        """As if these had been sent."""
        with self.database.writing() as session:
            for row in session.scalars(select(Reminder).where(Reminder.kind.in_(kinds))):
                row.state = ReminderState.sent
                row.finish(now)


def town_of(database: Database, now: datetime = NOW - timedelta(days=30)) -> Town:
    with database.writing() as session:
        me = regisseur(session, now)
        case = participant(session, now)
        case.regisseur_id = me.id
        chat_of(session, case, now)
        return Town(database, me, case.id, case.participant_id)


def chat_of(
    session: Session, case: Case, now: datetime, channel: Channel = Channel.telegram
) -> Conversation:
    made = conversation(session, now, f"{channel}-chat")
    made.channel, made.person_id, made.linked_at = channel, case.participant_id, now
    session.flush()
    return made
