"""What people do reaches the bot as updates, and what the bot does reaches the people."""

import asyncio
import threading
import time
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, Forbidden

from tests.fakes.bot_api import BotApi
from tests.fakes.driving import AMINA, a_bot, keyboard, post, unknown_fields, using


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
