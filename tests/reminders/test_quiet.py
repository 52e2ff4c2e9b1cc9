"""Quiet hours: what lies in them, and when something leaves that was meant for a moment in them.

The days are those of a calendar. 2026: Christmas is a Friday and a Saturday. 2027: 28 March is
Easter and the night in which the clock goes forward; King's day is Tuesday 27 April. On 25 October
2026 and 31 October 2027 the clock goes back.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.handovers.office_hours import OfficeHours
from api.reminders.quiet import MINUTE, Quiet, is_quiet_time
from tests.factories import WEEK

DAY = timedelta(days=1)
LONG = 30 * DAY
ZONE = ZoneInfo("Europe/Amsterdam")
HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 3, 28)} | {
    *(date(2027, 3, 26), date(2027, 3, 29), date(2027, 4, 27)),
}
"""All of those between the days that the properties below draw; Good Friday is one by law
(Algemene termijnenwet, art. 3)."""
OWN = tuple[tuple[int, str, str], ...]


def at(text: str, fold: int = 0) -> datetime:
    """A moment by the clock on the wall of the town hall, such as "2026-12-24 20:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold).astimezone(UTC)


def town(
    begins: str = "21:00", ends: str = "08:00", own: OWN = (), closed: tuple[date, ...] = ()
) -> Quiet:
    return Quiet(begins, ends, OfficeHours.from_stored(WEEK, closed), own)


def leaves(quiet: Quiet, wanted: datetime) -> datetime | None:
    """With all the time of the world before it and after it."""
    return quiet.leave(wanted, wanted - LONG, wanted + LONG)


# What is quiet


@pytest.mark.parametrize(
    ("text", "is_quiet"),
    [
        ("2026-11-23 20:59", False),
        ("2026-11-23 21:00", True),
        ("2026-11-24 00:00", True),
        ("2026-11-24 07:59", True),
        ("2026-11-24 08:00", False),
        ("2026-11-28 12:00", False),  # a Saturday is no holiday
    ],
)
def test_the_night_is_quiet_from_its_first_minute_until_its_last(text: str, is_quiet: bool) -> None:
    assert town().covers(at(text)) is is_quiet


@pytest.mark.parametrize(
    "text", ["2026-12-25 12:00", "2026-12-26 20:00", "2027-03-29 10:00", "2027-04-27 16:00"]
)
def test_a_public_holiday_is_quiet_all_day(text: str) -> None:
    assert town().covers(at(text))


def test_a_day_on_which_the_town_hall_is_closed_besides_is_quiet_all_day() -> None:
    assert town(closed=(date(2027, 5, 7),)).covers(at("2027-05-07 12:00"))
    assert not town().covers(at("2027-05-07 12:00"))


def test_a_town_without_quiet_hours_has_quiet_holidays_still() -> None:
    quiet = town("00:00", "00:00")
    assert not quiet.covers(at("2026-11-24 03:00"))
    assert quiet.covers(at("2026-12-25 03:00"))


def test_quiet_hours_may_lie_within_a_day() -> None:
    quiet = town("12:00", "14:00")
    assert [quiet.covers(at(f"2026-11-24 {hour}:00")) for hour in (11, 12, 13, 14)] == [
        *(False, True, True, False),
    ]


@pytest.mark.parametrize(
    ("text", "is_quiet"),
    [
        ("2026-11-27 12:59", False),
        ("2026-11-27 13:00", True),
        ("2026-11-27 14:30", False),
        ("2026-11-26 13:30", False),
    ],
)
def test_a_persons_own_time_holds_on_that_weekday_only(text: str, is_quiet: bool) -> None:
    assert town(own=((5, "13:00", "14:30"),)).covers(at(text)) is is_quiet


def test_a_persons_own_day_ends_at_midnight() -> None:
    quiet = town("00:00", "00:00", own=((6, "12:00", "24:00"),))
    assert quiet.covers(at("2026-11-28 23:59"))
    assert not quiet.covers(at("2026-11-29 00:00"))


@pytest.mark.parametrize(
    ("weekday", "begins", "ends", "fits"),
    [
        (1, "00:00", "24:00", True),
        (7, "23:59", "24:00", True),
        (0, "10:00", "11:00", False),
        (8, "10:00", "11:00", False),
        (3, "11:00", "11:00", False),
        (3, "22:00", "06:00", False),
        (3, "10:00", "25:00", False),
    ],
)
def test_an_own_time_lies_within_one_day_of_the_week(
    weekday: int, begins: str, ends: str, fits: bool
) -> None:
    assert is_quiet_time(weekday, begins, ends) is fits


# When something leaves


@pytest.mark.parametrize(
    ("why", "wanted", "leave"),
    [
        ("in the day: at its moment", "2026-11-24 12:34", "2026-11-24 12:34"),
        ("in the night: the evening before", "2026-11-24 07:00", "2026-11-23 20:59"),
        ("after midnight just so", "2026-11-24 00:00", "2026-11-23 20:59"),
        ("at the end of the night: at its moment", "2026-11-24 08:00", "2026-11-24 08:00"),
        ("King's day: Monday evening", "2027-04-27 10:00", "2027-04-26 20:59"),
        ("the night after King's day too", "2027-04-28 07:59", "2027-04-26 20:59"),
        ("both days of Christmas: the evening before", "2026-12-26 15:00", "2026-12-24 20:59"),
        ("the morning after Christmas", "2026-12-27 07:30", "2026-12-24 20:59"),
        ("Easter with its clock change", "2027-03-30 07:00", "2027-03-27 20:59"),
    ],
)
def test_what_is_meant_for_a_quiet_moment_leaves_before_it(
    why: str, wanted: str, leave: str
) -> None:
    assert leaves(town(), at(wanted)) == at(leave), why


def test_where_it_is_too_late_for_before_it_leaves_after() -> None:
    now, wanted = at("2026-11-23 21:30"), at("2026-11-24 07:00")
    assert town().leave(wanted, now, at("2026-11-24 08:30")) == at("2026-11-24 08:00")


def test_where_after_is_too_late_as_well_it_does_not_leave() -> None:
    now, wanted = at("2026-11-23 21:30"), at("2026-11-24 07:00")
    assert town().leave(wanted, now, at("2026-11-24 07:59")) is None


def test_the_last_minute_before_the_night_is_used_also_when_it_has_begun() -> None:
    now = at("2026-11-23 20:59") + timedelta(seconds=20)
    assert town().leave(at("2026-11-24 07:00"), now, at("2026-11-24 07:30")) == now


def test_what_was_meant_for_the_past_leaves_now_and_for_too_late_at_the_latest() -> None:
    now = at("2026-11-23 12:00")
    assert town().leave(now - DAY, now, now + DAY) == now
    assert town().leave(now + DAY, now, now + MINUTE) == now + MINUTE
    assert town().leave(now, now, now - MINUTE) is None


def test_a_persons_own_time_and_that_of_the_town_are_one_stretch() -> None:
    quiet = town(own=((1, "19:00", "24:00"), (2, "07:00", "09:30")))
    wanted = at("2026-11-24 09:00")  # a Tuesday
    assert leaves(quiet, wanted) == at("2026-11-23 18:59")
    assert quiet.leave(wanted, at("2026-11-23 23:00"), wanted + LONG) == at("2026-11-24 09:30")


def test_who_is_quiet_all_week_gets_nothing() -> None:
    always = tuple((weekday, "00:00", "24:00") for weekday in range(1, 8))
    assert leaves(town(own=always), at("2026-11-24 12:00")) is None


def test_a_town_hall_that_is_closed_for_three_weeks_is_quiet_for_three_weeks() -> None:
    closed = tuple(date(2027, 7, 26) + n * DAY for n in range(21))
    quiet = town(closed=closed)
    assert leaves(quiet, at("2027-08-13 12:00")) == at("2027-07-25 20:59")
    late = quiet.leave(at("2027-08-13 12:00"), at("2027-07-27 12:00"), at("2027-09-01 12:00"))
    assert late == at("2027-08-16 08:00")


# The nights of the clock change


def test_the_night_of_the_clock_change_ends_by_the_clock_on_the_wall() -> None:
    forward, back = at("2027-03-28 08:00"), at("2026-10-25 08:00")
    assert forward == datetime(2027, 3, 28, 6, 0, tzinfo=UTC)
    assert back == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)
    assert town().covers(back - MINUTE)
    assert not town().covers(back)
    evening = at("2027-10-30 21:00")
    assert town().leave(evening, evening, evening + DAY) == datetime(2027, 10, 31, 7, 0, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_quiet_twice() -> None:
    quiet = town("00:00", "02:30")
    first, second = at("2026-10-25 02:10"), at("2026-10-25 02:10", fold=1)
    assert second - first == timedelta(hours=1)
    assert quiet.covers(first)
    assert quiet.covers(second)
    assert not quiet.covers(at("2026-10-25 02:30", fold=1))


def test_quiet_from_a_minute_that_is_skipped_begins_with_the_change() -> None:
    quiet = town("02:30", "06:00")
    assert quiet.covers(datetime(2027, 3, 28, 1, 0, tzinfo=UTC))  # 03:00, right after 01:59


# Whatever the hours are, held against the clock on the wall, minute by minute


CLOCK = st.sampled_from([f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)])


@st.composite
def quiets(draw: st.DrawFn) -> Quiet:
    times = st.tuples(st.integers(1, 7), CLOCK, CLOCK | st.just("24:00"))
    own = draw(st.lists(times.filter(lambda time: is_quiet_time(*time)), max_size=4))
    return town(draw(CLOCK), draw(CLOCK), tuple(own))


CHANGES = (date(2026, 10, 25), date(2027, 3, 28))
CHRISTMAS = st.integers(0, 12 * 24 * 60).map(lambda n: at("2026-12-21 00:00") + n * MINUTE)
FORWARD = st.integers(0, 6 * 24 * 60).map(lambda n: at("2027-03-26 00:00") + n * MINUTE)
BACK = st.integers(0, 4 * 24 * 60).map(lambda n: at("2026-10-23 00:00") + n * MINUTE)
MOMENTS = CHRISTMAS | FORWARD | BACK


def on_the_wall(quiet: Quiet, moment: datetime) -> bool:
    """Whether a clock on the wall shows a quiet time; knows nothing of spans."""
    local = moment.astimezone(ZONE)
    shown = f"{local:%H:%M}"
    if quiet.begins <= quiet.ends:
        night = quiet.begins <= shown < quiet.ends
    else:
        night = shown >= quiet.begins or shown < quiet.ends
    own = (day == local.isoweekday() and a <= shown < b for day, a, b in quiet.own)
    return night or local.date() in HOLIDAYS or any(own)


@given(quiets(), MOMENTS)
@settings(max_examples=300, deadline=None)
def test_what_the_clock_on_the_wall_calls_quiet_is_quiet(quiet: Quiet, moment: datetime) -> None:
    is_change = moment.astimezone(ZONE).date() in CHANGES
    if on_the_wall(quiet, moment):
        assert quiet.covers(moment)
    elif not is_change:  # in those nights it may be quiet for an hour more
        assert not quiet.covers(moment)


def by_brute_force(
    quiet: Quiet, wanted: datetime, earliest: datetime, latest: datetime
) -> datetime | None:
    """Minute by minute back from the moment, then minute by minute on."""

    def minutes(begin: datetime, step: timedelta) -> Iterator[datetime]:
        while earliest <= begin <= latest:
            yield begin
            begin += step

    start = min(max(wanted, earliest), latest)
    tried = (*minutes(start, -MINUTE), *minutes(start, MINUTE))
    return next((moment for moment in tried if not quiet.covers(moment)), None)


@given(quiets(), MOMENTS, st.integers(-600, 3_000), st.integers(-600, 3_000))
@settings(max_examples=60, deadline=None)
def test_it_leaves_at_the_nearest_minute_before_or_else_after(
    quiet: Quiet, wanted: datetime, back: int, on: int
) -> None:
    earliest, latest = wanted - back * MINUTE, wanted + on * MINUTE
    found = quiet.leave(wanted, earliest, latest)
    assert found == by_brute_force(quiet, wanted, earliest, latest)


@given(quiets(), MOMENTS, st.timedeltas(-LONG, LONG), st.timedeltas(-LONG, LONG))
@settings(max_examples=300, deadline=None)
def test_it_never_leaves_in_quiet_hours_nor_too_early_nor_too_late(
    quiet: Quiet, wanted: datetime, back: timedelta, on: timedelta
) -> None:
    found = quiet.leave(wanted, wanted - back, wanted + on)
    if found is not None:
        assert wanted - back <= found <= wanted + on
        assert not quiet.covers(found)
