"""Arranging childcare step by step: forward, back and aside, and until when to do what."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Month, Offer, Reply
from api.answers.walk import CARE, SITUATIONS, STEPS, walk
from api.answers.words import Words
from api.cases.rules import Rules
from api.db import Database
from tests.answers.readers import (
    check,
    coach,
    is_answer,
    leads_outside,
    offer_of,
    press,
    read,
    stranger,
    walk_through,
)
from translations.catalogue import LANGUAGES

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AFTER_REVIEW = datetime(2027, 5, 23, 9, 0, tzinfo=UTC)
EARLIEST = date(2026, 1, 1)
"""How far back the tests press "earlier"."""


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


@pytest.fixture
def rules(words: Words) -> Rules:
    return words.rules


def places(reply: Reply) -> list[str]:
    return [str(offer.arguments["at"]) for offer in reply.offers if offer.action == "walk"]


def is_recent(offer: Offer) -> bool:
    """Months can be asked back for ever; a test stops somewhere."""
    _, _, limit = str(offer.arguments.get("at", "")).partition(" before ")
    return not limit or date.fromisoformat(limit) > EARLIEST


# Steps


def test_the_ten_steps_lead_forward_to_the_end(rules: Rules) -> None:
    [reply] = walk("start", rules, TODAY)
    told: list[str] = []
    while reply.key != "walk.end":
        onward = offer_of([reply], "walk", at=places(reply)[0])
        assert onward.label_key == "button.next"
        [reply] = walk(str(onward.arguments["at"]), rules, TODAY)
        told += reply.lines
    assert told == [f"walk.{number}" for number in range(1, STEPS + 1)]


def test_the_ten_steps_lead_back_to_the_first(rules: Rules) -> None:
    [reply] = walk(f"step {STEPS}", rules, TODAY)
    for number in reversed(range(1, STEPS)):
        [back] = [offer for offer in reply.offers if offer.label_key == "button.back"]
        [reply] = walk(str(back.arguments["at"]), rules, TODAY)
        assert reply.facts["number"] == number
    assert "button.back" not in {offer.label_key for offer in reply.offers}


@pytest.mark.parametrize("number", range(1, STEPS + 1))
def test_each_step_says_which_of_how_many_it_is_and_offers_a_person(
    session: Session, words: Words, number: int
) -> None:
    [reply] = walk(f"step {number}", words.rules, TODAY)
    rendered = check(words, session, stranger(session), reply)
    heading = words.text("nl", "walk.heading", number=number, total=STEPS)
    assert rendered.text.splitlines()[0] == heading
    assert reply.offers[-1] is PERSON
    assert len(reply.offers) <= 6


@pytest.mark.parametrize(
    ("step", "beside"), [(1, "counts"), (3, "care"), (7, "apply"), (9, "report")]
)
def test_beside_a_step_stands_the_question_that_it_raises(
    rules: Rules, step: int, beside: str
) -> None:
    [reply] = walk(f"step {step}", rules, TODAY)
    assert beside in places(reply)


def test_after_the_last_step_comes_the_checklist(
    session: Session, words: Words, rules: Rules
) -> None:
    [end] = walk("end", rules, TODAY)
    [listed] = press(words, session, stranger(session), offer_of([end], "checklist"))
    assert listed.facts["checklist"] == "kinderopvang"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_the_walk_leads_to_something_that_reads(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    seen = walk_through(words, session, chat, walk("start", words.rules, TODAY), is_recent)
    keys = {reply.key for reply in seen}
    lines = {line for reply in seen for line in reply.lines}
    assert lines >= {f"walk.{number}" for number in range(1, STEPS + 1)}
    assert keys >= {f"walk.counts.{name}" for name in SITUATIONS}
    assert keys >= {f"walk.care.{name}" for name in CARE}
    assert keys >= {"walk.apply.answer", "walk.apply.late"}
    assert keys >= {"walk.report.answer", "walk.report.late"}


def test_where_the_walk_asks_there_are_at_most_six_choices(session: Session, words: Words) -> None:
    chat = stranger(session)
    seen = walk_through(words, session, chat, walk("start", words.rules, TODAY), is_recent)
    for reply in seen:
        if reply.key.startswith("walk."):
            choices = [offer for offer in reply.offers if offer is not PERSON]
            assert 1 <= len(choices) <= 6, reply.key
            assert PERSON in reply.offers, reply.key


def test_every_text_of_the_walk_is_reached(session: Session, words: Words) -> None:
    chat = stranger(session)
    seen = walk_through(words, session, chat, walk("start", words.rules, TODAY), is_recent)
    reached = {key for reply in seen for key in (reply.key, *reply.lines)}
    written = {key for key in words.catalogue.keys() if key.startswith("walk.")}  # noqa: SIM118
    assert written - reached == set()


def test_a_coach_walks_the_same_steps(session: Session, words: Words) -> None:
    chat = coach(session)
    for number in range(1, STEPS + 1):
        for reply in walk(f"step {number}", words.rules, TODAY):
            check(words, session, chat, reply)
            for offer in reply.offers:
                if offer.action == "walk":
                    assert is_answer(offer, press(words, session, chat, offer))
                else:
                    assert leads_outside(session, offer)


@pytest.mark.parametrize(
    "at", ["", "nowhere", "step 0", "step 11", "step 99", "start now", "counts_old x", "STEP 1"]
)
def test_a_place_that_is_gone_is_the_start(rules: Rules, at: str) -> None:
    assert [reply.key for reply in walk(at, rules, TODAY)] == ["walk.start"]


@pytest.mark.parametrize(
    ("at", "key"),
    [
        ("step x", "walk.heading"),
        ("counts gone", "walk.counts.ask"),
        ("care gone", "walk.care.ask"),
        ("apply soon", "walk.apply.ask"),
        ("apply 2026-02-30", "walk.apply.ask"),
        ("apply before never", "walk.apply.ask"),
        ("report 2026-13-01", "walk.report.ask"),
        ("report_day soon", "walk.report.month"),
        ("report_day 2026-11-01 x", "walk.report.day"),
    ],
)
def test_an_answer_that_is_gone_is_asked_again(rules: Rules, at: str, key: str) -> None:
    assert [reply.key for reply in walk(at, rules, TODAY)] == [key]


# What counts


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_situation_can_be_chosen_and_gone_back_from(rules: Rules, name: str) -> None:
    [first], [more] = walk("counts", rules, TODAY), walk("counts more", rules, TODAY)
    assert f"counts {name}" in places(first) + places(more)
    [answer] = walk(f"counts {name}", rules, TODAY)
    assert "counts" in places(answer)
    assert PERSON in answer.offers


@pytest.mark.parametrize("name", CARE)
def test_every_kind_of_care_can_be_chosen_and_gone_back_from(rules: Rules, name: str) -> None:
    [asked], [answer] = walk("care", rules, TODAY), walk(f"care {name}", rules, TODAY)
    assert f"care {name}" in places(asked)
    assert "care" in places(answer)


# Until when


@pytest.mark.parametrize(
    ("begins", "today", "until", "key"),
    [
        ("2026-03-02", date(2026, 3, 2), date(2026, 6, 30), "walk.apply.answer"),
        ("2026-03-01", date(2026, 6, 30), date(2026, 6, 30), "walk.apply.answer"),
        ("2026-03-01", date(2026, 7, 1), date(2026, 6, 30), "walk.apply.late"),
        ("2026-11-01", TODAY, date(2027, 2, 28), "walk.apply.answer"),
        ("2026-12-01", TODAY, date(2027, 3, 31), "walk.apply.answer"),
        ("2026-07-01", TODAY, date(2026, 10, 31), "walk.apply.late"),
    ],
)
def test_the_last_day_to_apply_is_told_and_whether_it_is_past(
    rules: Rules, begins: str, today: date, until: date, key: str
) -> None:
    [reply] = walk(f"apply {begins}", rules, today)
    assert (reply.key, reply.facts["date"]) == (key, until)
    assert reply.facts["month"] == Month(date.fromisoformat(begins))
    assert PERSON in reply.offers


@pytest.mark.parametrize(
    ("changed", "today", "until", "key"),
    [
        ("2026-11-23", TODAY, date(2026, 12, 21), "walk.report.answer"),
        ("2026-10-26", TODAY, date(2026, 11, 23), "walk.report.answer"),
        ("2026-10-25", TODAY, date(2026, 11, 22), "walk.report.late"),
        ("2026-12-15", TODAY, date(2027, 1, 12), "walk.report.answer"),
    ],
)
def test_the_last_day_to_report_is_told_and_whether_it_is_past(
    rules: Rules, changed: str, today: date, until: date, key: str
) -> None:
    [reply] = walk(f"report {changed}", rules, today)
    assert (reply.key, reply.facts["date"]) == (key, until)
    assert PERSON in reply.offers


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_date_stands_in_the_answer(session: Session, words: Words, language: str) -> None:
    chat = stranger(session, language)
    [reply] = walk("apply 2026-11-01", words.rules, TODAY)
    text = check(words, session, chat, reply).text
    assert "28" in text
    assert "2027" in text


def test_the_months_to_choose_from_are_around_today(rules: Rules) -> None:
    [reply] = walk("apply", rules, TODAY)
    months = [offer.label for offer in reply.offers if isinstance(offer.label, Month)]
    firsts = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert months == [Month(first) for first in (*firsts, date(2026, 12, 1))]


@pytest.mark.parametrize("place", ["apply", "report_month"])
def test_earlier_months_come_without_a_gap(rules: Rules, place: str) -> None:
    [reply] = walk(place, rules, TODAY)
    found: list[date] = []
    for _ in range(4):
        months = [offer.label.first for offer in reply.offers if isinstance(offer.label, Month)]
        found = months + found
        [reply] = walk(places(reply)[-1], rules, TODAY)
    steps = [(later - earlier).days for earlier, later in pairwise(found)]
    assert all(step in range(28, 32) for step in steps)
    assert (found[0], found[-1]) == (date(2025, 5, 1), date(2026, 12, 1))


@pytest.mark.parametrize(
    "first", [date(2026, 2, 1), date(2028, 2, 1), date(2026, 11, 1), date(2026, 12, 1)]
)
def test_every_day_of_a_month_can_be_chosen_once(rules: Rules, first: date) -> None:
    at, days = f"report_day {first}", list[object]()
    for _ in range(7):
        [reply] = walk(at, rules, TODAY)
        days += [offer.label for offer in reply.offers if offer.label is not None]
        later = [offer for offer in reply.offers if offer.label_key == "choice.later"]
        if not later:
            break
        at = str(later[0].arguments["at"])
    length = monthrange(first.year, first.month)[1]
    assert days == [first + timedelta(days=number) for number in range(length)]


def test_today_and_yesterday_are_one_press_away(rules: Rules) -> None:
    [reply] = walk("report", rules, date(2027, 1, 1))
    assert places(reply)[:2] == ["report 2027-01-01", "report 2026-12-31"]


# After the review


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("at", ["apply 2027-05-01", "report 2027-05-20"])
def test_past_the_review_of_the_rule_no_date_is_told(
    session: Session, words: Words, at: str, language: str
) -> None:
    chat, today = stranger(session, language), AFTER_REVIEW.date()
    replies = walk(at, words.rules, today)
    text = read(words, session, chat, replies, AFTER_REVIEW)
    assert not any("date" in reply.facts for reply in replies)
    assert not {"2027", "31", "30"} & {word.strip(".,\u2068\u2069") for word in text.split()}
    organisation = words.text(language, "name.toeslagen")
    assert words.text(language, "rule_ended", organisation=organisation) in text
    assert PERSON in replies[0].offers


def test_on_the_last_day_before_the_review_the_date_is_told(rules: Rules) -> None:
    last = rules["kot_apply_by_months"].review_by
    assert last is not None
    [reply] = walk(f"apply {last.replace(day=1)}", rules, last)
    assert reply.key == "walk.apply.answer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_past_the_review_the_whole_walk_still_reads(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    begin = walk("start", words.rules, AFTER_REVIEW.date())
    walk_through(
        words,
        session,
        chat,
        begin,
        lambda offer: offer.action == "walk" and is_recent(offer),
        AFTER_REVIEW,
    )
