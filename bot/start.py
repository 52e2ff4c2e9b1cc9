"""Trains or starts the bot the one way it is meant to run: quiet, local, no secret in a command.

    python start.py train [MODEL]          default models/wegwijs.tar.gz
    python start.py rasa PORT [MODEL]
    python start.py actions PORT
    python start.py understand MODEL       reads and writes JSON lines, for `wegwijs evaluate`
    python start.py crossvalidate PARTS    writes JSON lines
    python start.py compare NAME SIZE      for `make bench-understanding`

Read from the environment, besides what endpoints.yml and credentials.yml name:
WEGWIJS_BOT_HOST       where to listen, default 127.0.0.1
WEGWIJS_TRACKER_TOKEN  opens Rasa's own HTTP API (?token=…); without it that API is closed
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

BOT = Path(__file__).resolve().parent
DEFAULT_MODEL = "models/wegwijs.tar.gz"


def train(model: str = DEFAULT_MODEL) -> None:
    path = Path(model)
    name = path.name.removesuffix(".tar.gz")
    # --force: Rasa's cache does not notice a change in translations/normalise.py.
    _run(
        "rasa",
        # tests/bot/test_content.py validates what Rasa would look at for half a minute.
        ["train", "--force", "--quiet", "--skip-validation", "--domain", "domain"],
        ["--fixed-model-name", name, "--out", str(path.parent)],
    )


def rasa(port: str, model: str = DEFAULT_MODEL) -> None:
    if not Path(model).is_file():
        # Rasa itself would take any other model it finds, or end as if all were well.
        sys.exit(f"no model at {model}; train one first")
    token = os.environ.get("WEGWIJS_TRACKER_TOKEN")
    # The level is always given: at DEBUG, which LOG_LEVEL could ask for, Rasa logs every text.
    _run(
        "rasa",
        ["run", "--quiet", "--interface", _host(), "--port", port, "--model", model],
        ["--enable-api", "--auth-token", token] if token else [],
    )


def actions(port: str) -> None:
    os.environ["SANIC_HOST"] = _host()
    _run("rasa_sdk", ["--actions", "actions", "--port", port, "--quiet"])


def understand(model: str) -> None:
    # Imported here: it brings all of Rasa, and has to come after _prepare.
    importlib.import_module("evaluation").understand(model)


def crossvalidate(parts: str) -> None:
    importlib.import_module("evaluation").crossvalidate(parts)


def compare(name: str, size: str) -> None:
    importlib.import_module("comparison").compare(name, size)


def _host() -> str:
    return os.environ.get("WEGWIJS_BOT_HOST", "127.0.0.1")


def _run(module: str, *arguments: list[str]) -> None:
    """Become `python -m module arguments`; the command line that others can see stays ours."""
    sys.argv = [module, *(argument for part in arguments for argument in part)]
    runpy.run_module(module, run_name="__main__", alter_sys=False)


def _prepare() -> None:
    os.chdir(BOT)
    sys.path[:0] = [str(BOT), str(BOT.parent)]
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # More threads only get in each other's way on sentences this short.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _silence_what_nobody_can_act_on()


def _silence_what_nobody_can_act_on() -> None:
    """Rasa's pinned libraries warn about each other; our own and Rasa's warnings still show."""
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Imported here, since sanic turns deprecation warnings on and pkg_resources gives one.
        importlib.import_module("pkg_resources")
        importlib.import_module("sanic")
    warnings.filterwarnings("ignore", category=DeprecationWarning)


if __name__ == "__main__":
    _prepare()
    commands: dict[str, Callable[..., None]] = {
        command.__name__: command
        for command in (train, rasa, actions, understand, crossvalidate, compare)
    }
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
