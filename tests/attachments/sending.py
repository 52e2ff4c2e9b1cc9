"""A participant at Telegram who sends files, a regisseur, and the worker that fetches."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from api.answers.words import Words
from api.attachments.fetching import Wanted
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import allow, offer
from api.attachments.worker import AttachmentWorker
from api.channels import telegram
from api.conversations import transcript
from api.conversations.models import Author, Conversation, InboxMessage, Message
from api.db import Database
from api.handovers.asking import ask_for_person
from api.handovers.models import HandOver, Reason
from api.handovers.service import claim_handover
from api.people.models import Person
from api.settings import Settings
from api.workers import open_files
from tests.factories import FixedClock, regisseur, town
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api import Person as Sender

TOKEN = "123456:test"


@dataclass
class Post:
    """What stands between a telephone and the console."""

    database: Database
    words: Words
    clock: FixedClock
    telegram: BotApi
    offset: int = 0
    person: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.person = self.telegram.person(7001, language_code="ar")

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url="sqlite://",
            rasa_secret="a rasa secret",
            service_token="a service token",
            telegram_token=TOKEN,
            telegram_api_url=self.telegram.base_url.removesuffix("/bot"),
        )

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.writing() as session:
            yield session

    def receive(self) -> list[InboxMessage]:
        """Take what Telegram has for us through the door; returns the rows that wait."""
        asyncio.run(self._receive())
        with self.database.reading() as session:
            query = select(InboxMessage).filter_by(done_at=None).order_by(InboxMessage.id)
            return list(session.scalars(query))

    async def _receive(self) -> None:
        async with telegram.open_bot(self.settings) as bot:
            door = telegram.TelegramDoor(bot, self.database, self.clock)
            for update in await bot.get_updates(offset=self.offset, timeout=0):
                await door.take(update)
                self.offset = update.update_id + 1

    def offered(self) -> int:
        """The newest file came in, and the participant is asked; its id."""
        row = self.receive()[-1]
        with self.writing() as session:
            waiting = session.get_one(InboxMessage, row.id)
            line = transcript.hear(session, waiting, None)
            assert waiting.file is not None
            made = offer(session, line, waiting.file, self.clock())
            waiting.finish(self.clock())
            return made.id

    def asked(self, reason: Reason = Reason.asked, town_id: str = "weert") -> HandOver:
        """The participant is put through to a person of this town."""
        with self.writing() as session:
            conversation = session.scalars(select(Conversation)).one()
            conversation.municipality_id = town(session, town_id, town_id.title()).id
            return ask_for_person(session, conversation, reason, self.clock())

    def claimed(self, hand_over: HandOver, me: Person) -> None:
        with self.writing() as session:
            claim_handover(session, self.words, hand_over.id, me, self.clock())

    def regisseur(self, name: str = "Sanne", town_id: str = "weert") -> Person:
        with self.writing() as session:
            return regisseur(session, self.clock(), name, towns=(town_id,))

    def agrees(self, id: int) -> None:
        with self.writing() as session:
            allow(session, session.get_one(Attachment, id), self.clock())

    def wanted(self) -> int:
        """Sent, asked, and yes: it is to be fetched."""
        id = self.offered()
        self.asked()
        self.agrees(id)
        return id

    def worker(self) -> AttachmentWorker:
        channels = open_files(self.settings)
        return AttachmentWorker(self.database, self.words, self.clock, channels)

    def claim(self) -> list[Wanted]:
        return self.worker().claim(10)

    def work(self, *claimed: Wanted) -> None:
        """What the loop does with these, without the loop."""

        async def fetch() -> None:
            worker = self.worker()
            for each in claimed:
                await worker.work(each)

        asyncio.run(fetch())

    def fetch(self) -> int:
        """Fetch all that is due now; how many there were."""
        claimed = self.claim()
        self.work(*claimed)
        return len(claimed)

    def fetch_until_settled(self, id: int) -> int:
        """Time goes on from try to try; how many there were."""
        tries = 0
        while (row := self.get(id)).state is AttachmentState.wanted:
            self.clock.now = max(self.clock.now, row.due_at)
            tries += self.fetch()
        return tries

    def get(self, id: int) -> Attachment:
        with self.database.reading() as session:
            query = select(Attachment).filter_by(id=id).options(undefer(Attachment.content))
            return session.scalars(query).one()

    def told(self) -> list[str]:
        """What the bot said, oldest first."""
        with self.database.reading() as session:
            query = select(Message.text).filter_by(author=Author.bot).order_by(Message.id)
            return list(session.scalars(query))

    def text(self, key: str) -> str:
        return self.words.text("ar", key)

    def calls(self) -> list[str]:
        """What was asked of Telegram to fetch files."""
        fetching = ("getFile", "download")
        return [call.method for call in self.telegram.requests if call.method in fetching]

    def later(self, hours: int) -> None:
        self.clock.move(timedelta(hours=hours))
