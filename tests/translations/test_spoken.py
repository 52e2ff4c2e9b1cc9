"""Clock times in words are compared as times: Dutch "half drie" is where machines go wrong."""

import pytest

from translations.guard import compare


@pytest.mark.parametrize(
    ("source", "result", "languages"),
    [
        ("Kom om 2 uur.", "تعال الساعة الثانية.", ("nl", "ar")),
        ("Kom om half drie.", "Come at half past two.", ("nl", "en")),
        ("Kom om half drie.", "Come at 2.30 pm.", ("nl", "en")),
        ("Kom om kwart voor één.", "Gel: saat bire çeyrek kala.", ("nl", "tr")),
        ("Kom om half drie.", "Saat iki buçukta gelin.", ("nl", "tr")),
        ("Kom om 14.30 uur.", "Saat iki buçukta gelin.", ("nl", "tr")),
        ("تعال الساعة العاشرة إلا ربعا.", "Kom om kwart voor tien.", ("ar", "nl")),
        ("Kom om vier uur 's middags.", "Come at 16:00.", ("nl", "en")),
        ("Het duurt twee uur.", "It takes 2 hours.", ("nl", "en")),
    ],
)
def test_an_hour_in_words_is_the_same_hour(
    source: str, result: str, languages: tuple[str, str]
) -> None:
    assert compare(source, result, *languages).is_fine


@pytest.mark.parametrize(
    ("source", "result", "languages"),
    [
        ("Kom om half drie.", "Come at half past three.", ("nl", "en")),
        ("Kom om half drie.", "Saat üç buçukta gelin.", ("nl", "tr")),
        ("Kom om half elf.", "تعال الساعة الحادية عشرة والنصف.", ("nl", "ar")),
        ("Kom om kwart over negen.", "Come at quarter to nine.", ("nl", "en")),
        ("Kom om half acht 's avonds.", "Come at 7.30 am.", ("nl", "en")),
        ("Kom om vier uur.", "تعال الساعة الخامسة.", ("nl", "ar")),
    ],
)
def test_another_hour_in_words_is_seen(
    source: str, result: str, languages: tuple[str, str]
) -> None:
    verdict = compare(source, result, *languages)
    assert verdict.missing
    assert verdict.added
