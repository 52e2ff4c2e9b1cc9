"""A Bot API server on this machine, with the handles a test needs on it."""

import asyncio
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.bot_api.account import Account, Delivery, Press, Profile, Webhook
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.courier import Courier
from tests.fakes.bot_api.desk import Desk
from tests.fakes.bot_api.errors import usual_refusal
from tests.fakes.bot_api.faults import Fault, FaultKind
from tests.fakes.bot_api.people import Channel, Person
from tests.fakes.bot_api.serving import serving
from tests.fakes.bot_api.updates import EVERY_KIND, Update

HOST = "127.0.0.1"


class BotApi:
    """Telegram for one bot. `with BotApi.running(token="123:test") as telegram: ...`

    A bot is pointed at `base_url` and `base_file_url` (without the token, as python-telegram-bot
    wants them). People act through `person`, faults are set with `fail`, `slow`, `drop_reply` and
    `drop_request`, and what the bot did is read from `requests`, `deliveries` and the messages of
    the people.
    """

    def __init__(self, token: str, username: str, retry: float, timeout: float) -> None:
        self.token = token
        self._account = Account(token, username)
        self._courier = Courier(self._account, retry, timeout)
        self._port = 0

    @classmethod
    @contextmanager
    def running(
        cls,
        token: str = "123:test",
        username: str = "wegwijs_test_bot",
        webhook_retry: float = 0.05,
        webhook_timeout: float = 10.0,
    ) -> Iterator["BotApi"]:
        """A server on a free port; `webhook_retry` and `webhook_timeout` are in seconds."""
        telegram = cls(token, username, webhook_retry, webhook_timeout)
        with telegram._serving():
            yield telegram

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://{HOST}:{self._port}/file/bot"

    # People

    def person(
        self,
        person_id: int,
        first_name: str = "Amina",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        started: bool = True,
    ) -> Person:
        """A person in their private chat; not `started` is someone who never wrote to the bot."""
        names = {"first_name": first_name, "last_name": last_name, "username": username}
        known = {name: value for name, value in names.items() if value}
        user = {"id": person_id, "is_bot": False} | known
        if language_code:
            user["language_code"] = language_code
        chat = self._account.chats.open({"id": person_id, "type": "private"} | known, started)
        return Person(self._account, user, chat)

    def channel(self, channel_id: int = -1002000000001, title: str = "Channel") -> Channel:
        description = {"id": channel_id, "type": "channel", "title": title}
        return Channel(self._account, self._account.chats.open(description))

    def raw(self, update: dict[str, Any]) -> int:
        """An update exactly as given; without an update_id it gets the next."""
        kinds = [name for name in update if name != "update_id"]
        kind = next((name for name in kinds if name in EVERY_KIND), kinds[0])
        return self._account.happens(kind, update[kind], "raw", update.get("update_id"))

    def message_id_of(self, update_id: int) -> int:
        """The message_id of the message that an update brought."""
        return int(self._account.updates.made[update_id].payload["message_id"])

    # Faults

    def fail(
        self,
        method: str,
        status: int = 429,
        retry_after: int | None = None,
        times: int | None = 1,
        chat_id: int | None = None,
        description: str | None = None,
        as_page: bool = False,
    ) -> None:
        """Refuse the next `times` calls (None: until `heal`); `as_page` is a proxy's HTML."""
        refusal = usual_refusal(status, retry_after, description)
        self._fault(Fault(FaultKind.REFUSE, method, times, chat_id, refusal, as_page))

    def slow(
        self, method: str, seconds: float, times: int | None = 1, chat_id: int | None = None
    ) -> None:
        """Let the next calls wait before anything is done."""
        self._fault(Fault(FaultKind.SLOW, method, times, chat_id, seconds=seconds))

    def drop_reply(self, method: str, times: int | None = 1, chat_id: int | None = None) -> None:
        """Do it, then close the connection without an answer."""
        self._fault(Fault(FaultKind.DROP_REPLY, method, times, chat_id))

    def drop_request(self, method: str, times: int | None = 1, chat_id: int | None = None) -> None:
        """Close the connection without doing anything."""
        self._fault(Fault(FaultKind.DROP_REQUEST, method, times, chat_id))

    def heal(self) -> None:
        self._account.faults.heal()

    @contextmanager
    def holding_updates(self) -> Iterator[None]:
        """Let updates pile up at Telegram; at the end they are delivered as usual."""
        self._account.updates.held = True
        try:
            yield
        finally:
            self._account.updates.held = False
            self._account.bell.ring()

    def redeliver(
        self, update_id: int, copies: int = 1, parallel: bool = True, timeout: float = 30.0
    ) -> list[int | None]:
        """Post an update to the webhook again; the statuses answered (None: no answer)."""
        return self._post([update_id] * copies, parallel, timeout)

    def deliver_out_of_order(
        self, update_ids: Iterable[int], parallel: bool = False, timeout: float = 30.0
    ) -> list[int | None]:
        """Post these to the webhook in the order given, made under `holding_updates`."""
        return self._post(list(update_ids), parallel, timeout)

    # What happened

    @property
    def requests(self) -> list[Call]:
        with self._account.bell.lock:
            return list(self._account.calls)

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.requests if call.method.lower() == method.lower()]

    def wait_for_calls(self, method: str, number: int = 1, timeout: float = 10.0) -> list[Call]:
        """All calls of a method, once at least `number` have come in."""

        def look() -> list[Call] | None:
            calls = self.calls(method)
            return calls if len(calls) >= number else None

        found = self._account.bell.wait_until(look, timeout)
        if found is None:
            raise AssertionError(f"{len(self.calls(method))} of {number} {method} in {timeout} s")
        return found

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self._account.deliveries)

    @property
    def pending(self) -> list[int]:
        """The updates the bot has not yet confirmed."""
        with self._account.bell.lock:
            return [update.update_id for update in self._account.updates.pending]

    def wait_until_delivered(self, timeout: float = 10.0) -> None:
        """Until the bot has confirmed every update."""
        empty = self._account.bell.wait_until(lambda: None if self.pending else True, timeout)
        if empty is None:
            raise AssertionError(f"not confirmed within {timeout} s: {self.pending}")

    def wait_for_failed_deliveries(self, number: int, timeout: float = 10.0) -> None:
        """Until the webhook has refused or missed updates this many times."""

        def look() -> bool | None:
            missed = [each for each in self.deliveries if each.status not in range(200, 300)]
            return True if len(missed) >= number else None

        if self._account.bell.wait_until(look, timeout) is None:
            raise AssertionError(f"fewer than {number} failed deliveries in {timeout} s")

    @property
    def presses(self) -> list[Press]:
        """Pressed buttons, oldest first; one without `answer` still shows a spinner."""
        return list(self._account.presses.values())

    @property
    def webhook(self) -> Webhook | None:
        return self._account.webhook

    @property
    def profile(self) -> Profile:
        return self._account.profile

    def _fault(self, fault: Fault) -> None:
        with self._account.bell.lock:
            self._account.faults.add(fault)

    def _post(self, update_ids: list[int], parallel: bool, timeout: float) -> list[int | None]:
        webhook, loop = self._account.webhook, self._account.bell.loop
        if webhook is None or loop is None:
            raise RuntimeError("there is no webhook to deliver to")
        updates = [self._account.updates.made[update_id] for update_id in update_ids]
        posting = self._post_all(webhook, updates, parallel)
        return asyncio.run_coroutine_threadsafe(posting, loop).result(timeout)

    async def _post_all(
        self, webhook: Webhook, updates: list[Update], parallel: bool
    ) -> list[int | None]:
        if parallel:
            posts = [self._courier.post(webhook, update) for update in updates]
            responses = await asyncio.gather(*posts)
        else:
            responses = [await self._courier.post(webhook, update) for update in updates]
        return [None if response is None else response.status_code for response in responses]

    @contextmanager
    def _serving(self) -> Iterator[None]:
        listener = socket.create_server((HOST, 0), backlog=512)
        self._port = listener.getsockname()[1]
        app = Desk(self._account, self._courier).app()
        with serving(app, listener):
            try:
                yield
            finally:  # before the server stops: who polls now gets an empty answer
                self._account.closing = True
                self._account.bell.ring()
