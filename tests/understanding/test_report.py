"""Figures that a hand can check."""

from io import StringIO

import pytest
from rich.console import Console

from api.understanding.judging import Judged
from api.understanding.lines import Line
from api.understanding.report import confusions, macro_f1, print_report, report


def judged(
    intent: str, *ranking: str, answered: bool = True, language: str = "nl", **line: object
) -> Judged:
    alternatives = frozenset(str(line.get("alternatives", "")).split())
    style = str(line.get("style", "plain"))
    return Judged(Line(language, "…", intent, alternatives, style), ranking, answered)


FOUND = [
    judged("pvt", "pvt", "map"),
    judged("pvt", "map", "pvt", answered=False, style="sloppy"),
    judged("map", "pvt", alternatives="pvt"),
    judged("map", "knm", "boete", "duo"),
    judged("nood", "nood", language="ti"),
    judged("nood", "gezondheid", "nood", language="ti"),
    judged("boete", "nood", language="ti"),
    judged("gezondheid", "nood", answered=False, language="ti"),
]


def test_shares_are_from_0_to_1_and_an_alternative_is_right() -> None:
    assert report(FOUND)["nl"] == {
        "n": 4,
        "top1": 0.5,
        "top3": 0.75,
        "answered": 0.75,
        "answered_precision": pytest.approx(2 / 3, abs=1e-4),
        "styles": {
            "plain": {"n": 3, "top1": pytest.approx(2 / 3, abs=1e-4)},
            "sloppy": {"n": 1, "top1": 0},
        },
    }


def test_on_top_stand_only_languages_and_safety() -> None:
    assert list(report(FOUND)) == ["nl", "ti", "safety"]


def test_safety_counts_what_was_missed_and_what_was_no_danger() -> None:
    assert report(FOUND)["safety"] == {"n": 2, "missed": 1, "false_alarms": 1, "ordinary": 6}


def test_a_line_that_may_be_danger_is_no_ordinary_one() -> None:
    assert report([judged("boete", "nood", alternatives="nood")])["safety"]["ordinary"] == 0


def test_confusions_name_the_right_one_first() -> None:
    assert confusions(FOUND)["map", "knm"] == 1
    assert confusions(FOUND)["nood", "gezondheid"] == 1
    assert ("pvt", "pvt") not in confusions(FOUND)


def test_macro_f1_weighs_every_intent_alike() -> None:
    lines = [judged("pvt", "pvt"), judged("pvt", "pvt"), judged("map", "pvt")]
    assert macro_f1(lines) == pytest.approx((4 / 5 + 0) / 2)
    assert macro_f1([]) == 0


def test_what_was_not_ranked_at_all_is_wrong() -> None:
    line = judged("pvt", answered=False)
    assert not line.is_right
    assert confusions([line]) == {("pvt", "nothing"): 1}


def test_people_read_tables_with_every_language_and_style() -> None:
    out = StringIO()
    print_report("Some lines", FOUND, Console(file=out, width=120))
    for word in ("nl", "ti", "sloppy", "gezondheid → nood", "1 of 2 missed", "1 false alarms in 6"):
        assert word in out.getvalue()
