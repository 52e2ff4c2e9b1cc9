"""The rules of the law: whole and with a source, or the system does not start."""

from datetime import date
from pathlib import Path

import pytest

from api.answers.topics import load_topics
from api.cases.models import Group
from api.cases.rules import STATUSES, load_rules

GOOD = {
    "value": "12",
    "unit": '"hours"',
    "source": '"Besluit inburgering 2021, art. 3.1"',
    "checked_on": "2026-11-22",
    "status": '"confirmed"',
    "valid_from": "2022-01-01",
}


def write(folder: Path, without: str = "", **changes: str) -> Path:
    fields = {key: value for key, value in {**GOOD, **changes}.items() if key != without}
    path = folder / "rules.toml"
    lines = [f"{key} = {value}" for key, value in fields.items()]
    path.write_text("\n".join(("[pvt_min_hours]", *lines)), encoding="utf-8")
    return path


def test_a_rule_has_a_value_a_source_and_a_time_in_which_it_holds(tmp_path: Path) -> None:
    rule = load_rules(write(tmp_path, valid_until="2027-12-31", groups='["asiel"]'))[
        "pvt_min_hours"
    ]
    assert (rule.value, rule.unit, rule.status) == (12, "hours", "confirmed")
    assert rule.groups == ("asiel",)
    assert [rule.holds_on(date(year, 12, 31)) for year in (2021, 2022, 2027, 2028)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_rule_without_an_end_holds_for_everybody_until_further_notice(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path))
    assert rules["pvt_min_hours"].holds_on(date(2099, 1, 1))
    assert rules["pvt_min_hours"].groups == ("all",)
    assert rules.values(date(2099, 1, 1)) == {"pvt_min_hours": 12}
    assert rules.values(date(2021, 12, 31)) == {}


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_is_named_with_its_rule(tmp_path: Path, field: str) -> None:
    with pytest.raises(ValueError, match=rf"rules\.toml: \[pvt_min_hours\] needs {field}$"):
        load_rules(write(tmp_path, without=field))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", '"perhaps"'),
        ("status", "1"),
        ("value", "1.5"),
        ("value", "[12]"),
        ("checked_on", '"2026-11-22"'),
        ("valid_from", '"2022"'),
        ("valid_until", '"2027-12-31"'),
    ],
)
def test_a_field_that_cannot_be_is_an_error_that_names_the_rule(
    tmp_path: Path, field: str, value: str
) -> None:
    with pytest.raises(ValueError, match=r"rules\.toml: \[pvt_min_hours\] has"):
        load_rules(write(tmp_path, **{field: value}))


def test_a_file_that_is_not_toml_is_an_error_that_says_where(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[pvt_min_hours\nvalue = 12")
    with pytest.raises(ValueError, match="line 1"):
        load_rules(path)


def test_every_rule_we_ship_has_a_status_a_source_and_groups_that_exist() -> None:
    rules = load_rules()
    groups = {"all", *Group}
    for key in sorted(rules.keys()):
        rule = rules[key]
        assert rule.status in STATUSES
        assert rule.source.strip(), key
        assert set(rule.groups) <= groups, key
        assert rule.valid_from <= rule.checked_on, key


def test_a_topic_that_is_not_whole_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text('[pvt]\nsource = "wet"\nrelated = []\n')
    with pytest.raises(ValueError, match=r"topics\.toml: \[pvt\] needs"):
        load_topics(path)
