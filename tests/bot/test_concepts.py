"""One word in five languages is one concept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from components.concepts import FOLDER, Lexicon

from translations.normalise import normalise

LANGUAGES = ("ar", "en", "nl", "ti", "tr")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.read()


@pytest.mark.parametrize(
    "word", ["kinderen", "children", "الأطفال", "ቆልዑ", "çocuğum", "kindje", "لأطفالي", "ንቆልዑት"]
)
def test_the_same_concept_is_found_in_every_language(lexicon: Lexicon, word: str) -> None:
    assert "people/child" in lexicon.concepts_of(normalise(word))


def test_a_word_that_means_nothing_here_has_no_concept(lexicon: Lexicon) -> None:
    assert lexicon.concepts_of("qqxyz") == frozenset()


def test_features_are_concepts_their_fields_and_their_pairs(tmp_path: Path) -> None:
    (tmp_path / "nl.yml").write_text("money:\n  pay: betaal*\npeople:\n  who: wie\n  none:\n")
    lexicon = Lexicon.read(tmp_path)
    assert lexicon.features("wie betaalt dat") == [
        "people/who",
        "money/pay",
        "people",
        "money",
        "money/pay people/who",
    ]


def test_every_language_has_the_same_concepts() -> None:
    concepts = {
        language: {
            (field, concept)
            for field, members in yaml.safe_load(
                (FOLDER / f"{language}.yml").read_text(encoding="utf-8")
            ).items()
            for concept in members
        }
        for language in LANGUAGES
    }
    assert all(named == concepts["en"] for named in concepts.values())
