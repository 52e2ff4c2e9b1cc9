"""Which language a text is in, and the honest line for those we do not speak."""

import pytest

from api.conversations.languages import language_of, unspoken_by_script, unspoken_language

SPOKEN = {
    "nl": ["ik wil een afspraak maken", "waar kan ik nederlands leren"],
    "en": ["I want to cancel my appointment", "where can I learn Dutch"],
    "tr": ["randevumu iptal etmek istiyorum", "çocuğum için kreş arıyorum"],
    "ar": ["موعد", "متى موعدي القادم؟", "ابني عمره سنتين مين بيدفع", "عندي سؤال عن DUO"],
    "ti": ["ቆጸራይ መዓስ እዩ", "ሰላም", "ደቀይ ኣበይ ከመዝግቦም", "ኣነ DUO ደብዳበ መጺኡኒ"],
}
UNSPOKEN = {
    "am": ["እንዴት ነህ ስለ ትምህርት መጠየቅ እፈልጋለሁ", "ቀጠሮዬ መቼ ነው", "የሆላንድ ቋንቋ ትምህርት መቼ ይጀምራል"],
    "fa": ["سلام من یک سوال در مورد کلاس دارم", "چطور می توانم خانه پیدا کنم"],
    "ku": ["سڵاو پرسیارێکم هەیە دەربارەی قوتابخانە", "چۆن دەتوانم خانوو بدۆزمەوە"],
    "ps": ["زما پوښتنه ده چې کله کورس پیل کیږي"],
    "ur": ["مجھے کورس کے بارے میں پوچھنا ہے"],
    "uk": ["Коли моя наступна зустріч", "Чи повинна я складати іспит"],
    "ru": ["Когда моя следующая встреча", "Добрый день хочу спросить про курсы"],
    "so": ["Salaan, waxaan rabaa inaan wax ka weydiiyo iskuulka"],
    "fr": ["bonjour je voudrais poser une question sur le cours"],
}


def pairs(texts: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, each in texts.items() for text in each]


@pytest.mark.parametrize(("language", "text"), [*pairs(SPOKEN), *pairs(UNSPOKEN)])
def test_the_language_of_a_sentence_is_known(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["hallo", "ok", "PVT", "DUO B1 Z", "hi", "", "👍", "112", "mo2abalet el gemeente"]
)
def test_a_greeting_or_a_term_says_nothing(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ana 3ayez afham eh el PVT",
        "kemey alekum nay guday belu",
        "wen el maw3ed taba3i law sama7t",
        "ab gemeente aytay kres alena",
        "shu ya3ni inburgering w shu lazem a3mel",
    ],
)
def test_arabic_and_tigrinya_in_latin_letters_are_taken_for_nothing_else(text: str) -> None:
    assert language_of(text) is None
    assert unspoken_language(text) is None


@pytest.mark.parametrize(("language", "text"), pairs(UNSPOKEN))
def test_only_what_the_letters_tell_is_answered_without_asking_rasa(
    language: str, text: str
) -> None:
    assert unspoken_language(text) == language
    assert unspoken_by_script(text) == (None if language in ("so", "fr") else language)
