"""One conversation with a regisseur in it, for tests of what they can say there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.conversations.models import Author, Kind, Message
from api.handovers import asking, service
from api.handovers.models import HandOver, Reason
from api.handovers.ownership import find_current
from tests.factories import FixedClock, conversation, regisseur, town


@dataclass
class TalkDesk:
    """In a session that the test sees through."""

    session: Session
    words: Words
    clock: FixedClock
    language: str = "ar"

    def __post_init__(self) -> None:
        town(self.session)
        self.sanne = regisseur(self.session, self.clock())
        self.conversation = conversation(self.session, self.clock(), language=self.language)
        self.conversation.municipality_id = "weert"

    def ask(self) -> HandOver:
        return asking.ask_for_person(self.session, self.conversation, Reason.asked, self.clock())

    def claimed(self) -> HandOver:
        """The question, taken by Sanne."""
        current = find_current(self.session, self.conversation.id) or self.ask()
        return service.claim_handover(
            self.session, self.words, current.id, self.sanne, self.clock()
        )

    def lines(self) -> list[Message]:
        query = select(Message).filter_by(conversation_id=self.conversation.id)
        return list(self.session.scalars(query.order_by(Message.id)))

    def heard(self, text: str, topic: str | None = None) -> Message:
        """The participant said this."""
        line = Message(
            conversation_id=self.conversation.id,
            author=Author.participant,
            kind=Kind.text,
            text=text,
            language=self.conversation.speaks,
            topic=topic,
            at=self.clock(),
        )
        self.session.add(line)
        self.session.flush()
        return line
