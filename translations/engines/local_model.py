"""A model of CTranslate2 without a package of Argos: the slot for a language that Argos lacks."""

from translations.engines.argos import PARALLEL
from translations.engines.models import BadModel, Manifest, Model

BEAM = 2


class LocalModel:
    """One direction, in memory; safe to use from several threads."""

    def __init__(self, model: Model) -> None:
        """Raises BadModel for files that CTranslate2 or SentencePiece cannot read."""
        import ctranslate2
        import sentencepiece

        if model.manifest is None:
            raise BadModel("it has no manifest")
        self._manifest: Manifest = model.manifest
        try:
            self._pieces = sentencepiece.SentencePieceProcessor(
                model_file=str(model.folder / "sentencepiece.model")
            )
            self._translator = ctranslate2.Translator(
                str(model.folder), device="cpu", inter_threads=PARALLEL, intra_threads=1
            )
            self.translate("1")
        except Exception as error:  # a model of somebody else: it can break in any way
            raise BadModel(f"it cannot be loaded ({type(error).__name__})") from error

    def translate(self, sentence: str) -> str:
        tokens = self._pieces.encode(sentence, out_type=str)
        prefix = None
        if self._manifest.kind == "nllb":
            # Without its own token in front it takes the text for another language.
            tokens = [self._manifest.src_token, *tokens, "</s>"]
            prefix = [[self._manifest.tgt_token]]
        [found] = self._translator.translate_batch(
            [tokens],
            target_prefix=prefix,
            beam_size=BEAM,
            length_penalty=0.2,  # as Argos does
            replace_unknowns=True,
        )
        written = found.hypotheses[0][1:] if prefix else found.hypotheses[0]
        text: str = self._pieces.decode_pieces(written)
        return text.strip()
