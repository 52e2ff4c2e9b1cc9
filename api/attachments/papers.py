"""Whether a PDF is one, and does nothing but be read."""

import re
import zlib
from collections.abc import Iterator

_FORBIDDEN = (
    *(b"/Encrypt", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles"),
    *(b"/RichMedia", b"/XFA", b"/SubmitForm", b"/ImportData"),
)
_ACTS = re.compile(b"(?:" + b"|".join(_FORBIDDEN) + rb")(?![A-Za-z0-9_])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_END = 1_024
"""Bytes at the end in which the trailer stands."""
_DICTIONARY = 2_000
"""Bytes before a stream in which stands what is in it."""
_MOST_UNPACKED = 20 * 1024 * 1024


def is_paper(content: bytes) -> bool:
    """Header and trailer fit, it is not locked, and nothing in it starts a program."""
    end = content[-_END:]
    if not content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return False
    if b"%%EOF" not in end or b"startxref" not in end:
        return False
    return not _acts(content) and all(
        part is not None and not _acts(part) for part in _packed_objects(content)
    )


def _acts(content: bytes) -> bool:
    """A name may be spelled with codes, such as /Java#53cript."""
    plain = _ESCAPED.sub(lambda code: bytes((int(code[1], 16),)), content)
    return _ACTS.search(plain) is not None


def _packed_objects(content: bytes) -> Iterator[bytes | None]:
    """Objects that are packed together, unpacked; None for some that we cannot unpack."""
    left = _MOST_UNPACKED
    for found in _STREAM.finditer(content):
        about = _about(content, found.start())
        if b"/ObjStm" not in about or b"/Filter" not in about:
            continue
        if about.count(b"Decode") != 1 or b"/FlateDecode" not in about:
            yield None
            return
        ends = content.find(b"endstream", found.end())
        part = _unpacked(content[found.end() : ends], left)
        yield part
        if part is None:
            return
        left -= len(part)


def _about(content: bytes, before: int) -> bytes:
    """The dictionary of the stream that begins here."""
    near = content[max(0, before - _DICTIONARY) : before]
    plain = _ESCAPED.sub(lambda code: bytes((int(code[1], 16),)), near)
    return plain[plain.rfind(b"obj") + 1 :]


def _unpacked(packed: bytes, most: int) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        part = unpacker.decompress(packed, most)
    except zlib.error:
        return None
    return part if unpacker.eof else None
