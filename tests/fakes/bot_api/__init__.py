"""Telegram's Bot API on this machine: strict where Telegram is strict, broken on demand."""

from tests.fakes.bot_api.account import Delivery, Press, Webhook
from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.people import Button, Channel, Person, SentMessage
from tests.fakes.bot_api.server import BotApi

__all__ = [
    "BotApi",
    "Button",
    "Call",
    "Channel",
    "Delivery",
    "Person",
    "Press",
    "SentMessage",
    "Webhook",
]
