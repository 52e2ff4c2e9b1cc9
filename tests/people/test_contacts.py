"""Where organisations are in a town: filled in by the town, told as it stands."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.explain import explain
from api.answers.reply import Part
from api.answers.words import Words
from api.db import Database
from api.errors import Invalid
from api.people.contacts import find_contacts, set_contact
from api.people.models import Contact
from tests.answers.readers import check, stranger
from tests.factories import town
from translations.catalogue import LANGUAGES

PHONE, ADDRESS = "0495-123456", "Wilhelminasingel 101"
HOURS, URL = "ma-vr 09:00-17:00", "https://weert.example"


@pytest.fixture
def store(database: Database) -> Database:
    """Two towns, on each of the two databases."""
    with database.writing() as session:
        town(session)
        town(session, "nederweert", "Nederweert")
    return database


def fill(database: Database, **where: str | None) -> None:
    with database.writing() as session:
        set_contact(session, "weert", "regisseur", **where)


def only_contact(database: Database) -> Contact:
    with database.reading() as session:
        [contact] = session.scalars(select(Contact))
        return contact


def helpers(session: Session, words: Words, town_id: str | None, language: str = "nl") -> str:
    """Who helps with PVT, as somebody in this town reads it."""
    chat: Any = stranger(session, language, town_id)
    [reply] = explain(words, session, chat, "pvt", Part.helpers)
    return check(words, session, chat, reply).text


def test_a_town_fills_in_where_an_organisation_is(store: Database) -> None:
    fill(store, phone=PHONE, address=ADDRESS, hours=HOURS, url=URL)
    contact = only_contact(store)
    assert (contact.phone, contact.address, contact.hours, contact.url) == (
        PHONE,
        ADDRESS,
        HOURS,
        URL,
    )


def test_what_is_not_given_stays_as_it_was(store: Database) -> None:
    fill(store, phone=PHONE, address=ADDRESS)
    fill(store, phone="0495-999999", address=None)
    contact = only_contact(store)
    assert (contact.phone, contact.address) == ("0495-999999", ADDRESS)


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_given_empty_is_taken_away(store: Database, empty: str) -> None:
    fill(store, phone=f" {PHONE} ", address=ADDRESS)
    fill(store, address=empty)
    contact = only_contact(store)
    assert (contact.phone, contact.address) == (PHONE, None)


def test_a_town_that_does_not_exist_has_no_contacts(store: Database) -> None:
    with store.writing() as session, pytest.raises(Invalid, match="no such town: atlantis"):
        set_contact(session, "atlantis", "regisseur", phone=PHONE)
    with store.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_each_town_has_its_own_contacts(store: Database) -> None:
    with store.writing() as session:
        set_contact(session, "weert", "regisseur", phone=PHONE)
        set_contact(session, "weert", "guidance", phone="1")
        set_contact(session, "nederweert", "regisseur", phone="2")
    with store.reading() as session:
        here = find_contacts(session, "weert", ["regisseur", "duo"])
        there = find_contacts(session, "nederweert", iter(["regisseur"]))
        assert {name: contact.phone for name, contact in here.items()} == {"regisseur": PHONE}
        assert there["regisseur"].phone == "2"
        assert find_contacts(session, "weert", []) == {}
        assert find_contacts(session, None, ["regisseur"]) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_town_of_the_reader_stands_under_the_name_of_the_helper(
    sqlite: Database, words: Words, language: str
) -> None:
    with sqlite.writing() as session:
        town(session)
        town(session, "nederweert", "Nederweert")
        set_contact(session, "weert", "regisseur", phone=PHONE, address=ADDRESS)
        here, there, nowhere = (
            helpers(session, words, at, language) for at in ("weert", "nederweert", None)
        )
    for text in (there, nowhere):
        assert PHONE not in text
        assert ADDRESS not in text
    lines = here.splitlines()
    name = next(line for line in lines if line.startswith("• "))
    assert lines[lines.index(name) + 1 :][:2] == [
        words.text(language, "contact.phone", phone=PHONE),
        words.text(language, "contact.address", address=ADDRESS),
    ]
    assert words.text(language, "contact.none") not in here
    assert words.text(language, "contact.none") in there
    assert words.text(language, "contact.town") in nowhere


def test_a_contact_that_was_emptied_is_not_known_any_more(sqlite: Database, words: Words) -> None:
    with sqlite.writing() as session:
        town(session)
        set_contact(session, "weert", "regisseur", phone=PHONE)
        set_contact(session, "weert", "regisseur", phone="")
        assert words.text("nl", "contact.none") in helpers(session, words, "weert")
