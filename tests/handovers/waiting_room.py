"""A town with a chat that waits for a person, in which each act is a transaction of its own."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Absence
from api.clock import AMSTERDAM, local
from api.conversations.models import Author, Conversation, Kind, Message
from api.db import Database
from api.handovers import asking, service
from api.handovers.models import EventKind, HandOver, HandOverEvent, Reason
from api.handovers.watch import Watch
from api.notices.models import Notice, NoticeKind
from api.people.models import Person, PersonRole, Role
from tests.factories import FixedClock, conversation, person, receive, regisseur, town


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    """A moment on the clocks of the towns, in UTC as the clock gives it."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


class WaitingRoom:
    """Two regisseurs and a coordinator of Weert, and one chat."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        self.database, self.words, self.clock = database, words, clock
        self.watch = Watch(database, words, clock)
        with database.writing() as session:
            town(session)
            self.sanne = regisseur(session, clock()).id
            self.joris = regisseur(session, clock(), "Joris").id
            self.marloes = person(session, clock(), Role.coordinator, name="Marloes").id
            self.chat = self.new_chat(session, "chat-1")

    def new_chat(self, session: Session, name: str) -> UUID:
        made = conversation(session, self.clock(), name)
        made.municipality_id = "weert"
        return made.id

    # What people do

    def ask(self, reason: Reason = Reason.asked, chat: UUID | None = None) -> UUID:
        """The id of the hand-over."""
        with self.database.writing() as session:
            found = session.get_one(Conversation, chat or self.chat)
            return asking.ask_for_person(session, found, reason, self.clock()).id

    def claim(self, who: UUID | None = None) -> None:
        with self.database.writing() as session:
            id, me = self._last(session).id, session.get_one(Person, who or self.sanne)
            service.claim_handover(session, self.words, id, me, self.clock())

    def reply(self, who: UUID | None = None) -> None:
        with self.database.writing() as session:
            id, me = self._last(session).id, session.get_one(Person, who or self.sanne)
            service.reply(session, id, me, "Ik zoek het uit.", self.clock())

    def hear(self, kind: Kind = Kind.text, *, lost: bool = False) -> None:
        """The participant writes; `lost`: nobody starts the clock for it."""
        line = Message(
            conversation_id=self.chat,
            author=Author.participant,
            kind=kind,
            text="bent u daar?",
            language="nl",
            at=self.clock(),
        )
        with self.database.writing() as session:
            session.add(line)
            session.flush()
            if not lost:
                service.heard(session, self.chat, kind, self.clock())

    def come_in(self) -> None:
        """The participant wrote, and nobody has read it out of the inbox yet."""
        with self.database.writing() as session:
            receive(session, self.clock(), chat="chat-1")

    def be_away(self, who: UUID, *, days: int = 1) -> None:
        """From today on, for so many days."""
        today = local(self.clock()).date()
        last = today + timedelta(days=days - 1)
        with self.database.writing() as session:
            session.add(Absence(person_id=who, first_on=today, last_on=last))

    def leave(self, who: UUID) -> None:
        """They do not work here any more."""
        with self.database.writing() as session:
            session.execute(delete(PersonRole).where(PersonRole.person_id == who))

    # Time goes on

    def look(self, moment: datetime | None = None) -> None:
        if moment is not None:
            self.clock.now = moment
        self.watch.look()

    # What is so now

    def hand_over(self) -> HandOver:
        """The last one."""
        with self.database.reading() as session:
            return self._last(session)

    def events(self) -> list[EventKind]:
        with self.database.reading() as session:
            return list(session.scalars(select(HandOverEvent.kind).order_by(HandOverEvent.id)))

    def told(self, kind: NoticeKind) -> set[UUID]:
        """Who heard of it."""
        with self.database.reading() as session:
            return set(session.scalars(select(Notice.person_id).filter_by(kind=kind)))

    def said(self) -> list[str]:
        """By the bot."""
        with self.database.reading() as session:
            query = select(Message.text).where(Message.author == Author.bot)
            return list(session.scalars(query.order_by(Message.id)))

    def does_say(self, key: str, **facts: object) -> bool:
        """As the last thing."""
        return self.said()[-1:] == [self.words.text("nl", key, **facts)]

    def _last(self, session: Session) -> HandOver:
        query = select(HandOver).filter_by(conversation_id=self.chat)
        return session.scalars(query.order_by(HandOver.created_at.desc())).one()
