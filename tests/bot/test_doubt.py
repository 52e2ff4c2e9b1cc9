"""Doubt changes the intent and never the ranking."""

from __future__ import annotations

import pytest
from components.doubt import Doubt
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

CONFIG = {"sure_from": 0.5, "sure_margin": 0.1, "known_from": 0.2}


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
