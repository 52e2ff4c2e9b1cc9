"""What the buttons around a hand-over do; none of them needs Rasa.

A person is asked for at once, whatever else is asked after it. While a person has the conversation
the bot says nothing: what is done all the same is in `SILENT_TOO`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.reply import MY_QUESTION, PERSON, Reply
from api.answers.words import Words
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import allow, find_offered, keep_back, offer, offers
from api.coaching.asking import tell_asked
from api.coaching.service import may_see
from api.conversations.handover_replies import NONE_OPEN, OTHER, SUBJECTS, hand_over_replies
from api.conversations.models import Conversation, Message
from api.conversations.reasons import reason_of
from api.handovers import asking
from api.handovers.models import HandOver, HandOverState, Helped, Reason
from api.handovers.ownership import find_current
from api.handovers.service import status
from api.people.models import Person

SILENT_TOO = frozenset({"safety_yes", "helped", "pass_on", "keep_back"})
_PASSED_ON = frozenset({AttachmentState.wanted, AttachmentState.stored})


@dataclass(frozen=True)
class _Press:
    """One of these buttons, pressed in its conversation."""

    words: Words
    session: Session
    conversation: Conversation
    arguments: Mapping[str, Any]
    now: datetime

    @property
    def current(self) -> HandOver | None:
        return find_current(self.session, self.conversation.id)

    @property
    def attachment(self) -> Attachment | None:
        """What was sent in this very chat, whatever became of it."""
        found = self.session.get(Attachment, int(self.arguments["attachment"]))
        return found if found and found.conversation_id == self.conversation.id else None


def is_hand_over_button(action: str) -> bool:
    return action in _ACTIONS


def press_hand_over(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """Do what the button says. Raises KeyError for an action that is not one of these."""
    return _ACTIONS[action](_Press(words, session, conversation, arguments or {}, now))


def ask_for_person(
    session: Session, conversation: Conversation, reason: Reason, now: datetime
) -> list[Reply]:
    hand_over = asking.ask_for_person(session, conversation, reason, now)
    return hand_over_replies(session, conversation, hand_over, now)


def take_file(
    session: Session,
    line: Message,
    file: Mapping[str, Any],
    replies: Sequence[Reply],
    now: datetime,
) -> list[Reply]:
    """The replies to a voice message, a picture or a document, now that its line is known.

    It is kept in mind where that is asked, or where a person has the conversation. Who has
    agreed before, in this question, is not asked again.
    """
    hand_over = find_current(session, line.conversation_id)
    owned = hand_over is not None and hand_over.state == HandOverState.claimed
    key = f"file.{line.kind}"
    if not owned and all(reply.key != key for reply in replies):
        return list(replies)
    attachment = offer(session, line, file, now)
    if hand_over is not None and hand_over.files_allowed_at is not None:
        allow(session, attachment, now)
        said = _PASSED
    else:
        said = _ask_to_pass_on(attachment)
    return [said if reply.key == key else reply for reply in replies]


def ask_file_again(
    session: Session, conversation: Conversation, arguments: Mapping[str, Any]
) -> list[Reply]:
    """Whether it may be passed on, once more; nothing where that was answered."""
    waits = find_offered(session, conversation.id, int(arguments["attachment"]))
    return [_ask_to_pass_on(waits)] if waits else []


def _ask_to_pass_on(attachment: Attachment) -> Reply:
    return Reply(f"file.{attachment.kind}", offers=offers(attachment))


def _person(press: _Press) -> list[Reply]:
    reason = reason_of(press.words, press.session, press.conversation, press.now)
    return ask_for_person(press.session, press.conversation, reason, press.now)


def _safety_yes(press: _Press) -> list[Reply]:
    return ask_for_person(press.session, press.conversation, Reason.safety, press.now)


def _my_question(press: _Press) -> list[Reply]:
    current = press.current
    return [status(press.session, current, press.now) if current else NONE_OPEN]


def _subject(press: _Press) -> list[Reply]:
    subject, current = str(press.arguments["subject"]), press.current
    if current is None:
        return [NONE_OPEN]
    if subject not in (*SUBJECTS, OTHER):  # a button can be older than the menu
        return [Reply.with_menu("button_expired")]
    asking.set_subject(press.session, current, subject, press.now)
    return [Reply("handover_subject_set", offers=(MY_QUESTION,))]


def _about(press: _Press) -> list[Reply]:
    """A coach says for which participant they ask; who reads in their own chat that it was."""
    coach, current = press.conversation.person, press.current
    if coach is None or current is None:
        return [NONE_OPEN]
    chosen = str(press.arguments["participant"])
    if not chosen:
        asking.set_about(press.session, current, None, press.now)
        return [Reply("coach.about.self", offers=(MY_QUESTION,))]
    about = press.session.get(Person, UUID(chosen))
    if about is None:
        return [Reply.with_menu("button_expired")]
    if not may_see(press.session, coach.id, about.id):
        return [Reply("coach.about.not_allowed", facts={"name": about.first_name})]
    if current.about_id != about.id:
        asking.set_about(press.session, current, about, press.now)
        tell_asked(press.session, press.words, coach, about.id, press.now)
    return [Reply("coach.about.set", facts={"name": about.first_name}, offers=(MY_QUESTION,))]


def _helped(press: _Press) -> list[Reply]:
    """Whether it helped; the last answer counts."""
    hand_over = press.session.get(HandOver, UUID(str(press.arguments["hand_over"])))
    mine = hand_over is not None and hand_over.conversation_id == press.conversation.id
    if hand_over is None or not mine or hand_over.state != HandOverState.closed:
        return [Reply.with_menu("button_expired")]
    helped = Helped(press.arguments["helped"])
    asking.rate(press.session, hand_over, helped, press.now)
    if helped is Helped.no:
        return [Reply.with_person("handover_rated.no")]
    return [Reply("handover_rated")]


def _pass_on(press: _Press) -> list[Reply]:
    """A yes also holds for what they send later, as long as this question is open."""
    attachment = press.attachment
    if attachment is not None and attachment.state in _PASSED_ON:
        return [_PASSED]
    waits = attachment and find_offered(press.session, press.conversation.id, attachment.id)
    if waits is None:
        return [_GONE]
    before = press.current
    hand_over = before or asking.ask_for_person(
        press.session, press.conversation, Reason.file, press.now
    )
    hand_over.files_allowed_at = hand_over.files_allowed_at or press.now
    allow(press.session, waits, press.now)
    if before is not None:
        return [_PASSED]
    told = hand_over_replies(press.session, press.conversation, hand_over, press.now)
    return [replace(_PASSED, offers=()), *told]


def _keep_back(press: _Press) -> list[Reply]:
    """A no also stops what a yes began, until it is with the municipality."""
    attachment = press.attachment
    match attachment.state if attachment else None:
        case AttachmentState.offered | AttachmentState.wanted if attachment:
            keep_back(press.session, attachment, press.now)
        case AttachmentState.stored:
            return [_PASSED]
        case AttachmentState.kept_back:
            pass
        case _:
            return [_GONE]
    return [Reply.with_person("file.kept")]


_PASSED = Reply("file.passed", offers=(MY_QUESTION,))
_GONE = Reply("file.gone", offers=(PERSON,))
_ACTIONS: dict[str, Callable[[_Press], list[Reply]]] = {
    "person": _person,
    "safety_yes": _safety_yes,
    "safety_no": lambda _: [Reply.with_person("nood.declined")],
    "my_question": _my_question,
    "subject": _subject,
    "about": _about,
    "helped": _helped,
    "pass_on": _pass_on,
    "keep_back": _keep_back,
}
