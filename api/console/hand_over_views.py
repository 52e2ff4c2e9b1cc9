"""What stands beside a conversation: who waits since when, whose it is, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.answers.checklists import count_ticks
from api.answers.words import Words
from api.cases.access import find_case, find_own_case
from api.cases.models import Case
from api.clock import local
from api.console.case_list import PATH as CASES
from api.console.views import console_text
from api.handovers.interpreters import list_interpreters
from api.handovers.models import EventKind, HandOver, HandOverEvent, HandOverState
from api.handovers.queue import list_events
from api.people.models import Person
from translations.catalogue import SOURCE

_WHY = {
    EventKind.asked: "reason",
    EventKind.asked_again: "reason",
    EventKind.interpreter: "interpreter.state",
    EventKind.rated: "helped",
    EventKind.file_removed: "kind_of_file",
    EventKind.reopened: "reopened",
}
"""Where the one word of an event is explained."""


@dataclass(frozen=True)
class Details:
    """Of one hand-over, besides what its row in the queue says."""

    urgent: bool
    unlinked: bool
    """Its chat was somebody's when this was asked, and is nobody's now."""
    subject: str | None
    owner: str | None
    """Whose question it is, while nobody has it."""
    language: str
    """That the participant reads now."""
    case_url: str | None
    """Only for who may see the case."""
    about: str | None
    """For whom a coach asks."""
    checklists: Sequence[str]
    waiting_since: datetime | None
    late: bool
    asked_times: int
    closed_at: datetime | None


@dataclass(frozen=True)
class EventRow:
    what: str
    by: str | None
    why: str
    note: str | None
    at: datetime


@dataclass(frozen=True)
class InterpreterRow:
    id: int
    state: str
    language: str
    language_name: str
    at: datetime | None
    who: str
    phone: str
    asked_by: str


def details_of(
    session: Session, words: Words, hand_over: HandOver, me: Person, now: datetime
) -> Details:
    waits = hand_over.waiting_since is not None and hand_over.state != HandOverState.closed
    case = _case(session, hand_over, me)
    owner = hand_over.owner if hand_over.claimed_by is None else None
    return Details(
        urgent=hand_over.urgent,
        unlinked=_is_unlinked(hand_over),
        subject=_subject(words, hand_over.subject),
        owner=owner.name if owner else None,
        language=hand_over.conversation.speaks,
        case_url=f"{CASES}/{case.id}" if case else None,
        about=hand_over.about.name if hand_over.about else None,
        checklists=_checklists(session, words, hand_over, case),
        waiting_since=local(hand_over.waiting_since) if hand_over.waiting_since else None,
        late=waits and hand_over.answer_by < now,
        asked_times=hand_over.asked_times,
        closed_at=local(hand_over.closed_at) if hand_over.closed_at else None,
    )


def events_of(session: Session, words: Words, hand_over: HandOver) -> list[EventRow]:
    """The log, the newest first, with the notes of colleagues."""
    return [_event(words, event, hand_over) for event in reversed(list_events(session, hand_over))]


def interpreters_of(session: Session, words: Words, hand_over: HandOver) -> list[InterpreterRow]:
    return [
        InterpreterRow(
            id=each.id,
            state=each.state,
            language=each.language,
            language_name=language_name(words, each.language),
            at=local(each.at) if each.at else None,
            who=each.who,
            phone=each.phone,
            asked_by=each.asked_by.name,
        )
        for each in list_interpreters(session, hand_over)
    ]


def language_name(words: Words, language: str) -> str:
    return console_text(words, f"language.{language}")


def _event(words: Words, event: HandOverEvent, hand_over: HandOver) -> EventRow:
    to = event.to.name if event.to else ""
    return EventRow(
        what=console_text(words, f"event.{event.kind}", to=to),
        by=event.by.name if event.by else None,
        why=_why(words, event, hand_over),
        note=event.text if event.kind is EventKind.note else None,
        at=local(event.at),
    )


def _why(words: Words, event: HandOverEvent, hand_over: HandOver) -> str:
    if event.kind is EventKind.subject:
        return _subject(words, event.text) or ""
    if event.kind is EventKind.town and hand_over.municipality_id == event.text:
        return hand_over.municipality.name if hand_over.municipality else ""
    key = f"{_WHY.get(event.kind, '')}.{event.text}"
    return console_text(words, key) if key in words.console else ""


def _subject(words: Words, subject: str | None) -> str | None:
    """As the picture of the menu is called that the participant chose."""
    key = "button.subject_other" if subject == "other" else f"menu.{subject}"
    return words.text(SOURCE, key) if subject and key in words.catalogue else None


def _is_unlinked(hand_over: HandOver) -> bool:
    talk = hand_over.conversation
    forgotten = (talk.forgotten_until or 0) > hand_over.after_message_id
    return talk.person_id is None and forgotten and hand_over.state != HandOverState.closed


def _case(session: Session, hand_over: HandOver, me: Person) -> Case | None:
    """The case of the participant, if I may see it."""
    case = find_own_case(session, hand_over.about_id or hand_over.conversation.person_id)
    return find_case(session, me, case.id) if case else None


def _checklists(
    session: Session, words: Words, hand_over: HandOver, case: Case | None
) -> list[str]:
    """How far the lists of the household and of this chat are."""
    household_id = case.participant.household_id if case else None
    done = count_ticks(session, hand_over.conversation_id, household_id)
    return [
        console_text(
            words,
            "hand_over.checklist",
            title=words.catalogue_of(f"checklist.{name}").text(SOURCE, f"checklist.{name}").text,
            done=count,
            total=words.checklist(name),
        )
        for name, count in sorted(done.items())
        if words.checklist(name)
    ]
