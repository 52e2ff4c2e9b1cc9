"""Splits a message into words after letting different spellings of a word become one."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from translations.normalise import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class NormalisingTokenizer(WhitespaceTokenizer):
    """The words of the normalised text.

    The offsets of the tokens count in the normalised text, so entities cannot be cut out of the
    original with them. The message itself keeps its own text. Signs and emoji alone are no words.
    """

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        if attribute != TEXT:
            return super().tokenize(message, attribute)
        text = normalise(message.get(TEXT))
        if not any(character.isalnum() for character in text):
            return []
        return super().tokenize(Message({TEXT: text}), TEXT)
