"""Answers what `wegwijs evaluate` asks: one JSON object a line, in and out.

Nothing here judges: which intent is right, and what a rule says first, is the api's to know.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TextIO

import yaml
from components.doubt import Thresholds
from components.importer import all_examples
from components.recogniser import Recogniser
from components.understanding import understand as understand_one
from rasa.core.agent import Agent
from sklearn.model_selection import StratifiedKFold

from translations.normalise import normalise

BOT = Path(__file__).resolve().parent
_RANKED = 10


def understand(model: str, asked: TextIO = sys.stdin, found: TextIO = sys.stdout) -> None:
    """{"text", "language"} -> {"intent", "confidence", "ranking"}, by the whole pipeline."""
    asyncio.run(_understand(Agent.load(model), asked, found))


async def _understand(agent: Any, asked: TextIO, found: TextIO) -> None:
    for line in asked:
        question = json.loads(line)
        known = await understand_one(agent, question["text"], question["language"])
        _write(
            found,
            intent=known["intent"]["name"],
            confidence=known["intent"]["confidence"],
            ranking=[ranked["intent"] for ranked in known["ranking"]],
        )


def crossvalidate(parts: str, found: TextIO = sys.stdout) -> None:
    """Each training example, judged by a model of the others: as `understand`, with its truth."""
    thresholds, settings = Thresholds.read(step("Doubt")), recogniser_settings()
    examples = all_examples()
    texts = [normalise(text) for _, _, text in examples]
    intents = [intent for _, intent, _ in examples]
    folds = StratifiedKFold(int(parts), shuffle=True, random_state=1)
    for known, left_out in folds.split(texts, intents):
        recogniser = Recogniser.learn(
            [texts[place] for place in known],
            [intents[place] for place in known],
            **settings,
        )
        for place in left_out:
            language, intent, text = examples[place]
            decided, ranking = thresholds.decide(language, recogniser.rank(texts[place]))
            _write(
                found,
                language=language,
                text=text,
                truth=intent,
                intent=decided,
                confidence=round(ranking[0][1], 4),
                ranking=[name for name, _ in ranking[:_RANKED]],
            )


def recogniser_settings() -> dict[str, Any]:
    """What `Recogniser.learn` is given in production."""
    classifier = step("LinearIntentClassifier")
    return {name: classifier[name] for name in Recogniser.SETTINGS}


def step(name: str) -> dict[str, Any]:
    """The step of the pipeline with this class, as config.yml has it."""
    config = yaml.safe_load((BOT / "config.yml").read_text(encoding="utf-8"))
    return next(each for each in config["pipeline"] if each["name"].endswith(f".{name}"))


def _write(found: TextIO, **values: Any) -> None:
    found.write(json.dumps(values, ensure_ascii=False) + "\n")
