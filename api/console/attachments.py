"""What participants sent, for who has their question: to see, to hear, to ask for, to take away."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.attachments import service
from api.attachments.models import Attachment, AttachmentState
from api.attachments.types import PAPER
from api.console.routes import Me, OwnForm, to
from api.db import Tx
from api.dependencies import Now, TheWords
from api.errors import Conflict, NotFound

PATH = "/console/attachments"
HAND_OVERS = "/console/hand-overs"
SAFELY = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Accept-Ranges": "bytes",
}
"""Whatever is in the file, a browser runs nothing of it, shows it to us only and keeps nothing."""
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")

pages = APIRouter(prefix=PATH, include_in_schema=False)

AttachmentId = Annotated[int, Path(ge=1, lt=2**53)]


@pages.get("/{attachment_id}")
def attachment_file(request: Request, attachment_id: AttachmentId, session: Tx, me: Me) -> Response:
    """The file, or the part of it that a player asks for."""
    attachment = service.get_attachment(session, attachment_id, me.person)
    content = attachment.content
    if attachment.state is not AttachmentState.stored or content is None:
        raise NotFound("this file is not here")
    headers = SAFELY | {"Content-Disposition": _disposition(attachment)}
    wanted = _wanted(request.headers.get("Range", ""), len(content))
    if wanted is None:
        return Response(content, media_type=attachment.type, headers=headers)
    if not wanted:
        headers |= {"Content-Range": f"bytes */{len(content)}"}
        return Response(status_code=416, headers=headers)
    headers |= {"Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"}
    part = content[wanted.start : wanted.stop]
    return Response(part, status_code=206, media_type=attachment.type, headers=headers)


@pages.post("/{attachment_id}/remove")
def remove(attachment_id: AttachmentId, session: Tx, me: OwnForm, now: Now) -> Response:
    hand_over = service.remove(session, attachment_id, me.person, now)
    return to(f"{HAND_OVERS}/{hand_over.id}")


@pages.post("/{attachment_id}/ask")
def ask(
    attachment_id: AttachmentId, session: Tx, words: TheWords, me: OwnForm, now: Now
) -> Response:
    """Ask the participant whether we may see or hear it."""
    attachment = service.get_attachment(session, attachment_id, me.person)
    hand_over = service.find_seen(session, attachment, me.person)
    if hand_over is None:
        raise Conflict("this question is closed", "error.closed")
    service.ask_permission(session, words, hand_over.id, me.person, attachment_id, now)
    return to(f"{HAND_OVERS}/{hand_over.id}")


def _disposition(attachment: Attachment) -> str:
    """A paper is opened outside of the browser; its name says nothing of anybody."""
    if attachment.type != PAPER:
        return "inline"
    return f'attachment; filename="wegwijs-{attachment.id}.pdf"'


def _wanted(asked: str, size: int) -> range | None:
    """Which bytes; empty where there are none such, None for all of them."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    return range(int(first), min(int(last) + 1, size) if last else size)
