"""Showing and trying the forms of a case: what was typed is never lost, and nothing is overwritten.

A form comes back with its faults beside the fields (400), with what there is already (409), or with
what a colleague wrote meanwhile (412); then it carries the new version, so that saving it once more
is a choice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.diary import Taken
from api.appointments.models import Appointment
from api.cases.access import towns_of
from api.cases.models import Case
from api.cases.records import Record
from api.cases.wire import FIELDS, CaseFields, ContactFields, PersonFields
from api.console import faults as wrong
from api.console.case_list import PATH, regisseur_options, town_options
from api.console.case_views import header, part_of
from api.console.case_words import CASE, CONTACT, PERSON
from api.console.forms import Input, Options, Shown, inputs
from api.console.routes import Me, render
from api.console.timeline import ChangeRow, changed_since
from api.console.views import console_text
from api.db import Tx
from api.dependencies import TheWords
from api.errors import Conflict, Invalid, Stale
from api.people.models import Person, StaffSession
from api.wire import Wire

SECTIONS: dict[str, tuple[str, ...]] = {
    "duty": ("group", "law", "leerroute", "permit_limited", "exemption", "exemption_on"),
    "people": ("regisseur_id", "reference", "interpreter_language", "turkish_nationality"),
    "start": (
        *("duo_notice_on", "registered_on", "housed_on", "benefit_from"),
        *("guidance_from", "guidance_until"),
    ),
    "intake": (*("intake_on", "learnability_on", "learnability_result", "awaited_information_on"),),
    "plan": ("pip_date", "pip_talks", "term_starts_on", "offer_on"),
    "parts": ("pvt_activity_on", "pvt_signed_on", "map_talk_on", "z_talk_on"),
    "end": ("ended_on", "certificate_on", "closed_on"),
}
"""The fields of a case in the order in which the work goes."""
NEW_SECTIONS = ("duty", "people", "start", "plan")
"""What is known when a case begins; the rest comes later, and is not in the way."""


@dataclass(frozen=True)
class Section:
    name: str
    inputs: Sequence[Input]


@dataclass(frozen=True)
class Attempt:
    """One look at a form: what stands in it, for which version, and how it is answered."""

    shown: Shown
    version: int = 0
    status: int = 200
    changes: Sequence[ChangeRow] = field(default_factory=tuple)
    """What colleagues did since."""

    def with_faults(self, faults: Mapping[str, str], status: int) -> "Attempt":
        return replace(self, shown=replace(self.shown, faults=faults), status=status)


@dataclass(frozen=True)
class Desk:
    """What every page of a case needs: who asks, and with which words it is answered."""

    request: Request
    session: Session
    words: Words
    me: StaffSession

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        return render(self.request, self.words, template, self.me, status, **context)


def _desk(request: Request, session: Tx, words: TheWords, me: Me) -> Desk:
    return Desk(request, session, words, me)


async def _typed(request: Request) -> dict[str, str]:
    """What stands in the form; a file is not text."""
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


At = Annotated[Desk, Depends(_desk)]
Typed = Annotated[dict[str, str], Depends(_typed)]


def version_in(typed: Mapping[str, str]) -> int:
    """The version that the form was made of; 0, which no row has, where it does not say."""
    number = typed.get("version", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def tried[R](at: Desk, kind: str, write: Callable[[], R]) -> R | dict[str, str]:
    """What was written; or what is wrong, and then nothing of it was. Stale is raised."""
    try:
        with at.session.begin_nested():
            return write()
    except Invalid as error:
        return wrong.in_dutch(at.words, kind, error.faults)
    except Taken as error:
        return {"": console_text(at.words, f"{error.key}.detail")}
    except Conflict:
        which = CASE if kind == CASE else "record"
        return {"": console_text(at.words, f"fault.exists.{which}")}


def differing(schema: type[Wire], values: Mapping[str, Any], row: Any) -> dict[str, Any]:
    """What the form makes different; the rest is left alone, also where it no longer fits."""
    wanted = schema.model_validate(dict(values), by_name=True)
    return {
        name: getattr(wanted, name)
        for name in schema.model_fields
        if getattr(wanted, name) != getattr(row, name)
    }


def beside(at: Desk, row: Case | Record, typed: dict[str, str], version: int) -> Attempt:
    """What was typed beside what a colleague wrote meanwhile."""
    at.session.refresh(row)
    changes, became = changed_since(at.session, at.words, row, version)
    return Attempt(Shown(typed, changed=became), row.version, Stale.status, changes)


def new_case_form(at: Desk, attempt: Attempt) -> Response:
    towns = towns_of(at.me.person)
    shown = replace(attempt.shown, people=regisseur_options(at.session, towns))
    person = inputs(at.words, PERSON, PersonFields, shown)
    sections = [each for each in sections_of(at.words, shown) if each.name in NEW_SECTIONS]
    choices = town_options(at.session, towns)
    return at.page(
        "case_new.html",
        attempt.status,
        person_inputs=person,
        sections=sections,
        towns=choices,
        town=shown.typed.get("town", choices[0][0] if len(choices) == 1 else ""),
        **_faults(shown, [*person, *(each for section in sections for each in section.inputs)]),
    )


def case_form(at: Desk, case: Case, attempt: Attempt) -> Response:
    shown = replace(attempt.shown, people=_people(at, case))
    sections = sections_of(at.words, shown)
    return _form(at, case, attempt, "edit", CASE, sections)


def person_form(at: Desk, case: Case, attempt: Attempt) -> Response:
    fields = inputs(at.words, PERSON, PersonFields, attempt.shown)
    return _form(at, case, attempt, "person", PERSON, [Section("", fields)])


def contact_form(at: Desk, case: Case, attempt: Attempt) -> Response:
    fields = inputs(at.words, CONTACT, ContactFields, attempt.shown)
    return _form(at, case, attempt, "contact", CONTACT, [Section("", fields)])


def record_form(
    at: Desk, case: Case, kind: str, record: Record | None, attempt: Attempt
) -> Response:
    now_with = record.regisseur if isinstance(record, Appointment) else None
    shown = replace(attempt.shown, people=_people(at, case, now_with))
    fields = inputs(at.words, kind, FIELDS[kind], shown)
    path = f"{kind}/{record.id}/edit" if record else kind
    return _form(at, case, attempt, path, kind, [Section("", fields)], is_new=record is None)


def removal_page(
    at: Desk,
    case: Case,
    kind: str,
    record: Record,
    changes: Sequence[ChangeRow] = (),
    fault_key: str | None = None,
) -> Response:
    """`fault_key` says why it cannot be removed now."""
    part = part_of(at.session, at.words, kind, [record])
    status = Stale.status if changes else 200
    return at.page(
        "case_remove.html",
        Conflict.status if fault_key else status,
        fault_key=fault_key,
        case=header(at.words, case),
        kind=kind,
        pairs=list(zip(part.columns, part.rows[0].cells, strict=True)),
        action=f"{PATH}/{case.id}/{kind}/{record.id}/remove",
        edit=f"{PATH}/{case.id}/{kind}/{record.id}/edit",
        version=record.version,
        changes=changes,
    )


def sections_of(words: Words, shown: Shown) -> list[Section]:
    """The fields of a case by section; one that no section names comes last, and is not lost."""
    found = {each.asked.name: each for each in inputs(words, CASE, CaseFields, shown)}
    sections = [
        Section(name, [found.pop(each) for each in names]) for name, names in SECTIONS.items()
    ]
    *others, last = sections
    return [*others, Section(last.name, [*last.inputs, *found.values()])]


def _form(
    at: Desk,
    case: Case,
    attempt: Attempt,
    path: str,
    kind: str,
    sections: Sequence[Section],
    is_new: bool = False,
) -> Response:
    fields = [each for section in sections for each in section.inputs]
    return at.page(
        "case_form.html",
        attempt.status,
        case=header(at.words, case),
        kind=kind,
        is_new=is_new,
        sections=sections,
        action=f"{PATH}/{case.id}/{path}",
        version=attempt.version,
        changes=attempt.changes,
        is_stale=attempt.status == Stale.status,
        **_faults(attempt.shown, fields),
    )


def _faults(shown: Shown, fields: Sequence[Input]) -> dict[str, Any]:
    """The summary: each fault with the field that it links to, in the order of the page."""
    known = {each.asked.name for each in fields}
    return {
        "faulty": [each for each in fields if each.fault],
        "town_fault": shown.faults.get("town"),
        "other_faults": [
            words for name, words in shown.faults.items() if name not in known and name != "town"
        ],
    }


def _people(at: Desk, case: Case, now_with: Person | None = None) -> Options:
    """Who can be chosen, and who is it now, also if they could not be chosen any more."""
    found = list(regisseur_options(at.session, [case.municipality_id]))
    for person in (case.regisseur, now_with):
        if person and str(person.id) not in dict(found):
            found.append((str(person.id), person.name))
    return found
