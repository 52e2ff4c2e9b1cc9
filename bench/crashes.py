"""Processes are killed at random moments while reminders are due, and talks are moved meanwhile.

What came of it is read on the side of Telegram: every message that arrived, and when.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api.appointments.models import Appointment
from api.cases.rules import Rules, load_rules
from api.cases.service import change_record
from api.clock import system_clock
from api.conversations.models import Conversation, Message
from api.outbox.models import OutboxMessage
from api.reminders.models import Reminder, ReminderKind, ReminderState
from bench.guests import Guest, a_regisseur, invite
from bench.installation import MeasurementFailed
from bench.light import Light

CHANGED = 0.25
"""This part of the talks is moved or cancelled, shortly before or after its reminder is due."""
AROUND_SECONDS = 4.0
STARTUP_SECONDS = 6.0
CHANGE_TRIES = 6
LONGEST_REST_SECONDS = 180.0
GRACE = timedelta(seconds=1)
"""Between the last look and Telegram: a message may be under way already."""


@dataclass(frozen=True)
class Crashes:
    """`workers` run beside the api; one process is killed about every `pause` seconds."""

    kills: int
    workers: int
    guests: int
    pause: float = 2.5
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    lost: list[str]
    stale: list[str]
    doubled: int
    unexplained: int
    """Doubles of a message that was tried once only: these would be a fault of ours."""
    sent: int
    kills: int
    changed: int
    seconds: float
    late_p95_s: float

    def details(self) -> dict[str, Any]:
        return {
            "kills": self.kills,
            "messages": self.sent,
            "talks_changed": self.changed,
            "doubled_without_a_second_try": self.unexplained,
            "seconds": round(self.seconds, 1),
            "late_p95_s": round(self.late_p95_s, 1),
        }


@dataclass(frozen=True)
class Change:
    """What was done to a talk; written down at `at`, after the commit."""

    kind: ReminderKind
    at: datetime


def crash(light: Light, plan: Crashes) -> Outcome:
    """Kill, change talks, wait for the rest, and count what arrived."""
    chance, rules, began = Random(plan.seed), load_rules(), time.monotonic()
    span = plan.kills * plan.pause
    first = system_clock() + timedelta(seconds=STARTUP_SECONDS)
    moments = sorted(chance.uniform(0, span) for _ in range(plan.guests))
    guests = invite(light, rules, [first + timedelta(seconds=each) for each in moments])
    names = ["api", *(f"worker-{number}" for number in range(1, plan.workers + 1))]
    for name in names:
        light.start(name)
    todo = _changes(chance, guests)
    done: dict[int, Change] = {}
    for _ in range(plan.kills):
        until = time.monotonic() + chance.uniform(0.2, 2 * plan.pause - 0.2)
        while time.monotonic() < until:
            while todo and todo[0][0] <= system_clock():
                _, guest, kind = todo.pop(0)
                done[guest.chat.id] = _change(light, rules, guest, kind)
            time.sleep(0.05)
        light.check_alive()
        name = chance.choice(names)
        light.kill(name)
        light.start(name)
    for _, guest, kind in todo:
        done[guest.chat.id] = _change(light, rules, guest, kind)
    _wait_for_the_rest(light, guests)
    return _outcome(light, guests, done, plan, time.monotonic() - began)


def _changes(chance: Random, guests: list[Guest]) -> list[tuple[datetime, Guest, ReminderKind]]:
    chosen = chance.sample(guests, int(CHANGED * len(guests)))
    kinds = (ReminderKind.moved, ReminderKind.cancelled)
    around = [timedelta(seconds=chance.uniform(-AROUND_SECONDS, AROUND_SECONDS)) for _ in chosen]
    changes = [
        (guest.due_at + later, guest, chance.choice(kinds))
        for guest, later in zip(chosen, around, strict=True)
    ]
    return sorted(changes, key=lambda change: change[0])


def _change(light: Light, rules: Rules, guest: Guest, kind: ReminderKind) -> Change:
    """As a regisseur does it, who presses again when the store was too busy."""
    for _ in range(CHANGE_TRIES):
        try:
            return _change_once(light, rules, guest, kind)
        except OperationalError:
            time.sleep(random.uniform(0.1, 0.5))
    raise MeasurementFailed("the store was too busy for a regisseur")


def _change_once(light: Light, rules: Rules, guest: Guest, kind: ReminderKind) -> Change:
    with light.database.writing() as session:
        talk = session.get_one(Appointment, guest.talk_id)
        later = talk.starts_at + timedelta(days=7)
        moved = {"starts_at": later, "place": f"Zaal {guest.chat.id}"}
        changes = moved if kind is ReminderKind.moved else {"state": "cancelled"}
        change_record(
            session,
            rules,
            a_regisseur(session),
            guest.case_id,
            "appointments",
            talk.id,
            talk.version,
            changes,
            system_clock(),
        )
    return Change(kind, system_clock())


def _wait_for_the_rest(light: Light, guests: list[Guest]) -> None:
    """Until nothing is due or on its way any more; what is not done then is lost."""
    deadline = time.monotonic() + LONGEST_REST_SECONDS
    last = max(guest.due_at for guest in guests)
    while time.monotonic() < deadline:
        with light.database.reading() as session:
            due = select(func.count(Reminder.id)).where(
                Reminder.done_at.is_(None), Reminder.due_at <= system_clock()
            )
            waiting = select(func.count(OutboxMessage.id)).where(OutboxMessage.done_at.is_(None))
            if system_clock() > last and not session.scalar(due) and not session.scalar(waiting):
                return
        time.sleep(0.5)


@dataclass(frozen=True)
class _Arrived:
    """One message of ours as Telegram has it, with what it was for."""

    reminder: Reminder
    tries: int
    at: datetime


def _arrived(light: Light, guests: list[Guest]) -> Iterator[_Arrived]:
    chats = {str(guest.chat.id): guest.chat for guest in guests}
    with light.database.reading() as session:
        query = (
            select(Reminder, OutboxMessage.tries, Conversation.chat_id, Message.text)
            .join(OutboxMessage, OutboxMessage.id == Reminder.outbox_id)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .join(Message, Message.id == OutboxMessage.message_id)
        )
        rows = session.execute(query).all()
    for reminder, tries, chat_id, text in rows:
        for message in chats[chat_id].messages if chat_id in chats else ():
            if message.text == text:
                yield _Arrived(reminder, tries, message.sent_at)


def _outcome(
    light: Light, guests: list[Guest], done: dict[int, Change], plan: Crashes, seconds: float
) -> Outcome:
    arrived = list(_arrived(light, guests))
    copies = Counter(each.reminder.id for each in arrived)
    once = {each.reminder.id for each in arrived if each.tries < 2}
    told = {(each.reminder.case_id, each.reminder.kind) for each in arrived}
    changed = {guest.case_id: done[guest.chat.id] for guest in guests if guest.chat.id in done}
    lost, stale = [], []
    for guest in guests:
        change = changed.get(guest.case_id)
        kind = change.kind if change else ReminderKind.appointment
        if (guest.case_id, kind) not in told:
            lost.append(f"{kind} of chat {guest.chat.id}")
    for each in arrived:
        change = changed.get(each.reminder.case_id)
        is_reminder = each.reminder.kind is ReminderKind.appointment
        if is_reminder and change is not None and each.at > change.at + GRACE:
            stale.append(f"reminder {each.reminder.id}, {change.kind}")
    first: dict[int, timedelta] = {}
    for each in sorted(arrived, key=lambda one: one.at):
        first.setdefault(each.reminder.id, each.at - each.reminder.due_at)
    late = sorted(wait.total_seconds() for wait in first.values())
    return Outcome(
        lost=[*lost, *_undone(light)],
        stale=stale,
        doubled=sum(copies.values()) - len(copies),
        unexplained=sum(copies[id] - 1 for id in once),
        sent=len(arrived),
        kills=plan.kills,
        changed=len(changed),
        seconds=seconds,
        late_p95_s=late[int(0.95 * len(late))] if late else 0.0,
    )


def _undone(light: Light) -> list[str]:
    """What should have left and is neither sent nor withdrawn."""
    ends = (ReminderState.sent, ReminderState.withdrawn)
    with light.database.reading() as session:
        query = select(Reminder).where(
            Reminder.due_at <= system_clock(), Reminder.state.not_in(ends)
        )
        return [f"reminder {each.id} is {each.state}" for each in session.scalars(query)]
