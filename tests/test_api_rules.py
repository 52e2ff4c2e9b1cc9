"""The API as the NL API Design Rules want it: each rule of their linter, over openapi.json."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api.app
from api.answers.words import Words
from api.app import VERSION, create_app
from api.db import Database
from api.system import ROOT
from tests.factories import FixedClock
from tests.test_web import is_problem, settings, url_of

OPENAPI: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
PATHS: dict[str, Any] = OPENAPI["paths"]
SCHEMAS: dict[str, Any] = OPENAPI["components"]["schemas"]
METHODS = {"get", "put", "post", "delete", "patch"}
LOWER_CAMEL = re.compile(r"[a-z][a-z\d]*([A-Z][a-z\d]*)*")
UPPER_CAMEL = re.compile(r"([A-Z][a-z\d]*)+")
PROBLEM = "application/problem+json"
DAY_NAME = re.compile(r"date|datum|(\w+D|_[dD])(ate|atum)")
DAY_OF_OURS = re.compile(r"on|since|\w+(On|From|Until)")
"""How we name a day: startsOn, validFrom; a moment ends in At."""


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in PATHS.items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, operation in operations():
        for status, answer in operation["responses"].items():
            yield name, status, answer


def objects(node: Any = OPENAPI, where: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield where, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(child, dict | list):
            yield from objects(child, f"{where}/{key}")


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for where, node in objects():
        if isinstance(found := node.get("properties"), dict) and "properties" not in where[-11:]:
            for name, schema in found.items():
                yield where, name, schema


def formats(schema: dict[str, Any]) -> set[str]:
    """The formats of a field, also of one that may be empty."""
    return {node["format"] for _, node in objects(schema) if "format" in node}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    return found


# The document


def test_the_root_names_a_version_3_of_openapi() -> None:
    assert re.fullmatch(r"3(\.\d+){1,2}", OPENAPI["openapi"])


def test_the_version_is_a_semantic_one_and_the_one_that_runs() -> None:
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", OPENAPI["info"]["version"])
    assert OPENAPI["info"]["version"] == VERSION


@pytest.mark.parametrize("field", ["name", "email", "url"])
def test_it_says_whom_to_ask(field: str) -> None:
    assert OPENAPI["info"]["contact"][field]


def test_the_servers_are_reached_over_https() -> None:
    assert OPENAPI["servers"]
    assert all(server["url"].startswith("https://") for server in OPENAPI["servers"])


def test_the_address_holds_the_major_version_and_no_more() -> None:
    assert all(re.search(r"/v\d+$", server["url"]) for server in OPENAPI["servers"])


def test_the_names_of_operations_are_unique() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_each_reference_leads_somewhere() -> None:
    references = {node["$ref"] for _, node in objects() if isinstance(node.get("$ref"), str)}
    assert references
    assert {each.rpartition("/")[2] for each in references} <= SCHEMAS.keys()


# Addresses


def test_no_address_ends_with_a_slash() -> None:
    assert not [path for path in PATHS if path.endswith("/")]


def test_addresses_are_in_kebab_case() -> None:
    whole = re.compile(r"(/([a-z0-9-]+(\.[a-z0-9]+)?|\{[^}]+\}))+(/_[a-z]+)?")
    assert not [path for path in PATHS if not whole.fullmatch(path)]


def test_only_standard_methods_are_used() -> None:
    assert not [path for path, methods in PATHS.items() if methods.keys() - METHODS]


def test_the_parameters_in_an_address_are_described_and_no_others() -> None:
    for name, operation in operations():
        described = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", name)), name


def test_the_keys_of_a_query_are_in_camel_case() -> None:
    keys = {
        parameter["name"]
        for _, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }
    assert keys
    assert not [key for key in keys if not LOWER_CAMEL.fullmatch(key)]


def test_no_name_of_a_person_stands_in_an_address() -> None:
    """An address is kept in logs; whoever looks for a name sends it in the body."""
    for name, operation in operations():
        for parameter in operation.get("parameters", ()):
            assert "name" not in parameter["name"].lower(), name


# Answers


def test_an_answer_that_is_no_error_tells_the_version() -> None:
    fine = [(name, answer) for name, status, answer in answers() if status[0] in "23"]
    assert fine
    assert not [name for name, answer in fine if "API-Version" not in answer.get("headers", {})]


def test_an_error_is_a_problem() -> None:
    wrong = [(name, answer) for name, status, answer in answers() if status[0] in "45"]
    assert wrong
    assert not [name for name, answer in wrong if set(answer["content"]) != {PROBLEM}]


@pytest.mark.parametrize("member", ["status", "title", "detail"])
def test_a_problem_has_the_members_of_rfc_9457(member: str) -> None:
    for name, status, answer in answers():
        if status[0] in "45":
            problem = resolved(answer["content"][PROBLEM]["schema"])
            assert member in problem["properties"], name
            assert member in problem["required"], name


def test_where_there_is_input_it_can_be_refused() -> None:
    for name, operation in operations():
        if operation.get("parameters") or name.split()[0] in ("put", "post", "patch"):
            assert "400" in operation["responses"], name


def test_a_change_needs_the_version_that_was_read() -> None:
    changes = [(n, o) for n, o in operations() if n.split()[0] in ("patch", "delete")]
    assert changes
    for name, operation in changes:
        assert {"412", "428"} <= operation["responses"].keys(), name
        required = [p["name"] for p in operation["parameters"] if p["required"]]
        assert "If-Match" in required, name


def test_what_needs_a_token_can_be_refused_without() -> None:
    for name, operation in operations():
        assert ("security" in operation) == ("401" in operation["responses"]), name


# Names and times


def test_schemas_are_in_upper_camel_case() -> None:
    assert not [name for name in SCHEMAS if not UPPER_CAMEL.fullmatch(name)]


def test_properties_are_in_camel_case() -> None:
    found = {name for _, name, _ in properties()}
    assert "startsOn" in found
    assert not [name for name in found if not LOWER_CAMEL.fullmatch(name)]


def test_a_moment_has_its_time_zone_and_a_time_has_none() -> None:
    used = {each for _, _, schema in properties() for each in formats(schema)}
    assert {"date", "date-time"} <= used
    assert not used & {"date-time-local", "time"}


def test_a_day_is_a_date_and_not_a_moment() -> None:
    days = {
        f"{where} {name}": formats(schema)
        for where, name, schema in properties()
        if DAY_NAME.fullmatch(name) or DAY_OF_OURS.fullmatch(name)
    }
    assert days
    assert {where: found for where, found in days.items() if found != {"date"}} == {}


def test_what_is_called_a_moment_is_one() -> None:
    moments = {
        f"{where} {name}": formats(schema)
        for where, name, schema in properties()
        if re.fullmatch(r"at|\w+At", name)
    }
    assert moments
    assert {where: found for where, found in moments.items() if found != {"date-time"}} == {}


# What only a running API shows


@pytest.fixture
def client(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    app = create_app(settings(url_of(sqlite)), clock)
    with TestClient(app, follow_redirects=False) as client:
        yield client


ID = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/cases", "GET, POST"),
        ("DELETE", f"/v1/cases/{ID}", "GET, PATCH"),
        ("POST", f"/v1/cases/{ID}/hours/{ID}", "DELETE, GET, PATCH"),
        ("PATCH", "/v1/cases/_search", "POST"),
        ("POST", "/v1/health", "GET"),
    ],
)
def test_a_method_that_is_not_there_is_refused_with_all_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert is_problem(answer, 405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/cases/nobody", "/v1/cases/", "/v1/health/"])
def test_what_is_not_there_is_a_problem_and_a_slash_too_many_is_not_mended(
    client: TestClient, path: str
) -> None:
    assert is_problem(client.get(path), 404)


def test_nothing_is_kept_by_a_cache_on_the_way(client: TestClient) -> None:
    for path in ("/v1/health", "/v1/cases", "/v1/nothing"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_who_has_no_token_is_told_how_to_show_one(client: TestClient) -> None:
    answer = client.get("/v1/cases")
    assert is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_description_that_runs_is_the_one_that_is_kept(client: TestClient) -> None:
    assert client.get("/v1/openapi.json").json() == OPENAPI
