"""What sounds near but is somebody else's work: where to go with it."""

import re
import tomllib
from functools import cache
from pathlib import Path

from api.conversations.phrases import any_of, spellings

_FILE = Path(__file__).with_name("elsewhere.toml")


def elsewhere(text: str) -> str | None:
    """The key of the text that says where to go, for a text that is out of scope."""
    said = spellings(text)
    for place, phrases in _places().items():
        if any(phrases.search(words) for words in said):
            return f"elsewhere.{place}"
    return None


@cache
def _places() -> dict[str, re.Pattern[str]]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        place: any_of([phrase for phrases in languages.values() for phrase in phrases], {})
        for place, languages in tables.items()
    }
