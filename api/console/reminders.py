"""The pages of what reached nobody: the list, what was done about it, and the letter to print."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from api.console.case_form import At, Desk
from api.console.case_list import PATH as CASES
from api.console.case_words import counted
from api.console.forms import clean
from api.console.reminder_views import task_row
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.dependencies import Now
from api.errors import Conflict, Invalid
from api.paging import LAST_PAGE, PAGE_SIZE, Paging
from api.reminders import tasks
from api.reminders.letters import letter_of
from api.reminders.models import TASKS

PATH = "/console/reminders"

pages = APIRouter(prefix=PATH, include_in_schema=False)

PageNumber = Annotated[int, Query(ge=1, le=LAST_PAGE)]
ReminderId = Annotated[int, Path(ge=1, lt=2**53)]


@pages.get("")
def task_list(at: At, now: Now, page: PageNumber = 1) -> Response:
    return _list(at, now, page)


@pages.post("/{reminder_id}/again")
def send_again(reminder_id: ReminderId, at: At, me: OwnForm, now: Now) -> Response:
    try:
        with at.session.begin_nested():
            tasks.send_again(at.session, at.words.rules, me.person, reminder_id, now)
    except Conflict as error:
        return _list(at, now, error=error)
    return to(PATH)


@pages.post("/{reminder_id}/handled")
def done_otherwise(
    reminder_id: ReminderId,
    at: At,
    me: OwnForm,
    now: Now,
    how: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    try:
        with at.session.begin_nested():
            tasks.handle(at.session, me.person, reminder_id, clean(how), now)
    except Conflict as error:
        return _list(at, now, error=error)
    except Invalid as error:
        return _list(at, now, error=error, faulty=reminder_id, how=how)
    return to(PATH)


@pages.get("/{reminder_id}/letter")
def letter_page(reminder_id: ReminderId, at: At, now: Now) -> Response:
    """To be printed; looking at it handles nothing."""
    reminder = tasks.get_reminder(at.session, at.me.person, reminder_id)
    try:
        letter = letter_of(at.session, at.words, reminder, now)
    except Conflict as error:
        return _list(at, now, error=error)
    is_draft = letter.draft
    return at.page(
        "letter.html",
        letter=letter,
        name=reminder.case.participant.person.name,
        has_address=len(letter.address) > 1,
        contact=f"{CASES}/{reminder.case_id}/contact",
        action=f"{PATH}/{reminder.id}/handled" if reminder.state in TASKS else None,
        how=console_text(at.words, "letter.how"),
        draft_mark=at.words.text(letter.language, "draft_mark") if is_draft else None,
    )


def _list(
    at: Desk,
    now: datetime,
    page: int = 1,
    error: Conflict | Invalid | None = None,
    faulty: int | None = None,
    how: str = "",
) -> Response:
    found = tasks.list_tasks(at.session, at.me.person, Paging(page, PAGE_SIZE))
    return at.page(
        "reminders.html",
        error.status if error else 200,
        rows=[task_row(at.words, each, now) for each in found.rows],
        found=counted(at.words, "tasks.found", found.total),
        number=page,
        has_more=page * PAGE_SIZE < found.total,
        faulty=faulty,
        how=how,
        conflict_key=error.key if isinstance(error, Conflict) else None,
    )
