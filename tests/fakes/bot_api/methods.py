"""Every method this server knows, by the name the Bot API gives it."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.bot_api import messages, profile, receiving
from tests.fakes.bot_api.account import Account
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.errors import Refused

Method = Callable[[Account, Call], Awaitable[Any]]

METHODS: dict[str, Method] = {
    "getMe": profile.get_me,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": messages.send_message,
    "sendDocument": messages.send_document,
    "sendPhoto": messages.send_photo,
    "sendVoice": messages.send_voice,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "answerCallbackQuery": messages.answer_callback_query,
    "sendChatAction": messages.send_chat_action,
    "getFile": messages.get_file,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.setter(lambda known: known.names, "name", 64),
    "getMyName": profile.getter(lambda known: known.names, "name"),
    "setMyDescription": profile.setter(lambda known: known.descriptions, "description", 512),
    "getMyDescription": profile.getter(lambda known: known.descriptions, "description"),
    "setMyShortDescription": profile.setter(
        lambda known: known.short_descriptions, "short_description", 120
    ),
    "getMyShortDescription": profile.getter(
        lambda known: known.short_descriptions, "short_description"
    ),
}
_BY_LOWER_NAME = {name.lower(): method for name, method in METHODS.items()}


async def perform(account: Account, call: Call) -> Any:
    """Do what is asked; Telegram does not mind how the name is capitalised."""
    method = _BY_LOWER_NAME.get(call.method.lower())
    if method is None:
        raise Refused(404, "Not Found: method not found")
    return await method(account, call)
