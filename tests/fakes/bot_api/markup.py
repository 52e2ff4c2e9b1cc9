"""Buttons under a message, refused where Telegram refuses them."""

from typing import Any

from tests.fakes.bot_api.calls import Call
from tests.fakes.bot_api.errors import bad_request

LONGEST_CALLBACK = 64  # bytes, not characters: one Tigrinya letter is three
ACTIONS = [
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
]


def read_inline_keyboard(call: Call) -> dict[str, Any] | None:
    """The inline keyboard of a call, or None when it has none (or another kind of keyboard)."""
    markup = call.parameters.get("reply_markup")
    if markup is None or markup == "":
        return None
    if isinstance(markup, str):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    checked = [[_check_button(button) for button in row] for row in rows]
    shown = [row for row in checked if row]
    return {"inline_keyboard": shown} if shown else None


def _check_button(button: Any) -> dict[str, Any]:
    problem = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(problem + "expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"]:
        raise bad_request(problem + 'Can\'t find field "text"')
    if not any(action in button for action in ACTIONS):
        raise bad_request(problem + "Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        _check_callback(button["callback_data"])
    return button


def _check_callback(callback_data: Any) -> None:
    if not isinstance(callback_data, str):
        raise bad_request('field "callback_data" must be of type String')
    if not 1 <= len(callback_data.encode()) <= LONGEST_CALLBACK:
        raise bad_request("BUTTON_DATA_INVALID")
