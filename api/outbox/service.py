"""Claiming what is due to be sent, and writing down what became of it."""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from api.answers.words import Words
from api.conversations.models import Author, Channel, Conversation, Message
from api.leases import Claim, held
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.packing import Attachment, Envelope, attachment_of, mail_of
from api.signals import conversation_signal, wake_after_commit

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""Longer than the slowest send; a dead sender's message waits this long for another."""
WAITS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=3), timedelta(minutes=18))
"""Between the first try and the fifth, which is the last: ten minutes without Telegram are
survived, whatever the jitter."""
JITTER = (0.8, 1.2)


class SendFailed(Exception):
    """A channel could not deliver. `blocked`: this person cannot be reached any more.

    `retry_after` is what the channel asked us to wait, in seconds; `ambiguous` means that the
    message may have arrived all the same.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        blocked: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code[:120]
        self.retryable = retryable
        self.blocked = blocked
        self.retry_after = retry_after
        self.ambiguous = ambiguous


@dataclass(frozen=True)
class Outgoing:
    """A claimed message in the shape a channel sends."""

    id: int
    lease: str
    channel: Channel
    chat_id: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    """(id, label)"""
    media: str | None = None
    """A picture or a voice note to send with it; see `find_media`."""
    bulk: bool = False
    attachment: Attachment | None = None
    envelope: Envelope | None = None
    """Of an e-mail."""
    fault: str | None = None
    """It could not be made: a failed try of this message, and the others go on."""


def _blocked() -> ColumnElement[bool]:
    """An earlier message of the chat and of the same lane has not gone out yet."""
    earlier = aliased(OutboxMessage)
    return exists().where(
        earlier.conversation_id == OutboxMessage.conversation_id,
        earlier.bulk == OutboxMessage.bulk,
        earlier.done_at.is_(None),
        earlier.id < OutboxMessage.id,
    )


def _claim(*, bulk: bool) -> Claim[OutboxMessage]:
    return Claim(
        OutboxMessage,
        OutboxMessage.bulk.is_(bulk),
        ~_blocked(),
        order=(OutboxMessage.due_at, OutboxMessage.id),
        lease_for=LEASE,
    )


_CLAIMS = {bulk: _claim(bulk=bulk) for bulk in (False, True)}


def claim_due(
    session: Session, words: Words, now: datetime, limit: int, *, bulk: bool = False
) -> list[Outgoing]:
    """The oldest unsent message of each chat: the order inside a chat holds, also after a retry.

    Answers and bulk are two lanes, so that no answer waits for a reminder.
    """
    return [_outgoing(session, row, words, now) for row in _CLAIMS[bulk](session, now, limit)]


def _outgoing(session: Session, row: OutboxMessage, words: Words, now: datetime) -> Outgoing:
    try:
        return _made(session, row, words, now)
    except SQLAlchemyError:
        raise
    except Exception as fault:
        log.exception("outbox %s: could not be made", row.id)
        to = row.conversation
        return Outgoing(
            *(row.id, row.lease or "", to.channel, to.chat_id, "", ()),
            bulk=row.bulk,
            fault=type(fault).__name__,
        )


def _made(session: Session, row: OutboxMessage, words: Words, now: datetime) -> Outgoing:
    mail = mail_of(session, words, row, now)
    return Outgoing(
        id=row.id,
        lease=row.lease or "",
        channel=row.conversation.channel,
        chat_id=row.conversation.chat_id,
        text=mail.text if mail else _as_read(row.conversation, row.message, words),
        buttons=tuple((button["id"], button["label"]) for button in row.message.buttons),
        media=row.message.media,
        bulk=row.bulk,
        attachment=attachment_of(session, words, row, now),
        envelope=mail.envelope if mail else None,
    )


def _as_read(conversation: Conversation, message: Message, words: Words) -> str:
    """The text with the line that says who writes, and what stands under it: that a computer
    translated it, that nobody has checked it yet, the Dutch of who wrote it."""
    language = message.language
    lines = [message.text]
    if message.author is Author.person and message.staff is not None:
        name = message.staff.first_name
        lines = [f"{words.text(conversation.speaks, 'person_says', name=name)}\n{message.text}"]
    if message.machine:
        lines.append(f"⚙ {words.text(language, 'machine_mark')}")
    elif message.draft:
        lines.append(f"✎ {words.text(language, 'draft_mark')}")
    if message.original is not None:
        lines.append(f"{words.text(language, 'original_dutch')}\n{message.original}")
    return "\n\n".join(lines)


def record_sent(
    session: Session, outgoing: Outgoing, delivered_id: str, now: datetime
) -> OutboxMessage | None:
    """The channel took it. Returns its row, None where that is no longer ours."""
    row = find_held(session, outgoing)
    if row is None:
        return None
    row.state, row.delivered_id, row.sent_at = DeliveryState.sent, delivered_id, now
    row.finish(now)
    wake_after_commit(session, conversation_signal(row.conversation_id))
    return row


def record_failure(
    session: Session, outgoing: Outgoing, failure: SendFailed, now: datetime
) -> OutboxMessage | None:
    """Later again, undeliverable, or failed for good; a blocked chat is marked at once.

    Returns its row, None where that is no longer ours.
    """
    row = find_held(session, outgoing)
    if row is None:
        return None
    row.ambiguous += failure.ambiguous
    if failure.blocked:
        row.state = DeliveryState.undeliverable
        row.conversation.blocked_at = now
        row.finish(now, failure.code)
    elif failure.retry_after is not None:
        put_back(row, now + timedelta(seconds=failure.retry_after), failure.code)
    elif failure.retryable and row.tries <= len(WAITS):
        wait = WAITS[row.tries - 1] * random.uniform(*JITTER)
        row.put_back(now + wait, failure.code)
    else:
        row.state = DeliveryState.failed
        row.finish(now, failure.code)
    wake_after_commit(session, conversation_signal(row.conversation_id))
    return row


def find_held(session: Session, outgoing: Outgoing) -> OutboxMessage | None:
    """The row of a claimed message, locked; None where somebody else has it now."""
    return held(session, OutboxMessage, outgoing.id, outgoing.lease)


def put_back(row: OutboxMessage, due_at: datetime, why: str) -> None:
    """It was not tried: nobody could have sent it now, and that is no failure."""
    row.tries -= 1
    row.put_back(due_at, why)


def states_of(session: Session, message_ids: list[int]) -> dict[int, DeliveryState]:
    """Delivery state by transcript line."""
    rows = session.execute(
        select(OutboxMessage.message_id, OutboxMessage.state).where(
            OutboxMessage.message_id.in_(message_ids)
        )
    )
    return {message_id: DeliveryState(state) for message_id, state in rows}
