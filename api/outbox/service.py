"""Claiming what is due to be sent, and writing down what became of it."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from api.answers.words import Words
from api.conversations.models import Author, Channel, Conversation, Message
from api.leases import Claim, held
from api.outbox.models import DeliveryState, OutboxMessage
from api.signals import conversation_signal, wake_after_commit

LEASE = timedelta(seconds=30)
"""Longer than the slowest send; a dead sender's message waits this long for another."""
WAITS = (timedelta(seconds=2), timedelta(seconds=15), timedelta(seconds=90), timedelta(minutes=10))
"""Between the first try and the fifth, which is the last."""


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
    """A picture or a voice note to send with it; see `Media.file`."""


def _blocked() -> ColumnElement[bool]:
    """An earlier message of the chat has not gone out yet."""
    earlier = aliased(OutboxMessage)
    return exists().where(
        earlier.conversation_id == OutboxMessage.conversation_id,
        earlier.done_at.is_(None),
        earlier.id < OutboxMessage.id,
    )


_CLAIM = Claim(
    OutboxMessage,
    ~_blocked(),
    order=(OutboxMessage.due_at, OutboxMessage.id),
    lease_for=LEASE,
)


def claim_due(session: Session, words: Words, now: datetime, limit: int) -> list[Outgoing]:
    """The oldest unsent message of each chat: the order inside a chat holds, also after a retry."""
    return [_outgoing(row, words) for row in _CLAIM(session, now, limit)]


def _outgoing(row: OutboxMessage, words: Words) -> Outgoing:
    return Outgoing(
        id=row.id,
        lease=row.lease or "",
        channel=row.conversation.channel,
        chat_id=row.conversation.chat_id,
        text=_as_read(row.conversation, row.message, words),
        buttons=tuple((button["id"], button["label"]) for button in row.message.buttons),
        media=row.message.media,
    )


def _as_read(conversation: Conversation, message: Message, words: Words) -> str:
    """The text with the line that says who writes, or that nobody has checked it yet."""
    if message.author is Author.person and message.staff is not None:
        name = message.staff.first_name
        return f"{words.text(conversation.speaks, 'person_says', name=name)}\n{message.text}"
    if message.draft:
        return f"{message.text}\n\n✎ {words.text(message.language, 'draft_mark')}"
    return message.text


def record_sent(session: Session, outgoing: Outgoing, delivered_id: str, now: datetime) -> None:
    """The channel took it."""
    row = held(session, OutboxMessage, outgoing.id, outgoing.lease)
    if row is None:
        return
    row.state, row.delivered_id, row.sent_at = DeliveryState.sent, delivered_id, now
    row.finish(now)
    wake_after_commit(session, conversation_signal(row.conversation_id))


def record_failure(
    session: Session, outgoing: Outgoing, failure: SendFailed, now: datetime
) -> None:
    """Later again, undeliverable, or failed for good; a blocked chat is marked at once."""
    row = held(session, OutboxMessage, outgoing.id, outgoing.lease)
    if row is None:
        return
    row.ambiguous += failure.ambiguous
    if failure.blocked:
        row.state = DeliveryState.undeliverable
        row.conversation.blocked_at = now
        row.finish(now, failure.code)
    elif failure.retry_after is not None:
        row.tries -= 1  # the channel asked for patience; that is not a failed try
        row.put_back(now + timedelta(seconds=failure.retry_after), failure.code)
    elif failure.retryable and row.tries <= len(WAITS):
        wait = WAITS[row.tries - 1] * random.uniform(0.8, 1.2)
        row.put_back(now + wait, failure.code)
    else:
        row.state = DeliveryState.failed
        row.finish(now, failure.code)
    wake_after_commit(session, conversation_signal(row.conversation_id))


def states_of(session: Session, message_ids: list[int]) -> dict[int, DeliveryState]:
    """Delivery state by transcript line."""
    rows = session.execute(
        select(OutboxMessage.message_id, OutboxMessage.state).where(
            OutboxMessage.message_id.in_(message_ids)
        )
    )
    return {message_id: DeliveryState(state) for message_id, state in rows}
