"""Where an answer comes from, when it was checked, and what to read next."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TOPICS_FILE = Path(__file__).with_name("topics.toml")


@dataclass(frozen=True)
class Topic:
    key: str
    source: str
    checked_on: date
    related: tuple[str, ...]
    wi2021: bool = False
    """Only for who falls under the Wet inburgering 2021; the others are told to ask."""


def load_topics(path: Path = TOPICS_FILE) -> Mapping[str, Topic]:
    """All topics by key. Raises ValueError, naming the topic, where a field is missing."""
    with path.open("rb") as file:
        tables = tomllib.load(file)
    return {key: _topic(path, key, table) for key, table in tables.items()}


def _topic(path: Path, key: str, table: Mapping[str, object]) -> Topic:
    match table:
        case {"source": str(source), "checked_on": date() as checked_on, "related": list(related)}:
            names = tuple(str(other) for other in related)
            return Topic(key, source, checked_on, names, table.get("wi2021") is True)
        case _:
            raise ValueError(f"{path.name}: [{key}] needs source, checked_on and related")
