"""Asking participants in their chats whether a coach may see their talks."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Offer, Reply
from api.answers.words import Words
from api.coaching.models import Coaching
from api.coaching.service import open_questions
from api.conversations import transcript
from api.conversations.models import Conversation
from api.handovers.ownership import is_owned, lock_conversation
from api.people.linking import chats_of
from api.people.models import Person

ASK = "consent.ask"


def ask_consent(coaching: Coaching) -> Reply:
    """The question about one coach, with its buttons."""
    id = str(coaching.id)
    offers = (
        Offer("consent_yes", "button.yes", {"coaching": id}),
        Offer("consent_no", "button.no", {"coaching": id}),
        PERSON,
    )
    return Reply(ASK, facts={"name": coaching.coach.first_name}, offers=offers)


def next_question(session: Session, conversation: Conversation) -> list[Reply]:
    """The first question that waits for whoever is linked here; one at a time."""
    return [ask_consent(each) for each in open_questions(session, conversation.person_id)[:1]]


def ask_members(
    session: Session, words: Words, coaching: Coaching, member_ids: Iterable[UUID], now: datetime
) -> None:
    """Ask each of these in each of their chats; not where a person is talking with them now."""
    for conversation in _chats(session, member_ids):
        lock_conversation(session, conversation.id)
        asked = coaching in open_questions(session, conversation.person_id)
        if asked and not is_owned(session, conversation.id) and conversation.blocked_at is None:
            transcript.say(session, words, conversation, ask_consent(coaching), now)


def tell_asked(
    session: Session, words: Words, coach: Person, participant_id: UUID, now: datetime
) -> None:
    """A participant reads that their coach asked the municipality something for them; not where a
    person is talking with them now, who sees it too."""
    told = Reply.with_person("coach_asks", name=coach.first_name)
    for conversation in _chats(session, [participant_id]):
        lock_conversation(session, conversation.id)
        theirs = conversation.person_id == participant_id and conversation.blocked_at is None
        if theirs and not is_owned(session, conversation.id):
            transcript.say(session, words, conversation, told, now)


def _chats(session: Session, member_ids: Iterable[UUID]) -> list[Conversation]:
    chats = [chat for id in member_ids for chat in chats_of(session, id)]
    return sorted(chats, key=lambda chat: chat.id)
