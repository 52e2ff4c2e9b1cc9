"""Scores per dimension over time as a drawing: where its lines and points go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin

from api.cases.records import Dimension, Score

WIDTH, HEIGHT, RADIUS = 620, 340, 130
HIGHEST, RING = 10, 2
_LABEL_AWAY = 18

type Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """How somebody scored on a day; a dimension not scored that day keeps its last score."""

    which: str
    """first, previous or latest"""
    on: date
    scores: Mapping[Dimension, int]

    @property
    def points(self) -> list[Point]:
        return [place(dimension, score) for dimension, score in self.scores.items()]

    @property
    def line(self) -> str:
        """For a polygon; of fewer than three points there is none."""
        return joined(self.points) if len(self.scores) > 2 else ""


@dataclass(frozen=True)
class Axis:
    dimension: Dimension
    end: Point
    label_at: Point
    anchor: str


def series_of(scores: Iterable[Score]) -> list[Series]:
    """The first, the previous and the latest day on which something was scored."""
    by_day: dict[date, dict[Dimension, int]] = {}
    for score in scores:
        by_day.setdefault(score.on, {})[score.dimension] = score.score
    days = sorted(by_day)
    chosen = {"first": days[:1], "previous": days[1:-1][-1:], "latest": days[1:][-1:]}
    return [
        Series(which, day, _known(by_day, day)) for which, found in chosen.items() for day in found
    ]


def axes() -> list[Axis]:
    return [_axis(dimension) for dimension in Dimension]


def rings() -> list[str]:
    """Every second score, as a polygon around the middle."""
    return [
        joined(place(dimension, score) for dimension in Dimension)
        for score in range(RING, HIGHEST + 1, RING)
    ]


def place(dimension: Dimension, score: float) -> Point:
    """Where this score lies; the first dimension is straight above the middle."""
    order = list(Dimension)
    angle = 2 * pi * order.index(dimension) / len(order) - pi / 2
    away = RADIUS * score / HIGHEST
    return round(WIDTH / 2 + away * cos(angle), 1), round(HEIGHT / 2 + away * sin(angle), 1)


def joined(points: Iterable[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _known(by_day: Mapping[date, Mapping[Dimension, int]], day: date) -> dict[Dimension, int]:
    known: dict[Dimension, int] = {}
    for earlier in sorted(each for each in by_day if each <= day):
        known |= by_day[earlier]
    return {dimension: known[dimension] for dimension in Dimension if dimension in known}


def _axis(dimension: Dimension) -> Axis:
    end = place(dimension, HIGHEST)
    label_at = place(dimension, HIGHEST + HIGHEST * _LABEL_AWAY / RADIUS)
    side = end[0] - WIDTH / 2
    anchor = "middle" if abs(side) < 1 else "start" if side > 0 else "end"
    return Axis(dimension, end, label_at, anchor)
