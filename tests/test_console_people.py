"""The pages of people and households, for the staff of their own towns and nobody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

import api.app
from api.answers.words import Words
from api.app import create_app
from api.cases.models import Household, Participant
from api.coaching.models import Coaching, Consent
from api.conversations.models import Conversation
from api.db import Database
from api.people.models import LinkCode, Person, Role
from tests.factories import PASSWORD, FixedClock, conversation, participant, person
from tests.test_web import settings, url_of
from translations.catalogue import LANGUAGES, SOURCE, State

PEOPLE, HOUSEHOLDS = "/console/people", "/console/households"


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


@dataclass
class Desk:
    """Somebody of the staff at the console."""

    client: TestClient
    database: Database
    clock: FixedClock
    me: UUID | None = None

    def sign_in(self, *roles: Role, town: str = "weert") -> None:
        email = f"{uuid4()}@wegwijs.example"
        with self.database.writing() as session:
            self.me = person(
                session, self.clock(), *roles, name="Sanne", email=email, towns=(town,)
            ).id
        self.client.cookies.clear()
        page = self.client.get("/console/login").text
        fields = {"email": email, "password": PASSWORD, "csrf": csrf_in(page)}
        assert self.client.post("/console/login", data=fields).status_code == 303

    def get(self, path: str) -> Response:
        answer = self.client.get(path)
        assert isinstance(answer, Response)
        return answer

    def post(self, path: str, **fields: object) -> Response:
        csrf = csrf_in(self.get("/console/texts").text)
        answer = self.client.post(path, data={"csrf": csrf, **fields})
        assert isinstance(answer, Response)
        return answer

    def participant(self, name: str = "Amina", language: str = "ar") -> UUID:
        with self.database.writing() as session:
            return participant(session, self.clock(), name, language).participant_id

    def coach(self, name: str = "Joke", town: str = "weert") -> UUID:
        with self.database.writing() as session:
            return person(session, self.clock(), Role.coach, name=name, towns=(town,)).id

    def chat(self, person_id: UUID, name: str = "chat-1") -> UUID:
        with self.database.writing() as session:
            made = conversation(session, self.clock(), name)
            made.person_id, made.linked_at = person_id, self.clock()
            return made.id

    def household(self, *member_ids: UUID) -> UUID:
        with self.database.writing() as session:
            made = Household(municipality_id="weert", name="Alvoorbeeld")
            session.add(made)
            session.flush()
            for id in member_ids:
                session.get_one(Participant, id).household_id = made.id
            return made.id


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def desk(sqlite: Database, clock: FixedClock) -> Iterator[Desk]:
    app = create_app(settings(url_of(sqlite)), clock)
    with TestClient(app, follow_redirects=False) as client:
        yield Desk(client, sqlite, clock)


# Codes and chats


def test_a_code_stands_on_a_page_with_a_picture_to_scan(desk: Desk, words: Words) -> None:
    amina = desk.participant()
    desk.sign_in(Role.regisseur)
    page = desk.post(f"{PEOPLE}/{amina}/link-codes").text
    [code] = set(re.findall(r"<code>(\w{12})</code>", page))
    assert f"/chat#start={code}" in page
    assert page.count("<svg") > 1
    assert "viewBox" in page
    assert 'lang="ar" dir="rtl"' in page
    assert words.text("ar", "paper.code", first_name="Amina") in page
    assert words.text("ar", "draft_mark") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_names_the_button_as_the_chat_does(words: Words, language: str) -> None:
    told = words.text(language, "paper.code", first_name="Amina")
    assert words.text(language, "button.yes") in told


def test_a_participant_who_reads_dutch_gets_the_dutch_steps_only(desk: Desk) -> None:
    amina = desk.participant(language=SOURCE)
    desk.sign_in(Role.regisseur)
    assert "own-words" not in desk.post(f"{PEOPLE}/{amina}/link-codes").text


def test_paper_in_words_that_were_checked_has_no_draft_mark(desk: Desk, words: Words) -> None:
    amina = desk.participant()
    desk.sign_in(Role.regisseur)
    entry = words.catalogue.entry("ar", "paper.code")
    with pytest.MonkeyPatch.context() as patch:
        checked = replace(entry, state=State.checked)
        patch.setitem(words.catalogue._by_language["ar"].entries, "paper.code", checked)
        page = desk.post(f"{PEOPLE}/{amina}/link-codes").text
    assert "own-words" in page
    assert words.text("ar", "draft_mark") not in page


def test_a_code_leads_to_telegram_where_there_is_a_bot(desk: Desk) -> None:
    desk.client.app.state.bot_name = lambda: "wegwijs_bot"  # type: ignore[attr-defined]
    joke = desk.coach()
    desk.sign_in(Role.coordinator)
    page = desk.post(f"{PEOPLE}/{joke}/link-codes").text
    assert re.search(r"https://t\.me/wegwijs_bot\?start=\w{12}", page)
    assert "own-words" not in page  # a coach reads Dutch


def test_the_codes_of_a_person_are_listed_and_can_be_revoked(desk: Desk) -> None:
    amina = desk.participant()
    desk.sign_in(Role.regisseur)
    desk.post(f"{PEOPLE}/{amina}/link-codes")
    page = desk.get(f"{PEOPLE}/{amina}").text
    assert "Sanne Voorbeeld" in page
    assert "do 26-11, 10:00 uur" in page
    [revoke] = re.findall(rf"{PEOPLE}/{amina}/link-codes/(\d+)/revoke", page)
    assert desk.post(f"{PEOPLE}/{amina}/link-codes/{revoke}/revoke").status_code == 303
    assert "/revoke" not in desk.get(f"{PEOPLE}/{amina}").text
    with desk.database.reading() as session:
        assert session.scalars(select(LinkCode)).one().expires_at <= desk.clock()


def test_a_chat_is_unlinked_from_the_page(desk: Desk) -> None:
    amina = desk.participant()
    chat = desk.chat(amina)
    desk.sign_in(Role.coordinator)
    page = desk.get(f"{PEOPLE}/{amina}").text
    assert "Webchat" in page
    assert "23-11-2026" in page
    assert desk.post(f"{PEOPLE}/{amina}/chats/{chat}/unlink").status_code == 303
    assert desk.post(f"{PEOPLE}/{amina}/chats/{chat}/unlink").status_code == 404
    with desk.database.reading() as session:
        assert session.get_one(Conversation, chat).person_id is None


def test_a_lost_phone_is_one_button(desk: Desk) -> None:
    amina = desk.participant()
    for name in ("chat-1", "chat-2"):
        desk.chat(amina, name)
    desk.sign_in(Role.regisseur)
    page = desk.post(f"{PEOPLE}/{amina}/lost-phone").text
    assert re.search(r"<code>\w{12}</code>", page)
    with desk.database.reading() as session:
        assert [each.person_id for each in session.scalars(select(Conversation))] == [None, None]


def test_people_are_found_by_name_and_shown_in_pages(desk: Desk) -> None:
    for number in range(51):
        desk.coach(f"Coach{number:02}")
    desk.sign_in(Role.coordinator)
    first = desk.get(PEOPLE).text
    assert "Coach49" in first
    assert "Coach50" not in first
    assert "page=2" in first
    assert "Coach50" in desk.get(f"{PEOPLE}?page=2").text
    found = desk.get(f"{PEOPLE}?name=coach07").text
    assert "Coach07" in found
    assert "Coach08" not in found
    assert "<tbody>" not in desk.get(f"{PEOPLE}?name=%25").text


def test_a_coordinator_adds_a_coach(desk: Desk) -> None:
    desk.sign_in(Role.coordinator)
    answer = desk.post(f"{PEOPLE}/coaches", town="weert", first_name="Joke", last_name="Proef")
    assert answer.status_code == 303
    assert "Joke Proef" in desk.get(PEOPLE).text
    bad = desk.post(f"{PEOPLE}/coaches", town="weert", first_name="  ")
    assert bad.status_code == 400
    assert "aria-invalid" in bad.text
    assert desk.post(f"{PEOPLE}/coaches", town="atlantis", first_name="x").status_code == 404


# Households


def test_a_household_is_made_filled_and_coached_on_the_pages(desk: Desk) -> None:
    amina, joke = desk.participant(), desk.coach()
    desk.chat(amina)
    desk.sign_in(Role.coordinator)
    answer = desk.post(HOUSEHOLDS, name="Alvoorbeeld", town="weert")
    page = answer.headers["Location"]
    assert "Amina" in desk.get(f"{page}?member=ami").text
    assert desk.post(f"{page}/members", participant=amina).status_code == 303
    assert desk.post(f"{page}/coaches", coach=joke).status_code == 303
    assert desk.post(f"{page}/coaches", coach=joke).status_code == 409
    shown = desk.get(page).text
    assert "Amina" in shown
    assert "nog geen antwoord" in shown
    with desk.database.writing() as session:
        coaching = session.scalars(select(Coaching)).one().id
        session.add(
            Consent(
                coaching_id=coaching, participant_id=amina, given=True, answered_at=desk.clock()
            )
        )
    assert "Joke Voorbeeld: ja" in desk.get(page).text
    assert desk.post(f"{page}/ask").status_code == 303
    assert desk.post(f"{page}/coaches/{coaching}/end").status_code == 303
    assert desk.post(f"{page}/members/{amina}/remove").status_code == 303
    assert "Amina" not in desk.get(page).text
    assert desk.post(f"{page}/name", name="De Boer").status_code == 303
    assert "De Boer" in desk.get(HOUSEHOLDS).text


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_household_without_a_name_is_shown_again_with_what_is_wrong(
    desk: Desk, name: str
) -> None:
    desk.sign_in(Role.regisseur)
    household = desk.household()
    for path in (HOUSEHOLDS, f"{HOUSEHOLDS}/{household}/name"):
        answer = desk.post(path, name=name, town="weert")
        assert answer.status_code == 400
        assert "aria-invalid" in answer.text


def test_a_person_page_leads_to_the_household(desk: Desk) -> None:
    amina = desk.participant()
    household = desk.household(amina)
    desk.sign_in(Role.regisseur)
    assert f"{HOUSEHOLDS}/{household}" in desk.get(f"{PEOPLE}/{amina}").text


# Who may


def paths(desk: Desk) -> tuple[list[str], list[str]]:
    """Every page, and every form, of somebody and a household in Weert."""
    amina, joke = desk.participant(), desk.coach()
    household, chat = desk.household(amina), desk.chat(amina)
    who, home = f"{PEOPLE}/{amina}", f"{HOUSEHOLDS}/{household}"
    forms = [
        *(f"{who}/link-codes", f"{who}/link-codes/1/revoke", f"{who}/lost-phone"),
        *(f"{who}/chats/{chat}/unlink", f"{home}/name", f"{home}/members", f"{home}/ask"),
        *(f"{home}/members/{amina}/remove", f"{home}/coaches", f"{home}/coaches/{joke}/end"),
    ]
    return [who, home], forms


def refused(desk: Desk, found: tuple[list[str], list[str]]) -> set[int]:
    shown, forms = found
    fields = {"name": "x", "participant": str(uuid4()), "coach": str(uuid4())}
    answers = [*map(desk.get, shown), *(desk.post(path, **fields) for path in forms)]
    return {answer.status_code for answer in answers}


def test_the_staff_of_another_town_finds_nothing(desk: Desk) -> None:
    found = paths(desk)
    for role in (Role.regisseur, Role.coordinator):
        desk.sign_in(role, town="cranendonck")
        assert refused(desk, found) == {404}
        assert "Amina" not in desk.get(PEOPLE).text
        assert "Alvoorbeeld" not in desk.get(HOUSEHOLDS).text


def test_an_administrator_sees_neither_people_nor_households(desk: Desk) -> None:
    found = paths(desk)
    desk.sign_in(Role.administrator)
    assert refused(desk, found) <= {403, 404}
    for path in (HOUSEHOLDS, PEOPLE):
        assert desk.get(path).status_code == 403
    menu = desk.get("/console/texts").text
    assert PEOPLE not in menu
    assert HOUSEHOLDS not in menu


def test_without_signing_in_there_is_nothing(desk: Desk) -> None:
    shown, forms = paths(desk)
    for path in (PEOPLE, HOUSEHOLDS, *shown):
        assert desk.get(path).headers["Location"] == "/console/login"
    for path in forms:
        assert desk.client.post(path).headers["Location"] == "/console/login"


def test_a_form_that_our_page_did_not_make_changes_nothing(desk: Desk) -> None:
    _, forms = paths(desk)
    desk.sign_in(Role.regisseur)
    for path in (*forms, HOUSEHOLDS, f"{PEOPLE}/coaches"):
        fields = {"csrf": "made up", "participant": str(uuid4()), "coach": str(uuid4())}
        assert desk.client.post(path, data=fields).status_code == 403
    with desk.database.reading() as session:
        assert session.scalars(select(Person).filter_by(first_name="Amina")).one()
        assert session.scalars(select(LinkCode)).all() == []


def test_a_coordinator_finds_people_and_households_and_no_cases_in_the_menu(desk: Desk) -> None:
    desk.sign_in(Role.coordinator)
    menu = desk.get(PEOPLE).text
    assert f'href="{HOUSEHOLDS}"' in menu
    assert 'href="/console/cases"' not in menu


def test_only_a_regisseur_makes_a_code_for_a_participant(desk: Desk) -> None:
    amina, joke = desk.participant(), desk.coach()
    desk.sign_in(Role.coordinator)
    for what in ("link-codes", "lost-phone"):
        assert desk.post(f"{PEOPLE}/{amina}/{what}").status_code == 403
        assert desk.post(f"{PEOPLE}/{joke}/{what}").status_code == 200
    assert f"{PEOPLE}/{amina}/link-codes" not in desk.get(PEOPLE).text
    assert f"{PEOPLE}/{joke}/link-codes" in desk.get(PEOPLE).text
    assert "lost-phone" not in desk.get(f"{PEOPLE}/{amina}").text
