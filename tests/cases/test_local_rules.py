"""What a town rules for itself: its own value where it may have one, and never of what is law."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from api.answers.explain import explain
from api.answers.words import Words
from api.cases.local_rules import local_rules, set_local_rule
from api.cases.models import LocalRule
from api.cases.rules import Rule, Rules, load_rules
from api.db import Database
from api.errors import Invalid
from tests.answers.readers import check, stranger
from tests.factories import town
from translations.catalogue import LANGUAGES

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REVIEW = date(2027, 11, 23)
DAY = timedelta(days=1)
RULES = load_rules()
NATIONAL = sorted(key for key in RULES.keys() if RULES[key].scope == "national")  # noqa: SIM118


@pytest.fixture
def store(database: Database) -> Database:
    """Two towns, on each of the two databases."""
    with database.writing() as session:
        town(session)
        town(session, "nederweert", "Nederweert")
    return database


def rule(
    database: Database,
    value: str = "20",
    key: str = "work_weeks",
    at: str = "weert",
    source: str = "besluit van 1-11-2026",
    today: date = TODAY,
    review_by: date = REVIEW,
    rules: Rules = RULES,
) -> None:
    with database.writing() as session:
        set_local_rule(session, rules, at, key, value, source, today, review_by)


def own(database: Database, day: date = TODAY, at: str | None = "weert") -> dict[str, Rule]:
    with database.reading() as session:
        return local_rules(session, RULES, at, day)


def value(database: Database, day: date = TODAY, at: str | None = "weert") -> object:
    """What texts in this town may say on this day."""
    told = RULES.told(day, own(database, day, at)).get("work_weeks")
    return told.value if told else None


# For whom and when


def test_a_town_has_its_own_value_and_the_others_keep_the_default(store: Database) -> None:
    default = RULES["work_weeks"].value
    rule(store, "20")
    assert value(store) == 20
    assert value(store, at="nederweert") == default
    assert value(store, at=None) == default


def test_the_own_value_keeps_what_the_default_says_about_it(store: Database) -> None:
    rule(store, "20")
    mine, default = own(store)["work_weeks"], RULES["work_weeks"]
    assert (mine.unit, mine.groups, mine.ask) == (default.unit, default.groups, default.ask)
    assert (mine.status, mine.scope) == ("local", "municipality")
    assert (mine.checked_on, mine.valid_from, mine.review_by) == (TODAY, TODAY, REVIEW)


def test_before_the_day_it_was_set_the_default_holds(store: Database) -> None:
    rule(store, "20")
    assert value(store, TODAY - DAY) == RULES["work_weeks"].value


def test_a_new_value_ends_the_one_before_it_the_day_before(store: Database) -> None:
    rule(store, "20")
    rule(store, "26", today=TODAY + 30 * DAY)
    assert [value(store, TODAY + days * DAY) for days in (0, 29, 30)] == [20, 20, 26]
    with store.reading() as session:
        rows = session.scalars(select(LocalRule).order_by(LocalRule.valid_from)).all()
    assert [(row.value, row.valid_until) for row in rows] == [
        ("20", TODAY + 29 * DAY),
        ("26", None),
    ]


def test_a_second_value_on_the_same_day_replaces_the_first(store: Database) -> None:
    rule(store, "20", source="a mistake")
    rule(store, "21", source=" besluit ")
    with store.reading() as session:
        [row] = session.scalars(select(LocalRule))
    assert (row.value, row.source, row.valid_until) == ("21", "besluit", None)
    assert value(store) == 21


def test_past_its_own_review_the_value_of_a_town_is_not_told(store: Database) -> None:
    rule(store, "20", review_by=TODAY + DAY)
    assert value(store, TODAY + DAY) == 20
    assert value(store, TODAY + 2 * DAY) is None


def test_a_value_for_a_rule_that_is_gone_is_left_alone(store: Database) -> None:
    with store.writing() as session:
        gone = {"key": "gone", "value": "1", "source": "x", "checked_on": TODAY}
        session.add(LocalRule(municipality_id="weert", valid_from=TODAY, **gone))
    assert own(store) == {}


# What cannot be


@pytest.mark.parametrize("key", NATIONAL)
def test_no_town_can_change_what_is_law(sqlite: Database, key: str) -> None:
    with sqlite.writing() as session:
        town(session)
    with pytest.raises(Invalid, match="national law"):
        rule(sqlite, "1", key)
    assert own(sqlite) == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"at": "atlantis"}, "no such town: atlantis"),
        ({"key": "gone"}, "there is no rule gone"),
        ({"source": "  "}, "name the source"),
        ({"review_by": TODAY}, "in the future"),
        ({"review_by": TODAY - DAY}, "in the future"),
        ({"value": "veel"}, "'veel' is not a number of weeks"),
        ({"value": ""}, "not a number"),
        ({"value": "-1"}, "not a number"),
        ({"value": "NaN"}, "not a number"),
        ({"value": "Infinity"}, "not a number"),
        ({"value": "1.000,5"}, "not a number"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_nothing_changes(
    store: Database, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        rule(store, **changes)  # type: ignore[arg-type]
    assert own(store) == {}


def test_a_refused_value_leaves_the_one_before_it(store: Database) -> None:
    rule(store, "20")
    with pytest.raises(Invalid):
        rule(store, "veel", today=TODAY + DAY)
    assert value(store, TODAY + DAY) == 20


@pytest.mark.parametrize(
    ("written", "meant"),
    [("20", 20), ("20,0", 20), ("2,5", Decimal("2.5")), ("2.5", Decimal("2.5"))],
)
def test_a_number_is_read_as_dutch_people_write_it(
    store: Database, written: str, meant: object
) -> None:
    rule(store, written)
    assert value(store) == meant


# In the texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_value_of_the_town_stands_in_the_texts_for_that_town(
    sqlite: Database, words: Words, language: str
) -> None:
    with sqlite.writing() as session:
        town(session)
        set_local_rule(session, RULES, "weert", "work_weeks", "97", "besluit", TODAY, REVIEW)
        texts = {
            at: check(
                words, session, chat, explain(words, session, chat, "werkervaringsplek")[0], NOW
            )
            for at in ("weert", None)
            for chat in [stranger(session, language, at)]
        }
    assert "97" in texts["weert"].text
    assert "97" not in texts[None].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_past_the_review_of_the_town_its_texts_say_whom_to_ask(
    sqlite: Database, words: Words, language: str
) -> None:
    with sqlite.writing() as session:
        town(session)
        set_local_rule(session, RULES, "weert", "work_weeks", "97", "x", TODAY, TODAY + DAY)
        chat = stranger(session, language, "weert")
        [reply] = explain(words, session, chat, "werkervaringsplek")
        text = check(words, session, chat, reply, NOW + 2 * DAY).text
    organisation = words.text(language, "name.regisseur")
    assert "97" not in text
    assert str(RULES["work_weeks"].value) not in text
    assert words.text(language, "rule_ended", organisation=organisation) in text


def test_what_a_town_decided_is_not_called_uncertain(sqlite: Database, words: Words) -> None:
    """The default for the hours of VVE is unclear; a town that decided knows its own."""
    assert RULES["vve_week_hours"].status == "unclear"
    mark = words.text("nl", "unclear_mark")
    with sqlite.writing() as session:
        town(session)
        chat = stranger(session, "nl", "weert")
        replies = explain(words, session, chat, "vve")
        assert mark in check(words, session, chat, replies[0], NOW).text
        set_local_rule(session, RULES, "weert", "vve_week_hours", "16", "besluit", TODAY, REVIEW)
        assert mark not in check(words, session, chat, replies[0], NOW).text
