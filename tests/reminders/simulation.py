"""A municipality for some years, from event to event: the real code, a clock of our own, and a
Telegram that is a function. What happens to people stands in `town_life`, the rules in `witness`.
"""

import copy
import heapq
import random as jitter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.planning import plan_all
from api.cases.rules import Rules
from api.clock import AMSTERDAM, local
from api.conversations.models import Channel
from api.db import Database
from api.errors import WegwijsError
from api.outbox.models import DeliveryState
from api.outbox.service import (
    Outgoing,
    SendFailed,
    claim_due,
    find_held,
    record_failure,
    record_sent,
)
from api.people.models import Person
from api.reminders.delivery import Wait, last_look, put_off, stop, take_outcome
from api.reminders.service import Post, note_unreachable
from api.reminders.worker import ReminderWorker
from tests.factories import FixedClock, regisseur, town
from tests.reminders.witness import Witness, read, stored

BEGINS = datetime(2026, 3, 1, 5, tzinfo=UTC)
HOME, NEIGHBOUR = "weert", "nederweert"
REGISSEURS = 6
DAILY = time(0, 5)
"""Planned anew, and everything checked."""
AT_ONCE = 30
EVERY_DAYS = 90
"""About so often something happens to a person besides the talks."""
MOST_AT_ONE_MOMENT = 10_000


@dataclass
class Participant:
    """Somebody in the simulation; what the program knows of them stands in the store."""

    id: UUID
    case: UUID
    town: str
    chat: str | None = None
    """Their Telegram."""
    linked: bool = False
    over: bool = False


@dataclass
class FakeTelegram:
    """Takes messages, unless it is away or the person blocked us."""

    blocked: set[str] = field(default_factory=set)
    hasty: dict[str, datetime] = field(default_factory=dict)
    """A chat that has to wait until then."""
    away_until: datetime = BEGINS
    serial: Iterator[int] = field(default_factory=count)

    def __call__(self, chat: str, now: datetime) -> str:
        if now < self.away_until:
            raise SendFailed("NetworkError", retryable=True)
        if chat in self.blocked:
            raise SendFailed("Forbidden", blocked=True)
        if now < self.hasty.get(chat, now):
            raise SendFailed("RetryAfter", retry_after=(self.hasty[chat] - now).total_seconds())
        return str(next(self.serial))


class Simulation:
    """Everything that happens, in its order; `witness` sees all of it."""

    def __init__(self, url: str, words: Words, seed: int, sweep_every: int = 1) -> None:
        self.seed, self.random = seed, Random(seed)
        jitter.seed(seed)  # of the tries of the outbox
        self.clock = FixedClock(BEGINS)
        self.database = fast(Database(url))
        self.words = reviewed(words)
        self.rules = self.words.rules
        self.post = Post(self.words, has_mail=True)
        self.worker = ReminderWorker(self.database, self.post, self.clock)
        self.telegram = FakeTelegram()
        self.witness = Witness(Path(url.removeprefix("sqlite:///")))
        self.people: list[Participant] = []
        self.staff: dict[str, list[Person]] = {}
        self.is_down = False
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._serial, self._nights = count(), count()
        self.sweep_every = sweep_every
        with self.database.writing() as session:
            for id in (HOME, NEIGHBOUR):
                town(session, id, id.title())
                how_many = REGISSEURS if id == HOME else 2
                self.staff[id] = [
                    regisseur(session, BEGINS, f"Regisseur{n}", towns=(id,))
                    for n in range(how_many)
                ]
                for each in self.staff[id]:
                    _ = each.roles

    @property
    def now(self) -> datetime:
        return self.clock.now

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        """It happens then; what lies in the past happens now."""
        heapq.heappush(self._events, (max(moment, self.now), next(self._serial), what))

    def run(self, days: int) -> None:
        """So many days on."""
        until = self.now + timedelta(days=days)
        self.at(self._next_night(), self._night)
        while (moment := self._next()) < until:
            self.clock.now = moment
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()
            self.work()
        self.database.close()

    def work(self) -> None:
        """Everything that is due now, as the workers do it."""
        for _ in range(MOST_AT_ONE_MOMENT):
            taken = 0
            if not self.is_down and self._is_due("reminder"):
                taken += self.worker.dispatch_due()
            if not self.is_down and self._is_due("outbox_message"):
                taken += self._send()
            if not taken:
                break
        else:
            self.witness.fault(self.now, "the workers never come to an end")
        self.witness.printed(self.now)

    def do(
        self,
        what: Callable[[Session], Iterable[UUID] | None],
        *,
        by_person: bool = False,
        in_series: bool = False,
    ) -> bool:
        """One request: all of it or, where it is refused, nothing. False where it was refused."""
        try:
            with self.database.writing() as session:
                cases = what(session)
        except WegwijsError as refused:
            self.witness.counted[f"refused {refused!r}"[:90]] += 1
            return False
        self.witness.looks(self.now, cases or (), by_person=by_person, in_series=in_series)
        return True

    def disturb(self, *what: UUID | str) -> None:
        self.witness.disturbs(self.now, *what)

    def outage(self, lasts: timedelta, *, of_telegram: bool) -> None:
        """From now on; the workers of a process that is down do nothing."""
        self.witness.outages.append((self.now, self.now + lasts))
        if of_telegram:
            self.telegram.away_until = self.now + lasts
            return
        self.is_down = True
        self.at(self.now + lasts, self._up)

    def sweep(self) -> None:
        """Everything planned anew, as it is each day and after settings changed."""
        plan_all(self.database, self.rules, self.now)

    def _up(self) -> None:
        self.is_down = False

    def _night(self) -> None:
        """The daily sweep, and the look at everything."""
        if self.is_down:
            self.at(self.now + timedelta(minutes=5), self._night)
            return
        if next(self._nights) % self.sweep_every == 0:
            self.sweep()
        self.work()
        self.witness.checks_day(self.now)
        self.at(self._next_night(), self._night)

    def _next_night(self) -> datetime:
        return moment(local(self.now).date() + timedelta(days=1), DAILY)

    def _next(self) -> datetime:
        """When something happens or is due."""
        due = [self._events[0][0]]
        if not self.is_down:
            for table in ("reminder", "outbox_message"):
                (first,) = self.witness.store.execute(
                    f"SELECT min(due_at) FROM {table} WHERE done_at IS NULL AND due_at > ?",
                    (stored(self.now),),
                ).fetchone()
                if first is not None:
                    due.append(read(first))
        return min(due)

    def _is_due(self, table: str) -> bool:
        """So that nobody asks who has nothing to do; the workers would ask and find nothing."""
        query = f"SELECT 1 FROM {table} WHERE done_at IS NULL AND due_at <= ? LIMIT 1"
        return self.witness.store.execute(query, (stored(self.now),)).fetchone() is not None

    # The sender: in order, as api.outbox.sender does it, without its pace and its threads

    def _send(self) -> int:
        sent = 0
        for bulk in (False, True):
            after: list[Callable[[], None]] = []
            with self.database.writing() as session:
                claimed = claim_due(session, self.words, self.now, AT_ONCE, bulk=bulk)
                for outgoing in claimed:
                    if not bulk or self._may_leave(session, outgoing):
                        after.append(self._deliver(session, outgoing))
            for look in after:
                look()
            sent += len(claimed)
        return sent

    def _may_leave(self, session: Session, outgoing: Outgoing) -> bool:
        verdict = last_look(session, self.post, outgoing.id, self.now)
        if verdict is None:
            return True
        row = find_held(session, outgoing)
        assert row is not None
        if isinstance(verdict, Wait):
            put_off(session, row, verdict.until, self.now)
        else:
            stop(session, self.post, row, verdict.why, self.now)
        return False

    def _deliver(self, session: Session, outgoing: Outgoing) -> Callable[[], None]:
        """Returns what the witness has to look at when it is written down."""
        chat, text = outgoing.chat_id, outgoing.text
        labels = [label for _, label in outgoing.buttons]
        self.witness.sees(outgoing.id, outgoing.channel, chat, text, labels, self.now)
        try:
            is_telegram = outgoing.channel is Channel.telegram
            delivered = self.telegram(chat, self.now) if is_telegram else str(outgoing.id)
        except SendFailed as failure:
            return self._failed(session, outgoing, failure)
        row = record_sent(session, outgoing, delivered, self.now)
        assert row is not None
        take_outcome(session, self.post, row, self.now)
        return partial(self.witness.arrived, outgoing.id, chat, text, self.now)

    def _failed(
        self, session: Session, outgoing: Outgoing, failure: SendFailed
    ) -> Callable[[], None]:
        row = record_failure(session, outgoing, failure, self.now)
        assert row is not None
        person = row.conversation.person_id
        take_outcome(session, self.post, row, self.now)
        if row.state is DeliveryState.undeliverable and not row.bulk and person:
            note_unreachable(session, person, "blocked", self.now)
        self.witness.counted[f"failed {failure.code}"] += 1
        gone = person if failure.blocked else None
        return partial(self.witness.fails, outgoing.id, gone, self.now)


def moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def fast(database: Database) -> Database:
    """Nobody needs this file after a power cut."""

    def relax(connection: object, _record: object) -> None:
        for pragma in ("synchronous = OFF", "temp_store = MEMORY", "cache_size = -200000"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    event.listen(database.engine, "connect", relax)
    return database


def reviewed(words: Words) -> Words:
    """As if somebody looked at every rule in time: in these years none is past its review."""
    rules = words.rules
    ours = copy.copy(words)
    ours.rules = Rules(
        (
            rule.model_copy(update={"review_by": None, "valid_until": None})
            for key in sorted(rules.keys())
            for rule in rules.versions(key)[-1:]
        ),
        rules.sources,
    )
    return ours
