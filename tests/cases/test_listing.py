"""The list of cases: whose, found how, and what is due first at the top."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.cases.deadlines import work_out
from api.cases.facts import facts_of
from api.cases.findings import Key, State
from api.cases.listing import CaseFilter, CasePage, Due, due_of, list_cases
from api.cases.models import Case, Group, Law, Leerroute
from api.cases.rules import load_rules
from api.cases.service import plan
from api.cases.term import TALK_WINDOW
from api.db import Database
from api.errors import NotAllowed
from api.people.models import Person, Role
from tests.factories import participant, person, regisseur, town

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
RULES = load_rules()


class Desk:
    """A regisseur of Weert and Nederweert who looks at the list."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as session:
            self.me = regisseur(session, NOW, towns=("nederweert", "weert"))

    def keep(self, name: str, last_name: str = "Voorbeeld", **fields: Any) -> Case:
        """A case, planned as after every change."""
        with self.database.writing() as session:
            case = participant(session, NOW, name=name)
            case.participant.person.last_name = last_name
            for field, value in fields.items():
                setattr(case, field, value)
            session.flush()
            if "next_due_on" not in fields:
                plan(session, RULES, [case.id], NOW)
        return case

    def page(self, wanted: CaseFilter | None = None, **more: Any) -> CasePage:
        with self.database.reading() as session:
            return list_cases(session, self.me, wanted or CaseFilter(), TODAY, **more)

    def names(self, **wanted: Any) -> list[str]:
        rows = self.page(CaseFilter(**wanted)).rows
        return [row.participant.person.first_name for row in rows]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def due(key: Key, days: int) -> dict[str, Any]:
    return {"next_due": key.value, "next_due_on": TODAY + days * DAY}


def test_what_is_due_first_stands_at_the_top_and_what_has_no_day_at_the_end(desk: Desk) -> None:
    desk.keep("Nooit", law=Law.wi2013)
    desk.keep("Later", **due(Key.pip, 60))
    desk.keep("Eerst", **due(Key.pip, -60))
    desk.keep("Dan", **due(Key.offer, 3))
    assert desk.names() == ["Eerst", "Dan", "Later", "Nooit"]


@pytest.mark.parametrize(
    ("key", "days", "found"),
    [
        (Key.pip, -1, Due.late),
        (Key.pip, 0, Due.soon),
        (Key.pip, 28, Due.soon),
        (Key.pip, 29, None),
        (Key.talk, -15, Due.late),
        (Key.talk, -14, Due.soon),  # still in the two weeks around its day
        (Key.talk, 3, Due.soon),
        (Key.certificate, -400, Due.soon),  # the law names no last day
    ],
)
def test_late_and_soon_are_what_they_are_on_the_page_of_the_case(
    desk: Desk, key: Key, days: int, found: Due | None
) -> None:
    desk.keep("Amina", **due(key, days))
    assert {each for each in Due if desk.names(due=each)} == ({found} if found else set())
    assert due_of(desk.page().rows[0], TODAY) is found  # and the tag in the list says so


def test_a_case_is_late_in_the_list_when_it_is_late_on_its_page(desk: Desk) -> None:
    """For the real rules, on the days around the last one."""
    asiel: dict[str, Any] = {"group": Group.asiel, "offer_on": TODAY}
    last = TODAY - TALK_WINDOW
    for number in range(-2, 3):
        pip_date = (last + number * DAY).replace(month=8)
        desk.keep(f"Plan {number}", **asiel, pip_date=pip_date)
        desk.keep(f"Brief {number}", duo_notice_on=TODAY - timedelta(days=70 + number))
    for row in desk.page(size=200).rows:
        with desk.database.reading() as session:
            known = RULES.told(TODAY)
            finding = work_out(facts_of(session, row), known, TODAY)[Key(row.next_due or "")]
        name = row.participant.person.first_name
        assert (name in desk.names(due=Due.late)) == (finding.state is State.late), name


def test_a_name_is_found_by_its_beginning_in_any_case(desk: Desk) -> None:
    desk.keep("Amina", "Yildiz")
    desk.keep("Berhane", "Amanuel")
    desk.keep("Cihan", "Kaya")
    assert sorted(desk.names(name="am")) == ["Amina", "Berhane"]
    assert desk.names(name="  KAYA ") == ["Cihan"]
    assert desk.names(name="mina") == []


@pytest.mark.parametrize("typed", ["Ömer", "ömer", "ÖMER", "öm", "ŞAHİN", "şah"])
def test_letters_beyond_a_to_z_are_found_in_any_case_too(desk: Desk, typed: str) -> None:
    desk.keep("Ömer", "Şahin")
    assert desk.names(name=typed) == ["Ömer"]


@pytest.mark.parametrize("typed", ["İbrahim", "ibrahim"])
def test_a_turkish_capital_i_is_found_by_both_of_its_small_letters(desk: Desk, typed: str) -> None:
    desk.keep("İbrahim")
    assert desk.names(name=typed) == ["İbrahim"]


def test_a_name_whose_signs_stand_for_whole_words_fits_the_store(desk: Desk) -> None:
    long = "ﷺ" * 80  # each of them is eighteen letters to a search
    desk.keep(long)
    assert desk.names(name=long) == [long]


@pytest.mark.parametrize("name", ["%", "_", "\\", "'", "a%a"])
def test_signs_with_a_meaning_for_the_store_are_just_signs(desk: Desk, name: str) -> None:
    desk.keep("Amina")
    assert desk.names(name=name) == []
    desk.keep(f"{name}x")
    assert desk.names(name=name) == [f"{name}x"]


def test_the_list_is_narrowed_by_each_field(desk: Desk) -> None:
    with desk.database.writing() as session:
        town(session, "nederweert", "Nederweert")
        colleague = regisseur(session, NOW, name="Bram")
    one = {"group": Group.overig, "law": Law.wi2013, "leerroute": Leerroute.z}
    desk.keep("Amina", **one, municipality_id="nederweert", regisseur_id=colleague.id)
    desk.keep("Berhane", **due(Key.talk, 3))
    wanted = {**one, "town": "nederweert", "regisseur_id": colleague.id}
    for field, value in wanted.items():
        assert desk.names(**{field: value}) == ["Amina"], field
    assert desk.names(due_key=Key.talk) == ["Berhane"]
    assert desk.names(town="weert") == ["Berhane"]
    assert desk.names(**wanted, name="ber") == []


def test_closed_cases_stand_apart(desk: Desk) -> None:
    desk.keep("Amina", closed_on=TODAY)
    desk.keep("Berhane")
    assert desk.names() == ["Berhane"]
    assert desk.names(closed=True) == ["Amina"]


def test_the_pages_hold_every_case_once(desk: Desk) -> None:
    for number in range(7):
        desk.keep(f"Naam {number}", **due(Key.pip, number % 2))
    pages = [desk.page(page=number, size=3) for number in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert {(page.total, page.pages) for page in pages} == {(7, 3)}
    assert len({row.id for page in pages for row in page.rows}) == 7


def test_an_empty_list_has_one_page(desk: Desk) -> None:
    page = desk.page()
    assert (page.rows, page.total, page.pages) == ([], 0, 1)


def test_a_row_is_read_with_everything_that_the_list_shows(desk: Desk) -> None:
    desk.keep("Amina", regisseur_id=desk.me.id)
    (row,) = desk.page().rows  # its session is over: nothing can be loaded any more
    assert row.regisseur is not None
    assert (row.participant.person.first_name, row.municipality.name) == ("Amina", "Weert")


def test_only_the_cases_of_my_municipalities_are_listed(desk: Desk) -> None:
    with desk.database.writing() as session:
        town(session, "cranendonck", "Cranendonck")
        neighbour = regisseur(session, NOW, name="Cees", towns=("cranendonck",))
    desk.keep("Amina", municipality_id="cranendonck")
    desk.keep("Berhane")
    assert desk.names() == ["Berhane"]
    assert desk.names(town="cranendonck") == []
    assert seen_by(desk, neighbour) == ["Amina"]


def seen_by(desk: Desk, somebody: Person) -> list[str]:
    with desk.database.reading() as session:
        rows = list_cases(session, somebody, replace(CaseFilter()), TODAY).rows
        return [row.participant.person.first_name for row in rows]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.regisseur])
def test_nobody_but_a_regisseur_has_a_list(desk: Desk, role: Role) -> None:
    with desk.database.writing() as session:
        somebody = person(session, NOW, role)
    with pytest.raises(NotAllowed):
        seen_by(desk, somebody)
