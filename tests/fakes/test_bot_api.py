"""The false Telegram must be as strict as the real one: it is driven here by a real bot library."""

import asyncio
import json
import threading
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    ReplyParameters,
    TelegramObject,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.fakes.bot_api import BotApi, Button

TOKEN = "123:test"
AMINA = 7001
SELAM = 7002


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi.running(token=TOKEN) as running:
        yield running


@pytest.fixture(autouse=True)
def durations_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the library warns of its own future at every 429 and voice message."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def a_bot(telegram: BotApi, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=telegram.base_url, base_file_url=telegram.base_file_url)


def using[T](telegram: BotApi, work: Callable[[Bot], Awaitable[T]], token: str = TOKEN) -> T:
    """Run `work` with a bot of python-telegram-bot; a warning of that library is an error."""

    async def run() -> T:
        async with a_bot(telegram, token) as bot:
            return await work(bot)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return asyncio.run(asyncio.wait_for(run(), 20))


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    buttons = [InlineKeyboardButton(label, callback_data=f"b:{label}") for label in labels]
    return InlineKeyboardMarkup([buttons])


def post(telegram: BotApi, method: str, **parameters: Any) -> httpx.Response:
    return httpx.post(f"{telegram.base_url}{TOKEN}/{method}", json=parameters, trust_env=False)


def unknown_fields(thing: object) -> list[str]:
    """Fields that python-telegram-bot does not know, anywhere in an object of it."""
    if not isinstance(thing, TelegramObject):
        return []
    found = [f"{type(thing).__name__}.{name}" for name in thing.api_kwargs]
    for name in thing.__slots__:
        found += unknown_fields(getattr(thing, name, None))
    return found


# The bot writes


def test_a_text_with_buttons_arrives_as_sent(telegram: BotApi) -> None:
    amina = telegram.person(AMINA, first_name="Amina", language_code="ar")

    sent = using(
        telegram, lambda bot: bot.send_message(AMINA, "ሰላም", reply_markup=keyboard("PVT", "MAP"))
    )

    [message] = amina.messages
    assert (sent.message_id, sent.text, sent.chat.first_name) == (
        message.message_id,
        "ሰላም",
        "Amina",
    )
    assert abs(sent.date - datetime.now(UTC)) < timedelta(seconds=5)
    assert unknown_fields(sent) == []
    assert (message.text, message.kind) == ("ሰላም", "text")
    assert message.buttons == [[Button("PVT", "b:PVT"), Button("MAP", "b:MAP")]]


def test_json_form_and_multipart_bodies_mean_the_same(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    url = f"{telegram.base_url}{TOKEN}/sendMessage"
    markup = keyboard("Ja").to_dict()
    form = {"chat_id": str(AMINA), "text": "Dag", "reply_markup": json.dumps(markup)}
    with httpx.Client(trust_env=False) as client:
        client.post(url, json={"chat_id": AMINA, "text": "Dag", "reply_markup": markup})
        client.post(url, data=form)
        client.post(url, files={name: (None, value) for name, value in form.items()})
        client.get(url, params=form)

    assert [message.labels for message in amina.messages] == [["Ja"]] * 4
    assert {str(call.parameters) for call in telegram.requests} == {
        str({"chat_id": AMINA, "text": "Dag", "reply_markup": markup})
    }


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"text": "Dag"}, "chat_id is empty"),
        ({"chat_id": 99, "text": "Dag"}, "chat not found"),
        ({"chat_id": AMINA, "text": ""}, "message text is empty"),
        ({"chat_id": AMINA, "text": " \n "}, "text must be non-empty"),
        ({"chat_id": AMINA, "text": "ሰ" * 4097}, "message is too long"),
        (
            {"chat_id": AMINA, "text": "Dag", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        (
            {"chat_id": AMINA, "text": "Dag", "reply_markup": "{"},
            "can't parse reply keyboard markup JSON object",
        ),
        (
            {
                "chat_id": AMINA,
                "text": "Dag",
                "reply_markup": {"inline_keyboard": [[{"text": "A"}]]},
            },
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
def test_a_wrong_message_is_refused_in_telegrams_words(
    telegram: BotApi, parameters: dict[str, Any], error: str
) -> None:
    amina = telegram.person(AMINA)

    response = post(telegram, "sendMessage", **parameters)

    assert response.status_code == 400
    expected = {"ok": False, "error_code": 400, "description": f"Bad Request: {error}"}
    assert response.json() == expected
    assert amina.messages == []


def test_the_longest_text_is_let_through(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    using(telegram, lambda bot: bot.send_message(AMINA, "ሰ" * 4096))

    assert len(amina.messages[0].text) == 4096


@pytest.mark.parametrize(
    ("callback_data", "is_let_through"),
    [("x" * 64, True), ("ሰ" * 21, True), ("x" * 65, False), ("ሰ" * 22, False), ("", False)],
)
def test_a_button_carries_at_most_64_bytes(
    telegram: BotApi, callback_data: str, is_let_through: bool
) -> None:
    telegram.person(AMINA)
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": callback_data}]]}

    answer = post(telegram, "sendMessage", chat_id=AMINA, text="Dag", reply_markup=markup).json()

    assert answer["ok"] is is_let_through
    assert is_let_through or answer["description"] == "Bad Request: BUTTON_DATA_INVALID"


def test_a_reply_shows_what_it_answers(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    asked = telegram.message_id_of(amina.says("Wat is PVT?"))

    sent = using(
        telegram,
        lambda bot: bot.send_message(
            AMINA, "Een cursus", reply_parameters=ReplyParameters(message_id=asked)
        ),
    )

    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "Wat is PVT?"
    assert amina.messages[0].reply_to == asked


def test_an_edit_changes_the_message_and_takes_the_buttons_away(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        sent = await bot.send_message(AMINA, "Een", reply_markup=keyboard("Ja"))
        edited = await sent.edit_text("Twee")
        assert not isinstance(edited, bool)
        assert edited.edit_date is not None
        with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message"):
            await sent.edit_text("Twee")
        await sent.edit_reply_markup(keyboard("Nee"))
        with pytest.raises(BadRequest, match=r"^Message to edit not found"):
            await bot.edit_message_text("Drie", AMINA, 99)

    using(telegram, work)

    [message] = amina.messages
    assert (message.text, message.labels, message.edited) == ("Twee", ["Nee"], True)


def test_a_person_s_message_cannot_be_edited_but_can_be_deleted(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    written = telegram.message_id_of(amina.says("Dag"))

    async def work(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("Drie", AMINA, written)
        assert await bot.delete_message(AMINA, written)
        sent = await bot.send_message(AMINA, "Dag")
        assert await sent.delete()
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await sent.delete()

    using(telegram, work)

    assert amina.messages == []


def test_files_are_kept_and_come_back_byte_for_byte(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> tuple[bytes, bytes]:
        sent = await bot.send_document(AMINA, b"%PDF brief", filename="brief.pdf", caption="Brief")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.file_size) == ("brief.pdf", 10)
        attached = InputFile(b"OggS antwoord", filename="a.oga", attach=True)
        await bot.send_voice(AMINA, attached, duration=4)
        await bot.send_document(AMINA, sent.document.file_id)
        file = await bot.get_file(sent.document.file_id)
        with pytest.raises(BadRequest, match="Invalid file_id"):
            await bot.get_file("nothing")
        amina.sends_voice(b"OggS vraag")
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.voice is not None
        voice = await update.message.voice.get_file()
        return bytes(await file.download_as_bytearray()), bytes(await voice.download_as_bytearray())

    assert using(telegram, work) == (b"%PDF brief", b"OggS vraag")
    assert [message.kind for message in amina.messages] == ["document", "voice", "document"]
    assert [message.text for message in amina.messages] == ["Brief", "", ""]
    assert amina.messages[1].content == b"OggS antwoord"
    assert amina.messages[2].content == b"%PDF brief"


def test_a_file_must_be_there_and_not_be_empty(telegram: BotApi) -> None:
    telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_voice(AMINA, b"")

    using(telegram, work)

    answer = post(telegram, "sendDocument", chat_id=AMINA).json()
    assert answer["description"] == "Bad Request: there is no document in the request"


def test_the_bot_tells_who_it_is_and_what_it_can(telegram: BotApi) -> None:
    telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        assert (bot.id, bot.username) == (123, "wegwijs_test_bot")
        assert unknown_fields(bot.bot) == []
        await bot.set_my_commands([BotCommand("start", "Begin")], language_code="nl")
        assert await bot.get_my_commands(language_code="nl") == (BotCommand("start", "Begin"),)
        await bot.set_my_description("Een machine, geen mens")
        description = await bot.get_my_description(language_code="ti")
        assert description.description == "Een machine, geen mens"
        await bot.set_my_short_description("Kort", language_code="nl")
        assert await bot.send_chat_action(AMINA, "typing")
        with pytest.raises(BadRequest, match=r"(?i)^bot_command_invalid$"):
            await bot.set_my_commands([("Begin!", "Begin")])
        with pytest.raises(BadRequest, match="Wrong parameter action in request"):
            await bot.send_chat_action(AMINA, "dancing")

    using(telegram, work)

    assert telegram.profile.commands == {"nl": [{"command": "start", "description": "Begin"}]}
    assert telegram.profile.short_descriptions == {"nl": "Kort"}


def test_a_wrong_token_or_method_is_refused(telegram: BotApi) -> None:
    with pytest.raises(InvalidToken):
        using(telegram, lambda bot: bot.get_me(), token="123:other")

    assert [call.status for call in telegram.requests] == [401]
    assert post(telegram, "sendTelepathy").json() == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    assert post(telegram, "GETME").json()["result"]["id"] == 123
    assert httpx.get(telegram.base_url, trust_env=False).status_code == 404
    wrong_file = httpx.get(f"{telegram.base_file_url}{TOKEN}/none.pdf", trust_env=False)
    assert (wrong_file.status_code, wrong_file.json()["description"]) == (404, "Not Found")


# The person acts, the bot asks for updates


def test_everything_a_person_can_do_is_an_update_the_library_reads(telegram: BotApi) -> None:
    amina = telegram.person(AMINA, last_name="Haddad", username="amina_h", language_code="ar")
    group = amina.in_group(title="Buren")
    channel = telegram.channel(title="Nieuws")

    async def work(bot: Bot) -> list[Update]:
        await bot.send_message(AMINA, "Kies", reply_markup=keyboard("PVT"))
        said = amina.says("Dag")
        amina.edits(said, "Dag!")
        amina.starts("A1B2")
        amina.presses("PVT")
        amina.sends_sticker()
        amina.sends_voice()
        amina.sends_photo(caption="Brief")
        amina.sends_document(name="brief.pdf")
        amina.sends_location()
        amina.sends(dice={"emoji": "🎲", "value": 3})
        group.says("Weet iemand wat MAP is?")
        channel.posts("Nieuws")
        amina.blocks_bot()
        amina.starts()
        telegram.raw({"message": {"message_id": 1, "date": 1_700_000_000, "chat": group_chat()}})
        return list(await bot.get_updates())

    updates = using(telegram, work)

    kinds = [next(name for name in update.to_dict() if name != "update_id") for update in updates]
    assert kinds == [
        "message",
        "edited_message",
        "message",
        "callback_query",
        *["message"] * 7,
        "channel_post",
        "my_chat_member",
        "my_chat_member",
        "message",
        "message",
    ]
    assert [name for update in updates for name in unknown_fields(update)] == []
    ids = [update.update_id for update in updates]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    start, press, group_message = updates[2].message, updates[3].callback_query, updates[10].message
    assert start is not None
    assert [(each.type, each.length) for each in start.entities] == [("bot_command", 6)]
    assert start.text == "/start A1B2"
    assert press is not None
    assert press.message is not None
    assert (press.data, press.from_user.language_code, press.message.chat.id) == (
        "b:PVT",
        "ar",
        AMINA,
    )
    assert group_message is not None
    assert group_message.chat.type == "supergroup"
    assert updates[12].my_chat_member is not None
    assert updates[12].my_chat_member.new_chat_member.status == "kicked"


def group_chat() -> dict[str, Any]:
    return {"id": -5, "type": "group", "title": "Oud"}


def test_an_update_comes_back_until_the_offset_passes_it(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    first, second, third = (amina.says(text) for text in ("een", "twee", "drie"))

    async def work(bot: Bot) -> list[list[int]]:
        asked: list[dict[str, Any]] = [
            {},
            {"limit": 1},
            {"offset": second},
            {},
            {"offset": -1},
            {"offset": third + 1},
        ]
        return [[each.update_id for each in await bot.get_updates(**each)] for each in asked]

    assert using(telegram, work) == [
        [first, second, third],
        [first],
        [second, third],
        [second, third],
        [third],
        [],
    ]
    assert telegram.pending == []


def test_a_long_poll_waits_for_the_next_update(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    threading.Timer(0.3, amina.says, ["Dag"]).start()
    began = time.monotonic()

    [update] = using(telegram, lambda bot: bot.get_updates(timeout=10))

    assert update.message is not None
    assert update.message.text == "Dag"
    assert 0.25 < time.monotonic() - began < 3


def test_a_long_poll_ends_empty_after_its_timeout(telegram: BotApi) -> None:
    began = time.monotonic()

    assert using(telegram, lambda bot: bot.get_updates(timeout=1)) == ()

    assert 0.9 < time.monotonic() - began < 3


def test_a_second_long_poll_ends_the_first(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.2)
        async with a_bot(telegram) as other_bot:
            second = asyncio.create_task(other_bot.get_updates(timeout=10))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await first
            amina.says("Dag")
            assert len(await second) == 1

    using(telegram, work)


def test_only_the_kinds_asked_for_arrive(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> list[bool]:
        await bot.get_updates(allowed_updates=["edited_message"])
        amina.edits(amina.says("Dag"), "Dag!")
        remembered = await bot.get_updates()
        await bot.get_updates(allowed_updates=[], offset=remembered[-1].update_id + 1)
        amina.says("Dag")
        updates = [*remembered, *await bot.get_updates()]
        return [update.edited_message is not None for update in updates]

    assert using(telegram, work) == [True, False]


def test_a_press_is_open_until_it_is_answered_and_unknown_ones_are_refused(
    telegram: BotApi,
) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        await bot.send_message(AMINA, "Oud", reply_markup=keyboard("Ja"))
        new = await bot.send_message(AMINA, "Nieuw", reply_markup=keyboard("Ja"))
        amina.presses("Ja")
        [update] = await bot.get_updates()
        query = update.callback_query
        assert query is not None
        assert query.message is not None
        assert query.message.message_id == new.message_id
        assert telegram.presses[0].answer is None
        assert await query.answer("Goed", show_alert=True)
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
            await bot.answer_callback_query("5")

    using(telegram, work)

    assert telegram.presses[0].answer == {"text": "Goed", "show_alert": True}
    with pytest.raises(AssertionError, match="no button 'Nee'"):
        amina.presses("Nee", timeout=0.05)


def test_a_bot_cannot_reach_who_blocked_left_or_never_wrote(telegram: BotApi) -> None:
    blocker, leaver = telegram.person(1), telegram.person(2)
    telegram.person(3, started=False)
    telegram.person(4, started=False).in_group().says("Dag")
    blocker.blocks_bot()
    leaver.deactivates()

    async def work(bot: Bot) -> list[str]:
        said = []
        for chat_id in (1, 2, 3, 4):
            with pytest.raises((Forbidden, BadRequest)) as refused:
                await bot.send_message(chat_id, "Dag")
            said.append(refused.value.message)
        blocker.starts()
        await bot.send_message(1, "Welkom terug")
        return said

    assert using(telegram, work) == [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Chat not found",
        "Forbidden: bot can't initiate conversation with a user",
    ]
    assert blocker.messages[0].text == "Welkom terug"


def test_waiting_ends_with_the_message_or_with_what_there_is(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    def later() -> None:
        post(telegram, "sendMessage", chat_id=AMINA, text="een")
        post(telegram, "sendMessage", chat_id=AMINA, text="twee")

    threading.Timer(0.2, later).start()

    first = amina.wait_for(lambda message: message.text == "een")
    assert [message.text for message in amina.wait_for_messages(2)] == ["een", "twee"]
    assert amina.wait_for(lambda _: True, after=first.message_id).text == "twee"
    with pytest.raises(AssertionError, match=r"not within 0.05 s; there is .*twee"):
        amina.wait_for(lambda message: message.text == "drie", timeout=0.05)


# Faults


def test_a_429_says_how_long_to_wait_and_only_strikes_the_chat_named(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    telegram.person(SELAM)
    telegram.fail("sendMessage", status=429, retry_after=2, times=1, chat_id=AMINA)

    async def work(bot: Bot) -> None:
        await bot.send_message(SELAM, "Dag")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(AMINA, "Dag")
        assert refused.value.retry_after == timedelta(seconds=2)
        await bot.send_message(AMINA, "Nog eens")

    using(telegram, work)

    assert [call.status for call in telegram.calls("sendMessage")] == [200, 429, 200]
    assert [message.text for message in amina.messages] == ["Nog eens"]


def test_a_refusal_has_telegrams_envelope(telegram: BotApi) -> None:
    telegram.fail("getMe", status=429, retry_after=7)
    telegram.fail("getMe", status=502)

    assert [post(telegram, "getMe").json() for _ in range(2)] == [
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        },
        {"ok": False, "error_code": 502, "description": "Bad Gateway"},
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, NetworkError), (502, NetworkError), (403, Forbidden), (400, BadRequest)],
)
def test_other_failures_last_until_healed(
    telegram: BotApi, status: int, error: type[Exception]
) -> None:
    amina = telegram.person(AMINA)
    telegram.fail("*", status=status, times=None, chat_id=AMINA)

    async def work(bot: Bot) -> None:
        for _ in range(2):
            with pytest.raises(error):
                await bot.send_message(AMINA, "Dag")
        telegram.heal()
        await bot.send_message(AMINA, "Dag")

    using(telegram, work)

    assert len(amina.messages) == 1


def test_a_proxy_s_page_is_not_json(telegram: BotApi) -> None:
    telegram.fail("getMe", status=502, as_page=True)

    response = post(telegram, "getMe")

    assert (response.status_code, response.headers["content-type"]) == (
        502,
        "text/html; charset=utf-8",
    )


def test_slowness_delays_the_answer(telegram: BotApi) -> None:
    telegram.person(AMINA)
    telegram.slow("sendMessage", seconds=0.4)
    began = time.monotonic()

    using(telegram, lambda bot: bot.send_message(AMINA, "Dag"))

    assert time.monotonic() - began >= 0.4


def test_a_dropped_reply_leaves_the_message_and_a_dropped_request_does_not(
    telegram: BotApi,
) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        await bot.send_message(AMINA, "eerst")  # the connection is open now and breaks half-way
        telegram.drop_reply("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(AMINA, "gedaan")
        telegram.drop_request("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(AMINA, "niet gedaan")

    using(telegram, work)

    assert [message.text for message in amina.messages] == ["eerst", "gedaan"]
    assert [call.status for call in telegram.calls("sendMessage")] == [200, None, None]


# Webhooks


@dataclass
class Receiver:
    """A bot's own server: keeps what it got and answers `statuses` in turn, 200 after that."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    updates: list[dict[str, Any]] = field(default_factory=list)
    secrets: set[str | None] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates]

    def take(self, update: dict[str, Any], secret: str | None) -> int:
        with self.lock:
            self.updates.append(update)
            self.secrets.add(secret)
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            status = self.statuses.pop(0) if self.statuses else 200
        time.sleep(self.seconds)
        with self.lock:
            self.at_once -= 1
        return status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@contextmanager
def receiving() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = kept.take(update, self.headers["X-Telegram-Bot-Api-Secret-Token"])
            body = json.dumps(kept.answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Keep the tests' output quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/telegram"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join(5)


def set_webhook(telegram: BotApi, receiver: Receiver, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = post(telegram, "setWebhook", url=receiver.url, **options).json()
    return answer


def test_a_webhook_is_set_shown_and_deleted_by_the_library(
    telegram: BotApi, receiver: Receiver
) -> None:
    async def work(bot: Bot) -> None:
        await bot.set_webhook(
            receiver.url, secret_token="s3cret", max_connections=5, allowed_updates=["message"]
        )
        shown = await bot.get_webhook_info()
        assert (shown.url, shown.max_connections) == (receiver.url, 5)
        assert shown.allowed_updates == ("message",)
        assert unknown_fields(shown) == []
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.get_updates() == ()
        with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
            await bot.set_webhook(receiver.url, secret_token="no spaces")

    using(telegram, work)

    sentences = [set_webhook(telegram, receiver)["description"] for _ in range(2)]
    sentences += [post(telegram, "deleteWebhook").json()["description"] for _ in range(2)]
    assert sentences == [
        "Webhook was set",
        "Webhook is already set",
        "Webhook was deleted",
        "Webhook is already deleted",
    ]


def test_setting_a_webhook_ends_a_long_poll(telegram: BotApi, receiver: Receiver) -> None:
    async def work(bot: Bot) -> None:
        poll = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.2)
        await bot.set_webhook(receiver.url)
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await poll

    using(telegram, work)


def test_updates_are_posted_with_the_secret(telegram: BotApi, receiver: Receiver) -> None:
    amina = telegram.person(AMINA)
    amina.says("voor de webhook")
    set_webhook(telegram, receiver, secret_token="s3cret")
    amina.says("daarna")
    telegram.wait_until_delivered()

    assert receiver.texts == ["voor de webhook", "daarna"]
    assert receiver.secrets == {"s3cret"}
    assert [delivery.status for delivery in telegram.deliveries] == [200, 200]


def test_pending_updates_can_be_dropped(telegram: BotApi, receiver: Receiver) -> None:
    amina = telegram.person(AMINA)
    amina.says("oud")
    set_webhook(telegram, receiver, drop_pending_updates=True)
    amina.says("nieuw")
    telegram.wait_until_delivered()

    assert receiver.texts == ["nieuw"]


def test_an_update_that_is_refused_comes_again_and_keeps_its_chat_in_order(
    telegram: BotApi, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503, 404]
    set_webhook(telegram, receiver)
    amina = telegram.person(AMINA)
    amina.says("een")
    amina.says("twee")
    telegram.wait_until_delivered()

    assert receiver.texts == ["een", "een", "een", "een", "twee"]
    assert post(telegram, "getWebhookInfo").json()["result"]["last_error_message"] == (
        "Wrong response from the webhook: 404 Not Found"
    )


def test_a_webhook_that_is_down_gets_everything_later(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)
    with receiving() as receiver:
        closed = receiver.url
    post(telegram, "setWebhook", url=closed)
    amina.says("Dag")
    telegram.wait_for_failed_deliveries(2)
    with receiving() as receiver:
        set_webhook(telegram, receiver)
        telegram.wait_until_delivered()

        assert receiver.texts == ["Dag"]


def test_a_webhook_that_answers_too_late_gets_the_update_again(receiver: Receiver) -> None:
    receiver.seconds = 0.5
    with BotApi.running(webhook_timeout=0.1) as telegram:
        set_webhook(telegram, receiver)
        telegram.person(AMINA).says("Dag")
        telegram.wait_for_failed_deliveries(1)
        receiver.seconds = 0
        telegram.wait_until_delivered()

    assert len(receiver.texts) > 1
    assert set(receiver.texts) == {"Dag"}


@pytest.mark.parametrize(("most", "expected"), [(1, 1), (4, 4)])
def test_chats_are_served_side_by_side_up_to_max_connections(
    telegram: BotApi, receiver: Receiver, most: int, expected: int
) -> None:
    receiver.seconds = 0.15
    set_webhook(telegram, receiver, max_connections=most)
    with telegram.holding_updates():
        for number in range(6):
            telegram.person(8000 + number).says("een")
            telegram.person(8000 + number).says("twee")
    telegram.wait_until_delivered()

    assert receiver.most_at_once == expected
    for number in range(6):
        mine = [each for each in receiver.updates if each["message"]["chat"]["id"] == 8000 + number]
        assert [update["message"]["text"] for update in mine] == ["een", "twee"]


def test_one_update_can_come_many_times_at_once(telegram: BotApi, receiver: Receiver) -> None:
    receiver.seconds = 0.1
    set_webhook(telegram, receiver)
    update_id = telegram.person(AMINA).says("Dag")
    telegram.wait_until_delivered()

    statuses = telegram.redeliver(update_id, copies=50)

    assert statuses == [200] * 50
    assert [update["update_id"] for update in receiver.updates] == [update_id] * 51
    assert receiver.most_at_once > 10


def test_updates_can_come_out_of_order(telegram: BotApi, receiver: Receiver) -> None:
    set_webhook(telegram, receiver)
    amina = telegram.person(AMINA)
    with telegram.holding_updates():
        ids = [amina.says(text) for text in ("een", "twee", "drie")]
        assert telegram.deliver_out_of_order(reversed(ids)) == [200, 200, 200]

    assert receiver.texts == ["drie", "twee", "een"]
    assert telegram.pending == []


def test_a_webhook_may_call_a_method_in_its_answer(telegram: BotApi, receiver: Receiver) -> None:
    receiver.answer = {"method": "sendMessage", "chat_id": AMINA, "text": "Welkom"}
    set_webhook(telegram, receiver)
    amina = telegram.person(AMINA)
    amina.starts()

    assert amina.wait_for_messages(1)[0].text == "Welkom"


# The server itself


def test_it_stops_at_once_with_a_poll_open_and_frees_its_port() -> None:
    with BotApi.running() as telegram:
        url = f"{telegram.base_url}{telegram.token}/getUpdates?timeout=50"
        poll = threading.Thread(target=_ask_in_vain, args=(url,), daemon=True)
        poll.start()
        telegram.wait_for_calls("getUpdates")
        began = time.monotonic()

    assert time.monotonic() - began < 3
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def _ask_in_vain(url: str) -> None:
    httpx.get(url, timeout=60, trust_env=False)


def test_two_servers_know_nothing_of_each_other(telegram: BotApi) -> None:
    with BotApi.running(token="456:other") as other:
        other.person(AMINA).says("Dag")

        assert (telegram.pending, len(other.pending)) == ([], 1)
