"""Trains one way of understanding and scores it, for `make bench-understanding`.

Each contender runs in a process of its own, so that its memory and its time are its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from components.importer import Example, all_examples
from components.recogniser import Recogniser
from evaluation import recogniser_settings
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from translations.normalise import normalise

# Rasa's own suggestion for a new assistant, without its fallback and its response selector.
RASA_DEFAULT: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "entity_recognition": False, "random_seed": 1},
]

Best = Callable[[str], str]
"""From a text to the intent that comes first."""


def compare(name: str, size: str) -> None:
    """Reads test lines as JSON, writes one JSON object: accuracy, times in seconds and MB.

    name: ours, svm or diet; size: how many examples to learn from, 0 for all.
    """
    lines = [json.loads(line) for line in sys.stdin]
    examples = _examples(int(size))
    before = time.process_time()
    best = {"ours": _ours, "svm": _plain_svm, "diet": _rasa_default}[name](examples)
    trained = time.process_time()
    found = [best(line["text"]) for line in lines]
    parsed = time.process_time()
    right: dict[str, list[bool]] = defaultdict(list)
    for line, intent in zip(lines, found, strict=True):
        right[line["language"]].append(intent in (line["intent"], *line["alternatives"]))
    result = {
        "examples": len(examples),
        "training_cpu_s": round(trained - before, 1),
        "parse_cpu_ms": round(1000 * (parsed - trained) / len(lines), 2),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "top1": {each: round(sum(hits) / len(hits), 4) for each, hits in sorted(right.items())},
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _examples(size: int) -> list[Example]:
    """All, or a fixed choice that takes languages and intents in turn."""
    examples = all_examples()
    if not size:
        return examples
    by_kind: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for language, intent, text in examples:
        by_kind[language, intent].append((language, intent, text))
    chance = random.Random(1)
    for each in by_kind.values():
        chance.shuffle(each)
    in_turn = sorted((place, kind) for kind, each in by_kind.items() for place in range(len(each)))
    return [by_kind[kind][place] for place, kind in in_turn[:size]]


def _ours(examples: list[Example]) -> Best:
    recogniser = Recogniser.learn(
        [normalise(text) for _, _, text in examples],
        [intent for _, intent, _ in examples],
        **recogniser_settings(),
    )
    return lambda text: recogniser.rank(normalise(text))[0][0]


def _plain_svm(examples: list[Example]) -> Best:
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True)
    machine = make_pipeline(letters, LinearSVC(random_state=1, tol=0.1))
    machine.fit([text for _, _, text in examples], [intent for _, intent, _ in examples])
    return lambda text: str(machine.predict([text])[0])


def _rasa_default(examples: list[Example]) -> Best:
    with tempfile.TemporaryDirectory() as folder:
        config, data = Path(folder, "config.yml"), Path(folder, "nlu.yml")
        recipe = {"recipe": "default.v1", "language": "nl", "assistant_id": "comparison"}
        config.write_text(yaml.safe_dump({**recipe, "pipeline": RASA_DEFAULT}))
        by_intent: dict[str, list[str]] = defaultdict(list)
        for _, intent, text in examples:
            by_intent[intent].append(f"- {text}")
        blocks = [
            {"intent": intent, "examples": "\n".join(texts)} for intent, texts in by_intent.items()
        ]
        data.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True))
        agent = Agent.load(train_nlu(str(config), str(data), folder))
    return lambda text: asyncio.run(agent.parse_message(text))["intent"]["name"] or ""
