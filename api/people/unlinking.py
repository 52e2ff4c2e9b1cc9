"""The town undoes the link of a chat: a mistake, or a phone that was lost."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.conversations import transcript
from api.conversations.models import Conversation
from api.errors import NotFound
from api.handovers.ownership import is_owned, lock_conversation
from api.people.linking import chats_of, create_code, unlink
from api.people.models import Person
from api.reminders.service import note_unreachable

TOLD = Reply.with_person("unlink.by_town")


def unlink_chat(
    session: Session, words: Words, person: Person, conversation_id: UUID, now: datetime
) -> None:
    """This chat is nobody's any more, and is told so. NotFound where it is not this person's."""
    chats = [chat for chat in chats_of(session, person.id) if chat.id == conversation_id]
    if not chats:
        raise NotFound("this person has no such chat")
    _unlink(session, words, chats, now)


def lost_phone(session: Session, words: Words, person: Person, by: UUID, now: datetime) -> str:
    """Undo every link of this person, and give a new code; it makes the older ones worthless."""
    _unlink(session, words, chats_of(session, person.id), now)
    return create_code(session, person, by, now)


def _unlink(session: Session, words: Words, chats: Iterable[Conversation], now: datetime) -> None:
    for chat in chats:
        person_id = chat.person_id
        lock_conversation(session, chat.id)
        if chat.person_id != person_id:  # somebody else's since we looked
            continue
        unlink(session, chat, now)
        if person_id is not None:
            note_unreachable(session, person_id, "unlinked", now)
        if not is_owned(session, chat.id):  # then the person who has it says so
            transcript.say(session, words, chat, TOLD, now)
