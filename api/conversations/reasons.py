"""Why somebody asks for a person, by what happened just before."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from api.answers.explain import UNKNOWN, known_group
from api.answers.topics import Topic
from api.answers.words import Words
from api.cases.local_rules import local_rules
from api.cases.models import Group
from api.cases.rules import PHONE
from api.clock import local
from api.conversations.models import Conversation
from api.conversations.transcript import find_last_read
from api.handovers.models import Reason

MISSES_BEFORE_A_PERSON = 2


def reason_of(words: Words, session: Session, conversation: Conversation, now: datetime) -> Reason:
    """The first that fits. `safety`, `coach` and `file` are known by the button, and not here."""
    last = find_last_read(session, conversation.id)
    if last is not None and last.is_reminder:
        return Reason.reminder
    if conversation.misses >= MISSES_BEFORE_A_PERSON:
        return Reason.misses
    topic = words.topics.get(conversation.topic or "")
    if topic is None:
        return Reason.asked
    today = local(now).date()
    careful = topic.legal or _is_careful(session, conversation, topic)
    unclear = careful or _rests_on_unclear(words, session, conversation, topic, today)
    return Reason.unclear if unclear else Reason.asked


def _is_careful(session: Session, conversation: Conversation, topic: Topic) -> bool:
    """Whether the law is unclear for this reader; of whom nothing is known, it can be."""
    group = known_group(session, conversation)
    return bool(topic.careful) if group in (None, UNKNOWN) else Group(group) in topic.careful


def _rests_on_unclear(
    words: Words, session: Session, conversation: Conversation, topic: Topic, today: date
) -> bool:
    """Whether a number in its texts is uncertain, also in the town's own value."""
    texts = (topic.key, f"{topic.key}.simple", f"{topic.key}.steps", *topic.by_group.values())
    named = frozenset[str]().union(
        *(words.catalogue.gaps(text) for text in texts if text in words.catalogue)
    )
    own = local_rules(session, words.rules, conversation.municipality_id, today)
    told = words.rules.told(today, own)
    rules = (told[name] for name in named & told.keys())
    return any(rule.status == "unclear" and rule.unit != PHONE for rule in rules)
