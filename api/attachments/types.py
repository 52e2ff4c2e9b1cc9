"""What may be stored of what a participant sent: known by its bytes, never by its name."""

from dataclasses import dataclass

from api.attachments.papers import is_paper
from api.attachments.pictures import NotDrawn, draw_anew, is_picture
from api.attachments.sounds import type_of_sound
from api.conversations.models import Kind

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
LONGEST_REFERENCE = 300
PICTURE, PAPER, FILM = "image/jpeg", "application/pdf", "video/mp4"
TOO_LARGE, WRONG_TYPE = "too_large", "wrong_type"


class Refused(Exception):
    """It is not stored; the message says why: too_large or wrong_type."""


@dataclass(frozen=True)
class Checked:
    """What is stored and shown, and as what."""

    content: bytes
    type: str


def check(kind: Kind, content: bytes) -> Checked:
    """The file as it may be stored: a picture drawn anew, a sound or a PDF as it is, else Refused.

    A picture must be a picture, something to hear must be that; a document may be any of these.
    """
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE)
    if kind in (Kind.photo, Kind.document) and is_picture(content):
        return Checked(_picture(content), PICTURE)
    if kind is Kind.document and is_paper(content):
        return Checked(content, PAPER)
    sound = type_of_sound(content)
    if kind is Kind.voice and sound is not None:
        return Checked(content, sound)
    if kind is Kind.document and sound not in (None, FILM):
        return Checked(content, str(sound))
    raise Refused(WRONG_TYPE)


def _picture(content: bytes) -> bytes:
    try:
        return draw_anew(content)
    except NotDrawn as fault:
        raise Refused(WRONG_TYPE) from fault
