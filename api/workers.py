"""What runs beside the requests: the api runs it, and so does `wegwijs worker` without a door.

Any number of processes may run these loops together: what one has claimed no other takes, and
only one of them sends (`SenderTurn`).
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from api.answers.tasks import RuleWatch
from api.answers.words import Words
from api.attachments.fetching import Fetch
from api.attachments.worker import AttachmentWorker
from api.cases.planning import Planner
from api.channels import email, telegram, telegram_files, webchat
from api.clock import Clock
from api.conversations.models import Channel
from api.conversations.path import MessagePath
from api.conversations.rasa import Rasa
from api.conversations.worker import InboxWorker
from api.db import Database
from api.handovers.watch import Watch
from api.notices.worker import StaffPost
from api.outbox.sender import Deliver, Sender
from api.outbox.turn import turn_name
from api.reminders.service import Post
from api.reminders.worker import ReminderWorker
from api.settings import Settings

log = logging.getLogger(__name__)

THREADS = 32
HEARTBEAT_SECONDS = 5.0

type Loop = Coroutine[Any, Any, None]


def open_channels(settings: Settings, words: Words) -> dict[Channel, Deliver]:
    """Every way out that this installation has: a new channel is a line here."""
    channels: dict[Channel, Deliver] = {Channel.webchat: webchat.deliver}
    if settings.telegram_token:
        bot = telegram.open_bot(settings)
        channels[Channel.telegram] = partial(telegram.deliver, bot, words.recordings)
    if server := email.open_mail(settings):
        channels[Channel.email] = partial(email.deliver, server)
    return channels


def open_files(settings: Settings) -> dict[Channel, Fetch]:
    """Every channel through which somebody can send a file."""
    if not settings.telegram_token:
        return {}
    return {Channel.telegram: partial(telegram_files.fetch, telegram.open_bot(settings))}


def open_rasa(settings: Settings) -> Rasa:
    secret = settings.rasa_secret.get_secret_value()
    return Rasa(settings.rasa_url, secret, settings.rasa_timeout_seconds)


def loops(
    settings: Settings, database: Database, words: Words, rasa: Rasa, clock: Clock
) -> list[Loop]:
    """All of them, not yet running."""
    channels = open_channels(settings, words)
    post = Post(words, has_mail=Channel.email in channels)
    path = MessagePath(database, rasa, words, clock)
    name = turn_name(settings.telegram_token)
    to_staff = StaffPost(database, words, clock, channels.get(Channel.email), settings.public_url)
    return [
        InboxWorker(path).run(),
        RuleWatch(database, words.rules, clock).run(),
        Planner(database, words.rules, clock).run(),
        ReminderWorker(database, post, clock).run(),
        Watch(database, words, clock).run(),
        to_staff.run(),
        AttachmentWorker(database, words, clock, open_files(settings)).run(),
        Sender(database, post, clock, channels, name=name).run(),
    ]


def prepare(database: Database) -> None:
    """The event loop that runs now is the one of this process."""
    database.signals.bind()
    # Python's default on two cores is six threads: answers waiting for Rasa would fill them all,
    # and a message at the door would have to wait.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "wegwijs"))


@asynccontextmanager
async def running(loops: Iterable[Loop]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Runs them, and stops them in the opposite order, each after what it is doing."""
    async with AsyncExitStack() as stack:
        tasks = []
        for loop in loops:
            task = asyncio.create_task(loop)
            task.add_done_callback(_tell_why)
            stack.push_async_callback(_stop, task)
            tasks.append(task)
        yield tasks


def run_alone(settings: Settings, clock: Clock, heartbeat: Path | None = None) -> bool:
    """Only the loops, until somebody asks us to end; False when one of them ended by itself.

    `heartbeat` is a file that is touched every few seconds, for whoever asks whether we are well.
    """
    return asyncio.run(_run_alone(settings, clock, heartbeat))


async def _run_alone(settings: Settings, clock: Clock, heartbeat: Path | None) -> bool:
    words, asked = Words(settings.translations, settings.recordings), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    with closing(Database(settings.database_url)) as database, closing(open_rasa(settings)) as rasa:
        prepare(database)
        async with running(loops(settings, database, words, rasa, clock)) as tasks:
            log.info("worker: running")
            while not asked.is_set() and not any(task.done() for task in tasks):
                if heartbeat is not None:
                    heartbeat.touch()
                with suppress(TimeoutError):
                    await asyncio.wait_for(asked.wait(), HEARTBEAT_SECONDS)
    return asked.is_set()


def _tell_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()):
        log.critical("a loop ended: %s", type(fault).__name__, exc_info=fault)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
