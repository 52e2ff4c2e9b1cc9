"""What is let in and what is not, by its bytes."""

from io import BytesIO

import pytest
from PIL import Image

from api.attachments import pictures
from api.attachments.types import LARGEST, Refused, check
from api.conversations.models import Kind
from tests.attachments.files import (
    HEIC,
    HTML,
    PROGRAM,
    SECRET_PLACE,
    SVG,
    box,
    film,
    office,
    packed,
    paper,
    photo_with_place,
    picture,
    song,
    voice,
)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def colour(image: Image.Image, x: int, y: int) -> str:
    red, _, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return "red" if red > blue else "blue"


@pytest.mark.parametrize(
    ("kind", "content", "type"),
    [
        (Kind.voice, voice(), "audio/ogg"),
        (Kind.voice, song(), "audio/mpeg"),
        (Kind.voice, song(tag=b"TIT2 een lied"), "audio/mpeg"),
        (Kind.voice, film(), "audio/mp4"),
        (Kind.voice, film(sees=True, brand=b"mp42"), "video/mp4"),
        (Kind.photo, picture(), "image/jpeg"),
        (Kind.photo, picture("PNG"), "image/jpeg"),
        (Kind.photo, picture("WEBP"), "image/jpeg"),
        (Kind.document, picture("PNG"), "image/jpeg"),
        (Kind.document, voice(), "audio/ogg"),
        (Kind.document, paper(), "application/pdf"),
        (Kind.document, picture("PDF"), "application/pdf"),
        (Kind.document, paper(packed(b"<< /Type /Page >>")), "application/pdf"),
    ],
)
def test_sounds_pictures_and_papers_are_let_in(kind: Kind, content: bytes, type: str) -> None:
    checked = check(kind, content)
    assert checked.type == type
    assert (checked.content == content) == (type != "image/jpeg")


@pytest.mark.parametrize(
    "content",
    [
        *(HTML, SVG, office(), HEIC, PROGRAM, b"", b"x", bytes(100)),
        *(b"GIF89a" + bytes(40), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + HTML),
        *(picture()[:200], b"RIFF\0\0\0\0WEBP" + HTML, picture("TIFF"), picture("BMP")),
        *(b"OggS voice", voice()[:-1], voice() + office(), b"OggS\0\2" + bytes(200)),
        *(song(frames=2)[:-1], b"ID3\3\0\0\0\0\0\0" + HTML, b"\xff\xfb\x90\0" + HTML * 20),
        *(film()[:-1], film(hears=False), film(sees=True), box(b"ftyp", b"M4A " + bytes(4))),
        *(paper()[:-10], b"\n" + paper(), paper() + office() * 20, b"%PDF-1.7"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.photo, Kind.document])
def test_everything_else_is_refused_whatever_it_is_called(kind: Kind, content: bytes) -> None:
    with pytest.raises(Refused, match="wrong_type"):
        check(kind, content)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        *((Kind.photo, each) for each in (voice(), song(), film(), paper())),
        *((Kind.voice, each) for each in (picture(), paper(), HTML, HEIC)),
        (Kind.text, picture()),
    ],
)
def test_what_is_sent_as_one_thing_and_is_another_is_refused(kind: Kind, content: bytes) -> None:
    with pytest.raises(Refused, match="wrong_type"):
        check(kind, content)


@pytest.mark.parametrize(
    "inside",
    [
        b"3 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj",
        b"3 0 obj << /S /Java#53cript /JS (app.alert(1)) >> endobj",
        b"3 0 obj << /S /Launch /F (cmd.exe) >> endobj",
        b"3 0 obj << /Type /EmbeddedFile >> endobj",
        b"3 0 obj << /Names << /EmbeddedFiles 4 0 R >> >> endobj",
        b"3 0 obj << /XFA [] >> endobj",
        b"trailer << /Encrypt 4 0 R >>",
        packed(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        packed(b"<< /S /#4aavaScript >>"),
        packed(b"<< >>", b"/Filter /LZWDecode"),
        packed(b"<< >>", b"/Filter [/FlateDecode /ASCIIHexDecode]"),
        packed(b"<< >>").replace(b"x\x9c", b"??"),
        packed(b" " * (21 * 1024 * 1024)),
    ],
)
def test_a_paper_that_is_locked_or_does_something_is_refused(inside: bytes) -> None:
    with pytest.raises(Refused, match="wrong_type"):
        check(Kind.document, paper(inside))


def test_a_picture_keeps_what_can_be_seen_and_nothing_else() -> None:
    sent = photo_with_place()
    assert SECRET_PLACE.encode() in sent
    stored = check(Kind.photo, sent).content
    image = opened(stored)
    assert SECRET_PLACE.encode() not in stored
    assert (dict(image.getexif()), image.info.get("comment")) == ({}, None)
    assert b"Exif" not in stored


def test_a_picture_stands_the_right_way_up() -> None:
    image = opened(check(Kind.photo, photo_with_place()).content)
    assert image.size == (32, 64)
    assert (colour(image, 16, 4), colour(image, 16, 60)) == ("red", "blue")


def test_what_was_transparent_is_white_paper() -> None:
    written = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    image = opened(check(Kind.document, written.getvalue()).content)
    assert image.getpixel((4, 4)) == (255, 255, 255)


def test_a_large_picture_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LONGEST_SIDE", 100)
    assert opened(check(Kind.photo, picture(size=(400, 200))).content).size == (100, 50)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_a_picture_with_too_many_points_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 64 * 32 - 1)
    with pytest.raises(Refused, match="wrong_type"):
        check(Kind.photo, picture(kind))


def test_a_small_file_that_claims_to_be_a_huge_picture_is_refused() -> None:
    small = picture("PNG")
    huge = small.replace((64).to_bytes(4) + (32).to_bytes(4), (60_000).to_bytes(4) * 2)
    assert huge != small
    with pytest.raises(Refused, match="wrong_type"):
        check(Kind.photo, huge)


def test_what_is_too_large_is_not_even_looked_at() -> None:
    with pytest.raises(Refused, match="too_large"):
        check(Kind.voice, voice() + bytes(LARGEST))
