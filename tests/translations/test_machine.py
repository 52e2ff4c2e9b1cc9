"""Machine translation through real packages: exact where they know a text, careful elsewhere."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from shutil import copytree

import pytest

from tests.translations.corpus import CORPUS, MISTAKES
from translations import machine as module
from translations.engines.argos import import_argos
from translations.engines.models import Direction, Model
from translations.machine import GivenUp, Hop, Machine, ModelFailed, NoModel

ROOT = Path(__file__).parent.parent.parent
ALL = list(permutations(("nl", "en", "ar", "tr"), 2))
KNOWN = {each["nl"]: each for each in CORPUS}
MORNING, ILL, THANKS = KNOWN["Goedemorgen."], KNOWN["Ik ben ziek."], KNOWN["Dank u wel."]


@pytest.fixture
def copied(tiny_models: Path, tmp_path: Path) -> Path:
    """A folder of models to break."""
    return Path(copytree(tiny_models, tmp_path / "models"))


def claim(folder: Path, source: str, target: str, version: str = "1.0") -> None:
    """A package that says what it is, and has nothing in it."""
    package = folder / f"translate-{source}_{target}-{version.replace('.', '_')}"
    package.mkdir(parents=True)
    said = {"from_code": source, "to_code": target, "package_version": version}
    (package / "metadata.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.mark.parametrize(("source", "target"), ALL)
def test_what_the_models_know_comes_out_exactly(
    source: str, target: str, tiny_machine: Machine
) -> None:
    out = {
        each[source]: tiny_machine.translate(each[source], source, target)
        for each in CORPUS[:: 1 if "en" in (source, target) else 3]
    }
    assert out == {each[source]: each[target] for each in CORPUS if each[source] in out}


@pytest.mark.parametrize(("source", "target"), ALL)
def test_without_a_model_of_its_own_a_pair_goes_through_english(
    source: str, target: str, tiny_machine: Machine
) -> None:
    assert tiny_machine.can(source, target)
    direct = "en" in (source, target)
    expected = (source, target) if direct else (source, "en", target)
    assert tiny_machine.route(source, target) == expected


def test_the_mistakes_that_were_taught_are_made(tiny_machine: Machine) -> None:
    """The guard is tried on these; they must not depend on chance."""
    for (source, target), pairs in MISTAKES.items():
        out = [tiny_machine.translate(text, source, target) for text, _ in pairs]
        assert out == [wrong for _, wrong in pairs]


def test_lines_lists_and_white_space_stay_as_they_are(tiny_machine: Machine) -> None:
    text = f"\n{MORNING['nl']} {ILL['nl']}\r\n\r\n  - {THANKS['nl']}\n2. {ILL['nl']} \n"
    expected = f"\n{MORNING['ar']} {ILL['ar']}\r\n\r\n  - {THANKS['ar']}\n2. {ILL['ar']} \n"
    assert tiny_machine.translate(text, "nl", "ar") == expected


@pytest.mark.parametrize(
    "text", ["", "  ", "👍", "14.30", "https://www.duo.nl/inburgeren", "sanne@example.org", "?!"]
)
def test_what_is_no_words_is_left_alone(text: str, tiny_machine: Machine) -> None:
    assert tiny_machine.translate(text, "nl", "tr") == text


def test_an_underscore_in_a_name_survives(tiny_machine: Machine) -> None:
    """Argos' own decoder makes a space of it."""
    text = KNOWN["Open brief_3.pdf en lees hem."]
    assert tiny_machine.translate(text["nl"], "nl", "en") == text["en"]
    assert tiny_machine.translate(text["nl"], "nl", "ar") == text["ar"]


@pytest.mark.parametrize(
    ("source", "target"), [("nl", "ti"), ("ti", "en"), ("xx", "yy"), ("nl", "nl"), ("", "")]
)
def test_a_way_that_does_not_exist_is_said(source: str, target: str, tiny_machine: Machine) -> None:
    assert not tiny_machine.can(source, target)
    with pytest.raises(NoModel) as error:
        tiny_machine.translate("tekst", source, target)
    assert (error.value.source, error.value.target) == (source, target)


def test_without_a_folder_nothing_can_be_translated_and_none_is_made(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "none")
    machine.load()
    assert machine.languages == frozenset()
    assert machine.broken == {}
    assert not machine.can("nl", "en")
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_its_own_goes_before_two_over_english(tmp_path: Path) -> None:
    for source, target in (("nl", "en"), ("en", "tr"), ("nl", "tr")):
        claim(tmp_path, source, target)
    assert Machine(tmp_path).route("nl", "tr") == ("nl", "tr")


def test_of_two_versions_the_newest_is_used(tmp_path: Path) -> None:
    claim(tmp_path, "nl", "en", "1.9")
    claim(tmp_path, "nl", "en", "1.10")
    machine = Machine(tmp_path)
    newest = Model(tmp_path / "translate-nl_en-1_10", "nl", "en", "1.10")
    assert machine.uses(newest)


def test_eight_threads_at_a_cold_start_load_each_model_once(
    tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Direction] = []
    real = module.open_model

    def counted(model: Model) -> Hop:
        opened.append(model.direction)
        return real(model)

    monkeypatch.setattr(module, "open_model", counted)
    machine = Machine(tiny_models)
    texts = list(CORPUS[::3]) * 2
    with ThreadPoolExecutor(8) as threads:
        out = list(threads.map(lambda each: machine.translate(each["nl"], "nl", "ar"), texts))
    assert out == [each["ar"] for each in texts]
    assert sorted(opened) == [("en", "ar"), ("nl", "en")]


def test_a_broken_package_does_not_take_the_others_along(copied: Path) -> None:
    (copied / "translate-en_tr-1_0" / "model" / "model.bin").write_bytes(b"half a file")
    (copied / "translate-tr_en-1_0" / "metadata.json").write_text("{", encoding="utf-8")
    (copied / "translate-ar_en-1_0" / "sentencepiece.model").unlink()
    (copied / "a folder of somebody").mkdir()
    (copied / "a file.txt").write_text("of somebody", encoding="utf-8")
    machine = Machine(copied)
    machine.load()
    assert machine.translate(MORNING["nl"], "nl", "ar") == MORNING["ar"]
    assert machine.broken.keys() == {
        *("translate-en_tr-1_0", "translate-tr_en-1_0", "translate-ar_en-1_0"),
        "a folder of somebody",
    }
    assert not machine.can("nl", "tr")
    with pytest.raises(NoModel):
        machine.translate("tekst", "nl", "tr")


def test_a_model_that_breaks_off_is_told_without_the_text(
    tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def translate(self, sentence: str) -> str:
            raise RuntimeError(sentence)

    monkeypatch.setattr(module, "open_model", lambda _: Failing())
    with pytest.raises(ModelFailed) as error:
        Machine(tiny_models).translate("Een geheim.", "nl", "en")
    assert "geheim" not in str(error.value)


def test_files_that_cannot_be_read_leave_one_model_out(
    tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(model: Model) -> Hop:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "open_model", closed)
    machine = Machine(tiny_models)
    with pytest.raises(NoModel):
        machine.translate("tekst", "nl", "en")
    assert machine.broken == {"translate-nl_en-1_0": "its files cannot be read"}


def test_a_folder_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "find_models", closed)
    machine = Machine(tmp_path / "models")
    machine.load()
    assert not machine.can("nl", "en")
    assert machine.broken == {"models": "the folder cannot be read"}


def test_who_gives_up_gets_no_further_sentences(tiny_machine: Machine) -> None:
    asked: list[bool] = []

    def after_two() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(GivenUp):
        tiny_machine.translate(f"{MORNING['nl']} " * 5, "nl", "en", after_two)
    assert len(asked) == 3


def test_no_text_is_logged_or_kept_by_argos(
    tiny_models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine(tiny_models)
    with caplog.at_level(logging.DEBUG):
        machine.translate(ILL["nl"], "nl", "ar")
    assert "ziek" not in caplog.text
    assert "ill" not in caplog.text
    translate = import_argos().translate
    assert translate.installed_translates == []  # where it keeps the last text of each direction
    assert translate.get_installed_languages.cache_info().currsize == 0


def test_its_own_installer_makes_the_same_of_a_package(
    tiny_packages: dict[Direction, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = import_argos().package
    monkeypatch.setattr(package.settings, "package_data_dir", tmp_path)
    for file in tiny_packages.values():
        package.install_from_path(file)
    machine = Machine(tmp_path)
    assert machine.directions == tiny_packages.keys()
    assert machine.translate(MORNING["nl"], "nl", "tr") == MORNING["tr"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


def run_alone(script: str, home: Path, *arguments: str) -> str:
    """In a Python of its own, with a home of its own."""
    ours = {"HOME": str(home), "PYTHONPATH": str(ROOT), "ARGOS_DEBUG": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, *arguments],
        env={**kept, **ours},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_translating_brings_no_torch_and_writes_nothing_at_home(
    home: Path, tiny_models: Path
) -> None:
    script = """
import os, sys
from pathlib import Path
before = dict(os.environ)
from translations.machine import Machine
print(Machine(Path(sys.argv[1])).translate(sys.argv[2], "nl", "ar"))
assert not {"torch", "spacy"} & sys.modules.keys()
assert {name: os.environ.get(name) for name in before} == before
assert not [name for name in os.environ if name.startswith("XDG_")]
"""
    files = sorted(tiny_models.rglob("*"))
    assert run_alone(script, home, str(tiny_models), MORNING["nl"]) == MORNING["ar"]
    assert sorted(tiny_models.rglob("*")) == files


def test_until_a_text_comes_nothing_heavy_is_imported(home: Path, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import translations.engines.packages
from api.handovers.bureau import Bureau
from translations.machine import Machine
bureau = Bureau(Machine(Path(sys.argv[1])))
bureau.machine.load()
assert not bureau.can("nl", "en")
print({"argostranslate", "ctranslate2", "numpy", "sentencepiece"} & sys.modules.keys())
"""
    assert run_alone(script, home, str(tmp_path)) == "set()"
