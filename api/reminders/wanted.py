"""Which reminders belong to a case as it stands: from what is known to what leaves when.

Pure: nothing here looks at the store or the clock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import takewhile
from uuid import UUID

from api.appointments.models import AppointmentKind
from api.cases.findings import Finding, Key, State
from api.clock import local, midnight, moment_on
from api.reminders.models import ReminderKind
from api.reminders.quiet import MINUTE, Quiet

HORIZON = timedelta(days=40)
"""So far ahead reminders are planned; the daily sweep brings the later ones in."""
JUST_TOLD = timedelta(hours=1)
"""Who was told of an appointment less than this before a reminder is not reminded again."""
LAST_MOMENT = timedelta(minutes=30)
"""Later than this before an appointment a reminder helps nobody."""
UNHEARD = "unheard"
"""In the key of the reminder that stands for all that quiet hours or a pause keep back."""
MORNING = time(10)
"""Deadlines are told at ten in the morning."""
DAYS_BEFORE: Mapping[Key, tuple[int, ...]] = {
    Key.route_change: (60, 14),
    Key.extension: (0,),
    Key.childcare: (30, 7),
    Key.relief: (30,),
    Key.pvt: (180, 60),
    Key.map: (180, 60),
}
"""So many days before its day a deadline is told (our own proposal; the law names none)."""
TALK_DAYS_BEFORE = 21
"""So many days before its day a progress talk that has no time yet can be planned in the chat."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned appointment, as far as reminders go."""

    id: UUID
    kind: AppointmentKind
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the reminders of one case hang on."""

    case_id: UUID
    municipality_id: str
    quiet: Quiet
    before: Sequence[int]
    """Minutes before an appointment."""
    appointments: Sequence[Planned] = ()
    findings: Mapping[Key, Finding] = field(default_factory=dict)
    """Only what may be told to the person."""
    paused_until: date | None = None
    standing: Collection[str] = frozenset()
    """The keys of what is planned already and has not left: true for as long as its cause is,
    also where quiet hours or a pause moved it past the moment that it was meant for."""
    gone: Set[str] = frozenset()
    """The keys of what left, or was found not true when its moment came."""
    can_choose: bool = False
    """Whether the regisseur has times to offer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reminder that should be planned."""

    key: str
    kind: ReminderKind
    due_at: datetime
    at: datetime
    until: datetime
    appointment_id: UUID | None = None
    about: str | None = None
    minutes_before: int | None = None


def wanted(facts: Facts, now: datetime) -> Iterator[Wanted]:
    """Every reminder that has still to leave, up to the horizon. One whose moment is past is not
    begun with any more, but what stands stays.

    A reminder that falls in quiet hours leaves before them, where that is still to come. What
    they, or a pause, leave no moment for is planned all the same for when it was meant: nobody is
    sent it then (`waits_until`), and it ends on the list of the regisseurs.
    """
    for appointment in facts.appointments:
        yield from _of_appointment(facts, appointment, now)
    for key, days in DAYS_BEFORE.items():
        finding = facts.findings.get(key)
        if finding is not None and _is_open(finding):
            yield from _of_deadline(facts, finding, days, now)
    talk = facts.findings.get(Key.talk)
    if talk is not None and facts.can_choose and _is_open(talk):
        yield from _of_talk(facts, talk, now)


def _of_appointment(facts: Facts, appointment: Planned, now: datetime) -> Iterator[Wanted]:
    at, begun = appointment.starts_at, set[datetime]()
    latest = at - LAST_MOMENT
    told = partial(Wanted, kind=ReminderKind.appointment, at=at, until=at)
    for minutes in sorted(facts.before):
        key, meant = appointment_key(appointment.id, at, minutes), _before(at, minutes)
        if not _is_to_come(facts, key, meant, now, JUST_TOLD):
            continue
        due = _leave(facts, meant, now, latest)
        if due is None or due in begun:  # two that quiet hours brought together are one
            continue
        begun.add(due)
        yield told(key, due_at=due, appointment_id=appointment.id, minutes_before=minutes)
    unheard = None if begun else _unheard(facts, appointment, now)
    if unheard is not None:
        minutes, due = unheard
        key = _unheard_key(appointment, minutes)
        yield told(key, due_at=due, appointment_id=appointment.id, minutes_before=minutes)


def _unheard(facts: Facts, appointment: Planned, now: datetime) -> tuple[int, datetime] | None:
    """Quiet hours or a pause keep back all that is still to come: one of them stays, so that a
    regisseur hears of it once, when the first was meant to leave. How long before, and when."""
    at = appointment.starts_at
    keys = {minutes: appointment_key(appointment.id, at, minutes) for minutes in facts.before}
    own = {minutes: _unheard_key(appointment, minutes) for minutes in facts.before}
    if not facts.gone.isdisjoint(own.values()):
        return None
    # One that left early, before quiet hours, took the place of the others that they moved there.
    left = takewhile(lambda minutes: keys[minutes] not in facts.gone, sorted(keys))
    for minutes in reversed(list(left)):
        meant, is_known = _before(at, minutes), own[minutes] in facts.standing
        is_to_come = _is_to_come(facts, keys[minutes], meant, now, JUST_TOLD)
        if is_to_come or (is_known and meant >= now):
            return minutes, max(meant, now)
    return None


def _unheard_key(appointment: Planned, minutes: int) -> str:
    return f"{appointment_key(appointment.id, appointment.starts_at, minutes)}:{UNHEARD}"


def _of_deadline(
    facts: Facts, finding: Finding, days: Sequence[int], now: datetime
) -> Iterator[Wanted]:
    """A last day; of an extension the first day, from which it can be asked for."""
    assert finding.on is not None
    ends = end_of(finding.on)
    for before in days:
        meant = _morning(finding.on - timedelta(days=before))
        latest = ends + timedelta(days=14) if finding.key is Key.extension else ends
        key = f"d:{facts.case_id}:{finding.key}:{finding.on}:{before}"
        if _is_to_come(facts, key, meant, now):
            due = _leave(facts, meant, now, latest - MINUTE) or max(meant, now)
            yield Wanted(key, ReminderKind.deadline, due, ends, latest, about=finding.key)


def _of_talk(facts: Facts, finding: Finding, now: datetime) -> Iterator[Wanted]:
    """A progress talk belongs around this day, and none is planned near it."""
    assert finding.on is not None
    near = timedelta(days=TALK_DAYS_BEFORE)
    coming = (local(each.starts_at).date() for each in facts.appointments if _is_talk(each))
    if any(abs(day - finding.on) <= near for day in coming):
        return
    ends = end_of(finding.on)
    key = f"t:{facts.case_id}:{finding.on}"
    meant = _morning(finding.on - near)
    if _is_to_come(facts, key, meant, now):
        due = _leave(facts, meant, now, ends - MINUTE) or max(meant, now)
        yield Wanted(key, ReminderKind.choose, due, ends, ends, about=finding.key)


def appointment_key(id: UUID, at: datetime, minutes: int) -> str:
    """The same appointment at the same moment is reminded of once for each time before it."""
    return f"a:{id}:{at.astimezone(UTC):%Y%m%dT%H%M%S}:{minutes}"


def end_of(day: date) -> datetime:
    """The moment at which a day in the towns is over."""
    return midnight(day + timedelta(days=1))


def _is_to_come(
    facts: Facts,
    key: str,
    meant: datetime,
    now: datetime,
    just_told: timedelta = timedelta(),
) -> bool:
    """Within the horizon, and not past; what stands already stays."""
    return meant <= now + HORIZON and (meant >= now + just_told or key in facts.standing)


def _leave(facts: Facts, meant: datetime, now: datetime, latest: datetime) -> datetime | None:
    """When it leaves; None where it cannot. After a pause it may come later, if it helps."""
    earliest = max(now, end_of(facts.paused_until)) if facts.paused_until else now
    return facts.quiet.leave(meant, earliest, latest)


def _before(at: datetime, minutes: int) -> datetime:
    """So many minutes earlier. Whole days are those of the calendar: a week before ten o'clock it
    was ten o'clock, also where the clock changed in between."""
    days, rest = divmod(minutes, 24 * 60)
    then = local(at) - timedelta(days=days)
    return then.astimezone(UTC) - timedelta(minutes=rest)


def _is_open(finding: Finding) -> bool:
    return finding.on is not None and finding.state in (State.coming, State.due)


def _is_talk(appointment: Planned) -> bool:
    return appointment.kind is AppointmentKind.progress_talk


def _morning(day: date) -> datetime:
    return moment_on(day, MORNING)
