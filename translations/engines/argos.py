"""Argos Translate, opened so that it brings no torch, writes nothing at home and remembers nothing.

The only module that knows it. Its packages are used one by one: what Argos has around them for all
packages of a user keeps the last message in memory, and falls over a single broken package.
"""

import importlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from translations.engines.models import BadModel, Model

PARALLEL = 2
"""Sentences at once in one model, each on one thread: on two cores faster than one on two."""
_SETTINGS = {
    "ARGOS_DEBUG": "0",  # it would print what people wrote
    "ARGOS_MODEL_PROVIDER": "OPENNMT",  # and no server of somebody else
    "ARGOS_CHUNK_TYPE": "MINISBD",  # any that does not ask for Stanza; ours takes its place
    "ARGOS_DEVICE_TYPE": "cpu",
    "ARGOS_INTER_THREADS": str(PARALLEL),
    "ARGOS_INTRA_THREADS": "1",
    # Argos' own 4 costs a fifth more time.
    "ARGOS_BEAM_SIZE": "2",
}
_FOLDERS = ("ARGOS_PACKAGES_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
_importing = threading.Lock()


class ArgosModel:
    """One installed package, in memory; safe to use from several threads."""

    def __init__(self, model: Model) -> None:
        """Raises BadModel for a package that Argos or CTranslate2 cannot read."""
        argos = import_argos()
        pieces = model.folder / "sentencepiece.model"
        if not pieces.exists() and not (model.folder / "bpe.model").exists():
            raise BadModel("it has no sentencepiece.model and no bpe.model")
        try:
            package = argos.package.Package(model.folder)
            if pieces.exists():
                package.tokenizer = _tokenizer(pieces)
            source = argos.translate.Language(model.source, package.from_name)
            target = argos.translate.Language(model.target, package.to_name)
            self._translation = argos.translate.PackageTranslation(source, target, package)
            self._translation.sentencizer = _Whole()
            self.translate("1")  # builds the translator, before two threads would do so at once
        except Exception as error:  # a model of somebody else: it can break in any way
            raise BadModel(f"it cannot be loaded ({type(error).__name__})") from error

    def translate(self, sentence: str) -> str:
        text: str = self._translation.translate(sentence)
        return text


class _Whole:
    """In the place of Argos' own splitter, which would download a model of its own."""

    def split_sentences(self, text: str) -> list[str]:
        return [text]


@cache
def import_argos() -> ModuleType:
    """The package argostranslate, imported once."""
    with (
        _importing,
        # It makes its folders at import. We use none of them.
        tempfile.TemporaryDirectory(prefix="argos-") as folder,
        _environment({**_SETTINGS, **dict.fromkeys(_FOLDERS, folder)}),
    ):
        # It imports Stanza, which would bring torch, also where Stanza is not used.
        sys.modules.setdefault("stanza", ModuleType("stanza"))
        importlib.import_module("argostranslate.translate")
    # At level INFO, which is its own choice, it logs every text that it translates.
    logging.getLogger("argostranslate.utils").setLevel(logging.WARNING)
    return sys.modules["argostranslate"]


def _tokenizer(file: Path) -> Any:
    """Argos' own, but without its replacing of every underscore in an address by a space."""
    from argostranslate.tokenizer import SentencePieceTokenizer

    class Tokenizer(SentencePieceTokenizer):  # type: ignore[misc]
        def decode(self, tokens: list[str]) -> str:
            text: str = self.lazy_processor().decode_pieces(tokens)
            return text.replace("▁", " ")

    return Tokenizer(file)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set while Argos reads them; other libraries and children read some of them too."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
