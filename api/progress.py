"""Showing on standard error that something long is going on."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

EVERY_SECONDS = 10.0


class Progress:
    """A spinner with the seconds on a terminal, a line now and then elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(file=sys.stderr, quiet=quiet, highlight=False)

    def say(self, text: str) -> None:
        self._console.print(text)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began, done = time.monotonic(), threading.Event()
        beat = threading.Thread(target=self._beat, args=(name, began, done), daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()
        self._console.print(f"  ✓ {name} ({time.monotonic() - began:.0f} s)")

    def _beat(self, name: str, began: float, done: threading.Event) -> None:
        if self._console.is_terminal:
            with self._console.status(name) as status:
                while not done.wait(1):
                    status.update(f"{name} … {time.monotonic() - began:.0f} s")
            return
        self._console.print(f"  … {name}")
        while not done.wait(EVERY_SECONDS):
            self._console.print(f"  … {name}: {time.monotonic() - began:.0f} s")
