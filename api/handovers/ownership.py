"""Whether a human has a conversation: what everybody asks before the bot says something.

Owned means from claim to hand-back, nothing else.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Conversation
from api.handovers.models import HandOver, HandOverState


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
    the first lock that is taken, so that nobody waits in a circle. What the session knew of the
    conversation is read anew: it can have changed while we waited.
    """
    row = select(Conversation).where(Conversation.id == conversation_id)
    locked = row.with_for_update(key_share=True, of=Conversation)
    session.execute(locked.execution_options(populate_existing=True)).all()
