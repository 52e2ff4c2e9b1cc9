"""What is asked: three questions on topics and one that needs an action, in each language."""

from api.smoke import PVT_QUESTIONS

OTHERS: dict[str, tuple[str, ...]] = {
    "nl": (
        "Waar vind ik kinderopvang voor mijn dochter?",
        "Welke leerroutes zijn er?",
        "Wanneer is mijn volgende afspraak?",
    ),
    "ar": ("أين أجد حضانة لابنتي؟", "ما هي المسارات التعليمية؟", "متى موعدي القادم؟"),
    "ti": ("መውዓሊ ህጻናት ከመይ ይረክብ", "ክንደይ leerroutes ኣለዉ", "ቀጻሊ ቆጸራይ መዓስ እዩ"),
    "en": (
        "Where can I find childcare for my daughter?",
        "Which learning routes are there?",
        "When is my next appointment?",
    ),
    "tr": (
        "Kızım için kreşi nereden bulurum?",
        "Hangi öğrenme yolları var?",
        "Bir sonraki randevum ne zaman?",
    ),
}

QUESTIONS = {language: (first, *OTHERS[language]) for language, first in PVT_QUESTIONS.items()}
LANGUAGES = tuple(QUESTIONS)


def question(language: str, number: int) -> str:
    """They take turns."""
    mine = QUESTIONS[language]
    return mine[number % len(mine)]
