"""How somebody says that reminders shall pause, stop, or leave them in peace at some hours.

Never why: a quiet Friday noon is a quiet Friday noon.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Named, Offer, Reply, Told, Weekday
from api.answers.words import Words
from api.cases.models import Participant
from api.cases.spans import plus
from api.clock import local
from api.conversations.models import Conversation
from api.handovers.ownership import is_owned
from api.reminders import wishes
from api.reminders.models import QuietTime

EVERY_DAY = 0
WEEK = range(1, 8)
PARTS = {
    "morning": ("06:00", "12:00", "part.morning"),
    "afternoon": ("12:00", "18:00", "part.afternoon"),
    "evening": ("18:00", "24:00", "part.evening"),
    "all_day": ("00:00", "24:00", "quiet.all_day"),
}
"""Begin, end and name of the hours that can be chosen."""
_NAMES = {(begins, ends): key for begins, ends, key in PARTS.values()}
QUIET, CLEAR = Offer("quiet", "button.quiet"), Offer("quiet_clear", "button.quiet_clear")
START_AGAIN = Offer("start_again", "button.start_again")
STOP = Offer("stop_all", "button.stop_all")


@dataclass(frozen=True)
class _Press:
    """One of these buttons, pressed in the chat of a participant."""

    words: Words
    session: Session
    participant: Participant
    arguments: Mapping[str, Any]
    now: datetime

    @property
    def today(self) -> date:
        return local(self.now).date()

    @property
    def day(self) -> int:
        return int(self.arguments["day"])


def stop_menu(session: Session, participant: Participant, now: datetime) -> Reply:
    """What can be chosen, by whether reminders come at present."""
    has_quiet = bool(wishes.quiet_times(session, participant.person_id))
    quiet = (QUIET, CLEAR) if has_quiet else (QUIET,)
    if wishes.is_silent(participant, local(now).date()):
        stop = () if participant.stopped_at else (STOP,)
        return Reply("stop.menu_stopped", offers=(START_AGAIN, *stop, *quiet, PERSON))
    pauses = (Offer("pause_week", "button.pause_week"), Offer("pause_month", "button.pause_month"))
    return Reply("stop.menu", offers=(*pauses, STOP, *quiet, PERSON))


def find_participant(session: Session, conversation: Conversation) -> Participant | None:
    """Who is linked to this chat, if they are integrating."""
    person_id = conversation.person_id
    return session.get(Participant, person_id) if person_id is not None else None


def is_stop_button(action: str) -> bool:
    return action in _ACTIONS


def press_stop(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """Do what the button says. Raises KeyError for an action that is not one of these.

    While a person has the conversation nobody would hear an answer, so nothing changes.
    """
    act = _ACTIONS[action]
    participant = find_participant(session, conversation)
    if participant is None:
        return [Reply.with_menu("stop_berichten")]
    if is_owned(session, conversation.id):
        return []
    return [act(_Press(words, session, participant, arguments, now))]


def _pause(press: _Press, until: date) -> Reply:
    wishes.pause(press.session, press.words.rules, press.participant.person_id, until, press.now)
    return Reply("stop.paused", facts={"date": until}, offers=(START_AGAIN, PERSON))


def _stop(press: _Press) -> Reply:
    wishes.stop(press.session, press.words.rules, press.participant.person_id, press.now)
    return Reply("stop.stopped", offers=(START_AGAIN, PERSON))


def _start_again(press: _Press) -> Reply:
    wishes.start_again(press.session, press.words.rules, press.participant.person_id, press.now)
    return Reply.with_menu("stop.started")


def _quiet(_: _Press) -> Reply:
    """On which day."""
    every = Offer("quiet_day", "quiet.every_day", {"day": EVERY_DAY})
    days = (Offer("quiet_day", None, {"day": day}, label=Weekday(day)) for day in WEEK)
    return Reply("quiet.day", offers=(every, *days, PERSON))


def _quiet_day(press: _Press) -> Reply:
    """At which hours of it."""
    offers = (
        Offer("quiet_hours", key, {"day": press.day, "part": part})
        for part, (_, _, key) in PARTS.items()
    )
    return Reply("quiet.hours", facts={"day": _day(press.day)}, offers=(*offers, PERSON))


def _quiet_hours(press: _Press) -> Reply:
    begins, ends, _ = PARTS[str(press.arguments["part"])]
    days = WEEK if press.day == EVERY_DAY else (press.day,)
    person_id, rules = press.participant.person_id, press.words.rules
    wishes.add_quiet_time(press.session, rules, person_id, days, begins, ends, press.now)
    told = _told(wishes.quiet_times(press.session, person_id))
    return Reply("quiet.set", told=told, offers=(QUIET, CLEAR, PERSON))


def _told(times: Sequence[QuietTime]) -> tuple[Told, ...]:
    """One line for each; hours that are quiet on every day are one."""
    days: dict[tuple[str, str], list[int]] = {}
    for each in times:
        days.setdefault((each.begins, each.ends), []).append(each.weekday)
    chosen = [
        (day, hours)
        for hours, on in days.items()
        for day in ((EVERY_DAY,) if len(on) == len(WEEK) else on)
    ]
    return tuple(
        Told("quiet.item", {"day": _day(day), "part": _part(hours)})
        for day, hours in sorted(chosen)
    )


def _day(day: int) -> Named | Weekday:
    return Named("quiet.every_day") if day == EVERY_DAY else Weekday(day)


def _part(hours: tuple[str, str]) -> Named | str:
    return Named(_NAMES[hours]) if hours in _NAMES else "-".join(hours)


def _clear(press: _Press) -> Reply:
    person_id = press.participant.person_id
    wishes.clear_quiet_times(press.session, press.words.rules, person_id, press.now)
    return Reply("quiet.cleared", offers=(QUIET, PERSON))


_ACTIONS: dict[str, Callable[[_Press], Reply]] = {
    "pause_week": lambda press: _pause(press, plus(press.today, weeks=1)),
    "pause_month": lambda press: _pause(press, plus(press.today, months=1)),
    "stop_all": _stop,
    "start_again": _start_again,
    "quiet": _quiet,
    "quiet_day": _quiet_day,
    "quiet_hours": _quiet_hours,
    "quiet_clear": _clear,
}
