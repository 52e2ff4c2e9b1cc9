"""Cases over /v1: read, opened, changed and removed, with versions, and by nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

import api.app
from api.answers.words import Words
from api.app import create_app
from api.cases.history import Change
from api.cases.local_rules import set_local_rule
from api.cases.models import Case
from api.cases.service import KINDS
from api.clock import local
from api.db import Database
from api.people.models import Person, Role
from api.people.signin import open_session
from tests.factories import FixedClock, participant, person, regisseur, town
from tests.test_web import is_problem, settings, url_of

RECORDS: dict[str, dict[str, Any]] = {
    "hours": {"kind": "course", "on": "2026-11-02", "hours": 7.5},
    "goals": {"dimension": "daily", "goal": "zelf reizen", "agreedOn": "2026-11-02"},
    "scores": {"dimension": "body", "on": "2026-11-02", "score": 6},
    "interventions": {
        "partner": "Punt Welzijn",
        "dimension": "mind",
        "goal": "mensen leren kennen",
        "startsOn": "2026-11-02",
    },
    "exams": {"part": "reading", "level": "b1", "on": "2026-11-02", "result": "passed"},
    "leerroutes": {"leerroute": "z", "since": "2026-11-02"},
    "intake-findings": {"subject": "health", "finding": "niets dat in de weg staat"},
    "extensions": {"ground": "illness", "startsOn": "2026-10-01", "endsOn": "2026-11-02"},
    "work-periods": {"employer": "Proefbedrijf", "startsOn": "2026-11-02"},
    "childcare": {"startsOn": "2026-11-02"},
    "attendances": {"activity": "Instroomklas", "on": "2026-11-02", "present": True},
    "enforcement-steps": {"step": "call", "on": "2026-11-02"},
    "duo-reports": {"report": "pip", "on": "2026-11-02"},
    "notes": {"on": "2026-11-02", "text": "belt liever niet"},
    "appointments": {
        "kind": "progress_talk",
        "startsAt": "2026-11-30T10:00:00+01:00",
        "place": "Stadhuis",
    },
}
NEW = {
    "municipality": "weert",
    "person": {"firstName": "Amina", "lastName": "Voorbeeld", "language": "ar"},
    "group": "asiel",
    "duoNoticeOn": "2026-10-01",
    "registeredOn": "2026-10-15",
}


class Caller:
    """A system of the municipality, which acts for somebody of the staff."""

    def __init__(self, client: TestClient, database: Database, clock: FixedClock) -> None:
        self.client, self.database, self.clock = client, database, clock
        with database.writing() as session:
            self.me = regisseur(session, clock())
        self.token = self.token_of(self.me)

    def token_of(self, who: Person) -> str:
        with self.database.writing() as session:
            return open_session(session, who, self.clock())

    def become(self, *roles: Role, town: str = "weert") -> None:
        """From here on the token of somebody else with these roles."""
        with self.database.writing() as session:
            other = person(session, self.clock(), *roles, towns=(town,))
        self.token = self.token_of(other)

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> Response:
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        answer = self.client.request(method, f"/v1{path}", json=json, headers=headers)
        assert isinstance(answer, Response)
        return answer

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self, path: str, json: Any) -> Response:
        answer = self.ask("POST", path, json)
        assert answer.status_code == 201, answer.text
        return answer

    def change(self, path: str, json: Any, tag: str = '"1"') -> Response:
        return self.ask("PATCH", path, json, **{"If-Match": tag})

    def case(self, **changes: Any) -> str:
        """The address of a new case."""
        return self.add("/cases", {**NEW, **changes}).headers["Location"].removeprefix("/v1")


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


def calling(database: Database, clock: FixedClock) -> Iterator[Caller]:
    app = create_app(settings(url_of(database)), clock)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Caller(client, database, clock)


@pytest.fixture
def caller(sqlite: Database, clock: FixedClock) -> Iterator[Caller]:
    yield from calling(sqlite, clock)


@pytest.fixture
def either(database: Database, clock: FixedClock) -> Iterator[Caller]:
    yield from calling(database, clock)


# Cases


def test_a_new_case_is_found_where_its_location_says(either: Caller) -> None:
    made = either.add("/cases", NEW)
    read = either.ask("GET", made.headers["Location"].removeprefix("/v1"))
    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"] == '"1"'
    assert read.json()["municipality"] == "weert"
    assert read.json()["registeredOn"] == "2026-10-15"
    assert read.json()["law"] == "wi2021"


def test_the_list_shows_who_it_is_and_what_is_due_first(either: Caller) -> None:
    either.case()
    found = either.get("/cases")
    assert {key: found[key] for key in ("total", "page", "pageSize", "pages")} == {
        "total": 1,
        "page": 1,
        "pageSize": 50,
        "pages": 1,
    }
    [row] = found["results"]
    assert (row["firstName"], row["nextDue"], row["nextDueOn"]) == ("Amina", "pip", "2026-12-24")


def test_a_long_list_comes_in_pages(caller: Caller) -> None:
    made = {caller.case() for _ in range(3)}
    pages = [caller.get(f"/cases?pageSize=2&page={number}") for number in (1, 2, 3)]
    assert [len(page["results"]) for page in pages] == [2, 1, 0]
    assert {f"/cases/{row['id']}" for page in pages for row in page["results"]} == made
    assert pages[0]["pages"] == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("municipality=weert", 1),
        ("municipality=nederweert", 0),
        ("group=asiel&law=wi2021", 1),
        ("group=overig", 0),
        ("leerroute=z", 0),
        ("dueKey=pip", 1),
        ("due=late", 0),
        ("closed=true", 0),
        (f"regisseur={uuid4()}", 0),
    ],
)
def test_the_list_is_narrowed(caller: Caller, query: str, found: int) -> None:
    caller.case()
    assert caller.get(f"/cases?{query}")["total"] == found


@pytest.mark.parametrize(
    "query", ["page=0", "pageSize=201", "page=x", "group=all", "municipality=%00", "due=ever"]
)
def test_a_query_that_cannot_be_is_a_problem_that_names_it(caller: Caller, query: str) -> None:
    answer = caller.ask("GET", f"/cases?{query}")
    assert is_problem(answer, 400)
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_name_is_looked_for_in_the_body(either: Caller) -> None:
    either.case()
    found = [
        either.ask("POST", "/cases/_search", {"name": name}).json()["total"]
        for name in ("ami", " VOOR", "mina", "%")
    ]
    assert found == [1, 1, 0, 0]


def test_only_the_fields_that_are_sent_change_and_null_empties_one(either: Caller) -> None:
    path = either.case()
    answer = either.change(path, {"pipDate": "2026-11-20", "registeredOn": None})
    assert answer.headers["ETag"] == '"2"'
    changed = answer.json()
    assert (changed["pipDate"], changed["registeredOn"]) == ("2026-11-20", None)
    assert changed["duoNoticeOn"] == "2026-10-01"
    assert either.get(path) == changed


def test_of_two_who_change_the_same_version_the_second_is_told(either: Caller) -> None:
    path = either.case()
    assert either.change(path, {"pipTalks": 8}).status_code == 200
    assert is_problem(either.change(path, {"pipTalks": 9}), 412)
    assert either.get(path)["pipTalks"] == 8


@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 428), ("1", 400), ('W/"1"', 400), ("*", 400), ('"1", "2"', 400), ('"x"', 412)],
)
def test_a_change_names_the_one_version_that_was_read(
    caller: Caller, tag: str | None, status: int
) -> None:
    path = caller.case()
    headers = {} if tag is None else {"If-Match": tag}
    for where in (path, f"{path}/person"):
        assert is_problem(caller.ask("PATCH", where, {}, **headers), status)


def test_what_was_read_already_is_not_sent_again(caller: Caller) -> None:
    path = caller.case()
    for where in (path, f"{path}/person"):
        tag = caller.ask("GET", where).headers["ETag"]
        again = caller.ask("GET", where, **{"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert caller.ask("GET", where, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"guidanceFrom": "2026-02-01", "guidanceUntil": "2026-01-01"}, "#/guidanceUntil"),
        ({"exemption": "ontheffing"}, "#/exemptionOn"),
        ({"regisseurId": str(uuid4())}, "#/regisseurId"),
        ({"group": None}, "#/group"),
        ({"pipTalks": 61}, "#/pipTalks"),
        ({"pipTalks": True}, "#/pipTalks"),
        ({"pipDate": "2026-02-30"}, "#/pipDate"),
        ({"reference": " \n"}, "#/reference"),
    ],
)
def test_a_change_that_cannot_be_names_the_field(
    caller: Caller, change: dict[str, Any], pointer: str
) -> None:
    path = caller.case()
    answer = caller.change(path, change)
    assert is_problem(answer, 400)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert caller.get(path)["version"] == 1


def test_the_words_of_a_person_do_not_come_back_in_a_problem(caller: Caller) -> None:
    answer = caller.ask("POST", "/cases", {**NEW, "reference": "geheim" * 20, "group": "geheim"})
    assert is_problem(answer, 400)
    assert "geheim" not in answer.text


def test_a_case_with_what_is_no_longer_allowed_can_still_be_read(
    caller: Caller, sqlite: Database
) -> None:
    """Rules for writing become stricter; what stands there must stay readable."""
    path = caller.case()
    with sqlite.writing() as session:
        case = session.scalars(select(Case)).one()
        case.z_talk_on, case.reference = local(caller.clock()).date(), ""
    assert caller.get(path)["zTalkOn"] == "2026-11-23"
    assert caller.get("/cases")["total"] == 1


# What belongs to a case


def test_findings_carry_their_rule_its_source_and_how_certain_it_is(
    caller: Caller, words: Words
) -> None:
    found = {each["key"]: each for each in caller.get(f"{caller.case()}/findings")["results"]}
    pip, rule = found["pip"], words.rules["pip_weeks"]
    assert (pip["state"], pip["on"], pip["status"]) == ("coming", "2026-12-24", rule.status)
    assert pip["rules"] == [
        {
            "key": "pip_weeks",
            "value": rule.value,
            "unit": rule.unit,
            "sources": words.rules.sources.cite(rule.sources),
            "status": rule.status,
            "checkedOn": rule.checked_on.isoformat(),
        }
    ]
    assert (found["pvt"]["done"], found["pvt"]["left"]) == (0.0, float(found["pvt"]["total"]))


def test_of_a_case_under_the_older_law_nothing_is_worked_out(caller: Caller) -> None:
    assert caller.get(f"{caller.case(law='wi2013')}/findings") == {"results": []}


def test_the_history_tells_who_changed_what(either: Caller) -> None:
    path = either.case()
    either.clock.move(timedelta(hours=1))
    either.change(path, {"pipTalks": 8})
    newest, *_, first = either.get(f"{path}/history")["results"]
    assert newest["byName"] == either.me.name
    assert newest["at"] == "2026-11-23T10:00:00Z"
    assert (newest["kind"], newest["deed"]) == ("case", "changed")
    assert newest["fields"] == [{"field": "pipTalks", "before": None, "after": 8}]
    assert first["deed"] == "added"
    assert len(either.get(f"{path}/history?limit=1")["results"]) == 1


def test_the_name_of_a_person_is_corrected_once(either: Caller) -> None:
    path = f"{either.case()}/person"
    tag = either.ask("GET", path).headers["ETag"]
    answer = either.change(path, {"lastName": "Anders"}, tag)
    assert answer.json()["lastName"] == "Anders"
    assert answer.json()["firstName"] == "Amina"
    assert is_problem(either.change(path, {"lastName": "Weer"}, tag), 412)
    assert either.get(path) == answer.json()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_record_is_added_read_changed_and_removed(either: Caller, kind: str) -> None:
    path, sent = f"{either.case()}/{kind}", RECORDS[kind]
    made = either.add(path, sent)
    where = made.headers["Location"].removeprefix("/v1")
    if kind != "appointments":  # which come back in UTC
        assert sent.items() <= made.json().items()
    assert either.get(where) == made.json()
    assert either.get(path) == {"results": [made.json()]}
    field = next(name for name in sent if name not in ("kind", "startsAt"))
    changed = either.change(where, {field: sent[field]}, made.headers["ETag"])
    assert changed.status_code == 200, changed.text
    tag = changed.headers["ETag"]
    if kind == "appointments":  # nobody is left waiting for one that is gone
        assert is_problem(either.ask("DELETE", where, **{"If-Match": tag}), 409)
        tag = either.change(where, {"state": "cancelled"}, tag).headers["ETag"]
    assert is_problem(either.ask("DELETE", where), 428)
    assert is_problem(either.ask("DELETE", where, **{"If-Match": '"99"'}), 412)
    assert either.ask("DELETE", where, **{"If-Match": tag}).status_code == 204
    assert is_problem(either.ask("GET", where), 404)
    assert either.get(path) == {"results": []}


def test_every_kind_of_record_is_tried() -> None:
    assert RECORDS.keys() == KINDS.keys()


def test_a_second_score_of_the_same_day_is_a_conflict(either: Caller) -> None:
    path = f"{either.case()}/scores"
    either.add(path, RECORDS["scores"])
    assert is_problem(either.ask("POST", path, RECORDS["scores"]), 409)


@pytest.mark.parametrize(
    ("hours", "status"),
    [(8, 201), (0.1 + 0.2, 201), (0.123, 400), ("8", 400), (0, 400), (True, 400), (1601, 400)],
)
def test_hours_are_a_number_of_at_most_two_decimals(
    caller: Caller, hours: object, status: int
) -> None:
    path = f"{caller.case()}/hours"
    assert caller.ask("POST", path, {**RECORDS["hours"], "hours": hours}).status_code == status


def test_hours_count_at_once_in_what_is_left(caller: Caller) -> None:
    path = caller.case()
    caller.add(f"{path}/hours", {"kind": "pvt", "on": "2026-11-02", "hours": 7.5})
    found = {each["key"]: each for each in caller.get(f"{path}/findings")["results"]}
    assert found["pvt"]["done"] == 7.5


def test_a_record_of_another_case_is_not_found_in_this_one(caller: Caller) -> None:
    note = caller.add(f"{caller.case()}/notes", RECORDS["notes"]).json()["id"]
    assert is_problem(caller.ask("GET", f"{caller.case()}/notes/{note}"), 404)


# Who may


PATHS = ["", "/findings", "/history", "/person", *(f"/{kind}" for kind in KINDS)]


@pytest.mark.parametrize("path", PATHS)
def test_a_case_of_another_municipality_does_not_exist(caller: Caller, path: str) -> None:
    case = caller.case()
    caller.become(Role.regisseur, town="cranendonck")
    assert is_problem(caller.ask("GET", f"{case}{path}"), 404)
    assert caller.get("/cases")["total"] == 0
    assert is_problem(caller.ask("POST", "/cases", NEW), 404)


@pytest.mark.parametrize("role", [Role.coordinator, Role.administrator])
@pytest.mark.parametrize("path", PATHS)
def test_staff_without_cases_is_refused(caller: Caller, role: Role, path: str) -> None:
    case = caller.case()
    caller.become(role)
    assert is_problem(caller.ask("GET", f"{case}{path}"), 403)
    assert is_problem(caller.ask("GET", "/cases"), 403)


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_made_up_token_opens_nothing(caller: Caller, token: str) -> None:
    header = [(b"Authorization", f"Bearer {token}".encode())]
    for path in ("/v1/cases", "/v1/rules", "/v1/persons"):
        assert is_problem(caller.client.get(path, headers=header), 401)


def test_a_token_ends_on_its_day_and_with_the_roles_of_its_owner(caller: Caller) -> None:
    caller.become(Role.participant)
    assert is_problem(caller.ask("GET", "/rules"), 401)
    caller.token = caller.token_of(caller.me)
    caller.clock.move(timedelta(days=1))
    assert is_problem(caller.ask("GET", "/rules"), 401)


# Rules


def test_staff_reads_all_rules_of_today(caller: Caller, words: Words) -> None:
    caller.become(Role.administrator)
    rules = {rule["key"]: rule for rule in caller.get("/rules")["results"]}
    assert rules.keys() == words.rules.keys()
    assert rules["pip_weeks"]["value"] == 10
    assert rules["pip_weeks"]["scope"] == "national"
    assert rules["pip_weeks"]["told"] is True
    assert all(rule["sources"] for rule in rules.values())


def test_a_municipality_has_its_own_rules(caller: Caller, words: Words) -> None:
    today = local(caller.clock()).date()
    with caller.database.writing() as session:
        town(session, "nederweert", "Nederweert")
        review = today + timedelta(days=90)
        set_local_rule(session, words.rules, "weert", "work_weeks", "97", "b", today, review)

    def weeks(query: str) -> Any:
        found = caller.get(f"/rules{query}")["results"]
        return next(rule["value"] for rule in found if rule["key"] == "work_weeks")

    assert weeks("?municipality=weert") == 97
    assert weeks("?municipality=nederweert") == weeks("") != 97
    assert is_problem(caller.ask("GET", "/rules?municipality=nergens"), 404)


# What the store refuses


@pytest.mark.parametrize(
    ("error", "status"),
    [(IntegrityError("INSERT geheim", {}, Exception("geheim")), 409), (StaleDataError("g"), 412)],
)
def test_what_the_store_refuses_is_told_without_what_was_in_it(
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr("api.cases.service.open_case", refuse)
    answer = caller.ask("POST", "/cases", NEW)
    assert is_problem(answer, status)
    assert "geheim" not in answer.text + caplog.text


def test_a_change_of_a_system_is_written_to_whose_token_it_is(caller: Caller) -> None:
    caller.case()
    with caller.database.reading() as session:
        assert {change.by_id for change in session.scalars(select(Change))} == {caller.me.id}
        assert isinstance(caller.me.id, UUID)


def test_a_participant_in_the_store_is_listed_with_a_case(caller: Caller) -> None:
    with caller.database.writing() as session:
        participant(session, caller.clock(), name="Selam", language="ti")
    [row] = caller.get("/cases")["results"]
    assert (row["firstName"], row["nextDue"]) == ("Selam", None)
