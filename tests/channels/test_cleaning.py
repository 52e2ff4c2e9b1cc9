"""Nothing invisible or broken gets past the door, and nothing a person wrote is lost there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.cleaning import ZWJ, ZWNJ, clean, has_words

any_text = st.text(st.characters(codec=None, categories=None))  # lone surrogates included
readable_text = st.text(
    st.characters(categories=("L", "N", "P", "Zs", "Sc", "Sm"), include_characters="\n\t")
).map(lambda text: unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("a\0b\x07c\x1b[0m", "abc[0m"),
        ("eerste\r\ntweede\rderde\u2028vierde\tvijfde", "eerste\ntweede\nderde\nvierde\tvijfde"),
        ("\u202eabc\u202c \u2066def\u2069 \u200eghi\u200f\u061c", "abc def ghi"),
        ("w\u200bo\u2060o\ufeffr\u00add", "woord"),
        ("half \ud83d paar", "half  paar"),
        ("paar \ud83d\ude00", "paar 😀"),
        ("e\u0301e\u0301n", "één"),
        ("\x85\x9f", ""),
    ],
)
def test_what_nobody_reads_is_taken_out(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        f"می{ZWNJ}خواهم",  # Persian: without it another word
        f"ه{ZWJ} 1447",  # the short form of the Islamic year
        f"👩{ZWJ}👧",
        f"👩🏽{ZWJ}💻",
        f"क्{ZWJ}ष",
        "ኣብ ኔዘርላንድ፧",
        "تحية طيبة؟",
        "c'est 12 % — «goed»",
        "❤️ 1️⃣",
    ],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        (f"wo{ZWJ}ord", "woord"),
        (f"wo{ZWNJ}ord", "woord"),
        (f"{ZWNJ}سلام{ZWNJ}", "سلام"),
        (f"سل{ZWNJ}{ZWNJ}{ZWNJ}ام", f"سل{ZWNJ}ام"),
        (f"سل\u200b{ZWNJ}ام", f"سل{ZWNJ}ام"),
    ],
)
def test_joiners_that_do_nothing_are_taken_out(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@given(any_text)
def test_the_result_can_always_be_stored(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@given(any_text)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(readable_text)
def test_readable_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["ja", "12", "٣", "نعم", "እወ", "❤️ ok", "pvt?", "፲፪", "a\ufe0fb"])
def test_letters_and_digits_are_words(text: str) -> None:
    assert has_words(text)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "?!…", "👍", "👩🏽\u200d💻", "❤️", "🇸🇾", "1️⃣", "ℹ️", "؟؟", "፧", "\u200b", "ـــ", "#️⃣"],
)
def test_emoji_and_signs_are_no_words(text: str) -> None:
    assert not has_words(text)
