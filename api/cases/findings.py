"""What is known of a case and what was worked out of it: what the rules read and write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from api.cases.models import Exemption, Group, Law, Leerroute
from api.cases.records import Article, ExamPart, HoursKind, Level
from api.cases.rules import Rule
from api.cases.spans import Span

OFFERED = frozenset({Group.asiel, Group.gezin_van_asiel})
"""The municipality offers and pays their course (Wet inburgering 2021, art. 13 and 16)."""
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


TOLD_WITH_A_MARK = frozenset({Key.childcare})
"""Told, with a mark, although its rule is unclear: to act too early costs nothing here, and to act
too late costs money. What is unclear is not told otherwise."""


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
    def may_be_told(self) -> bool:
        """Whether a participant may hear it."""
        return self.status != "unclear" or self.key in TOLD_WITH_A_MARK

    @property
    def status(self) -> str:
        """How certain it is: that of its least certain rule."""
        without = "unclear" if self.state is State.unknown else "confirmed"
        return max((rule.status for rule in self.rules), key=CERTAINTY.index, default=without)


def by_day(day: date, today: date) -> State:
    """On its last day something is not late yet."""
    if day < today:
        return State.late
    return State.due if day - today <= SOON else State.coming


def whole(rule: Rule) -> int:
    return int(rule.value)


def used(*rules: Rule | None) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule is not None)
