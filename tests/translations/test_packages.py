"""Installing a package: the one that was promised, whole or not at all, inside its folder."""

import errno
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


def test_a_description_without_end_is_not_read(package: Path, folder: Path, tmp_path: Path) -> None:
    endless = b'{"from_code": "nl", "x": "' + b" " * 2_000_000 + b'"}'
    large = repacked(package, tmp_path / "large.argosmodel", **{"metadata.json": endless})
    with pytest.raises(CannotInstall, match="too large"):
        install_file(large, folder)


@pytest.mark.parametrize("path", ["model", "metadata.json/x", "n" * 300])
def test_an_archive_that_cannot_be_unpacked_is_refused(
    path: str, package: Path, folder: Path, tmp_path: Path
) -> None:
    bad = Path(shutil.copy(package, tmp_path / "bad.argosmodel"))
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(f"{NL_EN}/{path}", "x")
    with pytest.raises(CannotInstall, match="cannot be unpacked"):
        install_file(bad, folder)
    assert installed(folder) == set()


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damage_in_the_middle_of_an_archive_is_said(
    method: int, package: Path, folder: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.argosmodel"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(bad, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    damaged = bytearray(bad.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 99] = bytes(99)
    bad.write_bytes(damaged)
    with pytest.raises(CannotInstall, match="no whole zip file"):
        install_file(bad, folder)
    assert installed(folder) == set()


def test_a_package_does_not_take_the_place_of_a_model_of_your_own(
    package: Path, folder: Path
) -> None:
    own = folder / NL_EN
    own.mkdir(parents=True)
    sums = {"model.bin": "0" * 64, "sentencepiece.model": "0" * 64}
    said = {"kind": "argos", "from": "ti", "to": "en", "licence": "MIT", "sha256": sums}
    (own / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(CannotInstall, match="model of your own"):
        install_file(package, folder)
    assert (own / "manifest.json").exists()


def test_what_is_left_of_a_damaged_model_is_replaced(package: Path, folder: Path) -> None:
    (folder / NL_EN).mkdir(parents=True)
    (folder / NL_EN / "metadata.json").write_text("{", encoding="utf-8")
    install_file(package, folder)
    assert works(folder)


def test_a_folder_of_models_that_is_a_file_is_said(package: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("of somebody", encoding="utf-8")
    with pytest.raises(CannotInstall, match="must be a folder in which you may write"):
        install_file(package, tmp_path / "models")


def test_a_full_disk_is_said_and_leaves_nothing(
    package: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "extract", full)
    with pytest.raises(CannotInstall, match=r"No space left.*room for three times"):
        install_file(package, folder)
    assert installed(folder) == set()
