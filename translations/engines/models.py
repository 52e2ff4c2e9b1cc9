"""What stands in a folder of models, and whether it is still what was installed."""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

METADATA, MANIFEST, LOCK = "metadata.json", "manifest.json", "models.lock"
PINNED = Path(__file__).parent / "models.toml"
LARGEST_DESCRIPTION = 1_000_000
LANGUAGE = r"^[a-z]{2,3}$"
SUM = r"^[0-9a-f]{64}$"

type Direction = tuple[str, str]
"""From which language to which."""


class BadModel(Exception):
    """A model that cannot be used; the message says why."""


class Metadata(BaseModel):
    """What a package of Argos says about itself, as far as we read it."""

    from_code: str = Field(pattern=LANGUAGE)
    to_code: str = Field(pattern=LANGUAGE)
    package_version: str = Field("0", pattern=r"^[\w.]{1,20}$")
    type: Literal["translate"] = "translate"


class Manifest(BaseModel):
    """What the owner of a model of CTranslate2 says about it: docs/machine-translation.md."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["argos", "nllb"]
    source: str = Field(alias="from", pattern=LANGUAGE)
    target: str = Field(alias="to", pattern=LANGUAGE)
    src_token: str | None = None
    tgt_token: str | None = None
    licence: str = Field(min_length=1)
    sha256: dict[str, str]

    @model_validator(mode="after")
    def names_what_it_needs(self) -> Self:
        if self.kind == "nllb" and not (self.src_token and self.tgt_token):
            raise ValueError("kind nllb needs src_token and tgt_token")
        if missing := {"model.bin", "sentencepiece.model"} - self.sha256.keys():
            raise ValueError(f"sha256 misses {', '.join(sorted(missing))}")
        return self


@dataclass(frozen=True)
class Model:
    """One direction; `manifest` is None for a package of Argos."""

    folder: Path
    source: str
    target: str
    version: str
    manifest: Manifest | None = None

    @property
    def direction(self) -> Direction:
        return self.source, self.target

    @property
    def rank(self) -> tuple[bool, tuple[int, ...]]:
        """Of two models for a direction the higher is used: our own first, then the newest."""
        return self.manifest is not None, version_numbers(self.version)


@dataclass(frozen=True)
class Pins:
    """Sums that were found right once: of archives, and of the folders made of them."""

    archives: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)

    def check_archive(self, name: str, found: str) -> None:
        """Raises BadModel when this archive was another one before."""
        if self.archives.get(name, found) != found:
            raise BadModel(f"its SHA-256 is {found}, pinned is {self.archives[name]}")

    def check_folder(self, folder: Path) -> None:
        """Raises BadModel when a file changed since the model was pinned."""
        pinned = self.folders.get(folder.name)
        if pinned is not None and pinned != sum_of_folder(folder):
            raise BadModel(f"its files differ from what {LOCK} says was installed")


def find_models(folder: Path) -> tuple[list[Model], dict[str, str]]:
    """All models of a folder, and the reason for each one that cannot be read, by its name."""
    models, broken = [], {}
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in paths:
        if path.is_dir() and not path.name.startswith("."):
            try:
                models.append(read_model(path))
            except BadModel as reason:
                broken[path.name] = str(reason)
            except OSError:  # of somebody else
                broken[path.name] = "it cannot be read"
    return models, broken


def read_model(folder: Path) -> Model:
    """What a folder says about its model; raises BadModel."""
    if (folder / MANIFEST).exists():
        manifest = _read(Manifest, folder / MANIFEST)
        return Model(folder, manifest.source, manifest.target, "local", manifest)
    if (folder / METADATA).exists():
        said = _read(Metadata, folder / METADATA)
        return Model(folder, said.from_code, said.to_code, said.package_version)
    raise BadModel(f"it has no {METADATA} and no {MANIFEST}")


def used_models(models: Iterable[Model]) -> dict[Direction, Model]:
    """One for each direction."""
    return {model.direction: model for model in sorted(models, key=lambda model: model.rank)}


def check_files(model: Model, pins: Pins) -> None:
    """Raises BadModel when the files are not those that were promised."""
    pins.check_folder(model.folder)
    for name, promised in (model.manifest.sha256 if model.manifest else {}).items():
        path = model.folder / name
        if Path(name).name != name or not path.is_file():
            raise BadModel(f"{name} is missing")
        if sum_of_file(path) != promised:
            raise BadModel(f"the SHA-256 of {name} is not that of {MANIFEST}")


def read_pins(folder: Path) -> Pins:
    """What is pinned for everybody, and what was pinned in this folder."""
    everywhere, here = _pinned_in(PINNED), _pinned_in(folder / LOCK)
    return Pins({**here.archives, **everywhere.archives}, here.folders)


def add_pin(folder: Path, archive: str, archive_sum: str, installed: Path) -> None:
    """Write into this folder's lock file that these sums are right; at once or not at all."""
    old = _pinned_in(folder / LOCK)
    pins = Pins(
        {**old.archives, archive: archive_sum},
        {**old.folders, installed.name: sum_of_folder(installed)},
    )
    draft = folder / f".{LOCK}"
    draft.write_text(_as_toml(pins), encoding="utf-8")
    os.replace(draft, folder / LOCK)


def sum_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sum_of_folder(folder: Path) -> str:
    """Over the names and sums of its files."""
    total = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{sum_of_file(path)}\n".encode())
    return total.hexdigest()


def size_of(folder: Path) -> int:
    """In bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _read[Said: BaseModel](form: type[Said], path: Path) -> Said:
    try:
        if path.stat().st_size > LARGEST_DESCRIPTION:
            raise BadModel(f"{path.name} is too large")
        return form.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "it"
        raise BadModel(f"{path.name}: {place}: {fault['msg']}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path.name} cannot be read") from error


def _pinned_in(path: Path) -> Pins:
    if not path.exists():
        return Pins()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadModel(f"{path.name} cannot be read") from error
    return Pins(tables.get("archives", {}), tables.get("folders", {}))


def _as_toml(pins: Pins) -> str:
    lines = [
        "# Written by `wegwijs translation install --pin`; take a line out to accept another.\n"
    ]
    for name, sums in (("archives", pins.archives), ("folders", pins.folders)):
        lines += [f"\n[{name}]\n", *(f'"{key}" = "{sums[key]}"\n' for key in sorted(sums))]
    return "".join(lines)
