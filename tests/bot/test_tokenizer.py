"""The tokenizer gives the words of the normalised text."""

from __future__ import annotations

import pytest
from components.tokenizer import NormalisingTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


def words(text: str) -> list[str]:
    tokenizer = NormalisingTokenizer(NormalisingTokenizer.get_default_config())
    return [token.text for token in tokenizer.tokenize(Message({TEXT: text}), TEXT)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wat is de PVT?", ["wat", "is", "de", "pvt"]),
        ("ሰላም፡ከመይ።B1", ["ሰላም", "ከመይ", "b1"]),
        ("ما هُوَ الـPVT؟", ["ما", "هو", "الpvt"]),
        ("IŞIK ışık", ["isik", "isik"]),
        ("A2.1 of B1", ["a2.1", "of", "b1"]),
    ],
)
def test_words_are_parted_and_normalised(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["🙂", "?!", "።", "\u200f", "!!! 🙂"])
def test_signs_alone_are_no_words(text: str) -> None:
    assert words(text) == []


def test_the_message_keeps_its_own_text() -> None:
    message = Message({TEXT: "Één VRAAG"})
    NormalisingTokenizer(NormalisingTokenizer.get_default_config()).process([message])
    assert message.get(TEXT) == "Één VRAAG"
