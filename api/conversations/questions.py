"""A typed yes or no to the question that the last line asked.

It counts only for that very line: a yes to something else must never link a chat, let a coach
look, or cancel a talk.

Two things know what was asked. `Conversation.expecting` is of what our own answer asked, such as
the permit or the offer of a person, and is overwritten with the next answer. What can be asked at
any moment, by a worker that answers nobody (a reminder asks whether somebody will come), stands in
the button for yes under the line itself: with the appointment and the moment that it is about, so
nothing has to be remembered beside it and nothing can be taken for another talk. The offer of a
person after words of danger goes before both.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.conversations.appointment_buttons import (
    ask_talk_again,
    is_appointment_button,
    press_appointment,
)
from api.conversations.handover_buttons import (
    ask_file_again,
    is_hand_over_button,
    press_hand_over,
)
from api.conversations.linking_buttons import ask_linking_again, press_linking
from api.conversations.models import Button, Conversation
from api.conversations.transcript import find_last_read
from api.conversations.yes_no import will_cancel, will_come, yes_or_no
from api.handovers.ownership import is_owned

QUESTIONS = {
    "link_yes": "link_no",
    "unlink_yes": "unlink_no",
    "consent_yes": "consent_no",
    "come": "cannot",
    "cancel": "keep",
    "pass_on": "keep_back",
}
"""What can be answered with a yes, and the button for no beside it."""
_READ: Mapping[str, Callable[[str], bool | None]] = {"come": will_come, "cancel": will_cancel}
"""Where the whole text has to say it: "yes, but I am ill" is no yes to a talk."""


def answer_question(
    words: Words, session: Session, conversation: Conversation, text: str, now: datetime
) -> list[Reply]:
    """A typed yes or no to the question in the last line; nothing where there is none."""
    if yes_or_no(text) is None and will_come(text) is None:
        return []  # most texts: then nothing is looked up
    asked = _asked(session, conversation, now)
    if asked is None:
        return []
    if asked.action != "pass_on" and is_owned(session, conversation.id):
        return []  # that one a person may have asked
    said = _READ.get(asked.action, yes_or_no)(text)
    if said is None:
        return []
    action = asked.action if said else QUESTIONS[asked.action]
    if is_appointment_button(action):
        press = press_appointment
    else:
        press = press_hand_over if is_hand_over_button(action) else press_linking
    return press(words, session, conversation, action, asked.arguments, now)


def ask_question_again(
    words: Words, session: Session, conversation: Conversation, now: datetime
) -> list[Reply]:
    """The question of the last line once more, while it still makes sense."""
    asked = _asked(session, conversation, now)
    if asked is None:
        return []
    if is_appointment_button(asked.action):
        arguments = asked.arguments
        return ask_talk_again(words, session, conversation, asked.action, arguments, now)
    if is_hand_over_button(asked.action):
        return ask_file_again(session, conversation, asked.arguments)
    return ask_linking_again(session, conversation, asked.action, asked.arguments)


def _asked(session: Session, conversation: Conversation, now: datetime) -> Button | None:
    """The button for yes under the last line that was said to this person."""
    last = find_last_read(session, conversation.id)
    ids = [each["id"] for each in last.line.buttons] if last else []
    offered = session.scalars(
        select(Button).where(
            Button.id.in_(ids), Button.action.in_(QUESTIONS), Button.expires_at >= now
        )
    )
    return offered.first()
