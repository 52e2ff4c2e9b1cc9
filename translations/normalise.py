"""One spelling for what people type in different ways, for classifier, rules and search alike.

Only the standard library, and only what Python 3.10 has: the bot and the api both import it.
The result is for matching, never for showing.
"""

import re
import unicodedata
from itertools import chain

_FOLDED_LETTERS = {
    "ı": "i",  # Turkish I and İ, ı and i: phones mix them up, so all four become one
    "ـ": "",  # tatweel
    "ٱ": "ا",
    "ء": "",
    "ى": "ي",
    "ی": "ي",
    "ة": "ه",
    "ک": "ك",
    "ھ": "ه",
    "ہ": "ه",
}

# Each letter series of Ge'ez has seven vowel orders at seven following code points.
_FOLDED_SERIES = (
    ("ሠ", "ሰ"),
    ("ኀ", "ሀ"),
    ("ፀ", "ጸ"),
    ("ዐ", "አ"),
)
# In these series the first and the fourth order sound the same and are written for each other.
_FIRST_IS_FOURTH_ORDER = "ሀሐአ"
_VOWEL_ORDERS = 7

_ETHIOPIC_PUNCTUATION = range(0x1360, 0x1369)
# No number is this long; ten thousand times itself, again and again, would be too large to write.
_ETHIOPIC_NUMBER = re.compile(r"[፩-፼]{1,20}")
_ARABIC_PUNCTUATION = "،؛؟٪٫٬۔"
_APOSTROPHES = "’‘‛ʼʻ`´"


def _series(first: str) -> range:
    return range(ord(first), ord(first) + _VOWEL_ORDERS)


def _folded_geez() -> dict[int, str]:
    folded = {
        variant: chr(plain)
        for variants, plains in _FOLDED_SERIES
        for variant, plain in zip(_series(variants), _series(plains), strict=True)
    }
    for first in _FIRST_IS_FOURTH_ORDER:
        fourth = chr(ord(first) + 3)
        folded[ord(first)] = fourth
        folded.update({variant: fourth for variant, to in folded.items() if to == first})
    return folded


class _Folding(dict[int, str]):
    """A table for `str.translate` that works out each character once."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    # Mn: vowel marks and accents; Cf: zero-width characters and writing directions
    if category in ("Mn", "Cf"):
        return ""
    return " " if category in ("Zs", "Zl", "Zp", "Cc") else character


_TABLE = _Folding(
    chain(
        ((ord(letter), folded) for letter, folded in _FOLDED_LETTERS.items()),
        _folded_geez().items(),
        ((code, " ") for code in _ETHIOPIC_PUNCTUATION),
        ((ord(sign), " ") for sign in _ARABIC_PUNCTUATION),
        ((ord(sign), "'") for sign in _APOSTROPHES),
    )
)


def _ethiopic_number(match: re.Match[str]) -> str:
    """Read a number such as ፳፫ (twenty, three) or ፪፻ (two, hundred)."""
    total, below_hundred = 0, 0
    for sign in match.group():
        value = int(unicodedata.numeric(sign))
        if value < 100:
            below_hundred += value
        elif value == 100:
            total += (below_hundred or 1) * 100
            below_hundred = 0
        else:
            total = (total + below_hundred or 1) * value
            below_hundred = 0
    return str(total + below_hundred)


def normalise(text: str) -> str:
    """Fold case, accents, vowel marks, letter variants, digits and punctuation of Arabic and Ge'ez.

    Letters of Latin script keep no accents (`için` becomes `icin`), since many people type none.
    """
    with_plain_numbers = _ETHIOPIC_NUMBER.sub(_ethiopic_number, text)
    decomposed = unicodedata.normalize("NFKD", with_plain_numbers).casefold()
    return " ".join(decomposed.translate(_TABLE).split())
