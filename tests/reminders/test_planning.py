"""The ledger follows the case: in the same transaction, and whatever happens to the case."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from api.appointments import booking
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.models import Case, Exemption, Law
from api.cases.planning import plan_all
from api.cases.service import change_case
from api.db import Database
from api.people.models import Municipality
from api.reminders.models import QuietTime, Reminder, ReminderKind, ReminderState
from tests.reminders.ledger import NOW, RULES, TALK, TIMES, Town, town_of
from tests.reminders.test_quiet import at

APPOINTMENT = ReminderKind.appointment
NEW, MOVED, CANCELLED = ReminderKind.new, ReminderKind.moved, ReminderKind.cancelled
OTHER = at("2026-11-26 11:00")
OTHER_TIMES = {at("2026-11-19 11:00"), at("2026-11-25 11:00"), at("2026-11-26 09:00")}


@pytest.fixture
def here(database: Database) -> Town:
    return town_of(database)


class Broken(Exception):
    """Something went wrong further on in the transaction."""


# Appointments


def test_with_an_appointment_its_reminders_stand_in_the_ledger(here: Town) -> None:
    here.adds()
    assert here.due() == TIMES
    assert {row.state for row in here.rows()} == {ReminderState.planned}


def test_what_is_rolled_back_takes_its_reminders_along(here: Town) -> None:
    def fails() -> None:
        with here.database.writing() as session:
            appointment = session.get_one(Appointment, talk)
            booking.cancel(session, RULES, appointment, NOW)
            raise Broken

    talk = here.adds()
    with pytest.raises(Broken):
        fails()
    assert here.due() == TIMES


def test_a_moved_appointment_has_only_the_reminders_of_its_new_time(here: Town) -> None:
    talk = here.adds()
    here.changes(talk, starts_at=OTHER)
    assert here.due() == OTHER_TIMES


def test_moved_there_and_back_it_has_its_first_reminders_once(here: Town) -> None:
    talk = here.adds()
    here.changes(talk, starts_at=OTHER)
    here.changes(talk, starts_at=TALK)
    assert here.due() == TIMES
    assert len(here.rows(APPOINTMENT)) == 3


def test_moved_there_and_back_what_was_told_is_not_told_again(here: Town) -> None:
    talk = here.adds()
    week = next(row for row in here.rows(APPOINTMENT) if row.minutes_before == 7 * 24 * 60)
    later = week.due_at + timedelta(minutes=5)
    with here.database.writing() as session:
        session.get_one(Reminder, week.id).finish(later)
    here.changes(talk, later, starts_at=OTHER)
    here.changes(talk, later, starts_at=TALK)
    assert here.due() == TIMES - {week.due_at}


def test_a_cancelled_appointment_has_no_reminders_any_more(here: Town) -> None:
    here.changes(here.adds(), state=AppointmentState.cancelled)
    assert here.due() == set()


def test_an_appointment_that_was_held_has_none_either(here: Town) -> None:
    here.changes(here.adds(), state=AppointmentState.held)
    assert here.due() == set()


def test_a_closed_case_has_no_reminders(here: Town) -> None:
    here.adds()
    change(here, closed_on=date(2026, 11, 2))
    assert here.due() == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"exemption": Exemption.vrijstelling, "exemption_on": date(2026, 11, 2)},
        {"exemption": Exemption.ontheffing, "exemption_on": date(2026, 11, 2)},
        {"ended_on": date(2026, 11, 2)},
    ],
)
def test_once_duo_has_decided_the_coming_progress_talks_are_cancelled_and_nothing_else(
    here: Town, changes: dict[str, object]
) -> None:
    talk, other = here.adds(), here.adds(OTHER, kind=AppointmentKind.spreekuur)
    change(here, **changes)
    assert states(here, talk, other) == [AppointmentState.cancelled, AppointmentState.planned]
    assert here.due() == OTHER_TIMES


def test_while_an_exemption_is_only_asked_for_talks_go_on(here: Town) -> None:
    talk = here.adds()
    change(here, exemption=Exemption.asked, exemption_on=date(2026, 11, 2))
    assert states(here, talk) == [AppointmentState.planned]
    assert here.due() == TIMES


def test_who_is_under_the_older_law_is_reminded_of_appointments_still(here: Town) -> None:
    change(here, law=Law.wi2013)
    here.adds()
    assert here.due() == TIMES


# Settings, quiet times, pauses


def test_another_setting_of_the_town_holds_from_the_next_planning_on(here: Town) -> None:
    here.adds()
    with here.database.writing() as session:
        session.get_one(Municipality, "weert").remind_before = [60]
    here.plans()
    assert here.due() == {at("2026-11-24 13:00")}


def test_other_quiet_hours_move_what_is_planned(here: Town) -> None:
    here.adds()
    with here.database.writing() as session:
        session.get_one(Municipality, "weert").quiet_until = "13:00"
    here.plans()
    assert at("2026-11-23 20:59") in here.due()
    assert at("2026-11-24 12:00") not in here.due()


def test_an_own_quiet_time_moves_what_is_planned_and_back_when_it_is_gone(here: Town) -> None:
    here.adds()
    own = QuietTime(person_id=here.person_id, weekday=1, begins="12:00", ends="16:00")
    with here.database.writing() as session:
        session.add(own)
    here.plans()
    moved = (TIMES - {at("2026-11-23 14:00")}) | {at("2026-11-23 11:59")}
    assert here.due() == moved
    with here.database.writing() as session:
        session.execute(delete(QuietTime))
    here.plans()
    assert here.due() == TIMES


def test_a_pause_puts_off_and_its_end_brings_back(here: Town) -> None:
    here.adds()
    here.sets(paused_until=date(2026, 11, 18))
    here.plans()
    assert at("2026-11-19 08:00") in here.due()
    here.sets(paused_until=None)
    here.plans()
    assert here.due() == TIMES


def test_what_a_pause_put_off_survives_every_planning_in_it(here: Town) -> None:
    here.adds()
    here.sets(paused_until=date(2026, 11, 18))
    here.plans()
    for day in (16, 17, 18):
        here.plans(at(f"2026-11-{day} 16:00"))
    assert at("2026-11-19 08:00") in here.due()


# What is due, and what is near


def test_a_change_of_the_case_shortly_before_a_reminder_does_not_take_it_away(here: Town) -> None:
    here.adds()
    here.plans(at("2026-11-24 11:50"))
    assert at("2026-11-24 12:00") in here.due()


def test_what_waits_for_the_morning_is_still_there_when_the_night_is_planned_anew(
    here: Town,
) -> None:
    here.adds(at("2026-11-24 09:00"), now=at("2026-11-23 21:30"))
    morning = {at("2026-11-24 08:00")}
    assert here.due() == morning
    for moment in ("2026-11-24 00:10", "2026-11-24 06:30", "2026-11-24 07:59"):
        here.plans(at(moment))
        assert here.due() == morning, moment


def test_what_was_put_back_after_a_fault_is_not_lost_by_a_planning(here: Town) -> None:
    here.adds()
    moment = at("2026-11-24 12:00")
    with here.database.writing() as session:
        (row,) = session.scalars(select(Reminder).filter_by(due_at=moment))
        row.put_back(moment + timedelta(minutes=4), "OSError")
    here.plans(moment + timedelta(minutes=1))
    (row,) = (row for row in here.rows(APPOINTMENT) if row.minutes_before == 120)
    assert row.done_at is None
    assert row.due_at <= moment + timedelta(minutes=4)


def test_what_is_due_already_is_left_to_the_worker(here: Town) -> None:
    talk = here.adds()
    later = at("2026-11-17 14:01")
    here.changes(talk, later, state=AppointmentState.cancelled)
    assert here.due() == {at("2026-11-17 14:00")}


# Running it twice, and repairing


@pytest.mark.parametrize("hours", [0, 5, 24 * 15, 24 * 21, 24 * 22 + 1])
def test_planning_twice_changes_nothing(here: Town, hours: int) -> None:
    change(here, pip_date=date(2026, 11, 1), benefit_from=date(2026, 7, 1), permit_limited=True)
    here.adds()
    now = NOW + timedelta(hours=hours)
    here.plans(now)
    before = snapshot(here)
    assert here.plans(now) == 0
    assert snapshot(here) == before


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["move", "cancel", "again", "pause", "quiet", "setting", "plan", "finish"]),
        st.integers(0, 60 * 24 * 4),
    ),
    max_size=8,
)


@given(ACTIONS)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_whatever_happens_the_ledger_is_what_a_second_planning_would_make(
    sqlite: Database, actions: list[tuple[str, int]]
) -> None:
    with sqlite.writing() as session:
        for table in reversed(Reminder.metadata.sorted_tables):
            session.execute(delete(table))
    here, now = town_of(sqlite), NOW
    talk = here.adds()
    for what, minutes in actions:
        now += timedelta(minutes=minutes)
        _do(here, talk, what, minutes, now)
        here.plans(now)
        before = snapshot(here)
        assert here.plans(now) == 0
        assert snapshot(here) == before
        _is_true(here, talk, now)


def _do(here: Town, talk: UUID, what: str, minutes: int, now: datetime) -> None:
    match what:
        case "move":
            here.changes(talk, now, starts_at=now + timedelta(minutes=4 * minutes + 60))
        case "cancel":
            here.changes(talk, now, state=AppointmentState.cancelled)
        case "again":
            here.changes(talk, now, state=AppointmentState.planned)
        case "pause":
            here.sets(paused_until=now.date() + timedelta(days=minutes % 9))
        case "quiet":
            own = QuietTime(
                person_id=here.person_id, weekday=minutes % 7 + 1, begins="10:00", ends="24:00"
            )
            with here.database.writing() as session:
                session.add(own)
        case "setting":
            with here.database.writing() as session:
                session.get_one(Municipality, "weert").remind_before = [minutes + 1, 30]
        case "finish":
            with here.database.writing() as session:
                for row in session.scalars(select(Reminder).where(Reminder.due_at <= now)):
                    row.finish(now)


def _is_true(here: Town, talk: UUID, now: datetime) -> None:
    """What has still to leave is about the talk as it is now."""
    with here.database.reading() as session:
        found = session.get_one(Appointment, talk)
    for row in here.rows(APPOINTMENT):
        if row.done_at is None and row.due_at > now:
            assert found.state is AppointmentState.planned
            assert row.at == found.starts_at > row.due_at


def test_the_daily_sweep_repairs_what_is_missing_and_takes_away_what_does_not_belong(
    here: Town,
) -> None:
    talk = here.adds()
    whole = snapshot(here)
    with here.database.writing() as session:
        (gone,) = session.scalars(select(Reminder).filter_by(minutes_before=120))
        values = {c.key: getattr(gone, c.key) for c in Reminder.__table__.columns}
        session.delete(gone)
        wrong = {"id": None, "key": f"a:{talk}:20261201T1000:120", "due_at": at("2026-12-01 08:00")}
        session.add(Reminder(**{**values, **wrong}))
    assert plan_all(here.database, RULES, NOW).changed == 1
    assert snapshot(here) == whole
    assert plan_all(here.database, RULES, NOW).changed == 0


def test_the_daily_sweep_brings_in_what_comes_within_the_horizon(here: Town) -> None:
    far = at("2027-02-01 14:00")
    here.adds(far)
    assert here.due() == set()
    plan_all(here.database, RULES, at("2026-12-20 01:00"))
    assert here.due() == {at("2027-01-25 14:00")}
    plan_all(here.database, RULES, at("2027-01-02 01:00"))
    assert here.due() == {at("2027-01-25 14:00"), at("2027-01-31 14:00"), at("2027-02-01 12:00")}


# Deadlines


def test_a_deadline_is_planned_from_the_case_and_moves_with_it(here: Town) -> None:
    """Ontzorgen: six months from 25 June end on 24 December; told 30 days before."""
    change(here, benefit_from=date(2026, 6, 25), permit_limited=True)
    assert here.due(ReminderKind.deadline) == {at("2026-11-24 10:00")}
    change(here, benefit_from=date(2026, 6, 26))
    assert here.due(ReminderKind.deadline) == {at("2026-11-25 10:00")}
    change(here, permit_limited=False)
    assert here.due(ReminderKind.deadline) == set()


def test_the_window_to_change_route_is_told_sixty_and_fourteen_days_before(here: Town) -> None:
    """A PIP of 10 July 2025: the term begins on the 11th, a year and a half ends 10 January 2027.
    Told on 11 November and 27 December; the second is a Sunday, which is no holiday."""
    change(here, pip_date=date(2025, 7, 10))
    assert here.due(ReminderKind.deadline) == {at("2026-11-11 10:00")}
    here.plans(at("2026-11-20 10:00"))
    assert at("2026-12-27 10:00") in here.due(ReminderKind.deadline)


@pytest.mark.parametrize("law", [Law.wi2013, None])
def test_under_another_law_no_deadline_is_told(here: Town, law: Law | None) -> None:
    change(here, pip_date=date(2025, 7, 10), law=law)
    assert here.due(ReminderKind.deadline) == set()


# What the town changed


def test_a_new_appointment_is_told_at_once(here: Town) -> None:
    here.adds()
    (row,) = here.rows(NEW)
    assert (row.due_at, row.at, row.urgent) == (NOW, TALK, False)


def test_moved_before_it_was_told_it_is_still_new_with_its_last_time(here: Town) -> None:
    talk = here.adds()
    here.changes(talk, starts_at=OTHER)
    (row,) = here.rows(NEW, MOVED, CANCELLED)
    assert (row.kind, row.at) == (NEW, OTHER)


def test_cancelled_before_it_was_told_nothing_is_said(here: Town) -> None:
    here.changes(here.adds(), state=AppointmentState.cancelled)
    assert here.rows(NEW, MOVED, CANCELLED) == []


def test_what_was_told_is_told_to_have_moved_and_to_be_cancelled(here: Town) -> None:
    talk = here.adds()
    here.finishes(NEW)
    here.changes(talk, starts_at=OTHER)
    assert [row.at for row in here.rows(MOVED)] == [OTHER]
    here.finishes(MOVED)
    here.changes(talk, state=AppointmentState.cancelled)
    assert [row.at for row in here.rows(CANCELLED)] == [OTHER]


def test_of_several_changes_only_the_last_is_told(here: Town) -> None:
    talk = here.adds()
    here.finishes(NEW)
    here.changes(talk, starts_at=OTHER)
    here.changes(talk, starts_at=OTHER + timedelta(hours=1))
    here.changes(talk, place="Bibliotheek")
    (row,) = here.rows(MOVED)
    assert row.at == OTHER + timedelta(hours=1)
    here.changes(talk, state=AppointmentState.cancelled)
    assert [row.kind for row in here.rows(MOVED, CANCELLED)] == [CANCELLED]


@pytest.mark.parametrize("changes", [{"interpreter": True}, {"minutes": 45}])
def test_what_changes_nothing_for_the_participant_is_not_told(
    here: Town, changes: dict[str, object]
) -> None:
    talk = here.adds()
    here.finishes(NEW)
    here.changes(talk, **changes)  # type: ignore[arg-type]
    assert here.rows(MOVED) == []


def test_what_is_over_is_not_told(here: Town) -> None:
    here.adds(NOW - timedelta(days=3))
    here.adds(NOW - timedelta(days=9), state=AppointmentState.held)
    assert here.rows() == []


def test_in_quiet_hours_a_change_waits_for_the_morning(here: Town) -> None:
    here.adds(now=at("2026-11-02 22:00"))
    (row,) = here.rows(NEW)
    assert (row.due_at, row.urgent) == (at("2026-11-03 08:00"), False)


def test_what_would_be_heard_of_too_late_passes_the_quiet_hours_once(here: Town) -> None:
    """At ten in the evening the talk of nine tomorrow moves to half past nine: at eight there is
    only an hour and a half left."""
    talk = here.adds(at("2026-11-24 09:00"), now=NOW)
    here.finishes(NEW)
    night = at("2026-11-23 22:00")
    here.changes(talk, night, starts_at=at("2026-11-24 09:30"))
    (row,) = here.rows(MOVED)
    assert (row.due_at, row.urgent) == (night, True)
    here.finishes(MOVED, now=night)
    here.changes(talk, night + timedelta(minutes=20), starts_at=at("2026-11-24 09:15"))
    (_, second) = sorted(here.rows(MOVED), key=lambda row: row.planned_at)
    assert (second.due_at, second.urgent) == (at("2026-11-24 08:00"), False)


def test_a_change_that_can_wait_two_hours_before_the_talk_does_not_pass(here: Town) -> None:
    talk = here.adds(at("2026-11-24 10:00"), now=NOW)
    here.finishes(NEW)
    here.changes(talk, at("2026-11-23 22:00"), state=AppointmentState.cancelled)
    (row,) = here.rows(CANCELLED)
    assert (row.due_at, row.urgent) == (at("2026-11-24 08:00"), False)


def test_what_a_participant_does_is_not_told_to_them(here: Town) -> None:
    talk = here.adds()
    here.finishes(NEW)
    with here.database.writing() as session:
        booking.cancel(session, RULES, session.get_one(Appointment, talk), NOW)
    assert here.rows(MOVED, CANCELLED) == []
    assert here.due() == set()


def test_an_answer_counts_for_the_moment_that_it_was_given_for(here: Town) -> None:
    talk = here.adds()
    with here.database.writing() as session:
        booking.confirm(session, session.get_one(Appointment, talk), NOW)
    here.changes(talk, place="Bibliotheek")
    assert answer(here, talk) == "confirmed"
    here.changes(talk, starts_at=OTHER)
    assert answer(here, talk) is None


def test_what_somebody_declined_and_is_planned_again_waits_for_a_new_answer(here: Town) -> None:
    talk = here.adds()
    with here.database.writing() as session:
        booking.cancel(session, RULES, session.get_one(Appointment, talk), NOW)
    assert answer(here, talk) == "declined"
    here.changes(talk, state=AppointmentState.planned)
    assert answer(here, talk) is None


def change(here: Town, **changes: object) -> None:
    with here.database.writing() as session:
        version = session.get_one(Case, here.case_id).version
        change_case(session, RULES, here.me, here.case_id, version, changes, NOW)


def states(here: Town, *talks: UUID) -> list[AppointmentState]:
    with here.database.reading() as session:
        return [session.get_one(Appointment, talk).state for talk in talks]


def answer(here: Town, talk: UUID) -> str | None:
    with here.database.reading() as session:
        return session.get_one(Appointment, talk).answer


def snapshot(here: Town) -> set[tuple[object, ...]]:
    return {(row.key, row.due_at, row.at, row.until, row.done_at) for row in here.rows()}
