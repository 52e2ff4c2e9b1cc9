"""Where facts come from: the law by article, the towns' papers by title, section and date."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from api.tables import Table, read_tables

SOURCES_FILE = Path(__file__).with_name("sources.toml")


class Source(Table):
    title: str
    place: str
    """What comes before the article or section, such as "art."; empty for a page."""
    dated: str
    paper: bool = False
    """One of the towns' own papers, which are older than the law of 2022."""


class Sources:
    """All sources by name. A reference is a name, and perhaps a place: "bi 5.3"."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources

    def __contains__(self, reference: str) -> bool:
        return reference.partition(" ")[0] in self._sources

    def __getitem__(self, reference: str) -> Source:
        return self._sources[reference.partition(" ")[0]]

    def cite(self, references: Iterable[str]) -> str:
        """The references in words, each source once: "Wet inburgering 2021, art. 6, 11"."""
        places: dict[str, list[str]] = {}
        for reference in references:
            name, _, place = reference.partition(" ")
            places.setdefault(name, []).extend([place] if place else [])
        return "; ".join(self._in_words(self._sources[name], at) for name, at in places.items())

    def _in_words(self, source: Source, places: list[str]) -> str:
        where = " ".join(filter(None, (source.place, ", ".join(places)))) if places else ""
        dated = f"({source.dated})" if source.paper else ""
        title = f"{source.title} {dated}".strip()
        return f"{title}, {where}" if where else title


def load_sources(path: Path = SOURCES_FILE) -> Sources:
    """Read the sources. Raises ValueError that names the source and what is missing."""
    return Sources({source.key: source for source in read_tables(path, Source)})
