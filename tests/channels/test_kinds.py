"""What a text is, before anybody reads it."""

import pytest

from api.channels.telegram import kind_of_text
from api.conversations.models import Kind

CODE = "W7K4QGP4RESU"


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("/start", ""),
        (" /start  weert ", "weert"),
        ("/Start@WegwijsBot weert", "weert"),
        (f"/start\n{CODE}", CODE),
        (f"/start\u00a0{CODE}", CODE),
        (CODE, CODE),
        (f" {CODE.lower()}\n", CODE.lower()),
    ],
)
def test_a_start_and_a_code_are_not_kept_as_words(text: str, argument: str) -> None:
    assert kind_of_text(text) == (Kind.start, argument)


@pytest.mark.parametrize("text", ["", " ", "start", "/starting", "/mens_spreken", "samenwerkten"])
def test_everything_else_is_text(text: str) -> None:
    assert kind_of_text(text) == (Kind.text, text)
