"""The list of e-mails to colleagues that did not arrive: they do not know that somebody waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.clock import local
from api.console.routes import Me, OwnForm, render, to
from api.console.views import console_text
from api.db import Tx
from api.dependencies import Now, TheWords
from api.errors import Conflict
from api.notices.mails import handle_failed, list_failed
from api.notices.models import StaffMail
from api.people.models import StaffSession

PATH = "/console/staff-mail"

pages = APIRouter(prefix=PATH, include_in_schema=False)

_WHY = {"mail: no address": "no_address", "mail: no such address": "no_such_address"}
"""What a colleague can do something about, by the code of the sender."""

MailId = Annotated[int, Path(ge=1, lt=2**53)]


@dataclass(frozen=True)
class MailRow:
    id: int
    name: str
    email: str | None
    at: datetime
    why: str


@pages.get("")
def failed_mails(request: Request, session: Tx, words: TheWords, me: Me) -> Response:
    return _list(request, session, words, me)


@pages.post("/{mail_id}/handled")
def handled(
    request: Request, mail_id: MailId, session: Tx, words: TheWords, me: OwnForm, now: Now
) -> Response:
    try:
        handle_failed(session, me.person, mail_id, now)
    except Conflict as error:
        return _list(request, session, words, me, error)
    return to(PATH)


def _list(
    request: Request,
    session: Session,
    words: Words,
    me: StaffSession,
    error: Conflict | None = None,
) -> Response:
    rows = [_row(words, each) for each in list_failed(session, me.person)]
    status, key = (error.status, error.key) if error else (200, None)
    return render(request, words, "staff_mail.html", me, status, rows=rows, error_key=key)


def _row(words: Words, mail: StaffMail) -> MailRow:
    """The code of the mail server is for who looks after that."""
    code, person = mail.error or "", mail.person
    why = console_text(words, f"mail.why.{_WHY.get(code, 'other')}", code=code)
    return MailRow(mail.id, person.name, person.email, local(mail.done_at or mail.made_at), why)
