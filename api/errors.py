"""The errors a caller can meet; each class carries its status and the key of its text."""

from collections.abc import Mapping


class WegwijsError(Exception):
    """Something the caller can do something about; the message says what."""

    status = 400
    title = "Bad request"
    key = "error.bad_request"

    def __init__(self, detail: str = "", key: str | None = None) -> None:
        super().__init__(detail)
        self.key = key or type(self).key


class NotFound(WegwijsError):
    """There is no such thing, or it is not yours to see."""

    status = 404
    title = "Not found"
    key = "error.not_found"


class NotSignedIn(WegwijsError):
    """Nobody is signed in, or the service token is missing or wrong."""

    status = 401
    title = "Not signed in"
    key = "error.not_signed_in"


class NotAllowed(WegwijsError):
    """You are known, but this is not for your role, or the form was stale."""

    status = 403
    title = "Not allowed"
    key = "error.not_allowed"


class Conflict(WegwijsError):
    """Somebody else was first; load the page again."""

    status = 409
    title = "Conflict"
    key = "error.conflict"


class Stale(WegwijsError):
    """Somebody changed this since you read it; load it again, nothing was overwritten."""

    status = 412
    title = "Precondition failed"
    key = "error.stale"


class VersionMissing(WegwijsError):
    """Say which version you change: send the ETag you read as If-Match."""

    status = 428
    title = "Precondition required"
    key = "error.stale"


class TooLarge(WegwijsError):
    """The request is larger than a person's message can be."""

    status = 413
    title = "Too large"
    key = "error.too_large"


class Invalid(WegwijsError):
    """The request does not have the expected form."""

    key = "error.invalid"

    def __init__(
        self, detail: str = "", key: str | None = None, faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail, key)
        self.faults = dict(faults or {})
        """Field name to what is wrong with it, for a form."""


class Unavailable(WegwijsError):
    """The store does not answer; nothing was lost, try again."""

    status = 503
    title = "Not available now"
    key = "error.unavailable"
