"""The whole database schema: every model, and bringing a database up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from api.answers import models as answers
from api.appointments import models as appointments
from api.attachments import models as attachments
from api.cases import history, records
from api.cases import models as cases
from api.coaching import models as coaching
from api.conversations import models as conversations
from api.db import Base, Database
from api.handovers import models as handovers
from api.notices import models as notices
from api.outbox import models as outbox
from api.people import models as people
from api.reminders import models as reminders

MODELS = (
    *(answers, appointments, cases, records, history, coaching),
    *(conversations, handovers, attachments, notices, outbox, people, reminders),
)
METADATA = Base.metadata


def migrate(database: Database) -> None:
    """Run the migrations that this database has not seen; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = database.engine.execution_options(writes=True)
    with engine.connect() as connection, _rebuilding(connection), connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _refuse_orphans(connection)


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew: meanwhile nothing may follow its references.

    The way that SQLite's own documentation gives; it only works outside a transaction.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    pragma = cast("sqlite3.Connection", connection.connection.dbapi_connection).execute
    if is_sqlite:
        pragma("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        if is_sqlite:
            pragma("PRAGMA foreign_keys = ON")


def _refuse_orphans(connection: Connection) -> None:
    """What was rebuilt must still refer to rows that are there; else nothing is kept of it."""
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise RuntimeError(f"the migration would leave {len(orphans)} rows that refer to nothing")
