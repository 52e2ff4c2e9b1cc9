"""The list of cases as the page shows it: its filters, its rows and the links between its pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.access import towns_of
from api.cases.findings import TO_DO, Key
from api.cases.listing import CaseFilter, CasePage, Due, due_of, list_cases
from api.cases.models import Case, Group, Law, Leerroute
from api.console.case_words import counted, day_in_words, option
from api.console.forms import Options, clean
from api.console.views import console_text
from api.people.models import Municipality, Person, PersonRole, Role

PATH = "/console/cases"
FILTERS = ("town", "regisseur", "group", "law", "leerroute", "due", "due_key", "closed")
LONGEST = 80
"""Characters of a filter."""
LAST_PAGE = 100_000


@dataclass(frozen=True)
class CaseRow:
    path: str
    name: str
    town: str
    group: str
    law: str
    leerroute: str
    regisseur: str | None
    due: str | None
    due_on: str | None
    due_iso: str | None
    tag: str | None


def chosen(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address, without what is empty and what is none.

    A name is none of them: addresses end up in logs, in histories and with others.
    """
    found = {name: clean(query.get(name, ""))[:LONGEST] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def link(path: str, filters: Mapping[str, str], **more: str) -> str:
    """The address with the filters, so that the way back leads to the same list."""
    query = urlencode({**filters, **more})
    return f"{path}?{query}" if query else path


def show_list(
    session: Session,
    words: Words,
    me: Person,
    query: Mapping[str, str],
    today: date,
    name: str = "",
) -> dict[str, Any]:
    """One page of the list; past the last page it is the last."""
    filters, towns = chosen(query), towns_of(me)
    wanted = replace(_filter(filters), name=name or None)
    number = query.get("page", "")
    page = min(int(number), LAST_PAGE) if number.isdecimal() and len(number) < 9 else 1
    found = list_cases(session, me, wanted, today, max(page, 1))
    if found.page > found.pages:
        found = list_cases(session, me, wanted, today, found.pages)
    return {
        "filters": filters,
        "name": name,
        "is_filtered": bool(filters or name),
        "choices": _choices(session, words, towns),
        "rows": [_row(words, case, filters, today) for case in found.rows],
        "found": counted(words, "cases.found", found.total),
        "page": found.page,
        "pages": found.pages,
        **_pages(found, filters),
    }


def town_options(session: Session, towns: Iterable[str]) -> Options:
    query = select(Municipality).where(Municipality.id.in_(list(towns)))
    return sorted(((one.id, one.name) for one in session.scalars(query)), key=lambda one: one[1])


def regisseur_options(session: Session, towns: Iterable[str]) -> Options:
    """Who can be the regisseur of a case in one of these towns."""
    query = (
        select(Person)
        .join(PersonRole)
        .where(PersonRole.role == Role.regisseur, PersonRole.municipality_id.in_(list(towns)))
        .distinct()
    )
    return sorted(
        ((str(one.id), one.name) for one in session.scalars(query)), key=lambda one: one[1].lower()
    )


def _filter(filters: Mapping[str, str]) -> CaseFilter:
    """What is asked for; an option that is none does not matter."""
    return CaseFilter(
        town=filters.get("town"),
        regisseur_id=_uuid(filters.get("regisseur", "")),
        group=_member(Group, filters.get("group")),
        law=_member(Law, filters.get("law")),
        leerroute=_member(Leerroute, filters.get("leerroute")),
        due=_member(Due, filters.get("due")),
        due_key=_member(Key, filters.get("due_key")),
        closed="closed" in filters,
    )


def _member[E: StrEnum](options: type[E], value: str | None) -> E | None:
    return options(value) if value in set(options) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _choices(session: Session, words: Words, towns: list[str]) -> dict[str, Options]:
    keys = [(key.value, console_text(words, f"case.finding.{key}")) for key in TO_DO]
    enums: tuple[tuple[str, type[StrEnum]], ...]
    enums = (("group", Group), ("law", Law), ("leerroute", Leerroute), ("due", Due))
    return {
        "town": town_options(session, towns),
        "regisseur": regisseur_options(session, towns),
        **{name: [(each.value, option(words, each)) for each in enum] for name, enum in enums},
        "due_key": keys,
    }


def _row(words: Words, case: Case, filters: Mapping[str, str], today: date) -> CaseRow:
    on = case.next_due_on
    return CaseRow(
        path=link(f"{PATH}/{case.id}", filters),
        name=case.participant.person.name,
        town=case.municipality.name,
        group=option(words, case.group),
        law=option(words, case.law) if case.law else console_text(words, "case.unknown"),
        leerroute=option(words, case.leerroute)
        if case.leerroute
        else console_text(words, "case.no_route"),
        regisseur=case.regisseur.name if case.regisseur else None,
        due=console_text(words, f"case.finding.{case.next_due}") if case.next_due else None,
        due_on=day_in_words(on) if on else None,
        due_iso=on.isoformat() if on else None,
        tag=due_of(case, today),
    )


def _pages(found: CasePage, filters: Mapping[str, str]) -> dict[str, str | None]:
    before, after = found.page - 1, found.page + 1
    return {
        "previous": link(PATH, filters, page=str(before)) if before >= 1 else None,
        "next": link(PATH, filters, page=str(after)) if after <= found.pages else None,
    }
