"""The classifier ranks all intents and comes back from disk as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from components.classifier import LinearIntentClassifier
from components.recogniser import Recogniser
from components.tokenizer import NormalisingTokenizer
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.exceptions import NotFittedError

EXAMPLES = {
    "greet": ["hallo", "goedemorgen", "hoi daar", "ሰላም", "مرحبا"],
    "pvt": ["wat is de pvt", "de pvt cursus", "pvt les", "pvt cursus hoe lang", "ما هو pvt"],
    "kinderopvang": ["opvang voor mijn kind", "kinderopvang", "creche", "حضانة", "opvang baby"],
}
RESOURCE = Resource("classifier")
CONTEXT = ExecutionContext(GraphSchema({}))


def tokenized(message: Message) -> Message:
    tokenizer = NormalisingTokenizer(NormalisingTokenizer.get_default_config())
    return tokenizer.process([message])[0]


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


@pytest.fixture
def classifier(storage: LocalModelStorage) -> LinearIntentClassifier:
    config = LinearIntentClassifier.get_default_config()
    classifier = LinearIntentClassifier.create(config, storage, RESOURCE, CONTEXT)
    examples = [
        tokenized(Message({TEXT: text, INTENT: intent}))
        for intent, texts in EXAMPLES.items()
        for text in texts
    ]
    classifier.train(TrainingData(examples))
    return classifier


def parsed(classifier: LinearIntentClassifier, text: str) -> Message:
    return classifier.process([tokenized(Message({TEXT: text}))])[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("De PVT-cursus", "pvt"), ("hallo!", "greet"), ("مرحباً", "greet"), ("حضانه", "kinderopvang")],
)
def test_the_best_intent_is_found_in_every_spelling(
    classifier: LinearIntentClassifier, text: str, intent: str
) -> None:
    assert parsed(classifier, text).get(INTENT)["name"] == intent


def test_the_ranking_holds_every_intent_once_the_best_first(
    classifier: LinearIntentClassifier,
) -> None:
    ranking = parsed(classifier, "pvt cursus").get(INTENT_RANKING_KEY)
    confidences = [ranked["confidence"] for ranked in ranking]
    assert sorted(ranked["name"] for ranked in ranking) == sorted(EXAMPLES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "🙂", "ღ"])
def test_a_text_without_a_known_letter_has_no_confidence(
    classifier: LinearIntentClassifier, text: str
) -> None:
    assert parsed(classifier, text).get(INTENT)["confidence"] == 0


def test_what_is_loaded_from_disk_answers_the_same(
    classifier: LinearIntentClassifier, storage: LocalModelStorage
) -> None:
    config = LinearIntentClassifier.get_default_config()
    loaded = LinearIntentClassifier.load(config, storage, RESOURCE, CONTEXT)
    for text in ("pvt", "hoi", "opvang", "ሰላም"):
        expected = parsed(classifier, text).get(INTENT_RANKING_KEY)
        assert parsed(loaded, text).get(INTENT_RANKING_KEY) == expected


def test_an_untrained_classifier_says_so(storage: LocalModelStorage) -> None:
    config = LinearIntentClassifier.get_default_config()
    untrained = LinearIntentClassifier.create(config, storage, RESOURCE, CONTEXT)
    with pytest.raises(NotFittedError):
        parsed(untrained, "hallo")


def test_two_intents_with_one_sentence_each_can_be_told_apart() -> None:
    recogniser = Recogniser.learn(
        ["hallo", "doei"], ["greet", "goodbye"], smallest_count=1, penalty=1.0, left_out=0.2
    )
    assert recogniser.rank("hallo")[0][0] == "greet"
    assert recogniser.rank("doei")[0][0] == "goodbye"
