"""What keepers of the texts are told: numbers that ended, once, and answers called wrong."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.explain import explain
from api.answers.figures import number_in_words
from api.answers.models import ContentTask, TaskKind
from api.answers.reply import Part
from api.answers.tasks import (
    RuleWatch,
    close_task,
    list_tasks,
    open_rule_tasks,
    report_answer,
)
from api.answers.words import Words
from api.cases.local_rules import set_local_rule
from api.cases.rules import Rules
from api.cases.sources import load_sources
from api.db import Database
from api.errors import NotFound
from tests.answers.readers import check, coach, offer_of, press, stranger
from tests.factories import FixedClock, person, regisseur, town
from translations.catalogue import LANGUAGES, gaps

LAST_EVENING = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""Midnight in Amsterdam: 1 January 2027."""
STEPS = "kinderopvangtoeslag.steps"
OF_2026 = frozenset(
    {
        *("kot_price_day_euro", "kot_price_bso_euro", "kot_price_home_euro"),
        *("kot_max_percent", "kot_income_euro"),
    }
)


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def steps(session: Session, words: Words, language: str, now: datetime) -> str:
    chat = stranger(session, language)
    [reply] = explain(words, session, chat, "kinderopvangtoeslag", Part.steps)
    return check(words, session, chat, reply, now).text


def subjects(database: Database) -> list[str]:
    with database.reading() as session:
        return [task.subject for task in list_tasks(session)]


def look(database: Database, rules: Rules, now: datetime) -> int:
    with database.writing() as session:
        return open_rule_tasks(session, rules, now)


# The amounts of 2026


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_amounts_of_a_year_are_told_until_its_last_minute_and_not_after(
    session: Session, words: Words, language: str
) -> None:
    assert words.catalogue.gaps(STEPS) >= OF_2026
    before, after = (steps(session, words, language, now) for now in (LAST_EVENING, NEW_YEAR))
    for rule in OF_2026 - {"kot_max_percent"}:
        amount = str(number_in_words(language, words.rules[rule]))
        assert amount in before, rule
        assert amount not in after, rule
    assert "96" not in after
    organisation = words.text(language, "name.toeslagen")
    ended = words.text(language, "rule_ended", organisation=organisation)
    assert (ended in before, ended in after) == (False, True)
    assert after.count(ended) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_without_an_amount_stay(
    session: Session, words: Words, language: str
) -> None:
    after = steps(session, words, language, NEW_YEAR)
    told = {rule: number_in_words(language, words.rules[rule]) for rule in words.rules.keys()}  # noqa: SIM118
    for line in words.catalogue.entry(language, STEPS).forms[0].splitlines():
        if not gaps(line) & OF_2026:
            assert line.format_map(told) in after.translate({0x2068: None, 0x2069: None})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_tells_an_amount_of_last_year(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    amounts = {
        str(number_in_words(language, words.rules[rule])) for rule in OF_2026 - {"kot_max_percent"}
    }
    for topic in sorted(words.topics.keys() - {"mijn_afspraken", "nood"}):
        for part in (Part.short, Part.simple, Part.steps):
            if part is Part.short or f"{topic}.{part}" in words.catalogue:
                for reply in explain(words, session, chat, topic, part):
                    text = check(words, session, chat, reply, NEW_YEAR).text
                    assert not [amount for amount in amounts if amount in text], reply.key


# A task for each number that ended


def test_a_number_that_ended_becomes_a_task_once(database: Database, words: Words) -> None:
    assert look(database, words.rules, LAST_EVENING) == 0
    assert look(database, words.rules, NEW_YEAR) == len(OF_2026)
    expected = sorted(f"{rule} 2026-01-01" for rule in OF_2026)
    assert sorted(subjects(database)) == expected
    assert look(database, words.rules, NEW_YEAR + timedelta(hours=1)) == 0
    assert sorted(subjects(database)) == expected


def test_a_task_that_was_closed_is_not_opened_again(database: Database, words: Words) -> None:
    look(database, words.rules, NEW_YEAR)
    with database.writing() as session:
        sanne = regisseur(session, NEW_YEAR)
        for task in list_tasks(session):
            close_task(session, task.id, sanne, NEW_YEAR)
    assert look(database, words.rules, NEW_YEAR + timedelta(days=1)) == 0
    assert subjects(database) == []


def test_the_next_version_of_a_rule_that_ends_is_another_task(
    database: Database, words: Words
) -> None:
    this_year = words.rules["kot_income_euro"]
    next_year = this_year.model_copy(
        update={
            "valid_from": date(2027, 1, 1),
            "valid_until": date(2027, 12, 31),
            "review_by": date(2027, 12, 31),
        }
    )
    assert look(database, Rules([this_year], load_sources()), NEW_YEAR) == 1
    rules = Rules([this_year, next_year], load_sources())
    assert look(database, rules, NEW_YEAR) == 0
    assert look(database, rules, datetime(2028, 1, 1, tzinfo=UTC)) == 1
    assert subjects(database) == ["kot_income_euro 2026-01-01", "kot_income_euro 2027-01-01"]


def test_the_watch_looks_with_the_clock_that_it_was_given(sqlite: Database, words: Words) -> None:
    clock = FixedClock(LAST_EVENING)
    watch = RuleWatch(sqlite, words.rules, clock)
    watch._look()
    assert subjects(sqlite) == []
    clock.move(timedelta(minutes=1))
    watch._look()
    assert len(subjects(sqlite)) == len(OF_2026)


def test_a_number_of_a_town_that_is_due_for_review_becomes_a_task_too(
    database: Database, words: Words
) -> None:
    """From that day on no text tells it; nobody would know why."""
    with database.writing() as session:
        town(session)
        today, review = date(2026, 11, 23), date(2026, 12, 31)
        set_local_rule(session, words.rules, "weert", "work_weeks", "20", "besluit", today, review)
    look(database, words.rules, NEW_YEAR)
    assert [subject for subject in subjects(database) if "work_weeks" in subject]


# Reports by coaches


def test_a_report_opens_a_task_and_the_next_one_is_counted(database: Database) -> None:
    with database.writing() as session:
        assert report_answer(session, "pvt", NEW_YEAR).first
        assert not report_answer(session, "pvt", NEW_YEAR).first
        assert report_answer(session, "map", NEW_YEAR).first
    with database.reading() as session:
        found = [(task.kind, task.subject, task.times) for task in list_tasks(session)]
    assert found == [(TaskKind.reported, "pvt", 2), (TaskKind.reported, "map", 1)]


def test_a_report_after_the_task_was_closed_opens_another(database: Database) -> None:
    with database.writing() as session:
        sanne = regisseur(session, NEW_YEAR)
        report_answer(session, "pvt", NEW_YEAR)
        close_task(session, list_tasks(session)[0].id, sanne, NEW_YEAR)
        assert report_answer(session, "pvt", NEW_YEAR).first
        [again] = list_tasks(session)
        assert again.times == 1


def test_a_coach_reports_by_button_and_is_thanked(session: Session, words: Words) -> None:
    keys = []
    for chat in (coach(session), coach(session)):
        report = offer_of(explain(words, session, chat, "pvt"), "report")
        [reply] = press(words, session, chat, report)
        check(words, session, chat, reply)
        keys.append(reply.key)
    assert keys == ["reported", "reported_again"]
    [task] = list_tasks(session)
    assert (task.subject, task.times) == ("pvt", 2)


# Closing


def test_closing_says_who_looked_and_when_and_twice_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        sanne, noor = regisseur(session, NEW_YEAR), person(session, NEW_YEAR)
        report_answer(session, "pvt", NEW_YEAR)
        [task] = list_tasks(session)
        close_task(session, task.id, sanne, NEW_YEAR)
        close_task(session, task.id, noor, NEW_YEAR + timedelta(days=1))
        who = sanne.id
    with database.reading() as session:
        [closed] = session.scalars(select(ContentTask))
        assert (closed.closed_at, closed.closed_by_id) == (NEW_YEAR, who)
        assert list_tasks(session) == []


def test_closing_a_task_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        close_task(session, 404, regisseur(session, NEW_YEAR), NEW_YEAR)


def test_the_oldest_task_stands_first(session: Session) -> None:
    for hours, topic in ((2, "map"), (0, "pvt"), (1, "knm")):
        report_answer(session, topic, NEW_YEAR + timedelta(hours=hours))
    assert [task.subject for task in list_tasks(session)] == ["pvt", "knm", "map"]
