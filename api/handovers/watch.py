"""The watch over everybody who waits for a person: it warns, gives the alarm, finds who was lost.

The query of a step is asked again when the conversation is locked, so that any number of processes
may watch together.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.towns import offer_towns
from api.answers.words import Words
from api.clock import Clock, local
from api.conversations import transcript
from api.conversations.models import Conversation, Message
from api.db import Database
from api.handovers import due, service
from api.handovers.asking import ask_for_person, wake
from api.handovers.due import GRACE, MORNING, Conversations
from api.handovers.models import EventKind, HandOver, HandOverState, Reason
from api.handovers.owner import is_away
from api.handovers.ownership import find_current, lock_conversation
from api.handovers.promise import earliest_answer, in_office_hours, start_clock
from api.handovers.queue import may_see, record
from api.loops import repeat
from api.notices.models import NoticeKind
from api.notices.service import tell_staff
from api.people.models import Person

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 30.0


@dataclass(frozen=True)
class Step:
    """`due` selects the conversations in which there is something to do; `act` does it in one."""

    due: Callable[[datetime], Conversations]
    act: Callable[[Session, Words, Conversation, datetime], None]


@dataclass(frozen=True)
class Watch:
    """Looks every half minute."""

    database: Database
    words: Words
    clock: Clock

    async def run(self) -> None:
        """Until cancelled."""
        await repeat("watch", partial(asyncio.to_thread, self.look), LOOK_AGAIN_SECONDS)

    def look(self) -> None:
        """Every step once, each conversation in a transaction of its own."""
        now = self.clock()
        for step in STEPS:
            with self.database.reading() as session:
                found = session.scalars(step.due(now)).all()
            for conversation_id in found:
                self._take(step, conversation_id, now)

    def _take(self, step: Step, conversation_id: UUID, now: datetime) -> None:
        """What goes wrong in one conversation is tried again at the next look."""
        try:
            with self.database.writing() as session:
                take(session, self.words, step, conversation_id, now)
        except Exception as fault:
            log.exception("watch: conversation %s: %s", conversation_id, type(fault).__name__)


def take(session: Session, words: Words, step: Step, conversation_id: UUID, now: datetime) -> None:
    """Do it, if it still is to be done when nobody else can act there any more."""
    lock_conversation(session, conversation_id)
    query = step.due(now)
    [column] = query.selected_columns
    if session.scalar(query.where(column == conversation_id)) is not None:
        step.act(session, words, session.get_one(Conversation, conversation_id), now)


def _mark(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    conversation.wants_person = True


def _ask_after_all(
    session: Session, words: Words, conversation: Conversation, now: datetime
) -> None:
    hand_over = ask_for_person(session, conversation, Reason.found, now)
    log.warning("watch: hand-over %s was missing", hand_over.id)
    if conversation.blocked_at is not None:
        return
    facts = {"earliest": earliest_answer(session, hand_over, now)}
    transcript.say(session, words, conversation, Reply("handover_found", facts=facts), now)
    hand_over.announced_at = now
    if hand_over.municipality_id is None:
        asked = Reply("handover_ask_town", offers=offer_towns(session))
        transcript.say(session, words, conversation, asked, now)


def _begin_clock(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    hand_over = _current(session, conversation)
    oldest = select(func.min(Message.at)).join(HandOver, HandOver.id == hand_over.id)
    since = session.scalar(oldest.where(*due.unanswered()))
    log.warning("watch: hand-over %s had no clock", hand_over.id)
    start_clock(session, hand_over, since or hand_over.created_at)
    tell_staff(session, hand_over, NoticeKind.answered, now)
    wake(session, hand_over)


def _let_go(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    hand_over = _current(session, conversation)
    person = hand_over.responsible
    if person is None or not _is_missing(session, hand_over, person, now):
        return
    if hand_over.state == HandOverState.claimed:
        service.reopen(session, words, hand_over, "away", now)
        return
    hand_over.owner_id = hand_over.owner = None
    record(session, hand_over, EventKind.assigned, now, text="away")
    tell_staff(session, hand_over, NoticeKind.new, now)
    wake(session, hand_over)


def _is_missing(session: Session, hand_over: HandOver, person: Person, now: datetime) -> bool:
    if local(now).hour >= MORNING and is_away(session, person, now):
        return True
    return not may_see(session, hand_over, person)


def _warn(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    hand_over = _current(session, conversation)
    hand_over.warned_at = now
    record(session, hand_over, EventKind.warned, now)
    tell_staff(session, hand_over, NoticeKind.warning, now)
    wake(session, hand_over)


def _give_alarm(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    hand_over = _current(session, conversation)
    hand_over.warned_at = hand_over.warned_at or now  # nobody was, and it is too late for that
    hand_over.alarmed_at = now
    record(session, hand_over, EventKind.alarmed, now)
    tell_staff(session, hand_over, NoticeKind.alarm, now)
    wake(session, hand_over)


def _open_again(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    hand_over = _current(session, conversation)
    moments = [at for at in (hand_over.alarmed_at, hand_over.claimed_at) if at is not None]
    if in_office_hours(session, hand_over, max(moments), GRACE) <= now:
        service.reopen(session, words, hand_over, "late", now)


def _end(session: Session, words: Words, conversation: Conversation, now: datetime) -> None:
    service.end(session, words, _current(session, conversation), now)


def _current(session: Session, conversation: Conversation) -> HandOver:
    hand_over = find_current(session, conversation.id)
    assert hand_over is not None
    return hand_over


STEPS = (
    Step(due.unmarked, _mark),
    Step(due.without_hand_over, _ask_after_all),
    Step(due.without_clock, _begin_clock),
    Step(due.with_nobody, _let_go),
    Step(due.to_warn_of, _warn),
    Step(due.to_give_alarm_for, _give_alarm),
    Step(due.left_waiting, _open_again),
    Step(due.fallen_silent, _end),
)
"""In this order: who is away is not warned, their colleagues are."""
