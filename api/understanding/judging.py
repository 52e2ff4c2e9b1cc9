"""What production would make of a message: the rules first, then the trained model."""

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.conversations.rasa import disarm
from api.conversations.replies import SAFETY
from api.conversations.rules import answer_by_rule
from api.conversations.safety import is_safety
from api.progress import Progress
from api.system import BOT, ROOT, CannotStart, bot_python, train_if_changed
from api.understanding.lines import Line

DOUBTS = frozenset({"unsure", "unknown"})

Found = dict[str, object]
"""What the bot writes about one message: intent, ranking and, of an example, the truth."""


@dataclass(frozen=True)
class Judged:
    """A line and what was made of it.

    ranking: the intents that would be offered or answered, the best first.
    answered: whether the best one would be answered without asking back.
    """

    line: Line
    ranking: tuple[str, ...]
    answered: bool

    @property
    def is_right(self) -> bool:
        return self.is_right_within(1)

    def is_right_within(self, places: int) -> bool:
        return any(map(self.line.is_right, self.ranking[:places]))

    @property
    def is_alarm(self) -> bool:
        """Whether the safety numbers would be sent."""
        return self.answered and self.ranking[:1] == (SAFETY,)


def judge(lines: Sequence[Line], progress: Progress) -> list[Judged]:
    """Judge these lines with the model of the data that is there; trains it if it is old."""
    model = train_if_changed(progress)
    with progress.step(f"Asking the model about {len(lines)} messages"):
        found = _ask_bot("understand", str(model), asked=map(_question, lines))
    return [_judged(line, understood) for line, understood in zip(lines, found, strict=True)]


def cross_validate(parts: int, progress: Progress) -> list[Judged]:
    """Judge every training example by a model that was trained without it."""
    with progress.step(f"Cross-validation in {parts} parts (some minutes)"):
        found = _ask_bot("crossvalidate", str(parts))
    return [_judged(_example(each), each) for each in found]


def _example(found: Found) -> Line:
    return Line(str(found["language"]), str(found["text"]), str(found["truth"]), style="trained")


def _question(line: Line) -> dict[str, str]:
    return {"text": disarm(line.text), "language": line.language}


def _judged(line: Line, understood: Found) -> Judged:
    ranking = tuple(str(intent) for intent in _list(understood["ranking"]))
    if is_safety(line.text):
        return Judged(line, (SAFETY, *(intent for intent in ranking if intent != SAFETY)), True)
    if answer_by_rule(line.text):
        return Judged(line, (), False)
    return Judged(line, ranking, understood["intent"] not in DOUBTS)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _ask_bot(*command: str, asked: Iterable[dict[str, str]] = ()) -> list[Found]:
    """Run a command of the bot that reads and writes one JSON object a line."""
    finished = subprocess.run(
        [bot_python(), "start.py", *command],
        cwd=BOT,
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    if finished.returncode:
        raise CannotStart(f"{command[0]} failed: {finished.stderr[-2000:]}")
    return [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]
