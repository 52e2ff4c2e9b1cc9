"""The forms of what happens in a case more than once: add, change and remove, for every kind."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.appointments.slots import find_working_hours
from api.cases import service
from api.cases.access import get_case, get_record
from api.cases.models import Case
from api.cases.records import Record
from api.cases.service import KINDS
from api.cases.wire import FIELDS
from api.clock import local
from api.console import faults as wrong
from api.console.case_form import (
    At,
    Attempt,
    Desk,
    Typed,
    beside,
    differing,
    record_form,
    removal_page,
    tried,
    version_in,
)
from api.console.case_list import PATH
from api.console.forms import Shown, read, untouched, written
from api.console.routes import OwnForm, to
from api.dependencies import Now
from api.errors import Conflict, Invalid, NotFound, Stale

records = APIRouter()

ON_TODAY = frozenset(
    {"notes", "scores", "goals", "duo-reports", "enforcement-steps", "attendances"}
)
"""What is mostly written down on the day itself."""
CANCEL_FIRST = "error.cancel_first"


@records.get("/{case_id}/{kind}/new")
def new_record(case_id: UUID, kind: str, at: At, now: Now) -> Response:
    case, today = _case(at, case_id, kind), local(now).date()
    first: dict[str, Any] = {"on": today, "agreed_on": today} if kind in ON_TODAY else {}
    if kind == "appointments":
        first = _usual_talk(at, case)
    return record_form(at, case, kind, None, Attempt(Shown(untouched(FIELDS[kind], **first))))


@records.post("/{case_id}/{kind}")
def add_record(case_id: UUID, kind: str, at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    case, attempt = _case(at, case_id, kind), Attempt(Shown(typed))
    schema, values = FIELDS[kind], read(FIELDS[kind], typed)
    if faults := wrong.check(at.words, kind, schema, values):
        return record_form(at, case, kind, None, attempt.with_faults(faults, Invalid.status))

    def write() -> Record:
        more = (case_id, kind, schema.model_validate(values, by_name=True), now)
        return service.add_record(at.session, at.words.rules, at.me.person, *more)

    done = tried(at, kind, write)
    if isinstance(done, dict):
        return record_form(at, case, kind, None, attempt.with_faults(done, Conflict.status))
    return _back(case_id, kind)


@records.get("/{case_id}/{kind}/{record_id}/edit")
def edit_record(case_id: UUID, kind: str, record_id: UUID, at: At) -> Response:
    case, record = _case(at, case_id, kind), _record(at, case_id, kind, record_id)
    shown = Shown(written(FIELDS[kind], record))
    return record_form(at, case, kind, record, Attempt(shown, record.version))


@records.post("/{case_id}/{kind}/{record_id}/edit")
def change_record(
    case_id: UUID, kind: str, record_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now
) -> Response:
    case, record = _case(at, case_id, kind), _record(at, case_id, kind, record_id)
    schema, values, version = FIELDS[kind], read(FIELDS[kind], typed), version_in(typed)
    attempt = Attempt(Shown(typed), version)
    if faults := wrong.check(at.words, kind, schema, values):
        return record_form(at, case, kind, record, attempt.with_faults(faults, Invalid.status))

    def write() -> Record:
        more = (case_id, kind, record_id, version, differing(schema, values, record), now)
        return service.change_record(at.session, at.words.rules, at.me.person, *more)

    try:
        done = tried(at, kind, write)
    except Stale:
        return record_form(at, case, kind, record, beside(at, record, typed, version))
    if isinstance(done, dict):
        return record_form(at, case, kind, record, attempt.with_faults(done, Conflict.status))
    return _back(case_id, kind)


@records.get("/{case_id}/{kind}/{record_id}/remove")
def confirm_removal(case_id: UUID, kind: str, record_id: UUID, at: At) -> Response:
    case, record = _case(at, case_id, kind), _record(at, case_id, kind, record_id)
    return removal_page(at, case, kind, record)


@records.post("/{case_id}/{kind}/{record_id}/remove")
def remove_record(
    case_id: UUID, kind: str, record_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now
) -> Response:
    case, record = _case(at, case_id, kind), _record(at, case_id, kind, record_id)
    version = version_in(typed)
    try:
        more = (case_id, kind, record_id, version, now)
        service.remove_record(at.session, at.words.rules, at.me.person, *more)
    except Stale:
        changes = beside(at, record, typed, version).changes
        return removal_page(at, case, kind, record, changes)
    except Conflict as error:
        if error.key != CANCEL_FIRST:
            raise
        return removal_page(at, case, kind, record, fault_key=error.key)
    return _back(case_id, kind)


def _case(at: Desk, case_id: UUID, kind: str) -> Case:
    """The case, if it is mine to see and has such records; else NotFound."""
    if kind not in KINDS:
        raise NotFound("a case has no such records")
    return get_case(at.session, at.me.person, case_id)


def _usual_talk(at: Desk, case: Case) -> dict[str, Any]:
    """With whom, where and how long, as the regisseur of the case is used to."""
    hours = find_working_hours(at.session, case.regisseur_id, case.municipality_id)
    usual = {"place": hours.place, "minutes": hours.minutes} if hours else {}
    interpreter = True if case.interpreter_language else None
    return {"regisseur_id": case.regisseur_id, "interpreter": interpreter, **usual}


def _record(at: Desk, case_id: UUID, kind: str, record_id: UUID) -> Record:
    return get_record(at.session, at.me.person, KINDS[kind], case_id, record_id)


def _back(case_id: UUID, kind: str) -> Response:
    return to(f"{PATH}/{case_id}#{kind}")
