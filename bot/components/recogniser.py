"""A linear classifier over letters and words whose confidences can be trusted as chances."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from components.concepts import Lexicon
from components.skeleton import skeleton

Decisions = NDArray[np.float32]
Weights = NDArray[np.float16]
"""Half as large as usual, in memory and in the model's file; no answer changes by it."""

_SHARPNESS_BOUNDS = (0.1, 20.0)
# Two concepts that came together only once say nothing.
_FEWEST_OF_A_PAIR = 2
# With too little data to calibrate on, the machine's own decisions are taken as they are.
_UNCALIBRATED = 1.0
# Fitting further takes longer and moves one sentence in 3,000.
_TOLERANCE, _ROUNDS = 0.1, 8
warnings.filterwarnings("ignore", category=ConvergenceWarning)


@dataclass(frozen=True)
class Recogniser:
    """What was learned: features, one column of weights for each intent, and the calibration.

    sharpness: what the decisions are multiplied by before they become chances; fitted on
    sentences that were left out, so a confidence of 0.8 is right about 8 times in 10.
    """

    intents: tuple[str, ...]
    features: FeatureUnion
    weights: Weights
    offsets: NDArray[np.float32]
    sharpness: float

    SETTINGS: ClassVar[tuple[str, ...]] = ("smallest_count", "penalty", "left_out")

    @classmethod
    def learn(
        cls,
        texts: list[str],
        intents: list[str],
        *,
        smallest_count: int,
        penalty: float,
        left_out: float,
    ) -> Recogniser:
        """Learn from normalised texts and, side by side, their intents (two or more of them).

        smallest_count: n-grams seen in fewer sentences are left out.
        penalty: the C of the linear support vector machine; smaller is smoother.
        left_out: the share of the sentences on which the confidences are calibrated.
        """
        features = _features(smallest_count)
        rows = features.fit_transform(texts)
        machine = LinearSVC(
            C=penalty, class_weight="balanced", random_state=1, max_iter=_ROUNDS, tol=_TOLERANCE
        )
        sharpness = _sharpness(machine, rows, intents, left_out)
        machine.fit(rows, intents)
        weights, offsets = _one_column_for_each_intent(machine)
        return cls(
            intents=tuple(str(intent) for intent in machine.classes_),
            features=features,
            weights=weights,
            offsets=offsets,
            sharpness=sharpness,
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """All intents with their confidence (0-1), the best first.

        A text without one known letter says nothing: every confidence is then 0.
        """
        row = self.features.transform([text])
        if row.nnz == 0:
            return [(intent, 0.0) for intent in self.intents]
        weights = self.weights[row.indices].astype(np.float32)
        decisions = row.data @ weights + self.offsets
        chances = softmax(decisions * self.sharpness)
        order = np.argsort(-chances)
        return [(self.intents[place], float(chances[place])) for place in order]


def _features(smallest_count: int) -> FeatureUnion:
    """What is looked at; the sizes and weights were chosen by cross-validation."""
    shared: dict[str, Any] = {
        "min_df": smallest_count,
        "sublinear_tf": True,
        "dtype": np.float32,
        "lowercase": False,  # the text is normalised already
    }
    letters: dict[str, Any] = {**shared, "analyzer": "char_wb", "ngram_range": (2, 4)}
    words: dict[str, Any] = {**shared, "ngram_range": (1, 2), "token_pattern": r"\S+"}
    concepts: dict[str, Any] = {**shared, "min_df": max(smallest_count, _FEWEST_OF_A_PAIR)}
    return FeatureUnion(
        [
            ("letters", TfidfVectorizer(**letters)),
            ("words", TfidfVectorizer(**words)),
            ("consonants", TfidfVectorizer(preprocessor=skeleton, **letters)),
            ("concepts", TfidfVectorizer(analyzer=Lexicon.read().features, **concepts)),
        ],
        transformer_weights={"letters": 1.0, "words": 0.8, "consonants": 0.7, "concepts": 1.0},
    )


def _sharpness(machine: LinearSVC, rows: csr_matrix, intents: list[str], left_out: float) -> float:
    """Fit one number on the decisions about sentences the machine had not seen.

    It learns from twice as many as it is asked: more would take long and move the number little.
    """
    if min(Counter(intents).values()) < 2 or int(left_out * len(intents)) < len(set(intents)):
        return _UNCALIBRATED
    truth = np.array(intents)
    split = StratifiedShuffleSplit(1, test_size=left_out, train_size=2 * left_out, random_state=1)
    seen, unseen = next(split.split(rows, truth))
    machine.fit(rows[seen], truth[seen])
    decisions = machine.decision_function(rows[unseen])
    if decisions.ndim == 1:
        decisions = np.column_stack([-decisions, decisions])
    right = np.searchsorted(machine.classes_, truth[unseen])

    def surprise(sharpness: float) -> float:
        chances = log_softmax(decisions * sharpness, axis=1)
        return float(-chances[np.arange(len(right)), right].mean())

    return float(minimize_scalar(surprise, bounds=_SHARPNESS_BOUNDS, method="bounded").x)


def _one_column_for_each_intent(machine: LinearSVC) -> tuple[Weights, Decisions]:
    """Of two intents the machine keeps one row only; its opposite is that of the first."""
    weights, offsets = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, offsets = np.vstack([-weights, weights]), np.hstack([-offsets, offsets])
    by_feature = np.ascontiguousarray(weights.T, dtype=np.float16)
    return by_feature, offsets.astype(np.float32)
