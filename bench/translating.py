"""The api with a bureau of translation in it: `uvicorn --factory bench.translating:app`."""

import os
from pathlib import Path
from typing import Any

import ctranslate2
from fastapi import FastAPI

from api import main
from api.handovers.bureau import Bureau
from bench.large_models import TARGET_TOKENS, TEXT
from translations.machine import Machine

MODELS = "BENCH_MODELS"


class Bounded(ctranslate2.Translator):  # type: ignore[misc]
    """Writes as many tokens as a real model would; random numbers never come to an end."""

    def translate_batch(self, source: Any, **options: Any) -> Any:
        long = {"min_decoding_length": TARGET_TOKENS, "max_decoding_length": TARGET_TOKENS}
        return super().translate_batch(source, **options, **long)


def app() -> FastAPI:
    """Two more routes: one loads the models, one translates 20 words from Dutch to Arabic."""
    ctranslate2.Translator = Bounded
    application = main.app()
    bureau = Bureau(Machine(Path(os.environ[MODELS])), seconds=120)

    @application.post("/bench/load")
    def load() -> int:
        bureau.machine.load()
        return len(bureau.machine.directions)

    @application.post("/bench/translate")
    async def translate() -> int:
        return len(await bureau.translate_async(TEXT, "nl", "ar"))

    return application
