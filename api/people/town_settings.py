"""What a municipality decides itself about reminders: when they leave, and when never."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.clock import TIME_OF_DAY
from api.errors import Invalid, NotAllowed, NotFound
from api.people.models import Municipality, Person, Role

SETS_REMINDERS = (Role.regisseur, Role.administrator)
MOST_REMINDERS = 5
SOONEST, LATEST = 30, 30 * 24 * 60
"""Minutes before an appointment: half an hour to thirty days."""


def get_town(session: Session, me: Person, town: str) -> Municipality:
    """One of the municipalities whose reminders I may set; else NotFound."""
    towns = me.municipalities(*SETS_REMINDERS)
    if not towns:
        raise NotAllowed("these settings are for regisseurs and administrators only")
    found = session.get(Municipality, town) if town in towns else None
    if found is None:
        raise NotFound("that is not one of your municipalities")
    return found


def set_reminder_settings(
    session: Session,
    me: Person,
    town: str,
    before: Sequence[int],
    quiet_from: str,
    quiet_until: str,
) -> Municipality:
    """So many minutes before an appointment, and never between these hours ("HH:MM").

    Equal hours are no quiet hours. What is planned follows with the next sweep. Invalid names
    "remind_before", "quiet_from" or "quiet_until".
    """
    found = get_town(session, me, town)
    faults = {}
    if reason := _fault_of(before):
        faults["remind_before"] = reason
    for name, clock in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        if not re.fullmatch(TIME_OF_DAY, clock):
            faults[name] = "a time such as 21:00"
    if faults:
        raise Invalid("; ".join(map(": ".join, faults.items())), faults=faults)
    found.remind_before = sorted(before, reverse=True)
    found.quiet_from, found.quiet_until = quiet_from, quiet_until
    session.flush()
    return found


def _fault_of(before: Sequence[int]) -> str | None:
    if not 1 <= len(before) <= MOST_REMINDERS or len(set(before)) != len(before):
        return f"one to {MOST_REMINDERS} different numbers of minutes"
    fits = all(SOONEST <= minutes <= LATEST for minutes in before)
    return None if fits else f"{SOONEST} to {LATEST} minutes before"
