"""What a town writes down about itself with `wegwijs set-rule` and `wegwijs set-contact`."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from typer.testing import Result

from api.answers.explain import explain
from api.answers.reply import Part
from api.answers.words import Words
from api.cases.local_rules import local_rules
from api.cases.models import LocalRule
from api.clock import local
from api.db import Database
from api.people import commands
from api.people.models import Contact, Person, Role
from tests.answers.readers import check, stranger
from tests.factories import town
from tests.terminal import accepted, refused, wegwijs

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = local(NOW).date()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "system_clock", lambda: NOW)


@pytest.fixture
def store(sqlite: Database) -> Database:
    with sqlite.writing() as session:
        town(session)
        town(session, "nederweert", "Nederweert")
    return sqlite


def write_down(database: Database, *words: str) -> Result:
    url = database.engine.url.render_as_string(hide_password=False)
    return wegwijs(*words, "--database-url", url)


def set_rule(database: Database, *changes: str, at: str = "weert", rule: str = "work_weeks") -> str:
    """The refusal."""
    value, *more = changes or ("20",)
    source = () if "--source" in more else ("--source", "besluit van 1-11-2026")
    return refused(write_down(database, "set-rule", at, rule, value, *source, *more))


def read(database: Database, words: Words, topic: str, part: Part, at: str) -> str:
    """What somebody in this town reads."""
    with database.writing() as session:
        chat = stranger(session, "nl", at)
        return check(words, session, chat, explain(words, session, chat, topic, part)[0]).text


def test_a_rule_of_a_town_stands_in_the_answers_for_that_town(
    store: Database, words: Words
) -> None:
    decided = ("--source", "besluit van 1-11-2026", "--review-in-days", "30")
    said = accepted(write_down(store, "set-rule", "weert", "work_weeks", "97", *decided))
    assert said == "work_weeks is 97 in weert, until somebody looks again on 2026-12-23.\n"
    with store.reading() as session:
        rule = local_rules(session, words.rules, "weert", TODAY)["work_weeks"]
        assert session.scalars(select(LocalRule)).one().source == "besluit van 1-11-2026"
    assert (rule.value, str(rule.valid_from), str(rule.review_by)) == (
        97,
        "2026-11-23",
        "2026-12-23",
    )
    topic, part = "werkervaringsplek", Part.short
    assert "97" in read(store, words, topic, part, "weert")
    assert "97" not in read(store, words, topic, part, "nederweert")


def test_a_rule_that_a_town_may_not_or_cannot_set_is_refused_with_a_sentence(
    store: Database,
) -> None:
    assert "pvt_min_hours is national law" in set_rule(store, "10", rule="pvt_min_hours")
    assert "no such town: atlantis; add it" in set_rule(store, at="atlantis")
    assert "there is no rule gone; the names stand in" in set_rule(store, rule="gone")
    assert "'veel' is not a number of weeks" in set_rule(store, "veel")
    assert "name the source" in set_rule(store, "20", "--source", " ")
    assert "must be in the future" in set_rule(store, "20", "--review-in-days", "0")
    with store.reading() as session:
        assert session.scalars(select(LocalRule)).all() == []


def test_a_review_further_away_than_the_calendar_is_refused_with_a_sentence(
    store: Database,
) -> None:
    set_rule(store, "20", "--review-in-days", "9999999")


def test_a_contact_of_a_town_stands_under_who_helps(store: Database, words: Words) -> None:
    where = {
        **{"phone": "0495-123456", "address": "Wilhelminasingel 101"},
        **{"hours": "ma-vr 09:00-17:00", "url": "https://weert.example"},
    }
    options = [word for name, value in where.items() for word in (f"--{name}", value)]
    accepted(write_down(store, "set-contact", "weert", "regisseur", *options))
    helpers = read(store, words, "pvt", Part.helpers, "weert")
    for value in where.values():
        assert value in helpers
        assert value not in read(store, words, "pvt", Part.helpers, "nederweert")


def test_a_contact_can_be_changed_in_part_and_taken_away(store: Database, words: Words) -> None:
    change = ("set-contact", "weert", "regisseur")
    accepted(write_down(store, *change, "--phone", "0495-123456", "--address", "Singel 101"))
    accepted(write_down(store, *change, "--address", ""))
    helpers = read(store, words, "pvt", Part.helpers, "weert")
    assert "0495-123456" in helpers
    assert "Singel" not in helpers


def test_a_contact_that_nobody_would_be_told_is_refused_with_a_sentence(store: Database) -> None:
    change, phone = ("set-contact", "weert"), ("--phone", "0495-123456")
    unknown = refused(write_down(store, *change, "regiseur", *phone))
    assert "regiseur is none of" in unknown
    assert "regisseur" in unknown
    nowhere = refused(write_down(store, "set-contact", "atlantis", "regisseur", *phone))
    assert "no such town: atlantis; add it" in nowhere
    assert "at most 40" in refused(write_down(store, *change, "regisseur", "--phone", "0" * 41))
    with store.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_member_of_staff_is_added_in_a_role_that_signs_in(store: Database) -> None:
    add = ("add-staff", "Marloes", "Verzonnen", "marloes@example.org", "--town", "weert")
    password = ("--password", "een goed wachtwoord")
    accepted(write_down(store, *add, *password, "--role", "coordinator"))
    with store.reading() as session:
        added = session.scalars(select(Person).filter_by(email="marloes@example.org")).one()
        assert [held.role for held in added.roles] == [Role.coordinator]
    assert "participant is none of" in refused(
        write_down(store, *add, *password, "--role", "participant")
    )
