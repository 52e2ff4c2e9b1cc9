"""What a refusal or a silence of Telegram means for a message, or for a file."""

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from api.attachments.fetching import GONE, UNREACHABLE, FetchFailed
from api.attachments.types import TOO_LARGE
from api.outbox.service import SendFailed


def send_failed(error: TelegramError) -> SendFailed:
    """What Telegram's refusal means for the message (the order matters: some are subclasses)."""
    match error:
        case RetryAfter():
            return SendFailed("429", retryable=True, retry_after=seconds(error))
        case Forbidden():
            return SendFailed("403", blocked=True)
        case ChatMigrated() | InvalidToken():
            return SendFailed(type(error).__name__)
        case BadRequest():
            blocked = "chat not found" in error.message.lower()
            return SendFailed("400", blocked=blocked)
        case TimedOut():
            return SendFailed("timed out", retryable=True, ambiguous=_was_connected(error))
        case NetworkError():
            return SendFailed("network", retryable=True, ambiguous=_was_connected(error))
        case _:
            return SendFailed(type(error).__name__)


def fetch_failed(error: TelegramError) -> FetchFailed:
    """What it means for a file that we asked for."""
    match error:
        case RetryAfter():
            return FetchFailed(UNREACHABLE, retry_after=seconds(error))
        case BadRequest() if "too big" in error.message.lower():
            return FetchFailed(TOO_LARGE)
        case BadRequest():  # also said of a file that is only away for a moment
            return FetchFailed(GONE, retryable=True)
        case _:
            return FetchFailed(UNREACHABLE, retryable=True)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    wait = error.retry_after
    return float(wait.total_seconds() if hasattr(wait, "total_seconds") else wait) + 0.1


def _was_connected(error: TelegramError) -> bool:
    """Then the message may have arrived; without a connection it cannot have."""
    return not isinstance(
        error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    )
