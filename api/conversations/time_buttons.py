"""Buttons that make or move an appointment: which times are free, and taking one of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from api.answers.reply import PERSON, Named, Offer, Reply
from api.appointments.booking import book, move
from api.appointments.choosing import (
    can_move,
    earliest_to_make,
    earliest_to_move,
    find_made,
    find_slot,
    kind_to_make,
    offer_times,
)
from api.appointments.diary import Taken
from api.appointments.models import Appointment, AppointmentKind
from api.conversations.appointment_replies import has_one, settled
from api.conversations.talk_press import TalkPress, gone, when_coming


def make(press: TalkPress) -> list[Reply]:
    """Times for a progress talk that belongs soon, else for the spreekuur; one is enough."""
    if press.case is None:
        return [Reply.with_person("case.none")]
    kind = kind_to_make(press.session, press.words.rules, press.case, press.now)
    if made := find_made(press.session, press.case.id, kind, press.now):
        return [has_one(made)]
    return [_choose(press, kind, None)]


def other_time(press: TalkPress, talk: Appointment) -> list[Reply]:
    """Times to move this appointment to; until one is chosen it stays."""
    return [_choose(press, talk.kind, talk)]


def later_times(press: TalkPress) -> list[Reply]:
    """The next page of times."""
    return _for_slot(press, lambda kind, talk: [_choose(press, kind, talk)])


def take_time(press: TalkPress) -> list[Reply]:
    """A time was chosen: the appointment is made, or moved to it. Twice, it tells the same."""
    talk, at = press.talk, press.moment("slot")
    if at is None:
        return gone(press)
    if talk is not None and press.is_coming and talk.starts_at == at:
        return [settled(press.conversation, "talk.moved", talk)]
    return _for_slot(press, lambda kind, talk: _take(press, kind, talk, at))


def _for_slot(
    press: TalkPress, act: Callable[[AppointmentKind, Appointment | None], list[Reply]]
) -> list[Reply]:
    """For times that were offered to move an appointment, or to make one of a kind."""
    if "appointment" in press.arguments:
        return when_coming(lambda _, talk: act(talk.kind, talk))(press)
    if press.case is None:
        return gone(press)
    kind = AppointmentKind(press.arguments["kind"])
    made = find_made(press.session, press.case.id, kind, press.now)
    if made is None:
        return act(kind, None)
    is_it = made.starts_at == press.moment("slot")
    return [settled(press.conversation, "talk.booked", made) if is_it else has_one(made)]


def _take(
    press: TalkPress, kind: AppointmentKind, talk: Appointment | None, at: datetime
) -> list[Reply]:
    session, rules, case = press.session, press.words.rules, press.case
    assert case is not None
    try:
        slot = find_slot(session, case, at, press.now)
        if talk is None:
            made = book(session, rules, case, kind, slot, press.now)
            return [settled(press.conversation, "talk.booked", made)]
        move(session, rules, talk, slot, press.now)
    except Taken:
        first = replace(press, arguments={**press.arguments, "after": ""})
        return [Reply("talk.taken"), _choose(first, kind, talk)]
    return [settled(press.conversation, "talk.moved", talk)]


def _choose(press: TalkPress, kind: AppointmentKind, talk: Appointment | None) -> Reply:
    """Some free times as buttons; where there is none, a person looks for one."""
    case, session, rules = press.case, press.session, press.words.rules
    none = Reply.with_person("talk.choose_none")
    if case is None or (talk is not None and not can_move(talk)):
        return none
    if talk is None:
        what: dict[str, str] = {"kind": kind}
        earliest = earliest_to_make(session, rules, case, kind, press.now)
    else:
        what = {"appointment": str(talk.id), "starts_at": talk.starts_at.isoformat()}
        earliest = earliest_to_move(talk, press.now)
    offered = offer_times(session, case, earliest, press.moment("after"))
    if not offered.slots:
        return none
    moments = [slot.starts_at for slot in offered.slots]
    offers = [Offer("slot", None, {**what, "slot": at.isoformat()}, label=at) for at in moments]
    if offered.has_later:
        after = {**what, "after": moments[-1].isoformat()}
        offers.append(Offer("later", "button.later_times", after))
    facts = {"kind": Named(f"appointment.{kind}")}
    return Reply("talk.choose", facts=facts, offers=(*offers, PERSON))
