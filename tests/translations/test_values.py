"""What must survive a translation is found, whatever the language, the script and the notation."""

import pytest

from translations.guard import LANGUAGES, Kind, protected

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
DAYS_ELSEWHERE = {
    "nl": DAYS,
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "tr": ("pazartesi", "salı", "çarşamba", "perşembe", "cuma", "cumartesi", "pazar günü"),
}
EGYPT = (
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
)
LEVANT = (
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
)


def found(text: str, language: str = "nl") -> list[tuple[str, str]]:
    return [(value.kind.value, value.value) for value in protected(text, language) if value.certain]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("14:30", "nl", "14:30"),
        ("om 14.30 uur", "nl", "14:30"),
        ("14u30", "nl", "14:30"),
        ("half 3", "nl", "02:30/14:30"),
        ("half drie", "nl", "02:30/14:30"),
        ("half een", "nl", "00:30/12:30"),
        ("kwart over negen 's ochtends", "nl", "09:15"),
        ("saat on iki buçukta", "tr", "00:30/12:30"),
        ("8 uur 's avonds", "nl", "20:00"),
        ("2:30 pm", "en", "14:30"),
        ("2.30 p.m.", "en", "14:30"),
        ("12 am", "en", "00:00"),
        ("saat 14.30'da", "tr", "14:30"),
        ("akşam 8'de", "tr", "20:00"),
        ("öğleden sonra 2:30", "tr", "14:30"),
        ("الساعة ١٤:٣٠", "ar", "14:30"),
        ("الساعة ٢:٣٠ ظهرًا", "ar", "14:30"),
        ("8 مساءً", "ar", "20:00"),
        ("الساعة ٩ صباحا", "ar", "09:00"),
    ],
)
def test_a_time_is_one_value_in_every_notation(text: str, language: str, value: str) -> None:
    assert found(text, language) == [("time", value)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3-12-2026", "nl"),
        ("3/12/2026", "en"),
        ("03.12.2026", "tr"),
        ("2026-12-03", "en"),
        ("3 december 2026", "nl"),
        ("3e dec. 2026", "nl"),
        ("December 3rd, 2026", "en"),
        ("the 3rd of December 2026", "en"),
        ("3 Aralık 2026", "tr"),
        ("3 Aralık 2026'da", "tr"),
        ("٣ ديسمبر ٢٠٢٦", "ar"),
        ("3 كانون الأول 2026", "ar"),
        ("3 كانون الأول/ديسمبر 2026", "ar"),
        ("٣/١٢/٢٠٢٦", "ar"),
    ],
)
def test_a_date_is_one_value_in_every_notation(text: str, language: str) -> None:
    assert found(text, language) == [("date", "2026-12-03")]


def test_every_month_of_both_arabic_traditions_is_read() -> None:
    for number, names in enumerate(zip(EGYPT, LEVANT, strict=True), start=1):
        for name in names:
            assert found(f"5 {name}", "ar") == [("date", f"{number:02}-05")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_weekdays_are_the_same_days_in_every_language(language: str) -> None:
    for day, name in zip(DAYS, DAYS_ELSEWHERE[language], strict=True):
        assert found(name, language) == [("weekday", day)]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("maandagmiddag", "nl", "maandag"),
        ("di 3-12-2026", "nl", "dinsdag"),
        ("Mondays", "en", "maandag"),
        ("للثلاثاء", "ar", "dinsdag"),
        ("والأربعاء", "ar", "woensdag"),
        ("Cuma'ya", "tr", "vrijdag"),
        ("salıya", "tr", "dinsdag"),
        ("PAZARTESİ", "tr", "maandag"),
    ],
)
def test_a_day_is_found_in_its_forms(text: str, language: str, day: str) -> None:
    assert ("weekday", day) in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dat doe ik zo.", "nl"),
        ("Doe dit zo 3 keer", "nl"),
        ("I may march in the sun", "en"),
        ("I am fine", "en"),
        ("iş pazarı", "tr"),
        ("لا أحد", "ar"),
        ("doe het in een map", "nl"),
    ],
)
def test_ordinary_words_are_no_days_months_or_terms(text: str, language: str) -> None:
    assert {kind for kind, _ in found(text, language)} <= {"number"}


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1.000,50", "nl", "1000.5"),
        ("1,000.50", "en", "1000.5"),
        ("١٬٠٠٠٫٥٠", "ar", "1000.5"),
        ("1.000", "nl", "1000"),
        ("1.000", "tr", "1000"),
        ("1,000", "en", "1000"),
        ("1,5", "nl", "1.5"),
        ("1.000.000", "nl", "1000000"),
        ("007", "nl", "7"),
    ],
)
def test_a_number_is_read_in_the_notation_of_its_language(
    text: str, language: str, number: str
) -> None:
    assert found(text, language) == [("number", number)]


@pytest.mark.parametrize(
    "written",
    ["0495-575000", "0495 57 50 00", "+31 495 575000", "0031495575000", "+31 (0)495-575000"],
)
def test_a_telephone_number_is_one_value(written: str) -> None:
    assert found(f"Bel {written} voor hulp.") == [("phone", "0495575000")]


@pytest.mark.parametrize(
    "written", ["€ 25", "€25,-", "25 euro", "25 euro's", "EUR 25,00", "25,- euro"]
)
def test_money_is_an_amount(written: str) -> None:
    assert found(written) == [("money", "25")]


@pytest.mark.parametrize(
    ("written", "language"), [("25 avro", "tr"), ("٢٥ يورو", "ar"), ("€25", "en")]
)
def test_money_is_an_amount_in_every_language(written: str, language: str) -> None:
    assert found(written, language) == [("money", "25")]


def test_links_and_addresses_are_taken_whole_and_as_they_are() -> None:
    text = "Zie https://Weert.nl/a_b?n=12. Of mail Anna.b@weert.nl, of duo.nl!"
    assert [value.text for value in protected(text, "nl")] == [
        "https://Weert.nl/a_b?n=12",
        "Anna.b@weert.nl",
        "duo.nl",
    ]


def test_where_a_value_stands_is_told_in_the_text_as_it_was_written() -> None:
    text = "\u2067يوم الثُّلاثاءِ\u2069، الساعة \u2066١٤:٣٠\u2069"
    for value in protected(text, "ar"):
        assert text[value.start : value.end] == value.text
    assert [value.text for value in protected(text, "ar")] == ["الثُّلاثاءِ", "١٤:٣٠"]


@pytest.mark.parametrize("term", ["PVT", "MAP", "PIP", "DUO", "COA", "IND", "BSN", "A2", "B1"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_abbreviations_are_terms_in_every_language(term: str, language: str) -> None:
    assert found(term, language) == [("term", term.casefold())]


def test_every_kind_of_value_can_be_found() -> None:
    text = "Maandag 3-12-2026 om 14:30, 12 keer, € 5, DUO, 0495-575000, a@weert.nl, www.weert.nl"
    assert {value.kind for value in protected(text, "nl")} == set(Kind)
