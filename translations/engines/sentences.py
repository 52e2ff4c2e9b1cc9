"""Where a sentence ends: a model translates one at a time, and what it gets must be whole."""

import re
import tomllib
from functools import cache
from pathlib import Path

ABBREVIATIONS = Path(__file__).parent / "abbreviations.toml"
LONGEST = 300
"""Characters in one go. A model stops at 256 tokens without saying so, about 600 characters."""
LONGEST_WORD = 20
"""Characters that an abbreviation or a number before a full stop may have."""

_END = re.compile(
    r"""
      (?P<plain> (?<![.!?…])[.!?…]++ | :: )      # two colons are often typed for a Ge'ez full stop
      [)\]"'”’»]*
      (?=\s)
    | [؟።፧፨۔]+ [)\]"'”’»]*       # these stand in no number and in no address
    """,
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+$")
_PAUSE = re.compile(r"[,;:،؛፣፤](?=\s)")


def split_sentences(line: str) -> list[str]:
    """The sentences of one line, without the white space around them; none of an empty line."""
    return [part for sentence in _sentences(line) for part in _parts(sentence)]


def _sentences(line: str) -> list[str]:
    found, begin = [], 0
    for end in _END.finditer(line):
        if _ends(line, begin, end):
            found.append(line[begin : end.end()].strip())
            begin = end.end()
    found.append(line[begin:].strip())
    return [sentence for sentence in found if sentence]


def _ends(line: str, begin: int, end: re.Match[str]) -> bool:
    """Whether this mark closes the sentence; a full stop may belong to the word before it."""
    if end["plain"] != ".":
        return True
    before = _LAST_WORD.search(line, max(begin, end.start() - LONGEST_WORD), end.start())
    word = before[0] if before else ""
    following = line[end.end() :].lstrip()[:1]
    if word.casefold() in _abbreviations("before_more") or re.fullmatch(r"[A-ZÇĞİÖŞÜ]", word):
        return False  # an abbreviation, or the initial of a name
    if word.casefold() in _abbreviations("before_number") and following.isdecimal():
        return False
    if word.isdecimal() and (following.islower() or line[begin : end.start()].strip() == word):
        return False  # "3. kat", or the number of an item in a list
    return following.isupper() or word.casefold() not in _abbreviations("or_last")


def _parts(sentence: str) -> list[str]:
    """A sentence without end is cut at a pause, else between words; never inside a word."""
    parts = []
    while len(sentence) > LONGEST:
        pauses = [each.end() for each in _PAUSE.finditer(sentence, 0, LONGEST)]
        cut = pauses[-1] if pauses else sentence.rfind(" ", 0, LONGEST)
        if cut <= 0:
            cut = sentence.find(" ")
        if cut <= 0:
            break
        parts.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*parts, sentence]


@cache
def _abbreviations(kind: str) -> frozenset[str]:
    return frozenset(tomllib.loads(ABBREVIATIONS.read_text(encoding="utf-8"))[kind])
