"""What a person has labelled becomes training data; nothing is learned without one."""

import csv
from collections.abc import Iterable
from pathlib import Path

from api.privacy.masking import MASK
from api.understanding.examples import NLU, Example, add_example, faults, read_examples
from translations.catalogue import LANGUAGES

COLUMNS = ("language", "text", "times", "intent")
"""Of the list of unanswered messages; `intent` is for a person to fill in."""


class CannotLearn(Exception):
    """Nothing was written; the message says which lines have to be changed."""


def learn(file: Path, folder: Path = NLU) -> dict[Path, int]:
    """Write the labelled lines of this file under their intents; how many went into which file.

    Lines without an intent are passed over. All or nothing: raises CannotLearn.
    """
    known = read_examples(folder)
    new = list(_labelled(file))
    wrong = [*_unknown(new, known), *_masked(new), *_faulty(new, known)]
    if wrong:
        raise CannotLearn("\n".join(["nothing was learned:", *wrong]))
    written: dict[Path, int] = {}
    for example in new:
        path = add_example(example, folder)
        written[path] = written.get(path, 0) + 1
    return written


def _labelled(file: Path) -> Iterable[Example]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if intent := (row.get("intent") or "").strip():
                    text = " ".join((row.get("text") or "").split())
                    yield Example((row.get("language") or "").strip(), intent, text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotLearn(f"{file}: {error}") from error


def _unknown(new: list[Example], known: list[Example]) -> Iterable[str]:
    intents = {each.intent for each in known}
    for each in new:
        if each.intent not in intents:
            yield f"{each.text!r}: there is no intent {each.intent!r}"
        if each.language not in LANGUAGES:
            yield f"{each.text!r}: {each.language!r} is none of {', '.join(LANGUAGES)}"


def _masked(new: list[Example]) -> Iterable[str]:
    for each in new:
        if MASK in each.text:
            yield f"{each.text!r}: write something invented where a number was masked"


def _faulty(new: list[Example], known: list[Example]) -> list[str]:
    before = set(faults(known))
    return [fault for fault in faults([*known, *new]) if fault not in before]
