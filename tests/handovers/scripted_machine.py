"""A machine that says what a test wrote down for it, so that no model is needed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from translations.machine import Machine, NoModel, never

BOTH_WAYS = frozenset({("nl", "ar"), ("ar", "nl"), ("nl", "tr"), ("tr", "nl")})


class ScriptedMachine(Machine):
    """Translates by a list; what is not on it, it writes with the target before it."""

    def __init__(
        self,
        said: Mapping[tuple[str, str], str | Exception] | None = None,
        directions: frozenset[tuple[str, str]] = BOTH_WAYS,
        otherwise: str | None = None,
    ) -> None:
        super().__init__(Path("no-such-folder"))
        self.said, self.known = dict(said or {}), directions
        self.otherwise = otherwise
        self.asked: list[str] = []

    @property
    def directions(self) -> frozenset[tuple[str, str]]:
        return self.known

    def can(self, source: str, target: str) -> bool:
        return (source, target) in self.known

    def route(self, source: str, target: str) -> tuple[str, ...]:
        if not self.can(source, target):
            raise NoModel(source, target)
        return source, target

    def load(self) -> None:
        """Nothing to load."""

    def translate(
        self, text: str, source: str, target: str, give_up: Callable[[], bool] = never
    ) -> str:
        self.asked.append(text)
        usual = f"[{target}] {text}" if self.otherwise is None else self.otherwise
        answer = self.said.get((text, target), usual)
        if isinstance(answer, Exception):
            raise answer
        return answer
