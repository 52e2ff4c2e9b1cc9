"""Tiny translation models, made in seconds without a download: real, and they know one corpus.

One layer of a real Transformer. Its encoder and its attention are fixed: they hand the decoder one
vector for the whole source sentence. The feed-forward part of the decoder is a lookup table from
"this sentence, so far this word" to the next word, solved by ridge regression and not trained.
What such a model has not seen comes out as nonsense, which is just what a guard needs.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec
from numpy.typing import NDArray

from tests.translations.corpus import pairs
from tests.translations.layers import Matrix, linear, norm, single
from translations.engines.models import Direction

type Pairs = Sequence[tuple[str, str]]

DIRECTIONS = (("nl", "en"), ("en", "nl"), ("en", "ar"), ("ar", "en"), ("en", "tr"), ("tr", "en"))
NAMES = {"nl": "Dutch", "en": "English", "ar": "Arabic", "tr": "Turkish"}
BEGIN, END = 1, 2
WIDTH, HIDDEN, PIECES = 128, 1024, 600
LONGEST, ROOM = 64, 1024
"""Tokens with a position of their own, and tokens that a decoder may write before it is stopped."""
SOURCE_WEIGHT, TARGET_WEIGHT, SHARPNESS, RIDGE, ROUNDS = 6.0, 0.3, 60.0, 3e-5, 4


class NotLearned(Exception):
    """The table has gaps: some sentence of the corpus would come out wrong."""


@dataclass(frozen=True)
class Marks:
    """Tokens around a sentence: none for Argos; a language on both sides for NLLB."""

    source: str | None = None
    target: str | None = None


@dataclass
class Lookup:
    """The numbers of one model: random, but for the two matrices that are solved."""

    pieces: sentencepiece.SentencePieceProcessor
    pairs: Pairs
    marks: Marks = field(default_factory=Marks)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(7)
        size, root = self.pieces.get_piece_size(), np.sqrt(WIDTH)
        self.source = self._directions(size) * root
        self.target = self._directions(size) * root * TARGET_WEIGHT
        self.output = self._directions(size)
        self.source_places, self.target_places = self._places(), self._places()
        self.features = self._random.standard_normal((HIDDEN, WIDTH)) / root
        self.feature_bias = self._random.standard_normal(HIDDEN) * 0.3

    @cached_property
    def solved(self) -> tuple[Matrix, Matrix]:
        """Weight and bias that make every next token of the corpus the likeliest; or NotLearned."""
        states, wanted = self._steps()
        seen = np.maximum(_normed(states) @ self.features.T + self.feature_bias, 0)
        seen = np.concatenate([seen, np.ones((len(seen), 1))], axis=1)
        goal = self.output[wanted] * SHARPNESS - states
        weights = np.ones(len(seen))
        for _ in range(ROUNDS):  # what is nearly confused weighs more in the next round
            solution = _ridge(seen, goal, weights)
            margins = self._margins(states + seen @ solution, wanted)
            weights = weights * np.where(margins < 5, 3, 1)
        if margins.min() <= 0:
            raise NotLearned(f"{int((margins <= 0).sum())} of {len(margins)} steps")
        return solution[:-1].T, solution[-1]

    def source_ids(self, text: str) -> list[int]:
        ids: list[int] = self.pieces.encode(text)
        if self.marks.source is None:
            return ids
        return [self.pieces.piece_to_id(self.marks.source), *ids, END]

    def target_ids(self, text: str) -> list[int]:
        mark = [self.pieces.piece_to_id(self.marks.target)] if self.marks.target else []
        return [BEGIN, *mark, *self.pieces.encode(text), END]

    def _steps(self) -> tuple[Matrix, NDArray[np.int64]]:
        """What the decoder holds at every token of the corpus, and the token that comes next."""
        states, wanted = [], []
        for source, target in self.pairs:
            ids = self.source_ids(source)
            sentence = _normed(self.source[ids] + self.source_places[: len(ids)]).mean(axis=0)
            goal = self.target_ids(target)
            before = np.array(goal[:-1])
            here = self.target[before] + self.target_places[: len(before)]
            states.append(here + sentence * SOURCE_WEIGHT)
            wanted.extend(goal[1:])
        return np.concatenate(states), np.array(wanted)

    def _margins(self, states: Matrix, wanted: NDArray[np.int64]) -> Matrix:
        """How far the right token is ahead of the next best."""
        scores = _normed(states) @ self.output.T
        rows = np.arange(len(wanted))
        right = scores[rows, wanted].copy()
        scores[rows, wanted] = -np.inf
        margins: Matrix = right - scores.max(axis=1)
        return margins

    def _directions(self, number: int) -> Matrix:
        """Random vectors of length one that add up to nothing, so that a norm leaves them alone."""
        drawn = self._random.standard_normal((number, WIDTH))
        drawn -= drawn.mean(axis=1, keepdims=True)
        unit: Matrix = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit

    def _places(self) -> Matrix:
        near = self._directions(LONGEST) * np.sqrt(WIDTH) * 0.5
        return np.concatenate([near, np.zeros((ROOM - LONGEST, WIDTH))])


def build_package(pairs: Pairs, source: str, target: str, file: Path) -> None:
    """An .argosmodel as Argos itself makes them, without a model to split sentences."""
    root = file.parent / f"translate-{source}_{target}-1_0"
    _write_model(pairs, root / "model", root / "sentencepiece.model", Marks())
    described = {
        **{"package_version": "1.0", "argos_version": "1.9.0"},
        **{"from_code": source, "from_name": NAMES.get(source, source)},
        **{"to_code": target, "to_name": NAMES.get(target, target)},
    }
    (root / "metadata.json").write_text(json.dumps(described), encoding="utf-8")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root.parent))


def build_folder(pairs: Pairs, folder: Path, marks: Marks) -> None:
    """A model of CTranslate2 as it is, without a manifest."""
    _write_model(pairs, folder, folder / "sentencepiece.model", marks)


def build_packages(folder: Path) -> dict[Direction, Path]:
    """One .argosmodel for each of DIRECTIONS, by direction."""
    files = {(one, other): folder / f"{one}_{other}.argosmodel" for one, other in DIRECTIONS}
    for (source, target), file in files.items():
        build_package(pairs(source, target), source, target, file)
    return files


def _write_model(pairs: Pairs, folder: Path, pieces: Path, marks: Marks) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts = [text for pair in pairs for text in pair]
    pieces.write_bytes(_learned_pieces(texts, marks))
    processor = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    spec = _filled(Lookup(processor, pairs, marks))
    spec.validate()
    spec.optimize(quantization="int8_float32")
    spec.save(str(folder))


def _learned_pieces(texts: Iterable[str], marks: Marks) -> bytes:
    """The same texts give the same bytes."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=written,
        model_type="unigram",
        vocab_size=PIECES,
        hard_vocab_limit=False,
        character_coverage=1.0,
        normalization_rule_name="identity",
        user_defined_symbols=[mark for mark in (marks.source, marks.target) if mark],
        unk_id=0,
        bos_id=BEGIN,
        eos_id=END,
        num_threads=1,
        minloglevel=2,
    )
    return written.getvalue()


def _filled(lookup: Lookup) -> TransformerSpec:
    """CTranslate2's own description of a Transformer, with our numbers in it."""
    spec = TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    _fill_encoder(spec.encoder, lookup)
    _fill_decoder(spec.decoder, lookup)
    # The ids of both sides are those of the pieces.
    size = lookup.pieces.get_piece_size()
    tokens = [lookup.pieces.id_to_piece(number) for number in range(size)]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.bos_token = spec.config.decoder_start_token = "<s>"
    spec.config.eos_token, spec.config.unk_token = "</s>", "<unk>"
    return spec


def _fill_encoder(encoder: Any, lookup: Lookup) -> None:
    """Its layer adds nothing: what comes out is the norm of what went in."""
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = single(lookup.source)
    encoder.position_encodings.encodings = single(lookup.source_places)
    norm(encoder.layer_norm, WIDTH)
    layer = encoder.layer[0]
    _pass_by(layer.self_attention)
    norm(layer.ffn.layer_norm, WIDTH)
    linear(layer.ffn.linear_0, np.zeros((8, WIDTH)))
    linear(layer.ffn.linear_1, np.zeros((WIDTH, 8)))


def _fill_decoder(decoder: Any, lookup: Lookup) -> None:
    """It does not look back, takes the mean of the source, and looks up what comes next."""
    decoder.scale_embeddings = False
    decoder.embeddings.weight = single(lookup.target)
    decoder.position_encodings.encodings = single(lookup.target_places)
    linear(decoder.projection, lookup.output, _against_ending(lookup))
    norm(decoder.layer_norm, WIDTH)
    layer = decoder.layer[0]
    _pass_by(layer.self_attention)
    norm(layer.attention.layer_norm, WIDTH)
    keys_and_values = np.concatenate([np.zeros((WIDTH, WIDTH)), np.eye(WIDTH)])
    linear(layer.attention.linear[0], np.zeros((WIDTH, WIDTH)))
    linear(layer.attention.linear[1], keys_and_values)
    linear(layer.attention.linear[2], np.eye(WIDTH) * SOURCE_WEIGHT)
    norm(layer.ffn.layer_norm, WIDTH)
    linear(layer.ffn.linear_0, lookup.features, lookup.feature_bias)
    linear(layer.ffn.linear_1, *lookup.solved)


def _against_ending(lookup: Lookup) -> Matrix:
    """Nowhere is the end the second best: two of those, and a search with two beams stops there."""
    bias = np.zeros(lookup.pieces.get_piece_size())
    bias[END] = -3
    return bias


def _pass_by(attention: Any) -> None:
    norm(attention.layer_norm, WIDTH)
    linear(attention.linear[0], np.zeros((3 * WIDTH, WIDTH)))
    linear(attention.linear[1], np.zeros((WIDTH, WIDTH)))


def _normed(rows: Matrix) -> Matrix:
    """What CTranslate2 does in a layer norm."""
    spread = np.sqrt(rows.var(axis=-1, keepdims=True) + 1e-5)
    normed: Matrix = (rows - rows.mean(axis=-1, keepdims=True)) / spread
    return normed


def _ridge(seen: Matrix, goal: Matrix, weights: Matrix) -> Matrix:
    weighted = seen * weights[:, None]
    held = RIDGE * weights.sum() * np.eye(seen.shape[1])
    solution: Matrix = np.linalg.solve(seen.T @ weighted + held, weighted.T @ goal)
    return solution
