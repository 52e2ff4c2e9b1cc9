"""Asking for a person, by whoever does: one hand-over for each conversation, made once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.cases.access import find_own_case
from api.conversations import transcript
from api.conversations.models import Channel, Conversation, Message
from api.errors import Conflict
from api.handovers.models import EventKind, HandOver, HandOverState, Helped, Reason
from api.handovers.owner import can_answer, find_owner
from api.handovers.ownership import find_current, lock_conversation
from api.handovers.promise import start_clock
from api.handovers.queue import record
from api.notices.models import NoticeKind
from api.notices.service import tell_staff
from api.people.linking import chats_of
from api.people.models import Municipality, Person
from api.signals import HAND_OVERS, conversation_signal, wake_after_commit

LAST_MESSAGES = 10


def ask_for_person(
    session: Session,
    conversation: Conversation,
    reason: Reason,
    now: datetime,
    about: Person | None = None,
) -> HandOver:
    """Put the conversation in the queue; asking again returns the one that waits.

    For reason `safety` the hand-over starts after the last message: the text that gave the
    alarm is not passed on, since somebody else may read that phone. `about` is the participant
    for whom a coach asks.
    """
    lock_conversation(session, conversation.id)
    if current := find_current(session, conversation.id):
        _ask_again(session, current, reason, now)
        return current
    hand_over = _new(session, conversation, reason, now, about)
    hand_over.owner_id = _id_of(find_owner(session, hand_over, now))
    record(session, hand_over, EventKind.asked, now, text=reason)
    tell_staff(session, hand_over, NoticeKind.new, now)
    wake(session, hand_over)
    return hand_over


def set_town(session: Session, hand_over: HandOver, town: Municipality, now: datetime) -> None:
    """The participant said where they live: the right office now has the question."""
    if hand_over.municipality_id == town.id:
        return
    hand_over.municipality_id, hand_over.municipality = town.id, town
    _leave_out_what_is_forgotten(hand_over)
    if hand_over.waiting_since is not None:
        start_clock(session, hand_over, hand_over.waiting_since)
    record(session, hand_over, EventKind.town, now, text=town.id)
    if hand_over.state == HandOverState.open:
        hand_over.owner = find_owner(session, hand_over, now)
        tell_staff(session, hand_over, NoticeKind.new, now)
    wake(session, hand_over)


def set_subject(session: Session, hand_over: HandOver, subject: str, now: datetime) -> None:
    """What the participant says that it is about: a picture of the menu, or `other`."""
    hand_over.subject = subject
    record(session, hand_over, EventKind.subject, now, text=subject)
    wake(session, hand_over)


def set_about(session: Session, hand_over: HandOver, about: Person | None, now: datetime) -> None:
    """A coach says for which participant they ask, whose town and regisseur then count; None: for
    themselves. The caller knows that the participant agreed to this coach."""
    hand_over.about_id, hand_over.about = _id_of(about), about
    if about is not None and hand_over.reason is not Reason.safety:
        hand_over.reason = Reason.coach
    elif hand_over.reason is Reason.coach:
        hand_over.reason = Reason.asked
    record(session, hand_over, EventKind.asked_again, now, text=hand_over.reason)
    town_id = _town_of(session, hand_over.conversation, about)
    if town_id is not None and town_id != hand_over.municipality_id:
        return set_town(session, hand_over, session.get_one(Municipality, town_id), now)
    owner = find_owner(session, hand_over, now)
    if hand_over.state == HandOverState.open and _id_of(owner) != hand_over.owner_id:
        hand_over.owner_id, hand_over.owner = _id_of(owner), owner
        tell_staff(session, hand_over, NoticeKind.new, now)
    return wake(session, hand_over)


def follow_link(session: Session, conversation: Conversation, now: datetime) -> None:
    """Somebody is linked here now: a question that waits is theirs, in their own town. Who had the
    telephone before them is read with it no more."""
    current = find_current(session, conversation.id)
    if current is None or current.state != HandOverState.open:
        return
    passed_on = _leave_out_what_is_forgotten(current)
    town_id = _town_of(session, conversation, current.about)
    if town_id is not None and town_id != current.municipality_id:
        set_town(session, current, session.get_one(Municipality, town_id), now)
    elif passed_on:
        current.owner = find_owner(session, current, now)
        wake(session, current)


def open_conversation(
    session: Session, words: Words, person_id: UUID, me: Person, now: datetime
) -> HandOver:
    """A regisseur begins: the conversation is mine at once. Who may see the case, may do this;
    the caller checks that. Conflict where the participant has no chat, or a colleague has it."""
    conversation = _chat_of(session, person_id)
    lock_conversation(session, conversation.id)
    if conversation.person_id != person_id:  # the link was undone just now
        raise Conflict("there is no chat in which this person can be reached", "error.no_chat")
    hand_over = find_current(session, conversation.id)
    if hand_over is not None and hand_over.state == HandOverState.claimed:
        if hand_over.claimed_by_id == me.id:
            return hand_over
        raise Conflict("a colleague has this question", "error.already_claimed")
    if hand_over is None:
        hand_over = _new(session, conversation, Reason.opened, now, None)
        hand_over.waiting_since = None  # nobody waits for an answer yet
        record(session, hand_over, EventKind.asked, now, me, text=Reason.opened)
    hand_over.state, hand_over.owner_id = HandOverState.claimed, me.id
    hand_over.claimed_by_id, hand_over.claimed_at = me.id, now
    hand_over.read_at = hand_over.read_at or now
    record(session, hand_over, EventKind.claimed, now, me)
    opened = Reply("handover_opened", facts={"name": me.first_name})
    line = transcript.say(session, words, conversation, opened, now)
    line.staff_id = me.id
    wake(session, hand_over)
    return hand_over


def rate(session: Session, hand_over: HandOver, helped: Helped, now: datetime) -> None:
    """The participant says whether it helped; the last answer counts."""
    hand_over.helped = helped
    record(session, hand_over, EventKind.rated, now, text=helped)
    wake(session, hand_over)


def wake(session: Session, hand_over: HandOver) -> None:
    """Every page that shows it looks again after the commit."""
    wake_after_commit(session, HAND_OVERS, conversation_signal(hand_over.conversation_id))


def _new(
    session: Session,
    conversation: Conversation,
    reason: Reason,
    now: datetime,
    about: Person | None,
) -> HandOver:
    hand_over = HandOver(
        conversation_id=conversation.id,
        conversation=conversation,
        municipality_id=_town_of(session, conversation, about),
        state=HandOverState.open,
        reason=reason,
        urgent=reason is Reason.safety,
        topic=conversation.topic if reason is not Reason.safety else None,
        language=conversation.speaks,
        about_id=_id_of(about),
        about=about,
        after_message_id=_after(session, conversation, reason),
        created_at=now,
        answer_by=now,
        warn_by=now,
    )
    conversation.wants_person = True
    with session.no_autoflush:
        start_clock(session, hand_over, now)
    session.add(hand_over)
    session.flush()
    return hand_over


def _ask_again(session: Session, current: HandOver, reason: Reason, now: datetime) -> None:
    current.asked_times += 1
    record(session, current, EventKind.asked_again, now, text=reason)
    if reason is Reason.safety and current.reason is not reason:
        current.reason, current.urgent = reason, True
        if current.owner is not None and not can_answer(session, current.owner, current, now):
            current.owner = None
        tell_staff(session, current, NoticeKind.new, now)
    wake(session, current)


def _leave_out_what_is_forgotten(hand_over: HandOver) -> bool:
    """What was said before a link was undone can be of somebody else. Whether there was any."""
    forgotten = hand_over.conversation.forgotten_until or 0
    if forgotten <= hand_over.after_message_id:
        return False
    hand_over.after_message_id = forgotten
    hand_over.subject = hand_over.topic = hand_over.about_id = hand_over.about = None
    return True


def _town_of(session: Session, conversation: Conversation, about: Person | None) -> str | None:
    """The town of the case goes before the one that was chosen in the chat."""
    case = find_own_case(session, about.id if about else conversation.person_id)
    return case.municipality_id if case else conversation.municipality_id


def _chat_of(session: Session, person_id: UUID) -> Conversation:
    """Where the participant wrote last: on their phone before a browser, which may be gone."""
    chats = [chat for chat in chats_of(session, person_id) if chat.blocked_at is None]
    if not chats:
        raise Conflict("there is no chat in which this person can be reached", "error.no_chat")
    return max(chats, key=lambda chat: (chat.channel is Channel.telegram, chat.session_used_at))


def _after(session: Session, conversation: Conversation, reason: Reason) -> int:
    """The id of the last transcript line that does not belong to the hand-over."""
    lines = select(Message.id).where(Message.conversation_id == conversation.id)
    if reason is Reason.safety:
        return session.scalar(lines.with_only_columns(func.max(Message.id))) or 0
    shown = lines.where(Message.id > (conversation.forgotten_until or 0))
    oldest = session.scalars(shown.order_by(Message.id.desc()).limit(LAST_MESSAGES)).all()
    return min(oldest) - 1 if oldest else conversation.forgotten_until or 0


def _id_of(person: Person | None) -> UUID | None:
    return person.id if person else None
