"""The false Telegram must be as strict as the real one: a real bot library sends through it."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from telegram import Bot, BotCommand, InputFile, ReplyParameters
from telegram.error import BadRequest, InvalidToken

from tests.fakes.bot_api import BotApi, Button
from tests.fakes.driving import AMINA, TOKEN, keyboard, post, unknown_fields, using


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


# The smallest picture there is: one transparent pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_a_picture_arrives_as_a_photo_with_its_words_and_buttons(telegram: BotApi) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> bytes:
        sent = await bot.send_photo(AMINA, PNG, caption="Kies", reply_markup=keyboard("1", "2"))
        assert (sent.text, sent.caption) == (None, "Kies")
        assert unknown_fields(sent) == []
        await bot.send_photo(AMINA, sent.photo[-1].file_id)
        file = await bot.get_file(sent.photo[-1].file_id)
        return bytes(await file.download_as_bytearray())

    assert using(telegram, work) == PNG
    first, again = amina.messages
    assert (first.kind, first.text, first.labels) == ("photo", "Kies", ["1", "2"])
    assert (again.kind, again.text, again.labels) == ("photo", "", [])
    assert first.content == again.content == PNG


@pytest.mark.parametrize(
    "content",
    [b"OggS voice", b"%PDF-1.7", b"<svg/>", b"PNG", b"\x89", PNG[1:], b"\n" + PNG],
)
def test_what_is_no_picture_is_refused_as_a_photo(telegram: BotApi, content: bytes) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        with pytest.raises(BadRequest, match=r"(?i)^image_process_failed$"):
            await bot.send_photo(AMINA, content)

    using(telegram, work)

    assert amina.messages == []


def test_a_photo_must_be_there_and_not_be_empty(telegram: BotApi) -> None:
    telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_photo(AMINA, b"")

    using(telegram, work)

    answer = post(telegram, "sendPhoto", chat_id=AMINA).json()
    assert answer["description"] == "Bad Request: there is no photo in the request"


@pytest.mark.parametrize("method", ["send_photo", "send_voice"])
def test_under_a_file_stand_at_most_1024_characters(telegram: BotApi, method: str) -> None:
    amina = telegram.person(AMINA)

    async def work(bot: Bot) -> None:
        await getattr(bot, method)(AMINA, PNG, caption="ሰ" * 1024)
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await getattr(bot, method)(AMINA, PNG, caption="ሰ" * 1025)

    using(telegram, work)

    assert [len(message.text) for message in amina.messages] == [1024]
