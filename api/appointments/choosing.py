"""Which kind of talk a participant can make, and which times they are offered for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.diary import Taken, occupied, quarters
from api.appointments.models import IN_GROUPS, Appointment, AppointmentKind, AppointmentState
from api.appointments.slots import LOOK_AHEAD, NOTICE, Slot, free_slots, slot_at
from api.cases.findings import SOON, Finding, Key, State
from api.cases.models import Case
from api.cases.rules import Rules
from api.cases.service import findings_of
from api.cases.term import TALK_WINDOW
from api.clock import local, midnight

ON_A_PAGE = 6
ON_A_DAY = 2
NOON = 12
A_WEEK = timedelta(days=7)
A_WHILE = timedelta(hours=2)
"""So long somebody may think about a time that was offered."""


@dataclass(frozen=True)
class Offered:
    """A few free times, and whether there are later ones."""

    slots: Sequence[Slot]
    has_later: bool


def offer_times(
    session: Session, case: Case, earliest: datetime, after: datetime | None
) -> Offered:
    """The free times from a moment on, spread over days; of the next page those after the last
    time of the page before."""
    spread = _spread(_free(session, case, earliest))
    left = [slot for slot in spread if after is None or slot.starts_at > after]
    return Offered(left[:ON_A_PAGE], len(left) > ON_A_PAGE)


def find_slot(session: Session, case: Case, starts_at: datetime, now: datetime) -> Slot:
    """The free time that begins then. Taken where it is not free, or too soon by now."""
    if starts_at < now + NOTICE - A_WHILE:
        raise Taken("that time is too soon by now")
    return slot_at(session, case.regisseur_id, case.municipality_id, starts_at)


def kind_to_make(session: Session, rules: Rules, case: Case, now: datetime) -> AppointmentKind:
    """A progress talk where one belongs soon and has no time yet; else a talk at the spreekuur."""
    talk = _due_talk(session, rules, case, now)
    if talk is None or find_made(session, case.id, AppointmentKind.progress_talk, now):
        return AppointmentKind.spreekuur
    return AppointmentKind.progress_talk


def find_made(
    session: Session, case_id: UUID, kind: AppointmentKind, now: datetime
) -> Appointment | None:
    """The next planned appointment of this kind, where a second one makes no sense.

    Progress talks come in a series: only those count that lie in the days that are offered.
    """
    query = select(Appointment).where(
        Appointment.case_id == case_id,
        Appointment.kind == kind,
        Appointment.state == AppointmentState.planned,
        Appointment.starts_at > now,
    )
    if kind is AppointmentKind.progress_talk:
        query = query.where(Appointment.starts_at <= now + TALK_WINDOW + LOOK_AHEAD)
    return session.scalars(query.order_by(Appointment.starts_at).limit(1)).first()


def earliest_to_make(
    session: Session, rules: Rules, case: Case, kind: AppointmentKind, now: datetime
) -> datetime:
    """A progress talk not before the window around its day; nothing sooner than the notice."""
    talk = _due_talk(session, rules, case, now)
    if kind is not AppointmentKind.progress_talk or talk is None or talk.on is None:
        return now + NOTICE
    return max(now + NOTICE, midnight(talk.on - TALK_WINDOW))


def earliest_to_move(appointment: Appointment, now: datetime) -> datetime:
    """Around the time it has, as the days of a series are fixed."""
    return max(now + NOTICE, appointment.starts_at - A_WEEK)


def can_move(appointment: Appointment) -> bool:
    """Many take part in some at the same time: only a person can find another day for those."""
    return appointment.kind not in IN_GROUPS


def _due_talk(session: Session, rules: Rules, case: Case, now: datetime) -> Finding | None:
    """The progress talk that belongs soon, or is late; only where that is certain."""
    today = local(now).date()
    found = findings_of(session, rules, case, today).get(Key.talk)
    if found is None or found.on is None or found.status == "unclear":
        return None
    is_open = found.state in (State.coming, State.due, State.late)
    return found if is_open and found.on <= today + SOON else None


def _free(session: Session, case: Case, earliest: datetime) -> Iterator[Slot]:
    """When both the regisseur and the participant have time."""
    until = earliest + LOOK_AHEAD
    busy = occupied(session, case.participant_id, earliest, until)
    regisseur, town = case.regisseur_id, case.municipality_id
    for slot in free_slots(session, regisseur, town, earliest, until):
        if busy.isdisjoint(quarters(slot.starts_at, slot.minutes)):
            yield slot


def _spread(slots: Iterator[Slot]) -> Iterator[Slot]:
    """At most two of a day: the first, and the first after noon if there is one."""
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(local(slot.starts_at).date(), []).append(slot)
    for first, *others in by_day.values():
        after_noon = [slot for slot in others if local(slot.starts_at).hour >= NOON]
        yield from (first, *(after_noon or others)[: ON_A_DAY - 1])
