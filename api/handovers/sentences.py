"""Standard sentences of the municipality, checked in every language, with gaps for the facts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.figures import euros_in_words, full_day_in_words
from api.answers.words import Words
from api.channels.cleaning import clean
from api.clock import AMSTERDAM, local
from api.conversations.models import Message
from api.conversations.transcript import Spoken
from api.errors import Invalid, NotFound
from api.handovers.service import answer, checked, get_mine
from api.people.models import Person
from api.privacy.masking import mask
from translations.catalogue import SOURCE

PREFIX = "sentence."
NAME = "name"
"""The gap that nobody fills in: the first name of who sends it."""
LONGEST_VALUE = 80
FURTHEST = timedelta(days=5 * 366)
"""A day after that is a slip of the pen."""
LARGEST_AMOUNT = Decimal(100_000)
_PHONE = re.compile(r"(?:\+|0|14|11)[\d ()./-]*")
_AMOUNT = re.compile(r"(?:€\s*)?(\d{1,3}(?:\.\d{3})+|\d{1,6})(?:,(\d{2}|-))?")
_DIGITS = range(3, 16)
"""From 112 to the longest number that can be dialled."""

type Value = datetime | date | Decimal | str


@dataclass(frozen=True)
class Sentence:
    """One sentence as it can be chosen; its gaps stand in it between braces."""

    key: str
    dutch: str
    text: str
    language: str
    gaps: tuple[str, ...]
    """What is filled in, in the order of the Dutch."""
    draft: bool
    """Whether no native speaker has checked it."""


def list_sentences(words: Words, language: str) -> list[Sentence]:
    """All of them in the order of a conversation, from the greeting to the farewell."""
    return [_sentence(words, key, language) for key in words.catalogue.starting_with(PREFIX)]


def send_sentence(
    session: Session,
    words: Words,
    hand_over_id: UUID,
    me: Person,
    key: str,
    values: Mapping[str, str],
    now: datetime,
) -> Message:
    """Say it in the language of the conversation, with the Dutch under it.

    `values` are as typed: a day as 2026-12-03, a moment as 2026-12-03T14:15 on the clocks of the
    town, an amount as 12,50. Invalid with the gaps that cannot be as they are.
    """
    hand_over = get_mine(session, hand_over_id, me)
    if key not in words.catalogue.starting_with(PREFIX):
        raise NotFound("there is no such sentence")
    facts = {NAME: me.first_name, **_read(words, key, values, now)}
    spoken = _spoken(words, key, facts, hand_over.conversation.speaks)
    return answer(session, hand_over, me, spoken, now)


def _sentence(words: Words, key: str, language: str) -> Sentence:
    dutch = words.catalogue.entry(SOURCE, key).forms[0]
    entry = words.catalogue.entry(language, key)
    gaps = tuple(name for name in re.findall(r"{(\w+)}", dutch) if name != NAME)
    return Sentence(key, dutch, entry.forms[0], language, gaps, entry.state.is_draft)


def _spoken(words: Words, key: str, facts: Mapping[str, Value], language: str) -> Spoken:
    told = {name: _in_words(words, SOURCE, value) for name, value in facts.items()}
    dutch = checked(words.catalogue.text(SOURCE, key, told).text)
    if language == SOURCE:
        return Spoken(dutch)
    told = {name: _in_words(words, language, value) for name, value in facts.items()}
    text = words.catalogue.text(language, key, told)
    return Spoken(text.text, text.language, original=dutch, draft=text.draft)


def _in_words(words: Words, language: str, value: Value) -> str:
    match value:
        case datetime():
            return words.moment(language, value)
        case date():
            return full_day_in_words(language, value)
        case Decimal():
            return euros_in_words(language, value)
        case _:
            return value


# What was typed in the gaps


def _read(words: Words, key: str, values: Mapping[str, str], now: datetime) -> dict[str, Value]:
    found, faults = dict[str, Value](), dict[str, str]()
    for gap in sorted(words.catalogue.gaps(key) - {NAME}):
        try:
            found[gap] = _READ[gap](clean(values.get(gap, "")).strip(), now)
        except ValueError as error:
            faults[gap] = str(error)
    if faults:
        raise Invalid("fill in what belongs in the sentence", "error.sentence_gaps", faults)
    return found


def _moment(typed: str, now: datetime) -> datetime:
    written = _parsed(datetime.fromisoformat, typed)
    if written.tzinfo is not None:
        raise ValueError("unreadable")
    _not_over(written.date(), now)
    moment = written.replace(tzinfo=AMSTERDAM)
    if local(moment.astimezone(now.tzinfo)).replace(tzinfo=None) != written:
        raise ValueError("no_such_time")
    if moment < now:
        raise ValueError("over")
    return moment.astimezone(now.tzinfo)


def _day(typed: str, now: datetime) -> date:
    day = _parsed(date.fromisoformat, typed)
    _not_over(day, now)
    return day


def _not_over(day: date, now: datetime) -> None:
    today = local(now).date()
    if day < today:
        raise ValueError("over")
    if day > today + FURTHEST:
        raise ValueError("too_far")


def _amount(typed: str, _now: datetime) -> Decimal:
    found = _AMOUNT.fullmatch(_line(typed))
    if found is None:
        raise ValueError("unreadable")
    cents = (found[2] or "").replace("-", "") or "00"
    amount = Decimal(f"{found[1].replace('.', '')}.{cents}")
    if not 0 < amount <= LARGEST_AMOUNT:
        raise ValueError("unreadable")
    return amount


def _phone(typed: str, _now: datetime) -> str:
    number = _line(typed)
    if not _PHONE.fullmatch(number) or sum(map(str.isdigit, number)) not in _DIGITS:
        raise ValueError("unreadable")
    return number


def _line(typed: str, _now: datetime | None = None) -> str:
    """A short line without anything that must never stand in a chat."""
    if not typed:
        raise ValueError("empty")
    if len(typed) > LONGEST_VALUE:
        raise ValueError("too_long")
    if mask(typed).found & {"bsn", "iban"}:
        raise ValueError("secret")
    return " ".join(typed.split())


def _parsed[T](parse: Callable[[str], T], typed: str) -> T:
    if not typed:
        raise ValueError("empty")
    try:
        return parse(typed)
    except ValueError as error:
        raise ValueError("unreadable") from error


_READ: Mapping[str, Callable[[str, datetime], Value]] = {
    "moment": _moment,
    "day": _day,
    "place": _line,
    "phone": _phone,
    "amount": _amount,
}
"""Each gap that a sentence may have; a fault is one word, which the console explains."""
