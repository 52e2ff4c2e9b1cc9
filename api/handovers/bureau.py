"""Machine translation beside the rest of the api: a few at once, a short queue, a limit."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

from api.errors import Unavailable
from translations.machine import Machine, NoTranslation

log = logging.getLogger(__name__)

_STOPPING = "the api is stopping"


class Busy(NoTranslation, Unavailable):
    """Others are being translated and enough are waiting; try again in a moment."""


class TooSlow(NoTranslation, Unavailable):
    """It took longer than a person waits; a shorter text may fit."""


class Bureau:
    """Gives texts to a machine in threads of its own; CTranslate2 lets go of Python while it works.

    Nothing is kept: a text is in memory as long as somebody waits for it.
    """

    def __init__(
        self, machine: Machine, at_once: int = 2, waiting: int = 8, seconds: float = 20.0
    ) -> None:
        self.machine = machine
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(at_once, "translation")
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._closed = threading.Event()

    def load(self) -> "Future[None]":
        """Begin to load all models, so that the first text need not wait; returns at once."""
        return self._threads.submit(self._load)

    def _load(self) -> None:
        self.machine.load()
        for name, reason in self.machine.broken.items():
            log.warning("translation: the model %s is not used: %s", name, reason)

    def close(self) -> None:
        """What waits is dropped; what is under way ends after its sentence."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def can(self, source: str, target: str) -> bool:
        return self.machine.can(source, target)

    def translate(self, text: str, source: str, target: str) -> str:
        """For code that may wait, such as a route in a thread.

        Raises NoTranslation, by kind: Busy, TooSlow, NoModel or ModelFailed.
        """
        job, give_up = self._begin(text, source, target)
        try:
            return job.result(self._seconds)
        except TimeoutError as error:
            raise TooSlow(f"not done in {self._seconds:g} s") from error
        except CancelledError as error:
            raise Busy(_STOPPING) from error
        finally:
            give_up()

    async def translate_async(self, text: str, source: str, target: str) -> str:
        """The same for the event loop. Who stops waiting, by a timeout too, stops the work."""
        job, give_up = self._begin(text, source, target)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), self._seconds)
        except TimeoutError as error:
            raise TooSlow(f"not done in {self._seconds:g} s") from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if self._closed.is_set() and not (task and task.cancelling()):
                raise Busy(_STOPPING) from error
            raise
        finally:
            give_up()

    def _begin(
        self, text: str, source: str, target: str
    ) -> tuple["Future[str]", Callable[[], None]]:
        """A place in the queue, and how to leave it; raises Busy or NoModel."""
        self.machine.route(source, target)
        if not self._places.acquire(blocking=False):
            raise Busy("too many translations at once")
        given_up = threading.Event()

        def stop() -> bool:
            return given_up.is_set() or self._closed.is_set()

        try:
            job = self._threads.submit(self.machine.translate, text, source, target, stop)
        except RuntimeError as error:  # closed: the process is stopping
            self._places.release()
            raise Busy(_STOPPING) from error
        # Not when nobody waits any more: the thread may still be at work.
        job.add_done_callback(lambda _: self._places.release())

        def give_up() -> None:
            given_up.set()
            job.cancel()

        return job, give_up
