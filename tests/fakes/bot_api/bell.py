"""One bell for two kinds of listeners: the thread of a test and the server's event loop."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class Bell:
    """Guards the state with `lock` and tells everybody who waits that it changed."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._stroke = asyncio.Event()

    def hang(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    @property
    def stroke(self) -> asyncio.Event:
        """The event of the next ring. Take it before looking at the state, then wait for it."""
        return self._stroke

    def ring(self) -> None:
        with self._changed:
            self._changed.notify_all()
        if self.loop is not None:
            with suppress(RuntimeError):  # the server has stopped: nobody listens any more
                self.loop.call_soon_threadsafe(self._strike)

    def _strike(self) -> None:
        struck, self._stroke = self._stroke, asyncio.Event()
        struck.set()

    def wait_until[T](self, look: Callable[[], T | None], timeout: float) -> T | None:
        """The first value that is not None, or None after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while (found := look()) is None and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return found
