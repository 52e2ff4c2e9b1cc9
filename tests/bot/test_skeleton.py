"""Forms and spellings of a word share its consonants."""

from __future__ import annotations

import pytest
from components.skeleton import skeleton

from translations.normalise import normalise


@pytest.mark.parametrize("word", ["ሰላም", "ሠላም", "سَلام", "selam", "Salaam", "sellam"])
def test_one_word_in_three_scripts_is_one_skeleton(word: str) -> None:
    assert skeleton(normalise(word)) == "slm"


@pytest.mark.parametrize(("one", "other"), [("መዓልቲ", "መዓልታት"), ("كتاب", "كتب")])
def test_forms_of_a_word_begin_alike(one: str, other: str) -> None:
    assert skeleton(normalise(one))[:3] == skeleton(normalise(other))[:3]


@pytest.mark.parametrize(
    ("typed", "consonants"),
    [
        ("7ada", "hd"),
        ("mo2abalet", "mblt"),
        ("khalas", "kls"),
        ("5alas", "kls"),
        ("ma3lesh", "mls"),
    ],
)
def test_chat_digits_are_consonants(typed: str, consonants: str) -> None:
    assert skeleton(typed) == consonants


def test_spaces_and_digits_stay() -> None:
    assert skeleton("b1 a2 niveau 12 uur") == "b1 2 nv 12 r"
