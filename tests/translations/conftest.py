"""What tests of installing start from."""

from pathlib import Path

import pytest

from translations.engines.models import Direction


@pytest.fixture
def package(tiny_packages: dict[Direction, Path]) -> Path:
    """The .argosmodel from Dutch to English."""
    return tiny_packages["nl", "en"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where models are installed; it is not there yet."""
    return tmp_path / "models"
