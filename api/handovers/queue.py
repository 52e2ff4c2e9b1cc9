"""Who may see which question: the one place that every look at a hand-over passes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from api.answers.menu import DANGER
from api.conversations.models import Author, Conversation, Message
from api.errors import NotFound
from api.handovers.models import EventKind, HandOver, HandOverEvent, HandOverState
from api.handovers.ownership import lock_conversation
from api.people.models import Person, PersonRole, Role

STAYS_IN_SIGHT = timedelta(days=1)


def get_handover(
    session: Session, hand_over_id: UUID, me: Person, *, lock: bool = False
) -> HandOver:
    """A hand-over of my towns, one that I have, or one without a town; else NotFound."""
    query = select(HandOver).where(HandOver.id == hand_over_id)
    if lock:
        conversation_id = session.scalar(query.with_only_columns(HandOver.conversation_id))
        if conversation_id is not None:
            lock_conversation(session, conversation_id)
        query = query.with_for_update(of=HandOver).execution_options(populate_existing=True)
    hand_over = session.scalar(query.where(_seen_by(me)))
    if hand_over is None:
        raise NotFound("there is no such question in your municipality")
    return hand_over


def list_queue(session: Session, me: Person, now: datetime) -> list[HandOver]:
    """What waits for or is with a human in my municipalities, the oldest promise first.

    Questions that were closed in the last day stay in sight.
    """
    query = (
        select(HandOver)
        .where(
            (HandOver.state != HandOverState.closed) | (HandOver.closed_at > now - STAYS_IN_SIGHT)
        )
        .where(_seen_by(me))
        .order_by(HandOver.urgent.desc(), HandOver.answer_by, HandOver.created_at, HandOver.id)
    )
    return list(session.scalars(query))


def list_overdue(session: Session, me: Person, now: datetime) -> list[HandOver]:
    """What should have been answered by now, the longest first.

    A coordinator sees that it is so in their towns, and the console shows them nothing more of it.
    """
    towns = me.municipalities(Role.regisseur, Role.coordinator)
    mine = HandOver.municipality_id.in_(towns)
    query = (
        select(HandOver)
        .where(
            HandOver.state != HandOverState.closed,
            HandOver.waiting_since.is_not(None),
            HandOver.answer_by < now,
            mine | HandOver.municipality_id.is_(None) if towns else mine,
        )
        .order_by(HandOver.answer_by, HandOver.id)
    )
    return list(session.scalars(query))


def may_see(session: Session, hand_over: HandOver, me: Person) -> bool:
    """Whether I see what was said, and not only that somebody waits."""
    query = select(HandOver.id).where(HandOver.id == hand_over.id, _seen_by(me))
    return session.scalar(query) is not None


def list_lines(session: Session, hand_over: HandOver) -> list[Message]:
    """The conversation from the last messages before the hand-over on, oldest first."""
    query = (
        select(Message)
        .where(Message.conversation_id == hand_over.conversation_id)
        .where(Message.id > hand_over.after_message_id)
        .order_by(Message.id)
    )
    if hand_over.closed_at is not None:
        query = query.where(Message.at <= hand_over.closed_at)
    return list(session.scalars(query))


def list_events(session: Session, hand_over: HandOver) -> list[HandOverEvent]:
    """What happened to it, oldest first; with the notes of colleagues. What another town noted
    before it moved here stays there."""
    query = select(HandOverEvent).where(HandOverEvent.hand_over_id == hand_over.id)
    found = list(session.scalars(query.order_by(HandOverEvent.id)))
    moved = max((each.id for each in found if each.kind is EventKind.town), default=0)
    return [each for each in found if each.id > moved or not _is_note_elsewhere(each, hand_over)]


def record(
    session: Session,
    hand_over: HandOver,
    kind: EventKind,
    now: datetime,
    by: Person | None = None,
    **more: str | UUID,
) -> HandOverEvent:
    """Write down what happened; `text` and `to_id` may go with it."""
    by_id = by.id if by else None
    event = HandOverEvent(hand_over_id=hand_over.id, kind=kind, by_id=by_id, at=now, **more)
    session.add(event)
    session.flush()
    return event


def raised_alarm(line: Message) -> bool:
    """The words that spoke of danger are not passed on: somebody else may read that phone."""
    return line.author is Author.participant and line.topic == DANGER


def _is_note_elsewhere(event: HandOverEvent, hand_over: HandOver) -> bool:
    """Whether it is a note of somebody who does not work in the town that has the question now."""
    if event.kind is not EventKind.note or event.by is None:
        return False
    return hand_over.municipality_id not in event.by.municipalities(
        Role.regisseur, Role.coordinator
    )


def _seen_by(me: Person) -> ColumnElement[bool]:
    """Which hand-overs I see; the ones that I have, I keep, also when the town is chosen later.

    A regisseur: those of the own municipalities, or of none yet. A coordinator: what volunteers
    ask, and everything of a town that has no regisseur; otherwise what a participant reads and
    writes can hold their case, which a coordinator sees not.
    """
    mine, coordinated = me.municipalities(Role.regisseur), me.municipalities(Role.coordinator)
    seen: list[ColumnElement[bool]] = [
        HandOver.municipality_id.in_(mine),
        HandOver.municipality_id.in_(coordinated) & HandOver.conversation_id.in_(_volunteers()),
        HandOver.municipality_id.in_(coordinated) & HandOver.municipality_id.not_in(_staffed()),
    ]
    if mine or coordinated:
        seen.append(HandOver.claimed_by_id == me.id)
    if mine:
        seen.append(HandOver.municipality_id.is_(None))
    return or_(*seen)


def _volunteers() -> Select[UUID]:
    """The chats of coaches who are not integrating themselves."""
    held = select(PersonRole.person_id)
    return select(Conversation.id).where(
        Conversation.person_id.in_(held.where(PersonRole.role == Role.coach)),
        Conversation.person_id.not_in(held.where(PersonRole.role == Role.participant)),
    )


def _staffed() -> Select[str]:
    """The towns that have a regisseur."""
    return select(PersonRole.municipality_id).where(PersonRole.role == Role.regisseur)
