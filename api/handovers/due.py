"""What the watch looks for: each query selects the conversations in which there is something to do.

They go by the indexes of what is not closed, however many hand-overs are.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, text

from api.appointments.models import Absence
from api.clock import local
from api.conversations.models import Author, Conversation, InboxMessage, Message
from api.handovers.models import HandOver, HandOverState
from api.handovers.service import ASKS
from api.people.models import PersonRole, Role

GRACE = timedelta(hours=1)
"""Of office time: for who has a question after the alarm, or took it then."""
SILENCE = timedelta(hours=48)
MORNING = 7
"""No participant is woken because somebody's holiday begins at midnight."""

type Conversations = Select[UUID]

_IS_OPEN = HandOver.state == HandOverState.open
_IS_CLAIMED = HandOver.state == HandOverState.claimed
_IS_CURRENT = HandOver.state.in_((HandOverState.open, HandOverState.claimed))
# As the indexes say it: only so SQLite sees that they hold what is asked.
_NOT_CLOSED = text("hand_over.state <> 'closed'")
_WANTS_PERSON = text("conversation.wants_person")
_WAITS = HandOver.waiting_since.is_not(None)
_RESPONSIBLE = func.coalesce(HandOver.claimed_by_id, HandOver.owner_id)
_BY_STAFF = Message.staff_id.is_not(None)
_IN_IT = (
    Message.conversation_id == HandOver.conversation_id,
    Message.id > HandOver.after_message_id,
)


def unmarked(now: datetime) -> Conversations:
    """A hand-over of which the conversation knows nothing."""
    query = select(HandOver.conversation_id).join(HandOver.conversation)
    return query.where(_IS_CURRENT, Conversation.wants_person.is_(False))


def without_hand_over(now: datetime) -> Conversations:
    """A conversation that asked for a person, of which nobody else knows."""
    known = exists().where(HandOver.conversation_id == Conversation.id, _IS_CURRENT)
    return select(Conversation.id).where(_WANTS_PERSON, ~known)


def without_clock(now: datetime) -> Conversations:
    """Somebody waits, and no clock runs."""
    waits = or_(_IS_OPEN, exists().where(*unanswered()))
    query = select(HandOver.conversation_id)
    return query.where(_IS_CURRENT, HandOver.waiting_since.is_(None), waits)


def unanswered() -> tuple[ColumnElement[bool], ...]:
    """Words of the participant in a hand-over that came after the last of a person."""
    last = select(func.max(Message.id)).where(*_IN_IT, _BY_STAFF)
    return (
        *_IN_IT,
        Message.author == Author.participant,
        Message.kind.in_(ASKS),
        Message.id > func.coalesce(last.correlate(HandOver).scalar_subquery(), 0),
    )


def with_nobody(now: datetime) -> Conversations:
    """Who has or owns it is away today, or is no regisseur there: to be looked at more closely.

    What is claimed and waits for the participant is left as it is.
    """
    return select(HandOver.conversation_id).where(
        _IS_CURRENT,
        _RESPONSIBLE.is_not(None),
        or_(_IS_OPEN, _WAITS),
        or_(_has_absence(now), ~exists().where(*_works())),
    )


def _has_absence(now: datetime) -> ColumnElement[bool]:
    today = local(now)
    if today.hour < MORNING:
        return false()
    return exists().where(
        Absence.person_id == _RESPONSIBLE,
        Absence.first_on <= today.date(),
        Absence.last_on >= today.date(),
    )


def _works() -> tuple[ColumnElement[bool], ...]:
    """Who has a conversation keeps it, also when another town is chosen later."""
    in_town = or_(
        HandOver.municipality_id.is_(None), PersonRole.municipality_id == HandOver.municipality_id
    )
    may_have = _IS_CLAIMED & PersonRole.role.in_((Role.regisseur, Role.coordinator))
    may_own = _IS_OPEN & (PersonRole.role == Role.regisseur) & in_town
    return PersonRole.person_id == _RESPONSIBLE, or_(may_have, may_own)


def to_warn_of(now: datetime) -> Conversations:
    """The promise is not broken yet, and will be soon."""
    return select(HandOver.conversation_id).where(
        _NOT_CLOSED,
        _WAITS,
        HandOver.warn_by <= now,
        HandOver.answer_by > now,
        HandOver.warned_at.is_(None),
    )


def to_give_alarm_for(now: datetime) -> Conversations:
    """The promise is broken."""
    query = select(HandOver.conversation_id)
    return query.where(_NOT_CLOSED, *_late(now), HandOver.alarmed_at.is_(None))


def left_waiting(now: datetime) -> Conversations:
    """Claimed, and the alarm changed nothing for an hour; of the office or not is not seen here."""
    return select(HandOver.conversation_id).where(
        _NOT_CLOSED,
        _IS_CLAIMED,
        *_late(now),
        HandOver.alarmed_at <= now - GRACE,
        HandOver.claimed_at <= now - GRACE,
    )


def _late(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nothing is late before it was to be warned of, and of that there is an index."""
    return _WAITS, HandOver.warn_by <= now, HandOver.answer_by <= now


def fallen_silent(now: datetime) -> Conversations:
    """A person spoke last, two days ago, and nothing of the participant is on its way."""
    by_people = or_(Message.author == Author.participant, _BY_STAFF)
    spoken = exists().where(*_IN_IT, by_people, Message.at > now - SILENCE)
    on_its_way = exists().where(
        InboxMessage.conversation_id == HandOver.conversation_id, InboxMessage.done_at.is_(None)
    )
    return select(HandOver.conversation_id).where(
        _IS_CLAIMED,
        ~_WAITS,
        HandOver.claimed_at <= now - SILENCE,
        ~spoken,
        ~on_its_way,
    )
