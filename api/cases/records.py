"""What happens in a case more than once: hours, goals, exams, extensions and the rest.

Each kind is a table with a case; `RECORDS` lists them by the word that the API, the console and
an import use for it. A day is a date in Europe/Amsterdam.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from api.cases.history import Recorded, Versioned
from api.cases.models import Leerroute
from api.db import Base, choice, one_of


class HoursKind(StrEnum):
    course = "course"
    """Lessons: Dutch and KNM."""
    participation = "participation"
    pvt = "pvt"
    map = "map"


class Dimension(StrEnum):
    """The six dimensions of positive health (Huber), as the towns use them."""

    body = "body"
    mind = "mind"
    meaning = "meaning"
    quality = "quality"
    participation = "participation"
    daily = "daily"


class Subject(StrEnum):
    """What the brede intake has to look at (Wet inburgering 2021, art. 14; Besluit 5.2)."""

    learnability = "learnability"
    language_level = "language_level"
    motivation = "motivation"
    work_skills = "work_skills"
    education = "education"
    work_participation = "work_participation"
    self_reliance = "self_reliance"
    practical_skills = "practical_skills"
    network = "network"
    digital_skills = "digital_skills"
    health = "health"
    work_experience = "work_experience"
    family = "family"
    child_education = "child_education"
    """Voorschoolse educatie of a child."""


class GoalState(StrEnum):
    open = "open"
    reached = "reached"
    dropped = "dropped"


class ExamPart(StrEnum):
    reading = "reading"
    listening = "listening"
    writing = "writing"
    speaking = "speaking"
    knm = "knm"


class Level(StrEnum):
    a2 = "a2"
    b1 = "b1"
    b2 = "b2"


class ExamResult(StrEnum):
    booked = "booked"
    passed = "passed"
    failed = "failed"


class Ground(StrEnum):
    """Grounds for more time (Besluit inburgering 2021, art. 4.3-4.5; Regeling 4.1)."""

    illness = "illness"
    death = "death"
    birth = "birth"
    shelter = "shelter"
    alfabetisering = "alfabetisering"
    homeless = "homeless"
    no_offer = "no_offer"
    provider = "provider"
    nearly_done = "nearly_done"
    other = "other"


class Decision(StrEnum):
    asked = "asked"
    granted = "granted"
    refused = "refused"


class Step(StrEnum):
    """Enforcement; told to staff only, and never to a participant as a threat."""

    call = "call"
    warning = "warning"
    talk = "talk"
    intended_fine = "intended_fine"
    fine = "fine"
    objection = "objection"


class Article(StrEnum):
    """What a fine is about (Wet inburgering 2021, art. 22-25)."""

    intake = "intake"
    pip = "pip"
    pvt = "pvt"
    map = "map"
    route = "route"


class Report(StrEnum):
    """What the municipality tells DUO."""

    pip = "pip"
    leerroute = "leerroute"
    pvt = "pvt"
    map = "map"
    z_route = "z_route"
    move = "move"
    exemption_advice = "exemption_advice"


class Record(Versioned, Recorded):
    """A row of a case. Versioned and recorded like the case itself."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)

    @declared_attr
    def case_id(cls) -> Mapped[UUID]:  # noqa: N805
        return mapped_column(ForeignKey("case.id"), index=True)


class Hours(Record, Base):
    """Hours of one kind that were done on a day, or in the week that begins on it."""

    __tablename__ = "hours"
    __table_args__ = (
        one_of("kind", HoursKind),
        CheckConstraint("hours > 0 AND hours <= 1600", name="hours_fit"),
        UniqueConstraint("case_id", "reference"),
        Index("ix_hours_case_id_kind", "case_id", "kind"),
    )

    kind: Mapped[HoursKind] = mapped_column(choice(HoursKind))
    on: Mapped[date] = mapped_column("done_on")
    hours: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    provider: Mapped[str | None] = mapped_column(String(80))
    reference: Mapped[str | None] = mapped_column(String(60))


class LeerrouteChoice(Record, Base):
    """From this day on the leerroute is this one."""

    __tablename__ = "leerroute_choice"
    __table_args__ = (one_of("leerroute", Leerroute), UniqueConstraint("case_id", "since"))

    leerroute: Mapped[Leerroute] = mapped_column(choice(Leerroute))
    since: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(200))


class IntakeFinding(Record, Base):
    """What the brede intake found about one of its subjects."""

    __tablename__ = "intake_finding"
    __table_args__ = (one_of("subject", Subject), UniqueConstraint("case_id", "subject"))

    subject: Mapped[Subject] = mapped_column(choice(Subject))
    finding: Mapped[str] = mapped_column(Text)


class Goal(Record, Base):
    """A goal or an agreement of the PIP, in one dimension."""

    __tablename__ = "goal"
    __table_args__ = (
        one_of("dimension", Dimension),
        one_of("state", GoalState),
        CheckConstraint("agreed_on <= review_on", name="review_is_later"),
    )

    dimension: Mapped[Dimension] = mapped_column(choice(Dimension))
    goal: Mapped[str] = mapped_column(String(400))
    agreement: Mapped[str | None] = mapped_column(String(400))
    """Who does what for it."""
    agreed_on: Mapped[date]
    review_on: Mapped[date | None]
    state: Mapped[GoalState] = mapped_column(choice(GoalState), default=GoalState.open)


class Score(Record, Base):
    """How somebody rates one dimension of positive health on a day: 0 is worst, 10 is best."""

    __tablename__ = "score"
    __table_args__ = (
        one_of("dimension", Dimension),
        CheckConstraint("score BETWEEN 0 AND 10", name="score_fits"),
        UniqueConstraint("case_id", "dimension", "scored_on"),
    )

    dimension: Mapped[Dimension] = mapped_column(choice(Dimension))
    on: Mapped[date] = mapped_column("scored_on")
    score: Mapped[int]


class Intervention(Record, Base):
    """What a partner does, for which goal, and what came of it."""

    __tablename__ = "intervention"
    __table_args__ = (
        one_of("dimension", Dimension),
        CheckConstraint("starts_on <= ends_on", name="ends_later"),
    )

    partner: Mapped[str] = mapped_column(String(80))
    dimension: Mapped[Dimension] = mapped_column(choice(Dimension))
    goal: Mapped[str] = mapped_column(String(400))
    effect: Mapped[str | None] = mapped_column(String(400))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Exam(Record, Base):
    __tablename__ = "exam"
    __table_args__ = (
        one_of("part", ExamPart),
        one_of("level", Level),
        one_of("result", ExamResult),
        CheckConstraint("part <> 'knm' OR level IS NULL", name="knm_has_no_level"),
        UniqueConstraint("case_id", "part", "taken_on"),
    )

    part: Mapped[ExamPart] = mapped_column(choice(ExamPart))
    level: Mapped[Level | None] = mapped_column(choice(Level))
    on: Mapped[date] = mapped_column("taken_on")
    result: Mapped[ExamResult] = mapped_column(choice(ExamResult))


class Extension(Record, Base):
    """More time: the period of its ground, and what DUO decided."""

    __tablename__ = "extension"
    __table_args__ = (
        one_of("ground", Ground),
        one_of("decision", Decision),
        CheckConstraint("starts_on <= ends_on", name="ends_later"),
        CheckConstraint("decision <> 'granted' OR decided_on IS NOT NULL", name="granted_has_day"),
    )

    ground: Mapped[Ground] = mapped_column(choice(Ground))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day of the period."""
    decision: Mapped[Decision] = mapped_column(choice(Decision), default=Decision.asked)
    decided_on: Mapped[date | None]
    term_ends_on: Mapped[date | None]
    """The last day of the term as DUO's decision names it; goes before every calculation."""


class WorkPeriod(Record, Base):
    """A work-experience place; local policy says how many weeks one lasts."""

    __tablename__ = "work_period"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="ends_later"),)

    employer: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Childcare(Record, Base):
    """Care for a child that has begun, and what the parent has arranged for it."""

    __tablename__ = "childcare"

    starts_on: Mapped[date]
    applied_on: Mapped[date | None]
    """When the allowance was applied for."""
    changed_on: Mapped[date | None]
    """The last change of hours, price or income."""
    reported_on: Mapped[date | None]
    """When that change was reported."""


class EnforcementStep(Record, Base):
    __tablename__ = "enforcement_step"
    __table_args__ = (
        one_of("step", Step),
        one_of("article", Article),
        CheckConstraint("euro >= 0", name="euro_fits"),
        CheckConstraint("step <> 'fine' OR article IS NOT NULL", name="fine_has_article"),
    )

    step: Mapped[Step] = mapped_column(choice(Step))
    article: Mapped[Article | None] = mapped_column(choice(Article))
    on: Mapped[date] = mapped_column("taken_on")
    euro: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    remark: Mapped[str | None] = mapped_column(String(400))


class DuoReport(Record, Base):
    __tablename__ = "duo_report"
    __table_args__ = (one_of("report", Report),)

    report: Mapped[Report] = mapped_column(choice(Report))
    on: Mapped[date] = mapped_column("reported_on")
    remark: Mapped[str | None] = mapped_column(String(200))


class Attendance(Record, Base):
    """Whether somebody was at a workshop or in the instroomklas."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("case_id", "activity", "held_on"),)

    activity: Mapped[str] = mapped_column(String(80))
    on: Mapped[date] = mapped_column("held_on")
    present: Mapped[bool]


class Note(Record, Base):
    """For staff only."""

    __tablename__ = "note"

    on: Mapped[date] = mapped_column("written_on")
    text: Mapped[str] = mapped_column(Text)


RECORDS: dict[str, type[Record]] = {
    "hours": Hours,
    "goals": Goal,
    "scores": Score,
    "interventions": Intervention,
    "exams": Exam,
    "leerroutes": LeerrouteChoice,
    "intake-findings": IntakeFinding,
    "extensions": Extension,
    "work-periods": WorkPeriod,
    "childcare": Childcare,
    "attendances": Attendance,
    "enforcement-steps": EnforcementStep,
    "duo-reports": DuoReport,
    "notes": Note,
}
"""By the word in the address of the API and of the console."""
