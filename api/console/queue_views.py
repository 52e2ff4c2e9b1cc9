"""The rows of the queue: who waits, since when, for what, and with whom."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from api.answers.menu import DANGER
from api.answers.words import Words
from api.clock import local
from api.console.case_list import LONGEST, town_options
from api.console.forms import Options, clean
from api.console.views import PREVIEW_CHARACTERS, console_text
from api.conversations.models import Author, Conversation, Kind, Message
from api.handovers.models import HandOver, HandOverState
from api.handovers.queue import list_overdue, list_queue
from api.people.models import Person
from api.people.signin import STAFF
from translations.catalogue import LANGUAGES, direction

FILTERS = ("of", "town", "language")
MINE = "mine"


@dataclass(frozen=True)
class QueueRow:
    """One hand-over; of one that I may not read only that somebody waits."""

    id: UUID | None
    """Empty where I may not read it."""
    state: str
    person: str | None
    town: str | None
    who: str
    """Whose it is, or who has it."""
    language_name: str
    reason: str
    urgent: bool
    late: bool
    asked_at: datetime
    waiting_since: datetime | None
    """Empty where nobody waits for an answer."""
    answer_by: datetime
    closed_at: datetime | None
    asked_times: int
    elsewhere: bool
    """The same person waits or is helped in another chat too."""
    preview: str
    language: str
    direction: str


@dataclass(frozen=True)
class Group:
    name: str
    rows: Sequence[QueueRow]


def chosen(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address, without what is empty and what is none."""
    found = {name: clean(query.get(name, ""))[:LONGEST] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def choices(session: Session, words: Words, me: Person) -> dict[str, Options]:
    """What can be filtered by; nothing of what there is one of."""
    towns = town_options(session, me.municipalities(*STAFF))
    languages = [(each, console_text(words, f"language.{each}")) for each in LANGUAGES]
    return {"town": towns if len(towns) > 1 else [], "language": languages}


def groups_of(
    session: Session, words: Words, me: Person, filters: Mapping[str, str], now: datetime
) -> list[Group]:
    """What is late first, then what waits, what is with somebody (mine first), what was closed."""
    queue = list_queue(session, me, now)
    overdue = _loaded(session, list_overdue(session, me, now))
    shown = _Shown(session, words, me, _loaded(session, queue), now)
    fits, late = _filter(filters, me), {each.id for each in overdue}
    by_state: dict[str, list[HandOver]] = {state: [] for state in HandOverState}
    for each in queue:
        if each.id not in late:
            by_state[each.state].append(each)
    by_state[HandOverState.claimed].sort(key=lambda each: each.claimed_by_id != me.id)
    found = {"late": overdue, **by_state}
    return [
        Group(name, [shown.row(each) for each in rows if fits(each)])
        for name, rows in found.items()
    ]


def _filter(filters: Mapping[str, str], me: Person) -> Callable[[HandOver], bool]:
    town, language = filters.get("town"), filters.get("language")

    def fits(each: HandOver) -> bool:
        return (
            (town is None or each.municipality_id == town)
            and (language is None or each.conversation.speaks == language)
            and (filters.get("of") != MINE or each.responsible == me)
        )

    return fits


def _loaded(session: Session, hand_overs: Sequence[HandOver]) -> Sequence[HandOver]:
    """The same, with everything that a row tells of them: in one query instead of one for each."""
    ids = [each.id for each in hand_overs]
    with_all = (
        joinedload(HandOver.conversation).joinedload(Conversation.person),
        *(
            joinedload(each)
            for each in (HandOver.municipality, HandOver.claimed_by, HandOver.owner)
        ),
    )
    session.scalars(select(HandOver).where(HandOver.id.in_(ids)).options(*with_all)).all()
    return hand_overs


class _Shown:
    """The rows for one colleague at one moment."""

    def __init__(
        self, session: Session, words: Words, me: Person, mine: Sequence[HandOver], now: datetime
    ) -> None:
        self.words, self.me, self.now = words, me, now
        self.readable = {each.id for each in mine}
        self.chats = Counter(
            each.conversation.person_id for each in mine if each.state != HandOverState.closed
        )
        self.previews = _previews(session, self.readable)

    def row(self, each: HandOver) -> QueueRow:
        return QueueRow(**self._outside(each), **self._inside(each))

    def _outside(self, each: HandOver) -> dict[str, Any]:
        """What a coordinator may know of every question: that somebody waits, and for whom."""
        waits = each.waiting_since is not None and each.state != HandOverState.closed
        return {
            "state": each.state,
            "town": each.municipality.name if each.municipality else None,
            "who": self._who(each),
            "language_name": console_text(self.words, f"language.{each.conversation.speaks}"),
            "late": waits and each.answer_by < self.now,
            "waiting_since": local(each.waiting_since) if waits and each.waiting_since else None,
            "answer_by": local(each.answer_by),
        }

    def _inside(self, each: HandOver) -> dict[str, Any]:
        """What was asked and by whom; empty for who may not read it."""
        may_read, person = each.id in self.readable, each.conversation.person
        open_ = each.state != HandOverState.closed
        words, language = self.previews.get(each.id, ("", each.language))
        return {
            "id": each.id if may_read else None,
            "person": person.name if may_read and person else None,
            "reason": each.reason if may_read else "",
            "urgent": may_read and each.urgent,
            "asked_at": local(each.created_at),
            "closed_at": local(each.closed_at) if each.closed_at else None,
            "asked_times": each.asked_times if may_read else 1,
            "elsewhere": may_read and open_ and self._is_elsewhere(person),
            "preview": words,
            "language": language,
            "direction": direction(language),
        }

    def _is_elsewhere(self, person: Person | None) -> bool:
        return person is not None and self.chats[person.id] > 1

    def _who(self, each: HandOver) -> str:
        who = each.responsible
        if who is None:
            return console_text(self.words, "queue.nobody")
        return console_text(self.words, "queue.me") if who == self.me else who.name


def _previews(session: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """The participant's last words of each that are passed on, as far as a row goes, and their
    language."""
    last = (
        select(HandOver.id.label("of"), func.max(Message.id).label("line"))
        .join(Message, Message.conversation_id == HandOver.conversation_id)
        .where(
            HandOver.id.in_(list(ids)),
            Message.id > HandOver.after_message_id,
            or_(HandOver.closed_at.is_(None), Message.at <= HandOver.closed_at),
            Message.author == Author.participant,
            Message.kind == Kind.text,
            Message.topic.is_distinct_from(DANGER),
        )
        .group_by(HandOver.id)
        .subquery()
    )
    lines = select(last.c.of, Message.text, Message.language).where(Message.id == last.c.line)
    return {
        of: ((text or "")[:PREVIEW_CHARACTERS], language)
        for of, text, language in session.execute(lines)
    }
