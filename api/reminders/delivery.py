"""Between outbox and ledger: a last look before a reminder leaves, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.access import participant_of
from api.conversations.models import Channel
from api.outbox.models import DeliveryState, OutboxMessage
from api.reminders.models import Reminder, ReminderState, Way
from api.reminders.service import (
    Post,
    find_chat,
    send_next_way,
    unreached,
    waits_until,
    ways_to,
    withdraw,
)
from api.reminders.staleness import is_told_later, why_untrue
from api.signals import REMINDERS, wake_after_commit


@dataclass(frozen=True)
class Wait:
    """It may leave later: quiet hours began while it waited."""

    until: datetime


@dataclass(frozen=True)
class Stop:
    """It must not leave; a word says why."""

    why: str


def last_look(session: Session, post: Post, outbox_id: int, now: datetime) -> Wait | Stop | None:
    """Just before it is sent: None where it is still true and may leave now. Only reads."""
    reminder = _find(session, outbox_id)
    if reminder is None:  # what also stands on the page of the web chat; or no reminder at all
        return None
    finding = post.finding_of(session, reminder, now)
    if why := why_untrue(session, reminder, finding, now):
        return Stop(why)
    participant = participant_of(session, reminder.case)
    if participant.stopped_at is not None:
        return Stop("stopped")
    chat = reminder.outbox.conversation if reminder.outbox else None
    if chat is None or chat.person_id != reminder.case.participant_id:
        return Stop("unlinked")
    if _says_something_else(reminder):
        return Stop("changed")
    waits = waits_until(session, reminder, participant, now)
    if waits is None:
        return Stop("quiet")
    return Wait(waits) if waits > now else None


def _says_something_else(reminder: Reminder) -> bool:
    """Whether anything of the appointment changed since the words were made, such as its place.

    Then it gets its words anew; and where the town tells of the change itself, that is enough.
    """
    appointment = reminder.appointment
    return appointment is not None and appointment.version != reminder.said_version


def put_off(session: Session, row: OutboxMessage, until: datetime, now: datetime) -> None:
    """It may not leave yet: it goes back into the ledger, which follows what changes meanwhile,
    and keeps nothing else from this chat."""
    row.state = DeliveryState.withdrawn
    row.finish(now, "quiet")
    reminder = _find(session, row.id)
    if reminder is not None:
        reminder.plan_again(until, "quiet")


def stop(session: Session, post: Post, row: OutboxMessage, why: str, now: datetime) -> None:
    """It was not sent, because it was not true or not wanted any more."""
    row.state = DeliveryState.withdrawn
    row.finish(now, why)
    reminder = _find(session, row.id)
    if reminder is None:
        return
    is_told_anew = why == "changed" and not is_told_later(session, reminder)
    if is_told_anew or (why == "unlinked" and _has_another_way(session, post, reminder)):
        reminder.plan_again(now, why)
        wake_after_commit(session, REMINDERS)
    elif why in NOT_THE_CASE:
        unreached(session, reminder, why, now)
    else:
        withdraw(reminder, why, now)


NOT_THE_CASE = frozenset({"stopped", "unlinked", "quiet"})
"""The reminder is true, but this person does not get it: somebody has to look."""


def take_outcome(session: Session, post: Post, row: OutboxMessage, now: datetime) -> None:
    """What became of an outbox row, in the ledger; in the transaction that writes it down."""
    if not row.bulk or row.state is DeliveryState.waiting:
        return
    reminder = _find(session, row.id)
    if reminder is None or reminder.way is None:
        return
    if row.state is DeliveryState.sent:
        reminder.state, reminder.sent_at = ReminderState.sent, now
        return
    is_gone = row.state is DeliveryState.undeliverable
    why = "blocked" if is_gone and row.conversation.channel is Channel.telegram else "failed"
    if why == "blocked" and find_chat(session, reminder.case.participant_id, Channel.telegram):
        reminder.plan_again(now, why)  # they have another chat
        wake_after_commit(session, REMINDERS)
    else:
        send_next_way(session, post, reminder, reminder.way, why, now)


def note_fault(session: Session, row: OutboxMessage, now: datetime) -> None:
    """What follows from its end could not be worked out: a regisseur sees at least that."""
    reminder = _find(session, row.id)
    if reminder is None or not row.bulk or row.state is DeliveryState.waiting:
        return
    if row.state is DeliveryState.sent:
        reminder.state, reminder.sent_at = ReminderState.sent, now
    else:
        unreached(session, reminder, "fault", now)


def _has_another_way(session: Session, post: Post, reminder: Reminder) -> bool:
    """A chat or an e-mail address, as the store has it now."""
    return ways_to(session, post, participant_of(session, reminder.case))[0] is not Way.letter


def _find(session: Session, outbox_id: int) -> Reminder | None:
    return session.scalar(select(Reminder).where(Reminder.outbox_id == outbox_id))
