"""What somebody types about their permit when they were asked; the buttons are not the only way."""

import re
import tomllib
from functools import cache
from pathlib import Path

from api.answers.explain import FAMILY, UNKNOWN
from api.cases.models import Group
from api.conversations.phrases import any_of, spellings
from api.conversations.yes_no import yes_or_no

_FILE = Path(__file__).with_name("permit_words.toml")
_LONGEST = 10
"""Words; a longer text tells a story or asks something else."""
QUESTION_MARKS = ("?", "؟", "፧")


def told_permit(text: str) -> str | None:
    """The choice that these few words clearly name; None where it has to be asked again.

    Somebody who names family is asked for the permit of that family, whatever else they say.
    """
    said = _said(text)
    if "unknown" in said:
        return UNKNOWN
    if "other" in said:
        return Group.overig
    if "family" in said:
        return FAMILY
    return Group.asiel if "asiel" in said and "not" not in said else None


def told_permit_of_family(text: str) -> str | None:
    """Whether the family has an asylum permit, by a yes or a no, or that it is not known."""
    if "unknown" in _said(text):
        return UNKNOWN
    match yes_or_no(text):
        case True:
            return Group.gezin_van_asiel
        case False:
            return Group.gezin_overig
        case _:
            return None


def _said(text: str) -> set[str]:
    if len(text.split()) > _LONGEST or text.rstrip().endswith(QUESTION_MARKS):
        return set()
    words = spellings(text)
    return {kind for kind, phrase in _phrases().items() if any(map(phrase.search, words))}


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {kind: any_of(phrases, {}) for kind, phrases in listed.items()}
