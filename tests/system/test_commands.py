"""The command `wegwijs`, as somebody types it, against the running system."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.smoke import PVT_QUESTIONS, walk
from tests.running import PASSWORD, Running

pytestmark = pytest.mark.timeout(240)

run = CliRunner().invoke


def test_the_smoke_walk_goes_through(system: Running) -> None:
    system.new_codes()
    said: list[str] = []
    walk(system.url, system.demo, PASSWORD, said.append)
    assert any("Sanne" in line for line in said)


def test_ask_prints_the_answer_and_its_buttons(system: Running) -> None:
    result = run(app, ["ask", "--url", system.url, "--language", "ar", PVT_QUESTIONS["ar"]])
    assert result.exit_code == 0
    assert "12" in result.stdout
    assert "  [" in result.stdout


def test_ask_prints_json_for_each_line_it_reads(system: Running) -> None:
    lines = f"nl\t{PVT_QUESTIONS['nl']}\nen\tmy husband hits me\n\nno tab here\n"
    result = run(app, ["ask", "--url", system.url, "--stdin", "--json"], input=lines)
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["intent"], first["topic"]) == ("pvt", "pvt")
    assert first["buttons"]
    assert (second["intent"], second["confidence"]) == ("nood", 1.0)
    assert "112" in second["text"]


def test_ask_says_what_is_wrong_with_a_language(system: Running) -> None:
    result = run(app, ["ask", "--url", system.url, "--language", "xx", "hallo"])
    assert result.exit_code == 1
    assert "choose from nl" in result.stderr


def test_a_new_installation_gets_its_towns_and_regisseurs(tmp_path: Path) -> None:
    store = ["--database-url", f"sqlite:///{tmp_path / 'new.sqlite'}"]
    sanne = ["add-regisseur", "Sanne", "Voorbeeld", "sanne@example.org", "--password", PASSWORD]
    assert "add-town" in run(app, [*sanne, "--town", "weert", *store]).stderr
    assert run(app, ["add-town", "weert", "Weert", *store]).exit_code == 0
    assert run(app, [*sanne, "--town", "weert", *store]).exit_code == 0
    assert "there already" in run(app, [*sanne, "--town", "weert", *store]).stderr
    wrong = run(app, ["add-town", "weert", "Weert", "--opens", "18:00", *store])
    assert wrong.exit_code == 1
    assert "opening times" in wrong.stderr
