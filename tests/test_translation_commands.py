"""`wegwijs translation`: models come onto this machine, and it says what is there."""

from pathlib import Path

import pytest

from tests.terminal import accepted, refused, wegwijs
from translations.engines.models import Direction, sum_of_file


@pytest.fixture
def packages(tiny_packages: dict[Direction, Path]) -> Path:
    """The folder with the files."""
    return next(iter(tiny_packages.values())).parent


def test_models_are_installed_from_a_folder_and_listed(packages: Path, tmp_path: Path) -> None:
    where = ("--models", tmp_path)
    installed = wegwijs("translation", "install", "nl", "ar", "--from", packages, *where)
    total = sum_of_file(packages / "nl_en.argosmodel")
    assert f"nl_en-1.0  sha256 {total}" in accepted(installed)
    assert "--pin" in installed.stderr
    listed = accepted(wegwijs("translation", "list", *where))
    assert "nl → en  1.0  1." in listed
    assert "not pinned, in use" in listed
    assert "nl to ar: nl → en → ar" in listed
    assert "nl to ti: none" in listed
    assert "tr" not in {line.split(" ")[0] for line in listed.splitlines() if "→ en  1.0" in line}


def test_what_is_pinned_is_not_asked_again(packages: Path, tmp_path: Path) -> None:
    words = ("translation", "install", "nl", "--from", packages, "--models", tmp_path)
    assert accepted(wegwijs(*words, "--pin")) == ""
    assert accepted(wegwijs(*words)) == ""
    assert "  pinned, in use" in accepted(wegwijs("translation", "list", "--models", tmp_path))


def test_a_language_without_a_model_is_said_after_the_others(
    packages: Path, tmp_path: Path
) -> None:
    words = ("translation", "install", "nl", "ti", "--from", packages, "--models", tmp_path)
    assert refused(wegwijs(*words, "--pin")) == "wegwijs: there is no model for ti"
    assert "nl to en: nl → en" in accepted(wegwijs("translation", "list", "--models", tmp_path))


def test_an_index_that_does_not_answer_is_said(tmp_path: Path) -> None:
    index = ("--index", "http://127.0.0.1:9/", "--models", tmp_path)
    sentence = refused(wegwijs("translation", "install", "nl", *index))
    assert sentence.startswith("wegwijs: http://127.0.0.1:9/index.json cannot be reached")


def test_without_models_the_list_says_that_there_is_no_way(tmp_path: Path) -> None:
    listed = accepted(wegwijs("translation", "list", "--models", tmp_path / "none"))
    assert listed.splitlines()[0] == "nl to ar: none"
    assert not (tmp_path / "none").exists()
