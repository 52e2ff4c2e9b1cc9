"""A bot's own web server, so that a webhook has somewhere to go."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """A bot's own server: keeps what it got and answers `statuses` in turn, 200 after that."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    updates: list[dict[str, Any]] = field(default_factory=list)
    secrets: set[str | None] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates]

    def take(self, update: dict[str, Any], secret: str | None) -> int:
        with self.lock:
            self.updates.append(update)
            self.secrets.add(secret)
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            status = self.statuses.pop(0) if self.statuses else 200
        time.sleep(self.seconds)
        with self.lock:
            self.at_once -= 1
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = kept.take(update, self.headers["X-Telegram-Bot-Api-Secret-Token"])
            body = json.dumps(kept.answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Keep the tests' output quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/telegram"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join(5)
