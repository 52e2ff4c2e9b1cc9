"""Tiny models for every test that translates: built once, in a few seconds, when one asks."""

from pathlib import Path

import pytest

from translations.engines.models import Direction
from translations.engines.packages import install_file
from translations.machine import Machine


@pytest.fixture(scope="session")
def tiny_packages(tmp_path_factory: pytest.TempPathFactory) -> dict[Direction, Path]:
    """The .argosmodel of each direction."""
    # Only now: most tests do without these libraries.
    from tests.translations.tiny_models import build_packages

    return build_packages(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def tiny_models(
    tiny_packages: dict[Direction, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with all of them installed; whoever changes it, changes a copy."""
    folder = tmp_path_factory.mktemp("models")
    for file in tiny_packages.values():
        install_file(file, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_machine(tiny_models: Path) -> Machine:
    """It knows `tests/translations/corpus.py` by heart."""
    machine = Machine(tiny_models)
    machine.load()
    return machine
