"""What production would make of a message: the rules first, then the trained model."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.conversations.rasa import disarm
from api.conversations.replies import SAFETY
from api.conversations.rules import answer_by_rule
from api.progress import Progress
from api.system import train_if_changed
from api.understanding.bot import Found, ask_bot
from api.understanding.lines import Line

DOUBTS = frozenset({"unsure", "unknown"})


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
        found = ask_bot("understand", str(model), asked=map(_question, lines))
    return [_judged(line, understood) for line, understood in zip(lines, found, strict=True)]


def cross_validate(parts: int, progress: Progress) -> list[Judged]:
    """Judge every training example by a model that was trained without it."""
    with progress.step(f"Cross-validation in {parts} parts (some minutes)"):
        found = ask_bot("crossvalidate", str(parts))
    return [_judged(_example(each), each) for each in found]


def _example(found: Found) -> Line:
    return Line(str(found["language"]), str(found["text"]), str(found["truth"]), style="trained")


def _question(line: Line) -> dict[str, str]:
    return {"text": disarm(line.text), "language": line.language}


def _judged(line: Line, understood: Found) -> Judged:
    ranking = tuple(str(intent) for intent in _list(understood["ranking"]))
    by_rule = answer_by_rule(line.text)
    if by_rule and by_rule[0].key == SAFETY:
        return Judged(line, (SAFETY, *(intent for intent in ranking if intent != SAFETY)), True)
    if by_rule:
        return Judged(line, (), False)
    return Judged(line, ranking, understood["intent"] not in DOUBTS)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
