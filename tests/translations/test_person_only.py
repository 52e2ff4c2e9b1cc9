"""What a regisseur writes about money, fines, deadlines and decisions needs a person."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations.guard import Subject, needs_a_person

SENTENCES = tomllib.loads(Path(__file__).with_name("person_only.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "subject"), SENTENCES["person"])
def test_money_fines_deadlines_and_decisions_need_a_person(text: str, subject: str) -> None:
    assert Subject(subject) in needs_a_person(text)
    assert Subject(subject) in needs_a_person(text.upper())


@pytest.mark.parametrize("text", SENTENCES["machine"])
def test_planning_and_kindness_may_be_translated(text: str) -> None:
    assert needs_a_person(text) == frozenset()


def test_there_are_enough_sentences_of_both() -> None:
    assert len(SENTENCES["person"]) >= 60
    assert len(SENTENCES["machine"]) >= 60
    assert {subject for _, subject in SENTENCES["person"]} == set(Subject)


@given(st.sampled_from(SENTENCES["machine"]), st.sampled_from(SENTENCES["person"]))
def test_a_harmless_sentence_hides_no_other(harmless: str, other: tuple[str, str]) -> None:
    text, subject = other
    assert Subject(subject) in needs_a_person(f"{harmless} {text}")
    assert Subject(subject) in needs_a_person(f"{text} {harmless}")
