"""A typed yes or no, where the difference matters most."""

import pytest

from api.conversations.yes_no import yes_or_no


@pytest.mark.parametrize(
    "text",
    [
        *("ja", "Ja!", "jaaaa", "ja graag", "graag", "doe maar", "ja maar hij mag het niet weten"),
        *("yes", "Yes, please call", "y", "please", "i want that", "yes but he must not know"),
        *("evet", "EVET", "olur", "istiyorum", "evet ama kocam bilmesin"),
        *("نعم", "أيوه", "اه", "نعم بس ما بدي زوجي يعرف", "na3am"),
        *("እወ", "ሕራይ", "ewe", "እወ ግን ሰብኣየይ ክፈልጥ የብሉን"),
    ],
)
def test_a_yes_is_a_yes_whatever_follows_it(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("nee", "nee dank je", "liever niet", "laat maar"),
        *("no", "no thanks", "n", "not now", "please don't"),
        *("hayır", "hayir", "istemiyorum", "gerek yok"),
        *("لا", "لأ", "لا شكرا", "ما بدي"),
        *("ኣይፋልን", "ኣይፋል", "ኣይደልን"),
    ],
)
def test_a_no_is_a_no(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "aaaaaaaa", "undefined", "wat is PVT?", "ja nee", "yes but no police"),
        *("no one may know about this", "لا تخبر زوجي بهذا الشيء", "ok wat is dit", "japan"),
    ],
)
def test_everything_else_is_neither(text: str) -> None:
    assert yes_or_no(text) is None
