"""Takes out of a text what nobody typed to be read, so that no later step stumbles over it."""

import re
import unicodedata

from translations.normalise import normalise

ZWNJ, ZWJ = "\u200c", "\u200d"

_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_NOT_TO_READ = frozenset({"Cc", "Cf", "Cs"})
# Arabic number signs are of category Cf too, but they are seen.
_KEPT = frozenset("\n\t\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2" + ZWNJ + ZWJ)

# Scripts in which letters join, and a joiner or non-joiner changes the word: Arabic, Syriac,
# N'Ko and their neighbours, the scripts of India, Myanmar, Khmer, Mongolian.
_JOINING_LETTER = (
    r"[\u0620-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1820-\u18aa\ufb50-\ufdff"
    r"\ufe70-\ufefc]"
)
_EMOJI = r"[\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff]"
_JOINERS = re.compile(f"[{ZWNJ}{ZWJ}]+")
_NEEDED_JOINER = re.compile(
    f"(?<={_JOINING_LETTER}){ZWNJ}(?={_JOINING_LETTER})"
    f"|(?<={_JOINING_LETTER}){ZWJ}|(?<={_EMOJI}){ZWJ}(?={_EMOJI})"
)

_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_DRAWN_AS_EMOJI = re.compile(".\ufe0f")
_TATWEEL = "\u0640"


def clean(text: str) -> str:
    """The text in NFC without control characters, writing directions and stray joiners.

    Line breaks become `\\n`, tabs stay; halves of surrogate pairs disappear, so that the result
    can always be encoded.
    """
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    lines = _LINE_BREAKS.sub("\n", paired)
    readable = "".join(
        character
        for character in lines
        if character in _KEPT or unicodedata.category(character) not in _NOT_TO_READ
    )
    return unicodedata.normalize("NFC", _JOINERS.sub(_needed, readable))


def has_words(text: str) -> bool:
    """Whether anything is said: a letter or a digit of any script, not only emoji and signs."""
    without_emoji = _DRAWN_AS_EMOJI.sub("", _KEYCAP.sub("", text))
    return any(character.isalnum() and character != _TATWEEL for character in without_emoji)


AROUND_A_NUMBER = " .,;:!()#-"
LONGEST_NUMBER = 2
"""Digits; what is longer is an amount, a year or a telephone number."""


def is_number(text: str) -> bool:
    """Whether only a small number is said, in the digits of any script: a choice from a menu."""
    number = normalise(text).strip(AROUND_A_NUMBER)
    return number.isdecimal() and len(number) <= LONGEST_NUMBER


def _needed(joiners: re.Match[str]) -> str:
    """The first of some joiners if it does something between its neighbours, else nothing."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    joiner = joiners.group()[0]
    return joiner if _NEEDED_JOINER.search(before + joiner + after) else ""
