"""What a button or a start link changes; buttons are stored rows, their ids say nothing."""

from datetime import datetime
from enum import Enum
from typing import Literal

from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.conversations.models import Button, Conversation
from api.conversations.rasa import Understood
from api.conversations.replies import SAFETY_OFFER, hand_over_replies
from api.handovers import service as handovers
from api.handovers.models import Reason
from api.people.linking import LinkRefused, find_town, use_code
from api.people.models import Municipality


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
    outcome = use_code(session, conversation, argument, now)
    if isinstance(outcome, LinkRefused):
        return [Reply.with_person(outcome.value)]
    return [Reply.with_menu("linked", first_name=outcome.first_name)]


def press(
    session: Session, conversation: Conversation, button: Button | None, now: datetime
) -> list[Reply] | Literal[Pressed.asks_rasa]:
    """Do what the button says, or leave it to Rasa where it asks a question."""
    if button is None or button.expires_at < now:
        return [Reply.with_menu("button_expired")]
    match button.action:
        case "language":
            conversation.choose_language(str(button.arguments["language"]), now)
            return [Reply.with_menu("language_chosen")]
        case "person":
            return _ask_for_person(session, conversation, Reason.asked, now)
        case "safety_yes":
            return _ask_for_person(session, conversation, Reason.safety, now)
        case "safety_no":
            return [Reply.with_person("nood.declined")]
        case "town":
            return _set_town(session, conversation, str(button.arguments["town"]), now)
        case _:
            return Pressed.asks_rasa


def answer_expected(
    session: Session, conversation: Conversation, understood: Understood, now: datetime
) -> list[Reply]:
    """A typed yes or no to the offer of a person; nothing where none was expected."""
    if conversation.expecting != SAFETY_OFFER:
        return []
    match understood.intent:
        case "affirm":
            return _ask_for_person(session, conversation, Reason.safety, now)
        case "deny":
            return [Reply.with_person("nood.declined")]
        case _:
            return []


def _ask_for_person(
    session: Session, conversation: Conversation, reason: Reason, now: datetime
) -> list[Reply]:
    hand_over = handovers.ask_for_person(session, conversation, reason, now)
    return hand_over_replies(session, conversation, hand_over, now)


def _set_town(
    session: Session, conversation: Conversation, town_id: str, now: datetime
) -> list[Reply]:
    town = session.get_one(Municipality, town_id)
    conversation.municipality_id = town.id
    hand_over = handovers.find_current(session, conversation.id)
    if hand_over is None:
        return [Reply.with_menu("town_set", town=town.name)]
    handovers.set_town(session, hand_over, town)
    earliest = handovers.earliest_answer(session, hand_over, now)
    return [Reply("handover_town_set", facts={"town": town.name, "earliest": earliest})]
