"""Appointments over /v1: one regisseur is in one place, series in one step, and the day list."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

import api.app
from api.answers.words import Words
from api.app import create_app
from api.appointments.hours import set_working_hours
from api.appointments.models import Answer, Appointment, OccupiedQuarter
from api.cases.history import Change
from api.cases.models import Case, Participant
from api.clock import AMSTERDAM
from api.db import Database
from api.people.signin import open_session
from api.reminders.models import Reminder, ReminderKind, ReminderState
from tests.factories import FixedClock, participant, regisseur
from tests.side_by_side import at_once
from tests.test_web import bearer, is_problem, sent, settings, url_of

MANY = 20
TEN = datetime(2026, 12, 1, 10, tzinfo=AMSTERDAM)
WEEK = {str(day): ["09:00", "17:00"] for day in range(1, 6)}


class Door:
    """The API over a store, asked by a regisseur of Weert."""

    def __init__(self, client: TestClient, database: Database, clock: FixedClock) -> None:
        self.client, self.database, self.clock = client, database, clock
        with database.writing() as session:
            self.me = regisseur(session, clock())
            self.token = open_session(session, self.me, clock())

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        proof = {**bearer(self.token), **headers}
        return sent(self.client.request(method, path, json=body, headers=proof))

    def case(self, **changes: Any) -> UUID:
        """Of mine, unless another regisseur is named."""
        with self.database.writing() as session:
            made: Case = participant(session, self.clock())
            fields = {"regisseur_id": self.me.id, **changes}
            for name, value in fields.items():
                setattr(made, name, value)
            return made.id

    def work(self) -> None:
        with self.database.writing() as session:
            set_working_hours(session, self.me, "weert", WEEK, 60, "Stadhuis")

    def add(self, case_id: UUID, at: datetime = TEN, **fields: Any) -> Response:
        """A talk of an hour at the town hall."""
        body = {"kind": "progress_talk", "startsAt": at.isoformat(), "place": "Stadhuis", **fields}
        return self.ask("POST", f"/v1/cases/{case_id}/appointments", body)

    def count(self, *of: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(*of)) or 0


@pytest.fixture
def door(
    database: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    """Over both databases."""
    yield from _door(database, clock, words, monkeypatch)


@pytest.fixture
def desk(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    """Only over SQLite, where the store does not matter."""
    yield from _door(sqlite, clock, words, monkeypatch)


def _door(
    database: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    app = create_app(settings(url_of(database)), clock)
    with TestClient(app, follow_redirects=False) as client:
        yield Door(client, database, clock)


def only_one(answers: list[Response]) -> bool:
    """One was made, and all others were told why not."""
    refused = [each for each in answers if each.status_code != 201]
    clear = all(is_problem(each, 409) and "not free" in each.json()["detail"] for each in refused)
    return len(refused) == len(answers) - 1 and clear


# Nobody is in two places


def test_of_many_requests_for_the_same_hour_of_a_regisseur_one_is_done(door: Door) -> None:
    cases = [door.case() for _ in range(MANY)]
    assert only_one(at_once(MANY, lambda number: door.add(cases[number])))
    assert door.count(Appointment) == 1
    assert door.count(OccupiedQuarter) == 8  # four quarters of two people


def test_of_many_times_that_overlap_with_each_other_one_is_given(door: Door) -> None:
    """Each begins two minutes after the one before, so all of them touch the last quarter."""
    cases = [door.case() for _ in range(MANY)]
    times = [TEN + timedelta(minutes=2 * number) for number in range(MANY)]
    assert only_one(at_once(MANY, lambda number: door.add(cases[number], times[number])))
    assert door.count(Appointment) == 1


def test_a_participant_is_in_one_talk_at_a_time_too(door: Door) -> None:
    with door.database.writing() as session:
        others = [regisseur(session, door.clock(), name=f"R{n}").id for n in range(4)]
    case = door.case()
    assert only_one(at_once(4, lambda number: door.add(case, TEN, regisseurId=str(others[number]))))


@pytest.mark.parametrize("minutes", [-45, -30, 30, 45])
def test_a_time_that_overlaps_is_refused_and_the_next_one_is_not(desk: Door, minutes: int) -> None:
    assert desk.add(desk.case()).status_code == 201
    assert is_problem(desk.add(desk.case(), TEN + timedelta(minutes=minutes)), 409)
    assert desk.add(desk.case(), TEN + timedelta(hours=1)).status_code == 201
    assert desk.add(desk.case(), TEN - timedelta(hours=1)).status_code == 201


def test_of_two_that_move_to_the_same_free_hour_one_stays_where_it_was(door: Door) -> None:
    cases = [door.case(), door.case()]
    paths = []
    for case, hours in zip(cases, (0, 2), strict=True):
        made = door.add(case, TEN + timedelta(hours=hours))
        paths.append(made.headers["Location"])
    body = {"startsAt": (TEN + timedelta(hours=1)).isoformat()}
    tags = [door.ask("GET", path).headers["ETag"] for path in paths]

    def move(number: int) -> Response:
        return door.ask("PATCH", paths[number], body, If_Match=tags[number])

    assert sorted(each.status_code for each in at_once(2, move)) == [200, 409]
    assert door.count(OccupiedQuarter) == 16


def test_a_workshop_takes_the_time_of_no_regisseur(desk: Door) -> None:
    for _ in range(3):
        assert desk.add(desk.case(), kind="pvt").status_code == 201


def test_the_time_of_what_was_cancelled_is_free_again(desk: Door) -> None:
    path = desk.add(desk.case()).headers["Location"]
    tag = desk.ask("GET", path).headers["ETag"]
    assert desk.ask("PATCH", path, {"state": "cancelled"}, If_Match=tag).status_code == 200
    assert desk.add(desk.case()).status_code == 201


def test_what_the_participant_answered_is_read_and_not_written(desk: Door) -> None:
    path = desk.add(desk.case(), answer="declined").headers["Location"]
    assert desk.ask("GET", path).json()["answer"] is None
    with desk.database.writing() as session:
        made = session.scalars(select(Appointment)).one()
        made.answer, made.answered_at = Answer.confirmed, desk.clock()
    read = desk.ask("GET", path)
    assert read.json()["answer"] == "confirmed"
    assert read.json()["answeredAt"] == "2026-11-23T09:00:00Z"
    answer = desk.ask("PATCH", path, {"answer": None}, If_Match=read.headers["ETag"])
    assert desk.ask("GET", path).json()["answer"] == "confirmed", answer.text


# Free times


def slots(door: Door, query: str = "") -> list[str]:
    answer = door.ask("GET", f"/v1/slots?municipality=weert&from=2026-12-01{query}")
    assert answer.status_code == 200, answer.text
    return [each["startsAt"] for each in answer.json()["results"]]


def test_free_times_are_what_is_left_of_the_working_hours(desk: Door) -> None:
    assert slots(desk) == []
    desk.work()
    assert desk.add(desk.case()).status_code == 201
    found = slots(desk, "&until=2026-12-01")
    assert found[:2] == ["2026-12-01T08:00:00Z", "2026-12-01T10:00:00Z"]
    assert len(found) == 7
    assert slots(desk, f"&until=2026-12-01&regisseurId={desk.me.id}") == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("municipality=nederweert", 404),
        ("municipality=weert&regisseurId=11111111-1111-4111-8111-111111111111", 404),
        ("municipality=weert&from=2026-12-02&until=2026-12-01", 400),
        ("municipality=weert&from=2026-12-01&until=2027-12-01", 400),
        ("", 400),
    ],
)
def test_free_times_that_cannot_be_asked_for_are_refused(
    desk: Door, query: str, status: int
) -> None:
    assert is_problem(desk.ask("GET", f"/v1/slots?{query}"), status)


# Series


def test_a_series_is_planned_in_one_step_and_the_second_time_nothing_is_left(desk: Door) -> None:
    desk.work()
    path = f"/v1/cases/{desk.case(pip_date=date(2026, 10, 1))}/talk-series"
    days = desk.ask("GET", path).json()["results"]
    assert days
    assert all(each["appointment"] is None for each in days)
    done = desk.ask("POST", path, {"time": "10:00"}).json()
    assert len(done["planned"]) == len(days)
    assert done["withoutTime"] == done["moved"] == done["cancelled"] == []
    assert all(each["appointment"] for each in desk.ask("GET", path).json()["results"])
    again = desk.ask("POST", path, {"time": "10:00"}).json()
    assert again["planned"] == []


def test_a_series_without_working_hours_or_with_no_hour_is_refused(desk: Door) -> None:
    path = f"/v1/cases/{desk.case(pip_date=date(2026, 10, 1))}/talk-series"
    assert is_problem(desk.ask("POST", path, {"time": "10:00"}), 409)
    assert is_problem(desk.ask("POST", path, {"time": "25:00"}), 400)


# Hours, days away, calendar


def test_working_hours_are_written_and_read_again(desk: Door) -> None:
    path, body = "/v1/working-hours/weert", {"week": WEEK, "minutes": 45, "place": "Stadhuis"}
    assert desk.ask("GET", path).json() == {"week": {}, "minutes": None, "place": None}
    assert desk.ask("PUT", path, body).json() == body
    assert desk.ask("GET", path).json() == body
    answer = desk.ask("PUT", path, {**body, "week": {"3": ["12:00", "09:00"]}})
    assert is_problem(answer, 400)
    assert [each["pointer"] for each in answer.json()["errors"]] == ["#/week/3"]


def test_days_away_tell_what_is_planned_in_them_and_go_with_their_version(desk: Door) -> None:
    desk.add(desk.case())
    made = desk.ask("POST", "/v1/absences", {"firstOn": "2026-12-01", "lastOn": "2026-12-02"})
    assert made.status_code == 201
    assert [each["startsAt"] for each in made.json()["planned"]] == ["2026-12-01T09:00:00Z"]
    path = made.headers["Location"]
    assert desk.ask("GET", path).headers["ETag"] == made.headers["ETag"]
    assert len(desk.ask("GET", "/v1/absences").json()["results"]) == 1
    assert is_problem(desk.ask("DELETE", path), 428)
    assert is_problem(desk.ask("DELETE", path, If_Match='"another"'), 412)
    assert desk.ask("DELETE", path, If_Match=made.headers["ETag"]).status_code == 204
    assert is_problem(desk.ask("GET", path), 404)


def test_the_calendar_is_read_by_its_secret_address_only(desk: Door) -> None:
    desk.add(desk.case())
    url = desk.ask("POST", "/v1/calendar-feed").json()["url"]
    path = url[url.index("/calendar/") :]
    calendar = sent(desk.client.get(path))
    assert calendar.status_code == 200
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert calendar.headers["Cache-Control"] == "no-store"
    assert "BEGIN:VEVENT" in calendar.text
    wrong = [sent(desk.client.get(each)) for each in ("/calendar/x.ics", path[:-5] + "_.ics")]
    assert {each.status_code for each in wrong} == {404}
    assert {each.headers["Cache-Control"] for each in wrong} == {"no-store"}
    assert len({each.content for each in wrong}) == 1


# The day list


def test_the_day_list_names_who_comes_and_what_they_answered(desk: Door) -> None:
    desk.work()
    desk.add(desk.case())
    agenda = desk.ask("GET", "/v1/agenda?day=2026-12-01").json()
    assert agenda["on"] == "2026-12-01"
    [row] = agenda["results"]
    assert (row["firstName"], row["answer"], row["unreached"]) == ("Amina", None, False)
    assert len(agenda["free"]) == 7
    assert desk.ask("GET", "/v1/agenda").json()["on"] == "2026-11-23"


# How somebody is reached


def test_contact_details_are_written_with_their_version_and_in_the_history(desk: Door) -> None:
    path = f"/v1/cases/{desk.case()}/contact"
    first = desk.ask("GET", path)
    body = {"email": "amina@wegwijs.example", "phone": "+31 495 000 000", "address": "Hier 1"}
    assert is_problem(desk.ask("PUT", path, body), 428)
    done = desk.ask("PUT", path, body, If_Match=first.headers["ETag"])
    assert done.status_code == 200
    assert {name: done.json()[name] for name in body} == body
    assert is_problem(desk.ask("PUT", path, {}, If_Match=first.headers["ETag"]), 412)
    with desk.database.reading() as session:
        change = session.scalars(select(Change).filter_by(kind="participant", deed="changed")).one()
    told = {name: [None, None] for name in body}  # who and when, and never what stood there
    assert (change.by_id, change.fields) == (desk.me.id, told)
    emptied = desk.ask("PUT", path, {}, If_Match=done.headers["ETag"]).json()
    assert emptied["email"] is emptied["phone"] is emptied["address"] is None


@pytest.mark.parametrize(
    "body", [{"email": "amina"}, {"email": "a@b"}, {"phone": "bel mij"}, {"address": "x" * 301}]
)
def test_contact_details_that_reach_nobody_are_refused(desk: Door, body: dict[str, str]) -> None:
    path = f"/v1/cases/{desk.case()}/contact"
    answer = desk.ask("PUT", path, body, If_Match=desk.ask("GET", path).headers["ETag"])
    assert is_problem(answer, 400)


def test_the_old_town_reads_and_writes_nothing_of_who_moved(desk: Door) -> None:
    case = desk.case()
    path = f"/v1/cases/{case}/contact"
    tag = desk.ask("GET", path).headers["ETag"]
    with desk.database.writing() as session:
        regisseur(session, desk.clock(), name="Piet", towns=("cranendonck",))
        moved = session.get_one(Participant, session.get_one(Case, case).participant_id)
        moved.municipality_id = "cranendonck"
    assert is_problem(desk.ask("GET", path), 404)
    assert is_problem(desk.ask("PUT", path, {}, If_Match=tag), 404)


# Reminders


def unreached(door: Door) -> Reminder:
    """Of a talk that was planned: the participant has not heard of it."""
    assert door.add(door.case()).status_code == 201
    with door.database.writing() as session:
        told = session.scalars(select(Reminder).filter_by(kind=ReminderKind.new)).one()
        told.state, told.why, told.done_at = ReminderState.unreached, "blocked", door.clock()
        return told


def test_a_message_that_did_not_arrive_is_a_task_until_it_is_sent_again(desk: Door) -> None:
    task = unreached(desk)
    listed = desk.ask("GET", "/v1/reminders").json()
    assert (listed["total"], listed["results"][0]["firstName"]) == (1, "Amina")
    made = desk.ask("POST", f"/v1/reminders/{task.id}/send-again")
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["dueAt"]) == ("planned", "2026-11-23T09:00:00Z")
    assert desk.ask("GET", "/v1/reminders").json()["total"] == 0
    ledger = desk.ask("GET", f"/v1/cases/{task.case_id}/reminders").json()["results"]
    assert {(each["kind"], each["state"]) for each in ledger} >= {
        ("new", "handled"),
        ("new", "planned"),
    }
    assert is_problem(desk.ask("POST", f"/v1/reminders/{task.id}/send-again"), 409)


def test_a_message_that_did_not_arrive_can_be_told_in_another_way(desk: Door) -> None:
    path = f"/v1/reminders/{unreached(desk).id}/handled"
    assert is_problem(desk.ask("POST", path, {"how": " "}), 400)
    done = desk.ask("POST", path, {"how": "gebeld"}).json()
    assert (done["handledHow"], done["handledByName"]) == ("gebeld", desk.me.name)
    assert is_problem(desk.ask("POST", path, {"how": "gebeld"}), 409)
    assert is_problem(desk.ask("POST", "/v1/reminders/999/handled", {"how": "gebeld"}), 404)


def test_many_who_send_the_same_message_again_send_it_once(door: Door) -> None:
    path = f"/v1/reminders/{unreached(door).id}/send-again"
    answers = at_once(8, lambda _: door.ask("POST", path))
    assert sorted(each.status_code for each in answers) == [201] + 7 * [409]


def test_the_settings_of_a_town_are_changed_with_their_version(desk: Door) -> None:
    path = "/v1/municipalities/weert/reminder-settings"
    first = desk.ask("GET", path)
    assert first.json()["remindBefore"] == [10080, 1440, 120]
    body = {"remindBefore": [60], "quietHours": {"begins": "22:00", "ends": "07:00"}}
    assert is_problem(desk.ask("PUT", path, body), 428)
    done = desk.ask("PUT", path, body, If_Match=first.headers["ETag"])
    assert done.json() == body
    assert is_problem(desk.ask("PUT", path, body, If_Match=first.headers["ETag"]), 412)
    wrong = {**body, "remindBefore": [60, 60]}
    assert is_problem(desk.ask("PUT", path, wrong, If_Match=done.headers["ETag"]), 400)


def test_an_appointment_with_who_is_no_regisseur_of_the_town_is_refused(desk: Door) -> None:
    nobody = "11111111-1111-4111-8111-111111111111"
    assert is_problem(desk.add(desk.case(), regisseurId=nobody), 400)
    path = desk.add(desk.case()).headers["Location"]
    tag = desk.ask("GET", path).headers["ETag"]
    assert is_problem(desk.ask("PATCH", path, {"regisseurId": nobody}, If_Match=tag), 400)
