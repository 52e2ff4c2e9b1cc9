"""The migrations build exactly what the models say, and the database itself refuses nonsense."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind
from api.conversations.models import Conversation
from api.db import Base, Database
from api.handovers.models import HandOver, HandOverState, Reason
from api.people.models import PersonRole
from api.schema import METADATA, migrate
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
