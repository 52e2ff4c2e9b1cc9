"""Lists that a person ticks off in the chat; what is ticked is kept for this chat."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.answers.models import ChecklistTick
from api.answers.reply import Offer, Reply
from api.conversations.models import Conversation
from api.db import insert_once

CHECKLISTS = Offer("checklists", "button.checklists")
FOR_EVERYBODY = ("kinderopvang",)
FOR_COACHES = ("first_week", "kinderopvang", "letters_duo", "progress_talk", "moving")


def choose_checklist() -> Reply:
    """Which checklist; for coaches only."""
    offers = tuple(
        Offer("checklist", f"choice.{name}", {"checklist": name}) for name in FOR_COACHES
    )
    return Reply("checklists.ask", offers=offers)


def show_checklist(session: Session, conversation: Conversation, name: str, items: int) -> Reply:
    """The list with what is done, and a button for each item."""
    ticked = session.scalars(
        select(ChecklistTick.item).filter_by(conversation_id=conversation.id, checklist=name)
    )
    done = frozenset(ticked)
    offers = tuple(_toggle(name, item, item not in done) for item in range(1, items + 1))
    facts = {"checklist": name, "ticked": done, "total": items}
    return Reply("checklist.heading", facts=facts, offers=offers)


def tick(
    session: Session,
    conversation: Conversation,
    name: str,
    item: int,
    done: bool,
    now: datetime,
) -> None:
    """Tick an item off, or take the tick away; the same button pressed twice changes nothing."""
    values = {"conversation_id": conversation.id, "checklist": name, "item": item}
    if done:
        insert_once(session, ChecklistTick, **values, ticked_at=now)
    else:
        session.execute(delete(ChecklistTick).filter_by(**values))


def _toggle(name: str, item: int, done: bool) -> Offer:
    arguments: dict[str, str | int] = {"checklist": name, "item": item, "done": int(done)}
    return Offer("tick", arguments=arguments, label=str(item))
