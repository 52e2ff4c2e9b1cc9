"""Installing packages of Argos: looked up, fetched, compared, tried, and only then put in place."""

import fcntl
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from pydantic import TypeAdapter, ValidationError

from translations.engines.archives import DISK_IS_FULL, LARGEST_PACKAGE, described, unpack
from translations.engines.models import (
    BadModel,
    Direction,
    Metadata,
    Model,
    add_pin,
    find_models,
    read_model,
    read_pins,
    sum_of_file,
    version_numbers,
)
from translations.machine import BRIDGE, open_model

ENDING = ".argosmodel"
INCOMING = ".incoming"
LARGEST_INDEX = 10_000_000
_CHUNK, _TIMEOUT_SECONDS = 1 << 20, 30.0

type Told = Callable[[int, int | None], None]
"""How many bytes are there, and of how many; None when the other side does not say."""


class CannotInstall(Exception):
    """Nothing changed; the message says why, and what to do."""


@dataclass(frozen=True)
class Offer:
    """A package that can be installed: a file, or an address to fetch it from."""

    source: str
    target: str
    version: str
    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in the files of sums."""
        return f"{self.source}_{self.target}-{self.version}"


@dataclass(frozen=True)
class Installed:
    name: str
    sha256: str
    is_pinned: bool


def offers_of(index: str) -> list[Offer]:
    """What an index like that of Argos offers, at an http(s) or file address; or CannotInstall."""
    address = urljoin(index if index.endswith("/") else f"{index}/", "index.json")
    try:
        with _opened(address) as answer:
            raw = answer.read(LARGEST_INDEX)
    except (OSError, HTTPException) as error:
        raise CannotInstall(f"{address} broke off ({type(error).__name__}); try again") from error
    try:
        entries = TypeAdapter(list[dict[str, Any]]).validate_json(raw)
    except ValidationError as error:
        raise CannotInstall(f"{address} is no index of packages") from error
    return [offer for entry in entries if (offer := _offer(entry, address))]


def offers_in(folder: Path) -> list[Offer]:
    """The .argosmodel files of a folder; or CannotInstall."""
    files = sorted(folder.glob(f"*{ENDING}"))
    if not files:
        raise CannotInstall(f"there is no {ENDING} file in {folder}")
    return [_offer_in(file) for file in files]


def wanted(offers: Iterable[Offer], languages: Iterable[str]) -> dict[Direction, Offer]:
    """The newest offer for each direction between these languages and the bridge."""
    codes = {*languages, BRIDGE}
    between = [each for each in offers if {each.source, each.target} <= codes]
    ranked = sorted(between, key=lambda offer: version_numbers(offer.version))
    return {(offer.source, offer.target): offer for offer in ranked}


def install(
    offer: Offer, folder: Path, *, pin: bool = False, told: Told | None = None
) -> Installed:
    """Fetch a package and put it in the folder of models, whole or not at all; or CannotInstall.

    A sum that is pinned must fit. With `pin` a sum that nobody knew is pinned from now on.
    """
    with _place_of_work(folder) as work:
        file = work / f"package{ENDING}"
        _fetch(offer, file, told or (lambda *_: None))
        return _install(offer, file, folder, pin=pin)


def install_file(file: Path, folder: Path, *, pin: bool = False) -> Installed:
    """The same for a file that is there already."""
    return install(_offer_in(file), folder, pin=pin)


def _install(offer: Offer, file: Path, folder: Path, *, pin: bool) -> Installed:
    found = sum_of_file(file)
    try:
        pins = read_pins(folder)
        pins.check_archive(offer.name, found)
        unpacked = unpack(file, file.parent / "unpacked")
        model = read_model(unpacked)
        if (model.source, model.target, model.version) != _said(offer):
            raise BadModel(f"it is {model.source} to {model.target}, version {model.version}")
        _check_place(model, folder / unpacked.name)
        open_model(model)
    except BadModel as reason:
        raise CannotInstall(f"{offer.name} is refused: {reason}") from reason
    is_pinned = pin or offer.name in pins.archives
    _put_in_place(unpacked, folder, (offer, found) if is_pinned else None)
    return Installed(offer.name, found, is_pinned)


def _said(offer: Offer) -> tuple[str, str, str]:
    return offer.source, offer.target, offer.version


def _check_place(model: Model, place: Path) -> None:
    """Raises BadModel when it would take the place of something else: no package is one's own."""
    try:
        there = read_model(place)
    except BadModel:  # nothing, or what is left of one
        there = model
    if model.manifest is not None or there.manifest is not None:
        raise BadModel("it would pass for a model of your own")
    if there.direction != model.direction:
        raise BadModel(f"its folder {place.name} holds a model for another direction")


def _put_in_place(unpacked: Path, folder: Path, pinned: tuple[Offer, str] | None) -> None:
    """One rename each: away with what had this name, in with the new, away with older versions."""
    place, old = folder / unpacked.name, unpacked.parent / "old"
    direction = read_model(unpacked).direction
    if pinned is not None:  # first: what is pinned and not there yet harms nobody
        offer, found = pinned
        add_pin(folder, offer.name, found, unpacked)
    if place.exists():
        os.replace(place, old)
    os.replace(unpacked, place)
    for other in find_models(folder)[0]:
        same = other.direction == direction and other.manifest is None
        if same and other.folder != place:
            shutil.rmtree(other.folder)


def _offer(entry: dict[str, Any], index: str) -> Offer | None:
    """One line of an index; None for what is no model of one direction."""
    try:
        said = Metadata.model_validate(entry)
    except ValidationError:
        return None
    links = entry.get("links")
    places = [urljoin(index, link) for link in links or () if isinstance(link, str)]
    # A list on a web server has no business with the files of this machine.
    allowed = {"http", "https"} | ({"file"} if urlsplit(index).scheme == "file" else set())
    fitting = tuple(place for place in places if urlsplit(place).scheme in allowed)
    return Offer(said.from_code, said.to_code, said.package_version, fitting) if fitting else None


def _offer_in(file: Path) -> Offer:
    try:
        said = described(file)
    except BadModel as reason:
        raise CannotInstall(f"{file.name} is no package of Argos: {reason}") from reason
    return Offer(said.from_code, said.to_code, said.package_version, (file.resolve().as_uri(),))


def _fetch(offer: Offer, file: Path, told: Told) -> None:
    """From the first address that has it; or CannotInstall with the reason of the last one."""
    reason = CannotInstall(f"{offer.name} has no address")
    for place in offer.places:
        try:
            with _opened(place) as answer, file.open("wb") as out:
                return _copy(answer, out, told)
        except CannotInstall as fault:
            reason = fault
        except (OSError, HTTPException) as fault:
            if isinstance(fault, OSError) and fault.errno in DISK_IS_FULL:
                raise
            reason = CannotInstall(f"{place} broke off ({type(fault).__name__}); try again")
    raise reason


def _copy(answer: Any, out: Any, told: Told) -> None:
    length = answer.headers.get("Content-Length")
    total = int(length) if length and length.isdecimal() else None
    done = 0
    while chunk := answer.read(_CHUNK):
        done += len(chunk)
        if done > LARGEST_PACKAGE:
            raise CannotInstall("the package is too large")
        out.write(chunk)
        told(done, total)
    if total is not None and done != total:
        raise CannotInstall(f"the download broke off at {done} of {total} bytes; try again")


@contextmanager
def _opened(address: str) -> Iterator[Any]:
    if urlsplit(address).scheme not in ("http", "https", "file"):
        raise CannotInstall(f"{address} is no http, https or file address")
    try:
        answer = urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS)
    except (OSError, HTTPException, ValueError) as error:
        raise CannotInstall(
            f"{address} cannot be reached ({error}). Try again, or fetch the {ENDING} files "
            "somewhere else and install them with --from and their folder"
        ) from error
    with answer:
        yield answer


@contextmanager
def _place_of_work(folder: Path) -> Iterator[Path]:
    """A folder on the same disk as the models, for one installation at a time."""
    try:
        with _locked(folder / INCOMING) as incoming:
            for left in [path for path in incoming.iterdir() if path.is_dir()]:
                shutil.rmtree(left)  # by one that was killed
            with tempfile.TemporaryDirectory(dir=incoming) as work:
                yield Path(work)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotInstall(
            f"{folder} cannot hold it ({why}). It must be a folder in which you may write, with "
            "room for three times the package"
        ) from error


@contextmanager
def _locked(incoming: Path) -> Iterator[Path]:
    incoming.mkdir(parents=True, exist_ok=True)
    with (incoming / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotInstall("another installation is under way in this folder") from error
        yield incoming
