"""The data Rasa learns from is whole: every intent in every language, and one rule for each."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from translations.normalise import normalise

BOT = Path(__file__).resolve().parents[2] / "bot"
LANGUAGES = ("ar", "en", "nl", "ti", "tr")
DOUBTS = {"unsure", "unknown"}
FEWEST_EXAMPLES = 25

Examples = dict[str, list[str]]


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def domain_list(name: str) -> list[str]:
    return [item for path in (BOT / "domain").glob("*.yml") for item in read(path).get(name, [])]


def examples_of(language: str) -> Examples:
    examples: Examples = defaultdict(list)
    for path in sorted((BOT / "data/nlu" / language).glob("*.yml")):
        for block in read(path)["nlu"]:
            lines = block["examples"].splitlines()
            examples[block["intent"]] += [line.strip().removeprefix("- ") for line in lines]
    return examples


INTENTS = sorted(set(domain_list("intents")) - DOUBTS)


def test_the_languages_are_the_five_of_the_assistant() -> None:
    assert sorted(path.name for path in (BOT / "data/nlu").iterdir()) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_teaches_exactly_the_intents_of_the_domain(language: str) -> None:
    assert sorted(examples_of(language)) == INTENTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_different_examples(language: str) -> None:
    few = {
        intent: len({normalise(text) for text in texts})
        for intent, texts in examples_of(language).items()
        if len({normalise(text) for text in texts}) < FEWEST_EXAMPLES
    }
    assert few == {}


def test_no_text_is_taught_as_two_intents() -> None:
    taught: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for intent, texts in examples_of(language).items():
            for text in texts:
                taught[normalise(text)].add(intent)
    assert {text: intents for text, intents in taught.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_taught_twice(language: str) -> None:
    texts = Counter(text for texts in examples_of(language).values() for text in texts)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_example_is_a_command_or_marks_an_entity(language: str) -> None:
    strange = [
        text
        for texts in examples_of(language).values()
        for text in texts
        if not text or text.startswith("/") or "](" in text or "]{" in text
    ]
    assert strange == []


def test_every_intent_has_one_rule_of_one_action() -> None:
    steps = [
        [next(iter(step.items())) for step in rule["steps"]]
        for path in (BOT / "data/rules").glob("*.yml")
        for rule in read(path)["rules"]
    ]
    assert [[kind for kind, _ in rule] for rule in steps] == [["intent", "action"]] * len(steps)
    assert sorted(rule[0][1] for rule in steps) == sorted([*INTENTS, *DOUBTS])
    known_actions = set(domain_list("actions")) | set(domain_list("responses"))
    assert {rule[1][1] for rule in steps} == known_actions


def test_a_response_is_one_key_and_no_text() -> None:
    for path in (BOT / "domain").glob("*.yml"):
        for name, variants in read(path).get("responses", {}).items():
            assert variants == [{"custom": {"key": name.removeprefix("utter_")}}]
