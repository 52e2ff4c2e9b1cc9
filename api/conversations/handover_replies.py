"""What the participant reads who asked for a person: that it was received, and what became of it.

The hand-over is there before anything is asked, and waits for no answer. At most one question
follows it, once.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from api.answers.menu import PAGES
from api.answers.reply import MY_QUESTION, PERSON, Offer, Reply
from api.answers.towns import offer_towns
from api.answers.words import MAX_LABEL
from api.coaching.service import seen_by, shown_names
from api.conversations.models import Conversation
from api.handovers.models import HandOver, Reason
from api.handovers.promise import earliest_answer
from api.handovers.service import status

OTHER = "other"
SUBJECTS = tuple(group for page in PAGES for group in page if group != "mine")
"""The pictures of the menu that a question can be about."""
MYSELF = ""
NONE_OPEN = Reply("handover_none", offers=(PERSON,))


def hand_over_replies(
    session: Session, conversation: Conversation, hand_over: HandOver, now: datetime
) -> list[Reply]:
    """Tell when a person can answer at the earliest; to who asks again, what became of it."""
    conversation.misses = 0
    if hand_over.announced_at is not None:
        return [status(session, hand_over, now)]
    hand_over.announced_at = now
    earliest = earliest_answer(session, hand_over, now)
    made = Reply("handover_made", facts={"earliest": earliest}, offers=(MY_QUESTION,))
    return [made, *_question(session, conversation, hand_over)]


def _question(session: Session, conversation: Conversation, hand_over: HandOver) -> list[Reply]:
    """What helps most to bring it to the right person; in danger nothing but the town."""
    in_danger = hand_over.reason is Reason.safety
    if not in_danger and (about := _ask_about(session, conversation)):
        return [about]
    if hand_over.municipality_id is None:
        return [Reply("handover_ask_town", offers=offer_towns(session))]
    if in_danger or conversation.topic is not None:
        return []
    subjects = (
        Offer("subject", f"menu.{group}", {"subject": group}, picture=group) for group in SUBJECTS
    )
    other = Offer("subject", "button.subject_other", {"subject": OTHER})
    return [Reply("handover_subject", offers=(*subjects, other))]


def _ask_about(session: Session, conversation: Conversation) -> Reply | None:
    """For which participant a coach asks, of those who agreed to this coach."""
    if not conversation.is_with_coach or conversation.person_id is None:
        return None
    seen = seen_by(session, conversation.person_id)
    if not seen:
        return None
    people = (
        Offer("about", arguments={"participant": str(each.participant_id)}, label=name[:MAX_LABEL])
        for each, name in zip(seen, shown_names(seen), strict=True)
    )
    myself = Offer("about", "coach.button.about_self", {"participant": MYSELF})
    return Reply("coach.about.ask", offers=(*people, myself))
