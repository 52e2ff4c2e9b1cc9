"""A whole running installation to measure: Rasa, actions, api and store; Telegram by webhook."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select

from api.clock import system_clock
from api.conversations.models import Channel, Conversation, InboxMessage
from api.db import Database
from api.demo import plant
from api.outbox.models import OutboxMessage
from api.progress import Progress
from api.schema import migrate
from api.system import System
from bench.stores import Store
from tests.fakes.bot_api import BotApi, Person

TOKEN = "123456:bench"
WEBHOOK_SECRET = "the-secret-of-a-webhook-that-lives-for-minutes"
PASSWORD = "nobody signs in here"
LOOK_EVERY = 0.1  # seconds
LONGEST_CONNECT = 20.0


class MeasurementFailed(Exception):
    """What should be measured did not happen; the message says what went wrong."""


@dataclass(frozen=True)
class Installation:
    store: Store
    system: System
    telegram: BotApi
    database: Database

    @property
    def processes(self) -> dict[str, int]:
        """The process ids of all that people need to get an answer, by name."""
        ours = {name: process.pid for name, process in self.system.processes.items()}
        return ours | ({self.store.name: self.store.pid} if self.store.pid else {})

    def acquaintances(self, ids: Sequence[int], languages: Sequence[str]) -> list[Person]:
        """People on Telegram who are past the first contact; the languages take turns."""
        now = system_clock()
        spoken = [languages[number % len(languages)] for number in range(len(ids))]
        with self.database.writing() as session:
            for chat_id, language in zip(ids, spoken, strict=True):
                session.add(
                    Conversation(
                        channel=Channel.telegram,
                        chat_id=str(chat_id),
                        language=language,
                        session_used_at=now,
                        welcomed_at=now,
                        created_at=now,
                    )
                )
        return [
            self.telegram.person(chat_id, language_code=language)
            for chat_id, language in zip(ids, spoken, strict=True)
        ]

    def wait_until_idle(self, seconds: float) -> bool:
        """Until nothing waits to come in, be answered or sent; False when time is up first."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.telegram.pending and not self._waiting():
                return True
            time.sleep(LOOK_EVERY)
        return False

    def stored(self, update_ids: Sequence[int]) -> int:
        """How many of these updates of Telegram stand in the store."""
        names = [str(update_id) for update_id in update_ids]
        with self.database.reading() as session:
            found = session.scalar(
                select(func.count(InboxMessage.id)).where(InboxMessage.external_id.in_(names))
            )
        return found or 0

    def _waiting(self) -> int:
        with self.database.reading() as session:
            counts = [
                session.scalar(select(func.count(table.id)).where(table.done_at.is_(None)))
                for table in (InboxMessage, OutboxMessage)
            ]
        return sum(count or 0 for count in counts)


@contextmanager
def installed(store: Store, progress: Progress) -> Iterator[Installation]:
    """Everything started on free ports with the demo's invented people; ends with the block."""
    with closing(Database(store.url)) as database:
        migrate(database)
        with database.writing() as session:
            plant(session, PASSWORD, system_clock())
        with BotApi.running(token=TOKEN) as telegram:
            environment = {
                "TELEGRAM_TOKEN": TOKEN,
                "TELEGRAM_API_URL": telegram.base_url.removesuffix("/bot"),
                "TELEGRAM_MODE": "webhook",
                "WEGWIJS_TELEGRAM_SECRET": WEBHOOK_SECRET,
            }
            with System(store.url, environment=environment, progress=progress) as system:
                _wait_for_webhook(telegram)
                yield Installation(store, system, telegram, database)


def _wait_for_webhook(telegram: BotApi) -> None:
    deadline = time.monotonic() + LONGEST_CONNECT
    while telegram.webhook is None:
        if time.monotonic() > deadline:
            raise MeasurementFailed("the api did not tell Telegram where its webhook is")
        time.sleep(LOOK_EVERY)
