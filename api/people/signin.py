"""Signing in of staff: argon2 passwords, sessions on our side that can be revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.appointments.models import CalendarFeed
from api.people.models import Person, Role, StaffSession

STAYS_SIGNED_IN = timedelta(hours=10)
"""A working day; a regisseur signs in once each morning."""
STAFF = (Role.regisseur, Role.coordinator, Role.administrator)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def check_password(session: Session, email: str, password: str) -> Person | None:
    """The member of staff with this e-mail and password.

    An unknown e-mail costs the same time as a wrong password, so that it does not show.
    """
    person = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    known = person.password_hash if person is not None else None
    fits = _hasher().verify(password, known or _hash_of_nobody())
    return person if person is not None and known and fits and person.has_role(*STAFF) else None


def open_session(
    session: Session, person: Person, now: datetime, lasts: timedelta = STAYS_SIGNED_IN
) -> str:
    """Sign in; returns the token for the cookie, of which only the hash is kept."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash(token),
            person_id=person.id,
            csrf=secrets.token_urlsafe(32),
            expires_at=now + lasts,
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, now: datetime) -> StaffSession | None:
    """The live session of a cookie."""
    found = session.get(StaffSession, _hash(token))
    return found if found is not None and found.expires_at > now else None


def find_staff(session: Session, email: str) -> Person | None:
    """The member of staff with this address."""
    person = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    return person if person is not None and person.has_role(*STAFF) else None


def close_sessions(session: Session, person: Person) -> None:
    """Everywhere: every cookie, every token and the address of the calendar of this person are
    worth nothing from now on."""
    session.execute(delete(StaffSession).where(StaffSession.person_id == person.id))
    session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person.id))


def close_session(session: Session, token: str) -> None:
    """Sign out; the cookie is worth nothing from now on."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
