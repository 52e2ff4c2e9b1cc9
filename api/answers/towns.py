"""The municipalities to choose from, where a question waits for one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Offer, live_in
from api.people.models import Municipality


def offer_towns(session: Session, topic: str | None = None) -> tuple[Offer, ...]:
    """A button for each town, by name; with a topic, who helps with it there is shown next."""
    towns = session.scalars(select(Municipality).order_by(Municipality.name))
    return tuple(live_in(town.id, town.name, topic) for town in towns)
