"""The words of the product: gettext catalogues, looked up by key.

`msgctxt` is the key, `msgid` the Dutch source, `msgstr` the translation. A translator comment
`state: draft` marks a text that no native speaker has checked; `state: checked …` one that was.
"""

import gettext
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

SOURCE = "nl"
LANGUAGES = ("nl", "ar", "ti", "en", "tr")
OTHER_LANGUAGES = ("am", "fa", "fr", "ku", "ps", "ru", "so", "uk", "ur")
"""Recognised, to say in the language itself that it is not spoken here yet."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ku", "ps", "ur"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


class CatalogueError(Exception):
    """A catalogue is missing or does not fit the Dutch source; the message says where."""


@dataclass(frozen=True)
class Entry:
    forms: tuple[str, ...]
    gaps: frozenset[str]
    draft: bool


@dataclass(frozen=True)
class Text:
    """Words in one language; `draft` when no native speaker has checked them."""

    text: str
    language: str
    draft: bool

    @property
    def direction(self) -> str:
        return direction(self.language)


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def gaps(text: str) -> frozenset[str]:
    """The names between braces in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


class Catalogue:
    """One file: one language, one domain."""

    def __init__(self, path: Path, language: str) -> None:
        if not path.is_file():
            raise CatalogueError(f"{path} is missing: every language needs its catalogue")
        self.language = language
        with path.open("rb") as file:
            catalog = read_po(file, locale=None)
        self._plural: Callable[[int], int] = gettext.c2py(catalog.plural_expr)
        self.entries = {
            str(message.context): self._entry(message, path) for message in catalog if message.id
        }

    def _entry(self, message: Message, path: Path) -> Entry:
        if not message.context:
            raise CatalogueError(f"{path}: an entry has no msgctxt: {message.id!r}")
        source = _forms(message.id)
        words = source if self.language == SOURCE else _forms(message.string)
        if not all(words):
            raise CatalogueError(f"{path}: {message.context} has no translation")
        try:
            names = frozenset().union(*map(gaps, words))
        except ValueError as error:
            raise CatalogueError(f"{path}: {message.context} has a stray brace: {error}") from error
        draft = any(comment.strip() == "state: draft" for comment in message.user_comments)
        return Entry(words, names, draft)

    def form(self, entry: Entry, count: int | None) -> str:
        """The form of the text for this count."""
        number = 0 if count is None else min(self._plural(count), len(entry.forms) - 1)
        return entry.forms[number]


def _forms(text: object) -> tuple[str, ...]:
    return tuple(str(form) for form in text) if isinstance(text, (tuple, list)) else (str(text),)


class Catalogues:
    """All languages of one domain, loaded once and complete or not at all."""

    def __init__(self, folder: Path, domain: str, languages: tuple[str, ...] = LANGUAGES) -> None:
        self.languages = languages
        self._by_language = {
            language: Catalogue(folder / language / "LC_MESSAGES" / f"{domain}.po", language)
            for language in languages
        }
        self._refuse_holes()

    def __contains__(self, key: str) -> bool:
        return key in self._by_language[SOURCE].entries

    def keys(self) -> frozenset[str]:
        return frozenset(self._by_language[SOURCE].entries)

    def gaps(self, key: str) -> frozenset[str]:
        return self._by_language[SOURCE].entries[key].gaps

    def text(
        self,
        language: str,
        key: str,
        values: Mapping[str, object] | None = None,
        count: int | None = None,
    ) -> Text:
        """The text with its gaps filled; `count` picks the plural form.

        In a right-to-left text every filled gap is isolated, so that numbers and Dutch names
        keep their own order. Raises KeyError for an unknown key or an unfilled gap.
        """
        catalogue = self._by_language[language]
        entry, values = catalogue.entries[key], values or {}
        filled = {name: _isolated(values[name], language) for name in entry.gaps}
        return Text(catalogue.form(entry, count).format_map(filled), language, entry.draft)

    def _refuse_holes(self) -> None:
        source = self._by_language[SOURCE].entries
        for language, catalogue in self._by_language.items():
            if missing := source.keys() ^ catalogue.entries.keys():
                raise CatalogueError(f"{language}: these keys do not match: {sorted(missing)}")
            for key, entry in catalogue.entries.items():
                wanted = source[key].gaps
                if any(gaps(form) != wanted for form in entry.forms):
                    raise CatalogueError(f"{language}: {key} must have the gaps {sorted(wanted)}")


def _isolated(value: object, language: str) -> str:
    text = str(value)
    return f"{_ISOLATE}{text}{_END_ISOLATE}" if language in RIGHT_TO_LEFT else text
