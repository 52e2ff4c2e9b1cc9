"""A coach sends an answer to a participant who agreed to it, in the participant's own language."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.explain import explain
from api.answers.reply import Told
from api.answers.words import Words
from api.clock import AMSTERDAM, local
from api.coaching.service import may_see
from api.conversations import transcript
from api.conversations.models import Conversation, Message
from api.handovers.ownership import is_owned, lock_conversation
from api.people.linking import chats_of
from api.people.models import Person

FROM_COACH = "from_coach"
"""The text before the answer, and the mark by which it is counted."""
MOST_A_DAY = 10


class Outcome(StrEnum):
    """What became of it; the value is the key of what the coach reads."""

    sent = "coach.send.sent"
    not_allowed = "coach.send.not_allowed"
    no_chat = "coach.send.no_chat"
    later = "coach.send.later"
    """A person is talking with the participant, which is not for the coach to know."""
    enough = "coach.send.enough"
    already = "coach.send.already"


def send_answer(
    session: Session,
    words: Words,
    coach: Person,
    participant_id: UUID,
    topic: str,
    now: datetime,
) -> Outcome:
    """Say the answer in every chat of the participant in which no person is talking now."""
    if not may_see(session, coach.id, participant_id):
        return Outcome.not_allowed
    chats = _reachable(session, participant_id)
    if not chats:
        return Outcome.no_chat
    sent_today = _sent_today(session, participant_id, now)
    if topic in sent_today:
        return Outcome.already
    if len(sent_today) >= MOST_A_DAY:
        return Outcome.enough
    free = [chat for chat in chats if not is_owned(session, chat.id)]
    for chat in free:
        _say(session, words, chat, coach, topic, now)
    return Outcome.sent if free else Outcome.later


def _reachable(session: Session, participant_id: UUID) -> Sequence[Conversation]:
    """The linked chats that did not block the bot; locked, so that no person takes one now."""
    chats = [chat for chat in chats_of(session, participant_id) if chat.blocked_at is None]
    for chat in chats:
        lock_conversation(session, chat.id)
    return [chat for chat in chats if chat.person_id == participant_id]


def _sent_today(session: Session, participant_id: UUID, now: datetime) -> list[str | None]:
    """The topics that coaches sent to this participant today; in several chats they count once."""
    midnight = datetime.combine(local(now).date(), time.min, AMSTERDAM)
    query = (
        select(Message.topic)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.person_id == participant_id,
            Message.intent == FROM_COACH,
            Message.at >= midnight,
        )
        .distinct()
    )
    return list(session.scalars(query))


def _say(
    session: Session, words: Words, chat: Conversation, coach: Person, topic: str, now: datetime
) -> None:
    first, *rest = explain(words, session, chat, topic)
    from_whom = Told(FROM_COACH, {"name": coach.first_name})
    heading = replace(first, told=(from_whom, *first.told), told_first=True)
    line = transcript.say(session, words, chat, heading, now)
    line.intent, line.topic = FROM_COACH, topic
    for reply in rest:
        transcript.say(session, words, chat, reply, now)
    chat.topic = topic
