"""`python -m bench.understanding`: our pipeline beside Rasa's own and a plain classifier.

All of them learn from the same sentences and are asked the development set; Rasa's own only from
2,000 sentences, since it would need hours for all of them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from api.progress import Progress
from api.understanding.bot import ask_bot
from api.understanding.lines import Line, read_development_set
from translations.catalogue import LANGUAGES

RESULTS = Path(__file__).with_name("understanding.json")
FEW = 2_000
CONTENDERS = (
    ("ours", FEW),
    ("svm", FEW),
    ("diet", FEW),
    ("ours", 0),
    ("svm", 0),
)
NAMES = {"ours": "Wegwijs", "svm": "SVM on letters", "diet": "Rasa's default (DIET)"}


def main() -> int:
    progress, lines = Progress(), read_development_set()
    found = []
    for name, size in CONTENDERS:
        with progress.step(f"{NAMES[name]}, {size or 'all'} sentences"):
            found.append({"name": name, **_run(name, size, lines)})
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    Console().print(_table(found))
    return 0


def _run(name: str, size: int, lines: list[Line]) -> dict[str, Any]:
    return ask_bot("compare", name, str(size), asked=map(_question, lines))[-1]


def _question(line: Line) -> dict[str, object]:
    return {
        "language": line.language,
        "text": line.text,
        "intent": line.intent,
        "alternatives": sorted(line.alternatives),
    }


def _table(found: list[dict[str, Any]]) -> Table:
    measures = ("training CPU s", "parse CPU ms", "memory MB")
    table = Table("pipeline", "sentences", *(f"top 1 {each}" for each in LANGUAGES), *measures)
    for each in found:
        shares = [f"{100 * each['top1'][language]:.1f}" for language in LANGUAGES]
        costs = [str(each[key]) for key in ("training_cpu_s", "parse_cpu_ms", "memory_mb")]
        table.add_row(NAMES[each["name"]], str(each["examples"]), *shares, *costs)
    return table


if __name__ == "__main__":
    sys.exit(main())
