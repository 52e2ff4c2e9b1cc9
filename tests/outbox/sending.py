"""People with reminders, messages that wait, and the loop that sends them."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.service import plan
from api.conversations.models import Channel, Conversation
from api.conversations.transcript import Errand, say
from api.db import Database
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.pace import Pace
from api.outbox.sender import Deliver, Sender
from api.outbox.service import Outgoing
from api.outbox.turn import INSTALLATION
from api.people.models import Municipality
from api.reminders.models import Reminder, ReminderState
from api.reminders.service import Post
from api.reminders.worker import ReminderWorker
from tests.factories import FixedClock, conversation, participant, talk

SOON = 10.0
A_DAY = timedelta(days=1)
Failure = Exception | None


class Scripted:
    """A channel that fails as it was told, one message after another, and then works."""

    def __init__(self, *failures: Failure) -> None:
        self.failures = list(failures)
        self.tried: list[int] = []
        self.at: list[float] = []
        self.sent: list[Outgoing] = []

    async def __call__(self, outgoing: Outgoing) -> str:
        self.tried.append(outgoing.id)
        self.at.append(time.monotonic())
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        self.sent.append(outgoing)
        return "delivered"


class While:
    """A channel that fails in the same way for as long as something is so."""

    def __init__(self, fails: Callable[[Outgoing], Failure]) -> None:
        self.fails = fails
        self.tried: list[Outgoing] = []
        self.sent: list[Outgoing] = []

    async def __call__(self, outgoing: Outgoing) -> str:
        self.tried.append(outgoing)
        if failure := self.fails(outgoing):
            raise failure
        self.sent.append(outgoing)
        return "delivered"

    def chats(self) -> list[str]:
        """To whom something was sent, in order."""
        return [outgoing.chat_id for outgoing in self.sent]


class Unreliable(Database):
    """A store that can be away."""

    is_away = False

    def reading(self) -> AbstractContextManager[Session]:
        self._check()
        return super().reading()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self._check()
        with super().writing() as session:
            yield session

    def _check(self) -> None:
        if self.is_away:
            raise OperationalError("SELECT 1", {}, Exception("the store is away"))


class Sending:
    """Messages to be sent, and the loop that sends them."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        self.database, self.words, self.clock = database, words, clock
        self.post = Post(words)

    def put(
        self,
        count: int,
        chat: str = "chat-1",
        channel: Channel = Channel.telegram,
        *,
        bulk: bool = False,
    ) -> None:
        """Answers, or errands, that wait in a chat."""
        with self.database.writing() as session:
            found = session.scalar(select(Conversation).filter_by(chat_id=chat))
            found = found or conversation(session, self.clock(), chat)
            found.channel = channel
            known = len(session.scalars(select(OutboxMessage.id)).all())
            for number in range(count):
                cause = Errand(f"errand:{known + number}") if bulk else None
                say(session, self.words, found, Reply("greet"), self.clock(), cause)

    def remind(self, chat: str = "chat-1", email: str | None = None) -> UUID:
        """Somebody on Telegram whose reminder of tomorrow's talk is due now; the talk's id."""
        now = self.clock()
        with self.database.writing() as session:
            case = participant(session, now, language="nl")
            case.participant.email = email
            session.get_one(Municipality, case.municipality_id).remind_before = [24 * 60]
            chat_of = conversation(session, now, chat)
            chat_of.channel, chat_of.person_id = Channel.telegram, case.participant_id
            chat_of.linked_at = now
            made = talk(session, case, now + A_DAY)
            plan(session, self.words.rules, [case.id], now - timedelta(hours=2))
            return made.id

    def dispatch(self) -> int:
        """What the worker of the reminders does, until nothing is due; how many there were."""
        worker, count = ReminderWorker(self.database, self.post, self.clock), 0
        while taken := worker.dispatch_due():
            count += taken
        return count

    def cancel(self, talk_id: UUID) -> None:
        with self.database.writing() as session:
            session.get_one(Appointment, talk_id).state = AppointmentState.cancelled

    def rows(self) -> list[OutboxMessage]:
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    def states(self) -> list[DeliveryState]:
        return [row.state for row in self.rows()]

    def ledger(self) -> list[Reminder]:
        with self.database.reading() as session:
            return list(session.scalars(select(Reminder).order_by(Reminder.id)))

    def ledger_states(self) -> list[ReminderState]:
        return [reminder.state for reminder in self.ledger()]

    def sender(self, deliver: Deliver | None, pace: Pace | None = None) -> Sender:
        channels: Mapping[Channel, Deliver] = dict.fromkeys(Channel, deliver) if deliver else {}
        pace = pace or Pace(1_000, 0, lambda: self.clock().timestamp())
        return Sender(self.database, self.post, self.clock, channels, pace, INSTALLATION)

    def run(
        self, deliver: Deliver | None, until: Callable[[], bool], pace: Pace | None = None
    ) -> None:
        """Run the loop until something is so."""

        async def send() -> None:
            self.database.signals.bind()
            loop = asyncio.create_task(self.sender(deliver, pace).run())
            try:
                await happens(until)
            finally:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)

        asyncio.run(send())

    def all_done(self) -> bool:
        return all(row.done_at for row in self.rows())

    def all_done_later(self) -> bool:
        """The same; time goes on to the next moment at which something is to be done."""
        self.dispatch()
        waiting = [row for row in self.rows() if row.done_at is None]
        if waiting and not any(row.lease for row in waiting):
            self.clock.now = max(self.clock.now, min(row.due_at for row in waiting))
        return not waiting

    def goes_on_until(self, moment: datetime) -> bool:
        """Time goes on to the next moment at which something is to be done, or to this one."""
        waiting = [row for row in self.rows() if row.done_at is None]
        if not any(row.lease for row in waiting):
            due = min((row.due_at for row in waiting), default=moment)
            self.clock.now = max(self.clock.now, min(moment, due))
        return self.clock.now >= moment


async def happens(fits: Callable[[], bool]) -> None:
    """Until it is so."""
    deadline = time.monotonic() + SOON
    while not await asyncio.to_thread(fits):
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)
