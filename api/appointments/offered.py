"""Free times for who plans: of a regisseur and a municipality that they may see."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.appointments.slots import Slot, free_slots
from api.cases.access import towns_of
from api.cases.spans import DAY
from api.clock import midnight
from api.errors import Invalid, NotFound
from api.people.models import Person, Role

LONGEST_SEARCH = timedelta(days=62)


def offered_slots(
    session: Session,
    me: Person,
    regisseur_id: UUID,
    town: str,
    first: date,
    last: date,
    now: datetime,
) -> list[Slot]:
    """The free times of a regisseur from a day to a day, both included; none that is past.

    NotFound where the municipality is none of mine, or this is no regisseur of it.
    """
    regisseur = session.get(Person, regisseur_id)
    is_there = regisseur is not None and town in regisseur.municipalities(Role.regisseur)
    if town not in towns_of(me) or not is_there:
        raise NotFound("there is no such regisseur in your municipality")
    if not timedelta() <= last - first <= LONGEST_SEARCH:
        reason = f"at most {LONGEST_SEARCH.days} days, and the last not before the first"
        raise Invalid(f"until: {reason}", "error.too_many_days", faults={"until": reason})
    begins = max(now, midnight(first))
    return list(free_slots(session, regisseur_id, town, begins, midnight(last + DAY)))
