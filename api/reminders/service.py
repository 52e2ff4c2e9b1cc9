"""A reminder whose moment has come: looked at again, and given to the way that reaches somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.cases.access import find_own_case, participant_of
from api.cases.findings import Finding
from api.cases.models import Case, Participant
from api.cases.service import findings_of
from api.clock import local
from api.conversations import transcript
from api.conversations.models import Channel, Conversation
from api.db import insert_once
from api.leases import Claim
from api.outbox.models import OutboxMessage
from api.reminders.mailbox import open_mailbox, takes_mail
from api.reminders.messages import message
from api.reminders.models import Reminder, ReminderKind, ReminderState, Way
from api.reminders.planning import quiet_of
from api.reminders.quiet import MINUTE
from api.reminders.staleness import is_change, key_of, was_just_told, why_untrue
from api.reminders.wanted import end_of
from api.signals import REMINDER_TASKS, wake_after_commit

LEASE = timedelta(seconds=30)
TRY_AGAIN = timedelta(minutes=1)
MOST_TRIES = 5

_CLAIM = Claim(Reminder, order=(Reminder.due_at, Reminder.id), lease_for=LEASE)


@dataclass(frozen=True)
class Post:
    """What is needed to write to people: the words, and which ways this installation has."""

    words: Words
    has_mail: bool = False

    def finding_of(self, session: Session, reminder: Reminder, now: datetime) -> Finding | None:
        """What a reminder of a deadline hangs on, as it is worked out now."""
        key = key_of(reminder)
        if key is None:
            return None
        today = local(now).date()
        return findings_of(session, self.words.rules, reminder.case, today).get(key)


def claim_due(session: Session, now: datetime, limit: int) -> list[Reminder]:
    """The reminders whose moment has come, the oldest first."""
    return _CLAIM(session, now, limit)


def dispatch(session: Session, post: Post, reminder: Reminder, now: datetime) -> None:
    """Put it in the outbox, on the list of letters, or say why it does not go."""
    finding = post.finding_of(session, reminder, now)
    if why := why_untrue(session, reminder, finding, now):
        return withdraw(reminder, why, now)
    if reminder.kind is ReminderKind.appointment and was_just_told(session, reminder, now):
        return withdraw(reminder, "just_told", now)
    participant = participant_of(session, reminder.case)
    if participant.stopped_at is not None:
        return unreached(session, reminder, "stopped", now)
    waits = waits_until(session, reminder, participant, now)
    if waits is None:
        return unreached(session, reminder, "quiet", now)
    if waits > now:
        reminder.tries -= 1  # waiting is no failed try
        return reminder.put_back(waits, "quiet")
    return _send(session, post, reminder, finding, ways_to(session, post, participant), now)


def waits_until(
    session: Session, reminder: Reminder, participant: Participant, now: datetime
) -> datetime | None:
    """When quiet hours and a pause let it go: `now`, later, or None where that is too late.

    What the town changed in an appointment before the pause ends does not wait for that end.
    """
    earliest = now
    if participant.paused_until is not None:
        ends = end_of(participant.paused_until)
        if not (is_change(reminder) and reminder.at <= ends):
            earliest = max(now, ends)
    if reminder.urgent:
        return earliest if earliest < reminder.until else None
    return quiet_of(session, reminder.case).leave(earliest, earliest, reminder.until - MINUTE)


def ways_to(session: Session, post: Post, participant: Participant) -> list[Way]:
    """How this person can be reached, the best way first; a letter always can be sent."""
    ways = []
    if find_chat(session, participant.person_id, Channel.telegram):
        ways.append(Way.telegram)
    if post.has_mail and takes_mail(session, participant):
        ways.append(Way.email)
    return [*ways, Way.letter]


def find_chat(session: Session, person_id: UUID, channel: Channel) -> Conversation | None:
    """The chat of this channel in which the person can be written to: that of the last link."""
    query = (
        select(Conversation)
        .where(
            Conversation.person_id == person_id,
            Conversation.channel == channel,
            Conversation.blocked_at.is_(None),
        )
        .order_by(Conversation.linked_at.desc(), Conversation.id)
    )
    return session.scalars(query.limit(1)).first()


def withdraw(reminder: Reminder, why: str, now: datetime) -> None:
    """It is not true any more: nobody hears of it."""
    reminder.state, reminder.why = ReminderState.withdrawn, why
    reminder.finish(now)


def unreached(session: Session, reminder: Reminder, why: str, now: datetime) -> None:
    """Nobody got it: from now on it stands on the list of the regisseurs."""
    reminder.state, reminder.why = ReminderState.unreached, why
    reminder.finish(now, why)
    wake_after_commit(session, REMINDER_TASKS)


def send_next_way(
    session: Session, post: Post, reminder: Reminder, failed: Way, why: str, now: datetime
) -> None:
    """One way failed: try e-mail after Telegram; when no other is left a regisseur has to act."""
    participant = participant_of(session, reminder.case)
    left = ways_to(session, post, participant)
    if failed is Way.telegram and Way.email in left:
        finding = post.finding_of(session, reminder, now)
        return _send(session, post, reminder, finding, [Way.email], now)
    return unreached(session, reminder, why, now)


def note_unreachable(session: Session, person_id: UUID, why: str, now: datetime) -> None:
    """Somebody blocked or left their last chat: a regisseur sees it at once.

    Also where e-mail is left: nobody can answer that. Not where they have another chat of
    Telegram, or where it was written down for that day already.
    """
    case = find_own_case(session, person_id)
    if case is None or find_chat(session, person_id, Channel.telegram):
        return
    key = f"u:{case.id}:{why}:{local(now).date()}"
    insert_once(
        session,
        Reminder,
        key=key,
        municipality_id=case.municipality_id,
        case_id=case.id,
        kind=ReminderKind.unreachable,
        at=now,
        until=now,
        urgent=False,
        planned_at=now,
        due_at=now,
        done_at=now,
        state=ReminderState.unreached,
        why=why,
        tries=0,
    )
    wake_after_commit(session, REMINDER_TASKS)


def note_reachable(session: Session, person_id: UUID, now: datetime) -> None:
    """Somebody unblocked the bot or linked a chat: nobody has to go after them any more."""
    open = (
        select(Reminder)
        .join(Case, Case.id == Reminder.case_id)
        .where(
            Case.participant_id == person_id,
            Reminder.kind == ReminderKind.unreachable,
            Reminder.state == ReminderState.unreached,
        )
        .order_by(Reminder.id)
    )
    for reminder in session.scalars(open.with_for_update(of=Reminder)).all():
        withdraw(reminder, "back", now)
        wake_after_commit(session, REMINDER_TASKS)


def _send(
    session: Session,
    post: Post,
    reminder: Reminder,
    finding: Finding | None,
    ways: Sequence[Way],
    now: datetime,
) -> None:
    way = reminder.way = ways[0]
    channel = None if way is Way.letter else Channel(way.value)
    reply = message(session, post.words, reminder, finding, channel)
    if reply is None:
        return withdraw(reminder, "nothing_to_tell", now)
    _say_on_page(session, post, reminder, finding, now)
    if channel is None:
        reminder.state = ReminderState.to_print
        reminder.finish(now)
        return wake_after_commit(session, REMINDER_TASKS)
    person = reminder.case.participant.person
    chat = find_chat(session, person.id, channel)
    if chat is None or channel is Channel.email:
        chat = open_mailbox(session, person, reminder.municipality_id, now)
    errand = transcript.Errand(f"reminder:{reminder.id}:{way}:{reminder.tries}")
    line = transcript.say(session, post.words, chat, reply, now, errand)
    query = select(OutboxMessage.id).where(OutboxMessage.message_id == line.id)
    reminder.outbox_id = session.scalar(query)
    reminder.said_version = reminder.appointment.version if reminder.appointment else None
    reminder.state = ReminderState.sending
    return reminder.finish(now)


def _say_on_page(
    session: Session, post: Post, reminder: Reminder, finding: Finding | None, now: datetime
) -> None:
    """Also in the chat of the web page; nobody knows whether it is read, so it does not count."""
    chat = find_chat(session, reminder.case.participant_id, Channel.webchat)
    key = f"reminder:{reminder.id}:webchat"
    known = select(OutboxMessage.id).where(OutboxMessage.key == key)
    if chat is None or session.scalar(known) is not None:
        return
    reply = message(session, post.words, reminder, finding, Channel.webchat)
    if reply is not None:
        transcript.say(session, post.words, chat, reply, now, transcript.Errand(key))
