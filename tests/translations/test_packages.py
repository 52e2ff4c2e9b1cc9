"""Installing a package: the one that was promised, whole or not at all, inside its folder."""

import fcntl
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.translations.installing import NL_EN, installed, works
from translations.engines import models as pinned_for_all
from translations.engines.models import LOCK, add_pin, sum_of_file
from translations.engines.packages import INCOMING, CannotInstall, install_file, offers_in
from translations.machine import Machine


def repacked(package: Path, to: Path, **files: bytes) -> Path:
    """The same package with other files in its folder; `version` may differ."""
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            if name.split("/", 1)[1] not in files:
                new.writestr(name, old.read(name))
        for path, content in files.items():
            new.writestr(f"{NL_EN}/{path}", content)
    return to


def test_a_file_is_installed_and_translates(package: Path, folder: Path) -> None:
    done = install_file(package, folder)
    assert (done.name, done.sha256, done.is_pinned) == ("nl_en-1.0", sum_of_file(package), False)
    assert installed(folder) == {NL_EN}
    assert works(folder)


def test_a_sum_that_is_pinned_for_everybody_must_fit(
    package: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = tmp_path / "models.toml"
    monkeypatch.setattr(pinned_for_all, "PINNED", pins)
    pins.write_text(f'[archives]\n"nl_en-1.0" = "{"0" * 64}"\n', encoding="utf-8")
    with pytest.raises(CannotInstall, match=f"its SHA-256 is {sum_of_file(package)}"):
        install_file(package, folder, pin=True)
    assert installed(folder) == set()
    pins.write_text(f'[archives]\n"nl_en-1.0" = "{sum_of_file(package)}"\n', encoding="utf-8")
    assert install_file(package, folder).is_pinned
    assert installed(folder) == {NL_EN, LOCK}


def test_what_was_pinned_here_is_not_replaced_by_something_else(
    package: Path, folder: Path, tmp_path: Path
) -> None:
    install_file(package, folder, pin=True)
    other = repacked(package, tmp_path / "other.argosmodel", **{"README.md": b"of somebody else"})
    for pin in (False, True):
        with pytest.raises(CannotInstall, match="pinned is"):
            install_file(other, folder, pin=pin)
    assert works(folder)
    assert install_file(package, folder).is_pinned


def test_a_file_that_changed_after_it_was_pinned_is_not_used(package: Path, folder: Path) -> None:
    install_file(package, folder, pin=True)
    with (folder / NL_EN / "model" / "model.bin").open("ab") as file:
        file.write(b"\0")
    machine = Machine(folder)
    machine.load()
    assert not machine.can("nl", "en")
    assert "differ" in machine.broken[NL_EN]


def test_with_sums_that_cannot_be_read_no_model_is_used(package: Path, folder: Path) -> None:
    install_file(package, folder)
    (folder / LOCK).write_text("half a li", encoding="utf-8")
    assert Machine(folder).broken == {NL_EN: f"{LOCK} cannot be read"}
    with pytest.raises(CannotInstall, match="cannot be read"):
        install_file(package, folder)


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", f"{NL_EN}/../../evil.txt", "a\\..\\b"]
)
def test_a_path_that_leads_out_is_refused(
    name: str, package: Path, folder: Path, tmp_path: Path
) -> None:
    bad = Path(shutil.copy(package, tmp_path / "bad.argosmodel"))
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(CannotInstall, match="leads out"):
        install_file(bad, folder)
    assert installed(folder) == set()
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_a_package_is_refused(package: Path, folder: Path, tmp_path: Path) -> None:
    bad = Path(shutil.copy(package, tmp_path / "bad.argosmodel"))
    link = zipfile.ZipInfo(f"{NL_EN}/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(CannotInstall, match="leads out"):
        install_file(bad, folder)


def test_a_second_folder_in_a_package_is_refused(
    package: Path, folder: Path, tmp_path: Path
) -> None:
    bad = Path(shutil.copy(package, tmp_path / "bad.argosmodel"))
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(f"{INCOMING}/lock", "x")
    with pytest.raises(CannotInstall, match="exactly one folder"):
        install_file(bad, folder)


def test_a_package_that_does_not_translate_is_not_installed(
    package: Path, folder: Path, tmp_path: Path
) -> None:
    install_file(package, folder)
    bad = repacked(package, tmp_path / "bad.argosmodel", **{"model/model.bin": b"nothing"})
    with pytest.raises(CannotInstall, match="cannot be loaded"):
        install_file(bad, folder)
    assert works(folder)


def test_a_newer_version_takes_the_place_of_the_old(
    package: Path, folder: Path, tmp_path: Path
) -> None:
    install_file(package, folder)
    said = {"from_code": "nl", "to_code": "en", "package_version": "1.1", "from_name": "Dutch"}
    metadata = {"metadata.json": json.dumps({**said, "to_name": "English"}).encode()}
    newer = repacked(package, tmp_path / "newer.argosmodel", **metadata)
    with zipfile.ZipFile(newer) as old, zipfile.ZipFile(tmp_path / "n.argosmodel", "w") as new:
        for name in old.namelist():
            new.writestr(name.replace(NL_EN, "translate-nl_en-1_1"), old.read(name))
    install_file(tmp_path / "n.argosmodel", folder)
    assert installed(folder) == {"translate-nl_en-1_1"}
    assert works(folder)


def test_the_models_of_splitters_are_left_out(package: Path, folder: Path, tmp_path: Path) -> None:
    large = repacked(package, tmp_path / "large.argosmodel", **{"stanza/nl/tokenize.pt": b"0" * 99})
    install_file(large, folder)
    assert not (folder / NL_EN / "stanza").exists()
    assert works(folder)


def test_a_crash_at_the_last_step_leaves_no_half_model_and_the_next_time_works(
    package: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            install_file(package, folder)
    assert installed(folder) == set()
    left = folder / INCOMING / "of one that was killed" / "unpacked"
    left.mkdir(parents=True)
    install_file(package, folder)
    assert installed(folder) == {NL_EN}


def test_two_installations_in_one_folder_do_not_mix(package: Path, folder: Path) -> None:
    (folder / INCOMING).mkdir(parents=True)
    with (folder / INCOMING / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotInstall, match="another installation"):
            install_file(package, folder)


def test_a_folder_without_packages_or_with_something_else_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotInstall, match="there is no"):
        offers_in(tmp_path)
    (tmp_path / "x.argosmodel").write_bytes(b"no zip")
    with pytest.raises(CannotInstall, match="no package of Argos"):
        offers_in(tmp_path)


def test_a_pin_is_written_beside_those_that_were_there(package: Path, folder: Path) -> None:
    install_file(package, folder, pin=True)
    add_pin(folder, "en_nl-1.0", "a" * 64, folder / NL_EN)
    assert (folder / LOCK).read_text(encoding="utf-8").count("nl_en-1.0") == 1
    assert "en_nl-1.0" in (folder / LOCK).read_text(encoding="utf-8")
