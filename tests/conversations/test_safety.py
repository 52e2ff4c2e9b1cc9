"""Danger is heard in every language, and everyday words raise no alarm."""

import time
from pathlib import Path

import pytest
import yaml

from api.conversations.safety import is_safety

SENTENCES = Path(__file__).parent / "safety"
NLU = Path(__file__).parents[2] / "bot" / "data" / "nlu"
LANGUAGES = ["nl", "ar", "ti", "en", "tr"]


def sentences(kind: str, language: str) -> list[str]:
    rows = (SENTENCES / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [text for found, text in (row.split("\t") for row in rows) if found == kind]


def every(kind: str) -> list[str]:
    return [text for language in LANGUAGES for text in sentences(kind, language)]


def other_examples(language: str) -> list[str]:
    """What people ask about everything else: the classifier's own examples."""
    intents = [
        intent
        for file in sorted((NLU / language).glob("*.yml"))
        for intent in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        if intent["intent"] != "nood"
    ]
    lines = [line for intent in intents for line in intent["examples"].splitlines()]
    return [line.removeprefix("- ") for line in lines]


@pytest.mark.parametrize("text", every("safety"))
def test_danger_is_heard(text: str) -> None:
    assert is_safety(text)


@pytest.mark.parametrize("text", every("ordinary"))
def test_everyday_words_raise_no_alarm(text: str) -> None:
    assert not is_safety(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_sentences_of_each_kind(language: str) -> None:
    assert len(set(sentences("safety", language))) >= 20
    assert len(set(sentences("ordinary", language))) >= 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_about_everything_else_raise_almost_no_alarm(language: str) -> None:
    examples = other_examples(language)
    alarms = [text for text in examples if is_safety(text)]
    assert len(alarms) <= 0.005 * len(examples), alarms


@pytest.mark.parametrize(
    "text",
    [
        "ZELFMOORD",
        "zelfmoooord",
        "help!!! mijn-man-slaat-mij",
        "öldüreceğim",
        "OLDURECEGIM",
        "زَوْجِي يَضْرِبُنِي",
        "زوجي يـــضربني",
        "I don’t want to live anymore",
        "ሰብኣየይ፡ይሃርመኒ።",
        "this exam is killing me and my husband hits me",
        "hallo, ik heb een vraag over de PVT. ook: mijn man slaat mij. wanneer is het gesprek?",
    ],
)
def test_spelling_and_the_rest_of_the_message_make_no_difference(text: str) -> None:
    assert is_safety(text)


@pytest.mark.parametrize("text", ["", " ", "👍", "?!", "112 uur", "/start", "•••"])
def test_what_says_nothing_raises_no_alarm(text: str) -> None:
    assert not is_safety(text)


@pytest.mark.parametrize(
    "part", ["ik wil ", "mijn man ", "a", "kill ", "زوجي ", "don't ", "ሰብኣየይ ", "لا اريد ", "1 "]
)
def test_a_long_text_costs_little_time(part: str) -> None:
    is_safety("the first call reads the phrases")
    began = time.process_time()
    is_safety((part * 10_000)[:10_000])
    assert time.process_time() - began < 2
