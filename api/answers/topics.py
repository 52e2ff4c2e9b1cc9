"""Where an answer comes from, for whom it is, who helps, and what to read next."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from api.cases.models import Group
from api.cases.sources import Sources
from api.tables import Table, read_tables

HERE = Path(__file__).parent
TOPICS_FILE, PAPERS_FILE = HERE / "topics.toml", HERE / "papers.toml"
HELPERS = frozenset(
    {
        *("regisseur", "municipality", "income", "duo", "toeslagen", "svb", "guidance"),
        *("coordinator", "vraagwijzer", "cjg", "jgz", "amw", "goedbezig", "werkkom"),
        *("leerwerkloket", "bibliocenter", "language_school", "childcare", "housing", "coa"),
        *("vluchtelingenwerk", "legal_desk", "ombudsman", "doctor", "veilig_thuis", "ind"),
        *("idw", "key_person", "school"),
    }
)
"""Organisations that texts send people to; where they are is a setting of the town."""


class Topic(Table):
    group: str
    """The picture of the menu under which it stands; empty where it is in no menu."""
    covers: tuple[str, ...]
    """Topics of the towns' papers."""
    sources: tuple[str, ...] = Field(min_length=1)
    checked_on: date
    helpers: tuple[str, ...]
    related: tuple[str, ...] = Field(max_length=2)
    wi2021: bool = False
    """Only for who falls under the Wet inburgering 2021; the others are told to ask."""
    by_group: Mapping[Group, str] = Field(default_factory=dict)
    """The text that is added for each permit group; empty where all are treated alike."""
    question: Literal["course", "rules"] = "rules"
    """What the permit decides here, and so in which words it is asked."""
    own: tuple[str, ...] = ()
    """What a linked participant is told of their own case after it: keys of `own_case.lines`."""
    steps_for: frozenset[Group] = frozenset(Group)
    """Groups that the steps are meant for; the others are not shown the way to a loan."""
    careful: frozenset[Group] = frozenset()
    """Groups for which the law is unclear: a person is offered first."""
    legal: bool = False
    """A question about rights: who asks for a person after it, needs one who knows the law."""


class PaperTopic(Table):
    """What the towns' papers name, and who may ask for it."""

    title: str
    audience: frozenset[Literal["participant", "coach", "staff", "history"]]
    sources: tuple[str, ...]


def load_topics(sources: Sources, path: Path = TOPICS_FILE) -> Mapping[str, Topic]:
    """All topics by key. Raises ValueError that names the topic and what is wrong with it."""
    topics = {topic.key: topic for topic in read_tables(path, Topic)}
    for key, topic in topics.items():
        if unknown := [name for name in topic.sources if name not in sources]:
            raise ValueError(f"{path.name}: [{key}] sources.toml has no {', '.join(unknown)}")
        if unknown := [name for name in topic.helpers if name not in HELPERS]:
            raise ValueError(f"{path.name}: [{key}] nobody knows {', '.join(unknown)}")
    return topics


def load_papers(path: Path = PAPERS_FILE) -> Mapping[str, PaperTopic]:
    """The topics of the towns' papers by key. Raises ValueError where one is incomplete."""
    return {topic.key: topic for topic in read_tables(path, PaperTopic)}
