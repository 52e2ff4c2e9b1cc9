"""Which reminders belong to a case, worked out by hand with a calendar and the clock on the wall.

Tuesday 24 November 2026 is an ordinary day. Christmas 2026 is a Friday and a Saturday; Easter
2027 is 28 March, the day on which the clock goes forward.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.appointments.models import AppointmentKind
from api.cases.findings import Finding, Key, State
from api.people.models import REMIND_BEFORE
from api.reminders.models import ReminderKind
from api.reminders.quiet import MINUTE as A_MINUTE
from api.reminders.wanted import (
    DAYS_BEFORE,
    HORIZON,
    LAST_MOMENT,
    UNHEARD,
    Facts,
    Planned,
    Wanted,
    end_of,
    wanted,
)
from tests.reminders.test_quiet import OWN, at, quiets, town

CASE, TALK = UUID(int=1), UUID(int=2)
WEEK, A_DAY, TWO_HOURS = REMIND_BEFORE
NOW = at("2026-11-02 10:00")


def case(*talks: str, own: OWN = (), before: Iterable[int] = REMIND_BEFORE, **more: Any) -> Facts:
    appointments = tuple(
        Planned(UUID(int=2 + n), AppointmentKind.progress_talk, at(talk))
        for n, talk in enumerate(talks)
    )
    facts = Facts(CASE, "weert", town(own=own), tuple(before), appointments)
    return replace(facts, **more)


def told(facts: Facts, now: datetime = NOW) -> list[Wanted]:
    return sorted(wanted(facts, now), key=lambda each: each.due_at)


def due(facts: Facts, now: datetime = NOW) -> dict[int | None, datetime]:
    return {each.minutes_before: each.due_at for each in told(facts, now)}


def deadline(key: Key, on: str, state: State = State.coming) -> dict[Key, Finding]:
    return {key: Finding(key, state, date.fromisoformat(on))}


# Appointments


def test_an_appointment_is_told_of_a_week_a_day_and_two_hours_before() -> None:
    assert due(case("2026-11-24 14:00")) == {
        WEEK: at("2026-11-17 14:00"),
        A_DAY: at("2026-11-23 14:00"),
        TWO_HOURS: at("2026-11-24 12:00"),
    }


def test_a_reminder_knows_what_it_is_about_and_until_when_it_makes_sense() -> None:
    begins = at("2026-11-24 14:00")
    for each in told(case("2026-11-24 14:00")):
        assert (each.kind, each.appointment_id) == (ReminderKind.appointment, TALK)
        assert (each.at, each.until) == (begins, begins)
    assert len({each.key for each in told(case("2026-11-24 14:00"))}) == 3


def test_a_town_chooses_how_long_before() -> None:
    assert due(case("2026-11-24 14:00", before=(3 * A_DAY,))) == {3 * A_DAY: at("2026-11-21 14:00")}
    assert due(case("2026-11-24 14:00", before=())) == {}


def test_a_few_minutes_before_is_half_an_hour_before_at_the_latest() -> None:
    assert due(case("2026-11-24 14:00", before=(10,))) == {10: at("2026-11-24 13:30")}


def test_of_a_talk_at_nine_one_is_told_the_evening_before() -> None:
    assert due(case("2026-11-24 09:00")) == {
        WEEK: at("2026-11-17 09:00"),
        A_DAY: at("2026-11-23 09:00"),
        TWO_HOURS: at("2026-11-23 20:59"),
    }


def test_of_a_talk_right_after_christmas_one_is_told_before_it_and_once() -> None:
    """Sunday at nine: a day before is Boxing day, two hours before is the night after it."""
    assert due(case("2026-12-27 09:00"), at("2026-12-01 10:00")) == {
        WEEK: at("2026-12-20 09:00"),
        TWO_HOURS: at("2026-12-24 20:59"),
    }


def test_two_reminders_that_an_own_time_brings_together_are_one() -> None:
    own = ((1, "08:00", "24:00"), (2, "00:00", "14:00"))
    assert due(case("2026-11-24 15:00", own=own)) == {
        WEEK: at("2026-11-17 15:00"),
        TWO_HOURS: at("2026-11-22 20:59"),
    }


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        ("2026-11-24 10:59", [TWO_HOURS]),  # 3 hours before
        ("2026-11-24 11:00", [TWO_HOURS]),
        ("2026-11-24 11:01", []),  # it would follow what was just told within the hour
        ("2026-11-24 13:30", []),
        ("2026-11-23 12:59", [TWO_HOURS, A_DAY]),
        ("2026-11-23 13:30", [TWO_HOURS]),
        ("2026-11-18 10:00", [TWO_HOURS, A_DAY]),
    ],
)
def test_who_was_just_told_is_not_reminded_within_the_hour(
    booked: str, expected: list[int]
) -> None:
    assert sorted(due(case("2026-11-24 14:00"), at(booked))) == expected  # type: ignore[type-var]


def test_booked_in_the_evening_for_the_next_morning_the_reminder_comes_after_the_night() -> None:
    assert due(case("2026-11-24 09:00"), at("2026-11-23 21:30")) == {
        TWO_HOURS: at("2026-11-24 08:00")
    }


def test_no_reminder_leaves_in_the_last_half_hour_and_then_a_regisseur_hears_of_it() -> None:
    (unheard,) = told(case("2026-11-24 08:29"), at("2026-11-23 21:30"))
    assert unheard.key.endswith(UNHEARD)
    assert due(case("2026-11-24 08:30"), at("2026-11-23 21:30")) == {
        TWO_HOURS: at("2026-11-24 08:00")
    }


@pytest.mark.parametrize(
    ("talk", "week", "day"),
    [
        ("2027-03-30 14:00", "2027-03-23 14:00", "2027-03-27 20:59"),  # Easter Monday before it
        ("2026-10-26 10:00", "2026-10-19 10:00", "2026-10-25 10:00"),
        ("2027-11-01 10:00", "2027-10-25 10:00", "2027-10-31 10:00"),
    ],
)
def test_over_a_clock_change_a_week_before_is_the_same_hour(talk: str, week: str, day: str) -> None:
    found = due(case(talk), at(talk) - 30 * timedelta(days=1))
    assert (found[WEEK], found[A_DAY]) == (at(week), at(day))


def test_two_hours_before_are_two_hours_also_where_the_clock_changes() -> None:
    quiet = replace(case("2026-10-25 03:30"), quiet=town("00:00", "00:00"))
    begins = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert due(quiet, at("2026-10-20 12:00"))[TWO_HOURS] == begins - timedelta(hours=2)


def test_a_talk_that_moved_over_the_clock_change_has_reminders_of_its_own() -> None:
    before, after = case("2026-10-23 10:00"), case("2026-10-26 10:00")
    now = at("2026-10-10 10:00")
    assert not {each.key for each in told(before, now)} & {each.key for each in told(after, now)}


@pytest.mark.parametrize(
    ("talk", "week", "day"),
    [
        ("2028-02-29 14:00", "2028-02-22 14:00", "2028-02-28 14:00"),
        ("2028-03-01 14:00", "2028-02-23 14:00", "2028-02-29 14:00"),
        ("2027-03-01 14:00", "2027-02-22 14:00", "2027-02-28 14:00"),
        ("2027-01-31 14:00", "2027-01-24 14:00", "2027-01-30 14:00"),
    ],
)
def test_leap_days_and_the_ends_of_months_are_days_like_others(
    talk: str, week: str, day: str
) -> None:
    found = due(case(talk), at(talk) - timedelta(days=20))
    assert (found[WEEK], found[A_DAY]) == (at(week), at(day))


def test_beyond_the_horizon_nothing_is_planned_yet() -> None:
    talk = "2027-02-01 14:00"
    week_before = at("2027-01-25 14:00")
    assert due(case(talk), week_before - HORIZON) == {WEEK: week_before}
    assert due(case(talk), week_before - HORIZON - timedelta(minutes=1)) == {}


# What stands in the ledger


def test_what_stands_stays_until_it_leaves() -> None:
    """Somebody writes a note in the case ten minutes before a reminder: it still leaves."""
    now = at("2026-11-24 11:50")
    key = next(each.key for each in told(case("2026-11-24 14:00")) if each.minutes_before == 120)
    facts = case("2026-11-24 14:00", standing={key})
    assert due(facts, now) == {TWO_HOURS: at("2026-11-24 12:00")}
    assert due(case("2026-11-24 14:00"), now) == {}


def test_what_quiet_hours_put_off_stays_also_past_the_moment_it_was_meant_for() -> None:
    evening, morning = at("2026-11-23 21:30"), at("2026-11-24 07:50")
    (planned,) = told(case("2026-11-24 09:00"), evening)
    facts = case("2026-11-24 09:00", standing={planned.key})
    assert due(facts, morning) == {TWO_HOURS: at("2026-11-24 08:00")}


def test_what_stands_for_another_moment_of_the_talk_does_not_stay() -> None:
    (old, *_) = told(case("2026-11-24 14:00"))
    moved = case("2026-11-25 14:00", standing={old.key})
    assert old.key not in {each.key for each in told(moved)}


# A pause


def test_a_pause_that_ends_before_the_talk_puts_the_reminders_off() -> None:
    paused = case("2026-11-24 14:00", paused_until=date(2026, 11, 18))
    assert due(paused) == {
        WEEK: at("2026-11-19 08:00"),
        A_DAY: at("2026-11-23 14:00"),
        TWO_HOURS: at("2026-11-24 12:00"),
    }


def test_what_a_pause_put_off_comes_after_it_also_when_the_ledger_is_worked_out_anew() -> None:
    paused = case("2026-11-24 14:00", paused_until=date(2026, 11, 18))
    standing = {each.key for each in told(paused)}
    during = replace(paused, standing=standing)
    assert due(during, at("2026-11-18 12:00"))[WEEK] == at("2026-11-19 08:00")


def test_after_a_long_pause_several_reminders_come_as_one() -> None:
    paused = case("2026-11-24 14:00", paused_until=date(2026, 11, 23))
    assert due(paused) == {
        A_DAY: at("2026-11-24 08:00"),
        TWO_HOURS: at("2026-11-24 12:00"),
    }


@pytest.mark.parametrize("last", [date(2026, 11, 24), date(2027, 3, 1)])
def test_of_a_pause_that_ends_after_the_talk_a_regisseur_hears_once(last: date) -> None:
    """Planned for when the first reminder was meant; there nobody is sent it."""
    paused = case("2026-11-24 14:00", paused_until=last)
    (unheard,) = told(paused)
    assert (unheard.key.rpartition(":")[2], unheard.minutes_before) == (UNHEARD, WEEK)
    assert unheard.due_at == at("2026-11-17 14:00")


def test_a_pause_after_the_first_reminder_leaves_one_for_a_regisseur() -> None:
    paused = case("2026-11-24 14:00", paused_until=date(2026, 12, 1))
    assert due(paused, at("2026-11-18 10:00")) == {A_DAY: at("2026-11-23 14:00")}


def test_a_reminder_that_left_before_quiet_hours_leaves_none_for_a_regisseur() -> None:
    sunday, tuesday = "2027-03-28 20:00", "2027-03-30 08:20"  # Easter Monday is between them
    (nearest, *_) = {each.key for each in told(case(tuesday, before=[120]), at("2027-03-26 09:00"))}
    assert told(case(tuesday, before=[A_DAY, 120], gone={nearest}), at(sunday)) == []


def test_who_wants_no_message_at_any_hour_leaves_one_for_a_regisseur() -> None:
    always = case("2026-11-24 14:00", own=tuple((day, "00:00", "24:00") for day in range(1, 8)))
    assert due(always) == {WEEK: at("2026-11-17 14:00")}
    known = replace(always, standing={each.key for each in told(always)})
    assert told(known, at("2026-11-17 13:30")) == told(always)
    gone = replace(always, gone={each.key for each in told(always)})
    assert told(gone, at("2026-11-17 14:30")) == []


def test_a_deadline_in_a_pause_is_planned_for_when_it_was_meant() -> None:
    found = deadline(Key.route_change, "2026-11-30")
    facts = case(paused_until=date(2026, 12, 5), findings=found)
    assert [each.due_at for each in told(facts)] == [at("2026-11-16 10:00")]


def test_a_pause_of_before_changes_nothing() -> None:
    assert due(case("2026-11-24 14:00", paused_until=date(2026, 11, 1))) == due(
        case("2026-11-24 14:00")
    )


# Deadlines


ON = date(2027, 9, 15)
"""A Wednesday, with no holiday on any of the days before it that are told."""


@pytest.mark.parametrize(
    ("key", "days"),
    [
        (Key.route_change, (60, 14)),
        (Key.childcare, (30, 7)),
        (Key.relief, (30,)),
        (Key.pvt, (180, 60)),
        (Key.map, (180, 60)),
    ],
)
def test_a_deadline_is_told_at_ten_so_many_days_before(key: Key, days: tuple[int, ...]) -> None:
    facts = case(findings=deadline(key, ON.isoformat()))
    found = {
        each.due_at: each
        for before in days
        for each in told(facts, at(f"{ON - timedelta(days=before + 1)} 12:00"))
    }
    expected = [at(f"{ON - timedelta(days=before)} 10:00") for before in days]
    assert set(expected) <= set(found)
    assert set(DAYS_BEFORE[key]) == set(days)
    for moment in expected:
        each = found[moment]
        assert (each.kind, each.about) == (ReminderKind.deadline, key)
        assert each.at == each.until == at("2027-09-16 00:00")


def test_an_extension_is_told_on_the_first_day_and_still_for_two_weeks() -> None:
    facts = case(findings=deadline(Key.extension, "2027-09-15"))
    (each,) = told(facts, at("2027-09-01 10:00"))
    assert each.due_at == at("2027-09-15 10:00")
    assert each.until == at("2027-09-30 00:00")
    assert told(facts, at("2027-09-15 10:01")) == []


@pytest.mark.parametrize("state", [State.done, State.late, State.unknown])
def test_what_is_done_late_or_unknown_is_not_told(state: State) -> None:
    assert told(case(findings=deadline(Key.route_change, "2026-11-30", state))) == []


@pytest.mark.parametrize("key", sorted(set(Key) - set(DAYS_BEFORE) - {Key.talk}))
def test_what_the_town_has_to_do_is_not_told_to_the_person(key: Key) -> None:
    facts = case(findings=deadline(key, "2026-11-30"), can_choose=True)
    assert told(facts) == []


def test_a_deadline_of_which_the_day_moves_is_told_anew() -> None:
    one, other = (
        told(case(findings=deadline(Key.relief, on)))[0].key for on in ("2026-12-10", "2026-12-11")
    )
    assert one != other


def test_a_deadline_told_on_a_holiday_is_told_the_evening_before() -> None:
    facts = case(findings=deadline(Key.relief, "2027-01-25"))
    assert [each.due_at for each in told(facts, at("2026-12-01 10:00"))] == [at("2026-12-24 20:59")]


# A talk that can be chosen


def test_a_talk_without_a_time_may_be_chosen_three_weeks_before_its_day() -> None:
    facts = case(findings=deadline(Key.talk, "2026-12-08"), can_choose=True)
    (each,) = told(facts)
    assert (each.kind, each.about) == (ReminderKind.choose, Key.talk)
    assert each.due_at == at("2026-11-17 10:00")
    assert each.until == at("2026-12-09 00:00")


def test_where_the_regisseur_has_no_times_nobody_is_asked_to_choose_one() -> None:
    assert told(case(findings=deadline(Key.talk, "2026-12-08"))) == []


@pytest.mark.parametrize(
    ("talk", "asks"),
    [
        ("2026-12-08 10:00", False),
        ("2026-11-17 10:00", False),  # 21 days before
        ("2026-12-29 10:00", False),  # 21 days after
        ("2026-11-16 10:00", True),
        ("2026-12-30 10:00", True),
    ],
)
def test_who_has_a_talk_near_that_day_is_not_asked_to_choose(talk: str, asks: bool) -> None:
    facts = case(talk, findings=deadline(Key.talk, "2026-12-08"), can_choose=True)
    assert (ReminderKind.choose in {each.kind for each in told(facts)}) is asks


def test_another_appointment_near_that_day_is_no_talk() -> None:
    facts = case("2026-12-08 10:00", findings=deadline(Key.talk, "2026-12-08"), can_choose=True)
    pvt = replace(facts.appointments[0], kind=AppointmentKind.pvt)
    facts = replace(facts, appointments=(pvt,))
    assert ReminderKind.choose in {each.kind for each in told(facts)}


# Whatever the case


MINUTES = st.integers(0, 120 * 24 * 60).map(lambda n: at("2026-10-01 00:00") + timedelta(minutes=n))


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    talks = draw(st.lists(MINUTES, max_size=3, unique=True))
    return Facts(
        CASE,
        "weert",
        draw(quiets()),
        draw(st.lists(st.integers(1, 15_000), max_size=4, unique=True)),
        tuple(
            Planned(UUID(int=2 + n), AppointmentKind.intake, talk) for n, talk in enumerate(talks)
        ),
        {
            key: Finding(key, State.coming, draw(st.dates(date(2026, 10, 1), date(2027, 6, 1))))
            for key in draw(st.sets(st.sampled_from(sorted(DAYS_BEFORE))))
        },
        paused_until=draw(st.none() | st.dates(date(2026, 9, 1), date(2027, 2, 1))),
    )


@given(cases(), MINUTES)
@settings(max_examples=150, deadline=None)
def test_nothing_leaves_in_quiet_hours_in_a_pause_in_the_past_or_too_late(
    facts: Facts, now: datetime
) -> None:
    coming = [each for each in facts.appointments if each.starts_at > now]
    found = told(replace(facts, appointments=coming), now)
    ends = end_of(facts.paused_until) if facts.paused_until else now
    for each in found:
        assert now <= each.due_at < each.until
        is_kept_back = facts.quiet.covers(each.due_at) or each.due_at < ends
        latest = each.until - (LAST_MOMENT if each.appointment_id else A_MINUTE)
        leaves = facts.quiet.leave(each.due_at, max(each.due_at, ends), latest)
        assert not is_kept_back or leaves is None  # then it is a task, and no message
    assert len({each.key for each in found}) == len(found)
    moments = [(each.appointment_id, each.due_at) for each in found if each.appointment_id]
    assert len(set(moments)) == len(moments)


@given(cases(), MINUTES, st.timedeltas(timedelta(), timedelta(days=10)))
@settings(max_examples=150, deadline=None)
def test_what_is_planned_once_is_still_wanted_until_its_moment(
    facts: Facts, now: datetime, later: timedelta
) -> None:
    """Worked out anew at any later moment, nothing that has still to leave is given up or moved."""
    planned = [each for each in wanted(facts, now) if each.due_at > now + later]
    again = replace(facts, standing={each.key for each in planned})
    found = {each.key: each.due_at for each in wanted(again, now + later)}
    assert {each.key: each.due_at for each in planned}.items() <= found.items()
