"""The kept validator accepts and refuses what Rasa's own does."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import pytest
from components import action_validation
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

ANSWERS = [
    ({"events": [], "responses": [{"custom": {"key": "next_talk", "appointment": "1"}}]}, True),
    ({"events": [{"event": "pause", "timestamp": None}], "responses": []}, True),
    ({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []}, True),
    ({"responses": []}, True),
    ({"events": [{"event": "slot"}], "responses": []}, False),
    ({"events": [{"name": "no event"}], "responses": []}, False),
    ({"events": {}, "responses": []}, False),
]


@pytest.fixture
def kept() -> Iterator[RemoteAction]:
    original = RemoteAction._validate_action_result
    action_validation.install()
    yield RemoteAction("action_hand_over", None)
    RemoteAction._validate_action_result = original


def accepts(action: RemoteAction, answer: dict) -> bool:
    try:
        return action._validate_action_result(answer)
    except ValidationError:
        return False


@pytest.mark.parametrize(("answer", "valid"), ANSWERS)
def test_rasa_itself_judges_the_same(answer: dict, valid: bool) -> None:
    assert accepts(RemoteAction("action_hand_over", None), answer) is valid


@pytest.mark.parametrize(("answer", "valid"), ANSWERS)
def test_the_kept_validator_judges_right(kept: RemoteAction, answer: dict, valid: bool) -> None:
    assert accepts(kept, answer) is valid


def test_an_answer_is_checked_in_two_milliseconds(kept: RemoteAction) -> None:
    answer = ANSWERS[0][0]
    accepts(kept, answer)
    started = process_time()
    for _ in range(100):
        accepts(kept, answer)
    assert process_time() - started < 0.2
