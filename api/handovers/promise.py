"""The response clock: until when somebody is promised an answer, in the office hours of the town.

The clock runs from the first words that no person has answered. An answer stops it, the next
words of the participant start it again.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.handovers.models import HandOver
from api.handovers.office_hours import OfficeHours, add_office_hours, next_open
from api.people.models import Municipality

USUAL_HOURS = OfficeHours({day: (time(9), time(17)) for day in range(1, 6)})
USUAL_PROMISE = timedelta(hours=8)
"""For an installation to which no town was added yet: a question is never refused."""
WARN_AFTER = 0.75
"""Of the promised time: then who is responsible is warned."""


def earliest_answer(session: Session, hand_over: HandOver, now: datetime) -> datetime:
    """When a person can answer at the earliest: the office opens, or is open now.

    While the town is unknown it is the latest of all offices, so that nobody is promised
    too much.
    """
    return max(next_open(hours, now) for hours, _ in _promises(session, hand_over))


def start_clock(session: Session, hand_over: HandOver, since: datetime) -> None:
    """Somebody waits for a person since this moment."""
    promises = _promises(session, hand_over)
    hand_over.waiting_since = since
    hand_over.answer_by = max(add_office_hours(hours, since, within) for hours, within in promises)
    hand_over.warn_by = max(
        add_office_hours(hours, since, within * WARN_AFTER) for hours, within in promises
    )
    hand_over.warned_at = hand_over.alarmed_at = None


def stop_clock(hand_over: HandOver) -> None:
    """A person answered, or nobody waits any more."""
    hand_over.waiting_since = hand_over.warned_at = hand_over.alarmed_at = None


def in_office_hours(
    session: Session, hand_over: HandOver, since: datetime, amount: timedelta
) -> datetime:
    """The moment at which so much of the town's office time has passed since then."""
    return max(add_office_hours(hours, since, amount) for hours, _ in _promises(session, hand_over))


def _promises(session: Session, hand_over: HandOver) -> list[tuple[OfficeHours, timedelta]]:
    """The office hours and answering time of the town, or of every town that it may be."""
    towns = select(Municipality)
    if hand_over.municipality_id is not None:
        towns = towns.where(Municipality.id == hand_over.municipality_id)
    return [
        (town.office_hours, timedelta(hours=town.answer_within_hours))
        for town in session.scalars(towns)
    ] or [(USUAL_HOURS, USUAL_PROMISE)]
