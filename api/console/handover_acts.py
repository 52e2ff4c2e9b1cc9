"""Beside a conversation: taking it over, giving it to a colleague, a note for the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.words import Words
from api.console.views import console_text
from api.handovers.models import HandOver, HandOverState
from api.handovers.owner import is_away, list_colleagues
from api.handovers.service import MAX_NOTE_CHARACTERS
from api.people.models import Person


@dataclass(frozen=True)
class Colleague:
    id: UUID
    name: str
    """With a remark where they are away today."""


@dataclass(frozen=True)
class Acts:
    """What one who may see a hand-over can do besides answering."""

    can_take_over: bool
    colleagues: Sequence[Colleague]
    """To whom it can be given; empty where there is nobody, or it is closed."""
    most: int
    """Characters of a note."""


def acts_context(
    session: Session, words: Words, hand_over: HandOver, me: Person, now: datetime
) -> dict[str, Any]:
    """What `_hand_over_acts.html` needs, besides `hand_over`, `csrf` and `attempt`."""
    claimed = hand_over.state == HandOverState.claimed
    acts = Acts(
        can_take_over=claimed and hand_over.claimed_by_id != me.id,
        colleagues=_colleagues(session, words, hand_over, me, now),
        most=MAX_NOTE_CHARACTERS,
    )
    return {"acts": acts}


def _colleagues(
    session: Session, words: Words, hand_over: HandOver, me: Person, now: datetime
) -> list[Colleague]:
    """Everybody but who has it already; I am among them while nobody has it."""
    if hand_over.state == HandOverState.closed:
        return []
    has_it = hand_over.responsible
    found = [each for each in list_colleagues(session, hand_over) if each != has_it]
    return [Colleague(each.id, _name(session, words, each, me, now)) for each in found]


def _name(session: Session, words: Words, person: Person, me: Person, now: datetime) -> str:
    if person.id == me.id:
        return console_text(words, "act.me", name=person.name)
    away = is_away(session, person, now)
    return console_text(words, "act.away", name=person.name) if away else person.name
