"""What the invented people of the demo have done so far: enough to see every page filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.access import every_open_case
from api.cases.models import Case, Group, Law, Leerroute
from api.cases.records import (
    Attendance,
    Childcare,
    Decision,
    Dimension,
    DuoReport,
    Exam,
    ExamPart,
    ExamResult,
    Extension,
    Goal,
    GoalState,
    Ground,
    Hours,
    HoursKind,
    IntakeFinding,
    Intervention,
    LeerrouteChoice,
    Level,
    Note,
    Record,
    Report,
    Score,
    Subject,
    WorkPeriod,
)
from api.cases.rules import load_rules
from api.cases.service import plan
from api.cases.spans import plus
from api.clock import AMSTERDAM

WEEK = timedelta(weeks=1)
TALK_MONTHS = (3, 6, 9, 12, 18, 24, 30, 36)
MISSED_A_TALK = (4, 6)
GOALS = (
    (Dimension.participation, "Elke week Nederlands spreken", "Gaat naar het taalcafé", "reached"),
    (Dimension.daily, "Zelf naar de les fietsen", "Oefent met een buurvrouw", "open"),
    (Dimension.quality, "Een eigen plek om te leren", "Vraagt een bureau aan", "open"),
    (Dimension.body, "Twee keer per week bewegen", "Loopt mee met de wandelgroep", "open"),
)
FINDINGS = (
    (Subject.education, "Heeft negen jaar school gedaan."),
    (Subject.motivation, "Wil in de zorg werken."),
    (Subject.network, "Kent twee gezinnen in de straat."),
)


@dataclass(frozen=True)
class Way:
    """How far the person with this number is."""

    number: int
    today: date

    @property
    def pip_date(self) -> date | None:
        """One has no PIP yet, one is nearly at the end; the others lie between."""
        if self.number == 7:
            return None
        days = 1_060 if self.number == 5 else 70 + 85 * self.number
        return self.today - timedelta(days=days)

    @property
    def months(self) -> int:
        return (self.today - self.pip_date).days // 30 if self.pip_date else 0


def fill_case(session: Session, case: Case, number: int, today: date) -> None:
    """Dates and records that fit each other, the same every time."""
    way = Way(number, today)
    _write_dates(case, way)
    session.add_all(record for record in _records(case, way))
    session.flush()


def plan_cases(session: Session, now: datetime) -> None:
    """What is due first in each of them, as a running installation works it out every day."""
    plan(session, load_rules(), session.scalars(every_open_case()).all(), now)


def _write_dates(case: Case, way: Way) -> None:
    begin = (way.pip_date or way.today + 2 * WEEK) - 9 * WEEK
    case.duo_notice_on, case.registered_on = begin, begin + WEEK
    case.housed_on, case.intake_on = begin + WEEK, begin + 5 * WEEK
    case.learnability_on, case.learnability_result = begin + 5 * WEEK, "B1 past"
    case.pip_date, case.law = way.pip_date, Law.wi2021
    case.reference = f"VOORBEELD-{way.number + 1:03}"
    if case.group in (Group.asiel, Group.gezin_van_asiel):
        case.guidance_from, case.benefit_from = begin + WEEK, begin + WEEK
        case.permit_limited = case.group is Group.asiel
        case.offer_on = way.pip_date + 6 * WEEK if way.pip_date and way.number != 8 else None
    if way.number == 10:  # somebody under the older law
        case.law, case.leerroute = Law.wi2013, None
    if way.months >= 8 and case.leerroute is not Leerroute.onderwijs:
        case.pvt_activity_on = case.pvt_signed_on = begin + 30 * WEEK
    if way.number % 3 == 1:
        case.interpreter_language = "Tigrinya"


def _records(case: Case, way: Way) -> Iterator[Record]:
    if case.leerroute is not None and way.pip_date is not None:
        yield LeerrouteChoice(case_id=case.id, leerroute=case.leerroute, since=way.pip_date)
    yield from (IntakeFinding(case_id=case.id, subject=s, finding=text) for s, text in FINDINGS)
    yield Note(case_id=case.id, on=way.today - WEEK, text="Belt liever 's middags.")
    if way.pip_date is None:
        return
    yield DuoReport(case_id=case.id, report=Report.pip, on=way.pip_date + WEEK)
    yield from _hours(case, way, way.pip_date)
    yield from _talks_held(case, way, way.pip_date)
    yield from _plan(case, way.pip_date, way.today)
    yield from _exams(case, way)
    if way.number == 1:
        yield WorkPeriod(case_id=case.id, employer="Kas & Co", starts_on=way.today - 12 * WEEK)
    if way.number == 2:
        yield Childcare(case_id=case.id, starts_on=way.today - 8 * WEEK)
    if way.number == 3:
        yield Extension(
            case_id=case.id,
            ground=Ground.birth,
            starts_on=way.today - 20 * WEEK,
            ends_on=way.today - 4 * WEEK - timedelta(days=1),
            decision=Decision.granted,
            decided_on=way.today - 2 * WEEK,
        )


def _hours(case: Case, way: Way, pip_date: date) -> Iterator[Record]:
    for month in range(min(way.months, 30)):
        on = pip_date + timedelta(days=30 * month + 14)
        if case.leerroute is not None:
            yield _done(case, HoursKind.course, on, "36", "Taalschool Voorbeeld")
        if month < 3:
            yield _done(case, HoursKind.pvt, on, "4", "Gemeente")
        elif month < 9 and case.leerroute is not Leerroute.onderwijs:
            yield _done(case, HoursKind.map, on, "7.5", "Werk.Kom")
        if case.leerroute is Leerroute.z and month >= 4:
            yield _done(case, HoursKind.participation, on, "28", "Buurttuin Proef")
    if way.months:
        activity = "Workshop omgaan met geld"
        on = pip_date + 5 * WEEK
        yield Attendance(case_id=case.id, activity=activity, on=on, present=way.number % 4 != 2)


def _done(case: Case, kind: HoursKind, on: date, hours: str, provider: str) -> Hours:
    return Hours(case_id=case.id, kind=kind, on=on, hours=Decimal(hours), provider=provider)


def _talks_held(case: Case, way: Way, pip_date: date) -> Iterator[Record]:
    """Every talk so far; two people missed their last one."""
    days = [plus(pip_date, months=months) for months in TALK_MONTHS]
    past = [day for day in days if day < way.today]
    for day in past[:-1] if way.number in MISSED_A_TALK else past:
        yield Appointment(
            case_id=case.id,
            kind=AppointmentKind.progress_talk,
            state=AppointmentState.held,
            starts_at=datetime.combine(day, time(10), AMSTERDAM),
            place="Stadhuis, balie 2",
        )


def _plan(case: Case, pip_date: date, today: date) -> Iterator[Record]:
    for dimension, goal, agreement, state in GOALS:
        yield Goal(
            case_id=case.id,
            dimension=dimension,
            goal=goal,
            agreement=agreement,
            agreed_on=pip_date,
            review_on=pip_date + timedelta(days=180),
            state=GoalState(state),
        )
    yield Intervention(
        case_id=case.id,
        partner="Bibliocenter",
        dimension=Dimension.participation,
        goal="Durft Nederlands te spreken",
        effect="Belt nu zelf de school",
        starts_on=pip_date + 4 * WEEK,
    )
    for round_, on in enumerate((pip_date, pip_date + 26 * WEEK, pip_date + 52 * WEEK)):
        for place, dimension in enumerate(Dimension):
            if on <= today:
                score = 4 + (place * 2 + round_ * 3) % 5
                yield Score(case_id=case.id, dimension=dimension, on=on, score=score)


def _exams(case: Case, way: Way) -> Iterator[Record]:
    if case.leerroute is not Leerroute.b1 or way.months < 12 or way.pip_date is None:
        return
    for part in (ExamPart.reading, ExamPart.knm)[: way.months // 12]:
        level = None if part is ExamPart.knm else Level.b1
        on = way.pip_date + 50 * WEEK
        yield Exam(case_id=case.id, part=part, level=level, on=on, result=ExamResult.passed)
