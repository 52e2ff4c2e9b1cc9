"""An invented case with something of everything in it, for the tests of its pages."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.models import Case, Group, Leerroute, Participant
from api.cases.records import (
    Article,
    Attendance,
    Childcare,
    Decision,
    Dimension,
    DuoReport,
    EnforcementStep,
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
    Note,
    Report,
    Score,
    Step,
    Subject,
    WorkPeriod,
)
from api.cases.rules import Rules
from api.cases.service import plan
from api.people.models import Person, Role
from tests.factories import person

ARABIC = ("عبد الرحمن محمد عبد اللطيف", "الحسيني آل إبراهيم الدمشقي")
TIGRINYA = ("ተስፋይ ገብረመድህን ወልደሚካኤል", "ሃይለስላሴ ኣብርሃም ተኽለሃይማኖት")
TURKISH = ("Ayşegül Gülümser Nur", "Büyükkılıçoğlu-Şahinöz Çağlayangil")


def some_case(
    session: Session,
    now: datetime,
    rules: Rules,
    name: tuple[str, str] = ("Amina", "Alvoorbeeld"),
    town: str = "weert",
    **fields: object,
) -> Case:
    """A participant with a case, planned as the service would."""
    who = person(session, now, Role.participant, name=name[0], language="ar", towns=(town,))
    who.last_name = name[1]
    session.add(Participant(person_id=who.id, municipality_id=town))
    session.flush()
    case = Case(participant_id=who.id, municipality_id=town, **{"group": Group.asiel, **fields})
    session.add(case)
    session.flush()
    plan(session, rules, [case.id], now)
    session.refresh(case)
    return case


def full_case(
    session: Session,
    now: datetime,
    rules: Rules,
    regisseur: Person,
    name: tuple[str, str] = ("Amina", "Alvoorbeeld"),
) -> Case:
    """In the Z-route, a year and a half after the PIP, with one or more records of every kind."""
    today = now.date()
    pip = today - timedelta(days=540)
    case = some_case(
        session,
        now,
        rules,
        name,
        leerroute=Leerroute.z,
        regisseur_id=regisseur.id,
        reference="Z-2025-0417",
        interpreter_language="Tigrinya",
        permit_limited=True,
        duo_notice_on=pip - timedelta(days=60),
        registered_on=pip - timedelta(days=55),
        pip_date=pip,
        intake_on=pip - timedelta(days=21),
        benefit_from=pip - timedelta(days=50),
        offer_on=pip + timedelta(days=30),
    )
    records = [
        *(*_hours(today), *_plan(pip), *_way(today, pip), *_file(today)),
        *_talks(now, regisseur),
    ]
    for record in records:
        record.case_id = case.id
    session.add_all(records)
    session.flush()
    plan(session, rules, [case.id], now)
    session.refresh(case)
    return case


def _hours(today: date) -> list[Hours]:
    weeks = [today - timedelta(weeks=week) for week in range(1, 31)]
    lessons = [
        Hours(kind=HoursKind.course, on=week, hours=Decimal("12.5"), provider="Taalhuis Voorbeeld")
        for week in weeks
    ]
    return [
        *lessons,
        Hours(kind=HoursKind.pvt, on=weeks[9], hours=Decimal(8)),
        Hours(kind=HoursKind.map, on=weeks[4], hours=Decimal(40)),
        Hours(kind=HoursKind.participation, on=weeks[2], hours=Decimal(60)),
    ]


def _plan(pip: date) -> list[Goal | Score | Intervention | IntakeFinding]:
    long = " ".join(["Elke week met de buurvrouw naar het taalcafé en daar iets vragen."] * 3)
    states = (GoalState.reached, GoalState.open, GoalState.dropped)
    goals = [
        Goal(dimension=each, goal=long, agreement="Coach belt", agreed_on=pip, state=states[n % 3])
        for n, each in enumerate(list(Dimension)[:4])
    ]
    scores = [
        Score(dimension=each, on=pip + timedelta(days=after), score=min(10, 3 + n + after // 100))
        for after in (0, 180, 360)
        for n, each in enumerate(Dimension)
    ]
    return [
        *goals,
        *scores,
        Intervention(
            partner="Sportclub Proef",
            dimension=Dimension.body,
            goal="Meer bewegen",
            effect="Zwemt elke week",
            starts_on=pip,
        ),
        IntakeFinding(subject=Subject.motivation, finding="Wil graag in de zorg werken."),
        IntakeFinding(subject=Subject.digital_skills, finding="Kan bellen en appen.\nMailt niet."),
    ]


def _way(
    today: date, pip: date
) -> list[Exam | Extension | WorkPeriod | LeerrouteChoice | Attendance | Childcare]:
    return [
        Exam(part=ExamPart.knm, on=today - timedelta(days=30), result=ExamResult.passed),
        Extension(
            ground=Ground.illness,
            starts_on=pip + timedelta(days=100),
            ends_on=pip + timedelta(days=160),
            decision=Decision.granted,
            decided_on=pip + timedelta(days=200),
        ),
        WorkPeriod(employer="Werkplaats Bedacht", starts_on=today - timedelta(weeks=6)),
        LeerrouteChoice(leerroute=Leerroute.b1, since=pip, reason="Na de toets"),
        LeerrouteChoice(leerroute=Leerroute.z, since=pip + timedelta(days=200)),
        Attendance(activity="Workshop geld", on=today - timedelta(days=90), present=True),
        Attendance(activity="Instroomklas", on=today - timedelta(days=400), present=False),
        Childcare(starts_on=today - timedelta(days=20)),
    ]


def _file(today: date) -> list[DuoReport | EnforcementStep | Note]:
    return [
        DuoReport(report=Report.pip, on=today - timedelta(days=530), remark="Via het portaal"),
        EnforcementStep(step=Step.talk, article=Article.pvt, on=today - timedelta(days=40)),
        Note(on=today - timedelta(days=10), text="Belt liever dan mailen.\nNiet op vrijdag."),
    ]


def _talks(now: datetime, regisseur: Person) -> list[Appointment]:
    talk = AppointmentKind.progress_talk
    return [
        Appointment(
            kind=talk,
            state=AppointmentState.held,
            starts_at=now - timedelta(days=300),
            place="Stadhuis",
            regisseur_id=regisseur.id,
        ),
        Appointment(
            kind=talk,
            starts_at=now + timedelta(days=9),
            place="Stadhuis, balie 2",
            regisseur_id=regisseur.id,
        ),
    ]
