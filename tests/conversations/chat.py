"""One participant in one chat: says something, and reads which texts come back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from api.answers.words import Words
from api.conversations.inbox import claim_next
from api.conversations.models import Author, Button, Conversation, InboxMessage, Kind, Message
from api.conversations.path import Claimed, MessagePath
from api.conversations.rasa import RasaFailed, Understood
from api.handovers.models import HandOver
from tests.factories import FixedClock, ScriptedRasa, receive
from translations.catalogue import OTHER_LANGUAGES, Catalogues

_NO_ANSWERS = (
    "label.",
    "button.",
    "web.",
    "part.",
    "appointment.",
    "next_talk.",
    "where.",
    "bring.",
    "language.own",
)
_LINES = (
    "moment",
    "source_line",
    "person_says",
    "draft_mark",
    "unclear_mark",
    "slot",
    "clock_note",
)


def claim_one(path: MessagePath, limit: int = 1) -> Claimed | None:
    """What a worker does before it answers."""
    with path.database.writing() as session:
        claimed = claim_next(session, path.clock(), limit)
        return Claimed(claimed[0].id, claimed[0].lease or "") if claimed else None


def answer_waiting(path: MessagePath) -> int:
    """Answer all that waits, one message after another; returns how many there were."""
    answered = 0
    while claimed := claim_one(path):
        path.answer_message(claimed)
        answered += 1
    return answered


@dataclass
class Chat:
    """`rasa` answers what the test told it to."""

    path: MessagePath
    rasa: ScriptedRasa
    clock: FixedClock
    name: str = "chat-1"
    last: list[Message] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return self.path.words

    def send(self, text: str | None = "hallo", **changes: Any) -> list[str]:
        """Say something; returns the keys of the answers, which stand in `last`."""
        with self.path.database.writing() as session:
            receive(session, self.clock(), text, **{"chat": self.name, **changes})
        return self.read()

    def press(self, button_id: str) -> list[str]:
        return self.send(None, kind=Kind.button, button_id=button_id)

    def choose(self, action: str, **arguments: object) -> list[str]:
        """Press a button that stands under the last answers."""
        return self.press(self.offered(action, **arguments)[0].id)

    def read(self) -> list[str]:
        with self.path.database.reading() as session:
            before = session.scalar(select(func.max(Message.id))) or 0
        answer_waiting(self.path)
        self.last = [line for line in self.lines(after=before) if line.author != Author.participant]
        return [self.key(line) for line in self.last]

    def offered(self, action: str | None = None, **arguments: object) -> list[Button]:
        """The buttons under the last answers, in order."""
        ids = [button["id"] for line in self.last for button in line.buttons]
        with self.path.database.reading() as session:
            buttons = [session.get_one(Button, id) for id in ids]
        return [
            button
            for button in buttons
            if action in (None, button.action) and arguments.items() <= button.arguments.items()
        ]

    def actions(self) -> list[str]:
        return [button.action for button in self.offered()]

    def lines(self, after: int = 0) -> list[Message]:
        """The whole transcript of this chat."""
        with self.path.database.reading() as session:
            query = select(Message).where(Message.conversation_id == self.id, Message.id > after)
            return list(session.scalars(query.order_by(Message.id)))

    def heard(self) -> list[str]:
        """What the transcript says that the participant said."""
        return [line.text for line in self.lines() if line.author == Author.participant]

    def key(self, line: Message) -> str:
        """Of which text of the catalogue a line of the bot is."""
        return key_of(self.words, line.language, line.text)

    @property
    def id(self) -> UUID:
        return self.conversation.id

    @property
    def conversation(self) -> Conversation:
        with self.path.database.reading() as session:
            return session.scalars(select(Conversation).filter_by(chat_id=self.name)).one()

    def inbox(self) -> list[InboxMessage]:
        with self.path.database.reading() as session:
            query = select(InboxMessage).filter_by(conversation_id=self.id)
            return list(session.scalars(query.order_by(InboxMessage.id)))

    def hand_overs(self) -> list[HandOver]:
        with self.path.database.reading() as session:
            query = select(HandOver).filter_by(conversation_id=self.id)
            return list(session.scalars(query.order_by(HandOver.created_at)))

    def rasa_says(self, answers: Mapping[str, Understood | RasaFailed]) -> None:
        self.rasa.answers.update(answers)


def key_of(words: Words, language: str, text: str) -> str:
    """The key whose text, with something in its gaps and a source under it, this is."""
    found = [key for key, pattern in _patterns(words, language) if pattern.fullmatch(text)]
    assert found, text
    return found[0]


@cache
def _patterns(words: Words, language: str) -> list[tuple[str, re.Pattern[str]]]:
    catalogue = words.other if language in OTHER_LANGUAGES else words.catalogue
    keys = {
        key
        for key in catalogue.keys()  # noqa: SIM118
        if not key.startswith(_NO_ANSWERS) and key not in _LINES
    }
    return [(key, _pattern(catalogue, language, key)) for key in sorted(keys)]


def _pattern(catalogue: Catalogues, language: str, key: str) -> re.Pattern[str]:
    mark = "GAP"
    text = catalogue.text(language, key, dict.fromkeys(catalogue.gaps(key), mark)).text
    return re.compile(re.escape(text).replace(mark, "(?s:.+?)") + r"(?s:\n.*)?")
