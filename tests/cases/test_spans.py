"""Days, months and periods as the law counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cases.spans import DAY, Span, days_in, last_day, plus

PATIENT = settings(deadline=None)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
SPANS = st.tuples(DAYS, st.integers(0, 900)).map(lambda s: Span(s[0], s[0] + s[1] * DAY))


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-01-16", 6, "2026-07-15"),  # as one would expect
        ("2026-03-01", 6, "2026-08-31"),  # begins on the first: whole months
        ("2026-05-01", 6, "2026-10-31"),  # also after a month of 30 days
        ("2026-08-31", 6, "2027-02-28"),  # February has no 31st
        ("2026-08-30", 6, "2027-02-28"),  # nor a 30th
        ("2026-08-29", 6, "2027-02-28"),  # nor, most years, a 29th
        ("2027-08-29", 6, "2028-02-28"),  # in a leap year it has
        ("2027-08-30", 6, "2028-02-29"),
        ("2026-08-28", 6, "2027-02-27"),
        ("2025-03-01", 36, "2028-02-29"),  # to the last day of February of a leap year
        ("2024-03-01", 36, "2027-02-28"),
        ("2024-02-29", 36, "2027-02-28"),  # from 29 February
        ("2024-02-29", 48, "2028-02-28"),
        ("2026-01-01", 12, "2026-12-31"),
        ("2025-12-31", 2, "2026-02-28"),
    ],
)
def test_a_period_of_months_ends_on_this_day(first: str, months: int, last: str) -> None:
    assert last_day(date.fromisoformat(first), months=months) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-31", -6, "2026-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
    ],
)
def test_so_many_months_later_is_at_most_the_last_day_of_that_month(
    day: str, months: int, later: str
) -> None:
    assert plus(date.fromisoformat(day), months=months) == date.fromisoformat(later)


def test_a_week_over_the_change_of_the_clock_has_seven_days() -> None:
    assert plus(date(2026, 3, 25), weeks=1) == date(2026, 4, 1)
    assert plus(date(2026, 10, 21), weeks=1) == date(2026, 10, 28)


@PATIENT
@given(DAYS, st.integers(1, 60))
def test_two_periods_after_each_other_leave_no_day_out_and_share_none(
    first: date, months: int
) -> None:
    """Where the day exists in the month in which the first one ends."""
    if first.day <= 28:
        middle = last_day(first, months=months)
        assert last_day(middle + DAY, months=months) == last_day(first, months=2 * months)


@PATIENT
@given(DAYS, st.integers(1, 60))
def test_a_period_of_months_is_never_shorter_than_its_months_of_28_days(
    first: date, months: int
) -> None:
    span = Span(first, last_day(first, months=months))
    assert 28 * months <= span.days <= 31 * months
    assert span.last >= plus(first, months=months) - DAY


@PATIENT
@given(DAYS, DAYS, st.integers(1, 60))
def test_who_begins_later_never_ends_earlier(one: date, other: date, months: int) -> None:
    one, other = sorted((one, other))
    assert last_day(one, months=months) <= last_day(other, months=months)


@PATIENT
@given(st.lists(SPANS, max_size=6))
def test_the_days_of_periods_are_those_that_lie_in_at_least_one(spans: list[Span]) -> None:
    single = {span.first + timedelta(days=n) for span in spans for n in range(span.days)}
    assert days_in(spans) == len(single)


@PATIENT
@given(st.permutations([Span(date(2026, 1, n), date(2026, 2, n)) for n in range(1, 6)]))
def test_the_order_of_periods_does_not_matter(spans: list[Span]) -> None:
    assert days_in(spans) == 31 + 5


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ([], 0),
        ([("2026-03-01", "2026-03-01")], 1),  # one day
        ([("2026-03-01", "2026-03-31"), ("2026-03-31", "2026-04-30")], 61),  # one shared day
        ([("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30")], 61),  # one after the other
        ([("2026-03-01", "2026-12-31"), ("2026-04-01", "2026-04-30")], 306),  # one in the other
        ([("2028-02-01", "2028-02-29")], 29),
    ],
)
def test_overlap_counts_once(spans: list[tuple[str, str]], days: int) -> None:
    read = (Span(date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)
    assert days_in(read) == days
