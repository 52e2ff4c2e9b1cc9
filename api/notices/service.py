"""Noting what staff should hear of; the e-mails are made of these by a worker."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from api.handovers.models import HandOver
from api.handovers.owner import coordinators_of, list_colleagues
from api.notices.models import Notice, NoticeKind
from api.people.models import Person
from api.signals import NOTICES, wake_after_commit

ALSO_COORDINATORS = frozenset({NoticeKind.warning, NoticeKind.alarm})


def tell_staff(session: Session, hand_over: HandOver, kind: NoticeKind, now: datetime) -> None:
    """Who is responsible hears of it, else everybody of the town who may take it; the coordinators
    too, when an answer is late."""
    for person in _whom(session, hand_over, kind):
        session.add(Notice(person_id=person.id, hand_over_id=hand_over.id, kind=kind, at=now))
    session.flush()
    wake_after_commit(session, NOTICES)


def _whom(session: Session, hand_over: HandOver, kind: NoticeKind) -> Sequence[Person]:
    responsible = hand_over.responsible
    people = [responsible] if responsible else list(list_colleagues(session, hand_over))
    if kind in ALSO_COORDINATORS:
        people += coordinators_of(session, hand_over.municipality_id)
    return list({person.id: person for person in people}.values())
