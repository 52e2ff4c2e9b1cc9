"""Nobody is in two appointments at the same moment, however many ask for it at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from api.appointments import booking
from api.appointments.diary import QUARTER, Taken, occupied, quarters
from api.appointments.models import (
    Answer,
    Appointment,
    AppointmentKind,
    AppointmentState,
    OccupiedQuarter,
)
from api.cases.models import Case
from api.cases.service import add_record, change_record, remove_record
from api.cases.wire import AppointmentFields
from api.db import Database
from tests.appointments.desk import NOW, RULES, Desk, another, desk, slot
from tests.factories import regisseur
from tests.reminders.test_quiet import at
from tests.side_by_side import at_once

NINE = "2026-11-09 09:00"
TALK = AppointmentKind.progress_talk
IN_GROUPS = (AppointmentKind.pvt, AppointmentKind.map)


@pytest.fixture
def here(sqlite: Database) -> Desk:
    return desk(sqlite)


def adds(there: Desk, text: str, kind: AppointmentKind = TALK, **fields: object) -> UUID:
    """By the town, at whatever moment."""
    wish = AppointmentFields(
        **{"kind": kind, "place": "Stadhuis", **fields},  # type: ignore[arg-type]
        starts_at=at(text),
    )
    with there.database.writing() as session:
        args = (there.me, there.case_id, "appointments", wish, NOW)
        return add_record(session, RULES, *args).id


def changes(there: Desk, id: UUID, **fields: object) -> None:
    with there.database.writing() as session:
        version = session.get_one(Appointment, id).version
        args = (there.me, there.case_id, "appointments", id, version, fields, NOW)
        change_record(session, RULES, *args)


def books(there: Desk, text: str) -> UUID | None:
    """In the chat; None where somebody was first."""
    try:
        with there.database.writing() as session:
            case = session.get_one(Case, there.case_id)
            return booking.book(session, RULES, case, TALK, slot(text), NOW).id
    except Taken:
        return None


def taken(there: Desk, person_id: UUID | None = None) -> list[datetime]:
    with there.database.reading() as session:
        query = select(OccupiedQuarter.starts_at).order_by(OccupiedQuarter.starts_at)
        return list(session.scalars(query.filter_by(person_id=person_id or there.me.id)))


# Quarters


@pytest.mark.parametrize(
    ("begins", "minutes", "touched"),
    [
        ("09:00", 60, ["09:00", "09:15", "09:30", "09:45"]),
        ("09:00", 1, ["09:00"]),
        ("09:00", 15, ["09:00"]),
        ("09:00", 16, ["09:00", "09:15"]),
        ("09:05", 10, ["09:00"]),
        ("09:05", 11, ["09:00", "09:15"]),
        ("09:59", 2, ["09:45", "10:00"]),
    ],
)
def test_an_appointment_takes_each_quarter_that_it_touches(
    begins: str, minutes: int, touched: list[str]
) -> None:
    found = list(quarters(at(f"2026-11-09 {begins}"), minutes))
    assert found == [at(f"2026-11-09 {text}") for text in touched]


MOMENTS = st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC, second=0, microsecond=0)
)


@given(MOMENTS, st.integers(1, 480), MOMENTS, st.integers(1, 480))
def test_two_that_overlap_share_a_quarter(
    one: datetime, minutes: int, other: datetime, others: int
) -> None:
    ends, others_end = one + timedelta(minutes=minutes), other + timedelta(minutes=others)
    if one < others_end and other < ends:
        assert set(quarters(one, minutes)) & set(quarters(other, others))
    if ends + QUARTER <= other:
        assert not set(quarters(one, minutes)) & set(quarters(other, others))


# One after the other


def test_the_time_of_a_planned_appointment_is_taken_for_both(here: Desk) -> None:
    adds(here, NINE)
    four = [at(NINE) + n * QUARTER for n in range(4)]
    assert taken(here) == four
    with here.database.reading() as session:
        who = session.get_one(Case, here.case_id).participant_id
        begins = at("2026-11-09 09:30")
        found = occupied(session, here.me.id, begins, begins + timedelta(hours=8))
    assert taken(here, who) == four
    assert {at("2026-11-09 09:30"), at("2026-11-09 09:45")} <= found


@pytest.mark.parametrize("text", [NINE, "2026-11-09 08:30", "2026-11-09 09:59"])
def test_a_regisseur_has_one_talk_at_a_time(here: Desk, text: str) -> None:
    adds(here, NINE)
    with pytest.raises(Taken):
        adds(another(here), text)


def test_two_that_follow_each_other_are_no_double_booking(here: Desk) -> None:
    adds(here, NINE)
    adds(another(here), "2026-11-09 10:00")
    assert len(taken(here)) == 8


def test_a_participant_is_in_one_place_at_a_time(here: Desk) -> None:
    with here.database.writing() as session:
        colleague = regisseur(session, NOW, "Joost").id
    adds(here, NINE)
    with pytest.raises(Taken):
        adds(here, NINE, AppointmentKind.intake, regisseur_id=colleague)
    with pytest.raises(Taken):
        adds(here, NINE, AppointmentKind.pvt)


@pytest.mark.parametrize("kind", IN_GROUPS)
def test_a_group_takes_no_time_of_the_regisseur(here: Desk, kind: AppointmentKind) -> None:
    adds(here, NINE, kind)
    adds(another(here), NINE, kind)
    assert taken(here) == []
    assert adds(another(here, "Saba"), NINE)


@pytest.mark.parametrize("kind", sorted(set(AppointmentKind) - set(IN_GROUPS)))
def test_every_other_kind_does(here: Desk, kind: AppointmentKind) -> None:
    adds(here, NINE, kind)
    with pytest.raises(Taken):
        adds(another(here), NINE, kind)


def test_what_became_a_talk_with_one_person_takes_time_from_then_on(here: Desk) -> None:
    group = adds(here, NINE, AppointmentKind.map)
    changes(here, group, kind=AppointmentKind.intake)
    assert len(taken(here)) == 4
    changes(here, group, kind=AppointmentKind.map)
    assert taken(here) == []


@pytest.mark.parametrize(
    "state", [AppointmentState.cancelled, AppointmentState.held, AppointmentState.missed]
)
def test_what_is_not_planned_any_more_gives_its_time_back(
    here: Desk, state: AppointmentState
) -> None:
    id = adds(here, NINE)
    changes(here, id, state=state)
    assert taken(here) == []
    assert adds(another(here), NINE)
    with pytest.raises(Taken):
        changes(here, id, state=AppointmentState.planned)


def test_a_moved_appointment_gives_back_its_old_time(here: Desk) -> None:
    id = adds(here, NINE)
    changes(here, id, starts_at=at("2026-11-09 09:30"))  # over a part of itself
    assert taken(here)[0] == at("2026-11-09 09:30")
    assert adds(another(here), "2026-11-09 08:30")


def test_where_the_new_time_is_taken_the_old_one_stays(here: Desk) -> None:
    id = adds(here, NINE)
    adds(another(here), "2026-11-09 13:00")
    with pytest.raises(Taken):
        changes(here, id, starts_at=at("2026-11-09 12:30"))
    assert at(NINE) in taken(here)
    assert here.talks() == [NINE]


def test_a_removed_appointment_gives_its_time_back(here: Desk) -> None:
    id = adds(here, "2026-10-20 09:00")
    assert len(taken(here)) == 4
    with here.database.writing() as session:
        version = session.get_one(Appointment, id).version
        remove_record(session, RULES, here.me, here.case_id, "appointments", id, version, NOW)
    assert taken(here) == []


def test_who_moves_in_the_chat_to_a_taken_time_keeps_the_old_one(here: Desk) -> None:
    mine, other = books(here, NINE), books(another(here), "2026-11-09 11:00")
    assert mine is not None
    assert other is not None
    with here.database.writing() as session:
        appointment = session.get_one(Appointment, mine)
        with pytest.raises(Taken):
            booking.move(session, RULES, appointment, slot("2026-11-09 11:00"), NOW)
    assert here.talks() == [NINE]
    assert len(taken(here)) == 8


def test_what_is_booked_in_the_chat_is_confirmed_and_what_is_cancelled_declined(
    here: Desk,
) -> None:
    id = books(here, NINE)
    with here.database.writing() as session:
        found = session.get_one(Appointment, id)
        assert (found.answer, found.regisseur_id) == (Answer.confirmed, here.me.id)
        booking.move(session, RULES, found, slot("2026-11-10 13:00"), NOW)
        assert here.me.id == found.regisseur_id
        booking.cancel(session, RULES, found, NOW)
        assert (found.state, found.answer) == (AppointmentState.cancelled, Answer.declined)
    assert taken(here) == []


def test_clock_changes_make_no_gap_and_no_overlap(here: Desk) -> None:
    """Half past two comes twice that night: two appointments, an hour apart."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    found = [list(quarters(moment, 60)) for moment in (first, first + timedelta(hours=1))]
    assert not set(found[0]) & set(found[1])


# At once


def appointments(there: Desk) -> int:
    with there.database.reading() as session:
        return session.scalar(select(func.count(Appointment.id))) or 0


def test_twenty_people_who_take_the_same_time_get_it_once(database: Database) -> None:
    here = desk(database)
    people = [another(here, f"Persoon {number}") for number in range(20)]
    found = at_once(20, lambda number: books(people[number], NINE))
    assert len([id for id in found if id is not None]) == 1
    assert appointments(here) == 1
    assert len(taken(here)) == 4


def test_of_twenty_that_overlap_all_exactly_one_is_planned(database: Database) -> None:
    """Written by the town, a minute apart, each an hour long."""
    here = desk(database)
    people = [another(here, f"Persoon {number}") for number in range(20)]

    def one(number: int) -> bool:
        try:
            return bool(adds(people[number], f"2026-11-09 09:{number:02}"))
        except Taken:
            return False

    assert sum(at_once(20, one)) == 1
    assert appointments(here) == 1


def test_one_person_who_presses_twenty_times_has_one_appointment(database: Database) -> None:
    here = desk(database)
    found = at_once(20, lambda _: books(here, NINE))
    assert len([id for id in found if id is not None]) == 1
    assert appointments(here) == 1


def test_two_regisseurs_who_want_the_same_participant_get_them_once(database: Database) -> None:
    here = desk(database)
    with database.writing() as session:
        others = [regisseur(session, NOW, f"Collega {number}").id for number in range(8)]

    def one(number: int) -> bool:
        try:
            return bool(adds(here, NINE, regisseur_id=others[number]))
        except Taken:
            return False

    assert sum(at_once(8, one)) == 1
    assert appointments(here) == 1


def test_those_who_take_different_times_all_get_theirs(database: Database) -> None:
    here = desk(database)
    people = [another(here, f"Persoon {number}") for number in range(8)]
    found = at_once(8, lambda number: books(people[number], f"2026-11-09 {9 + number:02}:00"))
    assert None not in found
    assert len(taken(here)) == 32


def test_many_who_move_to_the_same_time_leave_one_there_and_the_others_where_they_were(
    database: Database,
) -> None:
    here = desk(database)
    people = [another(here, f"Persoon {number}") for number in range(8)]
    talks = [
        books(person, f"2026-11-09 {9 + number:02}:00") for number, person in enumerate(people)
    ]

    def move(number: int) -> bool:
        try:
            with database.writing() as session:
                found = session.get_one(Appointment, talks[number])
                booking.move(session, RULES, found, slot("2026-11-10 09:00"), NOW)
                return True
        except Taken:
            return False

    assert sum(at_once(8, move)) == 1
    assert len(taken(here)) == 32
