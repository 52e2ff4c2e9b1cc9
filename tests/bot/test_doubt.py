"""Doubt changes the intent and never the ranking."""

from __future__ import annotations

from typing import Any

import pytest
from components.doubt import Doubt, Thresholds
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

CONFIG = {"sure_from": 0.5, "sure_margin": 0.1, "known_from": 0.2, "danger_from": 0.3}


def intent_of(*confidences: float) -> str:
    ranking = [
        {"name": f"intent_{place}", "confidence": confidence}
        for place, confidence in enumerate(confidences)
    ]
    best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
    message = Message({INTENT: best, INTENT_RANKING_KEY: list(ranking)})
    Doubt(CONFIG).process([message])
    assert message.get(INTENT_RANKING_KEY) == ranking
    assert message.get(INTENT)["confidence"] == best["confidence"]
    return message.get(INTENT)["name"]


@pytest.mark.parametrize(
    ("confidences", "intent"),
    [
        ([0.9, 0.05], "intent_0"),
        ([0.5, 0.3], "intent_0"),
        ([1.0], "intent_0"),
        ([0.49, 0.1], "unsure"),
        ([0.5, 0.45], "unsure"),
        ([0.2, 0.1], "unsure"),
        ([0.19, 0.1], "unknown"),
        ([0.0, 0.0], "unknown"),
        ([], "unknown"),
    ],
)
def test_thresholds_decide(confidences: list[float], intent: str) -> None:
    assert intent_of(*confidences) == intent


@pytest.mark.parametrize("name", sorted(CONFIG))
def test_a_threshold_has_no_default_outside_the_configuration(name: str) -> None:
    with pytest.raises(InvalidConfigException, match=name):
        Doubt({**CONFIG, name: None})


def decided(
    config: dict[str, Any], language: str | None, **ranking: float
) -> tuple[str, list[str]]:
    found = sorted(ranking.items(), key=lambda each: -each[1])
    intent, ranked = Thresholds.read(config).decide(language, found)
    return intent, [name for name, _ in ranked]


def test_a_language_can_have_thresholds_of_its_own() -> None:
    config = {**CONFIG, "languages": {"ti": {"sure_from": 0.4}}}
    assert decided(config, "ti", pvt=0.45, map=0.1)[0] == "pvt"
    assert decided(config, "nl", pvt=0.45, map=0.1)[0] == "unsure"
    assert decided(config, None, pvt=0.45, map=0.1)[0] == "unsure"


def test_a_threshold_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidConfigException, match="sure_form"):
        Thresholds.read({**CONFIG, "languages": {"ti": {"sure_form": 0.4}}})


def test_possible_danger_goes_before_what_is_likelier() -> None:
    assert decided(CONFIG, "nl", gezondheid=0.5, nood=0.31) == ("nood", ["nood", "gezondheid"])
    assert decided(CONFIG, "nl", gezondheid=0.5, nood=0.29)[0] == "gezondheid"
