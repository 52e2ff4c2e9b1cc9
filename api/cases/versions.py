"""Which version of something a caller has read: ETag, If-None-Match and If-Match.

Who changes something says which version they saw, so that nothing is overwritten unseen.
"""

import hashlib
import re
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from api.errors import Stale, VersionMissing
from api.wire import Wire

TAG = r'"[!#-~]{1,64}"'
_ANY = "*"
_LONGEST_NUMBER = 9

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag that is known already.")
]
WITH_ETAG: dict[str, Any] = {
    "headers": {"ETag": {"description": "The version.", "schema": {"type": "string"}}}
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "It is still the version of If-None-Match"}
}


def if_match(
    header: Annotated[
        str | None,
        Header(
            alias="If-Match",
            pattern=f"^{TAG}$",
            description='The ETag that was read, such as `"3"`. A change without it is refused.',
        ),
    ] = None,
) -> str:
    """The tag that a change is based on. VersionMissing without one."""
    if header is None:
        raise VersionMissing
    return header.strip('"')


def version(tag: Annotated[str, Depends(if_match)]) -> int:
    """The version in the tag; a tag that we never gave is no version at all."""
    return int(tag) if re.fullmatch(f"[0-9]{{1,{_LONGEST_NUMBER}}}", tag) else 0


IfMatch = Annotated[str, Depends(if_match)]
Version = Annotated[int, Depends(version)]


def tag_of(shown: Wire) -> str:
    """Its version; where it has none, a hash of all that is shown."""
    number = getattr(shown, "version", None)
    return str(number or hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:32])


def must_match(tag: str, shown: Wire) -> None:
    """Stale, where it is no longer what the caller read."""
    if tag != tag_of(shown):
        raise Stale


def answer(shown: Wire, status: int = 200, **headers: str) -> Response:
    """What is shown, as JSON.

    It is not held against its own description once more: the store has it already, and who reads
    it must get it also when the rules for writing were made stricter.
    """
    text = shown.model_dump_json(by_alias=True)
    return Response(text, status, headers, media_type="application/json")


def answer_one(shown: Wire, status: int = 200, **headers: str) -> Response:
    """One thing, with its ETag."""
    return answer(shown, status, ETag=f'"{tag_of(shown)}"', **headers)


def answer_if_new(shown: Wire, known: str | None) -> Response:
    """The same, or 304 where the caller has just this version already."""
    tags = {tag.strip('"') for tag in re.findall(TAG, known or "")}
    if (known or "").strip() == _ANY or tag_of(shown) in tags:
        return Response(status_code=304, headers={"ETag": f'"{tag_of(shown)}"'})
    return answer_one(shown)
