"""What machines do to sentences of this work is seen, and what they may do is believed."""

import tomllib
from pathlib import Path

import pytest

from translations.guard import compare, translate_guarded
from translations.machine import NoTranslation

PAIRS = tomllib.loads(Path(__file__).with_name("pairs.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("languages", "source", "result"), PAIRS["changed"])
def test_a_day_time_number_office_or_not_that_changed_is_seen(
    languages: str, source: str, result: str
) -> None:
    verdict = compare(source, result, *languages.split("-"))
    assert verdict.faults or verdict.warnings


@pytest.mark.parametrize(("languages", "source", "result"), PAIRS["fair"])
def test_a_fair_translation_does_not_alarm(languages: str, source: str, result: str) -> None:
    assert compare(source, result, *languages.split("-")).is_fine


def test_a_second_attempt_that_is_refused_leaves_the_first() -> None:
    answers = iter(["Come on Tuesday at 14:30."])

    def translate(text: str) -> str:
        for answer in answers:
            return answer
        raise NoTranslation

    guarded = translate_guarded(translate, "Kom maandag om 14:30.", "nl", "en")
    assert (guarded.text, guarded.retried) == ("Come on Tuesday at 14:30.", False)
    assert [value.value for value in guarded.verdict.missing] == ["maandag"]
