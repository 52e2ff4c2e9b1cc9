"""Writing in a case: through `access`, with its version, and planned anew afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.appointments.changes import Seen, cancel_planned, check_removable, follow
from api.appointments.models import Appointment, AppointmentKind
from api.cases.access import get_case, record_in, towns_of
from api.cases.deadlines import first_due, work_out
from api.cases.facts import facts_of, load_facts
from api.cases.findings import Finding, Key, Known
from api.cases.history import acting, record_person
from api.cases.local_rules import local_rules
from api.cases.models import Case, Exemption, Leerroute, Participant
from api.cases.records import RECORDS, LeerrouteChoice, Record
from api.cases.rules import Rules
from api.cases.wire import FIELDS, AppointmentFields, CaseFields, ContactFields, PersonFields
from api.clock import local
from api.errors import Conflict, Invalid, NotFound, Stale
from api.people.models import Person, PersonRole, Role
from api.reminders.mailbox import address_changed
from api.reminders.planning import Outdated
from api.reminders.planning import outdated as outdated_reminders
from api.reminders.planning import write as write_reminders
from api.wire import Wire, reason_of

type PlanRow = dict[str, Any]
KINDS: dict[str, type[Record]] = {**RECORDS, "appointments": Appointment}
"""Every kind of record, by the word in its address."""
DAY_OF = ("on", "since", "starts_at", "starts_on", "agreed_on")
"""The field of a record that says when; each kind has at most one of them."""
_CASE = Case.metadata.tables["case"]
_PLANNED = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("case"))
    .values(next_due=bindparam("next_due"), next_due_on=bindparam("next_due_on"))
)


def open_case(
    session: Session,
    rules: Rules,
    me: Person,
    town: str,
    person: PersonFields,
    fields: CaseFields,
    now: datetime,
) -> Case:
    """A new participant with their first case in one of my municipalities."""
    if town not in towns_of(me):
        raise NotFound("that is not one of your municipalities")
    acting(session, me.id, now)
    who = Person(
        first_name=person.first_name,
        last_name=person.last_name or "",
        language=person.language,
        created_at=now,
        roles=[PersonRole(municipality_id=town, role=Role.participant)],
    )
    session.add(who)
    session.flush()
    session.add(Participant(person_id=who.id, municipality_id=town))
    _check_regisseur(session, town, fields.regisseur_id)
    session.flush()
    case = Case(participant_id=who.id, municipality_id=town, **fields.model_dump())
    session.add(case)
    _flush(session)
    _remember_leerroute(session, case, local(now).date())
    plan(session, rules, [case.id], now)
    session.refresh(case)
    return case


def change_case(
    session: Session,
    rules: Rules,
    me: Person,
    case_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    now: datetime,
) -> Case:
    """Change these fields, if nobody changed the case since `version`; else Stale.

    Invalid names each field that cannot be as it would become.
    """
    case = get_case(session, me, case_id, lock=True)
    _check_version(case.version, version)
    acting(session, me.id, now)
    wanted = _merged(CaseFields, case, changes)
    if "regisseur_id" in changes:
        _check_regisseur(session, case.municipality_id, wanted.regisseur_id)
    before = case.leerroute
    for name in changes:
        setattr(case, name, getattr(wanted, name))
    _flush(session)
    if case.leerroute is not before:
        _remember_leerroute(session, case, local(now).date())
    _cancel_what_is_over(session, case, now)
    plan(session, rules, [case.id], now)
    session.refresh(case)
    return case


def change_person(
    session: Session, me: Person, case_id: UUID, fields: PersonFields, now: datetime
) -> Person:
    """Correct the name or the language of the participant of a case of mine."""
    case = get_case(session, me, case_id)
    _check_is_here(case)
    acting(session, me.id, now)
    who = case.participant.person
    who.first_name, who.last_name = fields.first_name, fields.last_name or ""
    who.language = fields.language
    record_person(session, case.id, who)
    session.flush()
    return who


def get_contact(session: Session, me: Person, case_id: UUID) -> Participant:
    """Whom a case of mine is about. NotFound for who moved: the new municipality keeps it."""
    case = get_case(session, me, case_id)
    if not case.keeps_contact:
        raise NotFound("the new municipality keeps how to reach who moved")
    return case.participant


def change_contact(
    session: Session, me: Person, case_id: UUID, fields: ContactFields, now: datetime
) -> Participant:
    """How the participant of a case of mine is reached besides the chat."""
    case = get_case(session, me, case_id)
    _check_is_here(case)
    acting(session, me.id, now)
    if fields.email != case.participant.email:
        address_changed(session, case.participant_id)
    for name in ContactFields.model_fields:
        setattr(case.participant, name, getattr(fields, name))
    session.flush()
    return case.participant


def list_records(session: Session, me: Person, case_id: UUID, kind: str) -> Sequence[Record]:
    """The records of one kind, the newest first."""
    get_case(session, me, case_id)
    return records_of(session, case_id, kind)


def records_of(session: Session, case_id: UUID, kind: str) -> Sequence[Record]:
    """The records of a case that the caller may see already, the newest first."""
    model = KINDS[kind]
    newest = _day_column(model)
    order = (newest.desc(), model.id) if newest is not None else (model.id,)
    return session.scalars(select(model).where(model.case_id == case_id).order_by(*order)).all()


def add_record(
    session: Session,
    rules: Rules,
    me: Person,
    case_id: UUID,
    kind: str,
    fields: Wire,
    now: datetime,
) -> Record:
    """Another record of this kind. Conflict where there is one like it already."""
    case = get_case(session, me, case_id, lock=True)
    acting(session, me.id, now)
    if isinstance(fields, AppointmentFields):
        _check_regisseur(session, case.municipality_id, fields.regisseur_id)
    record = KINDS[kind](**{"case_id": case_id, **fields.model_dump()})
    session.add(record)
    _flush(session)
    if isinstance(record, Appointment):
        follow(session, record, None, now)
    _after(session, rules, case, kind, now)
    return record


def change_record(
    session: Session,
    rules: Rules,
    me: Person,
    case_id: UUID,
    kind: str,
    record_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    now: datetime,
) -> Record:
    """Change these fields of a record, if nobody did since `version`; else Stale."""
    case, record = _record_to_change(session, me, case_id, kind, record_id, version, now)
    wanted = _merged(FIELDS[kind], record, changes)
    if isinstance(wanted, AppointmentFields) and "regisseur_id" in changes:
        _check_regisseur(session, case.municipality_id, wanted.regisseur_id)
    seen = Seen.of(record) if isinstance(record, Appointment) else None
    for name in changes:
        setattr(record, name, getattr(wanted, name))
    _flush(session)
    if isinstance(record, Appointment):
        follow(session, record, seen, now)
    _after(session, rules, case, kind, now)
    return record


def remove_record(
    session: Session,
    rules: Rules,
    me: Person,
    case_id: UUID,
    kind: str,
    record_id: UUID,
    version: int,
    now: datetime,
) -> None:
    """Take a record away; what it said stays in the history."""
    case, record = _record_to_change(session, me, case_id, kind, record_id, version, now)
    if isinstance(record, Appointment):
        check_removable(session, record, now)
    session.delete(record)
    _flush(session)
    _after(session, rules, case, kind, now)


def _record_to_change(
    session: Session,
    me: Person,
    case_id: UUID,
    kind: str,
    record_id: UUID,
    version: int,
    now: datetime,
) -> tuple[Case, Record]:
    """A record of mine with its case, locked, if nobody changed it since `version`."""
    case = get_case(session, me, case_id, lock=True)
    record = record_in(session, KINDS[kind], case_id, record_id)
    _check_version(record.version, version)
    acting(session, me.id, now)
    return case, record


def findings_of(session: Session, rules: Rules, case: Case, today: date) -> dict[Key, Finding]:
    """Everything worked out for a case that the caller may see already."""
    known = known_rules(session, rules, case.municipality_id, today)
    return work_out(facts_of(session, case), known, today)


def known_rules(session: Session, rules: Rules, town: str, today: date) -> Known:
    """The rules that hold in this municipality today, its own before the default."""
    return rules.told(today, local_rules(session, rules, town, today))


@dataclass(frozen=True)
class OutdatedPlans:
    """What is written of some cases and is not what they say now."""

    due: Sequence[PlanRow]
    """What is due first, for the list of cases."""
    reminders: Outdated

    @property
    def cases(self) -> set[UUID]:
        return {row["case"] for row in self.due} | self.reminders.cases


def plan(session: Session, rules: Rules, case_ids: Sequence[UUID], now: datetime) -> int:
    """Work out anew what is due first in these cases, and their reminders; how many changed.

    Written past the version: it says nothing that somebody typed.
    """
    return write_plans(session, outdated_plans(session, rules, case_ids, now))


def write_plans(session: Session, found: OutdatedPlans, only: Iterable[UUID] | None = None) -> int:
    """Write what `outdated_plans` found, for all of these cases or only for some."""
    wanted = found.cases if only is None else found.cases & set(only)
    if due := [row for row in found.due if row["case"] in wanted]:
        session.connection().execute(_PLANNED, due)
    write_reminders(session, found.reminders, wanted)
    return len(wanted)


def outdated_plans(
    session: Session, rules: Rules, case_ids: Sequence[UUID], now: datetime
) -> OutdatedPlans:
    """What should be written of these cases, because it is not what stands there."""
    today = local(now).date()
    columns = (Case.municipality_id, Case.closed_on, Case.next_due, Case.next_due_on)
    query = select(Case.id, *columns).where(Case.id.in_(case_ids))
    stored = {row.id: row for row in session.execute(query)}
    towns = {row.municipality_id for row in stored.values()}
    known = {town: known_rules(session, rules, town, today) for town in towns}
    rows, findings = [], {}
    for id, facts in load_facts(session, case_ids).items():
        row = stored[id]
        found = {} if row.closed_on else work_out(facts, known[row.municipality_id], today)
        due, findings[id] = first_due(found), found
        after = (due.key.value, due.on) if due else (None, None)
        if after != (row.next_due, row.next_due_on):
            rows.append({"case": id, "next_due": after[0], "next_due_on": after[1]})
    return OutdatedPlans(rows, outdated_reminders(session, findings, now))


def _after(session: Session, rules: Rules, case: Case, kind: str, now: datetime) -> None:
    """What a change of a record means for its case."""
    if kind == "leerroutes":
        _take_over_leerroute(session, case, local(now).date())
    plan(session, rules, [case.id], now)


def _cancel_what_is_over(session: Session, case: Case, now: datetime) -> None:
    """Progress talks go on until DUO has decided; a closed case has no appointments."""
    is_exempt = case.exemption in (Exemption.vrijstelling, Exemption.ontheffing)
    if case.closed_on is not None:
        cancel_planned(session, case, frozenset(AppointmentKind), now)
    elif is_exempt or case.ended_on is not None:
        cancel_planned(session, case, {AppointmentKind.progress_talk}, now)


def _take_over_leerroute(session: Session, case: Case, today: date) -> None:
    """The leerroute of a case is the newest that has begun; one that is still to come changes
    nothing, also where nobody had written down since when the present one is."""
    choices = session.scalars(
        select(LeerrouteChoice).filter_by(case_id=case.id).order_by(LeerrouteChoice.since)
    ).all()
    begun = [choice.leerroute for choice in choices if choice.since <= today]
    if begun or not choices:
        case.leerroute = begun[-1] if begun else None
        _flush(session)


def remember_leerroutes(session: Session, routes: Mapping[UUID, Leerroute], today: date) -> None:
    """Keep the history of the leerroutes: changed twice on a day, the last one counts."""
    query = select(LeerrouteChoice).where(
        LeerrouteChoice.case_id.in_(routes), LeerrouteChoice.since == today
    )
    known = {choice.case_id: choice for choice in session.scalars(query)}
    for id, leerroute in routes.items():
        if choice := known.get(id):
            choice.leerroute = leerroute
        else:
            session.add(LeerrouteChoice(case_id=id, leerroute=leerroute, since=today))
    session.flush()


def _remember_leerroute(session: Session, case: Case, today: date) -> None:
    if case.leerroute is not None:
        remember_leerroutes(session, {case.id: case.leerroute}, today)


def _merged[W: Wire](schema: type[W], row: Any, changes: Mapping[str, Any]) -> W:
    """The row as it would become; Invalid with a word for each field that does not fit."""
    if unknown := changes.keys() - schema.model_fields.keys():
        reason = "there is no such field"
        raise Invalid(
            f"{', '.join(sorted(unknown))}: {reason}", faults=dict.fromkeys(unknown, reason)
        )
    now = {name: getattr(row, name) for name in schema.model_fields}
    return validated(schema, {**now, **changes})


def validated[W: Wire](schema: type[W], values: Mapping[str, Any]) -> W:
    """These values as the schema; Invalid with a word for each field that does not fit."""
    try:
        return schema.model_validate(dict(values), by_name=True)
    except ValidationError as error:
        found = faults(error)
        raise Invalid("; ".join(map(": ".join, found.items())), faults=found) from error


def faults(error: ValidationError) -> dict[str, str]:
    """Field name to what is wrong with it; never the value, which may be a person's words."""
    found = {}
    for each in error.errors(include_input=False, include_context=False):
        if each["loc"]:
            found[str(each["loc"][0])] = each["msg"].removeprefix("Value error, ")
        else:
            name, reason = reason_of(each["msg"])
            found[name] = reason
    return found


def _check_version(now: int, given: int) -> None:
    if now != given:
        raise Stale


def _check_is_here(case: Case) -> None:
    if not case.keeps_contact:
        raise Conflict("who moved away is corrected by the new municipality", "error.moved")


def _check_regisseur(session: Session, town: str, regisseur_id: UUID | None) -> None:
    if regisseur_id is None:
        return
    person = session.get(Person, regisseur_id)
    if person is None or town not in person.municipalities(Role.regisseur):
        reason = "choose a regisseur of this municipality"
        raise Invalid(f"regisseur_id: {reason}", faults={"regisseur_id": reason})


def _day_column(model: type[Record]) -> Any:
    return next((getattr(model, name) for name in DAY_OF if hasattr(model, name)), None)


def _flush(session: Session) -> None:
    """Write; what the database refuses is somebody else's change, or a second of the same."""
    try:
        session.flush()
    except StaleDataError as error:
        raise Stale from error
    except IntegrityError as error:
        raise Conflict("there is one like this already", "error.exists") from error
