"""From the store to the facts that the rules read; for one case or for a thousand at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.findings import Care, Facts, Fine, Passed
from api.cases.models import Case
from api.cases.records import (
    Childcare,
    Decision,
    EnforcementStep,
    Exam,
    ExamResult,
    Extension,
    Hours,
    HoursKind,
    Step,
    WorkPeriod,
)
from api.cases.spans import Span
from api.clock import local

_COLUMNS = tuple(
    getattr(Case, field.name) for field in fields(Facts) if field.name in Case.__mapper__.columns
)


def facts_of(session: Session, case: Case) -> Facts:
    """The facts of one case."""
    return load_facts(session, [case.id])[case.id]


def load_facts(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, Facts]:
    """The facts of these cases, in eight statements however many they are."""
    cases = session.execute(
        select(Case.id, Case.transferred_from_id, *_COLUMNS).where(Case.id.in_(case_ids))
    )
    hours = _hours(session, case_ids)
    passed = _grouped(
        session.execute(
            select(Exam.case_id, Exam.part, Exam.on, Exam.level).where(
                Exam.case_id.in_(case_ids), Exam.result == ExamResult.passed
            )
        )
    )
    granted = _grouped(
        session.execute(
            select(
                *(Extension.case_id, Extension.starts_on, Extension.ends_on),
                *(Extension.decided_on, Extension.term_ends_on),
            ).where(Extension.case_id.in_(case_ids), Extension.decision == Decision.granted)
        )
    )
    talks = _grouped(
        session.execute(
            select(Appointment.case_id, Appointment.starts_at).where(
                Appointment.case_id.in_(case_ids),
                Appointment.kind == AppointmentKind.progress_talk,
                Appointment.state == AppointmentState.held,
            )
        )
    )
    work = dict(
        session.execute(
            select(WorkPeriod.case_id, func.max(WorkPeriod.starts_on))
            .where(WorkPeriod.case_id.in_(case_ids), WorkPeriod.ends_on.is_(None))
            .group_by(WorkPeriod.case_id)
        ).all()
    )
    care = _grouped(
        session.execute(
            select(
                *(Childcare.case_id, Childcare.starts_on, Childcare.applied_on),
                *(Childcare.changed_on, Childcare.reported_on),
            ).where(Childcare.case_id.in_(case_ids))
        )
    )
    fines = _grouped(
        session.execute(
            select(EnforcementStep.case_id, EnforcementStep.article, EnforcementStep.on).where(
                EnforcementStep.case_id.in_(case_ids), EnforcementStep.step == Step.fine
            )
        )
    )
    found = {}
    for row in cases.mappings():
        id = row["id"]
        own = {column.key: row[column.key] for column in _COLUMNS}
        found[id] = Facts(
            **own,
            moved_here=row["transferred_from_id"] is not None,
            hours=hours[id],
            exams=tuple(Passed(*each) for each in passed[id]),
            **_extended(granted[id]),
            talks_held=tuple(sorted(local(at).date() for (at,) in talks[id])),
            work_starts_on=work.get(id),
            childcare=tuple(Care(*each) for each in care[id]),
            fines=tuple(Fine(*each) for each in fines[id]),
        )
    return found


def _hours(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, dict[HoursKind, Decimal]]:
    rows = session.execute(
        select(Hours.case_id, Hours.kind, func.sum(Hours.hours))
        .where(Hours.case_id.in_(case_ids))
        .group_by(Hours.case_id, Hours.kind)
    )
    found: dict[UUID, dict[HoursKind, Decimal]] = defaultdict(dict)
    for case_id, kind, total in rows:
        found[case_id][kind] = Decimal(total)
    return found


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[tuple[Any, ...]]]:
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for case_id, *rest in rows:
        found[case_id].append(tuple(rest))
    return found


def _extended(granted: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """All granted periods, the newest last day that DUO named, and the periods in that day."""
    rows = list(granted)
    newest = max(((decided, last) for *_, decided, last in rows if last), default=(None, None))
    decided_on, last = newest
    settled = [row for row in rows if decided_on is not None and row[2] <= decided_on]
    return {
        "extensions": tuple(Span(starts, ends) for starts, ends, *_ in rows),
        "term_decided_on": last,
        "settled": tuple(Span(starts, ends) for starts, ends, *_ in settled),
    }
