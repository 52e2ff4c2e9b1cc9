"""What to say, before it has words: a key, facts, and the buttons to offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from translations.catalogue import LANGUAGES

MENU = ("inburgering", "leerroutes", "pvt", "kinderopvang", "mijn_afspraken")


@dataclass(frozen=True)
class Offer:
    """A button: what it does, and the key (or the name itself) that stands on it."""

    action: str
    label_key: str | None = None
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    label: str | None = None
    label_language: str | None = None
    """Set where the label is in its own language, such as "العربية"."""


@dataclass(frozen=True)
class Named:
    """A gap that another text of the catalogue fills."""

    key: str


@dataclass(frozen=True)
class Reply:
    """One message of the bot. `facts` fill gaps; `records` are opaque ids to read facts by."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    topic: str | None = None
    language: str | None = None
    """Set where the words are not in the language of the conversation."""

    @classmethod
    def with_menu(cls, key: str, **facts: object) -> Self:
        return cls(key, facts=facts, offers=(*(ask(topic) for topic in MENU), PERSON))

    @classmethod
    def with_person(cls, key: str, *offers: Offer, **facts: object) -> Self:
        return cls(key, facts=facts, offers=(*offers, PERSON))

    @classmethod
    def with_languages(cls, key: str) -> Self:
        return cls(key, offers=(*(speak(language) for language in LANGUAGES), PERSON))


def ask(intent: str) -> Offer:
    """A button that asks the question of this intent."""
    return Offer("intent", f"label.{intent}", {"intent": intent})


def speak(language: str) -> Offer:
    return Offer("language", "language.own_name", {"language": language}, label_language=language)


def live_in(town_id: str, name: str) -> Offer:
    return Offer("town", arguments={"town": town_id}, label=name)


def try_again(message_id: int) -> Offer:
    return Offer("retry", "button.retry", {"message": message_id})


PERSON = Offer("person", "button.person")
YES_PERSON = Offer("safety_yes", "button.yes")
NO_PERSON = Offer("safety_no", "button.no")
