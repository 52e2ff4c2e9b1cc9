"""The sentences the classifier learns from: reading them, checking them, adding one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from api.system import BOT
from translations.catalogue import LANGUAGES
from translations.normalise import normalise

NLU = BOT / "data" / "nlu"
LONGEST = 320
"""Characters; longer ones are stories, and teach words of everything at once."""
_WORDS_OF_A_COPY = 6
"""Two texts of so many words that differ in one of them are copies of each other."""
_LETTERS_OF_A_TEXT = 1
_NOT_TYPED = re.compile(r"^/|\]\(|[{}<>]|https?:|\bTODO\b|(\b\w+\b)( \1){3}")


@dataclass(frozen=True)
class Example:
    language: str
    intent: str
    text: str


def read_examples(folder: Path = NLU) -> list[Example]:
    """All training examples, in the order of the files."""
    return [
        Example(language, block["intent"], text)
        for language in LANGUAGES
        for path in sorted((folder / language).glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for text in _texts(block["examples"])
    ]


def faults(examples: Iterable[Example]) -> list[str]:
    """What must not be taught, one sentence each: doubles, copies, and what nobody would type."""
    given = list(examples)
    return [*_strange(given), *_doubles(given), *_copies(given)]


def add_example(example: Example, folder: Path = NLU) -> Path:
    """Write an example under its intent, where the language keeps it; returns that file.

    Raises ValueError where the language does not teach this intent.
    """
    heading = f"- intent: {example.intent}\n"
    for path in sorted((folder / example.language).glob("*.yml")):
        before, found, after = path.read_text(encoding="utf-8").partition(heading)
        if found:
            path.write_text(before + found + _with_line(after, example.text), encoding="utf-8")
            return path
    raise ValueError(f"{example.language} does not teach {example.intent!r}")


def _texts(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if text := line.strip().removeprefix("- "):
            yield text


def _with_line(after: str, text: str) -> str:
    """Put the text behind the examples of the first block in `after`."""
    block, separator, rest = after.partition("\n- intent: ")
    return f"{block.rstrip()}\n    - {text}\n{separator}{rest}"


def _strange(examples: Iterable[Example]) -> Iterator[str]:
    for each in examples:
        letters = sum(map(str.isalpha, each.text))
        odd = any(unicodedata.category(sign) in ("Cc", "Co", "Cn") for sign in each.text)
        digits_only = letters < _LETTERS_OF_A_TEXT and not each.text.isdecimal()
        if odd or digits_only or len(each.text) > LONGEST or _NOT_TYPED.search(each.text):
            yield f"{each.language} {each.intent}: nobody would type {each.text[:80]!r}"


def _doubles(examples: Iterable[Example]) -> Iterator[str]:
    taught: dict[str, Example] = {}
    for each in examples:
        first = taught.setdefault(" ".join(_words(each.text)), each)
        if first is not each:
            both = f"{first.language} {first.intent} and {each.language} {each.intent}"
            yield f"{both}: taught twice: {each.text!r}"


def _copies(examples: Iterable[Example]) -> Iterator[str]:
    taught: dict[tuple[str, ...], str] = {}
    by_intent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in examples:
        by_intent[each.language, each.intent].append(each.text)
    for (language, intent), texts in by_intent.items():
        taught.clear()
        for text in texts:
            shapes = _shapes(text)
            original = next((taught[shape] for shape in shapes if shape in taught), None)
            if original is not None and _words(original) != _words(text):
                yield f"{language} {intent}: {text!r} is a copy of {original!r}"
            taught.update(dict.fromkeys(shapes, text))


def _shapes(text: str) -> list[tuple[str, ...]]:
    """The text with each of its words left out in turn, and its words in no order."""
    words = _words(text)
    if len(words) < _WORDS_OF_A_COPY:
        return []
    places = range(len(words))
    left_out = [(*words[:place], "", *words[place + 1 :]) for place in places]
    return [*left_out, tuple(sorted(words))]


def _words(text: str) -> list[str]:
    """What the text says, whatever its spelling and punctuation."""
    return re.findall(r"\w+", normalise(text))
