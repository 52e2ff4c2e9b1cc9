"""Who helps this very person: the regisseur of the case, and the coach of the household."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Offer, Reply, Told
from api.cases.access import find_own_case
from api.coaching.service import coaches_of
from api.conversations.models import Conversation
from api.people.models import Role

UNLINK = Offer("unlink", "button.unlink")


def share_offer(coaching_id: UUID, *, sees: bool) -> Offer:
    """A button that lets a coach see the talks, or stops it."""
    label = "button.share_stop" if sees else "button.share"
    return Offer("share", label, {"coaching": str(coaching_id), "given": int(not sees)})


def is_participant(conversation: Conversation) -> bool:
    """Whether this chat is linked to somebody who is integrating."""
    person = conversation.person
    return person is not None and person.has_role(Role.participant)


def my_regisseur(session: Session, conversation: Conversation) -> list[Reply]:
    """Names and where to find them, with the buttons that decide what a coach may see."""
    case = find_own_case(session, conversation.person_id)
    told: list[Told] = []
    offers: list[Offer] = []
    for coaching, consent in coaches_of(session, conversation.person_id):
        name, sees = coaching.coach.first_name, consent is not None and consent.given
        told.append(Told("my_coach", {"name": name}))
        told.append(Told("my_coach.sees" if sees else "my_coach.blind", {"name": name}))
        offers.append(share_offer(coaching.id, sees=sees))
    buttons = (*offers, UNLINK, PERSON)
    if case is None or case.regisseur is None:
        return [Reply("my_regisseur.none", told=tuple(told), offers=buttons)]
    name = case.regisseur.name
    return [Reply("my_regisseur", facts={"name": name}, told=tuple(told), offers=buttons)]
