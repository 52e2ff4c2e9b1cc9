"""The two dates of the childcare allowance: counted by months and weeks, never by luck."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cases.childcare import apply_by, months_around, report_by

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
MONTHS = st.integers(0, 36)


@pytest.mark.parametrize(
    ("begins", "until"),
    [
        (date(2026, 3, 2), date(2026, 6, 30)),
        (date(2026, 3, 1), date(2026, 6, 30)),
        (date(2026, 3, 31), date(2026, 6, 30)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 3, 31)),
        (date(2026, 9, 15), date(2026, 12, 31)),
        (date(2026, 1, 31), date(2026, 4, 30)),
    ],
)
def test_one_can_apply_until_the_end_of_the_third_month_after(begins: date, until: date) -> None:
    assert apply_by(begins, 3) == until


@given(begins=DAYS, months=MONTHS)
def test_the_last_day_to_apply_is_the_last_of_its_month_and_so_many_months_later(
    begins: date, months: int
) -> None:
    until = apply_by(begins, months)
    assert (until + timedelta(days=1)).day == 1
    assert (until.year * 12 + until.month) - (begins.year * 12 + begins.month) == months
    assert until >= begins


@given(begins=DAYS, months=MONTHS)
def test_every_day_of_a_month_gives_the_same_last_day(begins: date, months: int) -> None:
    assert apply_by(begins.replace(day=1), months) == apply_by(begins, months)


@given(earlier=DAYS, later=DAYS)
def test_who_begins_later_never_has_to_apply_earlier(earlier: date, later: date) -> None:
    earlier, later = sorted((earlier, later))
    assert apply_by(earlier, 3) <= apply_by(later, 3)


@pytest.mark.parametrize(
    ("changed", "until"),
    [
        (date(2026, 11, 23), date(2026, 12, 21)),
        (date(2026, 12, 15), date(2027, 1, 12)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 2, 1), date(2027, 3, 1)),
    ],
)
def test_a_change_is_reported_within_four_weeks(changed: date, until: date) -> None:
    assert report_by(changed, 4) == until


@given(changed=DAYS, weeks=st.integers(0, 52))
def test_the_last_day_to_report_is_the_same_day_of_the_week(changed: date, weeks: int) -> None:
    until = report_by(changed, weeks)
    assert until.weekday() == changed.weekday()
    assert (until - changed).days == 7 * weeks


def test_months_around_a_day_cross_the_year_in_order() -> None:
    assert months_around(date(2027, 1, 31), 2, 1) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]


@given(today=DAYS, before=st.integers(0, 24), after=st.integers(0, 24))
def test_months_around_a_day_follow_each_other_and_hold_that_day(
    today: date, before: int, after: int
) -> None:
    months = months_around(today, before, after)
    assert len(months) == before + 1 + after
    assert months[before] == today.replace(day=1)
    assert months == sorted(set(months))
