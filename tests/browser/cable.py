"""A cable between a browser and the api that can be pulled out, and put in again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 64 * 1024


@dataclass
class Cable:
    """Listens on a port of its own and passes everything on; without it nothing comes through."""

    to: tuple[str, int]
    listener: socket.socket
    whole: bool = True
    _ends: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def pull(self) -> None:
        """What was open breaks, streams of events too; what is asked from now on gets nothing."""
        with self._lock:
            self.whole = False
            ends, self._ends = self._ends, set()
        for end in ends:
            _shut(end)

    def plug(self) -> None:
        with self._lock:
            self.whole = True

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.to, 5) if self.whole else None
        except OSError:
            far = None
        with self._lock:
            joined = far is not None and self.whole
            self._ends |= {near, far} if far and joined else set()
        if far is None or not joined:
            for end in filter(None, (near, far)):
                _shut(end)
            return
        far.settimeout(None)
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                target.sendall(data)
        for end in (source, target):
            _shut(end)
        with self._lock:
            self._ends -= {source, target}


@contextmanager
def cable(url: str) -> Iterator[Cable]:
    """To the api at this address; it is gone with the block."""
    parts = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Cable((parts.hostname or "", parts.port or 80), listener)
        threading.Thread(target=made.serve, daemon=True).start()
        yield made
        made.pull()
        _shut(listener)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
