"""A promise of an answer falls inside office hours, whatever the calendar and the clock do."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.clock import AMSTERDAM
from api.handovers.office_hours import OfficeHours, add_office_hours, next_open

WORKING_DAYS = OfficeHours({day: (time(9), time(17)) for day in range(1, 6)})
EVERY_DAY = OfficeHours({day: (time(0), time(23, 59)) for day in range(1, 8)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


def test_an_open_office_answers_now() -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert next_open(WORKING_DAYS, now) is now


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T08:59:59", "2026-11-23T09:00"),
        ("2026-11-23T17:00", "2026-11-24T09:00"),
        ("2026-11-27T17:01", "2026-11-30T09:00"),
        ("2026-11-28T12:00", "2026-11-30T09:00"),
    ],
)
def test_outside_hours_it_is_the_next_opening(now: str, opens: str) -> None:
    assert next_open(WORKING_DAYS, at(now)) == at(opens)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-24T17:30", "2026-12-28T09:00"),  # Christmas on Friday and Saturday
        ("2026-04-24T17:30", "2026-04-28T09:00"),  # King's Day on Monday
        ("2025-04-25T17:30", "2025-04-28T09:00"),  # a Sunday 27 April: the day before
        ("2026-12-31T17:00", "2027-01-04T09:00"),  # New Year's Day on Friday
        ("2027-05-05T17:00", "2027-05-07T09:00"),  # Ascension Day
    ],
)
def test_public_holidays_are_closed(now: str, opens: str) -> None:
    assert next_open(WORKING_DAYS, at(now)) == at(opens)


def test_kings_day_moves_to_saturday_when_the_27th_is_a_sunday() -> None:
    saturdays = OfficeHours({6: (time(10), time(12)), 7: (time(10), time(12))})
    assert next_open(saturdays, at("2025-04-26T09:00")) == at("2025-04-27T10:00")


def test_a_town_closes_on_days_of_its_own() -> None:
    carnival = frozenset({date(2027, 2, 8), date(2027, 2, 9)})
    town = OfficeHours(WORKING_DAYS.week, carnival)
    assert next_open(town, at("2027-02-05T17:00")) == at("2027-02-10T09:00")


def test_hours_run_on_over_the_weekend() -> None:
    assert add_office_hours(WORKING_DAYS, at("2026-11-27T16:00"), hours(3)) == at(
        "2026-11-30T11:00"
    )


def test_hours_used_up_at_closing_time_end_there() -> None:
    assert add_office_hours(WORKING_DAYS, at("2026-11-27T09:00"), hours(8)) == at(
        "2026-11-27T17:00"
    )


def test_a_question_of_friday_evening_has_its_hours_from_monday() -> None:
    assert add_office_hours(WORKING_DAYS, at("2026-11-27T17:01"), hours(8)) == at(
        "2026-11-30T17:00"
    )


def test_hours_skip_christmas() -> None:
    assert add_office_hours(WORKING_DAYS, at("2026-12-24T16:00"), hours(2)) == at(
        "2026-12-28T10:00"
    )


def test_opening_keeps_its_wall_clock_time_when_the_clock_changes() -> None:
    before, after = at("2026-10-24T12:00"), at("2026-10-26T09:00")
    assert next_open(WORKING_DAYS, before) == after
    assert after.utcoffset() == hours(1)
    assert before.utcoffset() == hours(2)


def test_the_skipped_hour_of_spring_is_not_counted() -> None:
    assert add_office_hours(EVERY_DAY, at("2026-03-29T01:00"), hours(2)) == at("2026-03-29T04:00")


def test_the_doubled_hour_of_autumn_is_counted_twice() -> None:
    assert add_office_hours(EVERY_DAY, at("2026-10-25T01:00"), hours(3)) == at("2026-10-25T03:00")


def test_an_opening_inside_the_skipped_hour_is_no_opening() -> None:
    night = OfficeHours({7: (time(2, 10), time(2, 10, 1)), 1: (time(9), time(10))})
    opens = next_open(night, at("2026-03-29T02:30"))
    assert opens == at("2026-03-30T09:00")


def test_it_reads_what_a_municipality_keeps() -> None:
    stored = OfficeHours.from_stored({"1": ["09:00", "17:00"]}, [date(2026, 11, 23)])
    assert stored == OfficeHours({1: (time(9), time(17))}, frozenset({date(2026, 11, 23)}))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_open(WORKING_DAYS, datetime(2026, 11, 23, 9))  # noqa: DTZ001 -- the point of the test


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="taken back"):
        add_office_hours(WORKING_DAYS, at("2026-11-23T09:00"), hours(-1))


@pytest.mark.parametrize("week", [{}, {1: (time(17), time(9))}, {0: (time(9), time(17))}])
def test_hours_that_make_no_sense_are_refused(week: Mapping[int, tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match="open"):
        OfficeHours(week)


def test_an_office_that_never_opens_promises_nothing() -> None:
    shut = OfficeHours(
        {1: (time(9), time(17))},
        frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1000)),
    )
    with pytest.raises(ValueError, match="closed"):
        next_open(shut, at("2026-02-01T12:00"))


@st.composite
def some_week(draw: st.DrawFn) -> OfficeHours:
    """Opening hours on any set of days, at any quarter of an hour, with some days off."""
    days = draw(st.sets(st.integers(1, 7), min_size=1))
    week = {}
    for day in days:
        first, last = sorted(draw(st.sets(st.integers(0, 95), min_size=2, max_size=2)))
        week[day] = (time(first // 4, first % 4 * 15), time(last // 4, last % 4 * 15))
    off = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5))
    return OfficeHours(week, off)


some_moment = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
some_amount = st.integers(0, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))


def is_open(office: OfficeHours, moment: datetime) -> bool:
    opening = office.opening_on(moment.astimezone(AMSTERDAM).date())
    return opening is not None and opening[0] <= moment < opening[1]


def open_time_between(office: OfficeHours, start: datetime, end: datetime) -> timedelta:
    """Counted day by day in another way than the code under test does it."""
    total = timedelta()
    day = start.astimezone(AMSTERDAM).date()
    while day <= end.astimezone(AMSTERDAM).date():
        if opening := office.opening_on(day):
            begins, ends = max(opening[0], start), min(opening[1], end.astimezone(UTC))
            total += max(ends - begins, timedelta())
        day += timedelta(days=1)
    return total


@given(some_week(), some_moment)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    office: OfficeHours, now: datetime
) -> None:
    opens = next_open(office, now)
    assert opens >= now
    assert is_open(office, opens)
    assert open_time_between(office, now, opens) == timedelta()


@given(some_week(), some_moment, some_amount)
def test_exactly_the_asked_open_time_has_passed(
    office: OfficeHours, start: datetime, amount: timedelta
) -> None:
    end = add_office_hours(office, start, amount)
    assert open_time_between(office, start, end) == amount


@given(some_week(), some_moment, some_amount, some_amount)
def test_adding_in_two_parts_is_adding_at_once(
    office: OfficeHours, start: datetime, first: timedelta, second: timedelta
) -> None:
    second += timedelta(minutes=1)
    in_parts = add_office_hours(office, add_office_hours(office, start, first), second)
    assert in_parts == add_office_hours(office, start, first + second)


@given(some_week(), some_moment, some_moment, some_amount)
def test_who_asks_earlier_is_never_answered_later(
    office: OfficeHours, one: datetime, other: datetime, amount: timedelta
) -> None:
    earlier, later = sorted((one, other))
    assert add_office_hours(office, earlier, amount) <= add_office_hours(office, later, amount)
