"""What the rules mean for one case: pure functions from its facts to days, hours and what is left.

`work_out` is the table of contents. Each `Finding` names the rules that it rests on, so that
whoever reads it can see the source and how certain it is. Nothing here reads a clock or a store.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from api.cases.childcare import apply_by, report_by
from api.cases.models import Exemption, Group, Law, Leerroute
from api.cases.records import Article, ExamPart, HoursKind, Level
from api.cases.rules import Rule
from api.cases.spans import DAY, Span, days_in, last_day, plus

OFFERED = frozenset({Group.asiel, Group.gezin_van_asiel})
"""The municipality offers and pays their course (Wet inburgering 2021, art. 13 and 16)."""
TALK_WINDOW = timedelta(days=14)
"""A talk that was held so near to its day counts for it (our own proposal; no law)."""
SOON = timedelta(days=28)
"""So long before its day something counts as due, not just as coming."""
CERTAINTY = ("confirmed", "changed", "local", "unclear")
"""From the most certain; a finding is as certain as the least certain of its rules."""
NOTHING = Decimal(0)

Known = Mapping[str, Rule]
"""The rules that may be told today, the town's own before the default."""


class State(StrEnum):
    done = "done"
    coming = "coming"
    due = "due"
    late = "late"
    unknown = "unknown"
    """A fact that it hangs on is missing, or the rule is past its last day."""


class Key(StrEnum):
    """What is worked out; also the word for it in the console and in the API."""

    pip = "pip"
    term = "term"
    route_change = "route_change"
    extension = "extension"
    offer = "offer"
    talk = "talk"
    pvt = "pvt"
    map = "map"
    course = "course"
    participation = "participation"
    closing_talk = "closing_talk"
    exams = "exams"
    a2 = "a2"
    relief = "relief"
    work_period = "work_period"
    childcare = "childcare"
    childcare_report = "childcare_report"
    retry = "retry"
    certificate = "certificate"


TO_DO = (
    *(Key.pip, Key.offer, Key.talk, Key.work_period, Key.certificate),
    *(Key.closing_talk, Key.term, Key.retry, Key.childcare, Key.childcare_report),
)
"""What the municipality has to see to; the list of cases shows the first of these."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case, without names. All dates are days in Europe/Amsterdam."""

    group: Group
    law: Law | None
    leerroute: Leerroute | None = None
    permit_limited: bool | None = None
    duo_notice_on: date | None = None
    registered_on: date | None = None
    awaited_information_on: date | None = None
    benefit_from: date | None = None
    pip_date: date | None = None
    pip_talks: int | None = None
    term_starts_on: date | None = None
    offer_on: date | None = None
    pvt_activity_on: date | None = None
    pvt_signed_on: date | None = None
    map_talk_on: date | None = None
    z_talk_on: date | None = None
    exemption: Exemption | None = None
    ended_on: date | None = None
    certificate_on: date | None = None
    moved_here: bool = False
    """The case came from another municipality: leerroute and term go on."""
    hours: Mapping[HoursKind, Decimal] = field(default_factory=dict)
    exams: tuple["Passed", ...] = ()
    """The parts that were passed, at whatever level."""
    extensions: tuple[Span, ...] = ()
    """The periods for which DUO granted more time."""
    term_decided_on: date | None = None
    """The last day of the term as DUO's newest decision names it."""
    settled: tuple[Span, ...] = ()
    """Those of the periods that this day already holds: granted then or earlier."""
    talks_held: tuple[date, ...] = ()
    work_starts_on: date | None = None
    """Of the work-experience place that has not ended."""
    childcare: tuple["Care", ...] = ()
    fines: tuple["Fine", ...] = ()

    def done(self, *kinds: HoursKind) -> Decimal:
        """Hours of these kinds together."""
        return sum((self.hours.get(kind, NOTHING) for kind in kinds), NOTHING)


@dataclass(frozen=True, slots=True)
class Care:
    starts_on: date
    applied_on: date | None
    changed_on: date | None
    reported_on: date | None


@dataclass(frozen=True, slots=True)
class Passed:
    part: ExamPart
    on: date
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Fine:
    article: Article
    on: date


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worked out. `on` is the last day for it, or the first day where it may begin."""

    key: Key
    state: State
    on: date | None = None
    done: Decimal | None = None
    total: Decimal | None = None
    """Hours or parts; `left` is what is still to do of them."""
    rules: tuple[Rule, ...] = ()
    extended: bool = False
    """Of the term: time was added to it."""
    parts_left: tuple[ExamPart, ...] = ()
    """Of the exams."""

    @property
    def left(self) -> Decimal | None:
        if self.total is None or self.done is None:
            return None
        return max(self.total - self.done, NOTHING)

    @property
    def status(self) -> str:
        """How certain it is: that of its least certain rule."""
        without = "unclear" if self.state is State.unknown else "confirmed"
        return max((rule.status for rule in self.rules), key=CERTAINTY.index, default=without)


def work_out(facts: Facts, known: Known, today: date) -> dict[Key, Finding]:
    """Everything that holds for this case; what does not apply to it is not there.

    A case under the older law (Wi2013), or of which the law is unknown, has other rules: nothing
    is worked out for it. After the duty ended only the certificate is left; a vrijstelling is of
    the whole duty (Wet, art. 4), while an ontheffing may be of a part of it (Besluit 2.7).
    """
    if facts.law is not Law.wi2021:
        return {}
    found = (rule(facts, known, today) for rule in _ALL)
    ended = facts.ended_on is not None or facts.exemption is Exemption.vrijstelling
    return {
        finding.key: finding
        for finding in found
        if finding is not None and (finding.key is Key.certificate or not ended)
    }


def first_due(findings: Mapping[Key, Finding]) -> Finding | None:
    """What the municipality has to do first. A new term after a fine takes the place of the old."""
    retry = findings.get(Key.retry)
    replaced = Key.term if retry and retry.on else None
    open_ones = (
        finding
        for key in TO_DO
        if key is not replaced
        and (finding := findings.get(key))
        and finding.on is not None
        and finding.state not in (State.done, State.unknown)
    )
    return min(open_ones, key=lambda finding: finding.on or date.max, default=None)


def term(facts: Facts, known: Known) -> Span | None:
    """The inburgeringstermijn: from the day after the PIP, for three years, and what was added.

    Source: Wet inburgering 2021, art. 11; extensions art. 4.3-4.5 of the Besluit. Periods that
    overlap count once. A last day that DUO's own decision names goes before the calculation; what
    was granted after that decision is added to it.
    """
    rule = known.get("term_years")
    starts_on = _term_starts_on(facts)
    if rule is None or starts_on is None:
        return None
    last = last_day(starts_on, years=_whole(rule))
    settled: tuple[Span, ...] = ()
    if facts.term_decided_on is not None:
        last, settled = max(last, facts.term_decided_on), facts.settled
    added = days_in((*facts.extensions, *settled)) - days_in(settled)
    return Span(starts_on, last + timedelta(days=added))


def talk_days(facts: Facts, known: Known) -> tuple[date, ...]:
    """The days around which a progress talk belongs, from the PIP to the end of the term.

    The number in the PIP goes first (Besluit 5.3, lid 4): so many, spread evenly. Else the town's
    own rule: in the first year every so many months, then so many a year. After a move they count
    from the new PIP. Not yet moved to a working day.
    """
    span = term(facts, known)
    if facts.pip_date is None or span is None or span.last <= facts.pip_date:
        return ()
    start = facts.pip_date
    if facts.pip_talks is not None:
        step = (span.last - start).days / facts.pip_talks if facts.pip_talks else 0
        return tuple(start + timedelta(days=round(step * n)) for n in range(1, facts.pip_talks + 1))
    first, later = known.get("talk_first_year_months"), known.get("talk_later_per_year")
    if first is None or later is None or not _whole(first):
        return ()
    months_between = 12 // min(_whole(later), 12) if _whole(later) else 0
    return tuple(_series(start, span.last, _whole(first), months_between))


def next_talk(facts: Facts, known: Known) -> date | None:
    """The first of those days for which no talk was held yet; a talk up to two weeks off counts."""
    held = sorted(facts.talks_held)
    for day in talk_days(facts, known):
        near = next((talk for talk in held if abs(talk - day) <= TALK_WINDOW), None)
        if near is not None:
            held.remove(near)
        elif not any(talk > day for talk in held):
            return day
    return None


def passed_parts(facts: Facts, known: Known, until: date = date.max) -> frozenset[ExamPart]:
    """The parts of the exam that count.

    A2 counts in the B1-route only, and only after the hours that it takes (Besluit 5.5).
    """
    hours, done = known.get("a2_course_hours"), facts.done(HoursKind.course)
    a2 = facts.leerroute is Leerroute.b1 and hours is not None and done >= Decimal(hours.value)
    return frozenset(
        exam.part for exam in facts.exams if exam.on <= until and (a2 or exam.level is not Level.a2)
    )


# One function for each finding: None where it does not apply.


def _pip(facts: Facts, known: Known, today: date) -> Finding | None:
    """Ten weeks after DUO's letter; after registration here, where that is later (Besluit 5.3).

    Where information of others was waited for: within two weeks after it came in. Who moved here:
    ten weeks after registration (Wet, art. 15). Where letter or registration is not known, the
    other counts: that day is never later than the law's.
    """
    weeks, wait = known.get("move_pip_weeks" if facts.moved_here else "pip_weeks"), None
    if facts.pip_date is not None and not _pip_is_of_before(facts):
        return Finding(Key.pip, State.done, facts.pip_date, rules=_used(weeks))
    notice = None if facts.moved_here else facts.duo_notice_on
    begins = max((day for day in (notice, facts.registered_on) if day), default=None)
    if weeks is None or begins is None or (facts.moved_here and facts.registered_on is None):
        return Finding(Key.pip, State.unknown, rules=_used(weeks))
    last = plus(begins, weeks=_whole(weeks))
    if facts.awaited_information_on and (wait := known.get("pip_wait_weeks")):
        last = max(last, plus(facts.awaited_information_on, weeks=_whole(wait)))
    return Finding(Key.pip, _by_day(last, today), last, rules=_used(weeks, wait))


def _term(facts: Facts, known: Known, today: date) -> Finding | None:
    span, rules = term(facts, known), _used(known.get("term_years"))
    if span is None:
        return Finding(Key.term, State.unknown, rules=rules)
    extended = bool(facts.extensions or facts.term_decided_on)
    return Finding(Key.term, _by_day(span.last, today), span.last, rules=rules, extended=extended)


def _route_change(facts: Facts, known: Known, today: date) -> Finding | None:
    """Another leerroute within a year and a half of the start of the term (Besluit 5.4)."""
    rule, starts_on = known.get("route_change_months"), _term_starts_on(facts)
    if rule is None or starts_on is None:
        return Finding(Key.route_change, State.unknown, rules=_used(rule))
    last = last_day(starts_on, months=_whole(rule))
    return Finding(Key.route_change, _by_day(last, today), last, rules=_used(rule))


def _extension(facts: Facts, known: Known, today: date) -> Finding | None:
    """From when more time can be asked for: six months before the end of the term (Besluit 4.5).

    Coming until that day, due from then on, late when the term is over.
    """
    rule, span = known.get("extension_ask_months"), term(facts, known)
    if rule is None or span is None:
        return Finding(Key.extension, State.unknown, rules=_used(rule))
    first = plus(span.last, months=-_whole(rule))
    begun = State.due if today <= span.last else State.late
    state = State.coming if today < first else begun
    return Finding(Key.extension, state, first, rules=_used(rule, known.get("term_years")))


def _offer(facts: Facts, known: Known, today: date) -> Finding | None:
    """No offer of a course so long after the PIP: a ground for more time (Regeling 4.1)."""
    if facts.group not in OFFERED:
        return None
    is_education = facts.leerroute is Leerroute.onderwijs
    rule = known.get(
        "extension_offer_education_months" if is_education else "extension_offer_months"
    )
    if facts.offer_on is not None:
        return Finding(Key.offer, State.done, facts.offer_on, rules=_used(rule))
    if rule is None or facts.pip_date is None:
        return Finding(Key.offer, State.unknown, rules=_used(rule))
    last = plus(facts.pip_date, months=_whole(rule))
    return Finding(Key.offer, _by_day(last, today), last, rules=_used(rule))


def _talk(facts: Facts, known: Known, today: date) -> Finding | None:
    """The day around which the next progress talk belongs; none once DUO gave an exemption."""
    if facts.exemption in (Exemption.vrijstelling, Exemption.ontheffing):
        return None
    of_town = ("talk_first_year_months", "talk_later_per_year")
    names = of_town if facts.pip_talks is None else ()
    found = [known.get(name) for name in (*names, "term_years")]
    day, rules = next_talk(facts, known), _used(*found)
    if day is not None:
        return Finding(Key.talk, _by_day(day + TALK_WINDOW, today), day, rules=rules)
    is_known = all(found) and facts.pip_date is not None and term(facts, known) is not None
    return Finding(Key.talk, State.done if is_known else State.unknown, rules=rules)


def _pvt(facts: Facts, known: Known, today: date) -> Finding | None:
    """Twelve hours, an activity and a signature (Besluit 3.1), within the term.

    The signature comes last: with it the PVT is done, whatever hours were written down here.
    """
    finding = _hours(Key.pvt, facts, known, "pvt_min_hours", today, HoursKind.pvt)
    if facts.pvt_signed_on is not None:
        return _finished(finding, facts.pvt_signed_on)
    return finding if finding.state is not State.done else _still_open(finding, facts, known, today)


def _map(facts: Facts, known: Known, today: date) -> Finding | None:
    """Forty hours in practice and a closing talk (Regeling 3.1); not in the onderwijsroute."""
    if facts.leerroute is Leerroute.onderwijs:
        return None
    finding = _hours(Key.map, facts, known, "map_min_hours", today, HoursKind.map)
    if facts.map_talk_on is not None:
        return _finished(finding, facts.map_talk_on)
    return finding if finding.state is not State.done else _still_open(finding, facts, known, today)


def _course(facts: Facts, known: Known, today: date) -> Finding | None:
    """Z-route: lessons in Dutch and KNM (Wet, art. 9; Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z:
        return None
    return _hours(Key.course, facts, known, "z_course_hours", today, HoursKind.course)


def _participation(facts: Facts, known: Known, today: date) -> Finding | None:
    """Z-route, asiel and gezin_van_asiel only; the hours of PVT and MAP count (Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z or facts.group not in OFFERED:
        return None
    kinds = (HoursKind.participation, HoursKind.pvt, HoursKind.map)
    return _hours(Key.participation, facts, known, "z_participation_hours", today, *kinds)


def _closing_talk(facts: Facts, known: Known, today: date) -> Finding | None:
    """The end of the Z-route; only the municipality itself may hold it (Besluit 3.14)."""
    if facts.leerroute is not Leerroute.z:
        return None
    rule, span = known.get("z_course_hours"), term(facts, known)
    if facts.z_talk_on is not None:
        return Finding(Key.closing_talk, State.done, facts.z_talk_on, rules=_used(rule))
    state, last = (_by_day(span.last, today), span.last) if span else (State.unknown, None)
    return Finding(Key.closing_talk, state, last, rules=_used(rule, known.get("term_years")))


def _exams(facts: Facts, known: Known, today: date) -> Finding | None:
    """Four skills and KNM in the B1-route and the onderwijsroute (Wet, art. 7 and 8)."""
    if facts.leerroute not in (Leerroute.b1, Leerroute.onderwijs):
        return None
    passed, span = passed_parts(facts, known), term(facts, known)
    done, total = len(passed), len(ExamPart)
    left = tuple(part for part in ExamPart if part not in passed)
    state = State.done if done == total else _by_day(span.last, today) if span else State.unknown
    has_a2 = any(exam.level is Level.a2 for exam in facts.exams)
    rules = _used(known.get("term_years"), known.get("a2_course_hours") if has_a2 else None)
    last = span.last if span else None
    return Finding(Key.exams, state, last, Decimal(done), Decimal(total), rules, parts_left=left)


def _a2(facts: Facts, known: Known, today: date) -> Finding | None:
    """B1-route: so many hours of lessons before exams at A2 may be allowed (Besluit 5.5)."""
    rule = known.get("a2_course_hours")
    if facts.leerroute is not Leerroute.b1 or rule is None:
        return None
    done, total = facts.done(HoursKind.course), Decimal(rule.value)
    state = State.done if done >= total else State.coming
    return Finding(Key.a2, state, None, done, total, (rule,))


def _relief(facts: Facts, known: Known, today: date) -> Finding | None:
    """Ontzorgen: the first months of bijstand, with an asylum permit for a limited time only
    (Participatiewet, art. 56a)."""
    if facts.group is not Group.asiel or facts.permit_limited is False or not facts.benefit_from:
        return None
    rule = known.get("ontzorgen_months")
    if rule is None or facts.permit_limited is None:
        return Finding(Key.relief, State.unknown, rules=_used(rule))
    last = last_day(facts.benefit_from, months=_whole(rule))
    state = State.done if last < today else _by_day(last, today)
    return Finding(Key.relief, state, last, rules=(rule,))


def _work_period(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day of this work-experience place; another one may follow (local policy)."""
    rule = known.get("work_weeks")
    if facts.work_starts_on is None:
        return None
    if rule is None:
        return Finding(Key.work_period, State.unknown)
    last = plus(facts.work_starts_on, weeks=_whole(rule)) - DAY
    return Finding(Key.work_period, _by_day(last, today), last, rules=(rule,))


def _childcare(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day to apply for the allowance without losing money of the first month."""
    rule = known.get("kot_apply_by_months")
    waiting = [care for care in facts.childcare if care.applied_on is None]
    if not waiting:
        return None
    if rule is None:
        return Finding(Key.childcare, State.unknown)
    last = min(apply_by(care.starts_on, _whole(rule)) for care in waiting)
    return Finding(Key.childcare, _by_day(last, today), last, rules=(rule,))


def _childcare_report(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day to report a change of the care."""
    rule = known.get("kot_report_weeks")
    changed = [
        care.changed_on
        for care in facts.childcare
        if care.changed_on and (care.reported_on is None or care.reported_on < care.changed_on)
    ]
    if not changed:
        return None
    if rule is None:
        return Finding(Key.childcare_report, State.unknown)
    last = min(report_by(day, _whole(rule)) for day in changed)
    return Finding(Key.childcare_report, _by_day(last, today), last, rules=(rule,))


_RETRY_BY_PARTS = (
    *("retry_no_part_months", "retry_one_part_months"),
    *("retry_two_parts_months", "retry_three_parts_months", "retry_three_parts_months"),
)


def _retry(facts: Facts, known: Known, today: date) -> Finding | None:
    """The new term after a fine of DUO (Regeling 7.4): by what was not done in time.

    Of several the longest holds (lid 6). For asiel and gezin_van_asiel nobody knows whether it
    holds (case law): nothing is worked out.
    """
    fined = {article: _fined_on(facts, article) for article in (Article.pvt, Article.map)}
    modules = [day for day in fined.values() if day]
    route = _fined_on(facts, Article.route)
    if facts.group in OFFERED or not (modules or route):
        return None
    found: list[tuple[Rule | None, date]] = []
    if modules:
        name = "retry_both_months" if all(fined.values()) else "retry_pvt_or_map_months"
        found.append((known.get(name), max(modules)))
    if route:
        found.append((_retry_of_route(facts, known, route), route))
    rules = _used(*(rule for rule, _ in found))
    if len(rules) < len(found):
        return Finding(Key.retry, State.unknown, rules=rules)
    last = max(plus(day, months=_whole(rule)) for rule, day in found if rule)
    return Finding(Key.retry, _by_day(last, today), last, rules=rules)


def _fined_on(facts: Facts, article: Article) -> date | None:
    return max((fine.on for fine in facts.fines if fine.article is article), default=None)


def _retry_of_route(facts: Facts, known: Known, fined_on: date) -> Rule | None:
    """By the parts that were passed when the fine came, KNM too (Regeling 7.4 lid 2).

    None in the Z-route: there it goes by hours (lid 4), which no rule of ours holds.
    """
    if facts.leerroute not in (Leerroute.b1, Leerroute.onderwijs):
        return None
    parts = len(passed_parts(facts, known, until=fined_on))
    return known.get(_RETRY_BY_PARTS[min(parts, len(_RETRY_BY_PARTS) - 1)])


def _certificate(facts: Facts, known: Known, today: date) -> Finding | None:
    """After the end the municipality hands it over itself (Regeling 3.18); the law names no day."""
    if facts.certificate_on is not None:
        return Finding(Key.certificate, State.done, facts.certificate_on)
    if facts.ended_on is None or facts.exemption in (Exemption.vrijstelling, Exemption.ontheffing):
        return None
    return Finding(Key.certificate, State.due, facts.ended_on)


_ALL: tuple[Callable[[Facts, Known, date], Finding | None], ...] = (
    *(_pip, _term, _route_change, _extension, _offer, _talk, _pvt, _map, _course),
    *(_participation, _closing_talk, _exams, _a2, _relief, _work_period),
    *(_childcare, _childcare_report, _retry, _certificate),
)


def _hours(
    key: Key, facts: Facts, known: Known, name: str, today: date, *kinds: HoursKind
) -> Finding:
    """Hours of these kinds against a rule, to be done within the term."""
    rule, span, done = known.get(name), term(facts, known), facts.done(*kinds)
    if rule is None:
        return Finding(key, State.unknown, done=done)
    total, last = Decimal(rule.value), span.last if span else None
    rules = _used(rule, known.get("term_years"))
    state = State.done if done >= total else _by_day(last, today) if last else State.coming
    return Finding(key, state, last, done, total, rules)


def _finished(finding: Finding, on: date) -> Finding:
    """Done for good, whatever hours were written down."""
    return Finding(finding.key, State.done, on, finding.done, finding.total, finding.rules)


def _still_open(finding: Finding, facts: Facts, known: Known, today: date) -> Finding:
    """The hours are enough; a signature, an activity or a talk is still to come."""
    span = term(facts, known)
    state = _by_day(span.last, today) if span else State.coming
    return Finding(finding.key, state, finding.on, finding.done, finding.total, finding.rules)


def _term_starts_on(facts: Facts) -> date | None:
    """The day after the PIP. A new PIP after a move begins no new term (Wet, art. 11 and 15): its
    start has to come along."""
    if facts.term_starts_on is not None:
        return facts.term_starts_on
    if facts.pip_date is None or (facts.moved_here and not _pip_is_of_before(facts)):
        return None
    return facts.pip_date + DAY


def _pip_is_of_before(facts: Facts) -> bool:
    """Who moved here has only the PIP of the municipality before, so far."""
    moved = facts.registered_on if facts.moved_here else None
    return moved is not None and facts.pip_date is not None and facts.pip_date < moved


def _series(start: date, last: date, first_year_months: int, later_months: int) -> Iterator[date]:
    """Every so many months in the first year, then every so many others; 0: no more."""
    months = 0
    while True:
        step = first_year_months if months + first_year_months <= 12 else later_months
        months += step
        day = plus(start, months=months)
        if not step or day > last:
            return
        yield day


def _by_day(day: date, today: date) -> State:
    """On its last day something is not late yet."""
    if day < today:
        return State.late
    return State.due if day - today <= SOON else State.coming


def _whole(rule: Rule) -> int:
    return int(rule.value)


def _used(*rules: Rule | None) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule is not None)
