"""The pages of the cases: the list, one case, and the forms of the case itself."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.cases import service
from api.cases.access import get_case, towns_of
from api.cases.models import Case
from api.cases.wire import CaseFields, PersonFields
from api.clock import local
from api.console import faults as wrong
from api.console.case_form import (
    At,
    Attempt,
    Typed,
    beside,
    case_form,
    differing,
    new_case_form,
    person_form,
    tried,
    version_in,
)
from api.console.case_import import imports
from api.console.case_list import LONGEST, PATH, chosen, link, show_list
from api.console.case_records import records
from api.console.case_talks import page_of_case, talks
from api.console.case_words import CASE, PERSON
from api.console.forms import Shown, clean, read, untouched, written
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.dependencies import Now
from api.errors import Conflict, Invalid, Stale

pages = APIRouter(prefix=PATH, include_in_schema=False)
pages.include_router(imports)  # before the id of a case, which it would be taken for


@pages.get("")
@pages.get("/search")  # the address of a search, opened anew: nobody knows the name any more
def case_list(at: At, now: Now) -> Response:
    query, today = at.request.query_params, local(now).date()
    return at.page("cases.html", **show_list(at.session, at.words, at.me.person, query, today))


@pages.post("/search")
def search_cases(at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    """The list by name as well, which is in a form and never in an address."""
    if not (name := clean(typed.get("name", ""))[:LONGEST]):
        return to(link(PATH, chosen(typed)))
    today = local(now).date()
    found = show_list(at.session, at.words, at.me.person, typed, today, name)
    return at.page("cases.html", **found)


@pages.get("/new")
def new_case(at: At) -> Response:
    first = untouched(CaseFields, regisseur_id=at.me.person_id) | untouched(PersonFields)
    return new_case_form(at, Attempt(Shown(first)))


@pages.post("")
def open_case(at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    attempt = Attempt(Shown(typed))
    person, fields, town = read(PersonFields, typed), read(CaseFields, typed), typed.get("town")
    faults = wrong.check(at.words, PERSON, PersonFields, person)
    faults |= wrong.check(at.words, CASE, CaseFields, fields)
    if town not in towns_of(at.me.person):
        faults["town"] = console_text(at.words, "fault.choice")
    if town is None or faults:
        return new_case_form(at, attempt.with_faults(faults, Invalid.status))

    def write() -> Case:
        who = PersonFields.model_validate(person, by_name=True)
        what = CaseFields.model_validate(fields, by_name=True)
        return service.open_case(at.session, at.words.rules, at.me.person, town, who, what, now)

    done = tried(at, CASE, write)
    if isinstance(done, dict):
        return new_case_form(at, attempt.with_faults(done, Conflict.status))
    return to(f"{PATH}/{done.id}")


@pages.get("/{case_id}")
def case_page(case_id: UUID, at: At, now: Now) -> Response:
    case = get_case(at.session, at.me.person, case_id)
    return page_of_case(at, case, now, link(PATH, chosen(at.request.query_params)))


@pages.get("/{case_id}/edit")
def edit_case(case_id: UUID, at: At) -> Response:
    case = get_case(at.session, at.me.person, case_id)
    return case_form(at, case, Attempt(Shown(written(CaseFields, case)), case.version))


@pages.post("/{case_id}/edit")
def change_case(case_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    case = get_case(at.session, at.me.person, case_id)
    values, version = read(CaseFields, typed), version_in(typed)
    attempt = Attempt(Shown(typed), version)
    if faults := wrong.check(at.words, CASE, CaseFields, values):
        return case_form(at, case, attempt.with_faults(faults, Invalid.status))

    def write() -> Case:
        more = (case_id, version, differing(CaseFields, values, case), now)
        return service.change_case(at.session, at.words.rules, at.me.person, *more)

    try:
        done = tried(at, CASE, write)
    except Stale:
        return case_form(at, case, beside(at, case, typed, version))
    if isinstance(done, dict):
        return case_form(at, case, attempt.with_faults(done, Conflict.status))
    return to(f"{PATH}/{case_id}")


@pages.get("/{case_id}/person")
def edit_person(case_id: UUID, at: At) -> Response:
    case = get_case(at.session, at.me.person, case_id)
    return person_form(at, case, Attempt(Shown(written(PersonFields, case.participant.person))))


@pages.post("/{case_id}/person")
def change_person(case_id: UUID, at: At, _me: OwnForm, typed: Typed, now: Now) -> Response:
    case = get_case(at.session, at.me.person, case_id)
    values = read(PersonFields, typed)
    if faults := wrong.check(at.words, PERSON, PersonFields, values):
        return person_form(at, case, Attempt(Shown(typed, faults), status=Invalid.status))
    fields = PersonFields.model_validate(values, by_name=True)
    service.change_person(at.session, at.me.person, case_id, fields, now)
    return to(f"{PATH}/{case_id}")


pages.include_router(talks)  # before the kinds of records
pages.include_router(records)
