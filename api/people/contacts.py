"""Where organisations are in a town: what the town itself fills in."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Invalid
from api.people.models import Contact, Municipality

LONGEST = {"phone": 40, "address": 200, "hours": 200, "url": 200}


def set_contact(session: Session, town: str, organisation: str, **where: str | None) -> Contact:
    """Write down `phone`, `address`, `hours` and `url`; what is not given stays as it was.

    Invalid for an unknown town, and for what is too long to be one of these.
    """
    for name, value in where.items():
        if value is not None and len(value) > LONGEST[name]:
            raise Invalid(f"{name} has {len(value)} characters; at most {LONGEST[name]}")
    if session.get(Municipality, town) is None:
        raise Invalid(f"no such town: {town}; add it with `wegwijs add-town`")
    contact = session.scalars(
        select(Contact).filter_by(municipality_id=town, organisation=organisation)
    ).first() or Contact(municipality_id=town, organisation=organisation)
    for name, value in where.items():
        if value is not None:
            setattr(contact, name, value.strip() or None)
    session.add(contact)
    session.flush()
    return contact


def find_contacts(
    session: Session, town: str | None, organisations: Iterable[str]
) -> Mapping[str, Contact]:
    """The contacts that this town has filled in, by organisation."""
    if town is None:
        return {}
    query = select(Contact).where(
        Contact.municipality_id == town, Contact.organisation.in_(list(organisations))
    )
    found = {contact.organisation: contact for contact in session.scalars(query)}
    return {name: contact for name, contact in found.items() if contact.is_known}
