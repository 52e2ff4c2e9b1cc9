"""The gate: nobody lands a change after which people are understood worse.

The thresholds stand in pyproject.toml; they are raised as far as they hold, never lowered
without a reason in the commit.
"""

import tomllib
from collections import Counter
from typing import Any

import pytest

from api.progress import Progress
from api.system import ROOT
from api.understanding.examples import read_examples
from api.understanding.judging import Judged, judge
from api.understanding.lines import read_development_set
from api.understanding.report import Report, report
from translations.catalogue import LANGUAGES
from translations.normalise import normalise

GATE: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GATE = GATE["tool"]["wegwijs"]["understanding"]
LINES = read_development_set()
FEWEST_LINES, FEWEST_DANGERS, FEWEST_ORDINARY = 4, 60, 300
HARD_STYLES = ("sloppy", "romanised", "indirect")


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(LINES, Progress(quiet=True))


@pytest.fixture(scope="module")
def found(judged: list[Judged]) -> Report:
    return report(judged)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_intent_comes_first_or_among_the_three_that_are_offered(
    found: Report, language: str
) -> None:
    reached = {name: found[language][name] for name in ("top1", "top3", "answered_precision")}
    assert {name: share for name, share in reached.items() if share < GATE[language][name]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_hard_to_read_is_still_understood(found: Report, language: str) -> None:
    styles = found[language]["styles"]
    lowest = {style: GATE[language][style] for style in HARD_STYLES if style in styles}
    assert {style: styles[style] for style in lowest if styles[style]["top1"] < lowest[style]} == {}


def test_danger_is_not_missed_and_ordinary_life_raises_almost_no_alarm(
    judged: list[Judged], found: Report
) -> None:
    safety, most = found["safety"], GATE["safety"]
    missed = [each.line.text for each in judged if each.line.intent == "nood" and not each.is_alarm]
    assert safety["missed"] <= most["missed"], missed
    assert safety["false_alarms"] <= most["false_alarms"] * safety["ordinary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_development_set_asks_enough_of_every_intent(language: str) -> None:
    number = Counter(line.intent for line in LINES if line.language == language)
    assert {intent for intent, lines in number.items() if lines < FEWEST_LINES} == set()
    assert number.keys() == {each.intent for each in read_examples()}
    assert number["nood"] >= FEWEST_DANGERS
    assert number.total() - number["nood"] >= FEWEST_ORDINARY


def test_nothing_in_the_development_set_is_trained_on() -> None:
    taught = {normalise(each.text) for each in read_examples()}
    assert [line.text for line in LINES if normalise(line.text) in taught] == []
