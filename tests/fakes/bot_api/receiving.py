"""The two ways a bot gets its updates: it asks (getUpdates) or is called (a webhook)."""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.bot_api.account import Account, Webhook
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.chats import Json
from tests.fakes.bot_api.errors import bad_request, conflict
from tests.fakes.bot_api.updates import USUAL_KINDS

LONGEST_POLL = 50  # seconds
SECRET = re.compile(r"[A-Za-z0-9_-]*")
WEBHOOK_IS_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(frozen=True)
class Answer:
    """A result with a sentence beside it, as setWebhook gives."""

    result: Any
    description: str


async def get_updates(account: Account, call: Call) -> list[Json]:
    if account.webhook is not None:
        raise conflict(WEBHOOK_IS_ACTIVE)
    account.updates.allow(call.parameters.get("allowed_updates"))
    deadline = time.monotonic() + _between(0, call.number("timeout"), LONGEST_POLL)
    poll = object()
    waiting = False
    while True:
        stroke = account.bell.stroke
        taken = _take(account, call)
        left = deadline - time.monotonic()
        if taken or left <= 0 or account.closing:
            return taken
        if not waiting:
            waiting, account.poller = True, poll
            account.bell.ring()  # the one that waited until now hears that it is over
        _check_alone(account, poll)
        with suppress(TimeoutError):
            await asyncio.wait_for(stroke.wait(), left)


async def set_webhook(account: Account, call: Call) -> Answer:
    if not call.text("url"):
        return await delete_webhook(account, call)
    new = _read_webhook(call)
    with account.bell.lock:
        if call.flag("drop_pending_updates"):
            account.updates.forget_all()
        old, before = account.webhook, account.updates.allowed
        account.updates.allow(call.parameters.get("allowed_updates"))
        if _is_same(old, new) and account.updates.allowed == before:
            return Answer(True, "Webhook is already set")
        account.webhook = new
    account.bell.ring()
    return Answer(True, "Webhook was set")


async def delete_webhook(account: Account, call: Call) -> Answer:
    with account.bell.lock:
        if call.flag("drop_pending_updates"):
            account.updates.forget_all()
        was_set, account.webhook = account.webhook is not None, None
    account.bell.ring()
    return Answer(True, "Webhook was deleted" if was_set else "Webhook is already deleted")


async def get_webhook_info(account: Account, _call: Call) -> Json:
    webhook, updates = account.webhook, account.updates
    shown: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if updates.allowed != USUAL_KINDS:
        shown["allowed_updates"] = sorted(updates.allowed)
    if webhook is None:
        return shown
    shown |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.last_error_at is not None:
        shown["last_error_date"] = int(webhook.last_error_at.timestamp())
        shown["last_error_message"] = webhook.last_error
    return shown


def _take(account: Account, call: Call) -> list[Json]:
    limit = _between(1, call.number("limit", 100), 100)
    with account.bell.lock:
        taken = account.updates.confirm_and_take(call.number("offset"), limit)
    return [update.as_json() for update in taken]


def _check_alone(account: Account, poll: object) -> None:
    if account.webhook is not None:
        raise conflict("terminated by setWebhook request")
    if account.poller is not poll:
        raise conflict(OTHER_POLLER)


def _read_webhook(call: Call) -> Webhook:
    """Plain http is let through: a Bot API server of one's own on the same machine does too."""
    url, secret = call.text("url"), call.text("secret_token")
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return Webhook(url, secret, _between(1, call.number("max_connections", 40), 100))


def _is_same(old: Webhook | None, new: Webhook) -> bool:
    return old is not None and (old.url, old.secret_token, old.max_connections) == (
        new.url,
        new.secret_token,
        new.max_connections,
    )


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))
