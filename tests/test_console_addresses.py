"""Addresses of the console: a hand-over as a file, and no name of a person in any of them."""

import json
import logging
import re
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

import api.app
import api.main
from api.answers.words import Words
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.people.models import Role
from tests.factories import conversation, person, regisseur
from tests.full_case import some_case
from tests.test_console_cases import LIST, Desk, desk, either

__all__ = ["desk", "either"]


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


# A hand-over as a file


def _hand_over(at: Desk) -> UUID:
    with at.database.writing() as session:
        talk = conversation(session, at.clock())
        talk.municipality_id = "weert"
        return ask_for_person(session, talk, Reason.asked, at.clock()).id


def test_a_hand_over_is_downloaded_in_the_shape_of_open_klant(desk: Desk) -> None:
    path = f"/console/hand-overs/{_hand_over(desk)}"
    assert f'href="{path}/open-klant"' in desk.page(path)
    answer = desk.get(f"{path}/open-klant")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    found = json.loads(answer.text)
    assert found.keys() == {"klantcontact", "hadBetrokkenActoren", "interneTaak"}


def test_the_file_is_for_who_may_see_the_hand_over(desk: Desk) -> None:
    path = f"/console/hand-overs/{_hand_over(desk)}/open-klant"
    with desk.database.writing() as session:
        others = [
            regisseur(session, desk.clock(), "Bram", towns=("nederweert",)),
            person(session, desk.clock(), Role.administrator, email="petra@wegwijs.example"),
        ]
    desk.client.cookies.clear()
    assert desk.get(path).headers["Location"] == "/console/login"
    for who in others:
        desk.client.cookies.clear()
        desk.sign_in(who)
        assert desk.get(path).status_code in (403, 404)


# Names and addresses


def search(at: Desk, **form: str) -> Any:
    return at.post(f"{LIST}/search", {"csrf": at.csrf(), **form})


def found_in(page: str) -> list[str]:
    return re.findall(r"<bdi>(\w+) Proef</bdi>", page)


def test_a_name_is_looked_for_with_the_filters_and_stands_in_no_address(either: Desk) -> None:
    either.add(("Amina", "Proef"))
    either.add(("Bas", "Proef"))
    answer = search(either, name="ami", town="weert")
    assert answer.status_code == 200
    assert found_in(answer.text) == ["Amina"]
    assert 'name="name" type="search"' in answer.text
    assert 'value="ami"' in answer.text
    addresses = re.findall(r'(?:href|action)="([^"]+)"', answer.text)
    assert any("town=weert" in each for each in addresses)
    assert not [each for each in addresses if "ami" in each.lower()]
    assert "Wis een filter" in search(either, name="niemand").text
    assert found_in(search(either, name="\x00bas").text) == ["Bas"]


def test_without_a_name_the_filters_are_an_address_to_keep(desk: Desk) -> None:
    answer = search(desk, name=" ", group="asiel", law="", due="late")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"{LIST}?group=asiel&due=late",
    )


def test_a_name_in_an_address_is_not_looked_at(desk: Desk) -> None:
    desk.add(("Amina", "Proef"))
    page = desk.page(f"{LIST}?name=niemand")
    assert found_in(page) == ["Amina"]
    assert "niemand" not in page
    assert found_in(desk.page(f"{LIST}/search")) == ["Amina"]


def test_a_long_list_by_name_is_turned_with_forms(desk: Desk) -> None:
    with desk.database.writing() as session:
        for _ in range(51):
            some_case(session, desk.clock(), desk.rules)
    page = search(desk, name="ami", group="asiel").text
    form = page[page.rindex("<form") :]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert fields.pop("csrf")
    assert fields == {"name": "ami", "group": "asiel", "page": "2"}
    assert "Bladzijde 2 van 2" in search(desk, **fields).text


def test_the_form_of_the_list_looks_only_for_who_is_signed_in(desk: Desk) -> None:
    assert desk.post(f"{LIST}/search", {"name": "ami"}).status_code == 403
    desk.client.cookies.clear()
    answer = desk.post(f"{LIST}/search", {"name": "ami"})
    assert answer.headers["Location"] == "/console/login"


def test_the_server_keeps_no_access_log_however_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = logging.getLogger("uvicorn.access")
    monkeypatch.setattr(log, "disabled", False)
    monkeypatch.setattr(api.main, "Settings", lambda: None)
    monkeypatch.setattr(api.main, "create_app", lambda _: FastAPI())
    api.main.app()
    assert log.disabled
