"""Cases as a spreadsheet: what an export writes an import reads, and nothing changes."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import api.app
from api.answers.words import Words
from api.app import create_app
from api.cases.history import Change
from api.cases.listing import CaseFilter
from api.cases.models import Case, Exemption, Group, Law, Leerroute
from api.cases.records import Hours, HoursKind
from api.cases.rules import load_rules
from api.db import Database
from api.errors import NotAllowed
from api.exchange.columns import Kind, load_columns
from api.exchange.exports import AT_ONCE, write_cases
from api.exchange.imports import Outcome, import_cases
from api.people.models import Person, Role
from api.people.signin import open_session
from api.settings import Settings
from tests.factories import FixedClock, participant, person, regisseur

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
RULES = load_rules()
READABLE = st.text(
    st.one_of(
        st.sampled_from("=+-@'\";,\t\n"),
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")),
    ),
    max_size=20,
).map(str.strip)


def export(session: Session, me: Person, **wanted: Any) -> str:
    return "".join(write_cases(session, me, CaseFilter(**wanted), TODAY))


def rows(sheet: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"), newline=""), delimiter=";")
    )


def changes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Change)) or 0


def full_case(session: Session) -> Case:
    """A case of which every column says something."""
    case = participant(session, NOW)
    day = date(2026, 1, 2)
    for column in load_columns().values():
        if column.kind is Kind.day:
            setattr(case, column.key, None if column.key == "closed_on" else day)
    case.reference, case.law, case.leerroute = "W-1", Law.wi2013, Leerroute.z
    case.turkish_nationality, case.permit_limited = True, False
    case.interpreter_language, case.learnability_result = "Arabisch", "Z; zonder twijfel"
    case.pip_talks, case.exemption = 0, Exemption.asked
    for kind in HoursKind:
        session.add(Hours(case_id=case.id, kind=kind, hours=Decimal("2.25"), on=day))
    session.flush()
    return case


def test_an_export_taken_over_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        sanne = regisseur(session, NOW)
        full_case(session).regisseur_id = sanne.id
        participant(session, NOW, "Yonas")  # without a reference, and all else
        session.flush()
        session.expire_all()
        before, sheet = changes(session), export(session, sanne)
        report = import_cases(session, RULES, sanne, "weert", sheet.encode(), NOW)
        assert [line.outcome for line in report.lines] == [Outcome.unchanged] * 2, report.lines
        assert report.ignored == ()
        assert changes(session) == before


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=READABLE.filter(bool),
    last=READABLE,
    interpreter=st.none() | READABLE.filter(bool),
    group=st.sampled_from(Group),
    law=st.none() | st.sampled_from(Law),
    limited=st.none() | st.booleans(),
    talks=st.none() | st.integers(0, 60),
    pip=st.none() | st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    hours=st.decimals("0.01", "1600", places=2),
)
def test_whatever_stands_in_a_case_goes_out_and_comes_in_the_same(
    sqlite: Database,
    first: str,
    last: str,
    interpreter: str | None,
    group: Group,
    law: Law | None,
    limited: bool | None,
    talks: int | None,
    pip: date | None,
    hours: Decimal,
) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        case = participant(session, NOW, first)
        case.participant.person.last_name, case.interpreter_language = last, interpreter
        case.group, case.law, case.permit_limited = group, law, limited
        case.pip_talks, case.pip_date = talks, pip
        session.add(Hours(case_id=case.id, kind=HoursKind.pvt, hours=hours, on=TODAY))
        session.flush()
        session.expire_all()
        sheet = export(session, sanne).encode()
        report = import_cases(session, RULES, sanne, "weert", sheet, NOW)
        assert [line.outcome for line in report.lines] == [Outcome.unchanged], report.lines
        session.rollback()


def test_a_spreadsheet_works_nothing_out(sqlite: Database) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        case = participant(session, NOW, "=HYPERLINK(1)")
        case.interpreter_language = "@cmd"
        session.flush()
        (row,) = rows(export(session, sanne))
        assert row["voornaam"] == "'=HYPERLINK(1)"
        assert row["tolk"] == "'@cmd"


def test_excel_in_dutch_reads_it(sqlite: Database) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        full_case(session)
        sheet = export(session, sanne)
        assert sheet.startswith("\ufeffgemeente;kenmerk;voornaam;")
        (row,) = rows(sheet)
        assert (row["PIP"], row["uren_pvt"], row["Turkse nationaliteit"]) == (
            *("02-01-2026", "2,25", "ja"),
        )
        assert row["uitslag leerbaarheidstoets"] == "Z; zonder twijfel"


def test_a_regisseur_gets_the_cases_of_their_towns_and_those_of_the_filter(
    sqlite: Database,
) -> None:
    with sqlite.writing() as session:
        sanne, bram = (
            regisseur(session, NOW),
            regisseur(session, NOW, "Bram", towns=("nederweert",)),
        )
        participant(session, NOW).law = Law.wi2013
        participant(session, NOW, "Yonas")
        session.flush()
        assert [row["voornaam"] for row in rows(export(session, sanne, law=Law.wi2013))] == [
            "Amina"
        ]
        assert len(rows(export(session, sanne))) == 2
        assert rows(export(session, sanne, closed=True)) == []
        assert rows(export(session, bram)) == []
        for role in Role:
            if role is not Role.regisseur:
                with pytest.raises(NotAllowed):
                    export(session, person(session, NOW, role))


def test_a_long_list_comes_in_pages_and_whole(sqlite: Database) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        for number in range(AT_ONCE + 1):
            participant(session, NOW, f"N{number}")
        pages = list(write_cases(session, sanne, CaseFilter(), TODAY))
        assert len(pages) == 3
        assert len({row["voornaam"] for row in rows("".join(pages))}) == AT_ONCE + 1


# Over HTTP


@pytest.fixture
def client(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Any:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    url = sqlite.engine.url.render_as_string(hide_password=False)
    with sqlite.writing() as session:
        token = open_session(session, regisseur(session, NOW), NOW)
    secrets: dict[str, Any] = {"rasa_secret": "a secret", "service_token": "a token"}
    made = Settings(**{"database_url": url, "workers": False, "telegram_token": None, **secrets})
    with TestClient(create_app(made, clock)) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_a_sheet_goes_in_and_out_over_http(client: TestClient) -> None:
    sheet = "kenmerk;voornaam;groep;kleur\nW-1;Amina;asiel;rood\nW-2;Yonas;x;\n"
    csv_type = {"Content-Type": "text/csv"}
    path = "/v1/imports?municipality=weert"
    tried = client.post(f"{path}&dryRun=true", content=sheet, headers=csv_type).json()
    assert (tried["dryRun"], tried["new"], tried["refused"]) == (True, 1, 1)
    assert tried["ignoredColumns"] == ["kleur"]
    (fault,) = tried["lines"][1]["faults"]
    assert (fault["column"], fault["reason"]) == ("groep", "unknown_value")
    assert fault["advice"].startswith("Kies een van deze woorden")
    assert client.post(path, content=sheet, headers=csv_type).json()["new"] == 1
    out = client.get("/v1/exports/cases.csv?municipality=weert")
    assert out.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert out.headers["Cache-Control"] == "no-store"
    assert [row["kenmerk"] for row in rows(out.content.decode())] == ["W-1"]
    again = client.post(path, content=out.content, headers=csv_type).json()
    assert (again["unchanged"], len(again["lines"])) == (1, 1)


def test_only_an_import_may_be_large(client: TestClient) -> None:
    sheet = b"kenmerk;voornaam;groep\n" + b";;\n" * 50_000
    csv_type = {"Content-Type": "text/csv"}
    path = "/v1/imports?municipality=weert&dryRun=true"
    assert client.post(path, content=sheet, headers=csv_type).status_code == 200
    assert client.post("/v1/cases", content=sheet).status_code == 413
    much = b" " * (api.app.MAX_IMPORT_BYTES + 1)
    assert client.post(path, content=much, headers=csv_type).status_code == 413


def test_a_workbook_is_refused_with_what_to_do(client: TestClient) -> None:
    answer = client.post(
        "/v1/imports?municipality=weert",
        content=Path(__file__).read_bytes() + b"\0",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 400
    assert "save the sheet as CSV" in answer.json()["detail"]


def test_without_a_token_nothing_goes_in_or_out(client: TestClient) -> None:
    client.headers.pop("Authorization")
    assert client.get("/v1/exports/cases.csv").status_code == 401
    assert client.post("/v1/imports?municipality=weert", content=b"x").status_code == 401


def test_a_sheet_from_before_a_case_had_a_reference_still_finds_it(sqlite: Database) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        case = participant(session, NOW)
        session.flush()
        sheet = export(session, sanne).encode()
        case.reference = "Z-2026-1"
        session.flush()
        report = import_cases(session, RULES, sanne, "weert", sheet, NOW)
        assert report.count(Outcome.unchanged) == 1
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_two_lines_that_name_one_case_in_two_ways_are_both_refused(sqlite: Database) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, NOW)
        case = participant(session, NOW)
        case.reference = "Z-2026-1"
        session.flush()
        lines = ("kenmerk;voornaam;groep", "Z-2026-1;Een;asiel", f"wegwijs:{case.id};Twee;asiel")
        report = import_cases(session, RULES, sanne, "weert", "\n".join(lines).encode(), NOW)
        assert report.count(Outcome.refused) == 2
        assert case.participant.person.first_name == "Amina"
