"""What a participant does with an own appointment in the chat; none of it needs Rasa.

Each button names the appointment and the moment it stood for. Before anything is done, the
appointment is looked up in the case of whoever is linked now: what changed since is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.answers.own_case import talk_due
from api.answers.reply import PERSON, Reply
from api.answers.words import Words
from api.appointments.booking import cancel, confirm, set_by_phone, set_interpreter
from api.appointments.models import Answer, Appointment, AppointmentState
from api.appointments.service import list_next
from api.clock import local
from api.conversations.appointment_replies import (
    ITEM,
    MAKE,
    ask_cancel,
    changed,
    settled,
    to_answer,
    told_off,
)
from api.conversations.models import Conversation
from api.conversations.talk_press import TalkPress, when_coming
from api.conversations.time_buttons import later_times, make, other_time, take_time
from api.handovers.ownership import is_owned
from api.reminders.messages import about, appointment_offer

AGAIN = "again"
"""In a button: it was asked once more already."""
MOST_TO_CHOOSE = 6
SILENT_TOO = frozenset({"come"})
"""Done also while a person has the conversation and the bot is silent: it changes no time."""


def is_appointment_button(action: str) -> bool:
    return action in _ACTIONS


def press_appointment(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """Do what the button says. Raises KeyError for an action that is not one of these.

    While a person has the conversation nobody hears an answer, so nothing is booked or cancelled:
    they read the button in the transcript.
    """
    act = _ACTIONS[action]
    if is_owned(session, conversation.id) and action not in SILENT_TOO:
        return []
    return act(TalkPress(words, session, conversation, arguments, now))


def make_talk(
    words: Words, session: Session, conversation: Conversation, now: datetime
) -> list[Reply]:
    """Somebody who has a case asks for an appointment."""
    return make(TalkPress(words, session, conversation, {}, now))


def change_talk(
    words: Words, session: Session, conversation: Conversation, action: str, now: datetime
) -> list[Reply]:
    """Somebody who has a case wants to move ("other_time") or cancel ("cannot") an appointment."""
    press = TalkPress(words, session, conversation, {}, now)
    if press.case is None:
        return [Reply.with_person("case.none")]
    coming = list_next(session, press.case.participant_id, now, MOST_TO_CHOOSE)
    if not coming:
        due = talk_due(words, session, conversation, local(now).date())
        return [Reply("next_talk_none", told=due, offers=(MAKE, PERSON))]
    if len(coming) == 1:
        offer = appointment_offer(action, coming[0])
        return press_appointment(words, session, conversation, action, offer.arguments, now)
    offers = (
        replace(appointment_offer(action, each), label=each.starts_at, label_key=None)
        for each in coming
    )
    return [Reply("talk.which", offers=(*offers, PERSON))]


def ask_talk_again(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """The question about an appointment once more; nothing where that was done or is too late."""
    press = TalkPress(words, session, conversation, arguments, now)
    if AGAIN in arguments or press.talk is None or not (press.is_coming and press.is_as_offered):
        return []
    if action == "cancel":
        asked = ask_cancel(press.talk)
    else:
        asked = about("remind.come", press.talk, ITEM, offers=to_answer(press.talk))
    offers = (
        replace(offer, arguments={**offer.arguments, AGAIN: 1}) if offer.action == action else offer
        for offer in asked.offers
    )
    return [replace(asked, offers=tuple(offers))]


def _come(press: TalkPress, talk: Appointment) -> list[Reply]:
    confirm(press.session, talk, press.now)
    return [settled(press.conversation, "talk.confirmed", talk, ITEM)]


def _cannot(_: TalkPress, talk: Appointment) -> list[Reply]:
    return [ask_cancel(talk)]


def _cancel(press: TalkPress) -> list[Reply]:
    """Pressed twice, the second time it tells the same."""
    talk = press.talk
    is_off = talk is not None and talk.state is AppointmentState.cancelled
    if talk is None or not (is_off and talk.answer is Answer.declined and press.is_as_offered):
        return when_coming(_cancel_now)(press)
    return [told_off(talk)]


def _cancel_now(press: TalkPress, talk: Appointment) -> list[Reply]:
    cancel(press.session, press.words.rules, talk, press.now)
    return [told_off(talk)]


def _keep(press: TalkPress, talk: Appointment) -> list[Reply]:
    return [about("talk.kept", talk, ITEM, offers=to_answer(talk))]


def _by_phone(press: TalkPress, talk: Appointment) -> list[Reply]:
    if not talk.by_phone:
        set_by_phone(press.session, talk, True, press.now)
    return [settled(press.conversation, "talk.phone", talk, ITEM)]


def _visit(press: TalkPress, talk: Appointment) -> list[Reply]:
    if talk.place is None:  # the town planned it by telephone, and named no place
        return [changed(talk)]
    if talk.by_phone:
        set_by_phone(press.session, talk, False, press.now)
    return [settled(press.conversation, "talk.visit", talk, ITEM)]


def _interpreter(press: TalkPress, talk: Appointment, wanted: bool) -> list[Reply]:
    if talk.interpreter is not wanted:
        set_interpreter(press.session, talk, wanted, press.now)
    key = "talk.interpreter" if wanted else "talk.no_interpreter"
    return [settled(press.conversation, key, talk)]


def _calendar(_: TalkPress, talk: Appointment) -> list[Reply]:
    return [Reply("talk.calendar", media=f"calendar/{talk.id}.ics", offers=(PERSON,))]


_ACTIONS: dict[str, Callable[[TalkPress], list[Reply]]] = {
    "come": when_coming(_come),
    "cannot": when_coming(_cannot),
    "cancel": _cancel,
    "keep": when_coming(_keep),
    "other_time": when_coming(other_time),
    "make": make,
    "slot": take_time,
    "later": later_times,
    "by_phone": when_coming(_by_phone),
    "visit": when_coming(_visit),
    "interpreter": when_coming(lambda press, talk: _interpreter(press, talk, True)),
    "no_interpreter": when_coming(lambda press, talk: _interpreter(press, talk, False)),
    "calendar": when_coming(_calendar),
}
