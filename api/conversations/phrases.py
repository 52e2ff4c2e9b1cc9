"""Reads phrases that people of the field can edit, and looks for them in what somebody typed.

A phrase is a row of words. What can stand in it:
  a|b     one of these words; "a+b" is the row "a b" inside such a choice
  stem*   any ending; *stem any beginning
  word?   may be left out
  <name>  one of the list of that name, whose members may be phrases themselves
  ..      a gap of at most three words
  x ~ y   both near each other, at most four words between them, in either order
  ^ and $ the begin and the end of the message
Case, accents, vowel signs and letter variants make no difference, and an Arabic word also
matches with an article or a one-letter particle before it.
"""

import re
from collections.abc import Iterable, Mapping

from translations.normalise import normalise

_GAP = r"(?:\w+ ){0,3}"
_NEAR = r"(?:\w+ ){0,4}"
_BEGIN, _END = r"(?<=\A )", r"\Z"
_ARABIC_PARTICLES = "[وف]?(?:بال|كال|لل|ال|ب|ك|ل)?"
_HELD_DOWN = re.compile(r"(\w)\1{2,}")


def spellings(text: str) -> set[str]:
    """What to look in: the words of a text, and the same with held letters ("heeelp") shortened."""
    words = _words(text)
    return {words, _HELD_DOWN.sub(r"\1\1", words), _HELD_DOWN.sub(r"\1", words)}


def any_of(phrases: Iterable[str], lists: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """One expression for all these phrases; search it in one of the `spellings`."""
    return after_a_space([alternatives(phrases, lists)])


def after_a_space(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{'|'.join(expressions)})")


def alternatives(phrases: Iterable[str], lists: Mapping[str, Iterable[str]]) -> str:
    """The expression for "one of these phrases", not yet compiled."""
    members = {name: _any_of(words, {}) for name, words in lists.items()}
    return _any_of(phrases, members)


def _words(text: str) -> str:
    """The words of a text, each with one space before and after it."""
    words = re.findall(r"\w+", normalise(text).replace("'", ""))
    return f" {' '.join(words)} "


def _any_of(phrases: Iterable[str], lists: Mapping[str, str]) -> str:
    return f"(?:{'|'.join(_phrase(phrase, lists) for phrase in phrases)})"


def _phrase(phrase: str, lists: Mapping[str, str]) -> str:
    if " ~ " in phrase:
        one, other = (_phrase(side, lists) for side in phrase.split(" ~ "))
        return f"(?:{one}{_NEAR}{other}|{other}{_NEAR}{one})"
    return "".join(_part(part, lists) for part in phrase.split())


def _part(part: str, lists: Mapping[str, str]) -> str:
    signs = {"..": _GAP, "^": _BEGIN, "$": _END}
    if part in signs:
        return signs[part]
    words = "|".join(_word(word, lists) for word in part.removesuffix("?").split("|"))
    return f"(?:{words}){'?' if part.endswith('?') else ''}"


def _word(word: str, lists: Mapping[str, str]) -> str:
    if "+" in word:
        return "".join(_word(each, lists) for each in word.split("+"))
    if word.startswith("<"):
        return lists[word.strip("<>")]
    plain = normalise(word.strip("*")).replace("'", "")
    particles = _ARABIC_PARTICLES if "\u0620" <= plain[:1] <= "\u064a" else ""
    begin, end = r"\w*" * word.startswith("*"), r"\w*" * word.endswith("*")
    return f"{begin or particles}{re.escape(plain)}{end} "
