"""A whole running system for tests: Rasa, actions and api as processes, Telegram as our peer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.answers.recordings import Recordings
from api.chat_client import ChatClient
from api.clock import system_clock
from api.db import Database
from api.demo import Demo, plant
from api.progress import Progress
from api.schema import migrate
from api.smoke import Console
from api.system import System
from tests.fakes.bot_api import BotApi

PASSWORD = "een wachtwoord voor de proef"
TOKEN = "123456:test"
WEBHOOK_SECRET = "a-secret-for-the-webhook-of-the-test"


@dataclass
class Running:
    """What a test needs to use the system as people do, and to break it."""

    system: System
    telegram: BotApi
    database: Database
    demo: Demo
    recordings: Recordings
    """What is put here can be listened to at once."""

    @property
    def url(self) -> str:
        return self.system.url

    @property
    def staff_email(self) -> str:
        return self.demo.emails[0]

    @property
    def staff_password(self) -> str:
        return PASSWORD

    def code_of(self, name: str) -> str:
        return next(code for who, code in self.demo.codes.items() if who.startswith(name))

    def new_codes(self) -> None:
        """Codes work once; a test that links somebody may need fresh ones."""
        with self.database.writing() as session:
            self.demo = plant(session, PASSWORD, system_clock())

    def chat(self) -> ChatClient:
        return ChatClient(self.url)

    def console(self) -> Console:
        console = Console(self.url)
        console.sign_in(self.staff_email, PASSWORD)
        return console


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Everything started on free ports with the demo's invented people; ends with the block."""
    database = Database(f"sqlite:///{folder / 'wegwijs.sqlite'}")
    migrate(database)
    with database.writing() as session:
        demo = plant(session, PASSWORD, system_clock())
    recordings = Recordings(folder / "recordings")
    try:
        with BotApi.running(token=TOKEN) as telegram:
            environment = {
                "TELEGRAM_TOKEN": TOKEN,
                "TELEGRAM_API_URL": telegram.base_url.removesuffix("/bot"),
                "TELEGRAM_MODE": "polling",
                "WEGWIJS_TELEGRAM_SECRET": WEBHOOK_SECRET,
                "WEGWIJS_RECORDINGS": str(recordings.folder),
            }
            url = database.engine.url.render_as_string(hide_password=False)
            with System(url, environment=environment, progress=Progress(quiet=True)) as system:
                yield Running(system, telegram, database, demo, recordings)
    finally:
        database.close()
