"""Writing in a case: only by who may, never over somebody else's change, and planned anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.findings import Key, State
from api.cases.history import list_changes
from api.cases.models import Case, Exemption, Group, Law, Leerroute
from api.cases.records import (
    RECORDS,
    Hours,
    HoursKind,
    LeerrouteChoice,
    Record,
    WorkPeriod,
)
from api.cases.rules import load_rules
from api.cases.service import (
    KINDS,
    add_record,
    change_case,
    change_person,
    change_record,
    findings_of,
    list_records,
    open_case,
    plan,
    remove_record,
)
from api.cases.wire import FIELDS, CaseFields, PersonFields
from api.db import Database
from api.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from api.people.models import Person, Role
from tests.factories import participant, person, regisseur
from tests.side_by_side import at_once

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
RULES = load_rules()
NAME = PersonFields(first_name="Amina", language="ar")

RECORD: dict[str, dict[str, Any]] = {
    "hours": {"kind": "pvt", "on": "2026-03-02", "hours": 3},
    "goals": {"dimension": "mind", "goal": "Elke week wandelen", "agreed_on": "2026-03-02"},
    "scores": {"dimension": "body", "on": "2026-03-02", "score": 6},
    "interventions": {
        **{"partner": "Punt Welzijn", "dimension": "daily"},
        **{"goal": "Post lezen", "starts_on": "2026-03-02"},
    },
    "exams": {"part": "knm", "on": "2026-03-02", "result": "booked"},
    "leerroutes": {"leerroute": "z", "since": "2026-03-02"},
    "intake-findings": {"subject": "health", "finding": "Geen bijzonderheden"},
    "extensions": {"ground": "birth", "starts_on": "2026-03-02", "ends_on": "2026-06-21"},
    "work-periods": {"employer": "Bakkerij", "starts_on": "2026-10-05"},
    "childcare": {"starts_on": "2026-03-02"},
    "attendances": {"activity": "Geld", "on": "2026-03-02", "present": True},
    "enforcement-steps": {"step": "call", "on": "2026-03-02"},
    "duo-reports": {"report": "pip", "on": "2026-03-02"},
    "notes": {"on": "2026-03-02", "text": "Belt liever in de ochtend"},
    "appointments": {
        **{"kind": "progress_talk", "state": "held"},
        **{"startsAt": "2026-03-02T10:00:00+01:00", "place": "Stadhuis"},
    },
}
CHANGE: dict[str, dict[str, Any]] = {
    "hours": {"hours": 4},
    "goals": {"goal": "Elke dag wandelen"},
    "scores": {"score": 7},
    "interventions": {"effect": "Leest nu zelf"},
    "exams": {"result": "passed"},
    "leerroutes": {"reason": "Past beter"},
    "intake-findings": {"finding": "Slaapt slecht"},
    "extensions": {"ground": "illness"},
    "work-periods": {"employer": "Kas"},
    "childcare": {"applied_on": date(2026, 4, 1)},
    "attendances": {"present": False},
    "enforcement-steps": {"remark": "Nam op"},
    "duo-reports": {"remark": "Per post"},
    "notes": {"text": "Belt liever in de middag"},
    "appointments": {"place": "Bibliotheek"},
}


@dataclass(frozen=True)
class Desk:
    """A regisseur of Weert with a case that has a plan."""

    database: Database
    me: Person
    case_id: UUID

    def case(self) -> Case:
        with self.database.reading() as session:
            return session.scalars(select(Case).where(Case.id == self.case_id)).one()

    def change(self, version: int | None = None, **changes: Any) -> Case:
        version = version or self.case().version
        with self.database.writing() as session:
            return change_case(session, RULES, self.me, self.case_id, version, changes, NOW)

    def add(self, kind: str, /, **changes: Any) -> Record:
        fields = FIELDS[kind].model_validate({**RECORD[kind], **changes})
        with self.database.writing() as session:
            return add_record(session, RULES, self.me, self.case_id, kind, fields, NOW)

    def edit(
        self, kind: str, record: Record, version: int | None = None, /, **changes: Any
    ) -> Record:
        given = (record.id, version or record.version, changes, NOW)
        with self.database.writing() as session:
            return change_record(session, RULES, self.me, self.case_id, kind, *given)

    def remove(self, kind: str, record: Record, version: int | None = None) -> None:
        given = (record.id, version or record.version, NOW)
        with self.database.writing() as session:
            remove_record(session, RULES, self.me, self.case_id, kind, *given)

    def due(self) -> tuple[str | None, str | None]:
        case = self.case()
        return case.next_due, case.next_due_on.isoformat() if case.next_due_on else None

    def records(self, kind: str) -> list[Record]:
        with self.database.reading() as session:
            return list(list_records(session, self.me, self.case_id, kind))

    def changes(self) -> int:
        with self.database.reading() as session:
            return len(list_changes(session, self.case_id))


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.writing() as session:
        me = regisseur(session, NOW)
        fields = CaseFields(group=Group.asiel, pip_date=date(2026, 9, 30))
        case = open_case(session, RULES, me, "weert", NAME, fields, NOW)
    return Desk(database, me, case.id)


# Opening a case.


def test_a_case_is_opened_with_its_person_and_planned_at_once(desk: Desk) -> None:
    with desk.database.reading() as session:
        case = session.scalars(select(Case)).one()
        who = case.participant.person
        assert (who.first_name, who.last_name, who.language) == ("Amina", "", "ar")
        assert who.municipalities(Role.participant) == ["weert"]
        assert (case.municipality_id, case.law, case.version) == ("weert", Law.wi2021, 1)
    assert desk.due() == ("offer", "2026-12-30")


def test_the_leerroute_of_a_new_case_is_the_first_of_its_history(desk: Desk) -> None:
    fields = CaseFields(group=Group.overig, leerroute=Leerroute.b1)
    with desk.database.writing() as session:
        case = open_case(session, RULES, desk.me, "weert", NAME, fields, NOW)
    with desk.database.reading() as session:
        only = session.scalars(select(LeerrouteChoice).filter_by(case_id=case.id)).one()
    assert (only.leerroute, only.since) == (Leerroute.b1, TODAY)


def test_a_case_cannot_be_opened_in_a_town_that_is_not_mine(desk: Desk) -> None:
    fields = CaseFields(group=Group.asiel)
    with desk.database.writing() as session, pytest.raises(NotFound):
        open_case(session, RULES, desk.me, "nederweert", NAME, fields, NOW)


def test_two_cases_of_a_town_cannot_have_one_reference(desk: Desk) -> None:
    desk.change(reference="Z-17")
    fields = CaseFields(group=Group.asiel, reference="Z-17")
    with desk.database.writing() as session:
        with pytest.raises(Conflict):
            open_case(session, RULES, desk.me, "weert", NAME, fields, NOW)
        session.rollback()


# Changing a case.


def test_a_change_is_kept_and_makes_a_new_version(desk: Desk) -> None:
    changed = desk.change(interpreter_language="Tigrinya", housed_on=date(2026, 8, 3))
    assert (changed.version, changed.interpreter_language) == (2, "Tigrinya")
    assert desk.case().housed_on == date(2026, 8, 3)


def test_a_change_to_what_it_was_already_makes_no_new_version(desk: Desk) -> None:
    before = desk.changes()
    assert desk.change(group=Group.asiel).version == 1
    assert desk.changes() == before


def test_a_stale_version_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.change(interpreter_language="Tigrinya")
    before = desk.changes()
    with pytest.raises(Stale):
        desk.change(version=1, interpreter_language="Arabisch")
    with pytest.raises(Stale):
        desk.change(version=3, interpreter_language="Arabisch")
    assert (desk.case().interpreter_language, desk.case().version) == ("Tigrinya", 2)
    assert desk.changes() == before


def test_of_two_regisseurs_at_once_exactly_one_wins(desk: Desk) -> None:
    def write(number: int) -> str | None:
        try:
            return desk.change(
                version=1, interpreter_language=f"Taal {number}"
            ).interpreter_language
        except Stale:
            return None

    won = [language for language in at_once(4, write) if language]
    assert [desk.case().interpreter_language] == won
    assert desk.case().version == 2


def test_of_two_regisseurs_at_once_with_one_record_exactly_one_wins(desk: Desk) -> None:
    record = desk.add("hours")

    def write(number: int) -> bool:
        try:
            desk.edit("hours", record, 1, hours=number + 5)
        except Stale:
            return False
        return True

    assert sorted(at_once(4, write)) == [False, False, False, True]
    assert desk.records("hours")[0].version == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pip_talks": 61}, "pip_talks"),
        ({"pip_talks": "veel"}, "pip_talks"),
        ({"pip_date": "30 september"}, "pip_date"),
        ({"pip_date": date(1989, 12, 31)}, "pip_date"),
        ({"group": "vluchteling"}, "group"),
        ({"group": None}, "group"),
        ({"reference": "x" * 61}, "reference"),
        ({"reference": "  "}, "reference"),
        ({"interpreter_language": "Tigrinya\x00"}, "interpreter_language"),
        ({"exemption": Exemption.asked}, "exemption_on"),
        ({"exemption_on": TODAY}, "exemption_on"),
        ({"z_talk_on": TODAY}, "z_talk_on"),
        ({"guidance_from": TODAY, "guidance_until": TODAY - timedelta(days=1)}, "guidance_until"),
        ({"ended_on": date(2026, 9, 29)}, "ended_on"),
        ({"regisseur_id": uuid4()}, "regisseur_id"),
        ({"shoe_size": 41}, "shoe_size"),
    ],
)
def test_what_cannot_be_is_named_by_field_and_nothing_is_written(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.change(**{"housed_on": TODAY, **changes})
    assert list(refused.value.faults) == [field]
    assert refused.value.faults[field]
    assert (desk.case().version, desk.case().housed_on) == (1, None)


def test_a_refusal_never_repeats_what_was_typed(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.change(pip_date="geheim van Amina")
    assert "geheim" not in str(refused.value) + str(refused.value.faults)


def test_a_case_can_only_be_given_to_a_regisseur_of_its_town(desk: Desk) -> None:
    with desk.database.writing() as session:
        colleague = regisseur(session, NOW, name="Bram")
        elsewhere = regisseur(session, NOW, name="Cees", towns=("nederweert",))
        coach = person(session, NOW, Role.coach, name="Dora")
    assert desk.change(regisseur_id=colleague.id).regisseur_id == colleague.id
    for other in (elsewhere, coach):
        with pytest.raises(Invalid):
            desk.change(regisseur_id=other.id)
    assert desk.change(regisseur_id=None).regisseur_id is None


def test_name_and_language_of_the_participant_are_corrected(desk: Desk) -> None:
    fields = PersonFields(first_name="Amina", last_name="Voorbeeld", language="ti")
    with desk.database.writing() as session:
        change_person(session, desk.me, desk.case_id, fields, NOW)
    with desk.database.reading() as session:
        who = session.scalars(select(Case)).one().participant.person
        assert (who.name, who.language) == ("Amina Voorbeeld", "ti")


# Records.


def test_every_kind_of_record_has_fields_and_an_example_here() -> None:
    assert set(KINDS) == set(FIELDS) == set(RECORD) == set(CHANGE) == {*RECORDS, "appointments"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_added_changed_and_removed(desk: Desk, kind: str) -> None:
    record = desk.add(kind)
    assert [one.id for one in desk.records(kind)] == [record.id]
    changed = desk.edit(kind, record, **CHANGE[kind])
    (name, value), *_ = CHANGE[kind].items()
    assert getattr(desk.records(kind)[0], name) == value
    with pytest.raises(Stale):
        desk.edit(kind, record, 1, **CHANGE[kind])
    with pytest.raises(Stale):
        desk.remove(kind, record, version=1)
    desk.remove(kind, changed)
    assert desk.records(kind) == []
    with pytest.raises(NotFound):
        desk.remove(kind, changed)


def test_records_come_with_the_newest_first(desk: Desk) -> None:
    for on in ("2026-03-02", "2026-05-02", "2026-04-02"):
        desk.add("hours", on=on)
    found = [hours.on.month for hours in desk.records("hours") if isinstance(hours, Hours)]
    assert found == [5, 4, 3]


@pytest.mark.parametrize(
    "kind", ["scores", "exams", "leerroutes", "intake-findings", "attendances"]
)
def test_a_second_one_of_what_can_be_there_only_once_is_refused(desk: Desk, kind: str) -> None:
    desk.add(kind)
    with pytest.raises(Conflict):
        desk.add(kind)
    assert len(desk.records(kind)) == 1


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("hours", {"hours": 0}, "hours"),
        ("hours", {"hours": 1601}, "hours"),
        ("hours", {"kind": "sleeping"}, "kind"),
        ("scores", {"score": 11}, "score"),
        ("extensions", {"ends_on": date(2026, 3, 1)}, "ends_on"),
        ("extensions", {"decision": "granted"}, "decided_on"),
        ("exams", {"level": "b1"}, "level"),
        ("enforcement-steps", {"step": "fine"}, "article"),
        ("appointments", {"minutes": 481}, "minutes"),
        ("notes", {"text": ""}, "text"),
        ("notes", {"case_id": uuid4()}, "case_id"),
    ],
)
def test_what_cannot_be_in_a_record_is_named_by_field(
    desk: Desk, kind: str, changes: dict[str, Any], field: str
) -> None:
    record = desk.add(kind)
    with pytest.raises(Invalid) as refused:
        desk.edit(kind, record, **changes)
    assert list(refused.value.faults) == [field]
    assert desk.records(kind)[0].version == 1


def test_a_record_of_another_case_is_not_there(desk: Desk) -> None:
    record = desk.add("notes")
    with desk.database.writing() as session:
        other = participant(session, NOW, name="Berhane")
    elsewhere = Desk(desk.database, desk.me, other.id)
    with pytest.raises(NotFound):
        elsewhere.edit("notes", record, text="Anders")
    with pytest.raises(NotFound):
        elsewhere.remove("notes", record)


# The leerroute and its history.


def history(desk: Desk) -> list[tuple[str, str]]:
    choices = [one for one in desk.records("leerroutes") if isinstance(one, LeerrouteChoice)]
    return [(one.leerroute.value, one.since.isoformat()) for one in choices]


def test_another_leerroute_is_remembered_with_its_day(desk: Desk) -> None:
    desk.add("leerroutes", leerroute="onderwijs", since="2026-03-02")
    assert desk.case().leerroute is Leerroute.onderwijs
    desk.change(leerroute=Leerroute.b1)
    assert history(desk) == [("b1", "2026-11-23"), ("onderwijs", "2026-03-02")]
    desk.change(leerroute=Leerroute.z)
    assert history(desk) == [("z", "2026-11-23"), ("onderwijs", "2026-03-02")]


def test_the_day_in_the_netherlands_counts_for_the_history(desk: Desk) -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with desk.database.writing() as session:
        changes = {"leerroute": Leerroute.b1}
        change_case(session, RULES, desk.me, desk.case_id, 1, changes, late)
    assert history(desk) == [("b1", "2026-11-24")]


def test_a_leerroute_that_is_still_to_come_changes_nothing_yet(desk: Desk) -> None:
    desk.add("leerroutes", leerroute="b1", since="2026-03-02")
    later = desk.add("leerroutes", leerroute="z", since="2026-12-01")
    assert desk.case().leerroute is Leerroute.b1
    desk.edit("leerroutes", later, since=date(2026, 11, 1))
    assert desk.case().leerroute is Leerroute.z
    desk.remove("leerroutes", desk.records("leerroutes")[0])
    assert desk.case().leerroute is Leerroute.b1


def test_a_leerroute_that_nobody_wrote_a_day_for_stays_until_the_next_begins(
    database: Database,
) -> None:
    """As in the cases that were there before there was a history."""
    with database.writing() as session:
        me, case = regisseur(session, NOW), participant(session, NOW)
        case.leerroute = Leerroute.b1
    desk = Desk(database, me, case.id)
    desk.add("leerroutes", leerroute="z", since="2026-12-01")
    assert desk.case().leerroute is Leerroute.b1


# What is due first.


def test_each_change_of_the_case_plans_it_anew(desk: Desk) -> None:
    desk.change(offer_on=date(2026, 10, 10))
    assert desk.due() == ("talk", "2026-12-30")
    desk.change(pip_date=None, duo_notice_on=date(2026, 10, 1))
    assert desk.due() == ("pip", "2026-12-10")
    desk.change(law=Law.wi2013)
    assert desk.due() == (None, None)
    desk.change(law=Law.wi2021, pip_date=date(2026, 9, 30), ended_on=TODAY)
    assert desk.due() == ("certificate", "2026-11-23")
    desk.change(certificate_on=TODAY)
    assert desk.due() == (None, None)


def test_each_change_of_a_record_plans_its_case_anew(desk: Desk) -> None:
    place = desk.add("work-periods", starts_on="2026-08-31")
    assert desk.due() == ("work_period", "2026-12-13")
    place = desk.edit("work-periods", place, starts_on=date(2026, 8, 24))
    assert isinstance(place, WorkPeriod)
    assert desk.due() == ("work_period", "2026-12-06")
    desk.edit("work-periods", place, ends_on=date(2026, 11, 20))
    assert desk.due() == ("offer", "2026-12-30")
    care = desk.add("childcare", starts_on="2026-08-03")
    assert desk.due() == ("childcare", "2026-11-30")
    desk.remove("childcare", care)
    assert desk.due() == ("offer", "2026-12-30")


def test_a_talk_that_was_held_moves_the_plan_to_the_next(desk: Desk) -> None:
    desk.change(offer_on=date(2026, 10, 10))
    talk = desk.add("appointments", startsAt="2026-12-29T23:30:00+00:00")
    assert desk.due() == ("talk", "2027-03-30")
    desk.edit("appointments", talk, state="cancelled")
    assert desk.due() == ("talk", "2026-12-30")


def test_more_time_moves_the_end_of_the_term_in_the_plan(desk: Desk) -> None:
    held = [f"{day}T10:00:00+01:00" for day in ("2026-12-30", "2027-03-30", "2027-06-30")]
    held += [f"{day}T10:00:00+01:00" for day in ("2027-09-30", "2028-03-30", "2028-09-30")]
    held += [f"{day}T10:00:00+01:00" for day in ("2029-03-30", "2029-09-30")]
    desk.change(offer_on=date(2026, 10, 10))
    for at in held:
        desk.add("appointments", startsAt=at)
    assert desk.due() == ("term", "2029-09-30")
    asked = desk.add("extensions")
    assert desk.due() == ("term", "2029-09-30")
    desk.edit("extensions", asked, decision="granted", decided_on=TODAY)
    assert desk.due() == ("term", "2030-01-20")  # 112 days later


def test_a_closed_case_has_nothing_due(desk: Desk) -> None:
    desk.change(closed_on=TODAY)
    assert desk.due() == (None, None)
    desk.change(closed_on=None)
    assert desk.due() == ("offer", "2026-12-30")


def test_planning_makes_no_new_version_and_no_history(desk: Desk) -> None:
    before = desk.changes()
    with desk.database.writing() as session:
        session.execute(Case.__table__.update().values(next_due=None, next_due_on=None))  # type: ignore[attr-defined]
        assert plan(session, RULES, [desk.case_id], NOW) == 1
        assert plan(session, RULES, [desk.case_id], NOW) == 0
    assert desk.due() == ("offer", "2026-12-30")
    assert (desk.case().version, desk.changes()) == (1, before)


def test_what_is_worked_out_reads_the_store(desk: Desk) -> None:
    desk.add("hours", hours=8)
    with desk.database.reading() as session:
        case = session.scalars(select(Case)).one()
        found = findings_of(session, RULES, case, TODAY)
    assert (found[Key.pvt].done, found[Key.pvt].left) == (Decimal(8), Decimal(4))
    assert found[Key.pip].state is State.done


# Who may.

Attempt = Callable[[Session, Person, UUID, UUID], object]
HOURS = FIELDS["hours"].model_validate(RECORD["hours"])
ATTEMPTS: dict[str, Attempt] = {
    "open": lambda s, me, case, _: open_case(
        s, RULES, me, "weert", NAME, CaseFields(group=Group.asiel), NOW
    ),
    "change": lambda s, me, case, _: change_case(s, RULES, me, case, 1, {"housed_on": TODAY}, NOW),
    "rename": lambda s, me, case, _: change_person(s, me, case, NAME, NOW),
    "list": lambda s, me, case, _: list_records(s, me, case, "hours"),
    "add": lambda s, me, case, _: add_record(s, RULES, me, case, "hours", HOURS, NOW),
    "edit": lambda s, me, case, row: change_record(
        s, RULES, me, case, "hours", row, 1, {"hours": 5}, NOW
    ),
    "remove": lambda s, me, case, row: remove_record(s, RULES, me, case, "hours", row, 1, NOW),
}
OTHERS = [role for role in Role if role is not Role.regisseur]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_only_a_regisseur_works_in_cases(desk: Desk, attempt: str, role: Role) -> None:
    row = desk.add("hours")
    before = desk.changes()
    with desk.database.writing() as session:
        somebody = person(session, NOW, role)
    with desk.database.writing() as session, pytest.raises(NotAllowed):
        ATTEMPTS[attempt](session, somebody, desk.case_id, row.id)
    assert desk.changes() == before


@pytest.mark.parametrize("attempt", [name for name in ATTEMPTS if name != "open"])
def test_a_case_of_another_town_is_not_there(desk: Desk, attempt: str) -> None:
    row = desk.add("hours")
    before = desk.changes()
    with desk.database.writing() as session:
        neighbour = regisseur(session, NOW, name="Cees", towns=("nederweert",))
    with desk.database.writing() as session, pytest.raises(NotFound):
        ATTEMPTS[attempt](session, neighbour, desk.case_id, row.id)
    assert desk.changes() == before


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_colleague_in_the_same_town_may_do_it_all(desk: Desk, attempt: str) -> None:
    row = desk.add("hours")
    assert isinstance(row, Hours)
    assert row.kind is HoursKind.pvt
    with desk.database.writing() as session:
        colleague = regisseur(session, NOW, name="Bram")
        ATTEMPTS[attempt](session, colleague, desk.case_id, row.id)


def test_who_is_regisseur_in_one_town_and_coach_in_another_sees_the_first_only(
    database: Database,
) -> None:
    with database.writing() as session:
        case = participant(session, NOW)
        both = person(session, NOW, Role.regisseur, towns=("nederweert",))
        both.roles.append(type(both.roles[0])(municipality_id="weert", role=Role.coach))
    with database.reading() as session, pytest.raises(NotFound):
        list_records(session, both, case.id, "notes")
