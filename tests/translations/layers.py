"""Numbers into the layers of CTranslate2's own description of a model."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Matrix = NDArray[np.float64]


def norm(layer: Any, width: int) -> None:
    """A layer norm that only norms."""
    layer.gamma, layer.beta = single(np.ones(width)), single(np.zeros(width))


def linear(layer: Any, weight: Matrix, bias: Matrix | None = None) -> None:
    layer.weight = single(weight)
    layer.bias = single(np.zeros(len(weight)) if bias is None else bias)


def single(numbers: Matrix) -> NDArray[np.float32]:
    return np.ascontiguousarray(numbers, dtype=np.float32)
