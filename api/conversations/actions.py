"""What a button or a start link changes; buttons are stored rows, their ids say nothing."""

import re
from datetime import datetime
from enum import Enum
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.explain import ask_family, ask_group, explain
from api.answers.reply import MY_QUESTION, Part, Reply
from api.answers.words import Words
from api.cases.transfers import answer_transfer
from api.conversations import appointment_buttons, handover_buttons, linking_buttons, replies
from api.conversations.appointment_buttons import is_appointment_button, press_appointment
from api.conversations.handover_buttons import (
    ask_for_person,
    is_hand_over_button,
    press_hand_over,
)
from api.conversations.linking_buttons import is_linking_button, press_linking, show_code
from api.conversations.models import Button, Conversation
from api.conversations.permit import told_permit, told_permit_of_family
from api.conversations.questions import answer_question, ask_question_again
from api.conversations.rasa import Understood
from api.conversations.stop_buttons import is_stop_button, press_stop
from api.conversations.topic_buttons import is_topic_button, press_topic
from api.conversations.yes_no import yes_or_no
from api.handovers import asking
from api.handovers.models import HandOverState, Reason
from api.handovers.ownership import find_current, is_owned
from api.handovers.promise import earliest_answer
from api.people.linking import find_town
from api.people.models import Municipality
from translations.normalise import normalise

NEITHER_YES_NOR_NO = frozenset({"affirm", "deny", "unsure", "unknown"})
"""What the model makes of an answer to our question that the rule did not know."""
PLACES = frozenset({"verhuizen", "huisvesting"})
"""What the model makes of the name of a town."""
WORDS_OF_AN_ANSWER = 4
WORDS_WITH_A_TOWN = 4
"""Such as "I live in Weert"; a longer text is a question that also names a town."""
SILENT_TOO = (
    frozenset({"language", "transfer"})
    | appointment_buttons.SILENT_TOO
    | handover_buttons.SILENT_TOO
    | linking_buttons.SILENT_TOO
)
"""Done also while a person has the conversation. Nobody hears an answer then, so of what must be
answered nothing is done: the person reads in the transcript what was pressed."""
_NEEDS_A_PERSON = frozenset({"safety_yes"})
"""Of what is done in silence: who presses it waits for a person all the same."""


class Pressed(Enum):
    asks_rasa = "asks_rasa"


def start(
    session: Session, conversation: Conversation, argument: str, now: datetime
) -> list[Reply]:
    """`/start`, `/start <town>` or `/start <code>`."""
    if not argument.strip():
        return [Reply.with_menu("greet")] if conversation.welcomed_at else [Reply.with_menu("help")]
    if town := find_town(session, argument):
        conversation.municipality_id = town.id
        return [Reply.with_menu("town_set", town=town.name)]
    return show_code(session, conversation, argument, now)


def press(
    words: Words,
    session: Session,
    conversation: Conversation,
    button: Button | None,
    now: datetime,
) -> list[Reply] | Literal[Pressed.asks_rasa]:
    """Do what the button says, or leave it to Rasa where it asks a question."""
    if button is None or button.expires_at < now:
        return [Reply.with_menu("button_expired")]
    if button.action not in SILENT_TOO and is_owned(session, conversation.id):
        return []
    match button.action:
        case "language":
            conversation.choose_language(str(button.arguments["language"]), now)
            return [Reply.with_menu("language_chosen")]
        case "transfer":
            return _answer_transfer(words, session, conversation, button, now)
        case "town":
            thanked = _set_town(session, conversation, str(button.arguments["town"]), now)
            topic = str(button.arguments.get("topic", ""))
            if topic not in words.topics:
                return thanked
            return [thanked[0], *explain(words, session, conversation, topic, Part.helpers)]
        case action if is_hand_over_button(action):
            return press_hand_over(words, session, conversation, action, button.arguments, now)
        case action if is_linking_button(action):
            return press_linking(words, session, conversation, action, button.arguments, now)
        case action if is_appointment_button(action):
            return press_appointment(words, session, conversation, action, button.arguments, now)
        case action if is_stop_button(action):
            return press_stop(words, session, conversation, action, button.arguments, now)
        case action if is_topic_button(action):
            return press_topic(words, session, conversation, action, button.arguments, now)
        case _:
            return Pressed.asks_rasa


def waits_for_person(button: Button | None) -> bool:
    """Whether who pressed it, while a person has the conversation, waits for that person."""
    action = button.action if button else ""
    return action not in SILENT_TOO or action in _NEEDS_A_PERSON


def answer_expected(
    words: Words, session: Session, conversation: Conversation, text: str, now: datetime
) -> list[Reply]:
    """A typed answer to what was just asked; nothing where none was, or where it is not clear."""
    if conversation.expecting == replies.SAFETY_OFFER:
        return _answer_offer(session, conversation, text, now)
    if answered := answer_question(words, session, conversation, text, now):
        return answered
    match conversation.expecting:
        case replies.GROUP:
            told = told_permit(text)
        case replies.FAMILY_PERMIT:
            told = told_permit_of_family(text)
        case _:
            return []
    if told is None:
        return []
    arguments = {"topic": conversation.topic or "", "group": told}
    return press_topic(words, session, conversation, "group", arguments, now)


def _answer_offer(
    session: Session, conversation: Conversation, text: str, now: datetime
) -> list[Reply]:
    match yes_or_no(text):
        case True:
            return ask_for_person(session, conversation, Reason.safety, now)
        case False:
            return [Reply.with_person("nood.declined")]
        case _:
            return []


def ask_again(
    words: Words,
    session: Session,
    conversation: Conversation,
    understood: Understood,
    text: str,
    now: datetime,
) -> list[Reply]:
    """An unclear answer to a question of ours is asked again, never guessed.

    More words than an answer needs are a question of their own, unless somebody may be in danger.
    """
    if understood.intent not in NEITHER_YES_NOR_NO:
        return []
    if conversation.expecting == replies.SAFETY_OFFER:
        return [replies.offer_person()]
    if len(text.split()) > WORDS_OF_AN_ANSWER:
        return []
    if asked := ask_question_again(words, session, conversation, now):
        return asked
    match conversation.expecting:
        case replies.GROUP if topic := words.topics.get(conversation.topic or ""):
            return [ask_group(topic)]
        case replies.FAMILY_PERMIT if topic := words.topics.get(conversation.topic or ""):
            return [ask_family(topic.key)]
        case _:
            return []


def answer_town(
    session: Session, conversation: Conversation, text: str, now: datetime
) -> list[Reply]:
    """The town in words, where a question waits for it; the buttons are not the only way."""
    hand_over = find_current(session, conversation.id)
    words = re.findall(r"\w+", normalise(text))
    if hand_over is None or hand_over.municipality_id or len(words) > WORDS_WITH_A_TOWN:
        return []
    if hand_over.state != HandOverState.open:  # then a person reads it
        return []
    said = f" {' '.join(words)} "
    towns = session.scalars(select(Municipality))
    named = [town for town in towns if f" {normalise(town.name)} " in said]
    return _set_town(session, conversation, named[0].id, now) if len(named) == 1 else []


def _answer_transfer(
    words: Words, session: Session, conversation: Conversation, button: Button, now: datetime
) -> list[Reply]:
    """Whether the municipality may give the case to the one that the person moves to."""
    agreed = button.arguments.get("answer") == "yes"
    transfer_id = UUID(str(button.arguments["transfer"]))
    person_id = conversation.person_id
    return answer_transfer(session, words, words.rules, person_id, transfer_id, agreed, now)


def _set_town(
    session: Session, conversation: Conversation, town_id: str, now: datetime
) -> list[Reply]:
    town = session.get_one(Municipality, town_id)
    conversation.municipality_id = town.id
    hand_over = find_current(session, conversation.id)
    if hand_over is None:
        return [Reply.with_menu("town_set", town=town.name)]
    asking.set_town(session, hand_over, town, now)
    earliest = earliest_answer(session, hand_over, now)
    facts = {"town": town.name, "earliest": earliest}
    return [Reply("handover_town_set", facts=facts, offers=(MY_QUESTION,))]
