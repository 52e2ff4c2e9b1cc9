"""What the console's pages show, made ready for the templates."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from api.answers.models import ContentTask, TaskKind
from api.answers.words import Words
from api.appointments.service import find_next
from api.cases.access import SEES_CASES, SEES_HOUSEHOLDS, find_case
from api.cases.models import LocalRule
from api.clock import local
from api.conversations.models import Author, Kind, Message
from api.conversations.replies import SAFETY
from api.handovers.models import HandOver, HandOverState
from api.people.models import Municipality, Person, Role, StaffSession
from api.people.signin import STAFF
from api.reminders.tasks import count_tasks
from translations.catalogue import SOURCE, direction

PREVIEW_CHARACTERS = 140
NAV: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("queue", "/console", (Role.regisseur, Role.coordinator)),
    ("agenda", "/console/agenda", SEES_CASES),
    ("reminders", "/console/reminders", SEES_CASES),
    ("cases", "/console/cases", SEES_CASES),
    ("people", "/console/people", (Role.regisseur, Role.coordinator)),
    ("households", "/console/households", SEES_HOUSEHOLDS),
    ("texts", "/console/texts", STAFF),
)
"""The main menu: name, address and who may use it."""


@dataclass(frozen=True)
class HandOverRow:
    id: UUID
    state: str
    person: str | None
    town: str | None
    language: str
    language_name: str
    reason: str
    created_at: datetime
    answer_by: datetime
    late: bool
    claimed_by: str | None
    preview: str
    preview_direction: str
    topic: str | None
    next_talk: str | None


@dataclass(frozen=True)
class TaskRow:
    """Something in the texts that a person has to look at."""

    id: int
    subject: str
    reason: str
    source: str
    since: str


def console_text(words: Words, key: str, **gaps: object) -> str:
    return words.console.text(SOURCE, key, gaps).text


def row_of(
    session: Session, words: Words, hand_over: HandOver, me: Person, now: datetime
) -> HandOverRow:
    person = hand_over.conversation.person
    preview = _preview(session, hand_over)
    return HandOverRow(
        id=hand_over.id,
        state=hand_over.state,
        person=person.name if person else None,
        town=hand_over.municipality.name if hand_over.municipality else None,
        language=hand_over.language,
        language_name=console_text(words, f"language.{hand_over.language}"),
        reason=hand_over.reason,
        created_at=local(hand_over.created_at),
        answer_by=local(hand_over.answer_by),
        late=hand_over.state == HandOverState.open and hand_over.answer_by < now,
        claimed_by=hand_over.claimed_by.name if hand_over.claimed_by else None,
        preview=preview[:PREVIEW_CHARACTERS],
        preview_direction=direction(hand_over.language),
        topic=words.text(SOURCE, f"label.{hand_over.topic}") if hand_over.topic else None,
        next_talk=_next_talk(session, words, person, me, now),
    )


def task_of(session: Session, words: Words, task: ContentTask) -> TaskRow:
    """A task about the texts, in the words of the console."""
    since = f"{local(task.opened_at):%d-%m-%Y}"
    if task.kind is TaskKind.rule:
        subject, source = _rule_of(session, words, task.subject)
        return TaskRow(task.id, subject, console_text(words, "texts.kind.rule"), source, since)
    topic, label = words.topics.get(task.subject), f"label.{task.subject}"
    source = words.rules.sources.cite(topic.sources) if topic else ""
    times = {"times": task.times}
    reason = words.console.text(SOURCE, "texts.kind.reported", times, count=task.times).text
    subject = words.text(SOURCE, label) if label in words.catalogue else task.subject
    return TaskRow(task.id, subject, reason, source, since)


def _rule_of(session: Session, words: Words, subject: str) -> tuple[str, str]:
    """Name and source of the rule, or of the town's own value of it."""
    key, since, *towns = subject.split()
    for town in towns:
        own = session.scalars(
            select(LocalRule).filter_by(
                municipality_id=town, key=key, valid_from=date.fromisoformat(since)
            )
        ).first()
        name = session.get_one(Municipality, town).name
        return f"{key} ({name})", own.source if own else ""
    return key, words.rules.sources.cite(words.rules[key].sources) if key in words.rules else ""


def _preview(session: Session, hand_over: HandOver) -> str:
    """The participant's last words that are passed on."""
    query = (
        select(Message.text)
        .where(
            Message.conversation_id == hand_over.conversation_id,
            Message.id > hand_over.after_message_id,
            Message.author == Author.participant,
            Message.kind == Kind.text,
            Message.topic.is_distinct_from(SAFETY),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return session.scalar(query) or ""


def _next_talk(
    session: Session, words: Words, person: Person | None, me: Person, now: datetime
) -> str | None:
    """The talk is of the case: only who may see that is told of it."""
    appointment = find_next(session, person.id, now) if person else None
    if appointment is None or find_case(session, me, appointment.case_id) is None:
        return None
    where = console_text(words, "talk.by_phone") if appointment.by_phone else appointment.place
    return f"{words.moment(SOURCE, appointment.starts_at)}, {where}"


def nav_of(person: Person) -> list[tuple[str, str]]:
    """Name and address of what this person finds in the main menu."""
    return [(name, path) for name, path, roles in NAV if person.has_role(*roles)]


def open_tasks(me: StaffSession) -> int:
    """How many messages reached nobody and wait for a regisseur, for who sees cases."""
    session = object_session(me)
    if session is None or not me.person.has_role(*SEES_CASES):
        return 0
    return count_tasks(session, me.person)


def page(words: Words, **context: Any) -> dict[str, Any]:
    """The context that every page of the console has."""
    return {
        "t": lambda key, **gaps: console_text(words, key, **gaps),
        "static": static,
        **context,
    }


def static(path: str) -> str:
    """The console shares the look of the web chat."""
    folder = "console" if path.startswith("console.") else "chat"
    return f"/static/{folder}/{path}"
