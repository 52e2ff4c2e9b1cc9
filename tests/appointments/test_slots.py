"""The times that a regisseur has free: by the clock on the wall, on days that there is work."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from api.appointments import booking
from api.appointments.diary import Taken
from api.appointments.models import AppointmentKind
from api.appointments.slots import check_week
from api.cases.models import Case
from api.db import Database
from api.people.models import Municipality, PersonRole
from tests.appointments.desk import NOW, RULES, Desk, desk, slot


@pytest.fixture
def here(sqlite: Database) -> Desk:
    return desk(sqlite)


MONDAY = [f"11-09 {hour:02}:00" for hour in range(9, 17)]


def test_a_working_day_is_cut_in_talks(here: Desk) -> None:
    assert here.slots("2026-11-09 00:00", "2026-11-10 00:00") == MONDAY


def test_only_what_begins_after_and_ends_before_is_offered(here: Desk) -> None:
    assert here.slots("2026-11-09 09:01", "2026-11-09 12:59") == ["11-09 10:00", "11-09 11:00"]
    assert here.slots("2026-11-09 09:00", "2026-11-09 10:00") == ["11-09 09:00"]


def test_without_working_hours_nothing_is_offered(here: Desk) -> None:
    here.works(week={})
    assert here.slots("2026-11-09 00:00", "2026-11-20 00:00") == []


def test_who_is_no_regisseur_of_the_town_any_more_is_not_offered(here: Desk) -> None:
    with here.database.writing() as session:
        session.execute(delete(PersonRole).filter_by(person_id=here.me.id))
    assert here.slots("2026-11-09 00:00", "2026-11-20 00:00") == []


def test_who_has_no_talks_on_wednesday_is_not_offered_on_wednesday(here: Desk) -> None:
    here.works(week={"1": ["09:00", "10:00"], "5": ["13:00", "15:00"]})
    assert here.slots("2026-11-09 00:00", "2026-11-16 00:00") == [
        *("11-09 09:00", "11-13 13:00", "11-13 14:00"),
    ]


def test_a_saturday_of_a_closed_town_hall_is_not_offered(here: Desk) -> None:
    here.works(week={"6": ["09:00", "12:00"]})
    assert here.slots("2026-11-09 00:00", "2026-11-16 00:00") == []


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-12-24 00:00", "2026-12-29 00:00", {"12-24", "12-28"}),  # Christmas and a weekend
        ("2027-03-25 00:00", "2027-03-31 00:00", {"03-25", "03-30"}),  # Good Friday to Monday
        ("2027-04-26 00:00", "2027-04-29 00:00", {"04-26", "04-28"}),  # King's day
    ],
)
def test_holidays_are_not_offered(here: Desk, first: str, last: str, days: set[str]) -> None:
    assert {text[:5] for text in here.slots(first, last)} == days


def test_a_day_on_which_the_town_hall_is_closed_besides_is_not_offered(here: Desk) -> None:
    with here.database.writing() as session:
        session.get_one(Municipality, "weert").closed_on = ["2026-11-10"]
    found = here.slots("2026-11-09 00:00", "2026-11-12 00:00")
    assert {text[:5] for text in found} == {"11-09", "11-11"}


def test_days_away_are_not_offered_their_first_and_last_included(here: Desk) -> None:
    here.away("2026-11-10", "2026-11-12")
    found = here.slots("2026-11-09 00:00", "2026-11-14 00:00")
    assert {text[:5] for text in found} == {"11-09", "11-13"}


def test_days_away_that_began_long_ago_hold_still(here: Desk) -> None:
    here.away("2026-09-01", "2026-11-30")
    assert here.slots("2026-11-09 00:00", "2026-11-20 00:00") == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-10-23 00:00", "2026-10-27 00:00"),
        ("2027-03-24 00:00", "2027-03-31 00:00"),
        ("2027-10-29 00:00", "2027-11-02 00:00"),
    ],
)
def test_on_both_sides_of_a_clock_change_work_begins_at_nine(
    here: Desk, first: str, last: str
) -> None:
    found = here.slots(first, last)
    assert {text[6:] for text in found} == {text[6:] for text in MONDAY}
    assert len(found) == 16 if not first.startswith("2027-03") else 24


@pytest.mark.parametrize(
    ("minutes", "week", "times"),
    [
        (60, ["09:00", "11:30"], ["09:00", "10:00"]),
        (45, ["09:00", "11:30"], ["09:00", "09:45", "10:30"]),
        (50, ["09:00", "11:30"], ["09:00", "10:00"]),
        (50, ["09:00", "11:50"], ["09:00", "10:00", "11:00"]),
        (20, ["09:00", "10:00"], ["09:00", "09:30"]),
        (60, ["09:10", "11:30"], ["09:15", "10:15"]),
        (240, ["09:00", "12:00"], []),
    ],
)
def test_what_does_not_fit_before_the_end_of_the_day_is_not_offered(
    here: Desk, minutes: int, week: list[str], times: list[str]
) -> None:
    here.works(minutes=minutes, week={"1": week})
    found = here.slots("2026-11-09 00:00", "2026-11-10 00:00")
    assert found == [f"11-09 {text}" for text in times]


@pytest.mark.parametrize("minutes", [15, 20, 45, 50, 60, 75])
def test_every_offered_time_of_a_day_can_be_taken_one_after_the_other(
    here: Desk, minutes: int
) -> None:
    """A talk that takes a part of a quarter must not take the next talk away."""
    here.works(minutes=minutes, week={"1": ["09:00", "12:00"]})
    offered = here.slots("2026-11-09 00:00", "2026-11-10 00:00")
    with here.database.writing() as session:
        case = session.get_one(Case, here.case_id)
        for text in offered:
            wish = slot(f"2026-{text}", minutes)
            booking.book(session, RULES, case, AppointmentKind.spreekuur, wish, NOW)
    assert len(here.talks()) == len(offered)
    assert here.slots("2026-11-09 00:00", "2026-11-10 00:00") == []


def test_a_taken_time_is_not_offered(here: Desk) -> None:
    with here.database.writing() as session:
        case = session.get_one(Case, here.case_id)
        kind = AppointmentKind.progress_talk
        booking.book(session, RULES, case, kind, slot("2026-11-09 10:00"), NOW)
    found = here.slots("2026-11-09 00:00", "2026-11-10 00:00")
    assert found == [text for text in MONDAY if text != "11-09 10:00"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-09 10:30",  # not one of the times
        "2026-11-09 08:00",
        "2026-11-14 10:00",  # a Saturday
        "2026-12-25 10:00",
    ],
)
def test_a_time_that_is_not_offered_cannot_be_booked(here: Desk, text: str) -> None:
    with here.database.writing() as session:
        case = session.get_one(Case, here.case_id)
        with pytest.raises(Taken):
            booking.book(session, RULES, case, AppointmentKind.progress_talk, slot(text), NOW)
    assert here.talks() == []


def test_a_time_that_was_offered_before_the_regisseur_went_away_cannot_be_booked(
    here: Desk,
) -> None:
    here.away("2026-11-09", "2026-11-09")
    with here.database.writing() as session:
        case = session.get_one(Case, here.case_id)
        wish = slot("2026-11-09 10:00")
        with pytest.raises(Taken):
            booking.book(session, RULES, case, AppointmentKind.progress_talk, wish, NOW)


@pytest.mark.parametrize(
    "week", [{}, {"8": ["09:00", "17:00"]}, {"1": ["17:00", "09:00"]}, {"1": ["nine", "17:00"]}]
)
def test_what_is_no_week_of_working_hours_is_refused(week: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        check_week(week)


def test_a_talk_lasts_as_long_as_the_regisseur_says(here: Desk) -> None:
    assert slot("2026-11-09 10:00", 45).length == timedelta(minutes=45)
