"""What Telegram answers when it does not do as asked, in Telegram's own words."""

from typing import Any

USUAL_WORDS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Refused(Exception):
    """A request that failed: the HTTP status, the sentence and the extra parameters."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def as_json(self) -> dict[str, Any]:
        envelope: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            envelope["parameters"] = {"retry_after": self.retry_after}
        return envelope


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refused:
    return Refused(409, f"Conflict: {reason}")


def usual_refusal(status: int, retry_after: int | None, description: str | None) -> Refused:
    """What Telegram says with this status, unless the test chose its own words."""
    if status == 429:
        seconds = 1 if retry_after is None else retry_after
        return Refused(429, description or f"Too Many Requests: retry after {seconds}", seconds)
    return Refused(status, description or USUAL_WORDS[status], retry_after)
