"""Reminders over /v1: what became of each, what waits for a regisseur, what the town has set."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.appointments.models import Answer
from api.appointments.wire import TimeOfDay
from api.cases.findings import Key
from api.cases.reads import shown
from api.cases.record_routes import CHANGING, READING, WRITING, CaseId
from api.cases.routes import TOWN
from api.cases.versions import (
    NOT_MODIFIED,
    WITH_ETAG,
    IfMatch,
    IfNoneMatch,
    answer,
    answer_if_new,
    answer_one,
    must_match,
)
from api.db import Tx
from api.dependencies import Caller, Now, TheWords
from api.paging import Page, ThePage
from api.people.models import Municipality
from api.people.town_settings import (
    LATEST,
    MOST_REMINDERS,
    SOONEST,
    get_town,
    set_reminder_settings,
)
from api.reminders import tasks
from api.reminders.models import Reminder, ReminderKind, ReminderState, Way
from api.wire import Line, Whole, Wire

LARGEST_ID = 2**53 - 1

ReminderId = Annotated[int, Path(alias="reminderId", ge=1, le=LARGEST_ID)]
Town = Annotated[str, Path(alias="municipality", pattern=TOWN)]
Minutes = Annotated[Whole, Field(ge=SOONEST, le=LATEST)]

api = APIRouter(tags=["reminders"])


class ReminderRead(Wire):
    """One message, and what became of it."""

    id: int
    case_id: UUID
    kind: ReminderKind
    about: Key | None
    """Of a deadline: the finding."""
    appointment_id: UUID | None
    at: datetime
    """When what it is about begins, or when its last day is over."""
    minutes_before: int | None
    state: ReminderState
    why: str | None
    """What stopped it, in a word such as `moved`, `blocked` or `stopped`."""
    way: Way | None
    planned_at: datetime
    due_at: datetime
    sent_at: datetime | None
    delivered_id: str | None
    """What the channel calls the message that arrived."""
    answer: Answer | None
    """What the participant said to the appointment as it stands now."""
    handled_at: datetime | None
    handled_by_name: str | None
    handled_how: str | None
    """Empty where it was sent again."""

    @classmethod
    def of(cls, reminder: Reminder, **more: Any) -> Self:
        return shown(
            cls,
            reminder,
            about=reminder.about and Key(reminder.about),
            delivered_id=reminder.outbox and reminder.outbox.delivered_id,
            answer=reminder.appointment and reminder.appointment.answer,
            handled_by_name=reminder.handled_by and reminder.handled_by.name,
            **more,
        )


class ReminderList(Wire):
    results: list[ReminderRead]


class TaskRead(ReminderRead):
    """A message that waits for a regisseur, and to whom it was."""

    municipality: str
    first_name: str
    last_name: str | None

    @classmethod
    def to(cls, reminder: Reminder) -> Self:
        person = reminder.case.participant.person
        return cls.of(
            reminder,
            municipality=reminder.municipality_id,
            first_name=person.first_name,
            last_name=person.last_name or None,
        )


class TaskList(Page):
    results: list[TaskRead]


class HandledCreate(Wire):
    how: Annotated[Line, Field(max_length=tasks.LONGEST_HOW)]
    """Such as: by telephone."""


class QuietHours(Wire):
    """Between these no message leaves; where they are equal there are none."""

    begins: TimeOfDay
    ends: TimeOfDay


class ReminderSettings(Wire):
    """When the reminders of a municipality leave."""

    remind_before: Annotated[list[Minutes], Field(min_length=1, max_length=MOST_REMINDERS)]
    """Minutes before an appointment."""
    quiet_hours: QuietHours

    @classmethod
    def of(cls, town: Municipality) -> "ReminderSettings":
        quiet = QuietHours(begins=town.quiet_from, ends=town.quiet_until)
        return cls.model_construct(remind_before=list(town.remind_before), quiet_hours=quiet)


@api.get("/cases/{caseId:uuid}/reminders", response_model=ReminderList, responses=READING)
def read_ledger(me: Caller, case_id: CaseId, session: Tx) -> Response:
    """Every message of a case: planned, sent and not sent, the newest first."""
    rows = tasks.list_ledger(session, me, case_id)
    return answer(ReminderList.model_construct(results=[ReminderRead.of(row) for row in rows]))


@api.get("/reminders", response_model=TaskList, responses=READING)
def read_tasks(me: Caller, page: ThePage, session: Tx) -> Response:
    """What did not reach somebody, or has to be printed, in my municipalities; oldest first."""
    found = tasks.list_tasks(session, me, page)
    rows = [TaskRead.to(row) for row in found.rows]
    return answer(TaskList(results=rows, **page.of(found.total)))


@api.post(
    "/reminders/{reminderId}/send-again",
    status_code=201,
    response_model=ReminderRead,
    responses=WRITING,
)
def send_again(
    me: Caller, reminder_id: ReminderId, session: Tx, words: TheWords, now: Now
) -> Response:
    """The same message once more, as a new one, if it is still true."""
    again = tasks.send_again(session, words.rules, me, reminder_id, now)
    return answer(ReminderRead.of(again), 201)


@api.post("/reminders/{reminderId}/handled", response_model=ReminderRead, responses=WRITING)
def handle(
    me: Caller, reminder_id: ReminderId, body: HandledCreate, session: Tx, now: Now
) -> Response:
    """Somebody told the participant in another way."""
    return answer(ReminderRead.of(tasks.handle(session, me, reminder_id, body.how, now)))


@api.get(
    "/municipalities/{municipality}/reminder-settings",
    response_model=ReminderSettings,
    responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
)
def read_settings(
    me: Caller, municipality: Town, session: Tx, known: IfNoneMatch = None
) -> Response:
    """When the reminders of this municipality leave."""
    return answer_if_new(ReminderSettings.of(get_town(session, me, municipality)), known)


@api.put(
    "/municipalities/{municipality}/reminder-settings",
    response_model=ReminderSettings,
    responses={**CHANGING, 200: WITH_ETAG},
)
def change_settings(
    me: Caller, municipality: Town, body: ReminderSettings, tag: IfMatch, session: Tx
) -> Response:
    """For all reminders that have still to leave; they follow within minutes."""
    must_match(tag, ReminderSettings.of(get_town(session, me, municipality)))
    before, quiet = body.remind_before, body.quiet_hours
    town = set_reminder_settings(session, me, municipality, before, quiet.begins, quiet.ends)
    return answer_one(ReminderSettings.of(town))
