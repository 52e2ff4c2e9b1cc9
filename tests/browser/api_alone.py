"""The api in a thread, without processes beside it, for the pages that need nothing else."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import uvicorn
from sqlalchemy.orm import Session

from api.app import create_app
from api.cases.rules import Rules
from api.clock import system_clock
from api.conversations.rasa import Rasa
from api.db import Database
from api.handovers.bureau import Bureau
from api.schema import migrate
from api.settings import Settings
from api.system import free_port
from translations.machine import Machine

DEAD = "http://127.0.0.1:9"
TOKEN = "a service token"


@contextmanager
def api_alone[Made](
    folder: Path,
    fill: Callable[[Session, Rules, datetime], Made],
    machine: Machine | None = None,
    rasa: Rasa | None = None,
) -> Iterator[tuple[str, Made]]:
    """On a store that `fill` fills: its address, and what was made. The loops run where somebody
    stands in for `rasa`: then the bot answers too."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'wegwijs.sqlite'}",
        rasa_url=DEAD,
        rasa_secret="a rasa secret",
        service_token=TOKEN,
        telegram_token=None,
        workers=rasa is not None,
    )
    app, port = create_app(settings), free_port()
    if machine is not None:
        app.state.bureau = Bureau(machine)
    app.state.rasa = rasa or app.state.rasa
    database: Database = app.state.database
    migrate(database)
    with database.writing() as session:
        made = fill(session, app.state.words.rules, system_clock())
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", made
    server.should_exit = True
    thread.join(10)
