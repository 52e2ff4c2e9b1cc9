"""What the web server starts: `uvicorn --factory api.main:app`."""

import logging

from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings


def app() -> FastAPI:
    """The application with the settings of the environment."""
    log_to_stderr()
    # Nor who asked for what, and when; whatever the server was started with.
    logging.getLogger("uvicorn.access").disabled = True
    return create_app(Settings())


def log_to_stderr() -> None:
    """Names and ids, never a text or a secret."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold Telegram's token
