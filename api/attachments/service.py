"""What becomes of a file that a participant sent: offered, then passed on or kept back.

Nothing is fetched before they say yes, and who may see the question may see the file.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Offer, Reply
from api.answers.words import Words
from api.attachments.models import Attachment, AttachmentState
from api.conversations import transcript
from api.conversations.models import Author, Button, Conversation, Kind, Message
from api.errors import Conflict, NotFound
from api.handovers.models import EventKind, HandOver, Reason
from api.handovers.ownership import find_current, lock_conversation
from api.handovers.queue import may_see, raised_alarm, record
from api.handovers.service import get_mine
from api.people.models import Person
from api.signals import ATTACHMENTS, conversation_signal, wake_after_commit
from translations.catalogue import SOURCE

FILES = frozenset({Kind.voice, Kind.photo, Kind.document})
"""What can be passed on."""
OFFERED_FOR = timedelta(hours=24)
"""Who says nothing for so long has not said yes."""


def offer(session: Session, line: Message, file: Mapping[str, Any], now: datetime) -> Attachment:
    """The participant sent it with this line; nothing is fetched until they say yes.

    `file` is what the door stored: the channel's reference, and the size in bytes as it says.
    """
    attachment = Attachment(
        conversation_id=line.conversation_id,
        message_id=line.id,
        state=AttachmentState.offered,
        kind=line.kind,
        reference=file["reference"],
        declared_size=file.get("size"),
        offered_at=now,
        due_at=now,
        done_at=now,
        tries=0,
    )
    session.add(attachment)
    session.flush()
    return attachment


def offers(attachment: Attachment) -> tuple[Offer, ...]:
    """The buttons of who is asked whether it may be passed on."""
    which = {"attachment": attachment.id}
    return Offer("pass_on", "button.pass_on", which), Offer("keep_back", "button.keep_back", which)


def find_offered(session: Session, conversation_id: UUID, attachment_id: int) -> Attachment | None:
    """One that waits for a yes in this very chat; None where it is settled, or not theirs.

    None too for what was sent before a link was undone, since somebody else may have the phone
    now, and for what was sent before they spoke of danger: they can send it again.
    """
    conversation = session.get(Conversation, conversation_id)
    attachment = session.scalar(
        select(Attachment)
        .filter_by(id=attachment_id, conversation_id=conversation_id)
        .where(Attachment.state == AttachmentState.offered)
        .with_for_update()
    )
    if conversation is None or attachment is None:
        return None
    known_from = conversation.forgotten_until or 0
    hand_over = find_current(session, conversation_id)
    if hand_over is not None and hand_over.reason is Reason.safety:
        known_from = max(known_from, hand_over.after_message_id)
    return attachment if attachment.message_id > known_from else None


def allow(session: Session, attachment: Attachment, now: datetime) -> None:
    """They said yes: it is fetched now. Ask for the person first, so that somebody sees it."""
    attachment.state, attachment.due_at = AttachmentState.wanted, now
    attachment.done_at = attachment.error = None
    attachment.tries = 0
    if hand_over := find_current(session, attachment.conversation_id):
        before = attachment.message_id - 1  # of what was said in between nothing is secret
        hand_over.after_message_id = min(hand_over.after_message_id, before)
    _wake(session, attachment, ATTACHMENTS)


def keep_back(session: Session, attachment: Attachment, now: datetime) -> None:
    """They said no, or nothing: what would be needed to fetch it is forgotten."""
    settle(session, attachment, AttachmentState.kept_back, now)


def settle(
    session: Session,
    attachment: Attachment,
    state: AttachmentState,
    now: datetime,
    why: str | None = None,
) -> None:
    """Nothing is fetched any more; the channel's reference goes."""
    attachment.state, attachment.reference, attachment.why = state, None, why
    attachment.finish(now, why)
    _wake(session, attachment)


def ask_permission(
    session: Session,
    words: Words,
    hand_over_id: UUID,
    me: Person,
    attachment_id: int,
    now: datetime,
) -> Message:
    """Who has the question asks whether they may see or hear it; asking twice is asking once.

    It is a person who says this, in the participant's language with the Dutch under it. The
    clock goes on: what was asked is not answered by it. Conflict where it is settled already.
    """
    hand_over = get_mine(session, hand_over_id, me)
    attachment = find_offered(session, hand_over.conversation_id, attachment_id)
    if attachment is None:
        raise Conflict("this file is not waiting for a yes", "error.file_settled")
    if asked := _asked_already(session, attachment, now):
        return asked
    reply, conversation = Reply("file.ask", offers=offers(attachment)), hand_over.conversation
    line = transcript.say(session, words, conversation, reply, now)
    line.author, line.staff_id, line.staff = Author.person, me.id, me
    if line.language != SOURCE:
        line.original = words.text(SOURCE, reply.key)
    attachment.offered_at = now  # the day in which they can answer begins anew
    session.flush()
    return line


def get_attachment(session: Session, attachment_id: int, me: Person) -> Attachment:
    """A file in a question that I may see; else NotFound."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or find_seen(session, attachment, me) is None:
        raise NotFound("there is no such file in your municipality")
    return attachment


def find_seen(session: Session, attachment: Attachment, me: Person) -> HandOver | None:
    """The newest question in whose lines I may see it: between its first line and its end."""
    line = attachment.message
    if raised_alarm(line):
        return None
    query = (
        select(HandOver)
        .where(
            HandOver.conversation_id == attachment.conversation_id,
            HandOver.after_message_id < line.id,
            HandOver.closed_at.is_(None) | (HandOver.closed_at >= line.at),
        )
        .order_by(HandOver.created_at.desc())
    )
    seen = (each for each in session.scalars(query) if may_see(session, each, me))
    return next(seen, None)


def remove(session: Session, attachment_id: int, me: Person, now: datetime) -> HandOver:
    """Take it away for good; who did it stays. Returns the question in which it stood."""
    attachment = get_attachment(session, attachment_id, me)
    lock_conversation(session, attachment.conversation_id)
    session.refresh(attachment, with_for_update=True)
    hand_over = find_seen(session, attachment, me)
    if hand_over is None:
        raise NotFound("there is no such file in your municipality")
    if attachment.state is not AttachmentState.removed:
        attachment.content = attachment.size = attachment.type = None
        attachment.removed_by_id = me.id
        settle(session, attachment, AttachmentState.removed, now)
        record(session, hand_over, EventKind.file_removed, now, me, text=attachment.kind)
    return hand_over


def attachments_of(session: Session, message_ids: Iterable[int]) -> dict[int, Attachment]:
    """By transcript line; the content of none of them is read."""
    query = select(Attachment).where(Attachment.message_id.in_(list(message_ids)))
    return {attachment.message_id: attachment for attachment in session.scalars(query)}


def _asked_already(session: Session, attachment: Attachment, now: datetime) -> Message | None:
    """The question of a person that is still the last thing they said here."""
    last = session.scalar(
        select(Message)
        .filter_by(conversation_id=attachment.conversation_id, author=Author.person)
        .order_by(Message.id.desc())
        .limit(1)
    )
    shown = [each["id"] for each in last.buttons] if last else []
    buttons = session.scalars(select(Button).where(Button.id.in_(shown), Button.expires_at > now))
    about = any(button.arguments.get("attachment") == attachment.id for button in buttons)
    return last if about else None


def _wake(session: Session, attachment: Attachment, *more: str) -> None:
    session.flush()
    wake_after_commit(session, conversation_signal(attachment.conversation_id), *more)
