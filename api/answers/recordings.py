"""Spoken answers: files beside the store, named after the very text that they speak."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

MACHINE = ".machine"
LARGEST_BYTES = 5_000_000
NAME = re.compile(r"[a-z0-9_.]+-[0-9a-f]{10}(\.machine)?\.ogg")
_ISOLATES = re.compile("[\u2066-\u2069]")


class BadRecording(Exception):
    """A file that cannot be sent as a voice note; the message says what to do."""


@dataclass(frozen=True)
class Recording:
    """`media` is what a message carries; `machine` when no person speaks."""

    media: str
    machine: bool


class Recordings:
    """A recording fits exactly one text: when a word or a number changes, it is offered no more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, language: str, key: str, text: str) -> Recording | None:
        """A person's voice before a machine's."""
        for machine in (False, True):
            name = _name(key, text, machine)
            if (self.folder / language / name).is_file():
                return Recording(f"recordings/{language}/{name}", machine)
        return None

    def add(self, language: str, key: str, text: str, file: Path) -> Path:
        """Keep a recording of this text. Raises BadRecording where it is no voice note."""
        check_voice(file)
        target = self.path_for(language, key, text)
        shutil.copyfile(file, target)
        return target

    def path_for(self, language: str, key: str, text: str, *, machine: bool = False) -> Path:
        """Where the recording of this text belongs."""
        folder = self.folder / language
        folder.mkdir(parents=True, exist_ok=True)
        return folder / _name(key, text, machine)

    def open(self, language: str, name: str) -> Path | None:
        """The file of a recording that a page asks for; only names that we gave."""
        path = self.folder / language / name
        return path if NAME.fullmatch(name) and language.isalpha() and path.is_file() else None


def check_voice(file: Path) -> None:
    """A voice note is Opus in an Ogg file, and small enough for a phone."""
    try:
        size, head = file.stat().st_size, file.open("rb").read(64)
    except OSError as error:
        raise BadRecording(f"cannot read {file}: {error.strerror}") from error
    if size > LARGEST_BYTES:
        raise BadRecording(f"{file} has {size} bytes; at most {LARGEST_BYTES}: record it shorter")
    if not head.startswith(b"OggS") or b"OpusHead" not in head:
        raise BadRecording(
            f"{file} is no Opus in Ogg; convert it: ffmpeg -i {file.name} -c:a libopus voice.ogg"
        )


def _name(key: str, text: str, machine: bool) -> str:
    digest = hashlib.sha256(_ISOLATES.sub("", text).encode()).hexdigest()[:10]
    return f"{key}-{digest}{MACHINE if machine else ''}.ogg"
