"""Turns a weak guess into an honest question, so that nobody gets a wrong answer said firmly."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message

UNSURE = "unsure"
UNKNOWN = "unknown"
DOUBTS = frozenset({UNSURE, UNKNOWN})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Doubt(GraphComponent, IntentClassifier):
    """Replaces the intent by `unsure` or `unknown`; the ranking of real intents stays.

    All three thresholds are confidences from 0 to 1, and config.yml is the only place they stand.

    sure_from: from here the best intent is answered.
    sure_margin: how far the best intent must be ahead of the second.
    known_from: below this no intent is near enough to be offered.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"sure_from": None, "sure_margin": None, "known_from": None}

    def __init__(self, config: dict[str, Any]) -> None:
        missing = [name for name in self.get_default_config() if config.get(name) is None]
        if missing:
            raise InvalidConfigException(f"config.yml gives Doubt no {', '.join(missing)}")
        self._sure_from = float(config["sure_from"])
        self._sure_margin = float(config["sure_margin"])
        self._known_from = float(config["known_from"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Doubt:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            confidences = [
                ranked[PREDICTED_CONFIDENCE_KEY] for ranked in message.get(INTENT_RANKING_KEY, [])
            ]
            doubt = self._doubt(confidences)
            if doubt:
                best = confidences[0] if confidences else 0.0
                guess = {INTENT_NAME_KEY: doubt, PREDICTED_CONFIDENCE_KEY: best}
                message.set(INTENT, guess, add_to_output=True)
        return messages

    def _doubt(self, confidences: list[float]) -> str | None:
        best, second = [*confidences, 0.0, 0.0][:2]
        if best < self._known_from:
            return UNKNOWN
        if best < self._sure_from or best - second < self._sure_margin:
            return UNSURE
        return None
