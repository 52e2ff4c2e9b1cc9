"""What is said about an own appointment, and the buttons under it."""

from api.answers.reply import PERSON, Offer, Reply
from api.appointments.choosing import can_move
from api.appointments.models import OF_THE_DUTY, Answer, Appointment
from api.conversations.models import Conversation
from api.reminders.messages import about, appointment_offer
from translations.catalogue import SOURCE

MAKE = Offer("make", "button.make")
ITEM = "next_talk.item"
"""An appointment in one line, under what is said about it."""


def to_answer(talk: Appointment) -> tuple[Offer, ...]:
    """The buttons under an appointment: "I will come" until that was said."""
    first = () if talk.answer is Answer.confirmed else ("come",)
    return (*(appointment_offer(each, talk) for each in (*first, "other_time", "cannot")), PERSON)


def changed(talk: Appointment) -> Reply:
    """The appointment as it is now, where somebody pressed a button of before."""
    return about("talk.changed", talk, ITEM, offers=to_answer(talk))


def ask_cancel(talk: Appointment) -> Reply:
    """Never cancelled at once: what belongs to the duty had better be moved."""
    offers = (appointment_offer(each, talk) for each in ("cancel", "other_time", "keep"))
    lines = ("talk.belongs",) if talk.kind in OF_THE_DUTY else ()
    return about("talk.cancel_ask", talk, *lines, offers=(*offers, PERSON))


def told_off(talk: Appointment) -> Reply:
    """It was cancelled; another one can be made at once."""
    return about("talk.cancelled", talk, offers=(MAKE, PERSON))


def has_one(made: Appointment) -> Reply:
    """There is one already, which can be moved or cancelled."""
    offers = (appointment_offer(each, made) for each in ("other_time", "cannot"))
    return about("talk.has_one", made, ITEM, offers=(*offers, PERSON))


def settled(conversation: Conversation, key: str, talk: Appointment, *lines: str) -> Reply:
    """The appointment as it is now, and what can still be done with it."""
    actions = ["calendar", "other_time", "cannot"]
    if can_move(talk) and not (talk.by_phone and talk.place is None):
        actions.append("visit" if talk.by_phone else "by_phone")
    if conversation.speaks != SOURCE:
        actions.append("no_interpreter" if talk.interpreter else "interpreter")
    offers = (appointment_offer(each, talk) for each in actions)
    return about(key, talk, *lines, offers=(*offers, PERSON))
