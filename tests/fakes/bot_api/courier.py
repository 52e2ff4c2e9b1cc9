"""Brings updates to the webhook of a bot, as Telegram does, and again until they are taken."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx

from tests.fakes.bot_api.account import Account, Delivery, Webhook
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.errors import Refused
from tests.fakes.bot_api.methods import perform
from tests.fakes.bot_api.updates import Update

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
NOT_IN_AN_ANSWER = ("get", "setwebhook", "deletewebhook", "close", "logout")


class Courier:
    """Lanes side by side, up to max_connections; within a lane one after the other, in order.

    A lane is one chat (a pressed button has its own), and an update that is refused keeps its lane
    waiting. Telegram tries again at once, then after 2, 4, 8 ... seconds; here after `retry`,
    twice that, and so on, or after what the webhook's Retry-After says.
    """

    def __init__(self, account: Account, retry: float, timeout: float) -> None:
        self._account = account
        self._retry = retry
        self._busy: set[str] = set()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
        self._client = httpx.AsyncClient(  # reading certificates would be half of the start-up
            limits=limits, timeout=timeout, trust_env=False, verify=False
        )

    async def run(self) -> None:
        """Work until cancelled; each new webhook gets a fresh start."""
        try:
            while True:
                stroke, webhook = self._account.bell.stroke, self._account.webhook
                if webhook is None:
                    await stroke.wait()
                else:
                    await self._serve(webhook)
        finally:
            await self._client.aclose()

    async def _serve(self, webhook: Webhook) -> None:
        self._busy.clear()
        connections = asyncio.Semaphore(webhook.max_connections)
        deliveries: set[asyncio.Task[None]] = set()
        try:
            while self._account.webhook is webhook:
                stroke = self._account.bell.stroke
                for update in self._ready():
                    self._busy.add(update.lane)
                    delivery = asyncio.create_task(self._deliver(webhook, update, connections))
                    deliveries.add(delivery)
                    delivery.add_done_callback(deliveries.discard)
                await stroke.wait()
        finally:
            for delivery in deliveries:
                delivery.cancel()

    def _ready(self) -> list[Update]:
        """The first update of every lane that is not being served."""
        first: dict[str, Update] = {}
        with self._account.bell.lock:
            for update in self._account.updates.deliverable:
                first.setdefault(update.lane, update)
        return [update for lane, update in first.items() if lane not in self._busy]

    async def _deliver(
        self, webhook: Webhook, update: Update, connections: asyncio.Semaphore
    ) -> None:
        failures = 0
        while self._account.updates.is_pending(update.update_id):
            async with connections:
                response = await self.post(webhook, update)
            if response is not None and response.is_success:
                break
            await asyncio.sleep(self._delay(failures, response))
            failures += 1
        self._busy.discard(update.lane)
        self._account.bell.ring()

    def _delay(self, failures: int, response: httpx.Response | None) -> float:
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        if asked.isdigit():
            return float(asked)
        return 0.0 if failures == 0 else min(self._retry * 2 ** (failures - 1), 60.0)

    async def post(self, webhook: Webhook, update: Update) -> httpx.Response | None:
        """One attempt, outside the lanes too; None when no answer came."""
        headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
        began = time.monotonic()
        response: httpx.Response | None = None
        problem: str | None = None
        try:
            response = await self._client.post(webhook.url, json=update.as_json(), headers=headers)
        except httpx.HTTPError as error:
            problem = _in_telegrams_words(error)
        self._record(update, response, time.monotonic() - began)
        if response is not None and response.is_success:
            with self._account.bell.lock:
                self._account.updates.forget(update.update_id)
            await self._do_what_the_answer_asks(response)
        else:
            self._note_error(webhook, problem or _wrong_response(response))
        self._account.bell.ring()
        return response

    def _record(self, update: Update, response: httpx.Response | None, seconds: float) -> None:
        status = None if response is None else response.status_code
        delivery = Delivery(update.update_id, status, seconds, datetime.now(UTC))
        self._account.deliveries.append(delivery)

    def _note_error(self, webhook: Webhook, problem: str) -> None:
        webhook.last_error = problem
        webhook.last_error_at = datetime.now(UTC)

    async def _do_what_the_answer_asks(self, response: httpx.Response) -> None:
        """A bot may call a method in its answer to an update; it never hears how that went."""
        call = _find_call(response)
        if call is None:
            return
        self._account.calls.append(call)
        with suppress(Refused):
            await perform(self._account, call)
            call.status = HTTPStatus.OK


def _find_call(response: httpx.Response) -> Call | None:
    if not response.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        answer: Any = response.json()
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("method"), str):
        return None
    method = answer.pop("method")
    return None if method.lower().startswith(NOT_IN_AN_ANSWER) else Call(method, answer)


def _wrong_response(response: httpx.Response | None) -> str:
    if response is None:
        return "Webhook connection closed"
    return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"


def _in_telegrams_words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "Connection refused"
    if isinstance(error, httpx.TimeoutException):
        return "Read timeout expired"
    return "Webhook connection closed"
