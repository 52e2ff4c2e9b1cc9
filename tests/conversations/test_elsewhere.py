"""Questions for somebody else are told where to go."""

import pytest

from api.conversations.elsewhere import elsewhere


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("residence", "hoe krijg ik een visum voor mijn broer"),
        ("residence", "How long does the asylum procedure take?"),
        ("residence", "كيف أجدد إقامتي"),
        ("residence", "بدي أعمل لم شمل لأمي"),
        ("residence", "ንሓወይ ቪዛ ክገብረሉ እደሊ"),
        ("residence", "kardeşim için vize almak istiyorum"),
        ("residence", "vatandaşlık başvurusu nasıl yapılır"),
        ("driving", "mag ik hier rijden met mijn Syrische rijbewijs"),
        ("driving", "How do I get my driving licence?"),
        ("driving", "بدي آخد رخصة سواقة"),
        ("driving", "መንጃ ፍቓድ ከመይ የውጽእ"),
        ("driving", "ehliyetimi nasıl çeviririm"),
        ("tax", "hoe doe ik belastingaangifte"),
        ("tax", "vergi beyannamesi nasıl verilir"),
        ("traffic_fine", "ik kreeg een boete omdat ik door rood reed met mijn auto"),
        ("traffic_fine", "I got a parking ticket"),
        ("traffic_fine", "trafik cezası aldım"),
    ],
)
def test_what_sounds_near_is_told_where_to_go(place: str, text: str) -> None:
    assert elsewhere(text) == f"elsewhere.{place}"


@pytest.mark.parametrize("text", ["wie wint er vanavond", "tell me a joke", "ما الطقس", "", "👍"])
def test_for_everything_else_there_is_no_such_place(text: str) -> None:
    assert elsewhere(text) is None
