"""The migrations build exactly what the models say, and the database itself refuses nonsense."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Table, UniqueConstraint, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.answers.models import ChecklistTick
from api.appointments.models import Appointment, AppointmentKind
from api.cases.models import Case, Household
from api.cases.records import RECORDS, Note
from api.coaching.models import Coaching, Consent
from api.conversations.models import Conversation
from api.db import Base, Database
from api.handovers.models import HandOver, HandOverState, Reason
from api.people.models import PersonRole
from api.schema import METADATA, migrate
from tests.conftest import MONDAY_MORNING
from tests.factories import FixedClock, conversation, participant, person

Make = Callable[[Session, FixedClock], Base]


def test_the_migrations_build_exactly_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_an_up_to_date_database_changes_nothing(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        id = conversation(session, clock()).id
    migrate(database)
    with database.reading() as session:
        assert session.get(Conversation, id) is not None


def test_every_table_has_a_primary_key_and_every_foreign_key_leads_somewhere(
    database: Database,
) -> None:
    seen = inspect(database.engine)
    tables = set(seen.get_table_names())
    for table in METADATA.tables:
        assert seen.get_pk_constraint(table)["constrained_columns"], table
        assert {key["referred_table"] for key in seen.get_foreign_keys(table)} <= tables


def hand_over(session: Session, clock: FixedClock, **changes: object) -> HandOver:
    fields: dict[str, object] = {
        "conversation_id": conversation(session, clock(), chat=f"chat-{len(changes)}").id,
        "state": HandOverState.open,
        "reason": Reason.asked,
        "language": "nl",
        "after_message_id": 0,
        "created_at": clock(),
        "answer_by": clock(),
        "warn_by": clock(),
        **changes,
    }
    return HandOver(**fields)


def claimed_by_nobody(session: Session, clock: FixedClock) -> Base:
    return hand_over(session, clock, state=HandOverState.claimed)


def open_but_claimed(session: Session, clock: FixedClock) -> Base:
    return hand_over(session, clock, claimed_by_id=person(session, clock()).id)


def closed_at_no_time(session: Session, clock: FixedClock) -> Base:
    return hand_over(session, clock, state=HandOverState.closed)


def in_no_state(session: Session, clock: FixedClock) -> Base:
    return hand_over(session, clock, state="lost")


def second_in_one_conversation(session: Session, clock: FixedClock) -> Base:
    first = hand_over(session, clock)
    session.add(first)
    session.flush()
    return hand_over(session, clock, conversation_id=first.conversation_id)


def with_an_unknown_role(session: Session, clock: FixedClock) -> Base:
    somebody = person(session, clock(), towns=("weert",))
    return PersonRole(person_id=somebody.id, municipality_id="weert", role="mayor")


def that_takes_no_time(session: Session, clock: FixedClock) -> Base:
    case = participant(session, clock())
    return Appointment(
        case_id=case.id,
        kind=AppointmentKind.intake,
        starts_at=clock(),
        minutes=0,
        place="Stadhuis",
    )


@pytest.mark.parametrize(
    "make",
    [
        claimed_by_nobody,
        open_but_claimed,
        closed_at_no_time,
        in_no_state,
        second_in_one_conversation,
        with_an_unknown_role,
        that_takes_no_time,
    ],
)
def test_the_database_refuses_a_row(database: Database, clock: FixedClock, make: Make) -> None:
    with database.writing() as session:
        session.add(make(session, clock))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_closed_hand_over_does_not_stand_in_the_way_of_a_new_one(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        old = hand_over(session, clock, state=HandOverState.closed, closed_at=clock())
        session.add(old)
        session.flush()
        session.add(hand_over(session, clock, conversation_id=old.conversation_id))


# The tables of a case: a row of each that is right, and what would make it nonsense.

DAY, BEFORE = date(2026, 3, 2), date(2026, 3, 1)
RIGHT: dict[str, dict[str, Any]] = {
    "appointment": {
        **{"kind": "intake", "state": "planned", "minutes": 60},
        **{"starts_at": MONDAY_MORNING, "place": "Stadhuis", "by_phone": False},
    },
    "attendance": {"activity": "Geld", "held_on": DAY, "present": True},
    "case": {"permit_group": "asiel", "turkish_nationality": False},
    "change": {
        **{"at": MONDAY_MORNING, "kind": "case", "row_id": "1"},
        **{"deed": "added", "fields": {}},
    },
    "childcare": {"starts_on": DAY},
    "duo_report": {"report": "pip", "reported_on": DAY},
    "enforcement_step": {"step": "call", "taken_on": DAY},
    "exam": {"part": "reading", "taken_on": DAY, "result": "booked"},
    "extension": {"ground": "birth", "starts_on": DAY, "ends_on": DAY, "decision": "asked"},
    "goal": {"dimension": "mind", "goal": "Wandelen", "agreed_on": DAY, "state": "open"},
    "hours": {"kind": "pvt", "done_on": DAY, "hours": 3},
    "intake_finding": {"subject": "health", "finding": "Slaapt goed"},
    "intervention": {
        **{"partner": "Punt Welzijn", "dimension": "daily"},
        **{"goal": "Post lezen", "starts_on": DAY},
    },
    "leerroute_choice": {"leerroute": "z", "since": DAY},
    "note": {"written_on": DAY, "text": "Belt liever in de ochtend"},
    "score": {"dimension": "body", "scored_on": DAY, "score": 6},
    "work_period": {"employer": "Bakkerij", "starts_on": DAY},
}
NONSENSE: list[tuple[str, str, dict[str, Any]]] = [
    ("appointment", "known_kind", {"kind": "party"}),
    ("appointment", "known_state", {"state": "lost"}),
    ("appointment", "known_answer", {"answer": "perhaps", "answered_at": MONDAY_MORNING}),
    ("appointment", "answer_has_moment", {"answer": "confirmed"}),
    ("appointment", "place_or_phone", {"place": None}),
    ("appointment", "lasts", {"minutes": 0}),
    ("appointment", "lasts", {"minutes": 481}),
    ("case", "known_permit_group", {"permit_group": "vluchteling"}),
    ("case", "known_law", {"law": "wi2007"}),
    ("case", "known_leerroute", {"leerroute": "a2"}),
    ("case", "known_exemption", {"exemption": "granted", "exemption_on": DAY}),
    ("case", "exemption_has_day", {"exemption": "asked"}),
    ("case", "exemption_has_day", {"exemption_on": DAY}),
    ("case", "talks_fit", {"pip_talks": -1}),
    ("case", "talks_fit", {"pip_talks": 61}),
    ("case", "guidance_fits", {"guidance_from": DAY, "guidance_until": BEFORE}),
    ("change", "known_deed", {"deed": "stolen"}),
    ("duo_report", "known_report", {"report": "gossip"}),
    ("enforcement_step", "known_step", {"step": "threat"}),
    ("enforcement_step", "known_article", {"article": "law"}),
    ("enforcement_step", "euro_fits", {"euro": -1}),
    ("enforcement_step", "fine_has_article", {"step": "fine"}),
    ("exam", "known_part", {"part": "dancing"}),
    ("exam", "known_level", {"level": "c1"}),
    ("exam", "known_result", {"result": "nearly"}),
    ("exam", "knm_has_no_level", {"part": "knm", "level": "b1"}),
    ("extension", "known_ground", {"ground": "holiday"}),
    ("extension", "known_decision", {"decision": "maybe"}),
    ("extension", "ends_later", {"ends_on": BEFORE}),
    ("extension", "granted_has_day", {"decision": "granted"}),
    ("goal", "known_dimension", {"dimension": "wealth"}),
    ("goal", "known_state", {"state": "forgotten"}),
    ("goal", "review_is_later", {"review_on": BEFORE}),
    ("hours", "known_kind", {"kind": "sleep"}),
    ("hours", "hours_fit", {"hours": 0}),
    ("hours", "hours_fit", {"hours": 1601}),
    ("intake_finding", "known_subject", {"subject": "gossip"}),
    ("intervention", "known_dimension", {"dimension": "wealth"}),
    ("intervention", "ends_later", {"ends_on": BEFORE}),
    ("leerroute_choice", "known_leerroute", {"leerroute": "a2"}),
    ("score", "known_dimension", {"dimension": "wealth"}),
    ("score", "score_fits", {"score": 11}),
    ("score", "score_fits", {"score": -1}),
    ("work_period", "ends_later", {"ends_on": BEFORE}),
]
TWICE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("attendance", {}, {"activity": "Fietsen"}),
    ("case", {"closed_on": DAY, "reference": "Z-17"}, {"reference": "Z-18"}),
    ("exam", {}, {"taken_on": BEFORE}),
    ("hours", {"reference": "W-1"}, {"reference": None}),
    ("intake_finding", {}, {"subject": "family"}),
    ("leerroute_choice", {}, {"since": BEFORE}),
    ("score", {}, {"dimension": "mind"}),
]
"""What can be there once, with what it shares, and what makes it another."""


def write(session: Session, name: str, case: Case, **changes: Any) -> UUID:
    """A row past the models: what refuses it is the database."""
    table = METADATA.tables[name]
    row: dict[str, Any] = {**RIGHT[name], **changes}
    if "version" in table.c:
        row = {"id": uuid4(), "version": 1, **row}
    if name == "case":
        row = {"participant_id": case.participant_id, "municipality_id": "weert", **row}
    else:
        row = {"case_id": case.id, **row}
    session.connection().execute(table.insert(), row)
    made: UUID = row.get("id", case.id)
    return made


def closed_case(session: Session, clock: FixedClock) -> Case:
    case = participant(session, clock())
    case.closed_on = DAY
    session.flush()
    return case


@pytest.mark.parametrize("name", RIGHT)
def test_the_row_that_is_right_is_taken(database: Database, clock: FixedClock, name: str) -> None:
    with database.writing() as session:
        write(session, name, closed_case(session, clock))


@pytest.mark.parametrize(("name", "constraint", "changes"), NONSENSE)
def test_nonsense_in_a_case_is_refused(
    database: Database, clock: FixedClock, name: str, constraint: str, changes: dict[str, Any]
) -> None:
    with database.writing() as session:
        case = closed_case(session, clock)
        with pytest.raises(IntegrityError, match=f"ck_{name}_{constraint}"):
            write(session, name, case, **changes)
        session.rollback()


@pytest.mark.parametrize(("name", "shared", "other"), TWICE)
def test_the_same_cannot_be_in_a_case_twice(
    database: Database,
    clock: FixedClock,
    name: str,
    shared: dict[str, Any],
    other: dict[str, Any],
) -> None:
    with database.writing() as session:
        case = closed_case(session, clock)
        for row in (shared, {**shared, **other}):
            write(session, name, case, **row)
        with pytest.raises(IntegrityError):
            write(session, name, case, **shared)
        session.rollback()


def test_every_condition_on_the_tables_of_a_case_was_tried() -> None:
    records = {str(inspect(model).local_table.description) for model in RECORDS.values()}
    tables = records | {"case", "change", "appointment"}
    assert set(RIGHT) == tables
    checks = {(name, constraint) for name, constraint, _ in NONSENSE}
    for name in tables:
        table = METADATA.tables[name]
        assert {check.removeprefix(f"ck_{name}_") for check in names(table, CheckConstraint)} == {
            constraint for found, constraint in checks if found == name
        }
    with_uniques = {name for name in tables if names(METADATA.tables[name], UniqueConstraint)}
    assert with_uniques == {name for name, *_ in TWICE}


def names(table: Table, kind: type[CheckConstraint] | type[UniqueConstraint]) -> set[str]:
    return {str(each.name) for each in table.constraints if isinstance(each, kind)}


def second_open_case(session: Session, clock: FixedClock) -> Base:
    first = participant(session, clock())
    return Case(participant_id=first.participant_id, municipality_id="weert", group="asiel")


def second_case_after_one_move(session: Session, clock: FixedClock) -> Base:
    old = closed_case(session, clock)
    session.add(moved(old))
    session.flush()
    return moved(old)


def moved(old: Case) -> Case:
    person = {"participant_id": old.participant_id, "municipality_id": "weert"}
    return Case(**person, group="asiel", transferred_from_id=old.id, closed_on=DAY)


def record_without_its_case(session: Session, clock: FixedClock) -> Base:
    return Note(case_id=uuid4(), on=DAY, text="Van niemand")


def household(session: Session) -> Household:
    made = Household(municipality_id="weert", name="Voorbeeld")
    session.add(made)
    session.flush()
    return made


def coach_twice_in_one_household(session: Session, clock: FixedClock) -> Base:
    somebody = person(session, clock())
    both = {"household_id": household(session).id, "coach_id": somebody.id, "began_at": clock()}
    session.add(Coaching(**both))
    session.flush()
    return Coaching(**both)


def second_answer_to_one_coach(session: Session, clock: FixedClock) -> Base:
    case, somebody = participant(session, clock()), person(session, clock())
    both = {"household_id": household(session).id, "coach_id": somebody.id, "began_at": clock()}
    coaching = Coaching(**both)
    session.add(coaching)
    session.flush()
    answer = {"coaching_id": coaching.id, "participant_id": case.participant_id}
    session.add(Consent(**answer, given=True, answered_at=clock()))
    session.flush()
    session.expunge_all()
    return Consent(**answer, given=False, answered_at=clock())


def tick(**changes: Any) -> ChecklistTick:
    return ChecklistTick(checklist="childcare", item=1, ticked_at=MONDAY_MORNING, **changes)


def tick_of_nobody(session: Session, clock: FixedClock) -> Base:
    return tick()


def tick_of_two(session: Session, clock: FixedClock) -> Base:
    chat = conversation(session, clock())
    return tick(conversation_id=chat.id, household_id=household(session).id)


def tick_twice(session: Session, clock: FixedClock) -> Base:
    home = household(session).id
    session.add(tick(household_id=home))
    session.flush()
    return tick(household_id=home)


@pytest.mark.parametrize(
    "make",
    [
        second_open_case,
        second_case_after_one_move,
        record_without_its_case,
        coach_twice_in_one_household,
        second_answer_to_one_coach,
        tick_of_nobody,
        tick_of_two,
        tick_twice,
    ],
)
def test_the_database_refuses_this_too(database: Database, clock: FixedClock, make: Make) -> None:
    with database.writing() as session:
        person(session, clock())
        session.add(make(session, clock))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_coach_who_left_can_come_back(database: Database, clock: FixedClock) -> None:
    with database.writing() as session:
        left = coach_twice_in_one_household(session, clock)
        session.execute(text("UPDATE coaching SET ended_at = began_at"))
        session.add(left)


def test_a_case_with_records_cannot_be_taken_away(database: Database, clock: FixedClock) -> None:
    with database.writing() as session:
        case = closed_case(session, clock)
        write(session, "note", case)
        with pytest.raises(IntegrityError):
            session.execute(text('DELETE FROM "case"'))
        session.rollback()
