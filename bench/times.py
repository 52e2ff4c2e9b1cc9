"""Many times in a few numbers."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def summary(milliseconds: Sequence[float]) -> dict[str, float]:
    shares = {f"p{percent}": percentile(milliseconds, percent) for percent in (50, 95, 99)}
    shares["max"] = max(milliseconds)
    return {name: round(value, 1) for name, value in shares.items()}
