"""The running app over a seeded store, asked as somebody of any role."""

import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx import Response as Answer
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

import api.app
import api.console.live
from api.answers.recordings import Recordings
from api.answers.words import Words
from api.app import create_app
from api.console.routes import COOKIE
from api.db import Database
from api.handovers.bureau import Bureau
from api.schema import METADATA
from tests.cases.role_requests import BODIES, record_of, sent_to
from tests.cases.role_store import Seeded, seed
from tests.cases.role_table import WHO_MAY, Who
from tests.conftest import MONDAY_MORNING
from tests.factories import FixedClock, ScriptedRasa
from tests.handovers.scripted_machine import ScriptedMachine
from tests.test_web import TOKEN, bearer, sent, settings, url_of

LOGIN = "/console/login"
LANGUAGE, RECORDING, PROGRESS = "ar", "pvt-0123456789.ogg", "pvt-8-12.png"
FILES = {"/static/chat": "chat.js", "/static/console": "console.js"}
ASKS_TO_MOVE = (
    "POST /v1/cases/{caseId}/transfers",
    "POST /console/cases/{case_id}/transfers",
)
"""Of a case about which nobody was asked yet."""
TAKES_OWN = ("/replies", "/hand-back", "/take-over", "/sentences", "/drafts", "/discard", "/send")
"""Only who claimed a hand-over does this, so everybody who may has one."""
ASKS_FOR_FILE = "POST /console/attachments/{attachment_id}/ask"
"""The same, and a file waits in each."""


@dataclass(frozen=True)
class Try:
    """One request of a route; a route of records is tried for every kind of them."""

    route: str
    kind: str = ""

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    @property
    def is_console(self) -> bool:
        return " /console" in self.route

    @property
    def is_login(self) -> bool:
        return self.route == f"POST {LOGIN}"

    def path(self, made: Seeded, who: Who) -> str:
        """The address, with something in it that is there."""
        places = {**made.places, "kind": self.kind, "language": LANGUAGE}
        places["name"] = PROGRESS if "progress" in self.route else RECORDING
        places["file"] = next((file for at, file in FILES.items() if at in self.route), "")
        if self.kind:
            record = made.records[record_of(self.route, self.kind)]
            places |= dict.fromkeys(("recordId", "record_id"), record)
        if self.route.endswith(TAKES_OWN):
            places["hand_over_id"] = made.claimed.get(who, made.claimed[Who.regisseur])
            places["draft_id"] = made.drafts.get(who, made.drafts[Who.regisseur])
        if self.route == ASKS_FOR_FILE:
            places["attachment_id"] = made.offered.get(who, made.offered[Who.regisseur])
        if "absence" in self.route:
            away = made.absences.get(who, made.absences[Who.regisseur])
            places["absenceId"] = places["absence_id"] = away
        if self.route in ASKS_TO_MOVE:
            places["caseId"] = places["case_id"] = made.other_case
        return self.route.partition(" ")[2].format(**places)


def routes_of(routes: Sequence[BaseRoute], before: str = "") -> Iterator[str]:
    """Every method with every address of the app; of files one stands for all."""
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, Mount) and route.routes:
            yield from routes_of(route.routes, before + route.path)
        elif isinstance(route, Mount):
            yield f"GET {before}{route.path}/{{file}}"
        else:
            path = re.sub(r":\w+}", "}", before + (context.path or "?"))
            yield from (f"{method} {path}" for method in context.methods or ["ANY"])


def tries() -> list[Try]:
    """Everything that can be tried, by the table."""
    found = []
    for route in WHO_MAY:
        kind = next((each for each in BODIES if "/v1/" in route and f"/{each}" in route), "")
        found += [Try(route, each) for each in (BODIES if "{kind}" in route else [kind])]
    return found


class Door:
    """Whoever comes in, with what proves who they are."""

    def __init__(self, client: TestClient, made: Seeded) -> None:
        self.client, self.made = client, made

    def ask(self, who: Who, what: Try, csrf: str | None = None) -> Answer:
        """As this person; with the token of their own forms unless another is given."""
        more = sent_to(what.route, what.kind, self.made, self.made.emails.get(who, "nobody"))
        headers = {**more.get("headers", {}), **self._proof(who, what)}
        if what.is_console and what.writes:
            own = "x" if what.is_login else self.made.csrf.get(who, "")
            form = {**more.get("data", {}), "csrf": own if csrf is None else csrf}
            more = {**more, "data": form}
        self.client.cookies.clear()
        path, rest = what.path(self.made, who), {**more, "headers": headers}
        return sent(self.client.request(what.method, path, **rest))

    def get(self, who: Who, path: str) -> Answer:
        """A page of the console."""
        return self.ask(who, Try(f"GET {path}"))

    def _proof(self, who: Who, what: Try) -> dict[str, str]:
        token = TOKEN if who is Who.bot else self.made.tokens.get(who)
        if not what.is_console:
            return bearer(token) if token else {}
        form = "wegwijs_form=x"
        return {"Cookie": f"{form}; {COOKIE}={token}" if token else form}


class Desk(Door):
    """Over SQLite; everything is as before after each request."""

    def __init__(self, client: TestClient, made: Seeded, file: Path) -> None:
        super().__init__(client, made)
        self.file, self.first = file, file.with_suffix(".first")
        self.store = sqlite3.connect(file)
        with closing(sqlite3.connect(self.first)) as first:
            self.store.backup(first)
        self.before, self.version = self._contents(), self._version()

    def changed(self) -> list[str]:
        """The tables in which something is not as it was before; then all is put back."""
        if self._version() == self.version:  # SQLite's own count of what others committed
            return []
        after = self._contents()
        with (
            closing(sqlite3.connect(self.first)) as first,
            closing(sqlite3.connect(self.file)) as store,
        ):
            first.backup(store)
        self.version = self._version()
        return [name for name, rows in self.before.items() if after[name] != rows]

    def _contents(self) -> dict[str, list[Any]]:
        """Every row of every table, those of the history among them."""
        return {name: self.store.execute(query).fetchall() for name, query in _ALL.items()}

    def _version(self) -> int:
        [version] = self.store.execute("PRAGMA data_version").fetchone()
        return int(version)


_ALL = {name: f'SELECT * FROM "{name}"' for name in METADATA.tables}


def contents(connection: Connection) -> dict[str, list[Any]]:
    """The same of any store, in an order of its own."""
    return {
        name: sorted(map(repr, connection.exec_driver_sql(query))) for name, query in _ALL.items()
    }


@contextmanager
def running(database: Database, words: Words, folder: Path) -> Iterator[Door]:
    """The app over this store, with everybody and everything of the table in it."""
    mine = copy(words)
    mine.recordings = Recordings(folder / "recordings")
    (folder / "recordings" / LANGUAGE).mkdir(parents=True)
    (folder / "recordings" / LANGUAGE / RECORDING).write_bytes(b"OggS")
    with database.writing() as session:
        made = seed(session, mine, MONDAY_MORNING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api.app, "Words", lambda *_: mine)
        # Else the events of the console would never end.
        patch.setattr(api.console.live, "changes", lambda *_: Response())
        app = create_app(settings(url_of(database)), FixedClock(MONDAY_MORNING))
        app.state.rasa, app.state.bureau = ScriptedRasa(), Bureau(ScriptedMachine())
        with TestClient(app, follow_redirects=False) as client:
            yield Door(client, made)


@contextmanager
def desk_over(file: Path, words: Words) -> Iterator[Desk]:
    """The same over a file, which is put back after each request."""
    database = Database(f"sqlite:///{file}")
    with running(database, words, file.parent) as door:
        database.close()
        desk = Desk(door.client, door.made, file)
        yield desk
        desk.store.close()


def copy_of(file: Path, folder: Path) -> Path:
    return Path(shutil.copy(file, folder / "wegwijs.sqlite"))
