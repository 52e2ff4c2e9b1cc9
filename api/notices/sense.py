"""Whether a notice still says something that is true, when somebody is about to read it."""

from datetime import datetime

from sqlalchemy.orm import Session

from api.handovers.models import HandOver, HandOverState
from api.handovers.queue import may_see
from api.notices.models import Notice, NoticeKind
from api.people.models import Person, Role
from api.people.signin import STAFF

FOR_WHO_TAKES_IT = frozenset({NoticeKind.new, NoticeKind.reopened})


def is_worth_saying(session: Session, notice: Notice, person: Person) -> bool:
    """Not to who has left, and not about what was taken, answered or closed in the meantime."""
    hand_over = notice.hand_over
    if hand_over.state == HandOverState.closed or not takes_mail(person):
        return False
    if not _is_concerned(session, hand_over, person):
        return False
    if notice.kind in FOR_WHO_TAKES_IT:
        return hand_over.state == HandOverState.open and _is_for(hand_over, person)
    if notice.kind is NoticeKind.assigned:
        return hand_over.responsible is not None and _is_for(hand_over, person)
    still_waits = hand_over.waiting_since is not None and hand_over.waiting_since <= notice.at
    return still_waits and (notice.kind is not NoticeKind.answered or _is_for(hand_over, person))


def takes_mail(person: Person) -> bool:
    """Whether somebody still works here, and has an address."""
    return bool(person.email) and person.has_role(*STAFF)


def is_late(hand_over: HandOver, now: datetime) -> bool:
    return hand_over.waiting_since is not None and hand_over.answer_by <= now


def is_nearly_late(hand_over: HandOver, now: datetime) -> bool:
    waits = hand_over.waiting_since is not None
    return waits and hand_over.warn_by <= now < hand_over.answer_by


def _is_for(hand_over: HandOver, person: Person) -> bool:
    return hand_over.responsible is None or hand_over.responsible.id == person.id


def _is_concerned(session: Session, hand_over: HandOver, person: Person) -> bool:
    """Who coordinates a town hears that something is late there, and sees nothing more of it."""
    coordinates = person.municipalities(Role.coordinator)
    town = hand_over.municipality_id
    watches = bool(coordinates) if town is None else town in coordinates
    return watches or may_see(session, hand_over, person)
