"""What is due is found by the partial indexes, however long the tables of the past are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.db import Database
from api.outbox import service as outbox
from api.reminders import service as reminders
from tests.factories import FixedClock


@contextmanager
def explained(session: Session) -> Iterator[list[str]]:
    """The plans of the statements of this block, each asked for just before it runs."""
    plans: list[str] = []
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    explain = "EXPLAIN " if is_postgresql else "EXPLAIN QUERY PLAN "

    def ask(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        cursor.execute(explain + statement, parameters)
        plans.append("\n".join(str(row) for row in cursor.fetchall()))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", ask)
    try:
        yield plans
    finally:
        event.remove(connection, "before_cursor_execute", ask)


@pytest.mark.parametrize(
    ("index", "bulk"),
    [("ix_reminder_due", None), ("ix_outbox_message_due", False), ("ix_outbox_message_due", True)],
)
def test_what_is_due_is_found_by_the_index_of_what_is_not_done(
    database: Database, words: Words, clock: FixedClock, index: str, bulk: bool | None
) -> None:
    with database.writing() as session:
        if database.engine.dialect.name == "postgresql":  # which reads small tables as a whole
            session.execute(text("SET LOCAL enable_seqscan = off"))
        with explained(session) as plans:
            if bulk is None:
                reminders.claim_due(session, clock(), 20)
            else:
                outbox.claim_due(session, words, clock(), 20, bulk=bulk)
    assert index in plans[0]
