"""What a participant wrote, in Dutch by a computer: beside their own words, kept nowhere else."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.conversations.models import Author, Kind, Message
from api.errors import NotFound
from api.handovers.bureau import Bureau
from api.handovers.drafts import faults_of, guarded
from api.handovers.queue import get_handover, list_lines, raised_alarm
from api.people.models import Person
from translations.catalogue import SOURCE
from translations.guard import LANGUAGES as GUARDED
from translations.machine import NoModel

REMEMBERED = 300
REMEMBERED_FOR = timedelta(minutes=30)
LONGEST_READ = 4_000
CUT = "[…]"


@dataclass(frozen=True)
class Reading:
    """A line in Dutch, and what to check in it."""

    text: str
    faults: tuple[str, ...]


class Readings:
    """The last translations of lines, in memory only and not for long.

    By id and words: an id can come again when what had it was erased.
    """

    def __init__(self) -> None:
        self._known = OrderedDict[tuple[int, str], tuple[datetime, Reading]]()
        self._lock = threading.Lock()

    def read(self, line: Message, now: datetime, translate: Callable[[], Reading]) -> Reading:
        """What is remembered of it, else what `translate` makes of it; what that raises passes."""
        key = line.id, line.text
        if (known := self._find(key, now)) is not None:
            return known
        reading = translate()
        with self._lock:
            self._known[key] = now + REMEMBERED_FOR, reading
            self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return reading

    def _find(self, key: tuple[int, str], now: datetime) -> Reading | None:
        with self._lock:
            until, reading = self._known.get(key, (now, None))
            if reading is not None and until > now:
                self._known.move_to_end(key)
                return reading
            self._known.pop(key, None)
            return None


def can_read(bureau: Bureau, language: str) -> bool:
    return language in GUARDED and bureau.can(language, SOURCE)


def is_foreign(line: Message) -> bool:
    """Whether it holds words of the participant in another language than Dutch, which I may see."""
    is_theirs = line.author is Author.participant and line.kind is Kind.text
    return is_theirs and line.language != SOURCE and bool(line.text) and not raised_alarm(line)


def get_foreign_line(session: Session, hand_over_id: UUID, me: Person, message_id: int) -> Message:
    """A line that can be read in Dutch; NotFound for what is not shown to me."""
    hand_over = get_handover(session, hand_over_id, me)
    for line in list_lines(session, hand_over):
        if line.id == message_id and is_foreign(line):
            return line
    raise NotFound("there is no such line to translate")


def read_in_dutch(bureau: Bureau, line: Message) -> Reading:
    """Takes seconds: not within a transaction. Raises NoTranslation, by kind."""
    if not can_read(bureau, line.language):
        raise NoModel(line.language, SOURCE)
    found = guarded(bureau, line.text[:LONGEST_READ], line.language, SOURCE)
    rest = f" {CUT}" if len(line.text) > LONGEST_READ else ""
    return Reading(found.text + rest, faults_of(found.verdict))
