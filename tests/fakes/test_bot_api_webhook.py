"""Updates come to a webhook as Telegram brings them: in order per chat, and until taken."""

import asyncio

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict

from tests.fakes.bot_api import BotApi
from tests.fakes.driving import AMINA, post, set_webhook, unknown_fields, using
from tests.fakes.receiver import Receiver, receiving


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
