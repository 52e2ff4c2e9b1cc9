"""Cases and their records as the API, an import and a form write and read them.

What may be written stands here once: the API, the import and the console's forms all read it.
"""

from typing import Annotated, Self

from pydantic import EmailStr, Field, StringConstraints, create_model, model_validator

from api.appointments.models import Answer, AppointmentKind, AppointmentState
from api.cases.models import Exemption, Group, Law, Leerroute
from api.cases.records import (
    Article,
    Decision,
    Dimension,
    ExamPart,
    ExamResult,
    GoalState,
    Ground,
    HoursKind,
    Level,
    Report,
    Step,
    Subject,
)
from api.wire import Amount, Day, Id, Line, Moment, Whole, Wire

Lax = Field(strict=False)
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[+(]?[0-9][0-9 ()/-]{4,36}[0-9]$")
]


class CaseFields(Wire):
    """What a regisseur can write in a case; every field is optional in a change."""

    regisseur_id: Id | None = None
    reference: Annotated[Line, Field(max_length=60)] | None = None
    group: Annotated[Group, Lax]
    law: Annotated[Law, Lax] | None = Law.wi2021
    leerroute: Annotated[Leerroute, Lax] | None = None
    turkish_nationality: bool = False
    permit_limited: bool | None = None
    interpreter_language: Annotated[Line, Field(max_length=40)] | None = None
    duo_notice_on: Day | None = None
    registered_on: Day | None = None
    housed_on: Day | None = None
    benefit_from: Day | None = None
    guidance_from: Day | None = None
    guidance_until: Day | None = None
    intake_on: Day | None = None
    learnability_on: Day | None = None
    learnability_result: Annotated[Line, Field(max_length=80)] | None = None
    awaited_information_on: Day | None = None
    pip_date: Day | None = None
    pip_talks: Annotated[Whole, Field(ge=0, le=60)] | None = None
    term_starts_on: Day | None = None
    offer_on: Day | None = None
    pvt_activity_on: Day | None = None
    pvt_signed_on: Day | None = None
    map_talk_on: Day | None = None
    z_talk_on: Day | None = None
    exemption: Annotated[Exemption, Lax] | None = None
    exemption_on: Day | None = None
    ended_on: Day | None = None
    certificate_on: Day | None = None
    closed_on: Day | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        in_order(self, "guidance_from", "guidance_until")
        in_order(self, "pip_date", "ended_on")
        in_order(self, "ended_on", "certificate_on")
        if (self.exemption is None) != (self.exemption_on is None):
            raise ValueError("exemption_on: an exemption has a day, and a day has an exemption")
        if self.z_talk_on is not None and self.leerroute is not Leerroute.z:
            raise ValueError("z_talk_on: only in the Z-route")
        return self


def in_order(fields: Wire, earlier: str, later: str) -> None:
    """ValueError, which names the later field, where it lies before the earlier one."""
    first, last = getattr(fields, earlier), getattr(fields, later)
    if first is not None and last is not None and last < first:
        raise ValueError(f"{later}: not before {earlier}")


class PersonFields(Wire):
    first_name: Annotated[Line, Field(max_length=80)]
    last_name: Annotated[Line, Field(max_length=80)] | None = None
    language: Annotated[str, Field(pattern="^(nl|ar|ti|en|tr)$")] = "nl"


class ContactFields(Wire):
    """How a participant is reached besides the chat; what is empty is not known."""

    email: Annotated[EmailStr, Field(max_length=200)] | None = None
    phone: Phone | None = None
    address: Annotated[Line, Field(max_length=300)] | None = None
    """As it stands on an envelope."""


class HoursFields(Wire):
    kind: Annotated[HoursKind, Lax]
    on: Day
    hours: Annotated[Amount, Field(gt=0, le=1600)]
    provider: Annotated[Line, Field(max_length=80)] | None = None
    reference: Annotated[Line, Field(max_length=60)] | None = None


class LeerrouteFields(Wire):
    leerroute: Annotated[Leerroute, Lax]
    since: Day
    reason: Annotated[Line, Field(max_length=200)] | None = None


class IntakeFindingFields(Wire):
    subject: Annotated[Subject, Lax]
    finding: Annotated[Line, Field(max_length=2000)]


class GoalFields(Wire):
    dimension: Annotated[Dimension, Lax]
    goal: Annotated[Line, Field(max_length=400)]
    agreement: Annotated[Line, Field(max_length=400)] | None = None
    agreed_on: Day
    review_on: Day | None = None
    state: Annotated[GoalState, Lax] = GoalState.open

    @model_validator(mode="after")
    def fits(self) -> Self:
        in_order(self, "agreed_on", "review_on")
        return self


class ScoreFields(Wire):
    dimension: Annotated[Dimension, Lax]
    on: Day
    score: Annotated[Whole, Field(ge=0, le=10)]


class InterventionFields(Wire):
    partner: Annotated[Line, Field(max_length=80)]
    dimension: Annotated[Dimension, Lax]
    goal: Annotated[Line, Field(max_length=400)]
    effect: Annotated[Line, Field(max_length=400)] | None = None
    starts_on: Day
    ends_on: Day | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        in_order(self, "starts_on", "ends_on")
        return self


class ExamFields(Wire):
    part: Annotated[ExamPart, Lax]
    level: Annotated[Level, Lax] | None = None
    on: Day
    result: Annotated[ExamResult, Lax]

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.part is ExamPart.knm and self.level is not None:
            raise ValueError("level: KNM has no level")
        return self


class ExtensionFields(Wire):
    ground: Annotated[Ground, Lax]
    starts_on: Day
    ends_on: Day
    decision: Annotated[Decision, Lax] = Decision.asked
    decided_on: Day | None = None
    term_ends_on: Day | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        in_order(self, "starts_on", "ends_on")
        if self.decision is Decision.granted and self.decided_on is None:
            raise ValueError("decided_on: a granted extension has the day of its decision")
        return self


class WorkPeriodFields(Wire):
    employer: Annotated[Line, Field(max_length=80)]
    starts_on: Day
    ends_on: Day | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        in_order(self, "starts_on", "ends_on")
        return self


class ChildcareFields(Wire):
    starts_on: Day
    applied_on: Day | None = None
    changed_on: Day | None = None
    reported_on: Day | None = None


class AttendanceFields(Wire):
    activity: Annotated[Line, Field(max_length=80)]
    on: Day
    present: bool


class EnforcementStepFields(Wire):
    step: Annotated[Step, Lax]
    article: Annotated[Article, Lax] | None = None
    on: Day
    euro: Annotated[Amount, Field(ge=0, le=100_000)] | None = None
    remark: Annotated[Line, Field(max_length=400)] | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.step is Step.fine and self.article is None:
            raise ValueError("article: a fine is about something")
        return self


class DuoReportFields(Wire):
    report: Annotated[Report, Lax]
    on: Day
    remark: Annotated[Line, Field(max_length=200)] | None = None


class NoteFields(Wire):
    on: Day
    text: Annotated[Line, Field(max_length=4000)]


class AppointmentFields(Wire):
    kind: Annotated[AppointmentKind, Lax]
    state: Annotated[AppointmentState, Lax] = AppointmentState.planned
    starts_at: Moment
    minutes: Annotated[Whole, Field(ge=5, le=480)] = 60
    place: Annotated[Line, Field(max_length=200)] | None = None
    by_phone: bool = False
    regisseur_id: Id | None = None
    interpreter: bool | None = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.place is None and not self.by_phone:
            raise ValueError("place: where it is, or by telephone")
        return self


FIELDS: dict[str, type[Wire]] = {
    "hours": HoursFields,
    "goals": GoalFields,
    "scores": ScoreFields,
    "interventions": InterventionFields,
    "exams": ExamFields,
    "leerroutes": LeerrouteFields,
    "intake-findings": IntakeFindingFields,
    "extensions": ExtensionFields,
    "work-periods": WorkPeriodFields,
    "childcare": ChildcareFields,
    "attendances": AttendanceFields,
    "enforcement-steps": EnforcementStepFields,
    "duo-reports": DuoReportFields,
    "notes": NoteFields,
    "appointments": AppointmentFields,
}
"""What may be written of each kind of record, by the word in its address."""


class RecordRead(Wire):
    id: Id
    version: int


class AppointmentRead(AppointmentFields, RecordRead):
    """An appointment, with what only the participant and the series of talks write in it."""

    answer: Annotated[Answer, Lax] | None
    """To the appointment as it stands now."""
    answered_at: Moment | None
    series_on: Day | None
    """The day of the series that this progress talk is for."""


READS: dict[type[Wire], type[Wire]] = {AppointmentFields: AppointmentRead}
"""What is read of a kind besides what may be written."""


def read_of(fields: type[Wire]) -> type[Wire]:
    """The same fields as they are read: with id and version."""
    if fields in READS:
        return READS[fields]
    name = fields.__name__.removesuffix("Fields") + "Read"
    return create_model(name, __base__=(fields, RecordRead), __doc__=fields.__doc__)
