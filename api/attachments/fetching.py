"""Claiming what is to be fetched, and writing down what became of it."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import OFFERED_FOR, keep_back, settle
from api.attachments.types import TOO_LARGE, WRONG_TYPE, Checked
from api.conversations import transcript
from api.conversations.models import Channel, Kind
from api.handovers.ownership import is_owned, lock_conversation
from api.leases import Claim, held
from api.outbox.service import JITTER, WAITS

LEASE = timedelta(minutes=2)
"""Longer than the slowest file; what a dead worker had waits this long for another."""
GONE, UNREACHABLE = "gone", "unreachable"
_TOLD = {TOO_LARGE: "file.too_large", WRONG_TYPE: "file.wrong_type"}
_AT_ONCE = 200

type Fetch = Callable[[str], Coroutine[Any, Any, bytes]]
"""How a channel gives the bytes of a reference; raises FetchFailed."""


class FetchFailed(Exception):
    """It was not fetched; `retry_after` is what the channel asked us to wait, in seconds."""

    def __init__(
        self, why: str, *, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.retryable = retryable
        self.retry_after = retry_after


@dataclass(frozen=True)
class Wanted:
    """A claimed file in the shape that a channel needs."""

    id: int
    lease: str
    tries: int
    channel: Channel
    kind: Kind
    reference: str
    declared_size: int


_CLAIM = Claim(Attachment, order=(Attachment.due_at, Attachment.id), lease_for=LEASE)


def claim_wanted(session: Session, now: datetime, limit: int) -> list[Wanted]:
    """The files that participants said yes to, the longest waiting first."""
    return [
        Wanted(
            id=row.id,
            lease=row.lease or "",
            tries=row.tries,
            channel=row.conversation.channel,
            kind=row.kind,
            reference=row.reference or "",
            declared_size=row.declared_size or 0,
        )
        for row in _CLAIM(session, now, limit)
    ]


def record_stored(session: Session, wanted: Wanted, checked: Checked, now: datetime) -> bool:
    """It is here; False where somebody took it away meanwhile, and then nothing is stored."""
    attachment = _held(session, wanted)
    if attachment is None:
        return False
    attachment.content, attachment.type = checked.content, checked.type
    attachment.size = len(checked.content)
    settle(session, attachment, AttachmentState.stored, now)
    return True


def record_failure(
    session: Session, words: Words, wanted: Wanted, failure: FetchFailed, now: datetime
) -> None:
    """Later again; or failed for good, and then the participant is told.

    A person who has the chat sees it in the console, and says it in their own words.
    """
    attachment = _held(session, wanted)
    if attachment is None:
        return
    if failure.retry_after is not None:
        attachment.tries -= 1
        attachment.put_back(now + timedelta(seconds=failure.retry_after), failure.why)
    elif failure.retryable and attachment.tries <= len(WAITS):
        wait = WAITS[attachment.tries - 1] * random.uniform(*JITTER)
        attachment.put_back(now + wait, failure.why)
    else:
        settle(session, attachment, AttachmentState.failed, now, failure.why)
        if not is_owned(session, attachment.conversation_id):
            told = Reply(_TOLD.get(failure.why, "file.failed"))
            transcript.say(session, words, attachment.conversation, told, now)


def keep_back_unanswered(session: Session, now: datetime) -> int:
    """Those whose sender said neither yes nor no; how many there were."""
    query = (
        select(Attachment)
        .filter_by(state=AttachmentState.offered)
        .where(Attachment.offered_at <= now - OFFERED_FOR)
        .order_by(Attachment.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query).all()
    for attachment in found:
        keep_back(session, attachment, now)
    return len(found)


def _held(session: Session, wanted: Wanted) -> Attachment | None:
    """The row if it is still ours; the conversation is locked first, as everywhere."""
    of = select(Attachment.conversation_id).filter_by(id=wanted.id)
    if conversation_id := session.scalar(of):
        lock_conversation(session, conversation_id)
    return held(session, Attachment, wanted.id, wanted.lease)
