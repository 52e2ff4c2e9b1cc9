"""Asking for a person in a chat, and what a regisseur does with it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from api.attachments.models import Attachment, AttachmentState
from api.conversations.models import Kind
from api.conversations.path import MAX_TRIES
from api.conversations.routes import HandOverCreate, create_hand_over
from api.handovers import service
from api.handovers.models import EventKind, HandOver, HandOverEvent
from api.people.models import Person
from tests.conversations.chat import Chat, claim_one
from tests.conversations.own_talks import add_case, add_regisseur, add_talk
from tests.factories import regisseur, understood

A_FILE = {"reference": "file-1", "size": 20_000}
FILE_KINDS = (Kind.voice, Kind.photo, Kind.document)
DANGER = "mijn man slaat mij"


def the_hand_over(chat: Chat) -> HandOver:
    return chat.hand_overs()[-1]


def ask_for_person(chat: Chat) -> list[str]:
    """The button that stands everywhere."""
    return chat.press("person")


def type_for_person(chat: Chat) -> list[str]:
    """In words: the model asks its action, and the action asks the api."""
    with chat.path.database.writing() as session:
        made = create_hand_over(
            chat.conversation.session_id, HandOverCreate(), session, chat.words, chat.clock()
        )
    id = str(made.hand_over)
    chat.rasa.otherwise = understood("handover", "mens_spreken", hand_over=id)
    return chat.send("ik wil een mens spreken")


WAYS = (ask_for_person, type_for_person)


def claim(chat: Chat) -> UUID:
    """A regisseur takes the question that waits."""
    with chat.path.database.writing() as session:
        sanne = regisseur(session, chat.clock())
        current = session.get_one(HandOver, the_hand_over(chat).id)
        service.claim_handover(session, chat.words, current.id, sanne, chat.clock())
        return sanne.id


def answer(chat: Chat, me: UUID) -> None:
    with chat.path.database.writing() as session:
        sanne = session.get_one(Person, me)
        service.reply(session, the_hand_over(chat).id, sanne, "Ik help u.", chat.clock())


def hand_back(chat: Chat, me: UUID) -> list[str]:
    known = len(chat.lines())
    with chat.path.database.writing() as session:
        sanne = session.get_one(Person, me)
        service.hand_back(session, chat.words, the_hand_over(chat).id, sanne, chat.clock())
    chat.last = chat.lines()[known:]
    return [chat.key(line) for line in chat.last]


def events(chat: Chat) -> list[tuple[EventKind, str]]:
    with chat.path.database.reading() as session:
        query = select(HandOverEvent).filter_by(hand_over_id=the_hand_over(chat).id)
        return [(each.kind, each.text) for each in session.scalars(query.order_by("id"))]


def link_with_talk(chat: Chat) -> None:
    """From now on this is the chat of Amina, who has a talk."""
    chat.name = "linked"
    with chat.path.database.writing() as session:
        add_case(session, chat.clock(), "Amina", add_regisseur(session, chat.clock()), chat.name)
    add_talk(chat)


def fail_to_the_end(chat: Chat) -> None:
    """What waits cannot be answered, however often it is tried."""
    for _ in range(MAX_TRIES):
        claimed = claim_one(chat.path)
        assert claimed is not None
        chat.path.give_up_or_retry(claimed, "Fault")
        chat.clock.move(timedelta(minutes=5))


def send_file(chat: Chat, kind: Kind = Kind.voice, text: str | None = None) -> list[str]:
    return chat.send(text, kind=kind, file=A_FILE)


def attachments(chat: Chat) -> list[Attachment]:
    with chat.path.database.reading() as session:
        query = select(Attachment).filter_by(conversation_id=chat.id)
        return list(session.scalars(query.order_by(Attachment.id)))


def states(chat: Chat) -> list[AttachmentState]:
    return [each.state for each in attachments(chat)]
