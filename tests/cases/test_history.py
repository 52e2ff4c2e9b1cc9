"""Who changed what and when: written with each change, on both databases, and never apart."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.history import Change, Deed, acting, list_changes
from api.cases.models import Case, Group, Household, Leerroute
from api.cases.records import HoursKind, Record
from api.cases.rules import load_rules
from api.cases.service import (
    add_record,
    change_case,
    change_person,
    change_record,
    open_case,
    remove_record,
)
from api.cases.wire import CaseFields, HoursFields, PersonFields
from api.coaching.models import Coaching, Consent
from api.db import Database
from api.errors import Stale
from api.people.models import Person, Role
from tests.factories import FixedClock, participant, person, regisseur

RULES = load_rules()
DAY = date(2026, 3, 2)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOURS = HoursFields(kind=HoursKind.pvt, on=DAY, hours=Decimal("3.50"), provider="Werk.Kom")


class Story:
    """A case of which the last changes are read."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FixedClock(NOW)
        fields = CaseFields(group=Group.asiel, pip_date=date(2026, 9, 30))
        name = PersonFields(first_name="Amina", language="ar")
        with database.writing() as session:
            self.me = regisseur(session, NOW)
            self.case_id = open_case(session, RULES, self.me, "weert", name, fields, NOW).id

    def changes(self) -> list[Change]:
        with self.database.reading() as session:
            return list_changes(session, self.case_id)

    def change(self, version: int, **changes: Any) -> None:
        given = (self.case_id, version, changes, self.clock())
        with self.database.writing() as session:
            change_case(session, RULES, self.me, *given)

    def add_hours(self) -> Record:
        with self.database.writing() as session:
            given = (self.case_id, "hours", HOURS, self.clock())
            return add_record(session, RULES, self.me, *given)


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


def last(story: Story) -> Change:
    return story.changes()[0]


def test_a_new_case_is_written_with_what_it_was_given(story: Story) -> None:
    (only,) = story.changes()
    assert (only.kind, only.deed, only.row_id) == ("case", Deed.added, str(story.case_id))
    assert (only.at, only.by_id) == (NOW, story.me.id)
    assert only.fields["group"] == [None, "asiel"]
    assert only.fields["pip_date"] == [None, "2026-09-30"]
    assert "leerroute" not in only.fields


def test_a_change_says_who_when_what_it_was_and_what_it_is(story: Story) -> None:
    moment = story.clock.move(timedelta(hours=3))
    with story.database.writing() as session:
        colleague = regisseur(session, NOW, name="Bram")
        changes = {"pip_date": date(2026, 10, 1), "turkish_nationality": True, "pip_talks": 6}
        change_case(session, RULES, colleague, story.case_id, 1, changes, moment)
    change = last(story)
    assert (change.at, change.by_id, change.deed) == (moment, colleague.id, Deed.changed)
    assert change.fields == {
        "pip_date": ["2026-09-30", "2026-10-01"],
        "turkish_nationality": [False, True],
        "pip_talks": [None, 6],
    }


def test_what_was_taken_out_stands_there_too(story: Story) -> None:
    story.change(1, pip_date=None)
    assert last(story).fields == {"pip_date": ["2026-09-30", None]}


def test_what_is_worked_out_is_no_change_of_anybody(story: Story) -> None:
    story.change(1, offer_on=date(2026, 10, 10))
    worked_out = {"next_due", "next_due_on", "version"}
    assert not worked_out & {name for change in story.changes() for name in change.fields}


def test_a_record_is_followed_from_its_first_day_to_its_last(story: Story) -> None:
    record = story.add_hours()
    given = (story.case_id, "hours", record.id)
    with story.database.writing() as session:
        changes = {"hours": Decimal("4")}
        change_record(session, RULES, story.me, *given, 1, changes, NOW)
    with story.database.writing() as session:
        remove_record(session, RULES, story.me, *given, 2, NOW)
    removed, changed, added, _ = story.changes()
    rows = {(each.kind, each.row_id, each.by_id) for each in (removed, changed, added)}
    assert rows == {("hours", str(record.id), story.me.id)}
    assert [each.deed for each in (added, changed, removed)] == list(Deed)
    assert added.fields["hours"] == [None, "3.50"]
    assert changed.fields == {"hours": ["3.50", "4"]}
    assert removed.fields["provider"] == ["Werk.Kom", None]
    assert removed.fields["on"] == ["2026-03-02", None]


def test_another_leerroute_is_written_once_for_the_case_and_once_for_its_history(
    story: Story,
) -> None:
    story.change(1, leerroute=Leerroute.b1)
    choice, case = story.changes()[:2]
    assert (case.kind, case.fields) == ("case", {"leerroute": [None, "b1"]})
    assert (choice.kind, choice.deed) == ("leerroute_choice", Deed.added)


def test_a_corrected_name_is_written_to_the_case(story: Story) -> None:
    fields = PersonFields(first_name="Amina", last_name="Voorbeeld", language="ti")
    for _ in range(2):  # the second time nothing changes
        with story.database.writing() as session:
            change_person(session, story.me, story.case_id, fields, NOW)
    change, before = story.changes()[:2]
    assert (change.kind, change.by_id, change.at) == ("person", story.me.id, NOW)
    assert change.fields == {"last_name": ["", "Voorbeeld"], "language": ["ar", "ti"]}
    assert before.kind == "case"


def test_of_staff_no_password_and_no_address_is_ever_written(story: Story) -> None:
    with story.database.writing() as session:
        regisseur(session, NOW, name="Cees")
    with story.database.reading() as session:
        kinds = set(session.scalars(select(Change.kind)))
    assert "person" not in kinds


def test_a_refused_change_leaves_no_trace(story: Story) -> None:
    before = len(story.changes())
    with pytest.raises(Stale):
        story.change(9, offer_on=DAY)
    assert len(story.changes()) == before


def test_a_change_that_is_rolled_back_takes_its_history_with_it(story: Story) -> None:
    before = len(story.changes())
    with story.database.writing() as session:
        change_case(session, RULES, story.me, story.case_id, 1, {"offer_on": DAY}, NOW)
        session.rollback()
    with story.database.reading() as session:
        assert session.scalars(select(Case)).one().offer_on is None
    assert len(story.changes()) == before


def test_what_the_program_does_by_itself_has_nobody_as_its_author(database: Database) -> None:
    with database.writing() as session:
        acting(session, None, NOW)
        case = participant(session, NOW)
    with database.reading() as session:
        (change,) = list_changes(session, case.id)
    assert (change.by_id, change.at) == (None, NOW)


def test_the_newest_changes_come_first_and_no_more_than_asked_for(story: Story) -> None:
    for version, talks in enumerate(range(1, 6), start=1):
        story.change(version, pip_talks=talks)
    with story.database.reading() as session:
        found = list_changes(session, story.case_id, limit=3)
    assert [each.fields["pip_talks"][1] for each in found] == [5, 4, 3]


def test_changes_of_one_case_are_not_told_in_another(story: Story) -> None:
    with story.database.writing() as session:
        other = participant(session, NOW, name="Berhane")
    story.add_hours()
    with story.database.reading() as session:
        assert {each.kind for each in list_changes(session, other.id)} == {"case"}


def test_households_coaches_and_consent_are_written_without_a_case(database: Database) -> None:
    with database.writing() as session:
        me, case = regisseur(session, NOW), participant(session, NOW)
        acting(session, me.id, NOW)
        consent(session, case.participant_id)
    with database.reading() as session:
        kinds = ("household", "coaching", "consent")
        found = session.scalars(select(Change).where(Change.kind.in_(kinds))).all()
    assert {each.kind for each in found} == set(kinds)
    assert {(each.case_id, each.by_id) for each in found} == {(None, me.id)}


def consent(session: Session, participant_id: UUID) -> Person:
    coach = person(session, NOW, Role.coach, name="Dora")
    household = Household(municipality_id="weert", name="Voorbeeld")
    session.add(household)
    session.flush()
    coaching = Coaching(household_id=household.id, coach_id=coach.id, began_at=NOW)
    session.add(coaching)
    session.flush()
    given = {"coaching_id": coaching.id, "participant_id": participant_id}
    session.add(Consent(**given, given=True, answered_at=NOW))
    session.flush()
    return coach
