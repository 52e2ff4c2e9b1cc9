"""The slot for a model without a package: what its manifest must say, and that it translates."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.translations.tiny_models import Marks, build_folder
from translations.engines.models import sum_of_file
from translations.machine import Machine

PAIRS = [
    ("ሰላም።", "Good morning."),
    ("ሓገዝ የድልየኒ።", "I need help."),
    ("ሎሚ ሓሚመ ኣለኹ።", "I am ill today."),
    ("የቐንየለይ።", "Thank you."),
]
NLLB = {"kind": "nllb", "src_token": "tir_Ethi", "tgt_token": "eng_Latn"}
ARGOS = {"kind": "argos"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of a model of each kind, by kind."""
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("argos", "nllb")}
    build_folder(PAIRS, folders["argos"], Marks())
    build_folder(PAIRS, folders["nllb"], Marks("tir_Ethi", "eng_Latn"))
    return folders


def place(built: Path, models: Path, said: dict[str, Any]) -> Path:
    """A model in the folder of models, with a manifest that is right but for what is `said`."""
    folder = models / "ti-en"
    folder.mkdir(parents=True)
    for path in built.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    sums = {path.name: sum_of_file(path) for path in folder.iterdir()}
    manifest = {"from": "ti", "to": "en", "licence": "CC-BY-NC-4.0", "sha256": sums, **said}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize("said", [ARGOS, NLLB], ids=["argos", "nllb"])
def test_a_model_with_a_manifest_translates(
    said: dict[str, Any], built: dict[str, Path], tmp_path: Path
) -> None:
    place(built[said["kind"]], tmp_path, said)
    machine = Machine(tmp_path)
    machine.load()
    assert machine.broken == {}
    assert [machine.translate(text, "ti", "en") for text, _ in PAIRS] == [en for _, en in PAIRS]


def test_it_is_one_end_of_a_way_over_english(
    built: dict[str, Path], tmp_path: Path, tiny_models: Path
) -> None:
    place(built["nllb"], tmp_path, NLLB)
    (tmp_path / "en_nl").symlink_to(tiny_models / "translate-en_nl-1_0")
    machine = Machine(tmp_path)
    assert machine.translate("ሰላም።", "ti", "nl") == "Goedemorgen."
    assert not machine.can("nl", "ti")


def test_it_goes_before_a_package_of_the_same_direction(
    built: dict[str, Path], tmp_path: Path, tiny_models: Path
) -> None:
    (tmp_path / "package").symlink_to(tiny_models / "translate-nl_en-1_0")
    place(built["argos"], tmp_path, {**ARGOS, "from": "nl"})
    assert Machine(tmp_path).translate("ሰላም።", "nl", "en") == "Good morning."


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({**NLLB, "tgt_token": None}, "needs src_token and tgt_token"),
        ({**ARGOS, "licence": ""}, "licence"),
        ({**ARGOS, "kind": "madlad"}, "kind"),
        ({**ARGOS, "sha256": {"model.bin": "0" * 64}}, "sentencepiece.model"),
        ({**ARGOS, "from": "../ti"}, "from"),
        ({**ARGOS, "sources": "x"}, "sources"),
    ],
)
def test_a_manifest_that_says_too_little_is_refused(
    said: dict[str, Any], reason: str, built: dict[str, Path], tmp_path: Path
) -> None:
    place(built["argos"], tmp_path, said)
    machine = Machine(tmp_path)
    assert not machine.can("ti", "en")
    assert reason in machine.broken["ti-en"]


def test_a_file_with_another_sum_is_refused(built: dict[str, Path], tmp_path: Path) -> None:
    folder = place(built["argos"], tmp_path, ARGOS)
    with (folder / "sentencepiece.model").open("ab") as file:
        file.write(b"\n")
    machine = Machine(tmp_path)
    machine.load()
    assert not machine.can("ti", "en")
    assert "SHA-256 of sentencepiece.model" in machine.broken["ti-en"]


def test_a_sum_of_a_file_elsewhere_is_refused(built: dict[str, Path], tmp_path: Path) -> None:
    folder = place(built["argos"], tmp_path, ARGOS)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["../outside"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    machine = Machine(tmp_path)
    machine.load()
    assert machine.broken == {"ti-en": "../outside is missing"}
