"""A hundred thousand cases: how long planning them takes, and each page that shows some of them.

First they are all in one town, which is the worst case for a list; then they are in three.
"""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select, text, update

from api.appointments.models import WorkingHours
from api.cases.listing import PAGE_SIZE
from api.cases.models import Case
from api.cases.planning import plan_all
from api.cases.rules import load_rules
from api.clock import local, system_clock
from api.console.routes import COOKIE
from api.db import Database
from api.people.models import Person, PersonRole, Role, StaffSession
from api.people.signin import open_session
from api.reminders.models import Reminder
from bench.installation import Installation, MeasurementFailed
from bench.invented_cases import invent_cases
from bench.results import Finding, Findings
from bench.usage import cpu_ms, own_cpu_ms, rounded, spent

CASES = 100_000
REGISSEURS = 20
TOWNS = ("weert", "nederweert", "cranendonck")
TIMES = 9
LONGEST_PAGE = 30.0
WEEK = {str(day): ["09:00", "17:00"] for day in range(1, 6)}
LISTS: Mapping[str, Mapping[str, str]] = {
    "first page": {},
    "page 10": {"page": "10"},
    "last page": {"page": str(CASES // PAGE_SIZE)},
    "name, many": {"name": "ba"},
    "name, few": {"name": "Kalomi"},
    "name, nobody": {"name": "xyz"},
    "late": {"due": "late"},
    "soon": {"due": "soon"},
    "due key": {"due_key": "talk"},
    "leerroute": {"leerroute": "z"},
    "closed": {"closed": "1"},
}


@dataclass(frozen=True)
class Regisseur:
    id: UUID
    token: str
    csrf: str


def measure(installation: Installation) -> Findings:
    """Plan them all, then ask for every page several times."""
    database, today = installation.database, local(system_clock()).date()
    me = _regisseur(database)
    cases = invent_cases(database, TOWNS[:1], _colleagues(database, me), CASES, today)
    planning = _planning(installation, today)
    _tidy(database)
    pages = {f"1 town: {name}": times for name, times in _pages(installation, me, cases)}
    _spread(database, me, cases)
    _tidy(database)
    pages |= {f"3 towns: {name}": times for name, times in _pages(installation, me, cases)}
    slowest = max(pages, key=lambda name: pages[name]["ms"])
    shown = {"slowest": slowest, "measured": "over HTTP, the median of each page", "pages": pages}
    return {
        "list_page_ms_100k": Finding(pages[slowest]["ms"], shown),
        "planning_s_100k": planning,
    }


def _planning(installation: Installation, today: date) -> Finding:
    """The first night, when every case changes; and a night like any other after it.

    What is due first, all deadlines, the days of the talks, and every reminder that hangs on them.
    """
    nights: list[dict[str, Any]] = []
    for _ in range(2):
        before, began = cpu_ms(_store_of(installation)) | own_cpu_ms(), time.monotonic()
        planned = plan_all(installation.database, load_rules(), system_clock())
        seconds = round(time.monotonic() - began, 1)
        used = spent(before, cpu_ms(_store_of(installation)) | own_cpu_ms())
        cpu_s = rounded({name: value / 1000 for name, value in used.items()})
        nights.append({"seconds": seconds, "changed": planned.changed, "cpu_s": cpu_s})
    if planned.cases < CASES:
        raise MeasurementFailed(f"only {planned.cases} cases were planned")
    reminders = _planned_reminders(installation.database)
    shown = {"first": nights[0], "again": nights[1], "reminders": reminders}
    return Finding(nights[0]["seconds"], shown)


def _planned_reminders(database: Database) -> dict[str, int]:
    """How many stand in the ledger, by kind."""
    with database.reading() as session:
        query = select(Reminder.kind, func.count()).group_by(Reminder.kind)
        return {kind.value: count for kind, count in session.execute(query)}


def _store_of(installation: Installation) -> Mapping[str, int]:
    """The process of the store, where it has one of its own."""
    store = installation.store
    return {store.name: store.pid} if store.pid else {}


def _pages(
    installation: Installation, me: Regisseur, cases: Sequence[UUID]
) -> Iterator[tuple[str, dict[str, float]]]:
    """The name of each page with its milliseconds, and the CPU time of api and store for it."""
    processes = {
        name: pid
        for name, pid in installation.processes.items()
        if name in ("api", installation.store.name)
    }
    with httpx.Client(base_url=installation.system.url, timeout=LONGEST_PAGE) as http:
        for name, request in _requests(http, me, cases).items():
            http.send(request).raise_for_status()
            before, times = cpu_ms(processes), []
            for _ in range(TIMES):
                began = time.perf_counter()
                http.send(request).raise_for_status()
                times.append(1000 * (time.perf_counter() - began))
            cpu = sum(spent(before, cpu_ms(processes)).values()) / TIMES
            shown = {"ms": statistics.median(times), "max": max(times), "cpu_ms": cpu}
            yield name, rounded(shown)


def _requests(http: httpx.Client, me: Regisseur, cases: Sequence[UUID]) -> dict[str, httpx.Request]:
    signed = {"Cookie": f"{COOKIE}={me.token}"}
    staff = {"Authorization": f"Bearer {me.token}"}
    case = f"/cases/{cases[CASES // 2]}"
    lists = {**LISTS, "regisseur": {"regisseur": str(me.id)}}
    found = {
        f"console, {name}": _list_request(http, me, query, signed) for name, query in lists.items()
    }
    found["console, one case"] = http.build_request("GET", f"/console{case}", headers=signed)
    for name, path in {
        "list": "/v1/cases",
        "last page": f"/v1/cases?page={CASES // PAGE_SIZE}",
        "one case": f"/v1{case}",
        "findings": f"/v1{case}/findings",
        "history": f"/v1{case}/history",
    }.items():
        found[f"api, {name}"] = http.build_request("GET", path, headers=staff)
    return found


def _list_request(
    http: httpx.Client, me: Regisseur, query: Mapping[str, str], signed: Mapping[str, str]
) -> httpx.Request:
    """As a browser does: a name travels in a form, and never in an address."""
    page = "/console/cases"
    if "name" not in query:
        return http.build_request("GET", page, params=query, headers=signed)
    form = {**query, "csrf": me.csrf}
    return http.build_request("POST", f"{page}/search", data=form, headers=signed)


def _regisseur(database: Database) -> Regisseur:
    now = system_clock()
    with database.writing() as session:
        me = Person(first_name="Noor", last_name="Voorbeeld", created_at=now)
        me.roles = [PersonRole(municipality_id=TOWNS[0], role=Role.regisseur)]
        session.add(me)
        session.flush()
        token = open_session(session, me, now)
        opened = session.scalars(select(StaffSession).filter_by(person_id=me.id)).one()
        return Regisseur(me.id, token, opened.csrf)


def _colleagues(database: Database, me: Regisseur) -> list[UUID]:
    now = system_clock()
    with database.writing() as session:
        people = [Person(first_name=f"Collega {n}", created_at=now) for n in range(1, REGISSEURS)]
        for person in people:
            person.roles = [PersonRole(municipality_id=TOWNS[0], role=Role.regisseur)]
        session.add_all(people)
        session.flush()
        ids = [me.id, *(person.id for person in people)]
        # Who has times to offer: then people are asked to choose one for their talk.
        session.add_all(
            WorkingHours(person_id=id, municipality_id=TOWNS[0], week=WEEK, place="Stadhuis")
            for id in ids
        )
        return ids


def _spread(database: Database, me: Regisseur, cases: Sequence[UUID]) -> None:
    """Half of the cases to two other towns, of which I am a regisseur as well."""
    with database.writing() as session:
        session.add_all(
            PersonRole(person_id=me.id, municipality_id=town, role=Role.regisseur)
            for town in TOWNS[1:]
        )
    for town, part in zip(TOWNS[1:], (cases[0::4], cases[1::4]), strict=True):
        for first in range(0, len(part), 5_000):
            ids = part[first : first + 5_000]
            with database.writing() as session:
                session.execute(
                    update(Case.__table__)  # type: ignore[arg-type]
                    .where(Case.id.in_(ids))
                    .values(municipality_id=town)
                )


def _tidy(database: Database) -> None:
    """What PostgreSQL does by itself within minutes; SQLite does nothing of the kind."""
    if database.engine.dialect.name == "postgresql":
        careful = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with careful.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
