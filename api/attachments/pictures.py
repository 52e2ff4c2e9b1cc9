"""A picture drawn anew: whatever else was in the file stays behind, such as where it was taken."""

from io import BytesIO

from PIL import Image, ImageOps

SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How JPEG and PNG begin; WebP is known by two parts."""
MOST_PIXELS = 50_000_000
"""What a good phone makes; a small file may claim to be far larger."""
LONGEST_SIDE = 4_000
"""Pixels: a letter that was photographed stays easy to read."""
QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")


class NotDrawn(Exception):
    """It is no picture, or one that is too large to open."""


def is_picture(content: bytes) -> bool:
    """By its first bytes."""
    return content.startswith(SIGNS) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")


def draw_anew(content: bytes) -> bytes:
    """The same picture as JPEG, the right way up, with nothing in it but what can be seen."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NotDrawn
            return _drawn(opened)
    except NotDrawn:
        raise
    except Exception as fault:  # a stranger made these bytes: a decoder may trip over anything
        raise NotDrawn from fault


def _drawn(image: Image.Image) -> bytes:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = _on_white(ImageOps.exif_transpose(image))
    upright.info = {}  # else a comment would go along
    written = BytesIO()
    upright.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper
