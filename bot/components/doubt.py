"""Turns a weak guess into an honest question, so that nobody gets a wrong answer said firmly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
DANGER = "nood"

Ranking = list[tuple[str, float]]
"""Intents with their confidence, the best first."""


@dataclass(frozen=True)
class Threshold:
    """Three confidences from 0 to 1.

    sure_from: from here the best intent is answered.
    sure_margin: how far the best intent must be ahead of the second.
    known_from: below this no intent is near enough to be offered.
    """

    sure_from: float
    sure_margin: float
    known_from: float

    def doubt(self, confidences: list[float]) -> str | None:
        """`unsure` or `unknown`, given all confidences, the highest first; None where sure."""
        best, second = [*confidences, 0.0, 0.0][:2]
        if best < self.known_from:
            return UNKNOWN
        if best < self.sure_from or best - second < self.sure_margin:
            return UNSURE
        return None


@dataclass(frozen=True)
class Thresholds:
    """What holds for a language, and for messages whose language is not known.

    danger_from: from this confidence on DANGER is answered, whatever else is likelier. A false
    alarm costs somebody three lines to read; a missed one can cost a life.
    """

    default: Threshold
    by_language: Mapping[str, Threshold]
    danger_from: float

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Thresholds:
        """From config.yml, the only place where they stand. Raises InvalidConfigException."""
        names = ("sure_from", "sure_margin", "known_from")
        missing = [name for name in (*names, "danger_from") if config.get(name) is None]
        if missing:
            raise InvalidConfigException(f"config.yml gives Doubt no {', '.join(missing)}")
        default = {name: float(config[name]) for name in names}
        own = config.get("languages") or {}
        unknown = {name for values in own.values() for name in values} - set(names)
        if unknown:
            raise InvalidConfigException(f"Doubt does not know {', '.join(sorted(unknown))}")
        return cls(
            Threshold(**default),
            {language: Threshold(**{**default, **values}) for language, values in own.items()},
            float(config["danger_from"]),
        )

    def decide(self, language: str | None, ranking: Ranking) -> tuple[str, Ranking]:
        """The intent to answer or the doubt, and the ranking with DANGER first where it must be."""
        danger = [ranked for ranked in ranking if ranked[0] == DANGER]
        if danger and danger[0][1] >= self.danger_from:
            return DANGER, [*danger, *(ranked for ranked in ranking if ranked[0] != DANGER)]
        threshold = self.by_language.get(language or "", self.default)
        doubt = threshold.doubt([confidence for _, confidence in ranking])
        return doubt or ranking[0][0], ranking


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Doubt(GraphComponent, IntentClassifier):
    """Replaces the intent by `unsure` or `unknown`, or by danger; the ranking keeps all intents."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        names = ("sure_from", "sure_margin", "known_from", "danger_from")
        return {**dict.fromkeys(names), "languages": {}}

    def __init__(self, config: dict[str, Any]) -> None:
        self._thresholds = Thresholds.read(config)

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
            ranked = message.get(INTENT_RANKING_KEY) or []
            language = (message.get("metadata") or {}).get("language")
            found = [(each[INTENT_NAME_KEY], each[PREDICTED_CONFIDENCE_KEY]) for each in ranked]
            intent, ranking = self._thresholds.decide(language, found)
            confidence = ranking[0][1] if ranking else 0.0
            message.set(INTENT, _as_json(intent, confidence), add_to_output=True)
            ordered = [_as_json(*each) for each in ranking]
            message.set(INTENT_RANKING_KEY, ordered, add_to_output=True)
        return messages


def _as_json(intent: str, confidence: float) -> dict[str, Any]:
    return {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
