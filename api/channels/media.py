"""What goes with a message besides words: pictures of ours, bars of progress, recordings."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from api.answers.progress_picture import FOLDER, draw
from api.answers.recordings import Recordings
from api.dependencies import TheWords
from api.errors import NotFound

PICTURES = Path(__file__).parent / "pictures"
VOICE = "audio/ogg"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Media:
    """What a channel sends along."""

    content: bytes
    is_voice: bool = False


def find_media(recordings: Recordings, media: str) -> Media | None:
    """What "pictures/menu-1.png", "progress/pvt-8-12.png" or "recordings/ar/pvt-….ogg" names.

    None where it is gone.
    """
    kind, _, rest = media.partition("/")
    if kind == "recordings":
        language, _, name = rest.partition("/")
        spoken = recordings.open(language, name)
        return Media(spoken.read_bytes(), is_voice=True) if spoken else None
    if kind == FOLDER:
        drawn = draw(rest)
        return Media(drawn) if drawn else None
    picture = PICTURES / rest
    if picture.parent != PICTURES or not picture.is_file():
        return None
    return Media(picture.read_bytes())


@pages.get("/media/recordings/{language}/{name}")
def recording(language: str, name: str, words: TheWords) -> FileResponse:
    """A spoken answer; the same for everybody, and named after its text, so it never changes."""
    path = words.recordings.open(language, name)
    if path is None:
        raise NotFound("there is no such recording")
    return FileResponse(path, media_type=VOICE, headers=FOR_EVER)


@pages.get("/media/progress/{name}")
def progress(name: str) -> Response:
    """Bars as their name says; there is nobody's name in it, so anybody may see it."""
    drawn = draw(name)
    if drawn is None:
        raise NotFound("there is no such picture")
    return Response(drawn, media_type="image/png", headers=FOR_EVER)
