"""A sentence ends where a reader would say so, in every language and in spite of abbreviations."""

import pytest

from translations.engines.sentences import LONGEST, split_sentences


@pytest.mark.parametrize(
    "line",
    [
        "Kom om 14.30 uur naar Weert.",
        "De les kost 1.000,50 euro per jaar.",
        "Neem a.u.b. uw pas mee.",
        "Vraag het aan dhr. Jansen of mevr. De Wit.",
        "Bel dr. A. Voorbeeld, tel. 0495-000000.",
        "Neem iets mee, bijv. Uw paspoort.",
        "Zie art. 7 en nr. 12 van de brief.",
        "Lees https://www.weert.nl/a.b/c?d=e.f#g eerst.",
        "Mail naar sanne.voorbeeld@example.org of bel.",
        "Adres: Sok. No. 5",
        "Evimiz 3. katta.",
        "1. Neem uw pas mee.",
        "Wat nu",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(line: str) -> None:
    assert split_sentences(line) == [line]


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("Kom om 14.30. Neem uw pas mee.", ["Kom om 14.30.", "Neem uw pas mee."]),
        ("ik ben ziek. kan het morgen", ["ik ben ziek.", "kan het morgen"]),
        ("Echt waar?! Ja... Goed!", ["Echt waar?!", "Ja...", "Goed!"]),
        ("Kom a.u.b. Ik wacht.", ["Kom a.u.b.", "Ik wacht."]),
        ("No. I cannot come.", ["No.", "I cannot come."]),
        ("Hij zei: “Kom.” Ik kwam.", ["Hij zei: “Kom.”", "Ik kwam."]),
        ("Zie https://www.weert.nl. Bel daarna.", ["Zie https://www.weert.nl.", "Bel daarna."]),
        ("متى موعدي؟ أنا مريض. شكرا", ["متى موعدي؟", "أنا مريض.", "شكرا"]),
        ("متى موعدي؟أنا مريض", ["متى موعدي؟", "أنا مريض"]),
        ("ሰላም። ሕማቕ ኣለኹ፧ የቐንየለይ", ["ሰላም።", "ሕማቕ ኣለኹ፧", "የቐንየለይ"]),
        ("ሰላም :: የቐንየለይ ::", ["ሰላም ::", "የቐንየለይ ::"]),
        ("Görüşmem ne zaman? Bugün.", ["Görüşmem ne zaman?", "Bugün."]),
        ("  ", []),
        ("", []),
    ],
)
def test_a_sentence_ends_at_its_mark(line: str, sentences: list[str]) -> None:
    assert split_sentences(line) == sentences


def test_what_never_ends_is_cut_at_a_pause_so_that_a_model_loses_nothing() -> None:
    line = "ik wil graag weten hoe het zit, " * 40
    parts = split_sentences(line)
    assert max(map(len, parts)) <= LONGEST
    assert all(part.endswith(",") for part in parts)
    assert " ".join(parts) == line.strip()


def test_a_long_address_is_not_cut() -> None:
    address = "https://www.weert.nl/" + "a" * LONGEST
    assert split_sentences(f"Kijk op {address} en bel") == ["Kijk op", address, "en bel"]
