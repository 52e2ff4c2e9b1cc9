"""The rules of the law: whole and with a source, or the system does not start."""

from datetime import date
from pathlib import Path

import pytest

from api.answers.topics import load_topics
from api.cases.models import Group
from api.cases.rules import EVERYBODY, load_rules
from api.cases.sources import load_sources

GOOD = {
    "value": "12",
    "unit": '"hours"',
    "groups": '["all"]',
    "scope": '"national"',
    "sources": '["bi 3.1"]',
    "checked_on": "2026-11-22",
    "status": '"confirmed"',
    "valid_from": "2022-01-01",
}


def table(head: str = "[pvt_min_hours]", without: str = "", **changes: str) -> str:
    fields = {key: value for key, value in {**GOOD, **changes}.items() if key != without}
    return "\n".join((head, *(f"{key} = {value}" for key, value in fields.items()), ""))


def write(folder: Path, without: str = "", **changes: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(table(without=without, **changes), encoding="utf-8")
    return path


def test_a_rule_has_a_value_a_source_and_a_time_in_which_it_holds(tmp_path: Path) -> None:
    rule = load_rules(write(tmp_path, valid_until="2027-12-31", groups='["asiel"]'))[
        "pvt_min_hours"
    ]
    assert (rule.value, rule.unit, rule.status) == (12, "hours", "confirmed")
    assert rule.groups == {Group.asiel}
    assert [rule.holds_on(date(year, 12, 31)) for year in (2021, 2022, 2027, 2028)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_rule_without_an_end_holds_for_everybody_until_further_notice(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path))
    assert rules["pvt_min_hours"].holds_on(date(2099, 1, 1))
    assert rules["pvt_min_hours"].groups == EVERYBODY
    assert set(rules.told(date(2099, 1, 1))) == {"pvt_min_hours"}
    assert rules.told(date(2021, 12, 31)) == {}


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_is_named_with_its_rule(tmp_path: Path, field: str) -> None:
    with pytest.raises(
        ValueError, match=rf"rules\.toml: \[pvt_min_hours\] {field}: Field required"
    ):
        load_rules(write(tmp_path, without=field))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", '"perhaps"'),
        ("status", "1"),
        ("value", "[12]"),
        ("groups", '["turks"]'),
        ("scope", '"province"'),
        ("sources", "[]"),
        ("checked_on", '"yesterday"'),
        ("valid_from", '"2022"'),
        ("valid_until", '"soon"'),
    ],
)
def test_a_field_that_cannot_be_is_an_error_that_names_the_rule_and_the_field(
    tmp_path: Path, field: str, value: str
) -> None:
    with pytest.raises(ValueError, match=rf"rules\.toml: \[pvt_min_hours\] {field}"):
        load_rules(write(tmp_path, **{field: value}))


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("sources", '["nobody 1"]', "sources.toml has no nobody 1"),
        ("valid_until", "2021-12-31", "it ends before it begins"),
        ("surprise", "1", "surprise: Extra inputs"),
    ],
)
def test_what_does_not_fit_together_is_an_error_that_says_why(
    tmp_path: Path, field: str, value: str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        load_rules(write(tmp_path, **{field: value}))


# Over time


def two_versions(folder: Path, first_until: str = "2026-12-31") -> Path:
    path = folder / "rules.toml"
    old = table("[[pvt_min_hours]]", valid_until=first_until)
    new = table("[[pvt_min_hours]]", value="14", valid_from="2027-01-01")
    path.write_text(old + new, encoding="utf-8")
    return path


def test_a_rule_can_have_several_versions_and_each_day_has_one(tmp_path: Path) -> None:
    rules = load_rules(two_versions(tmp_path))
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [rules.told(day)["pvt_min_hours"].value for day in days] == [12, 14]


def test_two_versions_on_one_day_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two versions on 2027-01-01"):
        load_rules(two_versions(tmp_path, first_until="2027-01-01"))


def test_past_its_review_a_rule_is_not_told_and_somebody_has_to_look(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path, review_by="2027-05-01"))
    assert "pvt_min_hours" in rules.told(date(2027, 5, 1))
    assert rules.overdue(date(2027, 5, 1)) == []
    assert rules.told(date(2027, 5, 2)) == {}
    assert [rule.key for rule in rules.overdue(date(2027, 5, 2))] == ["pvt_min_hours"]


def test_a_number_to_call_is_told_even_past_its_review(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path, unit='"phone"', value='"112"', review_by="2027-05-01"))
    later = date(2030, 1, 1)
    assert rules.told(later)["pvt_min_hours"].value == "112"
    assert len(rules.overdue(later)) == 1


def test_a_file_that_is_not_toml_is_an_error_that_says_where(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[pvt_min_hours\nvalue = 12")
    with pytest.raises(ValueError, match="line 1"):
        load_rules(path)


def test_every_rule_we_ship_was_read_after_it_began_and_will_be_read_again() -> None:
    rules = load_rules()
    for key in sorted(rules.keys()):
        for rule in rules.versions(key):
            assert rule.valid_from <= rule.checked_on, key
            assert rule.review_by is not None, key
            assert rule.review_by <= date(2028, 1, 1), key


def test_fines_and_the_loan_are_never_rules_for_who_is_offered_a_course() -> None:
    """Wet inburgering 2021, art. 16, 19; a mistake here costs a family ten thousand euro."""
    rules = load_rules()
    theirs = [key for key in rules.keys() if key.startswith(("fine_", "loan_"))]  # noqa: SIM118
    assert theirs
    for key in theirs:
        assert rules[key].groups == {Group.gezin_overig, Group.overig}, key


def test_the_towns_decide_only_about_their_own_habits() -> None:
    rules = load_rules()
    local = {key for key in rules.keys() if rules[key].scope == "municipality"}  # noqa: SIM118
    assert {"talk_first_year_months", "talk_later_per_year", "work_weeks"} <= local
    assert not any(rules[key].status == "changed" for key in local)


def test_a_source_is_cited_once_with_all_its_places() -> None:
    cited = load_sources().cite(["wi 6", "bi 3.1", "wi 11"])
    assert cited == "Wet inburgering 2021, art. 6, 11; Besluit inburgering 2021, art. 3.1"


def test_a_paper_of_the_towns_is_cited_with_its_date() -> None:
    assert "oktober 2020" in load_sources().cite(["startnotitie 6.11.1"])


def test_a_topic_that_is_not_whole_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text('[pvt]\nsources = ["wi 1"]\nrelated = []\n')
    with pytest.raises(ValueError, match=r"topics\.toml: \[pvt\] group: Field required"):
        load_topics(load_sources(), path)
