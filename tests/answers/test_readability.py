"""Dutch for who is learning Dutch: short sentences, short words, messages that fit on a phone."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pyphen  # type: ignore[import-untyped]
import pytest
from sqlalchemy.orm import Session

from api.answers.explain import UNKNOWN, explain
from api.answers.figures import number_in_words
from api.answers.words import Words
from api.cases.models import Group
from api.clock import local
from api.db import Database
from tests.answers.readers import NOW, stranger
from translations.catalogue import LANGUAGES, SOURCE

TOO_MANY_WORDS = 15
"""On average in a sentence."""
EASE, EASE_OF_SHORT = 50, 70
LONG_ENOUGH = 80
"""Characters; the ease of one or two sentences hangs on a single long word."""
LONGEST = {language: 600 if language == SOURCE else 700 for language in LANGUAGES}
LONGEST_SIMPLE = 200
WALKED = {
    **{"number": 3, "total": 10, "month": "november 2026"},
    **{"date": "1 maart 2027", "day_name": "21 november 2026"},
}
"""What fills the gaps of the walk that are no rules."""

ENDS = re.compile(r"(?<=[.!?])\s+|\n")
WORD = re.compile(r"\w+(?:[-'’.,/]\w+)*")
NOT_READ = re.compile("[\u2066-\u2069]")
HYPHENS = pyphen.Pyphen(lang="nl_NL", left=1, right=1)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; every item of a list is one, and so is a heading."""
    return [words for part in ENDS.split(text) if (words := WORD.findall(part))]


def syllables(word: str) -> int:
    """As the library breaks words; a number or an abbreviation counts for one."""
    return len(HYPHENS.positions(word)) + 1


def average_sentence(text: str) -> float:
    """Words in a sentence."""
    told = sentences(text)
    return sum(map(len, told)) / len(told)


def ease(text: str) -> float:
    """Reading ease by Flesch-Douma: 100 and above is very easy, 50 is a newspaper, 30 a law."""
    words = [word for sentence in sentences(text) for word in sentence]
    average_word = sum(map(syllables, words)) / len(words)
    return 206.835 - 0.93 * average_sentence(text) - 77 * average_word


@pytest.fixture(scope="module")
def answers(words: Words) -> dict[str, str]:
    """Every Dutch text of an answer and of the walk as it reads today, by key."""
    keys = [key for topic in topics(words) for key in (topic, f"{topic}.simple", f"{topic}.steps")]
    keys += [line for topic in words.topics.values() for line in topic.by_group.values()]
    keys += [key for key in sorted(words.catalogue.keys()) if key.startswith("walk.")]
    told = words.rules.told(local(NOW).date())
    facts = {name: number_in_words(SOURCE, rule) for name, rule in told.items()} | WALKED
    return {key: words.text(SOURCE, key, **facts) for key in keys if key in words.catalogue}


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def topics(words: Words) -> list[str]:
    """Every topic with a text of its own."""
    return sorted(key for key in words.topics if key in words.catalogue)


def too_long(texts: dict[str, str], limit: int) -> dict[str, int]:
    """Which texts have more characters than this, and how many."""
    return {key: len(text) for key, text in texts.items() if len(text) > limit}


def messages(words: Words, session: Session, language: str, topic: str) -> Iterator[str]:
    """Each message that explains the topic to a participant, whatever their permit.

    Without what stands under many answers: the source, and the warnings.
    """
    mark = words.text(language, "unclear_mark")
    for group in (None, *Group, UNKNOWN):
        chat = stranger(session, language)
        chat.told_group = group
        for reply in explain(words, session, chat, topic):
            text = words.render(session, chat, replace(reply, topic=None), NOW).text
            yield NOT_READ.sub("", text.removesuffix(mark)).strip()


# The yardstick


def test_the_yardstick_tells_plain_language_from_that_of_a_law() -> None:
    plain = "U krijgt een brief. Bewaar de brief goed. Bel ons als u iets niet snapt."
    law = (
        "De inburgeringsplichtige die verwijtbaar niet binnen de inburgeringstermijn heeft voldaan "
        "aan de participatieverklaringsverplichting, wordt een bestuurlijke boete opgelegd."
    )
    assert ease(plain) > 90
    assert ease(law) < 30


def test_the_yardstick_counts_every_item_of_a_list_as_a_sentence() -> None:
    assert sentences("Neem mee:\n• uw pas\n• 2,5 euro. Kom op tijd.") == [
        ["Neem", "mee"],
        ["uw", "pas"],
        ["2,5", "euro"],
        ["Kom", "op", "tijd"],
    ]


@pytest.mark.parametrize(("word", "parts"), [("brief", 1), ("regisseur", 3), ("inburgeren", 4)])
def test_the_yardstick_counts_syllables(word: str, parts: int) -> None:
    assert syllables(word) == parts


# Dutch texts for participants


def test_all_kinds_of_texts_are_measured(answers: dict[str, str]) -> None:
    assert answers.keys() >= {"pvt", "pvt.simple", "boete.asiel", "walk.7", "walk.apply.late"}
    assert any(key.endswith(".steps") for key in answers)
    assert not [text for text in answers.values() if "{" in text]


def test_sentences_are_short(answers: dict[str, str]) -> None:
    long = {key: text for key, text in answers.items() if average_sentence(text) >= TOO_MANY_WORDS}
    assert long == {}


def test_texts_are_easy_to_read(answers: dict[str, str]) -> None:
    long = {key: text for key, text in answers.items() if len(text) > LONG_ENOUGH}
    hard = {key: round(ease(text), 1) for key, text in long.items() if ease(text) < EASE}
    assert long
    assert hard == {}


def test_short_answers_are_on_average_easy(words: Words, answers: dict[str, str]) -> None:
    short = [ease(answers[topic]) for topic in topics(words)]
    assert sum(short) / len(short) >= EASE_OF_SHORT


def test_the_simpler_text_is_short_and_no_harder_on_average(
    words: Words, answers: dict[str, str]
) -> None:
    simple = {key: text for key, text in answers.items() if key.endswith(".simple")}
    assert too_long(simple, LONGEST_SIMPLE) == {}
    longer = [answers[key.removesuffix(".simple")] for key in simple]
    assert sum(map(ease, simple.values())) >= sum(map(ease, longer))


# In every language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_of_an_answer_can_be_read_in_one_go(
    session: Session, words: Words, language: str
) -> None:
    longest = {
        topic: max(messages(words, session, language, topic), key=len) for topic in topics(words)
    }
    assert too_long(longest, LONGEST[language]) == {}
