"""What the classifier is taught is whole, without doubles and copies, and people could type it."""

from collections import Counter
from pathlib import Path

import pytest

from api.understanding.examples import NLU, Example, add_example, faults, read_examples
from translations.catalogue import LANGUAGES
from translations.normalise import normalise

FEWEST = {"nl": 60, "ar": 60, "ti": 60, "en": 60, "tr": 60}
EXAMPLES = read_examples()


def test_nothing_is_taught_that_should_not_be() -> None:
    assert faults(EXAMPLES) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_enough_different_examples_of_every_intent(language: str) -> None:
    taught = {(each.intent, normalise(each.text)) for each in EXAMPLES if each.language == language}
    number = Counter(intent for intent, _ in taught)
    assert number.keys() == {each.intent for each in EXAMPLES}
    assert {i: n for i, n in number.items() if n < FEWEST[language]} == {}


def nl(intent: str, text: str) -> Example:
    return Example("nl", intent, text)


@pytest.mark.parametrize(
    "examples",
    [
        [nl("pvt", "Wat is de PVT?"), nl("map", "wat is de pvt?")],
        [nl("pvt", "wat is de pvt"), Example("en", "pvt", "Wat is de PVT")],
        [
            nl("pvt", "hoeveel uur duurt de pvt in weert"),
            nl("pvt", "hoeveel dagen duurt de pvt in weert"),
        ],
        [
            nl("pvt", "duurt de pvt in weert lang eigenlijk"),
            nl("pvt", "eigenlijk duurt de pvt in weert lang"),
        ],
        [nl("pvt", "/pvt")],
        [nl("pvt", "wat is [pvt](module)")],
        [nl("pvt", "uitleg over {topic}")],
        [nl("pvt", "🙂🙂")],
        [nl("pvt", "uur uur uur uur uur")],
        [nl("pvt", "kijk op https://example.nl")],
        [nl("pvt", "a" * 400)],
    ],
)
def test_doubles_copies_and_what_nobody_types_are_refused(examples: list[Example]) -> None:
    assert len(faults(examples)) == 1


@pytest.mark.parametrize(
    "examples",
    [
        [nl("pvt", "hoe lang is de pvt"), nl("pvt", "hoe duur is de pvt")],
        [nl("mijn_afspraken", "mag ik weten hoe laat mijn afspraak is"), nl("pvt", "pvt?")],
        [nl("leerroute_z", "800")],
    ],
)
def test_short_questions_may_look_alike(examples: list[Example]) -> None:
    assert faults(examples) == []


def test_an_example_is_written_under_its_intent(tmp_path: Path) -> None:
    (tmp_path / "nl").mkdir()
    file = tmp_path / "nl" / "modules.yml"
    file.write_text((NLU / "nl" / "modules.yml").read_text(encoding="utf-8"), encoding="utf-8")
    before = read_examples(tmp_path)
    new = nl("pvt", "moet ik iets tekenen na die twaalf uur")
    assert add_example(new, tmp_path) == file
    after = read_examples(tmp_path)
    assert Counter(after) - Counter(before) == Counter([new])
    assert len(after) == len(before) + 1


def test_an_intent_that_is_not_taught_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'pizza'"):
        add_example(nl("pizza", "een pizza graag"), tmp_path)
