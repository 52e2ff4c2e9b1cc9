"""The methods about the bot itself: who it is, its commands and descriptions."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.bot_api.account import Account, Profile
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.chats import Json
from tests.fakes.bot_api.errors import bad_request

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"([a-z]{2})?")
MOST_COMMANDS = 100
Texts = Callable[[Profile], dict[str, str]]
Method = Callable[[Account, Call], Awaitable[Any]]


async def get_me(account: Account, _call: Call) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return account.me | abilities


async def set_my_commands(account: Account, call: Call) -> bool:
    commands = call.parameters.get("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    account.profile.commands[_language(call)] = [_check_command(each) for each in commands]
    return True


async def get_my_commands(account: Account, call: Call) -> list[Json]:
    return account.profile.commands.get(_language(call), [])


async def delete_my_commands(account: Account, call: Call) -> bool:
    account.profile.commands.pop(_language(call), None)
    return True


def setter(texts: Texts, name: str, longest: int) -> Method:
    async def set_text(account: Account, call: Call) -> bool:
        if len(call.text(name)) > longest:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        texts(account.profile)[_language(call)] = call.text(name)
        return True

    return set_text


def getter(texts: Texts, name: str) -> Method:
    async def get_text(account: Account, call: Call) -> Json:
        known = texts(account.profile)
        return {name: known.get(_language(call)) or known.get("", "")}

    return get_text


def _language(call: Call) -> str:
    language = call.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _check_command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(command.get("command", "")).removeprefix("/")
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    description = str(command.get("description", ""))
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
