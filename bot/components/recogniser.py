"""A linear classifier over letters and words whose confidences can be trusted as chances."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from components.skeleton import skeleton

Decisions = NDArray[np.float32]

_SHARPNESS_BOUNDS = (0.1, 20.0)
# With too little data to calibrate on, the machine's own decisions are taken as they are.
_UNCALIBRATED = 1.0


@dataclass(frozen=True)
class Recogniser:
    """What was learned: features, one column of weights for each intent, and the calibration.

    sharpness: what the decisions are multiplied by before they become chances; fitted on
    sentences that were left out, so a confidence of 0.8 is right about 8 times in 10.
    """

    intents: tuple[str, ...]
    features: FeatureUnion
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    sharpness: float

    @classmethod
    def learn(
        cls,
        texts: list[str],
        intents: list[str],
        *,
        smallest_count: int,
        penalty: float,
        folds: int,
    ) -> Recogniser:
        """Learn from normalised texts and, side by side, their intents (two or more of them)."""
        features = _features(smallest_count)
        rows = features.fit_transform(texts)
        machine = LinearSVC(C=penalty, class_weight="balanced", random_state=1)
        sharpness = _sharpness(machine, rows, intents, folds)
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
        decisions = row.data @ self.weights[row.indices] + self.offsets
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
    return FeatureUnion(
        [
            ("letters", TfidfVectorizer(**letters)),
            ("words", TfidfVectorizer(**words)),
            ("consonants", TfidfVectorizer(preprocessor=skeleton, **letters)),
        ],
        transformer_weights={"letters": 1.0, "words": 0.5, "consonants": 0.7},
    )


def _sharpness(machine: LinearSVC, rows: csr_matrix, intents: list[str], folds: int) -> float:
    """Fit one number on the decisions about sentences the machine had not seen."""
    possible_folds = min(folds, min(Counter(intents).values()))
    if possible_folds < 2:
        return _UNCALIBRATED
    parts = StratifiedKFold(possible_folds, shuffle=True, random_state=1)
    decisions = cross_val_predict(machine, rows, intents, cv=parts, method="decision_function")
    if decisions.ndim == 1:
        decisions = np.column_stack([-decisions, decisions])
    _, right = np.unique(intents, return_inverse=True)

    def surprise(sharpness: float) -> float:
        chances = log_softmax(decisions * sharpness, axis=1)
        return float(-chances[np.arange(len(right)), right].mean())

    return float(minimize_scalar(surprise, bounds=_SHARPNESS_BOUNDS, method="bounded").x)


def _one_column_for_each_intent(machine: LinearSVC) -> tuple[Decisions, Decisions]:
    """Of two intents the machine keeps one row only; its opposite is that of the first."""
    weights, offsets = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, offsets = np.vstack([-weights, weights]), np.hstack([-offsets, offsets])
    by_feature = np.ascontiguousarray(weights.T, dtype=np.float32)
    return by_feature, offsets.astype(np.float32)
