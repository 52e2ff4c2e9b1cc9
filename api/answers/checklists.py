"""Lists to tick off in the chat; a coach keeps one for each household, others for their chat."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.answers.models import ChecklistTick
from api.answers.reply import Offer, Reply
from api.cases.models import Household
from api.coaching.service import households_of
from api.conversations.models import Conversation
from api.db import insert_once

CHECKLISTS = Offer("checklists", "button.checklists")
FOR_EVERYBODY = ("kinderopvang",)
FOR_COACHES = ("first_week", "kinderopvang", "letters_duo", "progress_talk", "moving")


def coached_households(session: Session, conversation: Conversation) -> dict[str, Household]:
    """For whom a coach keeps lists: the households in which somebody agreed, by their id."""
    if conversation.person_id is None or not conversation.is_with_coach:
        return {}
    return {str(each.id): each for each in households_of(session, conversation.person_id)}


def choose_household(households: dict[str, Household], checklist: str = "") -> Reply:
    """For which household the list, or any list, is kept."""
    action, name = ("checklist", {"checklist": checklist}) if checklist else ("checklists", {})
    offers = tuple(
        Offer(action, arguments={**name, "household": id}, label=household.name[:40])
        for id, household in households.items()
    )
    return Reply("checklists.ask_household", offers=offers)


def choose_checklist(household: Household | None = None) -> Reply:
    """Which checklist; for coaches only."""
    offers = tuple(
        Offer("checklist", f"choice.{name}", {"checklist": name, **_of(household)})
        for name in FOR_COACHES
    )
    return Reply("checklists.ask", offers=offers)


def show_checklist(
    session: Session,
    conversation: Conversation,
    name: str,
    items: int,
    household: Household | None = None,
) -> Reply:
    """The list with what is done, and a button for each item."""
    owner = _owner(conversation, household)
    query = select(ChecklistTick.item).filter_by(**owner, checklist=name)
    done = frozenset(session.scalars(query))
    offers = tuple(_toggle(name, item, item not in done, household) for item in range(1, items + 1))
    facts: dict[str, object] = {"checklist": name, "ticked": done, "total": items}
    if household is not None:
        facts["household"] = household.name
    return Reply("checklist.heading", facts=facts, offers=offers)


def tick(
    session: Session,
    conversation: Conversation,
    name: str,
    item: int,
    done: bool,
    now: datetime,
    household: Household | None = None,
) -> None:
    """Tick an item off, or take the tick away; the same button pressed twice changes nothing."""
    values = {**_owner(conversation, household), "checklist": name, "item": item}
    if done:
        insert_once(session, ChecklistTick, **values, ticked_at=now)
    else:
        session.execute(delete(ChecklistTick).filter_by(**values))


def count_ticks(
    session: Session, conversation_id: UUID, household_id: UUID | None
) -> dict[str, int]:
    """How many items are ticked off of each list that was begun: of the household, else here."""
    here = ChecklistTick.conversation_id == conversation_id
    of_both = here | (ChecklistTick.household_id == household_id) if household_id else here
    query = select(ChecklistTick.checklist, func.count(ChecklistTick.item.distinct()))
    rows = session.execute(query.where(of_both).group_by(ChecklistTick.checklist))
    return {checklist: int(ticked) for checklist, ticked in rows}


def _owner(conversation: Conversation, household: Household | None) -> dict[str, UUID]:
    if household is not None:
        return {"household_id": household.id}
    return {"conversation_id": conversation.id}


def _toggle(name: str, item: int, done: bool, household: Household | None) -> Offer:
    arguments: dict[str, str | int] = {"checklist": name, "item": item, "done": int(done)}
    return Offer("tick", arguments={**arguments, **_of(household)}, label=str(item))


def _of(household: Household | None) -> dict[str, str]:
    return {"household": str(household.id)} if household is not None else {}
