"""Files as a telephone sends them, and files that only look like it; all made here."""

import zipfile
import zlib
from io import BytesIO

from PIL import Image

ORIENTATION, GPS, MADE_BY = 0x0112, 0x8825, 0x010F
SECRET_PLACE = "Kerkstraat 1 Verzwegen"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 32), mode: str = "RGB", **more: object
) -> bytes:
    """Left half red, right half blue."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def photo_with_place() -> bytes:
    """Taken with the telephone on its side; says where, by which device, and in a comment."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MADE_BY] = 6, SECRET_PLACE
    exif[GPS] = {1: "N", 2: (51.0, 15.0, 6.0), 3: "E", 4: (5.0, 42.0, 24.0)}
    return picture(exif=exif.tobytes(), comment=SECRET_PLACE.encode())


def voice(packets: int = 3) -> bytes:
    """Opus in Ogg: whole pages, the first with the header."""
    parts = [b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0", *(b"\xfc\xff\xfe" * 20,) * packets]
    return b"".join(_page(number, part) for number, part in enumerate(parts))


def _page(number: int, part: bytes) -> bytes:
    flags = b"\x02" if number == 0 else b"\0"
    head = b"OggS\0" + flags + bytes(8) + b"\1\0\0\0" + number.to_bytes(4, "little") + bytes(4)
    return head + bytes((1, len(part))) + part


def song(frames: int = 4, tag: bytes = b"") -> bytes:
    """An mp3 of 128 kbit/s at 44.1 kHz: frames of 417 bytes."""
    titled = b"ID3\3\0\0" + bytes((0, 0, len(tag) >> 7, len(tag) & 0x7F)) + tag if tag else b""
    return titled + (b"\xff\xfb\x90\0" + bytes(413)) * frames


def film(*, sees: bool = False, hears: bool = True, brand: bytes = b"M4A ") -> bytes:
    """Boxes of an mp4, with or without something to see."""
    handlers = b"hdlr soun " * hears + b"hdlr vide " * sees
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", handlers) + box(b"mdat", bytes(40))


def box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + name + content


def paper(inside: bytes = b"") -> bytes:
    """A PDF with these objects in it besides its own."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        + inside
        + b"\nxref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    )


def packed(inside: bytes, about: bytes = b"/Filter /FlateDecode") -> bytes:
    """Objects in a stream of objects."""
    body = zlib.compress(inside)
    return b"5 0 obj\n<< /Type /ObjStm %b >>\nstream\n%b\nendstream\nendobj" % (about, body)


def office() -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("word/document.xml", "<w:document/>")
    return written.getvalue()


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = box(b"ftyp", b"heic" + bytes(4)) + box(b"meta", bytes(40)) + box(b"mdat", bytes(40))
PROGRAM = b"MZ" + bytes(200)
