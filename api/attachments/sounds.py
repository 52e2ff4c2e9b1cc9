"""Which kind of sound some bytes are, by their headers and by how the file hangs together."""

from collections.abc import Iterator

_OGG_PAGE = 27
"""Bytes of the header of a page, before the lengths of its parts."""
_FRAMES = 3
"""So many frames of an mp3 in a row are no accident."""
_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Of layer 3, in kbit/s, by version of MPEG."""
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Samples a second, by what stands in the header for the version."""


def type_of_sound(content: bytes) -> str | None:
    """ "audio/ogg", "audio/mpeg", "audio/mp4", or "video/mp4" for one with a film; else None."""
    if _is_ogg(content):
        return "audio/ogg"
    if content[4:8] == b"ftyp":
        return _type_of_mp4(content)
    return "audio/mpeg" if _is_mp3(content) else None


def _is_ogg(content: bytes) -> bool:
    """Opus or Vorbis, in whole pages from the first byte to the last."""
    first = content[_OGG_PAGE + content[26] :] if len(content) > _OGG_PAGE else b""
    if not first.startswith((b"OpusHead", b"\x01vorbis")):
        return False
    at = 0
    while at < len(content):
        lengths = content[at + _OGG_PAGE : at + _OGG_PAGE + _byte(content, at + 26)]
        if content[at : at + 5] != b"OggS\0":
            return False
        at += _OGG_PAGE + len(lengths) + sum(lengths)
    return at == len(content)


def _type_of_mp4(content: bytes) -> str | None:
    """Of a file in whole boxes that has something to hear."""
    boxes = dict(_boxes(content))
    index = boxes.get(b"moov", b"")
    if b"" not in boxes or b"mdat" not in boxes or b"soun" not in index:
        return None
    return "video/mp4" if b"vide" in index else "audio/mp4"


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each box by its name; at the end one without a name, if the boxes are whole."""
    at = 0
    while 0 <= at < len(content) - 7:
        size, name, head = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(content) - at
        if size < head:
            return
        yield name, content[at + head : at + size] if name == b"moov" else b""
        at += size
    if at == len(content):
        yield b"", b""


def _is_mp3(content: bytes) -> bool:
    at = _end_of_tag(content)
    for number in range(_FRAMES):
        if number and at == len(content):
            return True
        length = _length_of_frame(content[at : at + 4])
        if length is None:
            return False
        at += length
    return at <= len(content)


def _end_of_tag(content: bytes) -> int:
    """Where the sound begins, behind a title and the like; these stay with the file."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for each in content[6:10]:
        size = size << 7 | each & 0x7F
    return 10 + size


def _length_of_frame(head: bytes) -> int | None:
    """Bytes of a frame of layer 3, by its header."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    kilobits = _BITRATES[1 if version == 3 else 2][bitrate]
    factor = 144_000 if version == 3 else 72_000
    return factor * kilobits // _RATES[version][rate] + (head[2] >> 1 & 1)


def _byte(content: bytes, at: int) -> int:
    return content[at] if at < len(content) else 0
