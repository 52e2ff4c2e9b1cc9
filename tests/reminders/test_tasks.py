"""The ledger of a case, and the list of what waits for a regisseur."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.access import participant_of
from api.cases.models import Case
from api.cases.service import plan
from api.db import Database
from api.errors import Conflict, Invalid, NotFound
from api.paging import Paging
from api.people.models import Person
from api.reminders.models import Reminder, ReminderKind, ReminderState
from api.reminders.tasks import (
    count_tasks,
    handle,
    list_ledger,
    list_tasks,
    open_tasks,
    send_again,
)
from tests.factories import FixedClock, participant, regisseur, talk

FIRST = Paging(1, 50)


@dataclass
class Desk:
    """A regisseur with the list, in one transaction."""

    session: Session
    words: Words
    me: Person
    now: datetime

    def case(self) -> Case:
        return participant(self.session, self.now)

    def task(
        self,
        case: Case,
        state: ReminderState = ReminderState.unreached,
        kind: ReminderKind = ReminderKind.appointment,
        since: timedelta = timedelta(),
    ) -> Reminder:
        """Of a talk in two days, which did not arrive."""
        made = talk(self.session, case, self.now + timedelta(days=2))
        reminder = Reminder(
            key=f"a:{made.id}",
            municipality_id=case.municipality_id,
            case_id=case.id,
            appointment_id=made.id,
            kind=kind,
            at=made.starts_at,
            until=made.starts_at,
            planned_at=self.now,
            due_at=self.now - since,
            done_at=self.now - since,
            state=state,
            why="blocked",
        )
        self.session.add(reminder)
        self.session.flush()
        return reminder

    def again(self, task: Reminder) -> Reminder:
        return send_again(self.session, self.words.rules, self.me, task.id, self.now)

    def tasks(self, page: Paging = FIRST) -> list[Reminder]:
        return list(list_tasks(self.session, self.me, page).rows)


@pytest.fixture
def desk(database: Database, words: Words, clock: FixedClock) -> Iterator[Desk]:
    with database.writing() as session:
        yield Desk(session, words, regisseur(session, clock()), clock())


def appointment_of(task: Reminder) -> Appointment:
    assert task.appointment is not None
    return task.appointment


def refused(desk: Desk, task: Reminder) -> str:
    """The key of the conflict with which sending again is refused."""
    with pytest.raises(Conflict) as conflict:
        desk.again(task)
    assert task.state is not ReminderState.handled
    return conflict.value.key


def test_the_list_holds_what_waits_for_somebody_the_longest_first(desk: Desk) -> None:
    new = desk.task(desk.case())
    old = desk.task(desk.case(), ReminderState.to_print, since=timedelta(hours=3))
    for done in (ReminderState.sent, ReminderState.withdrawn, ReminderState.handled):
        desk.task(desk.case(), done)
    assert desk.tasks() == [old, new]
    assert count_tasks(desk.session, desk.me) == 2
    assert desk.tasks(Paging(2, 1)) == [new]
    assert list_tasks(desk.session, desk.me, Paging(2, 1)).total == 2


def test_the_list_holds_nothing_of_another_town(desk: Desk) -> None:
    task = desk.task(desk.case())
    elsewhere = regisseur(desk.session, desk.now, name="Piet", towns=("cranendonck",))
    assert list_tasks(desk.session, elsewhere, FIRST).rows == []
    assert count_tasks(desk.session, elsewhere) == 0
    with pytest.raises(NotFound):
        handle(desk.session, elsewhere, task.id, "gebeld", desk.now)
    with pytest.raises(NotFound):
        list_ledger(desk.session, elsewhere, task.case_id)


def test_the_ledger_of_a_case_shows_everything_the_newest_first(desk: Desk) -> None:
    case = desk.case()
    sent = desk.task(case, ReminderState.sent, since=timedelta(days=1))
    unreached = desk.task(case)
    desk.task(desk.case())
    assert list_ledger(desk.session, desk.me, case.id) == [unreached, sent]


def test_what_was_done_otherwise_says_who_when_and_how(desk: Desk) -> None:
    task = desk.task(desk.case())
    handle(desk.session, desk.me, task.id, "  gebeld,\n komt wel ", desk.now)
    assert (task.state, task.handled_by_id) == (ReminderState.handled, desk.me.id)
    assert (task.handled_at, task.handled_how) == (desk.now, "gebeld, komt wel")
    assert desk.tasks() == []
    with pytest.raises(Conflict) as twice:
        handle(desk.session, desk.me, task.id, "nog eens", desk.now)
    assert twice.value.key == "error.task_done"


@pytest.mark.parametrize("how", ["", "  ", "x" * 201])
def test_how_it_was_done_is_said_in_a_few_words(desk: Desk, how: str) -> None:
    task = desk.task(desk.case())
    with pytest.raises(Invalid):
        handle(desk.session, desk.me, task.id, how, desk.now)
    assert desk.tasks() == [task]


def test_sent_again_is_a_new_message_that_is_due_now(desk: Desk) -> None:
    task = desk.task(desk.case())
    again = desk.again(task)
    assert again.key == f"{task.key}~{task.id}"
    assert (again.state, again.due_at) == (ReminderState.planned, desk.now)
    assert (again.appointment_id, again.at) == (task.appointment_id, task.at)
    assert (task.state, task.handled_how) == (ReminderState.handled, None)
    assert desk.tasks() == []
    assert refused_as_done(desk, task)


def refused_as_done(desk: Desk, task: Reminder) -> bool:
    with pytest.raises(Conflict) as conflict:
        desk.again(task)
    return conflict.value.key == "error.task_done"


def test_what_failed_again_can_be_sent_a_third_time(desk: Desk) -> None:
    second = desk.again(desk.task(desk.case()))
    second.state, second.done_at = ReminderState.unreached, desk.now
    desk.session.flush()
    third = desk.again(second)
    assert third.key.count("~") == 1
    assert third.key.endswith(f"~{second.id}")


def test_what_was_sent_again_in_quiet_hours_survives_a_change_of_the_case(desk: Desk) -> None:
    task = desk.task(desk.case())
    again = desk.again(task)
    again.due_at = desk.now + timedelta(hours=8)
    desk.session.flush()
    plan(desk.session, desk.words.rules, [task.case_id], desk.now)
    assert desk.session.scalar(select(Reminder.id).filter_by(key=again.key)) == again.id


def test_what_is_not_true_any_more_is_not_sent_again(desk: Desk) -> None:
    moved, cancelled = desk.task(desk.case()), desk.task(desk.case())
    appointment_of(moved).starts_at += timedelta(hours=1)
    appointment_of(cancelled).state = AppointmentState.cancelled
    desk.session.flush()
    assert refused(desk, moved) == refused(desk, cancelled) == "error.not_true_any_more"
    assert desk.tasks() == [moved, cancelled]


def test_who_wants_no_messages_gets_none_again(desk: Desk) -> None:
    task = desk.task(desk.case())
    participant_of(desk.session, task.case).stopped_at = desk.now
    desk.session.flush()
    assert refused(desk, task) == "error.stopped"


def test_that_a_chat_was_lost_cannot_be_sent(desk: Desk) -> None:
    task = desk.task(desk.case(), kind=ReminderKind.unreachable)
    assert refused(desk, task) == "error.nothing_to_send"


def test_the_list_is_found_by_its_index(sqlite: Database, clock: FixedClock) -> None:
    """PostgreSQL chooses by how many rows there are; that is tried in bench/."""
    with sqlite.writing() as session:
        query = select(Reminder.id).where(*open_tasks(regisseur(session, clock())))
        rendered = query.compile(
            session.get_bind(), compile_kwargs={"render_postcompile": True, "literal_binds": True}
        )
        steps = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {rendered}").all()
    assert any("ix_reminder_tasks" in str(step) for step in steps)
