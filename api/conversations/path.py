"""The message path: what happens to one message between the inbox and the outbox.

Read `answer_message` from top to bottom: it is the table of contents.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.answers.reply import Offer, Reply, try_again
from api.answers.words import Words
from api.attachments.service import FILES
from api.clock import Clock
from api.conversations import transcript
from api.conversations.actions import (
    PLACES,
    Pressed,
    answer_expected,
    answer_town,
    ask_again,
    press,
    start,
    waits_for_person,
)
from api.conversations.handover_buttons import take_file
from api.conversations.languages import guess_language
from api.conversations.linking_buttons import code_in_group
from api.conversations.models import Button, InboxMessage, Kind, Message
from api.conversations.pressed import find_button, label_of
from api.conversations.rasa import Question, Rasa, RasaFailed, Understood
from api.conversations.replies import (
    SAFETY,
    SAFETY_OFFER,
    cannot_read,
    expected_after,
    from_rasa,
    propose_language,
    unsupported,
)
from api.conversations.rules import answer_by_rule, answer_caption
from api.conversations.yes_no import yes_or_no
from api.db import Database
from api.handovers.ownership import is_owned, lock_conversation
from api.handovers.service import heard
from api.leases import held
from api.reminders.service import note_reachable, note_unreachable
from api.signals import conversation_signal, wake_after_commit

log = logging.getLogger(__name__)

MAX_TRIES = 5
RETRY_AFTER = timedelta(seconds=2)
FAILURE = Reply.with_person("failure")


class TooManyTries(Exception):
    """Every worker that took this message died over it; the person must hear something."""


@dataclass(frozen=True)
class Claimed:
    """Which inbox row this worker holds."""

    id: int
    lease: str


@dataclass(frozen=True)
class MessagePath:
    """What the path needs from outside: the store, Rasa, words and the time."""

    database: Database
    rasa: Rasa
    words: Words
    clock: Clock

    def answer_message(self, claimed: Claimed) -> None:
        """From a claimed inbox row to answers in the outbox; asks Rasa outside a transaction."""
        with self.database.reading() as session:
            message = session.get_one(InboxMessage, claimed.id)
            if message.tries > MAX_TRIES:
                raise TooManyTries
            by_rule = _by_rule(message)
            question = None if by_rule else self._question(session, message)
        understood = self._understand(question) if question else None
        with self.database.writing() as session:
            mine = held(session, InboxMessage, claimed.id, claimed.lease)
            if mine is None:  # the lease ran out and somebody else answers
                return
            lock_conversation(session, mine.conversation_id)
            self._answer(session, mine, by_rule, understood)

    def give_up_or_retry(self, claimed: Claimed, reason: str) -> None:
        """An unexpected fault: try again a few times, then tell the person."""
        now = self.clock()
        with self.database.writing() as session:
            message = held(session, InboxMessage, claimed.id, claimed.lease)
            if message is None:
                return
            if message.tries < MAX_TRIES:
                message.put_back(now + RETRY_AFTER * 2**message.tries, reason)
                return
            lock_conversation(session, message.conversation_id)
            replies = _by_rule(message) or [FAILURE]  # danger is answered whatever else fails
            if is_owned(session, message.conversation_id):
                replies = _numbers(replies)
            self._record(session, message, replies, None, now)
            message.error = reason

    def _question(self, session: Session, message: InboxMessage) -> Question | None:
        """What to ask Rasa; None where a rule answers without it."""
        if is_owned(session, message.conversation_id):
            return None
        if message.kind is Kind.button:
            return self._button_question(session, message)
        if message.kind is not Kind.text:
            return None
        language = message.conversation.language
        return Question(message.conversation.session_id, text=message.text, language=language)

    def _button_question(self, session: Session, message: InboxMessage) -> Question | None:
        button = find_button(session, message)
        if button is None or button.expires_at < self.clock():
            return None
        session_id = message.conversation.session_id
        if button.action == "intent":
            return Question(session_id, intent=str(button.arguments["intent"]))
        if button.action == "retry":
            line = session.get(Message, int(button.arguments["message"]))
            return Question(session_id, text=line.text, language=line.language) if line else None
        return None

    def _understand(self, question: Question) -> Understood | RasaFailed:
        try:
            return self.rasa.ask(question)
        except RasaFailed as failure:
            log.warning("rasa failed: %s", failure)
            return failure

    def _answer(
        self,
        session: Session,
        message: InboxMessage,
        by_rule: list[Reply],
        understood: Understood | RasaFailed | None,
    ) -> None:
        now = self.clock()
        if not by_rule and understood is None and self._question(session, message):
            message.put_back(now, "handed back while we looked")
            return
        heard = _heard_language(message)
        agreed = self._agreed(session, message, now)
        replies = agreed or _warned(message, by_rule)
        replies = replies or self._replies(session, message, understood, now)
        numbers = _numbers(replies)
        owned = is_owned(session, message.conversation_id)
        if owned:
            replies = numbers
        elif replies and not (numbers or message.conversation.expecting == SAFETY_OFFER):
            # who we are can wait while somebody is in danger
            proposed = [propose_language(heard)] if heard else []
            replies = [*_first_contact(message, now), *proposed, *replies]
        known = understood if isinstance(understood, Understood) else None
        line = self._record(session, message, replies, known, now)
        if not owned and any(reply.key == SAFETY for reply in by_rule):
            line.topic = SAFETY  # also beside a yes to a person: the words are not passed on
        if isinstance(understood, RasaFailed):
            message.error = f"rasa: {understood}"  # answered all the same, and counted by this

    def _agreed(self, session: Session, message: InboxMessage, now: datetime) -> list[Reply]:
        """A yes to the offer of a person counts, even where it speaks of danger again."""
        conversation, text = message.conversation, message.text or ""
        offered = conversation.expecting == SAFETY_OFFER and message.kind is Kind.text
        if not offered or yes_or_no(text) is not True:
            return []
        agreed = answer_expected(self.words, session, conversation, text, now)
        return _warned(message, agreed)

    def _replies(
        self,
        session: Session,
        message: InboxMessage,
        understood: Understood | RasaFailed | None,
        now: datetime,
    ) -> list[Reply]:
        """The answers, by the first rule that fits."""
        conversation = message.conversation
        match message.kind:
            case Kind.blocked:
                conversation.blocked_at = now
                if conversation.person_id is not None:
                    note_unreachable(session, conversation.person_id, "blocked", now)
                return []
            case Kind.unblocked:
                conversation.blocked_at = None
                if conversation.person_id is not None:
                    note_reachable(session, conversation.person_id, now)
                return []
            case Kind.start:
                return start(session, conversation, message.text or "", now)
            case Kind.button:
                button = find_button(session, message)
                pressed = press(self.words, session, conversation, button, now)
                if pressed is not Pressed.asks_rasa:
                    return pressed
            case Kind.text:
                if replies := self._expected(session, message, understood, now):
                    return _warned(message, replies)
            case Kind.group:
                shown = code_in_group(session, message.text, now)
                return shown or unsupported(message.kind)
            case kind if kind in FILES and message.file is not None:
                return _warned(message, cannot_read(kind))
            case _:
                return unsupported(message.kind)
        if understood is None or isinstance(understood, RasaFailed):
            return [FAILURE]
        typed = message.text or "" if message.kind is Kind.text else ""
        if typed:
            again = ask_again(self.words, session, conversation, understood, typed, now)
            if again:
                return again
        replies = from_rasa(self.words, session, conversation, understood, typed, now)
        return _warned(message, replies)

    def _expected(
        self,
        session: Session,
        message: InboxMessage,
        understood: Understood | RasaFailed | None,
        now: datetime,
    ) -> list[Reply]:
        """Answers to what was just asked; they need no Rasa, which may be away."""
        conversation, text = message.conversation, message.text or ""
        if replies := answer_expected(self.words, session, conversation, text, now):
            return replies
        topics = self.words.topics.keys() - PLACES
        if isinstance(understood, Understood) and understood.intent in topics:
            return []
        return answer_town(session, conversation, text, now)

    def _record(
        self,
        session: Session,
        message: InboxMessage,
        replies: list[Reply],
        understood: Understood | None,
        now: datetime,
    ) -> Message:
        """Transcript, outbox and 'this message is done' in one transaction; returns its line."""
        button = find_button(session, message) if message.kind is Kind.button else None
        label = label_of(self.words, message.conversation, button)
        line = transcript.hear(session, message, label)
        if message.file is not None:
            replies = take_file(session, line, message.file, replies, now)
        pressed = message.kind is Kind.button and waits_for_person(button)
        unanswered = pressed and is_owned(session, message.conversation_id)
        heard(
            *(session, message.conversation_id, message.kind, message.received_at),
            unanswered=unanswered,
        )
        offered = any(reply.key == SAFETY_OFFER for reply in replies)
        cause = _cause(message, understood, by_rule=offered)
        for number, reply in enumerate(replies):
            transcript.say(
                session,
                self.words,
                message.conversation,
                _with_retry(reply, line, button),
                now,
                replace(cause, number=number, final=number == len(replies) - 1),
            )
        if FAILURE not in replies:  # what failed is asked again, and the question still stands
            message.conversation.expecting = expected_after(replies)
        if offered:
            line.topic = SAFETY
        message.finish(now)
        message.text = message.file = None
        wake_after_commit(session, conversation_signal(message.conversation_id))
        return line


def _cause(
    message: InboxMessage, understood: Understood | None, *, by_rule: bool
) -> transcript.Cause:
    """What the message was about; danger that a rule heard counts as understood for sure."""
    if understood is not None:
        return transcript.Cause(message, understood.intent, understood.confidence)
    return transcript.Cause(message, SAFETY, 1.0) if by_rule else transcript.Cause(message)


def _numbers(replies: list[Reply]) -> list[Reply]:
    """What is said in danger, also while a person has the conversation."""
    return [reply for reply in replies if reply.key == SAFETY]


def _by_rule(message: InboxMessage) -> list[Reply]:
    text = message.text or ""
    if message.kind in FILES:
        return answer_caption(text)
    return answer_by_rule(text) if message.kind is Kind.text else []


def _heard_language(message: InboxMessage) -> str | None:
    """The language to propose, if this message is the first in another one than was chosen."""
    if message.kind is not Kind.text:
        return None
    return guess_language(message.conversation, message.text or "")


def _warned(message: InboxMessage, replies: list[Reply]) -> list[Reply]:
    """Who typed a BSN or a password is told that it was removed."""
    return [Reply("masked"), *replies] if message.masked and replies else replies


def _first_contact(message: InboxMessage, now: datetime) -> list[Reply]:
    conversation = message.conversation
    if conversation.welcomed_at is not None or message.kind is Kind.group:
        return []
    conversation.welcomed_at = now
    return [Reply.with_languages("welcome")]


def _with_retry(reply: Reply, line: Message, button: Button | None) -> Reply:
    """A failure offers to ask the same again; the line to ask again is known only now."""
    if reply.key != "failure":
        return reply
    if line.kind is Kind.text:
        return replace(reply, offers=(try_again(line.id), *reply.offers))
    if button is not None and button.action in ("intent", "retry"):
        again = Offer(button.action, "button.retry", button.arguments)
        return replace(reply, offers=(again, *reply.offers))
    return reply
