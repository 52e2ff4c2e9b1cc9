"""Whether conversations helped, by what they were about; counts of a town and never a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from api.errors import NotAllowed
from api.handovers.models import EventKind, HandOver, HandOverEvent, Helped, Reason
from api.people.models import Person, Role

SEES_RATINGS = (Role.regisseur, Role.coordinator)


@dataclass(frozen=True)
class TopicRatings:
    """Of all conversations about one thing."""

    subject: str | None
    """What the participant said that it was about."""
    topic: str | None
    """Else what was last answered before a person was asked; neither where nobody knows."""
    helped: Mapping[Helped, int]
    in_time: int
    """First answers within the promise, as far as was written down."""
    late: int
    """First answers after it."""


def may_see_ratings(me: Person) -> bool:
    return me.has_role(*SEES_RATINGS)


def ratings_by_topic(session: Session, me: Person, since: datetime) -> list[TopicRatings]:
    """Of what was asked in my towns since then. NotAllowed for a role that sees none."""
    if not may_see_ratings(me):
        raise NotAllowed("ratings are for regisseurs and coordinators")
    about = (HandOver.subject, case((HandOver.subject.is_(None), HandOver.topic)))
    answered = and_(HandOver.first_answer_at.is_not(None), HandOver.reason != Reason.opened)
    counts = (
        *(func.count().filter(HandOver.helped == each) for each in Helped),
        func.count().filter(answered, ~_was_late()),
        func.count().filter(answered, _was_late()),
    )
    query = (
        select(*about, *counts)
        .where(HandOver.municipality_id.in_(me.municipalities(*SEES_RATINGS)))
        .where(HandOver.created_at >= since)
        .group_by(*about)
    )
    return [
        TopicRatings(subject, topic, dict(zip(Helped, helped, strict=True)), in_time, late)
        for subject, topic, *helped, in_time, late in session.execute(query)
    ]


def _was_late() -> ColumnElement[bool]:
    """The promise is not kept once it is over: a new question moves it. What stays is the alarm
    that was given before the answer, and a promise that was not moved."""
    alarmed = exists().where(
        HandOverEvent.hand_over_id == HandOver.id,
        HandOverEvent.kind == EventKind.alarmed,
        HandOverEvent.at <= HandOver.first_answer_at,
    )
    return or_(alarmed, HandOver.first_answer_at > HandOver.answer_by)
