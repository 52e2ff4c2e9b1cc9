"""Who reads an answer, what they press under it, and which buttons lead nowhere."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import yaml
from sqlalchemy.orm import Session

from api.answers.reply import Offer, Reply
from api.answers.words import Rendered, Words
from api.conversations.linking_buttons import is_linking_button
from api.conversations.models import Channel, Conversation
from api.conversations.topic_buttons import is_topic_button, press_topic
from api.people.models import Municipality, Role
from tests.factories import person
from translations.catalogue import LANGUAGES

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DOMAIN = Path(__file__).parents[2] / "bot" / "domain"
MENU = "menu.ask"
"""What a button shows that has nothing to show any more."""


def stranger(session: Session, language: str = "nl", town: str | None = None) -> Conversation:
    """A chat with somebody of whom nothing is known but the language, and perhaps the town."""
    chat = Conversation(
        id=uuid4(),
        channel=Channel.webchat,
        chat_id=str(uuid4()),
        language=language,
        municipality_id=town,
        session_used_at=NOW,
        created_at=NOW,
    )
    session.add(chat)
    session.flush()
    return chat


def coach(session: Session) -> Conversation:
    """A chat with a volunteer coach, who reads Dutch."""
    chat = stranger(session)
    chat.person = person(session, NOW, Role.coach, name="Joke")
    session.flush()
    return chat


def press(
    words: Words,
    session: Session,
    chat: Conversation,
    offer: Offer,
    now: datetime = NOW,
) -> list[Reply]:
    """What the button of this offer leads to."""
    return press_topic(words, session, chat, offer.action, offer.arguments, now)


def read(
    words: Words,
    session: Session,
    chat: Conversation,
    replies: Iterable[Reply],
    now: datetime = NOW,
) -> str:
    """The text of all these replies together."""
    return "\n".join(words.render(session, chat, reply, now).text for reply in replies)


def offer_of(replies: Iterable[Reply], action: str, **arguments: object) -> Offer:
    """The button with this action under these replies. Raises where there is not exactly one."""
    [found] = [
        offer
        for reply in replies
        for offer in reply.offers
        if offer.action == action and arguments.items() <= offer.arguments.items()
    ]
    return found


def walk_through(
    words: Words,
    session: Session,
    chat: Conversation,
    begin: list[Reply],
    follow: Callable[[Offer], bool] = lambda _: True,
    now: datetime = NOW,
) -> list[Reply]:
    """Press every button under these replies and under what they lead to, each of them once.

    Asserts that each reply renders and that no button is a dead end; returns all replies.
    """
    waiting, pressed, seen = deque(begin), set[str](), list[Reply]()
    while waiting:
        reply = waiting.popleft()
        seen.append(reply)
        check(words, session, chat, reply, now)
        for offer in reply.offers:
            name = f"{offer.action} {sorted(offer.arguments.items())}"
            if name in pressed:
                continue
            pressed.add(name)
            if is_topic_button(offer.action) and follow(offer):
                replies = press(words, session, chat, offer, now)
                assert is_answer(offer, replies), f"{reply.key}: {name}"
                waiting.extend(replies)
            elif not is_topic_button(offer.action):
                assert leads_outside(session, offer), f"{reply.key}: {name}"
    return seen


def check(
    words: Words, session: Session, chat: Conversation, reply: Reply, now: datetime = NOW
) -> Rendered:
    """Render it; a text has words, and no gap in it is left open."""
    rendered = words.render(session, chat, reply, now)
    assert rendered.text.strip(), reply.key
    assert "{" not in rendered.text, reply.key
    assert "}" not in rendered.text, reply.key
    assert all(label.strip() for _, label in rendered.buttons), reply.key
    return rendered


def is_answer(offer: Offer, replies: list[Reply]) -> bool:
    """Whether there was more to show than the menu, which is shown where nothing else can be."""
    return bool(replies) and (offer.action == "menu" or replies[0].key != MENU)


def leads_outside(session: Session, offer: Offer) -> bool:
    """Whether a button that is not about topics has somewhere to go."""
    match offer.action:
        case "person":
            return True
        case action if is_linking_button(action):
            return True
        case "intent":
            return str(offer.arguments["intent"]) in intents()
        case "language":
            return offer.arguments["language"] in LANGUAGES
        case "town":
            return session.get(Municipality, offer.arguments["town"]) is not None
        case _:
            return False


@cache
def intents() -> frozenset[str]:
    """All that the bot recognises."""
    return frozenset().union(*intents_by_file().values())


@cache
def intents_by_file() -> dict[str, frozenset[str]]:
    """What the bot recognises, by the file of its domain."""
    files = sorted(DOMAIN.glob("*.yml"))
    loaded = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}
    return {name: frozenset(domain.get("intents", ())) for name, domain in loaded.items()}
