"""Machine translation on our own machine, for a regisseur to read beside the original."""

import re
import threading
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from translations.engines.models import (
    BadModel,
    Direction,
    Model,
    Pins,
    check_files,
    find_models,
    read_pins,
    used_models,
)
from translations.engines.sentences import split_sentences

BRIDGE = "en"
"""Between two languages without a model of their own; almost all models begin or end in it."""

_LINE_END = re.compile(r"(\r\n|[\n\r\v\f\x85\u2028\u2029])")
_ITEM = re.compile(r"\s*(?:(?:[-–—•·*]|\(?\d{1,2}[.)])\s+)*")
"""What stands before the words of a line: white space, and the dash or number of a list."""
_WORD = re.compile(r"[^\W\d_]")


class NoTranslation(Exception):
    """There is only the original; each kind says why."""


class NoModel(NoTranslation):
    """No model, and no two over English, lead from the one language to the other."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"no model from {source} to {target}")
        self.source, self.target = source, target


class ModelFailed(NoTranslation):
    """The model broke off in the middle; the message names the error, not the text."""


class GivenUp(NoTranslation):
    """Whoever asked does not wait any more."""


class Hop(Protocol):
    """A loaded model: one sentence in, one out."""

    def translate(self, sentence: str) -> str: ...


def never() -> bool:
    return False


class Machine:
    """The models of one folder. Nothing is read before it is asked something; safe for threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reading, self._loading = threading.Lock(), threading.Lock()
        self._models: Mapping[Direction, Model] | None = None
        self._broken: dict[str, str] = {}
        self._hops: dict[Direction, Hop] = {}
        self._pins = Pins()

    @property
    def directions(self) -> frozenset[Direction]:
        """For which there is a model of its own."""
        return frozenset(self._found())

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(code for direction in self._found() for code in direction)

    @property
    def broken(self) -> Mapping[str, str]:
        """Models that are left out: the name of the folder, and why."""
        self._found()
        return dict(self._broken)

    def can(self, source: str, target: str) -> bool:
        try:
            return bool(self.route(source, target))
        except NoModel:
            return False

    def route(self, source: str, target: str) -> tuple[str, ...]:
        """The languages a text passes, both ends included; raises NoModel."""
        found = self._found()
        if (source, target) in found:
            return source, target
        if (source, BRIDGE) in found and (BRIDGE, target) in found and source != target:
            return source, BRIDGE, target
        raise NoModel(source, target)

    def uses(self, model: Model) -> bool:
        return self._found().get(model.direction) == model

    def load(self) -> None:
        """All models into memory, each used once; what cannot be loaded is left out (`broken`)."""
        for source, target in sorted(self._found()):
            try:
                self._hop(source, target)
            except NoModel:
                continue

    def translate(
        self, text: str, source: str, target: str, give_up: Callable[[], bool] = never
    ) -> str:
        """The text in the other language, line by line, without checks on what came out.

        It waits for the model, so it is not for an event loop. Before each sentence it asks whether
        to `give_up`. Raises NoModel, ModelFailed or GivenUp.
        """
        route = self.route(source, target)
        hops = [self._hop(one, other) for one, other in pairwise(route)]
        parts = _LINE_END.split(text)
        parts[::2] = [_line(line, hops, give_up) for line in parts[::2]]
        return "".join(parts)

    def _found(self) -> Mapping[Direction, Model]:
        with self._reading:
            if self._models is None:
                self._models, self._broken, self._pins = _look_in(self.folder)
            return self._models

    def _hop(self, source: str, target: str) -> Hop:
        """The loaded model of one direction; one thread loads, the others wait for it."""
        direction = source, target
        if direction in self._hops:
            return self._hops[direction]
        with self._loading:
            if direction not in self._hops:
                self._hops[direction] = self._opened(direction)
            return self._hops[direction]

    def _opened(self, direction: Direction) -> Hop:
        model = self._found().get(direction)
        if model is None:
            raise NoModel(*direction)
        try:
            check_files(model, self._pins)
            return open_model(model)
        except (BadModel, OSError) as error:
            told = isinstance(error, BadModel)
            self._leave_out(model, str(error) if told else "its files cannot be read")
            raise NoModel(*direction) from error

    def _leave_out(self, model: Model, reason: str) -> None:
        with self._reading:
            kept = {key: each for key, each in (self._models or {}).items() if each is not model}
            self._models, self._broken = kept, {**self._broken, model.folder.name: reason}


def _look_in(folder: Path) -> tuple[dict[Direction, Model], dict[str, str], Pins]:
    """Which model is used for what, what is left out and why, and the sums to hold them to."""
    try:
        models, broken = find_models(folder)
    except OSError:
        return {}, {folder.name: "the folder cannot be read"}, Pins()
    try:
        return used_models(models), broken, read_pins(folder)
    except BadModel as reason:  # without the sums no model can be trusted
        return {}, broken | {model.folder.name: str(reason) for model in models}, Pins()


def open_model(model: Model) -> Hop:
    """Into memory, and used once; raises BadModel."""
    # Only now: a process that never translates does without them.
    from translations.engines.argos import ArgosModel
    from translations.engines.local_model import LocalModel

    return ArgosModel(model) if model.manifest is None else LocalModel(model)


def _line(line: str, hops: list[Hop], give_up: Callable[[], bool]) -> str:
    """One line; what stands before its words, and the white space after them, stays as it is."""
    item = _ITEM.match(line)
    before = item.end() if item else 0
    after = max(before, len(line.rstrip()))
    sentences = [_sentence(each, hops, give_up) for each in split_sentences(line[before:after])]
    return f"{line[:before]}{' '.join(sentences)}{line[after:]}"


def _sentence(sentence: str, hops: list[Hop], give_up: Callable[[], bool]) -> str:
    """A number, an address or a smile means the same everywhere, and a model would garble it."""
    if not any(_WORD.search(each) for each in sentence.split() if not _is_address(each)):
        return sentence
    for hop in hops:
        if give_up():
            raise GivenUp
        try:
            sentence = hop.translate(sentence)
        except (RuntimeError, ValueError, LookupError, MemoryError) as error:
            # Without the error itself: what it says may hold the sentence.
            raise ModelFailed(type(error).__name__) from None
    return sentence


def _is_address(word: str) -> bool:
    return "://" in word or "@" in word or word.startswith("www.")
