"""Hours, exam parts and closing talks: done and left. None where something does not apply."""

from datetime import date
from decimal import Decimal

from api.cases.findings import OFFERED, Facts, Finding, Key, Known, State, by_day, used
from api.cases.models import Leerroute
from api.cases.records import ExamPart, HoursKind, Level
from api.cases.term import term


def passed_parts(facts: Facts, known: Known, until: date = date.max) -> frozenset[ExamPart]:
    """The parts of the exam that count.

    A2 counts in the B1-route only, and only after the hours that it takes (Besluit 5.5).
    """
    hours, done = known.get("a2_course_hours"), facts.done(HoursKind.course)
    a2 = facts.leerroute is Leerroute.b1 and hours is not None and done >= Decimal(hours.value)
    return frozenset(
        exam.part for exam in facts.exams if exam.on <= until and (a2 or exam.level is not Level.a2)
    )


def pvt(facts: Facts, known: Known, today: date) -> Finding | None:
    """Twelve hours, an activity and a signature (Besluit 3.1), within the term.

    The signature comes last: with it the PVT is done, whatever hours were written down here.
    """
    finding = _hours(Key.pvt, facts, known, "pvt_min_hours", today, HoursKind.pvt)
    if facts.pvt_signed_on is not None:
        return _finished(finding, facts.pvt_signed_on)
    return finding if finding.state is not State.done else _still_open(finding, facts, known, today)


def map_module(facts: Facts, known: Known, today: date) -> Finding | None:
    """Forty hours in practice and a closing talk (Regeling 3.1); not in the onderwijsroute."""
    if facts.leerroute is Leerroute.onderwijs:
        return None
    finding = _hours(Key.map, facts, known, "map_min_hours", today, HoursKind.map)
    if facts.map_talk_on is not None:
        return _finished(finding, facts.map_talk_on)
    return finding if finding.state is not State.done else _still_open(finding, facts, known, today)


def course(facts: Facts, known: Known, today: date) -> Finding | None:
    """Z-route: lessons in Dutch and KNM (Wet, art. 9; Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z:
        return None
    return _hours(Key.course, facts, known, "z_course_hours", today, HoursKind.course)


def participation(facts: Facts, known: Known, today: date) -> Finding | None:
    """Z-route, asiel and gezin_van_asiel only; the hours of PVT and MAP count (Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z or facts.group not in OFFERED:
        return None
    kinds = (HoursKind.participation, HoursKind.pvt, HoursKind.map)
    return _hours(Key.participation, facts, known, "z_participation_hours", today, *kinds)


def closing_talk(facts: Facts, known: Known, today: date) -> Finding | None:
    """The end of the Z-route; only the municipality itself may hold it (Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z:
        return None
    rule, span = known.get("z_course_hours"), term(facts, known)
    if facts.z_talk_on is not None:
        return Finding(Key.closing_talk, State.done, facts.z_talk_on, rules=used(rule))
    state, last = (by_day(span.last, today), span.last) if span else (State.unknown, None)
    return Finding(Key.closing_talk, state, last, rules=used(rule, known.get("term_years")))


def exams(facts: Facts, known: Known, today: date) -> Finding | None:
    """Four skills and KNM in the B1-route and the onderwijsroute (Wet, art. 7 and 8)."""
    if facts.leerroute not in (Leerroute.b1, Leerroute.onderwijs):
        return None
    passed, span = passed_parts(facts, known), term(facts, known)
    done, total = len(passed), len(ExamPart)
    left = tuple(part for part in ExamPart if part not in passed)
    state = State.done if done == total else by_day(span.last, today) if span else State.unknown
    has_a2 = any(exam.level is Level.a2 for exam in facts.exams)
    rules = used(known.get("term_years"), known.get("a2_course_hours") if has_a2 else None)
    last = span.last if span else None
    return Finding(Key.exams, state, last, Decimal(done), Decimal(total), rules, parts_left=left)


def a2(facts: Facts, known: Known, today: date) -> Finding | None:
    """B1-route: so many hours of lessons before exams at A2 may be allowed (Besluit 5.5)."""
    rule = known.get("a2_course_hours")
    if facts.leerroute is not Leerroute.b1 or rule is None:
        return None
    done, total = facts.done(HoursKind.course), Decimal(rule.value)
    state = State.done if done >= total else State.coming
    return Finding(Key.a2, state, None, done, total, (rule,))


def _hours(
    key: Key, facts: Facts, known: Known, name: str, today: date, *kinds: HoursKind
) -> Finding:
    """Hours of these kinds against a rule, to be done within the term."""
    rule, span, done = known.get(name), term(facts, known), facts.done(*kinds)
    if rule is None:
        return Finding(key, State.unknown, done=done)
    total, last = Decimal(rule.value), span.last if span else None
    rules = used(rule, known.get("term_years"))
    state = State.done if done >= total else by_day(last, today) if last else State.coming
    return Finding(key, state, last, done, total, rules)


def _finished(finding: Finding, on: date) -> Finding:
    """Done for good, whatever hours were written down."""
    return Finding(finding.key, State.done, on, finding.done, finding.total, finding.rules)


def _still_open(finding: Finding, facts: Facts, known: Known, today: date) -> Finding:
    """The hours are enough; a signature, an activity or a talk is still to come."""
    span = term(facts, known)
    state = by_day(span.last, today) if span else State.coming
    return Finding(finding.key, state, finding.on, finding.done, finding.total, finding.rules)
