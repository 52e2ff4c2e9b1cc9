"""What somebody wants of reminders: a pause, none at all, or none at some hours.

Appointments and deadlines go on; what does not reach a person stands on the regisseur's list.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.access import find_own_case
from api.cases.history import acting
from api.cases.models import Participant
from api.cases.rules import Rules
from api.cases.service import plan
from api.clock import local
from api.reminders.models import QuietTime
from api.reminders.quiet import is_quiet_time


def is_silent(participant: Participant, today: date) -> bool:
    """Whether this person gets no reminders today."""
    paused = participant.paused_until is not None and participant.paused_until >= today
    return paused or participant.stopped_at is not None


def pause(session: Session, rules: Rules, person_id: UUID, until: date, now: datetime) -> None:
    """No reminders up to and including this day. ValueError for a day that is over."""
    if until < local(now).date():
        raise ValueError("a pause ends today or later")
    participant = _acting(session, person_id, now)
    participant.paused_until, participant.stopped_at = until, None
    _replan(session, rules, person_id, now)


def stop(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
    """No reminders any more; since when stays as it was where they were stopped already."""
    participant = _acting(session, person_id, now)
    participant.stopped_at, participant.paused_until = participant.stopped_at or now, None
    _replan(session, rules, person_id, now)


def start_again(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
    """Reminders again, after a pause or after they were stopped."""
    participant = _acting(session, person_id, now)
    participant.paused_until = participant.stopped_at = None
    _replan(session, rules, person_id, now)


def quiet_times(session: Session, person_id: UUID) -> Sequence[QuietTime]:
    """The quiet times that this person chose, by day and hour."""
    query = select(QuietTime).where(QuietTime.person_id == person_id)
    order = (QuietTime.weekday, QuietTime.begins, QuietTime.ends)
    return session.scalars(query.order_by(*order)).all()


def add_quiet_time(
    session: Session,
    rules: Rules,
    person_id: UUID,
    weekdays: Iterable[int],
    begins: str,
    ends: str,
    now: datetime,
) -> None:
    """No reminders in these hours ("HH:MM", local time) of these ISO weekdays.

    What lies in hours that are quiet already adds nothing, and wider hours take the place of those
    inside them. ValueError for hours that do not exist.
    """
    days = sorted(set(weekdays))
    if not all(is_quiet_time(day, begins, ends) for day in days):
        raise ValueError("a quiet time begins before it ends, on a weekday from 1 to 7")
    _acting(session, person_id, now)
    known = quiet_times(session, person_id)
    for day in days:
        of_day = [each for each in known if each.weekday == day]
        if any(each.begins <= begins and ends <= each.ends for each in of_day):
            continue
        for each in of_day:
            if begins <= each.begins and each.ends <= ends:
                session.delete(each)
        session.add(QuietTime(person_id=person_id, weekday=day, begins=begins, ends=ends))
    _replan(session, rules, person_id, now)


def clear_quiet_times(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
    """Reminders at any hour that the town allows."""
    _acting(session, person_id, now)
    for each in quiet_times(session, person_id):
        session.delete(each)
    _replan(session, rules, person_id, now)


def _acting(session: Session, person_id: UUID, now: datetime) -> Participant:
    """The participant, locked: two chats of one person write one after the other.

    After their case, as everybody does it, so that nobody waits in a circle.
    """
    acting(session, person_id, now)
    find_own_case(session, person_id, lock=True)
    return session.get_one(Participant, person_id, with_for_update=True, populate_existing=True)


def _replan(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
    """What waits to be sent follows at once."""
    session.flush()
    case = find_own_case(session, person_id)
    if case is not None:
        plan(session, rules, [case.id], now)
