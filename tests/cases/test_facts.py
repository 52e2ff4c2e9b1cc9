"""From what was written down to the facts that the rules read; on both databases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.facts import facts_of, load_facts
from api.cases.findings import Care, Fine, Passed
from api.cases.models import Case
from api.cases.records import (
    Article,
    Childcare,
    Decision,
    EnforcementStep,
    Exam,
    ExamPart,
    ExamResult,
    Extension,
    Ground,
    Hours,
    HoursKind,
    Level,
    Step,
    WorkPeriod,
)
from api.cases.spans import Span
from api.db import Base, Database
from tests.factories import participant

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def case(database: Database) -> Case:
    with database.writing() as session:
        return participant(session, NOW)


def keep(database: Database, *rows: Base) -> None:
    with database.writing() as session:
        session.add_all(rows)


def talk(
    case: Case, starts_at: str, state: AppointmentState = AppointmentState.held
) -> Appointment:
    moment = datetime.fromisoformat(starts_at)
    kind = AppointmentKind.progress_talk
    return Appointment(case_id=case.id, kind=kind, state=state, starts_at=moment, place="Stadhuis")


@pytest.mark.parametrize(
    ("starts_at", "day"),
    [
        ("2026-03-10T22:59:59+00:00", "2026-03-10"),  # one minute before midnight in winter
        ("2026-03-10T23:30:00+00:00", "2026-03-11"),
        ("2026-07-10T21:59:00+00:00", "2026-07-10"),  # in summer midnight is an hour earlier
        ("2026-07-10T22:30:00+00:00", "2026-07-11"),
        ("2026-03-28T23:30:00+00:00", "2026-03-29"),  # the night in which the clock goes forward
        ("2026-03-29T22:30:00+00:00", "2026-03-30"),  # and the evening after it
        ("2026-10-24T22:30:00+00:00", "2026-10-25"),  # the night in which it goes back
        ("2026-10-25T22:30:00+00:00", "2026-10-25"),
        ("2026-10-25T23:30:00+00:00", "2026-10-26"),
        ("2026-12-31T23:30:00+00:00", "2027-01-01"),  # New Year's Eve
        ("2028-02-28T23:30:00+00:00", "2028-02-29"),
    ],
)
def test_a_talk_counts_on_its_day_in_the_netherlands(
    database: Database, case: Case, starts_at: str, day: str
) -> None:
    keep(database, talk(case, starts_at))
    with database.reading() as session:
        assert facts_of(session, case).talks_held == (date.fromisoformat(day),)


@pytest.mark.parametrize("state", [AppointmentState.planned, AppointmentState.cancelled])
def test_a_talk_that_was_not_held_does_not_count(
    database: Database, case: Case, state: AppointmentState
) -> None:
    keep(database, talk(case, "2026-03-10T10:00:00+00:00", state))
    with database.reading() as session:
        assert facts_of(session, case).talks_held == ()


def hours(case: Case, number: str, kind: HoursKind = HoursKind.pvt) -> Hours:
    return Hours(case_id=case.id, kind=kind, on=DAY, hours=Decimal(number))


def test_hours_are_added_up_by_kind_without_a_rounding_error(
    database: Database, case: Case
) -> None:
    lessons = hours(case, "2.25", HoursKind.course)
    keep(database, *(hours(case, "0.10") for _ in range(3)), lessons)
    with database.reading() as session:
        found = facts_of(session, case).hours
    assert found == {HoursKind.pvt: Decimal("0.30"), HoursKind.course: Decimal("2.25")}


def test_of_the_exams_only_what_was_passed_counts(database: Database, case: Case) -> None:
    results = zip(ExamPart, (*ExamResult, ExamResult.passed, ExamResult.failed), strict=True)
    keep(
        database,
        *(Exam(case_id=case.id, part=part, on=DAY, result=result) for part, result in results),
    )
    later, part = DAY + timedelta(days=1), ExamPart.writing
    passed = ExamResult.passed
    keep(database, Exam(case_id=case.id, part=part, level=Level.a2, on=later, result=passed))
    with database.reading() as session:
        found = facts_of(session, case).exams
    assert set(found) == {
        Passed(ExamPart.listening, DAY),
        Passed(ExamPart.speaking, DAY),
        Passed(ExamPart.writing, later, Level.a2),
    }


def extension(
    case: Case, first: str, last: str, decided_on: str | None, **more: object
) -> Extension:
    fields = {"decision": Decision.granted, "ground": Ground.illness, **more}
    decided = decided_on and date.fromisoformat(decided_on)
    days = {"starts_on": date.fromisoformat(first), "ends_on": date.fromisoformat(last)}
    return Extension(case_id=case.id, decided_on=decided, **days, **fields)


def test_only_granted_time_counts(database: Database, case: Case) -> None:
    keep(
        database,
        extension(case, "2026-01-01", "2026-03-31", None, decision=Decision.asked),
        extension(case, "2026-04-01", "2026-06-30", "2026-08-01", decision=Decision.refused),
        extension(case, "2026-07-01", "2026-09-30", "2026-10-01"),
    )
    with database.reading() as session:
        found = facts_of(session, case)
    assert found.extensions == (Span(date(2026, 7, 1), date(2026, 9, 30)),)
    assert (found.term_decided_on, found.settled) == (None, ())


def test_the_newest_decision_that_names_a_day_holds_all_time_until_then(
    database: Database, case: Case
) -> None:
    later = extension(case, "2026-07-01", "2026-07-31", "2026-10-01")
    first, second = date(2029, 3, 1), date(2029, 2, 1)
    keep(
        database,
        later,
        extension(case, "2026-01-01", "2026-03-31", "2026-05-01", term_ends_on=first),
        extension(case, "2026-02-01", "2026-04-30", "2026-06-01", term_ends_on=second),
    )
    with database.reading() as session:
        found = facts_of(session, case)
    assert found.term_decided_on == second
    assert len(found.extensions) == 3
    assert set(found.extensions) - set(found.settled) == {Span(date(2026, 7, 1), date(2026, 7, 31))}


def test_work_childcare_and_fines_come_along(database: Database, case: Case) -> None:
    keep(
        database,
        WorkPeriod(case_id=case.id, employer="Bakkerij", starts_on=DAY),
        WorkPeriod(case_id=case.id, employer="Kas", starts_on=DAY, ends_on=date(2027, 1, 1)),
        Childcare(case_id=case.id, starts_on=DAY, changed_on=DAY),
        EnforcementStep(case_id=case.id, step=Step.fine, article=Article.pvt, on=DAY),
        EnforcementStep(case_id=case.id, step=Step.warning, article=Article.map, on=DAY),
    )
    with database.reading() as session:
        found = facts_of(session, case)
    assert found.work_starts_on == DAY
    assert found.childcare == (Care(DAY, None, DAY, None),)
    assert found.fines == (Fine(Article.pvt, DAY),)


def test_a_case_of_which_nothing_is_known_has_empty_facts(database: Database, case: Case) -> None:
    with database.reading() as session:
        found = facts_of(session, case)
    assert (found.hours, found.exams, found.extensions, found.moved_here) == ({}, (), (), False)
    assert (found.group, found.law) == (case.group, case.law)


def test_the_facts_of_many_cases_do_not_mix(database: Database) -> None:
    with database.writing() as session:
        cases = [participant(session, NOW, name=f"Amina {n}") for n in range(3)]
        for number, each in enumerate(cases, start=1):
            session.add(hours(each, str(number)))
            session.add(talk(each, f"2026-03-0{number}T10:00:00+00:00"))
    with database.reading() as session:
        found = load_facts(session, [each.id for each in cases])
    assert [found[each.id].hours[HoursKind.pvt] for each in cases] == [1, 2, 3]
    assert [found[each.id].talks_held[0].day for each in cases] == [1, 2, 3]


def test_who_moved_here_is_known_by_the_case_of_before(database: Database) -> None:
    with database.writing() as session:
        old = participant(session, NOW)
        old.closed_on = DAY
        session.flush()
        new = moved(session, old)
    with database.reading() as session:
        assert facts_of(session, new).moved_here
        assert not facts_of(session, old).moved_here


def moved(session: Session, old: Case) -> Case:
    new = Case(
        participant_id=old.participant_id,
        municipality_id=old.municipality_id,
        group=old.group,
        transferred_from_id=old.id,
    )
    session.add(new)
    session.flush()
    return new
