"""What people asked and the bot did not understand, without who asked it."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Author, Kind, Message
from api.understanding.judging import DOUBTS
from translations.normalise import normalise


@dataclass(frozen=True)
class Unanswered:
    """A text that was not understood, masked as it was stored, and how often it came."""

    language: str
    text: str
    times: int


def list_unanswered(session: Session) -> list[Unanswered]:
    """The most frequent first, then by text: neither person nor moment can be read off the order.

    Who has a conversation erased takes its lines out of this list as well: it is no second copy.
    """
    doubted = select(Message.inbox_id).where(
        Message.author == Author.bot, Message.intent.in_(DOUBTS), Message.inbox_id.is_not(None)
    )
    asked = select(Message.language, Message.text).where(
        Message.author == Author.participant,
        Message.kind == Kind.text,
        Message.inbox_id.in_(doubted),
    )
    shown: dict[tuple[str, str], str] = {}
    times: Counter[tuple[str, str]] = Counter()
    for language, text in session.execute(asked):
        same = (language, normalise(text))
        shown.setdefault(same, " ".join(text.split()))
        times[same] += 1
    found = [Unanswered(same[0], shown[same], count) for same, count in times.items()]
    return sorted(found, key=lambda each: (-each.times, each.language, each.text))
