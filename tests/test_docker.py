"""The containers keep what the decision records promise: one door, no root, no secret in a file."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILES = ["Dockerfile.api", "Dockerfile.bot"]
SECRETS = ["POSTGRES_PASSWORD", "WEGWIJS_RASA_SECRET", "WEGWIJS_SERVICE_TOKEN"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_only_the_api_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["api"]
    reaching_out = {name for name, each in services.items() if "outside" in each["networks"]}
    assert reaching_out == {"api", "worker"}


def test_the_network_of_rasa_and_the_database_has_no_way_out(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("rasa", "actions", "postgres"):
        assert compose["services"][name]["networks"] == ["inside"]


def test_every_process_that_stays_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    staying = {name for name, each in compose["services"].items() if each["restart"] != "no"}
    assert staying == {"postgres", "api", "worker", "rasa", "actions"}
    assert all("healthcheck" in compose["services"][name] for name in staying)


def test_the_worker_sends_as_the_api_does_and_opens_no_door(compose: dict[str, Any]) -> None:
    api, worker = compose["services"]["api"], compose["services"]["worker"]
    assert worker["image"] == api["image"]
    assert worker["command"][:2] == ["wegwijs", "worker"]
    only_doors = {"TELEGRAM_MODE", "WEGWIJS_TELEGRAM_SECRET"}
    assert api["environment"].keys() - worker["environment"].keys() == only_doors
    assert worker["volumes"] == api["volumes"]


def test_nobody_gets_rights_it_does_not_need(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_only_from_the_environment(name: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(rf"\$\{{{name}[^?}}]*\}}", text) == []
    assert f"${{{name}:?" in text
    assert f"\n{name}=\n" in (ROOT / ".env.example").read_text(encoding="utf-8")


def test_rasa_and_its_actions_know_no_secret_of_the_other(compose: dict[str, Any]) -> None:
    assert "WEGWIJS_SERVICE_TOKEN" not in compose["services"]["rasa"]["environment"]
    assert "WEGWIJS_RASA_SECRET" not in compose["services"]["actions"]["environment"]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_does_not_run_as_root(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1] == "wegwijs"


@pytest.mark.parametrize(
    ("name", "version_file"), [("Dockerfile.api", ""), ("Dockerfile.bot", "bot")]
)
def test_an_image_has_the_python_of_its_environment(name: str, version_file: str) -> None:
    version = (ROOT / version_file / ".python-version").read_text(encoding="utf-8").strip()
    assert f"FROM python:{version}-slim" in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_uses_the_uv_of_the_makefile(name: str) -> None:
    pinned = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert pinned is not None
    assert f"uv=={pinned[1]} " in (ROOT / name).read_text(encoding="utf-8").replace("\n", " \n")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_an_image_copies_exists_and_is_not_ignored(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    sources = [
        source for line in re.findall(r"^COPY (.+) \S+$", text, re.M) for source in line.split()
    ]
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert source.split("/")[0] in allowed
