"""Which button was pressed, if it was offered in this very chat."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from api.answers.reply import PERSON, TOPICS
from api.answers.words import Words
from api.conversations.models import Button, Conversation, InboxMessage

FOREVER = datetime.max.replace(tzinfo=UTC)
_ALWAYS_THERE = {offer.action: offer for offer in (PERSON, TOPICS)}


def find_button(session: Session, message: InboxMessage) -> Button | None:
    """The pressed button, if it was offered in this very conversation.

    Asking for a person or for all topics needs no offer: the page shows both from the start.
    """
    if offer := _ALWAYS_THERE.get(message.button_id or ""):
        arguments = dict(offer.arguments)
        return Button(
            id=offer.action,
            action=offer.action,
            arguments=arguments,
            expires_at=FOREVER,
            label="",
        )
    button = session.get(Button, message.button_id) if message.button_id else None
    return button if button and button.conversation_id == message.conversation_id else None


def label_of(words: Words, conversation: Conversation, button: Button | None) -> str | None:
    """What stood on the button, as the participant's line in the transcript."""
    if button is not None and (offer := _ALWAYS_THERE.get(button.id)):
        return words.text(conversation.speaks, offer.label_key or "")
    return button.label if button else None
