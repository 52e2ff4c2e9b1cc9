"""Working hours, days away, the address of a calendar, and the day list of a regisseur."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.agenda import Agenda, agenda_of
from api.appointments.booking import cancel, confirm
from api.appointments.diary import occupy
from api.appointments.hours import (
    add_absence,
    find_feed,
    hours_of,
    list_absences,
    new_feed,
    remove_absence,
    set_working_hours,
)
from api.appointments.models import Answer, Appointment, AppointmentState
from api.appointments.slots import free_slots
from api.cases.models import Case
from api.clock import AMSTERDAM, local
from api.db import Database
from api.errors import Invalid, NotAllowed, NotFound
from api.people.models import Person, Role
from api.people.signin import close_sessions
from api.people.town_settings import set_reminder_settings
from api.reminders.models import Reminder, ReminderKind, ReminderState
from tests.factories import FixedClock, participant, person, regisseur, talk

WEEK = {"2": ["09:00", "12:00"], "4": ["13:00", "17:00"]}
TUESDAY = date(2026, 12, 1)
TEN = datetime(2026, 12, 1, 10, tzinfo=AMSTERDAM)


@dataclass
class Desk:
    """A regisseur at work, in one transaction."""

    session: Session
    me: Person
    now: datetime

    def case(self) -> Case:
        return participant(self.session, self.now)

    def with_me(self, case: Case, at: datetime = TEN) -> Appointment:
        made = talk(self.session, case, at)
        made.regisseur_id = self.me.id
        self.session.flush()
        occupy(self.session, made)
        return made

    def agenda(self, day: date = TUESDAY, *, mine: bool = True) -> Agenda:
        return agenda_of(self.session, self.me, day, mine)

    def free(self, day: date = TUESDAY) -> list[str]:
        """The hours that are offered on this day."""
        begins = datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM)
        found = free_slots(self.session, self.me.id, "weert", begins, begins + timedelta(days=1))
        return [f"{local(slot.starts_at):%H:%M}" for slot in found]

    def work(self, minutes: int = 60) -> None:
        set_working_hours(self.session, self.me, "weert", WEEK, minutes, "Stadhuis")


@pytest.fixture
def desk(sqlite: Database, clock: FixedClock):  # type: ignore[no-untyped-def]
    with sqlite.writing() as session:
        yield Desk(session, regisseur(session, clock()), clock())


def test_times_are_offered_in_the_hours_that_a_regisseur_wrote(desk: Desk) -> None:
    assert desk.free() == []
    desk.work()
    assert desk.free() == ["09:00", "10:00", "11:00"]
    desk.work(minutes=45)
    assert desk.free() == ["09:00", "09:45", "10:30", "11:15"]


def test_an_empty_week_takes_the_hours_away(desk: Desk) -> None:
    desk.work()
    assert set_working_hours(desk.session, desk.me, "weert", {}, 60, "") is None
    assert hours_of(desk.session, desk.me, "weert") is None
    assert desk.free() == []


@pytest.mark.parametrize(
    ("week", "minutes", "place", "fault"),
    [
        ({"8": ["09:00", "12:00"]}, 60, "Stadhuis", "week/8"),
        ({"1": ["09:00"]}, 60, "Stadhuis", "week/1"),
        ({"1": ["9:00", "12:00"]}, 60, "Stadhuis", "week/1"),
        ({"1": ["09:00", "24:00"]}, 60, "Stadhuis", "week/1"),
        ({"1": ["12:00", "09:00"]}, 60, "Stadhuis", "week/1"),
        ({"1": ["09:00", "09:30"]}, 60, "Stadhuis", "week/1"),
        (WEEK, 10, "Stadhuis", "minutes"),
        ({"1": ["09:00", "17:00"]}, 241, "Stadhuis", "minutes"),
        (WEEK, 60, "  ", "place"),
    ],
)
def test_what_cannot_be_a_working_day_is_named(
    desk: Desk, week: dict[str, list[str]], minutes: int, place: str, fault: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_working_hours(desk.session, desk.me, "weert", week, minutes, place)
    assert list(refused.value.faults) == [fault]


def test_nobody_writes_hours_for_a_town_that_is_not_theirs(desk: Desk, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        set_working_hours(desk.session, desk.me, "cranendonck", WEEK, 60, "Stadhuis")
    coordinator = person(desk.session, clock(), Role.coordinator)
    with pytest.raises(NotAllowed):
        set_working_hours(desk.session, coordinator, "weert", WEEK, 60, "Stadhuis")


def test_days_away_offer_nothing_and_tell_what_was_planned_in_them(desk: Desk) -> None:
    desk.work()
    inside = desk.with_me(desk.case())
    desk.with_me(desk.case(), TEN + timedelta(days=2))
    made = add_absence(desk.session, desk.me, TUESDAY - timedelta(days=1), TUESDAY, desk.now)
    assert made.planned == [inside]
    assert inside.state is AppointmentState.planned
    assert desk.free() == []
    remove_absence(desk.session, desk.me, made.absence.id)
    assert desk.free() == ["09:00", "11:00"]
    assert list_absences(desk.session, desk.me, TUESDAY) == []


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (TUESDAY, TUESDAY - timedelta(days=1)),
        (TUESDAY, TUESDAY + timedelta(days=400)),
        (date(2026, 11, 2), date(2026, 11, 3)),
    ],
)
def test_days_away_that_cannot_be_are_refused(desk: Desk, first_on: date, last_on: date) -> None:
    with pytest.raises(Invalid) as refused:
        add_absence(desk.session, desk.me, first_on, last_on, desk.now)
    assert list(refused.value.faults) == ["last_on"]


def test_nobody_takes_the_days_of_a_colleague_away(desk: Desk) -> None:
    made = add_absence(desk.session, desk.me, TUESDAY, TUESDAY, desk.now)
    colleague = regisseur(desk.session, desk.now, name="Piet")
    with pytest.raises(NotFound):
        remove_absence(desk.session, colleague, made.absence.id)


def test_a_new_address_of_the_calendar_makes_the_earlier_one_worthless(desk: Desk) -> None:
    first = new_feed(desk.session, desk.me, desk.now)
    assert find_feed(desk.session, first) is desk.me
    second = new_feed(desk.session, desk.me, desk.now)
    assert find_feed(desk.session, second) is desk.me
    assert find_feed(desk.session, first) is None
    assert find_feed(desk.session, "") is None


def test_who_is_no_regisseur_any_more_has_no_calendar(desk: Desk) -> None:
    token = new_feed(desk.session, desk.me, desk.now)
    desk.me.roles[0].role = Role.coordinator
    desk.session.flush()
    assert find_feed(desk.session, token) is None


def test_who_takes_back_every_token_takes_back_the_calendar_too(desk: Desk) -> None:
    token = new_feed(desk.session, desk.me, desk.now)
    close_sessions(desk.session, desk.me)
    assert find_feed(desk.session, token) is None


# The day list


def test_the_day_list_shows_what_people_answered_also_a_refusal(desk: Desk, words: Words) -> None:
    coming, not_coming = desk.with_me(desk.case()), desk.with_me(desk.case(), TEN.replace(hour=11))
    confirm(desk.session, coming, desk.now)
    cancel(desk.session, words.rules, not_coming, desk.now)
    answers = [row.appointment.answer for row in desk.agenda().rows]
    assert answers == [Answer.confirmed, Answer.declined]


def test_what_the_town_cancelled_is_not_on_the_day_list(desk: Desk) -> None:
    made = desk.with_me(desk.case())
    made.state = AppointmentState.cancelled
    desk.session.flush()
    assert desk.agenda().rows == []


def test_the_day_list_is_of_one_day_on_our_clocks(desk: Desk) -> None:
    late = desk.with_me(desk.case(), TEN.replace(hour=23, minute=30))
    desk.with_me(desk.case(), TEN.replace(day=2, hour=0, minute=30))
    assert [row.appointment for row in desk.agenda().rows] == [late]


def test_a_colleague_s_talk_is_on_the_list_of_the_town_and_not_on_mine(desk: Desk) -> None:
    other = talk(desk.session, desk.case(), TEN)
    other.regisseur_id = regisseur(desk.session, desk.now, name="Piet").id
    desk.session.flush()
    assert desk.agenda().rows == []
    assert [row.appointment for row in desk.agenda(mine=False).rows] == [other]


def test_a_talk_in_another_town_is_on_no_list_of_mine(desk: Desk) -> None:
    elsewhere = regisseur(desk.session, desk.now, name="Piet", towns=("cranendonck",))
    desk.with_me(desk.case())
    assert agenda_of(desk.session, elsewhere, TUESDAY, False).rows == []


def test_the_day_list_says_who_was_not_reached_and_which_times_are_free(desk: Desk) -> None:
    desk.work()
    lost, reached = desk.with_me(desk.case()), desk.with_me(desk.case(), TEN.replace(hour=11))
    desk.session.add(
        Reminder(
            key="a:1",
            municipality_id="weert",
            case_id=lost.case_id,
            kind=ReminderKind.appointment,
            at=lost.starts_at,
            until=lost.starts_at,
            planned_at=desk.now,
            due_at=desk.now,
            done_at=desk.now,
            state=ReminderState.unreached,
        )
    )
    desk.session.flush()
    agenda = desk.agenda()
    assert {row.appointment.id: row.unreached for row in agenda.rows} == {
        lost.id: True,
        reached.id: False,
    }
    assert [f"{local(free.slot.starts_at):%H:%M}" for free in agenda.free] == ["09:00"]
    assert [free.municipality_id for free in agenda.free] == ["weert"]


# Settings of the town


def test_a_town_sets_when_its_reminders_leave(desk: Desk) -> None:
    town = set_reminder_settings(desk.session, desk.me, "weert", [60, 2880], "22:00", "07:30")
    assert (town.remind_before, town.quiet_from, town.quiet_until) == ([2880, 60], "22:00", "07:30")


@pytest.mark.parametrize(
    ("before", "begins", "ends", "fault"),
    [
        ([], "22:00", "07:30", "remind_before"),
        ([60, 60], "22:00", "07:30", "remind_before"),
        ([29], "22:00", "07:30", "remind_before"),
        ([43201], "22:00", "07:30", "remind_before"),
        ([30, 40, 50, 60, 70, 80], "22:00", "07:30", "remind_before"),
        ([60], "24:00", "07:30", "quiet_from"),
        ([60], "22:00", "7:30", "quiet_until"),
    ],
)
def test_settings_that_cannot_be_are_named(
    desk: Desk, before: list[int], begins: str, ends: str, fault: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_reminder_settings(desk.session, desk.me, "weert", before, begins, ends)
    assert list(refused.value.faults) == [fault]


def test_settings_of_another_town_or_by_a_coordinator_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        set_reminder_settings(desk.session, desk.me, "nederweert", [60], "22:00", "07:30")
    coordinator = person(desk.session, desk.now, Role.coordinator)
    with pytest.raises(NotAllowed):
        set_reminder_settings(desk.session, coordinator, "weert", [60], "22:00", "07:30")
