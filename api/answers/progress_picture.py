"""The small picture of what is done and what is left: bars, without a name or a date.

The name of a picture is all that is in it, such as "pvt-8-12_map-0-40": nothing is stored, and
whoever comes across an address learns nobody's name from it.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

FOLDER = "progress"
LABELS = {
    "pvt": "PVT",
    "map": "MAP",
    "course": "NL + KNM",
    "participation": "Participatie",
    "exams": "Examen",
}
"""As they stand on letters and schedules; the words beside the picture say the rest."""
WIDTH, ROW, EDGE = 720, 92, 32
"""Pixels; a row is one bar with its label."""
BAR = 26
INK, QUIET, DONE, LEFT, PAPER = "#1a2b34", "#51636d", "#0b6e4f", "#d5dee3", "#ffffff"
_NAME = re.compile(r"(?:[a-z]+-\d{1,5}(?:\.\d{1,2})?-\d{1,5}_?){1,6}", re.ASCII)


@dataclass(frozen=True)
class Bar:
    """Hours, or exam parts, done of a total."""

    kind: str
    done: Decimal
    total: Decimal


def media_of(bars: Iterable[Bar]) -> str | None:
    """What a message names as its picture; None where there is nothing to show."""
    parts = [f"{bar.kind}-{_plain(bar.done)}-{_plain(bar.total)}" for bar in bars]
    return f"{FOLDER}/{'_'.join(parts)}.png" if parts else None


@lru_cache(maxsize=128)
def draw(name: str) -> bytes | None:
    """The picture of this name as a PNG; None for a name that is none of ours."""
    bars = list(_bars(name.removesuffix(".png")))
    if not bars:
        return None
    image = Image.new("RGB", (WIDTH, 2 * EDGE + ROW * len(bars) - (ROW - 68)), PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(26)
    for number, bar in enumerate(bars):
        top = EDGE + ROW * number
        count = f"{_plain(bar.done)} / {_plain(bar.total)}"
        pen.text((EDGE, top), LABELS[bar.kind], INK, font)
        pen.text((WIDTH - EDGE, top), count, QUIET, font, anchor="ra")
        _draw_bar(pen, top + 40, bar)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_bar(pen: ImageDraw.ImageDraw, top: int, bar: Bar) -> None:
    full = WIDTH - 2 * EDGE
    done = round(full * min(float(bar.done / bar.total), 1.0))
    pen.rounded_rectangle((EDGE, top, EDGE + full, top + BAR), BAR // 2, LEFT)
    if done:
        right = EDGE + max(done, BAR)  # what has begun is seen
        pen.rounded_rectangle((EDGE, top, right, top + BAR), BAR // 2, DONE)


def _bars(name: str) -> Iterator[Bar]:
    """The bars of a name; none where any of it does not fit."""
    if not _NAME.fullmatch(name):
        return
    parts = [part.split("-") for part in name.split("_")]
    if not all(len(part) == 3 and part[0] in LABELS and Decimal(part[2]) for part in parts):
        return
    yield from (Bar(kind, Decimal(done), Decimal(total)) for kind, done, total in parts)


def _plain(number: Decimal) -> str:
    """8 for 8.00, 1.5 for 1.50."""
    return f"{number.normalize():f}"
