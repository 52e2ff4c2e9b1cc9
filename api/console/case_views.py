"""What the page of one case shows, made ready for the template."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment
from api.cases.findings import Finding, Key, State
from api.cases.models import Case, Law
from api.cases.records import Dimension, Goal, GoalState, Hours, HoursKind, Record
from api.cases.service import findings_of, records_of
from api.cases.wire import FIELDS, CaseFields
from api.console import radar
from api.console.case_words import (
    CASE,
    Cell,
    amount_in_words,
    cell,
    counted,
    day_in_words,
    label,
    language_name,
    option,
)
from api.console.timeline import changes_of, events_of
from api.console.views import console_text
from api.people.service import names_of

ORDER = (
    *("hours", "appointments", "goals", "interventions", "scores", "intake-findings", "exams"),
    *("leerroutes", "extensions", "work-periods", "attendances", "childcare"),
    *("duo-reports", "enforcement-steps", "notes"),
)
"""The parts of a case page, from what is asked for most to what is for the file."""
SHOWN_AT_ONCE = 12
"""Of more records than this the page shows the newest, and the rest on request."""
_BAR_OF = {
    HoursKind.course: (Key.course, Key.a2),
    HoursKind.participation: (Key.participation,),
    HoursKind.pvt: (Key.pvt,),
    HoursKind.map: (Key.map,),
}
_NOT_LATE = frozenset({Key.route_change, Key.extension, Key.relief})
"""A time in which something may be done: when it is over, nobody is late."""
_BY_URGENCY = (State.late, State.due, State.coming, State.unknown, State.done)

NOT_LISTED = {"appointments": frozenset({"minutes", "by_phone", "interpreter"})}
"""Fields that only the form of a record shows, so that its table fits on the page."""


@dataclass(frozen=True)
class FindingRow:
    key: str
    label: str
    state: str
    state_label: str
    is_urgent: bool
    when: str | None
    done: str | None
    total: str | None
    left: str | None
    source: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class RecordRow:
    id: UUID
    what: str
    """By which somebody who only hears the link knows which one it is."""
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Part:
    """All records of one kind."""

    kind: str
    columns: Sequence[str]
    rows: Sequence[RecordRow]

    @property
    def first(self) -> Sequence[RecordRow]:
        return self.rows[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> Sequence[RecordRow]:
        return self.rows[SHOWN_AT_ONCE:]


@dataclass(frozen=True)
class Bar:
    """Hours of one kind: done, and of how many where a rule says so."""

    label: str
    done: str
    total: str | None
    done_number: Decimal
    total_number: Decimal | None


def show_case(session: Session, words: Words, case: Case, today: date) -> dict[str, Any]:
    """Everything on the page of a case that the caller may see."""
    records = {kind: records_of(session, case.id, kind) for kind in ORDER}
    findings = findings_of(session, words.rules, case, today)
    events, changes = events_of(words, case, records), changes_of(session, words, case)
    return {
        "case": header(words, case),
        "law_note": _law_note(case),
        "findings": [_finding(words, each) for each in sorted(findings.values(), key=_urgency)],
        "dates": list(_dates(words, case)),
        "parts": [part_of(session, words, kind, records[kind]) for kind in ORDER],
        "bars": list(_bars(words, records["hours"], findings)),
        "goals": list(_goals(words, records["goals"])),
        "radar": _radar(words, records["scores"]),
        "events": events,
        "events_shown": counted(words, "case.timeline.show", len(events)),
        "changes": changes,
        "changes_shown": counted(words, "case.history.show", len(changes)),
    }


def header(words: Words, case: Case) -> dict[str, Any]:
    """Who it is about, for the top of every page of a case."""
    person = case.participant.person
    return {
        "id": case.id,
        "name": person.name,
        "town": case.municipality.name,
        "group": option(words, case.group),
        "law": option(words, case.law) if case.law else console_text(words, "case.unknown"),
        "leerroute": option(words, case.leerroute)
        if case.leerroute
        else console_text(words, "case.no_route"),
        "regisseur": case.regisseur.name if case.regisseur else None,
        "interpreter": case.interpreter_language,
        "language": language_name(words, person),
        "closed_on": day_in_words(case.closed_on) if case.closed_on else None,
        "reference": case.reference,
    }


def part_of(session: Session, words: Words, kind: str, records: Sequence[Record]) -> Part:
    names = [name for name in FIELDS[kind].model_fields if name not in NOT_LISTED.get(kind, ())]
    people = _people_in(session, records)
    rows = []
    for record in records:
        cells = [cell(words, getattr(record, name), people) for name in names]
        what = ", ".join(each.text for each in cells[:3])
        rows.append(RecordRow(record.id, what, cells))
    return Part(kind, [label(words, kind, name) for name in names], rows)


def _people_in(session: Session, records: Sequence[Record]) -> Mapping[UUID, str]:
    """The names of the regisseurs in these records."""
    ids = {each.regisseur_id for each in records if isinstance(each, Appointment)}
    return names_of(session, filter(None, ids)) if ids else {}


def _law_note(case: Case) -> str | None:
    """Why no term and no deadline is worked out, where none is."""
    if case.law is Law.wi2013:
        return "case.law_note.wi2013"
    if case.law is None:
        return "case.law_note.unknown"
    return "case.law_note.ended" if case.ended_on else None


def _urgency(finding: Finding) -> tuple[bool, int, date]:
    """What is late first, what is done last; in between by day."""
    late = finding.state is State.late and finding.key not in _NOT_LATE
    state = State.coming if finding.state is State.late and not late else finding.state
    return not late, _BY_URGENCY.index(state), finding.on or date.max


def _finding(words: Words, finding: Finding) -> FindingRow:
    state = finding.state
    own = f"case.state.{finding.key}.{state}"
    fits = own in words.console
    statuses = {rule.status for rule in finding.rules}
    return FindingRow(
        key=finding.key,
        label=console_text(words, f"case.finding.{finding.key}"),
        state=state,
        state_label=console_text(words, own if fits else f"case.state.{state}"),
        is_urgent=state is State.late and finding.key not in _NOT_LATE,
        when=_when(words, finding),
        done=_amount(finding.done),
        total=_amount(finding.total),
        left=_amount(finding.left),
        source="; ".join(dict.fromkeys(map(words.rules.cite, finding.rules))),
        marks=tuple(each for each in ("unclear", "local") if each in statuses),
    )


def _amount(number: Decimal | None) -> str | None:
    return None if number is None else amount_in_words(number)


_DONE_ON = frozenset({Key.pip, Key.offer, Key.closing_talk, Key.certificate})
_WHEN = {
    Key.extension: "from",
    Key.talk: "around",
    Key.certificate: "since",
    Key.relief: "until",
    Key.work_period: "until",
}


def _when(words: Words, finding: Finding) -> str | None:
    """The day in words; once hours are done, the last day for them says nothing any more."""
    if finding.on is None:
        return None
    how = _WHEN.get(finding.key, "by")
    if finding.state is State.done and finding.key is not Key.relief:
        if finding.key not in _DONE_ON:
            return None
        how = "done"
    return console_text(words, f"case.when.{how}", day=day_in_words(finding.on))


def _dates(words: Words, case: Case) -> Iterator[tuple[str, Cell]]:
    """The key dates that are known, in the order of the form."""
    for name in CaseFields.model_fields:
        value = getattr(case, name)
        if isinstance(value, date):
            yield label(words, CASE, name), cell(words, value)


def _bars(words: Words, hours: Sequence[Record], findings: Mapping[Key, Finding]) -> Iterator[Bar]:
    done = dict.fromkeys(HoursKind, Decimal(0))
    for each in hours:
        if isinstance(each, Hours):
            done[each.kind] += each.hours
    for kind, keys in _BAR_OF.items():
        finding = next((findings[key] for key in keys if key in findings), None)
        if finding is None and not done[kind]:
            continue
        number = done[kind] if finding is None or finding.done is None else finding.done
        total = finding.total if finding else None
        yield Bar(option(words, kind), amount_in_words(number), _amount(total), number, total)


def _goals(words: Words, goals: Sequence[Record]) -> Iterator[tuple[str, str]]:
    """How many goals each dimension has, by state; also where there is none."""
    for dimension in Dimension:
        states = [g.state for g in goals if isinstance(g, Goal) and g.dimension is dimension]
        counts = [f"{states.count(s)} {option(words, s).lower()}" for s in GoalState if s in states]
        yield option(words, dimension), ", ".join(counts) or console_text(words, "case.no_goal")


def _radar(words: Words, scores: Sequence[Record]) -> dict[str, Any] | None:
    series = radar.series_of(scores)  # type: ignore[arg-type]
    if not series:
        return None
    return {
        "width": radar.WIDTH,
        "height": radar.HEIGHT,
        "middle": (radar.WIDTH / 2, radar.HEIGHT / 2),
        "axes": [(axis, option(words, axis.dimension)) for axis in radar.axes()],
        "rings": radar.rings(),
        "series": series,
        "days": [day_in_words(each.on) for each in series],
        "rows": [
            (option(words, dimension), [each.scores.get(dimension) for each in series])
            for dimension in Dimension
        ],
    }
