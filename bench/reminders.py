"""Reminders: how late, how many in a second, what a crash costs, and how fast the due are found."""

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from api.cases.models import Case
from api.cases.rules import load_rules
from api.clock import local, system_clock
from api.db import Database, insert_many_once
from api.demo import plant
from api.people.models import Person
from api.reminders.models import Reminder, ReminderKind, ReminderState
from api.reminders.service import claim_due
from api.schema import migrate
from bench.crashes import Crashes, crash
from bench.guests import Guest, a_regisseur, invite
from bench.installation import MeasurementFailed
from bench.invented_cases import invent_cases
from bench.light import PASSWORD, TOWN, Light, light
from bench.results import Finding, Findings
from bench.stores import Store
from bench.times import percentile

STARTUP = timedelta(seconds=25)
LONGEST_SECONDS = 180.0
IN_A_MINUTE, AT_ONCE = 500, 1_000
ASK_EVERY_SECONDS = 3.0
FIRST_ASKER = 9_000_001
PLANNED, DUE, ROUNDS = 100_000, 20, 25
CASES = 1_000
CRASHES = {
    "sqlite": Crashes(kills=100, workers=2, guests=400),
    "postgresql": Crashes(kills=20, workers=3, guests=150),
}


def measure_delay(store: Store) -> Findings:
    """Five hundred, due one after the other within a minute."""
    with light(store) as running:
        first = system_clock() + STARTUP
        due = [first + timedelta(seconds=60 * n / IN_A_MINUTE) for n in range(IN_A_MINUTE)]
        guests = invite(running, load_rules(), due)
        _start(running)
        arrived = _wait_for_all(running, guests)
        late = [(arrived[guest.chat.id] - guest.due_at).total_seconds() for guest in guests]
    shown = {f"p{share}_s": round(percentile(late, share), 2) for share in (50, 95, 99)}
    value = round(percentile(late, 95), 2)
    return {"reminder_delay_p95_s": Finding(value, {**shown, "max_s": round(max(late), 2)})}


def measure_rush(store: Store) -> Findings:
    """A thousand due in the same moment, while people go on asking."""
    with light(store) as running:
        due_at = system_clock() + STARTUP
        guests = invite(running, load_rules(), [due_at] * AT_ONCE)
        _start(running)
        time.sleep(max(0.0, (due_at - system_clock()).total_seconds()))
        answers = _ask_meanwhile(running, guests)
        arrived = sorted(_wait_for_all(running, guests).values())
        calls = sorted(call.at for call in running.telegram.calls("sendMessage"))
    seconds = round((arrived[-1] - due_at).total_seconds(), 1)
    from_first = round((arrived[-1] - arrived[0]).total_seconds(), 1)
    return {
        "reminders_1000_s": Finding(seconds, {"from_the_first_s": from_first}),
        "reminders_most_in_a_second": Finding(_busiest(calls), {"messages": len(calls)}),
        "answer_during_reminders_s": Finding(
            round(max(answers), 2),
            {"asked": len(answers), "p50_s": round(percentile(answers, 50), 2)},
        ),
    }


def measure_crashes(store: Store) -> Findings:
    """Killed over and over while reminders are due and talks are moved."""
    with light(store) as running:
        outcome = crash(running, CRASHES[store.name])
    shown = outcome.details()
    return {
        "reminders_lost": Finding(len(outcome.lost), {**shown, "lost": outcome.lost[:10]}),
        "reminders_stale": Finding(len(outcome.stale), {**shown, "stale": outcome.stale[:10]}),
        "reminders_doubled": Finding(outcome.doubled, shown),
    }


def measure_claim(store: Store) -> Findings:
    """A hundred thousand planned, a few of them due: finding these and taking them."""
    now = system_clock()
    with closing(Database(store.url)) as database:
        _fill_ledger(database, now)
        times = []
        for round_ in range(ROUNDS):
            with database.writing() as session:
                began = time.perf_counter()
                taken = claim_due(session, now + timedelta(minutes=round_), DUE)
                times.append(1000 * (time.perf_counter() - began))
                if len(taken) != DUE:
                    raise MeasurementFailed(f"{len(taken)} of {DUE} were due")
                for reminder in taken:
                    reminder.finish(now)
    shown = {"p50": round(percentile(times, 50), 2), "max": round(max(times), 2)}
    value = round(percentile(times, 95), 2)
    return {"reminder_claim_ms_100k": Finding(value, {**shown, "planned": PLANNED, "due": DUE})}


def _start(running: Light) -> None:
    for name in ("api", "worker-1"):
        running.start(name)


def _wait_for_all(running: Light, guests: Sequence[Guest]) -> dict[int, datetime]:
    """When each got the first message."""
    deadline = time.monotonic() + LONGEST_SECONDS
    last = max(guest.due_at for guest in guests)
    arrived: dict[int, datetime] = {}
    while len(arrived) < len(guests):
        running.check_alive()
        if time.monotonic() > deadline:
            raise MeasurementFailed(f"{len(arrived)} of {len(guests)} arrived")
        time.sleep(0.5 if system_clock() < last else 0.2)
        for call in running.telegram.calls("sendMessage"):
            if call.status == 200:
                arrived.setdefault(call.number("chat_id"), call.at)
        known = {guest.chat.id for guest in guests}
        arrived = {chat: at for chat, at in arrived.items() if chat in known}
    return arrived


def _ask_meanwhile(running: Light, guests: Sequence[Guest]) -> list[float]:
    """Seconds until somebody new, who writes while the reminders leave, has a first answer."""
    waits: list[float] = []
    while len(waits) < 8:
        asker = running.telegram.person(FIRST_ASKER + len(waits), "Vrager", language_code="nl")
        asked = system_clock()
        asker.starts()
        [first, *_] = asker.wait_for_messages(1, timeout=60)
        waits.append((first.sent_at - asked).total_seconds())
        time.sleep(ASK_EVERY_SECONDS)
    if not any(not guest.chat.messages for guest in guests):
        raise MeasurementFailed("the reminders were gone before everybody had asked")
    return waits


def _busiest(moments: Sequence[datetime]) -> int:
    """The most messages in any second."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def _fill_ledger(database: Database, now: datetime) -> None:
    migrate(database)
    with database.writing() as session:
        plant(session, PASSWORD, now)
        me: Person = a_regisseur(session)
    cases = invent_cases(database, [TOWN], [me.id], CASES, local(now).date())
    with database.writing() as session:
        towns = dict(session.execute(select(Case.id, Case.municipality_id)).tuples().all())
        due = [_row(n, cases, towns, now - timedelta(hours=1)) for n in range(DUE * ROUNDS)]
        later = [
            _row(n, cases, towns, now + timedelta(days=1, minutes=n % 50_000))
            for n in range(len(due), PLANNED)
        ]
        insert_many_once(session, Reminder, [*due, *later])
    if database.engine.dialect.name == "postgresql":  # within minutes it does so by itself
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE reminder"))


def _row(
    number: int, cases: Sequence[UUID], towns: dict[UUID, str], due_at: datetime
) -> dict[str, object]:
    case_id, at = cases[number % len(cases)], due_at + timedelta(days=1)
    return {
        "key": f"bench:{number}",
        "municipality_id": towns[case_id],
        "case_id": case_id,
        "kind": ReminderKind.appointment,
        "at": at,
        "until": at,
        "urgent": False,
        "planned_at": due_at - timedelta(days=7),
        "due_at": due_at,
        "state": ReminderState.planned,
        "tries": 0,
    }
