"""The people of a municipality over /v1, and the tokens that other systems show."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

import api.app
from api.answers.words import Words
from api.app import create_app
from api.db import Database
from api.people.models import Person, Role
from tests.factories import FixedClock, conversation, participant, person
from tests.terminal import accepted, refused, wegwijs
from tests.test_web import bearer, is_problem, settings, url_of

PERSONS = "/v1/persons"


@pytest.fixture
def client(
    database: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    monkeypatch.setattr("api.people.commands.system_clock", clock)
    with TestClient(create_app(settings(url_of(database)), clock)) as client:
        yield client


def add(database: Database, clock: FixedClock, *roles: Role, town: str = "weert") -> Person:
    """Somebody of the staff, with an address."""
    with database.writing() as session:
        email = "sanne@wegwijs.example"
        return person(session, clock(), *roles, name="Sanne", towns=(town,), email=email)


def token(database: Database, email: str | None, *more: str) -> str:
    made = wegwijs("add-token", "--email", email or "", *more, "--database-url", url_of(database))
    return accepted(made).strip()


def signed_in(client: TestClient, database: Database, clock: FixedClock, *roles: Role) -> None:
    client.headers.update(bearer(token(database, add(database, clock, *roles).email)))


def test_people_are_listed_by_name_with_their_roles_and_whether_they_have_a_chat(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    signed_in(client, database, clock, Role.regisseur)
    with database.writing() as session:
        case = participant(session, clock())
        conversation(session, clock()).person_id = case.participant_id
        person(session, clock(), Role.coach, name="Joke")
    found = client.get(PERSONS).json()
    assert [row["firstName"] for row in found["results"]] == ["Amina", "Joke", "Sanne"]
    assert found["results"][0] == {
        "id": str(case.participant_id),
        "firstName": "Amina",
        "lastName": "Voorbeeld",
        "language": "ar",
        "roles": [{"role": "participant", "municipality": "weert"}],
        "linked": True,
    }
    assert not found["results"][1]["linked"]
    assert (found["total"], found["pages"]) == (3, 1)


def test_people_of_other_municipalities_and_their_roles_there_stay_there(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    signed_in(client, database, clock, Role.regisseur)
    with database.writing() as session:
        person(session, clock(), Role.coach, name="Henk", towns=("cranendonck",))
        person(session, clock(), Role.coach, name="Joke", towns=("cranendonck", "weert"))
    rows = client.get(PERSONS, params={"role": "coach"}).json()["results"]
    assert [(row["firstName"], row["roles"]) for row in rows] == [
        ("Joke", [{"role": "coach", "municipality": "weert"}])
    ]
    assert client.get(PERSONS, params={"municipality": "cranendonck"}).json()["total"] == 0


def test_people_are_found_by_role_and_by_the_beginning_of_a_name(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    signed_in(client, database, clock, Role.coordinator)
    with database.writing() as session:
        participant(session, clock())
        person(session, clock(), Role.coach, name="Ans")

    def found(name: str, **query: str) -> list[str]:
        answer = client.post(f"{PERSONS}/_search", json={"name": name}, params=query)
        return [row["firstName"] for row in answer.json()["results"]]

    assert found("a") == ["Amina", "Ans"]
    assert found("a", role="coach") == ["Ans"]
    assert found("%") == []
    assert is_problem(client.post(f"{PERSONS}/_search", json={"name": "  "}), 400)


def test_a_long_list_of_people_comes_in_pages(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    signed_in(client, database, clock, Role.regisseur)
    with database.writing() as session:
        for name in ("Ans", "Bea"):
            person(session, clock(), Role.coach, name=name)
    pages = [client.get(PERSONS, params={"page": n, "pageSize": 2}).json() for n in (1, 2)]
    assert [[row["firstName"] for row in page["results"]] for page in pages] == [
        ["Ans", "Bea"],
        ["Sanne"],
    ]


def test_who_only_administers_sees_nobody(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    signed_in(client, database, clock, Role.administrator)
    assert is_problem(client.get(PERSONS), 403)


def test_a_token_works_until_its_last_day(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    email = add(database, clock, Role.regisseur).email
    client.headers.update(bearer(token(database, email, "--days", "3")))
    clock.move(timedelta(days=2, hours=23))
    assert client.get(PERSONS).status_code == 200
    clock.move(timedelta(hours=1))
    assert is_problem(client.get(PERSONS), 401)


def test_tokens_that_leaked_are_taken_back(
    client: TestClient, database: Database, clock: FixedClock
) -> None:
    email = add(database, clock, Role.regisseur).email or ""
    client.headers.update(bearer(token(database, email)))
    accepted(wegwijs("remove-tokens", "--email", email, "--database-url", url_of(database)))
    assert is_problem(client.get(PERSONS), 401)


@pytest.mark.parametrize(
    ("roles", "days", "reason"),
    [
        ([Role.coach], "90", "nobody of the staff"),
        ([Role.regisseur], "0", "choose 1 to 366 days"),
        ([Role.regisseur], "367", "choose 1 to 366 days"),
    ],
)
def test_a_token_is_for_staff_and_for_a_year_at_most(
    sqlite: Database, clock: FixedClock, roles: list[Role], days: str, reason: str
) -> None:
    email = add(sqlite, clock, *roles).email or ""
    words = ("add-token", "--email", email, "--days", days, "--database-url", url_of(sqlite))
    assert reason in refused(wegwijs(*words))
