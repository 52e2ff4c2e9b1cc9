"""Claiming work that several workers look at: written once for the inbox and the outbox.

A row is *due* when it is not done, its time has come and no live lease lies on it. Claiming is one
statement; the lease token fences a worker that was too slow off the row it lost.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.db import UtcDateTime


class Leased:
    """Columns of a row that workers claim. `tries` counts claims, not failures."""

    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(32))
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(120))

    def finish(self, now: datetime, error: str | None = None) -> None:
        """Done for good; `error` is a short code of why it failed, never a text of a person."""
        self.done_at, self.error = now, error
        self.lease = self.leased_until = None

    def put_back(self, due_at: datetime, error: str) -> None:
        """Not done; somebody may claim it again from `due_at` on."""
        self.due_at, self.error = due_at, error
        self.lease = self.leased_until = None


NOW: ColumnElement[datetime] = bindparam("now", type_=UtcDateTime())
"""The moment of the claim, for the conditions of a Claim."""


def is_free(model: Any) -> ColumnElement[bool]:
    """No live lease lies on the row."""
    return or_(model.leased_until.is_(None), model.leased_until <= NOW)


class Claim[Row: Leased]:
    """How one kind of row is claimed; its statements are made once, at import.

    `conditions` may use NOW; `order` says which rows go first.
    """

    def __init__(
        self,
        model: type[Row],
        *conditions: ColumnElement[bool],
        order: Sequence[Any],
        lease_for: timedelta,
    ) -> None:
        table: Any = model
        due = (
            select(table.id)
            .where(table.done_at.is_(None), table.due_at <= NOW, is_free(table), *conditions)
            .order_by(*order)
            .limit(bindparam("most", type_=Integer()))
            .with_for_update(skip_locked=True)
        )
        self._take = (
            update(table)
            .where(table.id.in_(due.scalar_subquery()))
            .values(
                lease=bindparam("token"),
                leased_until=bindparam("lease_ends", type_=UtcDateTime()),
                tries=table.tries + 1,
            )
            .returning(table.id)
            .execution_options(synchronize_session=False)
        )
        # By id and not by token: no index holds that, and the table may be long.
        taken = table.id.in_(bindparam("ids", expanding=True))
        self._taken = select(table).where(taken).order_by(*order)
        self._lease_for = lease_for

    def __call__(self, session: Session, now: datetime, most: int) -> list[Row]:
        """Take at most so many due rows; two workers never get the same one.

        PostgreSQL skips rows that another worker is just taking; SQLite has one writer at a time.
        """
        token = secrets.token_hex(16)
        until = now + self._lease_for
        values = {"now": now, "most": most, "token": token, "lease_ends": until}
        ids = session.scalars(self._take, values).all()
        return list(session.scalars(self._taken, {"ids": ids})) if ids else []


def held[Row: Leased](
    session: Session, model: type[Row], row_id: int, lease: str | None
) -> Row | None:
    """The row if the lease is still ours, locked until the end of the transaction."""
    table: Any = model
    row: Row | None = session.scalar(
        select(table).where(table.id == row_id, table.lease == lease).with_for_update()
    )
    return row
