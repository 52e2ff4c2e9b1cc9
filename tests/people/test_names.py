"""Somebody is found however the name is typed, in every script, and from an index."""

import pytest
from sqlalchemy import select, text

from api.db import Database
from api.people.models import Person
from api.people.names import name_begins
from tests.factories import FixedClock

NAMES = (
    ("Özgür", "Işık"),
    ("أحمد", "الدمشقي"),
    ("ተስፋይ", "ሃይለ"),
    ("Anne-Marie", "de Boer"),
    ("Abdel Rahman", "100% {x}"),
)


@pytest.fixture
def people(database: Database, clock: FixedClock) -> Database:
    with database.writing() as session:
        for first, last in NAMES:
            session.add(Person(first_name=first, last_name=last, created_at=clock()))
    return database


def found(database: Database, typed: str) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Person.first_name).where(name_begins(typed))))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *(("Özgür", "Özgür"), ("ozgur", "Özgür"), ("ÖZGÜR", "Özgür"), (" öz ", "Özgür")),
        *(("IŞIK", "Özgür"), ("isik", "Özgür"), ("özgür ış", "Özgür"), ("ışık öz", "Özgür")),
        *(("احمد", "أحمد"), ("أحم", "أحمد"), ("الدم", "أحمد")),
        *(("ተስፋ", "ተስፋይ"), ("ኃይለ", "ተስፋይ")),
        *(("anne", "Anne-Marie"), ("de boer", "Anne-Marie"), ("anne boer", None)),
        *(("abdel rah", "Abdel Rahman"), ("rahman", None), ("100%", "Abdel Rahman")),
        *(("%", None), ("_", None), ("ـ", None), (" ", None), ("x" * 200, None)),
    ],
)
def test_a_name_is_found_however_it_is_typed(
    people: Database, typed: str, name: str | None
) -> None:
    assert found(people, typed) == ([name] if name else [])


def test_a_corrected_name_is_found_by_its_new_spelling(people: Database) -> None:
    with people.writing() as session:
        session.scalars(select(Person).where(name_begins("özgür"))).one().first_name = "Çağla"
    assert found(people, "cagla") == ["Çağla"]
    assert found(people, "ozgur") == []


def test_a_search_reads_the_index_and_not_everybody(sqlite: Database) -> None:
    query = select(Person.id).where(name_begins("amina"))
    compiled = query.compile(sqlite.engine, compile_kwargs={"literal_binds": True})
    with sqlite.reading() as session:
        plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
    assert "ix_person_first_key" in plan
    assert "ix_person_last_key" in plan
    assert "SCAN" not in plan
