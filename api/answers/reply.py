"""What to say, before it has words: a key, facts, and the buttons to offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Self

from translations.catalogue import LANGUAGES

STARTERS = ("inburgering", "leerroutes", "pvt", "kinderopvang", "mijn_afspraken")


class Part(StrEnum):
    """Which text of a topic is told."""

    short = "short"
    simple = "simple"
    steps = "steps"
    helpers = "helpers"
    group = "group"
    """What differs for one permit group; told after the rest."""


@dataclass(frozen=True)
class Named:
    """A gap that another text of the catalogue fills."""

    key: str


@dataclass(frozen=True)
class NamedList:
    """A gap that some texts of the catalogue fill, one after the other."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A text of its own with its own facts, such as a line about somebody's own case."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Month:
    """A gap, or a label, that a month fills."""

    first: date


@dataclass(frozen=True)
class Weekday:
    """A gap, or a label, that the name of a weekday fills; 1 is Monday."""

    day: int


@dataclass(frozen=True)
class Offer:
    """A button: what it does, and the key (or the name itself) that stands on it."""

    action: str
    label_key: str | None = None
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    label: str | date | Month | Weekday | None = None
    """A moment is shown as day, time and part of the day."""
    label_language: str | None = None
    """Set where the label is in its own language, such as "العربية"."""
    number: int | None = None
    """In a menu: what to type instead of pressing."""
    picture: str | None = None
    """In a menu: a pictogram, for who reads little."""


@dataclass(frozen=True)
class Reply:
    """One message of the bot. `facts` fill gaps; `records` are opaque ids to read facts by."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    topic: str | None = None
    part: Part = Part.short
    lines: tuple[str, ...] = ()
    """Texts that are added, such as a step under its heading."""
    told: tuple[Told, ...] = ()
    """Lines about the reader's own case; after the text, or before it."""
    told_first: bool = False
    language: str | None = None
    """Set where the words are not in the language of the conversation."""
    media: str | None = None
    """A picture or a recording that goes with it; see `Recordings` and the menu."""

    @classmethod
    def with_menu(cls, key: str, **facts: object) -> Self:
        return cls(key, facts=facts, offers=(*map(ask, STARTERS), TOPICS, PERSON))

    @classmethod
    def with_person(cls, key: str, *offers: Offer, **facts: object) -> Self:
        return cls(key, facts=facts, offers=(*offers, PERSON))

    @classmethod
    def with_languages(cls, key: str) -> Self:
        return cls(key, offers=(*(speak(language) for language in LANGUAGES), PERSON))


def ask(intent: str) -> Offer:
    """A button that asks the question of this intent."""
    return Offer("intent", f"label.{intent}", {"intent": intent})


def tell(topic: str, part: Part, label_key: str, language: str | None = None) -> Offer:
    """A button that tells another part of a topic."""
    return Offer("part", label_key, {"topic": topic, "part": part, **_in(language)})


def speak(language: str) -> Offer:
    return Offer("language", "language.own_name", {"language": language}, label_language=language)


def show_in(topic: str, language: str) -> Offer:
    """A button that shows a topic in another language, to hand over the phone."""
    arguments = {"topic": topic, "language": language}
    return Offer("show_in", "language.own_name", arguments, label_language=language)


def live_in(town_id: str, name: str, topic: str | None = None) -> Offer:
    """A button that names the town; with a topic, who helps with it there is shown next."""
    arguments = {"town": town_id} | ({"topic": topic} if topic else {})
    return Offer("town", arguments=arguments, label=name)


def try_again(message_id: int) -> Offer:
    return Offer("retry", "button.retry", {"message": message_id})


def choose_group(topic: str, group: str, label_key: str, language: str | None = None) -> Offer:
    """A button by which somebody tells the permit group."""
    return Offer("group", label_key, {"topic": topic, "group": group, **_in(language)})


def numbered(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """The offers with the numbers that can be typed instead."""
    return tuple(replace(offer, number=number) for number, offer in enumerate(offers, start=1))


def _in(language: str | None) -> dict[str, str]:
    return {"language": language} if language else {}


PERSON = Offer("person", "button.person")
TOPICS = Offer("menu", "button.topics", {"page": 1})
YES_PERSON = Offer("safety_yes", "button.yes")
NO_PERSON = Offer("safety_no", "button.no")
MY_QUESTION = Offer("my_question", "button.my_question")
"""What became of what I asked a person."""
