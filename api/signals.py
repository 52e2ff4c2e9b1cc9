"""Wake-ups inside this process, so that nobody waits for the next poll.

A signal is only a hint: whoever listens also looks by itself now and then, which is how
several processes work together.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.orm import Session

INBOX = "inbox"
OUTBOX = "outbox"
HAND_OVERS = "hand_overs"
NOTICES = "notices"
ATTACHMENTS = "attachments"
REMINDERS = "reminders"
REMINDER_TASKS = "reminder_tasks"


def conversation_signal(conversation_id: object) -> str:
    return f"conversation:{conversation_id}"


def wake_after_commit(session: Session, *names: str) -> None:
    """Give these signals when, and only when, the transaction of this session is committed."""
    session.info.setdefault("wake", set()).update(names)


class Signal:
    """What one listener waits on."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until the signal or the time-out; a signal given before the call counts."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


class Signals:
    def __init__(self) -> None:
        self._listeners: dict[str, set[Signal]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self) -> None:
        """Listeners live on the running event loop; without one, waking does nothing."""
        self._loop = asyncio.get_running_loop()

    def wake(self, name: str) -> None:
        """May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set, name)

    @contextmanager
    def listen(self, *names: str) -> Iterator[Signal]:
        signal = Signal()
        for name in names:
            self._listeners.setdefault(name, set()).add(signal)
        try:
            yield signal
        finally:
            for name in names:
                self._listeners[name].discard(signal)
                if not self._listeners[name]:
                    del self._listeners[name]

    def _set(self, name: str) -> None:
        for signal in self._listeners.get(name, ()):
            signal.set()
