"""Opening what somebody else packed: only whole, of a size that fits, and inside one folder."""

import errno
import json
import lzma
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from translations.engines.models import LARGEST_DESCRIPTION, METADATA, BadModel, Metadata

LARGEST_PACKAGE, MOST_FILES = 4_000_000_000, 10_000
NOT_NEEDED = ("minisbd", "spacy", "stanza")
"""Models that split sentences, and are larger than what translates: ours does without."""
DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError)
"""All that the reading of a broken zip file may raise, beside OSError."""


def described(file: Path) -> Metadata:
    """What a package says about itself; raises BadModel."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).name == METADATA]
            member = archive.getinfo(min(names, key=len))
            if member.file_size > LARGEST_DESCRIPTION:
                raise BadModel(f"{METADATA} is too large")
            return Metadata.model_validate(json.loads(archive.read(member)))
    except (OSError, *_NO_ZIP) as error:
        raise BadModel(f"it is no whole zip file with a {METADATA}") from error


def unpack(file: Path, to: Path) -> Path:
    """The one folder in an archive, without what we do not need; raises BadModel."""
    try:
        with zipfile.ZipFile(file) as archive:
            top = _checked(archive.infolist())
            for member in archive.infolist():
                if PurePosixPath(member.filename).parts[1:2] not in [
                    (name,) for name in NOT_NEEDED
                ]:
                    archive.extract(member, to)
    except _NO_ZIP as error:
        raise BadModel("it is no whole zip file") from error
    except OSError as error:
        if error.errno in DISK_IS_FULL:
            raise
        why = error.strerror or "it is no whole zip file"
        raise BadModel(f"it cannot be unpacked ({why})") from error
    return to / top


def _checked(members: list[zipfile.ZipInfo]) -> str:
    """The name of the only folder; raises BadModel for anything that could land outside it."""
    paths = [PurePosixPath(member.filename) for member in members]
    tops = {path.parts[0] for path in paths if path.parts}
    for member, path in zip(members, paths, strict=True):
        strange = path.is_absolute() or ".." in path.parts or "\\" in member.filename
        if strange or stat.S_ISLNK(member.external_attr >> 16):
            raise BadModel("it holds a path that leads out of its folder")
    if len(tops) != 1 or not re.fullmatch(r"\w[\w.-]*", next(iter(tops))):
        raise BadModel("it must hold exactly one folder")
    if len(members) > MOST_FILES or sum(each.file_size for each in members) > LARGEST_PACKAGE:
        raise BadModel("it is too large when unpacked")
    return tops.pop()
