"""Packages of the size of real ones: 60 million random numbers. What they say is noise."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

from tests.translations.layers import Matrix, linear, norm, single
from tests.translations.tiny_models import DIRECTIONS

WIDTH, HIDDEN, HEADS, LAYERS, PIECES, ROOM = 512, 2048, 8, 6, 32_000, 1024
SOURCE_TOKENS, TARGET_TOKENS = 28, 30
"""What 20 words of Dutch make."""
TEXT = " ".join(f"w{number:05}" for number in range(1, SOURCE_TOKENS + 1))


def build_packages(folder: Path) -> None:
    """Installed packages for all directions of the languages that have models; the same numbers."""
    for source, target in DIRECTIONS:
        package = folder / f"translate-{source}_{target}-1_0"
        if source + target == "nlen":
            _write(package)
            first = package
        else:
            shutil.copytree(first, package)
        said = {"from_code": source, "to_code": target, "package_version": "1.0"}
        (package / "metadata.json").write_text(json.dumps(said), encoding="utf-8")


def _write(package: Path) -> None:
    (package / "model").mkdir(parents=True)
    (package / "sentencepiece.model").write_bytes(_words())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(package / "sentencepiece.model"))
    spec = _filled([pieces.id_to_piece(number) for number in range(pieces.get_piece_size())])
    spec.validate()
    spec.optimize(quantization="int8_float32")
    spec.save(str(package / "model"))


def _words() -> bytes:
    """Invented words, each one piece, so that what is written reads back as as many pieces."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["abcdefghijklmnopqrstuvwxyz 0123456789 .,?!"] * 10),
        model_writer=written,
        model_type="bpe",
        vocab_size=PIECES,
        hard_vocab_limit=False,
        user_defined_symbols=[f"▁w{number:05}" for number in range(PIECES - 100)],
        unk_id=0,
        bos_id=1,
        eos_id=2,
        minloglevel=2,
    )
    return written.getvalue()


def _filled(tokens: list[str]) -> TransformerSpec:
    spec = TransformerSpec.from_config((LAYERS, LAYERS), HEADS, pre_norm=True)
    random = np.random.default_rng(7)
    # One table of words for both sides, in and out, as real ones have.
    words = _drawn(random, len(tokens), WIDTH)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = single(words)
    linear(spec.decoder.projection, words)
    for side in (spec.encoder, spec.decoder):
        _fill_side(side, random)
    for layer in spec.decoder.layer:
        for number, rows in enumerate((WIDTH, 2 * WIDTH, WIDTH)):
            linear(layer.attention.linear[number], _drawn(random, rows, WIDTH))
        norm(layer.attention.layer_norm, WIDTH)
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.bos_token = spec.config.decoder_start_token = "<s>"
    spec.config.eos_token, spec.config.unk_token = "</s>", "<unk>"
    return spec


def _fill_side(side: Any, random: np.random.Generator) -> None:
    """What encoder and decoder have in common."""
    side.position_encodings.encodings = single(_drawn(random, ROOM, WIDTH))
    norm(side.layer_norm, WIDTH)
    for layer in side.layer:
        linear(layer.self_attention.linear[0], _drawn(random, 3 * WIDTH, WIDTH))
        linear(layer.self_attention.linear[1], _drawn(random, WIDTH, WIDTH))
        linear(layer.ffn.linear_0, _drawn(random, HIDDEN, WIDTH))
        linear(layer.ffn.linear_1, _drawn(random, WIDTH, HIDDEN))
        norm(layer.self_attention.layer_norm, WIDTH)
        norm(layer.ffn.layer_norm, WIDTH)


def _drawn(random: np.random.Generator, rows: int, columns: int) -> Matrix:
    numbers: Matrix = random.standard_normal((rows, columns)) / np.sqrt(WIDTH)
    return numbers
