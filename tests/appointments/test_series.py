"""The series of progress talks, as the towns' rule has it (domain: four in the first year, then
twice a year; the PIP's own number goes first), counted by hand with a calendar."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.appointments.changes import follow
from api.appointments.models import (
    Appointment,
    AppointmentKind,
    AppointmentState,
    OccupiedQuarter,
    WorkingHours,
)
from api.appointments.series import series_of, working_day
from api.cases.models import Case, Exemption, Law, Transfer
from api.cases.records import Decision, Extension, Ground
from api.cases.transfers import complete_transfer
from api.clock import local
from api.db import Database
from api.errors import Conflict
from api.handovers.office_hours import OfficeHours
from api.people.models import Municipality
from api.reminders.models import Reminder, ReminderKind
from tests.appointments.desk import DAY, NOW, RULES, Desk, another, desk, moment, working_hours
from tests.factories import WEEK, regisseur, town
from tests.reminders.test_quiet import at

PIP = date(2026, 8, 31)
SERIES = (
    *("2026-11-30", "2027-03-01", "2027-05-31", "2027-08-31"),
    *("2028-02-29", "2028-08-31", "2029-02-28", "2029-08-31"),
)
"""After 3, 6, 9, 12, 18, 24, 30 and 36 months. 28 February 2027 is a Sunday."""


@pytest.fixture
def here(sqlite: Database) -> Desk:
    return desk(sqlite, pip_date=PIP)


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def held(here: Desk, on: str) -> None:
    here.adds(at(f"{on} 10:00"), state=AppointmentState.held)


# The days


def test_four_talks_in_the_first_year_and_two_in_each_later_one(here: Desk) -> None:
    assert here.days() == days(*SERIES)
    here.plans()
    assert here.talks() == [f"{day} 10:00" for day in SERIES]
    assert here.with_talk() == days(*SERIES)


def test_the_number_in_the_pip_goes_before_the_rule_of_the_town(here: Desk) -> None:
    here.changes(pip_talks=3)
    here.plans()
    assert len(here.talks()) == 3
    assert here.days() == days("2027-08-31", "2028-08-31", "2029-08-31")


def test_a_pip_without_talks_has_none(here: Desk) -> None:
    here.changes(pip_talks=0)
    here.plans()
    assert here.talks() == []


@pytest.mark.parametrize(
    ("pip", "first"),
    [
        (date(2026, 11, 30), "2027-03-01"),  # 28 February 2027, a Sunday
        (date(2026, 9, 25), "2026-12-28"),  # Christmas, Friday; then a weekend
        (date(2026, 10, 1), "2027-01-04"),  # New Year's day, Friday
        (date(2026, 12, 29), "2027-03-30"),  # Easter Monday
        (date(2027, 1, 27), "2027-04-28"),  # King's day
        (date(2026, 8, 14), "2026-11-16"),  # a Saturday
    ],
)
def test_a_day_without_work_becomes_the_next_working_day(
    sqlite: Database, pip: date, first: str
) -> None:
    here = desk(sqlite, pip_date=pip)
    assert here.days()[0] == date.fromisoformat(first)
    here.plans()
    assert here.talks()[0] == f"{first} 10:00"


@pytest.mark.parametrize(
    ("pip", "months", "expected"),
    [
        (date(2026, 11, 30), 0, "2027-02-28"),
        (date(2027, 11, 30), 0, "2028-02-29"),
        (date(2026, 10, 31), 0, "2027-01-31"),
        (date(2026, 10, 31), 1, "2027-04-30"),
    ],
)
def test_in_a_month_that_is_too_short_it_is_its_last_day(
    sqlite: Database, pip: date, months: int, expected: str
) -> None:
    here = desk(sqlite, pip_date=pip)
    office = OfficeHours.from_stored(WEEK)
    assert here.days()[months] == working_day(date.fromisoformat(expected), office)


def test_more_time_adds_a_talk(here: Desk) -> None:
    here.plans()
    with here.database.writing() as session:
        session.add(
            Extension(
                case_id=here.case_id,
                ground=Ground.illness,
                starts_on=date(2027, 1, 1),
                ends_on=date(2027, 6, 30),
                decision=Decision.granted,
                decided_on=date(2026, 11, 1),
            )
        )
    done = here.plans()
    assert [each.series_on for each in done.planned] == days("2030-02-28")
    assert (done.moved, done.cancelled) == ([], [])
    assert here.talks() == [f"{day} 10:00" for day in (*SERIES, "2030-02-28")]


@pytest.mark.parametrize("law", [Law.wi2013, None])
def test_under_the_older_or_an_unknown_law_there_is_no_such_series(
    sqlite: Database, law: Law | None
) -> None:
    here = desk(sqlite, pip_date=PIP, law=law)
    own = here.adds(at("2026-12-01 10:00"))
    assert here.days() == []
    with pytest.raises(Conflict):
        here.plans()
    assert here.talks() == ["2026-12-01 10:00"], own


def test_without_a_pip_nothing_is_planned_and_nothing_cancelled(here: Desk) -> None:
    here.plans()
    here.changes(pip_date=None)
    with pytest.raises(Conflict):
        here.plans()
    assert len(here.talks()) == len(SERIES)


def test_where_the_rule_may_not_be_told_any_more_no_talk_is_cancelled(here: Desk) -> None:
    """Past its review nobody can say how many there are; those that stand are no mistake."""
    here.plans()
    review = RULES["talk_later_per_year"].review_by
    assert review is not None
    with pytest.raises(Conflict):
        here.plans(moment(review + DAY))
    assert len(here.talks()) == len(SERIES)


# Held, missed, declined


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("2026-11-15", False),
        ("2026-11-16", True),
        ("2026-11-30", True),
        ("2026-12-14", True),
        ("2026-12-15", False),
    ],
)
def test_a_talk_held_within_two_weeks_of_its_day_counts(here: Desk, on: str, counts: bool) -> None:
    held(here, on)
    here.plans(min(NOW, at(f"{on} 12:00")))
    assert (len(here.talks()) == len(SERIES) - 1) is counts


def test_a_talk_held_early_counts_for_one_day_only(sqlite: Database) -> None:
    """Sixty talks in three years: eighteen days apart, so one day lies in two windows."""
    here = desk(sqlite, pip_date=date(2026, 10, 15), pip_talks=60)
    first, second = here.days()[:2]
    assert second - first <= 21 * DAY
    here.adds(moment(first + 7 * DAY), state=AppointmentState.held)
    assert len(here.with_talk()) == 1
    here.plans()
    assert len(here.with_talk()) == 60
    assert len(here.talks()) == 59


def test_a_talk_that_was_held_for_a_day_that_shifted_counts_for_the_new_one(here: Desk) -> None:
    here.plans()
    with here.database.writing() as session:
        first = session.scalars(select(Appointment).order_by(Appointment.starts_at)).first()
        assert first is not None
        first.state = AppointmentState.held
    later = at("2026-12-01 10:00")
    here.changes(later, pip_date=PIP + 2 * DAY)
    here.plans(later)
    assert len(here.talks()) == len(SERIES) - 1
    assert here.talks()[0].startswith("2027-03-02")


@pytest.mark.parametrize("state", [AppointmentState.missed, AppointmentState.cancelled])
def test_who_missed_or_declined_a_talk_gets_another_within_its_two_weeks(
    here: Desk, state: AppointmentState
) -> None:
    missed = here.adds(at("2026-11-30 10:00"), state=state)
    done = here.plans(at("2026-12-01 09:00"))
    assert here.talks()[0] == "2026-12-02 10:00"
    assert missed not in {each.id for each in done.planned}


def test_a_day_that_is_longer_than_two_weeks_ago_gets_no_talk_any_more(here: Desk) -> None:
    here.plans(at("2026-12-15 09:00"))
    assert len(here.talks()) == len(SERIES) - 1


def test_a_talk_that_the_town_planned_itself_counts_for_its_day(here: Desk) -> None:
    here.adds(at("2026-12-03 15:00"))
    here.plans()
    assert here.talks()[:2] == ["2026-12-03 15:00", "2027-03-01 10:00"]


def test_a_talk_that_somebody_moved_far_stays_the_talk_of_its_day(here: Desk) -> None:
    """The participant could only in the third week; three weeks later it still stands."""
    here.plans()
    with here.database.writing() as session:
        first = session.scalars(select(Appointment).order_by(Appointment.starts_at)).first()
        assert first is not None
        first.starts_at = at("2026-12-22 10:00")
    done = here.plans(at("2026-12-18 09:00"))
    assert (done.planned, done.moved, done.cancelled) == ([], [], [])
    assert here.talks()[0] == "2026-12-22 10:00"


def test_other_appointments_are_no_progress_talks(here: Desk) -> None:
    here.adds(at("2026-11-30 13:00"), kind=AppointmentKind.pvt)
    here.plans()
    assert len(here.talks()) == len(SERIES) + 1


# Moving and ending


def test_a_revised_pip_with_its_date_unchanged_changes_nothing(here: Desk) -> None:
    here.plans()
    before = here.talks()
    here.changes(reference="W-1")
    done = here.plans()
    assert (done.planned, done.moved, done.cancelled) == ([], [], [])
    assert here.talks() == before


def test_with_another_number_in_the_pip_the_talks_move_and_the_rest_is_cancelled(
    here: Desk,
) -> None:
    here.plans()
    here.changes(pip_talks=4)
    done = here.plans()
    # Every 274 days; the last day was in the old series too, so that talk stands.
    assert [len(each) for each in (done.planned, done.moved, done.cancelled)] == [0, 3, 4]
    assert [talk[:10] for talk in here.talks()] == [
        *("2027-06-01", "2028-03-01", "2028-11-30", "2029-08-31"),
    ]


def test_with_another_date_of_the_pip_all_talks_move_in_one_step(here: Desk) -> None:
    here.plans()
    before = set(_ids(here))
    here.changes(pip_date=PIP + 7 * DAY)
    done = here.plans()
    assert (done.planned, done.cancelled, done.without_time) == ([], [], [])
    assert set(_ids(here)) == before
    assert [talk[:10] for talk in here.talks()] == [day.isoformat() for day in here.days()]
    assert here.talks()[0] == "2026-12-07 10:00"


def test_a_talk_of_today_is_not_moved_away(here: Desk) -> None:
    here.plans()
    morning = at("2026-11-30 08:00")
    here.changes(morning, pip_date=PIP + 40 * DAY)
    here.plans(morning)
    assert here.talks()[0] == "2026-11-30 10:00"


def test_with_a_new_regisseur_a_talk_that_moves_is_with_them(here: Desk) -> None:
    here.plans()
    with here.database.writing() as session:
        colleague = regisseur(session, NOW, "Joost")
        working_hours(session, colleague)
    here.changes(regisseur_id=colleague.id, pip_date=PIP + 7 * DAY)
    here.plans()
    with here.database.reading() as session:
        assert set(session.scalars(select(Appointment.regisseur_id))) == {colleague.id}
        taken = set(session.scalars(select(OccupiedQuarter.person_id)))
    assert here.me.id not in taken


@pytest.mark.parametrize(
    "changes",
    [
        {"exemption": Exemption.vrijstelling, "exemption_on": NOW.date()},
        {"exemption": Exemption.ontheffing, "exemption_on": NOW.date()},
        {"ended_on": NOW.date()},
        {"closed_on": NOW.date()},
    ],
)
def test_after_a_decision_the_coming_talks_are_off_and_none_is_planned(
    here: Desk, changes: dict[str, Any]
) -> None:
    here.plans()
    here.changes(**changes)
    assert here.talks() == []
    assert here.days() == []
    here.plans()
    assert here.talks() == []


def test_while_the_exemption_is_only_asked_for_the_series_goes_on(here: Desk) -> None:
    here.changes(exemption=Exemption.asked, exemption_on=NOW.date())
    here.plans()
    assert len(here.talks()) == len(SERIES)


def test_in_another_municipality_the_series_begins_with_the_pip_made_there(here: Desk) -> None:
    """The term goes on: it ends on 31 August 2029, whenever the new PIP was made."""
    here.plans()
    with here.database.writing() as session:
        town(session, "nederweert", "Nederweert")
        there = regisseur(session, NOW, "Wim", towns=("nederweert",))
        transfer = Transfer(
            case_id=here.case_id,
            to_id="nederweert",
            asked_by_id=here.me.id,
            asked_at=NOW,
            consent_on=NOW.date(),
        )
        session.add(transfer)
        session.flush()
        new = complete_transfer(session, RULES, transfer, NOW)
        working_hours(session, there)
        new.regisseur_id = there.id
        session.flush()
        _hours_of(session, there.id, "nederweert")
    assert here.talks() == []
    moved = Desk(here.database, there, new.id)
    assert moved.days() == []
    with pytest.raises(Conflict):
        moved.plans()
    later = at("2026-12-10 10:00")
    moved.changes(later, pip_date=date(2026, 12, 10))
    moved.plans(later)
    assert [talk[:10] for talk in moved.talks()] == [
        *("2027-03-10", "2027-06-10", "2027-09-10", "2027-12-10"),
        *("2028-06-12", "2028-12-11", "2029-06-11"),  # two Saturdays or Sundays among them
    ]


def _hours_of(session: Session, person_id: UUID, to: str) -> None:
    session.scalars(select(WorkingHours).filter_by(person_id=person_id)).one().municipality_id = to


# The time of day


def test_each_talk_is_as_near_to_the_asked_hour_as_is_free(here: Desk) -> None:
    here.plans(hour=time(15, 20))
    assert {talk[11:] for talk in here.talks()} == {"15:00"}


def test_the_hour_is_that_of_the_clock_on_the_wall_in_winter_and_in_summer(here: Desk) -> None:
    here.plans(hour=time(9))
    assert {talk[11:] for talk in here.talks()} == {"09:00"}


def test_days_away_and_full_days_push_a_talk_to_the_next_free_day(here: Desk) -> None:
    here.away("2026-11-30", "2026-12-01")
    other = another(here)
    for hour in range(9, 17):
        _books(other, f"2026-12-02 {hour:02}:00")
    here.plans()
    assert here.talks()[0] == "2026-12-03 10:00"


def test_on_a_day_that_is_half_full_the_talk_is_at_the_nearest_free_hour(here: Desk) -> None:
    other = another(here)
    for hour in (9, 10, 11):
        _books(other, f"2026-11-30 {hour:02}:00")
    here.plans()
    assert here.talks()[0] == "2026-11-30 12:00"


def test_another_appointment_of_the_participant_is_in_the_way(here: Desk) -> None:
    _books(here, "2026-11-30 09:30", kind=AppointmentKind.pvt, minutes=90)
    here.plans()
    assert here.talks()[:2] == ["2026-11-30 09:30", "2026-11-30 11:00"]


def test_where_two_weeks_are_full_the_day_is_named_and_the_others_are_planned(
    here: Desk,
) -> None:
    here.away("2026-11-25", "2026-12-14")
    done = here.plans()
    assert done.without_time == days("2026-11-30")
    assert here.talks()[0] == "2027-03-01 10:00"


def test_without_working_hours_nothing_can_be_planned(here: Desk) -> None:
    here.changes(regisseur_id=None)
    with pytest.raises(Conflict):
        here.plans()


# Once is enough


def test_planning_twice_changes_nothing(database: Database) -> None:
    here = desk(database, pip_date=PIP)
    here.plans()
    before, ledger = here.talks(), _ledger(here)
    done = here.plans()
    assert (done.planned, done.moved, done.cancelled, done.without_time) == ([], [], [], [])
    assert (here.talks(), _ledger(here)) == (before, ledger)


def test_of_a_whole_series_the_next_talk_is_told_once(here: Desk) -> None:
    here.plans()
    here.plans()
    with here.database.reading() as session:
        told = session.scalars(select(Reminder).where(Reminder.kind == ReminderKind.new)).one()
        first = session.scalar(select(func.min(Appointment.starts_at)))
    assert told.at == first


@given(
    st.dates(date(2026, 1, 1), date(2027, 6, 30)),
    st.none() | st.integers(0, 60),
    st.integers(0, 900),
    st.integers(-120, 120),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_pip_each_coming_day_has_one_talk_at_a_free_hour(
    sqlite: Database, pip: date, talks: int | None, later: int, shift: int
) -> None:
    with sqlite.writing() as session:
        for table in reversed(Reminder.metadata.sorted_tables):
            session.execute(delete(table))
    now = NOW + (later % 380) * DAY
    here = desk(sqlite, pip_date=pip, pip_talks=talks)
    first = here.plans(now)
    _is_whole(here, now, set(first.without_time))
    again = here.plans(now)
    assert (again.planned, again.moved, again.cancelled) == ([], [], [])
    here.changes(now, pip_date=pip + shift * DAY)
    moved = here.plans(now)
    _is_whole(here, now, set(moved.without_time))


def _is_whole(here: Desk, now: datetime, without: set[date]) -> None:
    """Each day that is still to come has a talk, on a working day, and nothing stands beside."""
    today = local(now).date()
    with here.database.reading() as session:
        case = session.get_one(Case, here.case_id)
        town_hall = session.get_one(Municipality, case.municipality_id).office_hours
        found = series_of(session, RULES, case, today)
        planned = session.scalars(
            select(Appointment).where(Appointment.state == AppointmentState.planned)
        ).all()
        for talk in planned:
            assert town_hall.opening_on(local(talk.starts_at).date()) is not None
            assert talk.starts_at > now
        ours = {each.appointment.id for each in found if each.appointment}
        assert {talk.id for talk in planned} == ours
        for each in found:
            if each.on >= today + timedelta(days=1) and not without:
                assert each.appointment is not None, each.on


def _books(there: Desk, text: str, **fields: object) -> None:
    """By the town: so its time is taken."""
    with there.database.writing() as session:
        made = Appointment(
            case_id=there.case_id,
            **{"kind": "intake", "place": "Stadhuis", **fields},
            starts_at=at(text),
        )
        session.add(made)
        session.flush()
        follow(session, made, None, NOW)


def _ids(here: Desk) -> list[object]:
    with here.database.reading() as session:
        query = select(Appointment.id).where(Appointment.state == AppointmentState.planned)
        return list(session.scalars(query))


def _ledger(here: Desk) -> set[tuple[str, object]]:
    with here.database.reading() as session:
        return {(row.key, row.due_at) for row in session.scalars(select(Reminder))}
