"""The words of the product: gettext catalogues, looked up by key.

`msgctxt` is the key, `msgid` the Dutch that was translated, `msgstr` the translation. A translator
comment `state: draft` marks a text that no native speaker has checked, `state: checked by …` one
that was. Where the Dutch has changed since, the translation is outdated, whatever was checked.
"""

import gettext
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

SOURCE = "nl"
LANGUAGES = ("nl", "ar", "ti", "en", "tr")
OTHER_LANGUAGES = ("am", "fa", "fr", "ku", "ps", "ru", "so", "uk", "ur")
"""Recognised, to say in the language itself that it is not spoken here yet."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ku", "ps", "ur"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?؟።፧]) +")


class CatalogueError(Exception):
    """A catalogue is missing or does not fit the Dutch source; the message says where."""


class State(StrEnum):
    """How far a text can be trusted."""

    source = "source"
    draft = "draft"
    """No native speaker has checked it."""
    checked = "checked"
    outdated = "outdated"
    """The Dutch has changed since it was translated."""

    @property
    def is_draft(self) -> bool:
        """Whether readers are told that nobody has checked what they read."""
        return self in (State.draft, State.outdated)


@dataclass(frozen=True)
class Entry:
    forms: tuple[str, ...]
    gaps: frozenset[str]
    state: State
    source: tuple[str, ...]
    """The Dutch that was translated."""
    note: str = ""
    """By whom and when it was checked."""


@dataclass(frozen=True)
class Text:
    """Words in one language; `draft` when no native speaker has checked them as they are."""

    text: str
    language: str
    draft: bool

    @property
    def direction(self) -> str:
        return direction(self.language)


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def without_isolates(text: str) -> str:
    """For where no eye meets them, and a program could show them as boxes: a subject, a file."""
    return text.replace(_ISOLATE, "").replace(_END_ISOLATE, "")


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
        state, note = self._state(message, path)
        return Entry(words, names, state, source, note)

    def _state(self, message: Message, path: Path) -> tuple[State, str]:
        if self.language == SOURCE:
            return State.source, ""
        for comment in message.user_comments:
            word, _, note = comment.strip().removeprefix("state: ").partition(" ")
            if comment.strip().startswith("state: ") and word in (State.draft, State.checked):
                return State(word), note
        raise CatalogueError(f"{path}: {message.context} has no line `# state: draft` or `checked`")

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
        self._mark_outdated()

    def __contains__(self, key: str) -> bool:
        return key in self._by_language[SOURCE].entries

    def keys(self) -> frozenset[str]:
        return frozenset(self._by_language[SOURCE].entries)

    def starting_with(self, prefix: str) -> list[str]:
        """The keys of this kind, in the order of the file."""
        return [key for key in self._by_language[SOURCE].entries if key.startswith(prefix)]

    def gaps(self, key: str) -> frozenset[str]:
        return self._by_language[SOURCE].entries[key].gaps

    def entry(self, language: str, key: str) -> Entry:
        """The text as it stands in the file. Raises KeyError for an unknown key."""
        return self._by_language[language].entries[key]

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
        return Text(catalogue.form(entry, count).format_map(filled), language, entry.state.is_draft)

    def known(
        self, language: str, key: str, values: Mapping[str, object]
    ) -> tuple[Text, frozenset[str]]:
        """The text without the sentences of which a gap cannot be filled, and those gaps."""
        entry = self._by_language[language].entries[key]
        unknown = entry.gaps - values.keys()
        told = _without(entry.forms[0], unknown) if unknown else entry.forms[0]
        filled = {name: _isolated(values[name], language) for name in gaps(told)}
        return Text(told.format_map(filled), language, entry.state.is_draft), unknown

    def _mark_outdated(self) -> None:
        source = self._by_language[SOURCE].entries
        for catalogue in self._by_language.values():
            for key, entry in catalogue.entries.items():
                if entry.source != source[key].source:
                    catalogue.entries[key] = replace(entry, state=State.outdated)

    def _refuse_holes(self) -> None:
        source = self._by_language[SOURCE].entries
        for language, catalogue in self._by_language.items():
            if missing := source.keys() ^ catalogue.entries.keys():
                raise CatalogueError(f"{language}: these keys do not match: {sorted(missing)}")
            for key, entry in catalogue.entries.items():
                wanted = source[key].gaps
                if any(gaps(form) != wanted for form in entry.forms):
                    raise CatalogueError(f"{language}: {key} must have the gaps {sorted(wanted)}")


def _without(text: str, unknown: frozenset[str]) -> str:
    lines = []
    for line in text.split("\n"):
        sentences = _BETWEEN_SENTENCES.split(line)
        kept = [sentence for sentence in sentences if not gaps(sentence) & unknown]
        if kept:
            bullet = "• " if line.startswith("• ") and not kept[0].startswith("• ") else ""
            lines.append(bullet + " ".join(kept))
    return "\n".join(lines)


def _isolated(value: object, language: str) -> str:
    text = str(value)
    return f"{_ISOLATE}{text}{_END_ISOLATE}" if language in RIGHT_TO_LEFT else text
