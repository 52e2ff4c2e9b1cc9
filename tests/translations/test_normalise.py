"""What people type in different ways must come out as one word."""

import pytest

from translations.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "also_typed"),
    [
        ("السَّلامُ عليكم", "السلام عليكم"),
        ("مرحبـــا", "مرحبا"),
        ("أريد", "اريد"),
        ("إلى", "الي"),
        ("آخر", "اخر"),
        ("مدرسة", "مدرسه"),
        ("سؤال", "سوال"),
        ("شيء", "شي"),
        ("کتاب", "كتاب"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
    ],
)
def test_spellings_of_an_arabic_word_are_one(typed: str, also_typed: str) -> None:
    assert normalise(typed) == normalise(also_typed)


@pytest.mark.parametrize(
    ("typed", "also_typed"),
    [
        ("ሠላም", "ሰላም"),
        ("ሡ ሢ ሣ ሤ ሥ ሦ", "ሱ ሲ ሳ ሴ ስ ሶ"),
        ("ፀሓይ", "ጸሓይ"),
        ("ፁ ፂ ፃ ፄ ፅ ፆ", "ጹ ጺ ጻ ጼ ጽ ጾ"),
        ("ኁ ኂ ኃ ኄ ኅ ኆ", "ሁ ሂ ሃ ሄ ህ ሆ"),
        ("አነ", "ኣነ"),
        ("ሀገር", "ሃገር"),
        ("ኀገር", "ሃገር"),
        ("ሐደ", "ሓደ"),
        ("ሰዐት", "ሰኣት"),
        ("ሰዓት", "ሰኣት"),
        ("ዑ ዒ ዔ ዕ ዖ", "ኡ ኢ ኤ እ ኦ"),
    ],
)
def test_spellings_of_a_tigrinya_word_are_one(typed: str, also_typed: str) -> None:
    assert normalise(typed) == normalise(also_typed)


def test_ethiopic_punctuation_parts_words() -> None:
    assert normalise("ሰላም፡ከመይ፣ኣለኻ።B1፧") == "ሰላም ከመይ ኣለኻ b1"


@pytest.mark.parametrize("typed", ["12", "١٢", "۱۲", "፲፪", "१२"])
def test_digits_of_every_script_are_ascii(typed: str) -> None:
    assert normalise(typed) == "12"


@pytest.mark.parametrize(
    ("sign", "number"), [("፩", "1"), ("፳፫", "23"), ("፪፻", "200"), ("፻፳", "120"), ("፼", "10000")]
)
def test_ethiopic_numbers_are_read_as_numbers(sign: str, number: str) -> None:
    assert normalise(sign) == number


@pytest.mark.parametrize("typed", ["IŞIK", "ışık", "İşik", "isik"])
def test_turkish_is_one_word_with_and_without_its_dots(typed: str) -> None:
    assert normalise(typed) == "isik"


def test_dutch_accents_and_capitals_do_not_matter() -> None:
    assert normalise("Financiële HULP, één keer") == "financiele hulp, een keer"


def test_invisible_marks_disappear() -> None:
    assert normalise("\u202bB\u200d1\u200f \u2066DU\u00adO\u2069\ufeff") == "b1 duo"


def test_white_space_is_one_space() -> None:
    assert normalise("  a\t\n\u00a0b\u2003c ") == "a b c"


@pytest.mark.parametrize("text", ["", "  ", "።", "\u200f"])
def test_nothing_to_read_becomes_empty(text: str) -> None:
    assert normalise(text) == ""


@pytest.mark.parametrize("text", ["السَّلامُ ٢٠", "ሠላም ኣሎ፡ ፳፫", "İstanbul ığdır", "Één café 🙂"])
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_a_number_of_geez_without_end_is_read_in_parts() -> None:
    assert normalise("፼" * 2000).isdecimal()
