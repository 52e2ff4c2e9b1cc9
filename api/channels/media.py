"""What goes with a message besides words: pictures of ours, and recordings of people."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.answers.recordings import Recordings
from api.dependencies import TheWords
from api.errors import NotFound

PICTURES = Path(__file__).parent / "pictures"
VOICE = "audio/ogg"

pages = APIRouter(include_in_schema=False)


def find_media(recordings: Recordings, media: str) -> Path | None:
    """The file of "pictures/menu-1.png" or "recordings/ar/pvt-….ogg"; None where it is gone."""
    kind, _, rest = media.partition("/")
    if kind == "recordings":
        language, _, name = rest.partition("/")
        return recordings.open(language, name)
    picture = PICTURES / rest
    return picture if picture.parent == PICTURES and picture.is_file() else None


@pages.get("/media/recordings/{language}/{name}")
def recording(language: str, name: str, words: TheWords) -> FileResponse:
    """A spoken answer; the same for everybody, and named after its text, so it never changes."""
    path = words.recordings.open(language, name)
    if path is None:
        raise NotFound("there is no such recording")
    return FileResponse(
        path, media_type=VOICE, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
