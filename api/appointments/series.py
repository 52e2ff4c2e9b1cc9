"""The progress talks of a whole term, planned and moved in one step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.changes import Seen, follow
from api.appointments.diary import Taken
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.appointments.slots import Slot, find_working_hours, free_slots
from api.cases.access import get_case
from api.cases.due_days import talk as talk_finding
from api.cases.facts import facts_of
from api.cases.findings import Known, State
from api.cases.history import acting
from api.cases.models import Case, Exemption, Law
from api.cases.rules import Rules
from api.cases.service import known_rules, plan
from api.cases.spans import DAY
from api.cases.term import TALK_WINDOW, talk_days
from api.clock import local, midnight, moment_on
from api.errors import Conflict
from api.handovers.office_hours import OfficeHours
from api.people.models import Municipality, Person
from api.reminders.announcing import announce
from api.reminders.models import ReminderKind
from api.reminders.wanted import HORIZON


@dataclass(frozen=True)
class SeriesDay:
    """A day around which a progress talk belongs, and the talk for it."""

    on: date
    """The day of the rule, moved to the next working day."""
    appointment: Appointment | None = None


@dataclass
class SeriesPlan:
    """What planning in one step came to."""

    planned: list[Appointment] = field(default_factory=list)
    moved: list[Appointment] = field(default_factory=list)
    cancelled: list[Appointment] = field(default_factory=list)
    without_time: list[date] = field(default_factory=list)
    """No time was free within two weeks of these days."""


def working_day(day: date, office: OfficeHours) -> date:
    """The day itself, or the next on which the office is open."""
    while office.opening_on(day) is None:
        day += DAY
    return day


def series_of(session: Session, rules: Rules, case: Case, today: date) -> list[SeriesDay]:
    """Every day of the series with its talk, held or planned, if there is one.

    A talk counts for one day: the one that it was planned for, or one within two weeks of it.
    """
    office = session.get_one(Municipality, case.municipality_id).office_hours
    days = _days(session, case, known_rules(session, rules, case.municipality_id, today))
    talks = [talk for talk in _talks(session, case) if not _is_loose(talk, days, today)]
    matched = _matched(days, talks)
    return [SeriesDay(working_day(day, office), matched.get(day)) for day in days]


def plan_series(
    session: Session, rules: Rules, me: Person, case_id: UUID, at: time, now: datetime
) -> SeriesPlan:
    """Give every coming day of the series a talk, as near to this hour as is free.

    The participant hears of the next talk, and of a near one that moved or is cancelled; the later
    ones are reminded of in their time. Talks of the series whose day is not in it any more, because
    the PIP changed, move to the day that has none yet, or are cancelled. What stands stays.
    Conflict without regisseur or hours, and where nobody can say which days are in the series:
    then nothing is cancelled either.
    """
    case = get_case(session, me, case_id, lock=True)
    acting(session, me.id, now)
    _check_can_plan(session, case)
    today = local(now).date()
    known = known_rules(session, rules, case.municipality_id, today)
    _check_days_are_known(session, case, known)
    days = _days(session, case, known)
    talks = _talks(session, case)
    loose = [talk for talk in talks if _is_loose(talk, days, today)]
    matched = _matched(days, [talk for talk in talks if talk not in loose])
    done = SeriesPlan()
    for day in days:
        if day + TALK_WINDOW >= today and day not in matched:
            _fill(session, case, day, at, loose, done, now)
    for talk in loose:
        before = Seen.of(talk)
        talk.state = AppointmentState.cancelled
        follow(session, talk, before, now, tell=before.starts_at <= now + HORIZON)
        done.cancelled.append(talk)
    _tell_of_next(session, done, now)
    plan(session, rules, [case.id], now)
    return done


def _tell_of_next(session: Session, done: SeriesPlan, now: datetime) -> None:
    """The participant hears of the first new talk; eight messages at once would help nobody."""
    if done.planned:
        first = min(done.planned, key=lambda talk: talk.starts_at)
        announce(session, first, ReminderKind.new, now)


def _fill(
    session: Session,
    case: Case,
    day: date,
    at: time,
    loose: list[Appointment],
    done: SeriesPlan,
    now: datetime,
) -> None:
    """A talk for this day: one that lost its own day, else a new one."""
    for slot in _nearest(session, case, day, at, now):
        talk = loose[0] if loose else None
        try:
            with session.begin_nested():
                made = _put(session, case, talk, day, slot, now)
        except Taken:  # the participant has something else then
            continue
        if talk is None:
            done.planned.append(made)
        else:
            done.moved.append(loose.pop(0))
        return
    done.without_time.append(day)


def _put(
    session: Session,
    case: Case,
    talk: Appointment | None,
    day: date,
    slot: Slot,
    now: datetime,
) -> Appointment:
    before = Seen.of(talk) if talk else None
    if talk is None:
        talk = Appointment(
            case_id=case.id,
            kind=AppointmentKind.progress_talk,
            interpreter=True if case.interpreter_language else None,
        )
        session.add(talk)
    talk.starts_at, talk.minutes, talk.series_on = slot.starts_at, slot.minutes, day
    talk.regisseur_id, talk.place = case.regisseur_id, slot.place
    is_near = before is not None and before.starts_at <= now + HORIZON
    follow(session, talk, before, now, tell=is_near)
    return talk


def _nearest(session: Session, case: Case, day: date, at: time, now: datetime) -> Iterator[Slot]:
    """Free times from this day on, of each day the nearest to the hour first; within two weeks."""
    office = session.get_one(Municipality, case.municipality_id).office_hours
    first = max(working_day(day, office), working_day(local(now).date() + DAY, office))
    begins, ends = midnight(first), midnight(max(first, day + TALK_WINDOW) + DAY)
    town, regisseur = case.municipality_id, case.regisseur_id
    by_day: dict[date, list[Slot]] = {}
    for slot in free_slots(session, regisseur, town, begins, ends):
        by_day.setdefault(local(slot.starts_at).date(), []).append(slot)
    for on, slots in by_day.items():
        wish = moment_on(on, at)
        yield from sorted(slots, key=lambda slot: abs(slot.starts_at - wish))


def _days(session: Session, case: Case, known: Known) -> Sequence[date]:
    """As the rule gives them; none once DUO ended the duty or gave an exemption, and none under
    the older law."""
    if _is_over(case) or case.law is not Law.wi2021:
        return ()
    return talk_days(facts_of(session, case), known)


def _is_over(case: Case) -> bool:
    is_exempt = case.exemption in (Exemption.vrijstelling, Exemption.ontheffing)
    return is_exempt or case.closed_on is not None or case.ended_on is not None


def _talks(session: Session, case: Case) -> list[Appointment]:
    """Held and planned progress talks."""
    query = (
        select(Appointment)
        .where(
            Appointment.case_id == case.id,
            Appointment.kind == AppointmentKind.progress_talk,
            Appointment.state.in_((AppointmentState.held, AppointmentState.planned)),
        )
        .order_by(Appointment.starts_at)
    )
    return list(session.scalars(query))


def _matched(days: Sequence[date], talks: Sequence[Appointment]) -> dict[date, Appointment]:
    """The days that have a talk. One that was held counts by when it was; a planned one by the
    day that it was planned for, and by when it is where it was not planned for any."""

    def is_own(talk: Appointment, day: date) -> bool:
        return talk.series_on == day

    def is_near(talk: Appointment, day: date) -> bool:
        return _days_off(talk, day) <= TALK_WINDOW

    found: dict[date, Appointment] = {}
    left = list(talks)
    for fits in (
        lambda talk, day: is_own(talk, day) and is_near(talk, day),
        lambda talk, day: talk.state is AppointmentState.held and is_near(talk, day),
        is_own,
        is_near,
    ):
        for day in days:
            fitting = [talk for talk in left if fits(talk, day)]
            if day not in found and fitting:
                found[day] = min(fitting, key=lambda talk: _days_off(talk, day))
                left.remove(found[day])
    return found


def _days_off(talk: Appointment, day: date) -> timedelta:
    return abs(local(talk.starts_at).date() - day)


def _is_loose(talk: Appointment, days: Sequence[date], today: date) -> bool:
    """Planned for a day that is in the series no more. What is today takes place."""
    is_coming = talk.state is AppointmentState.planned and local(talk.starts_at).date() > today
    return is_coming and talk.series_on is not None and talk.series_on not in days


def _check_can_plan(session: Session, case: Case) -> None:
    if find_working_hours(session, case.regisseur_id, case.municipality_id) is None:
        raise Conflict(
            "give the case a regisseur who has written working hours", "error.no_working_hours"
        )


def _check_days_are_known(session: Session, case: Case, known: Known) -> None:
    """No days is something else than not knowing them: the older law has another schedule, and
    without PIP or rule nobody can count."""
    if _is_over(case):
        return
    finding = talk_finding(facts_of(session, case), known, date.min)
    is_known = finding is not None and finding.state is not State.unknown
    if case.law is not Law.wi2021 or not is_known:
        raise Conflict("law, PIP and rule have to be known first", "error.no_series")
