"""Answers that need no understanding, because a rule knows them; safety comes first, always."""

from api.answers.menu import menu_page
from api.answers.reply import Reply
from api.channels.cleaning import has_words, is_number
from api.conversations.languages import unspoken_by_script
from api.conversations.replies import not_spoken, safety
from api.conversations.safety import is_safety

MAX_CHARACTERS = 1_500
"""Longer texts hold more than one question; the person is asked for one at a time."""


def answer_by_rule(text: str) -> list[Reply]:
    """The answers to this text, or nothing where Rasa has to be asked."""
    if is_safety(text):
        return safety()
    if not has_words(text):
        return [Reply.with_menu("no_words")]
    if is_number(text):
        return [menu_page(1)]
    if len(text) > MAX_CHARACTERS:
        return [Reply.with_person("too_long", max_characters=MAX_CHARACTERS)]
    if language := unspoken_by_script(text):
        return [not_spoken(language)]
    return []


def answer_caption(text: str) -> list[Reply]:
    """What somebody wrote with a picture, a voice message or a document can speak of danger."""
    return safety() if is_safety(text) else []
