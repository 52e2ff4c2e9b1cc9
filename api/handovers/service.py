"""The queue to a human: asking, claiming, replying, handing back.

Owned means from claim to hand-back, nothing else: until a person claims it the bot goes on
answering, from then on it is silent.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from api.answers.menu import DANGER
from api.answers.reply import Reply
from api.answers.words import Words
from api.channels.cleaning import clean
from api.conversations import transcript
from api.conversations.models import Author, Conversation, Message
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.handovers.models import HandOver, HandOverState, Reason
from api.handovers.office_hours import OfficeHours, add_office_hours, next_open
from api.people.models import Municipality, Person, PersonRole, Role
from api.privacy.masking import mask
from api.signals import HAND_OVERS, conversation_signal, wake_after_commit

LAST_MESSAGES = 10
USUAL_HOURS = OfficeHours({day: (time(9), time(17)) for day in range(1, 6)})
USUAL_PROMISE = timedelta(hours=8)
"""For an installation to which no town was added yet: a question is never refused."""
STAYS_IN_SIGHT = timedelta(days=1)
MAX_REPLY_CHARACTERS = 3_500
"""Under Telegram's 4,096, with room for the line that says who writes."""


def find_current(session: Session, conversation_id: UUID) -> HandOver | None:
    """The hand-over of this conversation that is open or claimed, if any."""
    return session.scalar(
        select(HandOver).where(
            HandOver.conversation_id == conversation_id, HandOver.state != HandOverState.closed
        )
    )


def is_owned(session: Session, conversation_id: UUID) -> bool:
    """Whether a human has the conversation now; then the bot says nothing."""
    current = find_current(session, conversation_id)
    return current is not None and current.state == HandOverState.claimed


def lock_conversation(session: Session, conversation_id: UUID) -> None:
    """Until the end of the transaction nobody else asks, claims, answers or hands back here.

    So two requests at once make one hand-over, and the bot never speaks after a claim. Always
    the first lock that is taken, so that nobody waits in a circle.
    """
    row = select(Conversation.id).where(Conversation.id == conversation_id)
    session.execute(row.with_for_update(key_share=True))


def ask_for_person(
    session: Session, conversation: Conversation, reason: Reason, now: datetime
) -> HandOver:
    """Put the conversation in the queue; asking again returns the one that waits.

    For reason `safety` the hand-over starts after the last message: the text that gave the
    alarm is not passed on, since somebody else may read that phone.
    """
    lock_conversation(session, conversation.id)
    if current := find_current(session, conversation.id):
        if reason is Reason.safety and current.reason is not reason:
            current.reason = reason
            _tell(session, current)
        return current
    hand_over = HandOver(
        conversation_id=conversation.id,
        conversation=conversation,
        municipality_id=conversation.municipality_id,
        state=HandOverState.open,
        reason=reason,
        topic=conversation.topic if reason is not Reason.safety else None,
        language=conversation.speaks,
        after_message_id=_after(session, conversation, reason),
        created_at=now,
        answer_by=now,
    )
    session.add(hand_over)
    session.flush()
    hand_over.answer_by = _answer_by(session, hand_over, now)
    session.flush()
    _tell(session, hand_over)
    return hand_over


def set_town(session: Session, hand_over: HandOver, town: Municipality) -> None:
    """The participant said where they live: the right office now has the question."""
    hand_over.municipality_id, hand_over.municipality = town.id, town
    hand_over.answer_by = _answer_by(session, hand_over, hand_over.created_at)
    _tell(session, hand_over)


def earliest_answer(session: Session, hand_over: HandOver, now: datetime) -> datetime:
    """When a person can answer at the earliest: the office opens, or is open now.

    While the town is unknown it is the latest of all offices, so that nobody is promised
    too much.
    """
    return max(next_open(hours, now) for hours, _ in _promises(session, hand_over))


def claim_handover(
    session: Session, words: Words, hand_over_id: UUID, me: Person, now: datetime
) -> HandOver:
    """From now on the conversation is mine; a second claim by a colleague is a Conflict."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state == HandOverState.claimed and hand_over.claimed_by_id == me.id:
        return hand_over
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    if hand_over.state == HandOverState.claimed:
        raise Conflict("a colleague has this question", "error.already_claimed")
    hand_over.state = HandOverState.claimed
    hand_over.claimed_by_id, hand_over.claimed_at = me.id, now
    transcript.say(session, words, hand_over.conversation, Reply("handover_claimed"), now)
    _tell(session, hand_over)
    return hand_over


def reply(session: Session, hand_over_id: UUID, me: Person, text: str, now: datetime) -> Message:
    """A message of the regisseur to the participant; only who claimed it may write."""
    hand_over = _mine(session, hand_over_id, me)
    words = clean(text).strip()
    if not words:
        raise Invalid("write something first", "error.empty_reply")
    if _length(words) > MAX_REPLY_CHARACTERS:
        raise Invalid(
            f"write at most {MAX_REPLY_CHARACTERS} characters at a time", "error.reply_too_long"
        )
    if mask(words).found & {"bsn", "iban"}:
        raise Invalid("a BSN or bank account must not stand in a chat", "error.secret_in_reply")
    message = transcript.say_as_person(session, hand_over.conversation, me, words, now)
    _tell(session, hand_over)
    return message


def hand_back(
    session: Session, words: Words, hand_over_id: UUID, me: Person, now: datetime
) -> HandOver:
    """The human is done: the participant is told, and the bot answers in a new dialogue."""
    hand_over = _mine(session, hand_over_id, me)
    hand_over.state, hand_over.closed_at = HandOverState.closed, now
    hand_over.conversation.new_session(now)
    transcript.say(session, words, hand_over.conversation, Reply.with_menu("handed_back"), now)
    _tell(session, hand_over)
    return hand_over


def get_handover(
    session: Session, hand_over_id: UUID, me: Person, *, lock: bool = False
) -> HandOver:
    """A hand-over of my towns, one that I have, or one without a town; else NotFound."""
    query = select(HandOver).where(HandOver.id == hand_over_id)
    if lock:
        conversation_id = session.scalar(query.with_only_columns(HandOver.conversation_id))
        if conversation_id is not None:
            lock_conversation(session, conversation_id)
        query = query.with_for_update()
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
        .order_by(HandOver.answer_by, HandOver.created_at, HandOver.id)
    )
    return list(session.scalars(query))


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


def raised_alarm(line: Message) -> bool:
    """The words that spoke of danger are not passed on: somebody else may read that phone."""
    return line.author is Author.participant and line.topic == DANGER


def _mine(session: Session, hand_over_id: UUID, me: Person) -> HandOver:
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    if hand_over.state == HandOverState.open:
        raise Conflict("take the question first", "error.not_claimed")
    if hand_over.claimed_by_id != me.id:
        raise NotAllowed("a colleague has this question", "error.already_claimed")
    return hand_over


def _seen_by(me: Person) -> ColumnElement[bool]:
    """Which hand-overs I see; the ones that I have, I keep, also when the town is chosen later.

    A regisseur: those of the own municipalities, or of none yet. A coordinator: what volunteers
    ask; what a participant reads and writes can hold their case, which a coordinator sees not.
    """
    mine, volunteers_in = me.municipalities(Role.regisseur), me.municipalities(Role.coordinator)
    seen: list[ColumnElement[bool]] = [
        HandOver.municipality_id.in_(mine),
        HandOver.municipality_id.in_(volunteers_in) & HandOver.conversation_id.in_(_volunteers()),
    ]
    if mine or volunteers_in:
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


def _after(session: Session, conversation: Conversation, reason: Reason) -> int:
    """The id of the last transcript line that does not belong to the hand-over."""
    lines = select(Message.id).where(Message.conversation_id == conversation.id)
    if reason is Reason.safety:
        return session.scalar(lines.with_only_columns(func.max(Message.id))) or 0
    oldest = session.scalars(lines.order_by(Message.id.desc()).limit(LAST_MESSAGES)).all()
    return min(oldest) - 1 if oldest else 0


def _answer_by(session: Session, hand_over: HandOver, start: datetime) -> datetime:
    promises = _promises(session, hand_over)
    return max(add_office_hours(hours, start, within) for hours, within in promises)


def _promises(session: Session, hand_over: HandOver) -> list[tuple[OfficeHours, timedelta]]:
    """The office hours and answering time of the town, or of every town that it may be."""
    towns = select(Municipality)
    if hand_over.municipality_id is not None:
        towns = towns.where(Municipality.id == hand_over.municipality_id)
    return [
        (town.office_hours, timedelta(hours=town.answer_within_hours))
        for town in session.scalars(towns)
    ] or [(USUAL_HOURS, USUAL_PROMISE)]


def _length(text: str) -> int:
    """As Telegram counts: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _tell(session: Session, hand_over: HandOver) -> None:
    wake_after_commit(session, HAND_OVERS, conversation_signal(hand_over.conversation_id))
