"""What the doors answer over HTTP: to participants, to the bot, to staff and to Telegram."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import ValidationError
from sqlalchemy import select

import api.app
import api.db
from api.answers.models import ContentTask
from api.answers.recordings import Recordings
from api.answers.tasks import list_tasks, open_rule_tasks, report_answer
from api.answers.words import Words
from api.app import MAX_BODY_BYTES, VERSION, create_app
from api.cases.local_rules import set_local_rule
from api.channels import telegram, webchat
from api.console.routes import COOKIE as STAFF_COOKIE
from api.conversations.models import Conversation, InboxMessage, Kind, Message
from api.db import Database
from api.handovers.asking import ask_for_person
from api.handovers.models import HandOver, HandOverState, Reason
from api.people.attempts import MAX_WRONG, WAIT
from api.people.models import Person
from api.people.signin import STAYS_SIGNED_IN
from api.settings import Settings
from tests.factories import PASSWORD, FixedClock, conversation, participant, regisseur, talk, town
from translations.catalogue import SOURCE

DEAD = "http://127.0.0.1:9"
TOKEN = "a service token"
SECRET = "a-secret-of-the-webhook"
CHAT = "/v1/chat/messages"
WEBHOOK = telegram.WEBHOOK_PATH
TEXTS = "/console/texts"
HTML = "text/html; charset=utf-8"


def settings(database_url: str, **changes: Any) -> Settings:
    return Settings(
        **{
            "database_url": database_url,
            "rasa_url": DEAD,
            "rasa_secret": "a rasa secret",
            "service_token": TOKEN,
            "telegram_token": None,
            "telegram_api_url": DEAD,
            "workers": False,
            **changes,
        }
    )


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the same for every test, and reading them takes long."""
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


@pytest.fixture
def client(sqlite: Database, clock: FixedClock) -> Iterator[TestClient]:
    with TestClient(create_app(settings(url_of(sqlite)), clock), follow_redirects=False) as client:
        yield client


@pytest.fixture
def either(database: Database, clock: FixedClock) -> Iterator[TestClient]:
    """The same on both databases."""
    with TestClient(create_app(settings(url_of(database)), clock)) as client:
        yield client


def stored(database: Database) -> list[InboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(InboxMessage).order_by(InboxMessage.id)))


def sent(response: Any) -> Response:
    """The test client says of no answer what it is."""
    assert isinstance(response, Response)
    return response


def is_problem(response: Response, status: int) -> bool:
    body = response.json()
    return (
        response.status_code == body["status"] == status
        and response.headers["Content-Type"] == "application/problem+json"
        and bool(body["title"])
        and bool(body["detail"])
    )


# Web chat


def test_a_message_is_stored_and_accepted_under_its_own_id(
    either: TestClient, database: Database
) -> None:
    answer = either.post(CHAT, json={"text": "wat is PVT?", "language": "nl", "id": "m1"})
    assert (answer.status_code, answer.json()) == (202, {"id": "m1"})
    [row] = stored(database)
    assert (row.kind, row.text) == (Kind.text, "wat is PVT?")
    assert row.external_id.endswith(":m1")


def test_the_same_id_twice_is_one_message(either: TestClient, database: Database) -> None:
    for _ in range(2):
        assert either.post(CHAT, json={"text": "hallo", "id": "m1"}).status_code == 202
    assert len(stored(database)) == 1


def test_the_same_id_in_two_browsers_is_two_messages(client: TestClient, sqlite: Database) -> None:
    for _ in range(2):
        client.cookies.clear()
        client.post(CHAT, json={"text": "hallo", "id": "m1"})
    assert len(stored(sqlite)) == 2


def test_the_cookie_of_a_chat_is_opaque_and_out_of_reach_of_scripts(client: TestClient) -> None:
    first = client.post(CHAT, json={"text": "hallo"})
    cookie = first.headers["Set-Cookie"].lower()
    assert cookie.startswith(f"{webchat.COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie.replace("samesite", "")
    assert len(client.cookies[webchat.COOKIE]) >= 20
    assert "Set-Cookie" not in client.post(CHAT, json={"text": "hallo"}).headers


def test_behind_https_cookies_are_sent_over_https_only(sqlite: Database, clock: FixedClock) -> None:
    app = create_app(settings(url_of(sqlite), public_url="https://chat.example"), clock)
    with TestClient(app) as client:
        for answer in (client.post(CHAT, json={"text": "hallo"}), client.get("/console/login")):
            assert "secure" in answer.headers["Set-Cookie"].lower()


def test_two_messages_of_one_browser_are_one_conversation(
    client: TestClient, sqlite: Database
) -> None:
    for _ in range(2):
        client.post(CHAT, json={"text": "hallo"})
    assert len({row.conversation_id for row in stored(sqlite)}) == 1


SENSITIVE = "mijn geheime vraag"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": SENSITIVE, "button": "x"},
        {"text": [SENSITIVE]},
        {"text": {"a": SENSITIVE}},
        {"text": 7},
        {"text": None, "button": None},
        {"text": SENSITIVE, "id": ""},
        {"text": SENSITIVE, "id": "x" * 65},
        {"text": SENSITIVE, "id": "a\x00b"},
        {"text": SENSITIVE, "id": "\ud800"},
        {"text": SENSITIVE, "language": "fr"},
        {"text": SENSITIVE, "language": "nl" * 40},
        {"text": SENSITIVE, "town": "we\x00ert"},
        {"button": "x" * 33},
        {"button": "\x00"},
        [SENSITIVE],
        SENSITIVE,
        None,
    ],
)
def test_a_request_that_is_not_as_it_should_be_is_a_problem_without_what_was_typed(
    either: TestClient, database: Database, body: object
) -> None:
    answer = either.post(CHAT, content=json.dumps(body), headers=AS_JSON)
    assert is_problem(answer, 400)
    assert SENSITIVE not in answer.text
    assert stored(database) == []


AS_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"text": "mijn geheime vraag"', b"[" * 60_000, b"\x00"]
)
def test_what_is_not_json_is_a_problem(client: TestClient, sqlite: Database, body: bytes) -> None:
    answer = client.post(CHAT, content=body, headers=AS_JSON)
    assert is_problem(answer, 400)
    assert SENSITIVE not in answer.text
    assert stored(sqlite) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("null\x00byte", "nullbyte"),
        ("half \ud83d emoji", "half  emoji"),
        ("\u202eomgekeerd\u202c", "omgekeerd"),
        ("🙂", "🙂"),
        ("", ""),
    ],
)
def test_odd_characters_are_accepted_and_cleaned(
    either: TestClient, database: Database, text: str, kept: str
) -> None:
    body = json.dumps({"text": text})
    assert either.post(CHAT, content=body, headers=AS_JSON).status_code == 202
    assert stored(database)[0].text == kept


def test_ten_thousand_characters_are_accepted(client: TestClient, sqlite: Database) -> None:
    body = {"text": "ሰላም " * 2_500}
    assert client.post(CHAT, json=body).status_code == 202
    assert len(stored(sqlite)[-1].text or "") == 10_000


def test_an_address_with_a_line_break_is_not_found_as_the_api_says_it(client: TestClient) -> None:
    answer = client.get("/v1/hand-overs/1%0A2/open-klant")
    assert (answer.status_code, answer.headers["API-Version"]) == (404, VERSION)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_that_no_person_types_is_too_large(client: TestClient, sqlite: Database) -> None:
    answer = client.post(CHAT, json={"text": "a" * MAX_BODY_BYTES})
    assert is_problem(answer, 413)
    assert stored(sqlite) == []


def test_a_body_that_does_not_say_how_long_it_is_is_refused(client: TestClient) -> None:
    pieces = (b"a" * 1_000 for _ in range(200))
    assert is_problem(client.post(CHAT, content=pieces, headers=AS_JSON), 413)


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 5_000, "١٢"])
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    headers = [(b"Content-Length", length.encode()), (b"Content-Type", b"application/json")]
    assert client.post(CHAT, content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize("cookie", ["a", "x" * 65, "x" * 3_000, "a:b" * 8])
def test_a_cookie_that_is_not_ours_is_replaced(
    client: TestClient, sqlite: Database, cookie: str
) -> None:
    answer = client.post(CHAT, json={"text": "hallo"}, headers={"Cookie": f"wegwijs_chat={cookie}"})
    assert answer.status_code == 202
    assert answer.cookies[webchat.COOKIE] != cookie
    assert stored(sqlite)[0].external_id.startswith(answer.cookies[webchat.COOKIE])


def test_a_browser_is_answered_in_the_first_of_its_languages_that_we_speak(
    client: TestClient,
) -> None:
    page = client.get("/chat", headers={"Accept-Language": "fr-FR,ti;q=0.8,nl;q=0.5"})
    assert '<html lang="ti"' in page.text
    assert '<html lang="nl"' in client.get("/chat", headers={"Accept-Language": "fr"}).text
    assert '<html lang="ar" dir="rtl"' in client.get("/chat?language=ar").text


@pytest.mark.parametrize("path", ["/chat/weert/", "/nothing", "/chats"])
def test_a_slightly_wrong_address_leads_to_the_chat(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat")


def test_a_start_command_is_one_in_the_web_chat_too(client: TestClient, sqlite: Database) -> None:
    client.post(CHAT, json={"text": "/start weert"})
    assert (stored(sqlite)[0].kind, stored(sqlite)[0].text) == (Kind.start, "weert")


def test_nobody_reads_events_without_a_cookie(client: TestClient) -> None:
    answer = client.get("/v1/chat/events")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
def test_an_impossible_place_to_read_on_from_is_a_problem(client: TestClient, after: str) -> None:
    assert is_problem(client.get(f"/v1/chat/events?after={after}"), 400)


@pytest.mark.parametrize("language", ["nl", "ar", "ti", "en", "tr"])
def test_the_page_of_the_chat_is_in_the_chosen_language(client: TestClient, language: str) -> None:
    page = client.get(f"/chat?language={language}")
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page.text


def test_the_page_of_a_town_names_it_and_one_of_no_town_does_not(
    client: TestClient, sqlite: Database
) -> None:
    with sqlite.writing() as session:
        town(session)
    assert 'data-town="weert"' in client.get("/chat/weert").text
    assert "data-town" not in client.get("/chat/atlantis").text


@pytest.mark.parametrize("path", ["/chat/%00", "/chat/we%00ert", "/chat/%ff"])
def test_an_odd_town_is_no_town(either: TestClient, path: str) -> None:
    page = either.get(path)
    assert page.status_code == 200
    assert "data-town" not in page.text


# The store away


def test_with_the_database_away_a_message_is_refused_and_can_be_sent_again(
    clock: FixedClock,
) -> None:
    away = settings("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with TestClient(create_app(away, clock)) as client:
        assert is_problem(client.post(CHAT, json={"text": "hallo"}), 503)
        client.cookies.set(STAFF_COOKIE, "somebody", path="/console")
        page = client.get("/console")
        assert page.status_code == 503
        assert "text/html" in page.headers["Content-Type"]
        assert client.get("/v1/health").status_code == 200
        assert client.get("/v1/readiness").json()["database"] is False


def test_a_locked_database_is_a_problem_and_nothing_is_lost_or_doubled(
    sqlite: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.db, "BUSY_TIMEOUT_MS", 50)
    message = {"text": "hallo", "id": "m1"}
    with TestClient(create_app(settings(url_of(sqlite)), clock)) as client:
        with sqlite.writing() as session:
            town(session)
            assert is_problem(client.post(CHAT, json=message), 503)
        assert client.post(CHAT, json=message).status_code == 202
    assert len(stored(sqlite)) == 1


# The API of the bot's actions


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def dialogue(database: Database, clock: FixedClock) -> str:
    with database.writing() as session:
        town(session)
        return conversation(session, clock()).session_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer(""),
        bearer(TOKEN + "x"),
        bearer("é"),
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
    ],
)
def test_without_the_right_service_token_nobody_gets_in(
    client: TestClient, sqlite: Database, clock: FixedClock, headers: dict[str, str]
) -> None:
    path = f"/v1/sessions/{dialogue(sqlite, clock)}"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert is_problem(client.get(f"{path}/next-appointment", headers=raw), 401)
    assert is_problem(client.post(f"{path}/hand-overs", headers=raw, json={}), 401)
    with sqlite.reading() as session:
        assert session.scalar(select(HandOver)) is None


def test_an_unknown_dialogue_is_not_found(client: TestClient) -> None:
    path = f"/v1/sessions/{uuid4()}"
    assert is_problem(client.get(f"{path}/next-appointment", headers=bearer(TOKEN)), 404)
    assert is_problem(client.post(f"{path}/hand-overs", headers=bearer(TOKEN), json={}), 404)


def test_the_next_appointment_is_only_an_opaque_id(
    client: TestClient, sqlite: Database, clock: FixedClock
) -> None:
    path = f"/v1/sessions/{dialogue(sqlite, clock)}/next-appointment"
    unlinked = client.get(path, headers=bearer(TOKEN))
    assert unlinked.json() == {"linked": False, "appointment": None}
    with sqlite.writing() as session:
        case = participant(session, clock())
        appointment = talk(session, case, clock() + timedelta(days=1))
        talk(session, case, clock() - timedelta(days=1))
        session.scalars(select(Conversation)).one().person_id = case.participant_id
    linked = client.get(path, headers=bearer(TOKEN))
    assert linked.json() == {"linked": True, "appointment": str(appointment.id)}


def test_a_hand_over_of_the_bot_is_made_once(
    either: TestClient, database: Database, clock: FixedClock
) -> None:
    path = f"/v1/sessions/{dialogue(database, clock)}/hand-overs"
    answers = [either.post(path, headers=bearer(TOKEN), json={"reason": "asked"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    with database.reading() as session:
        assert str(session.scalars(select(HandOver)).one().id) == answers[0].json()["handOver"]


@pytest.mark.parametrize("body", [{"reason": "because"}, {"reason": 1}, [], None])
def test_a_hand_over_needs_a_reason_we_know(
    client: TestClient, sqlite: Database, clock: FixedClock, body: object
) -> None:
    path = f"/v1/sessions/{dialogue(sqlite, clock)}/hand-overs"
    assert is_problem(client.post(path, headers=bearer(TOKEN), json=body), 400)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/health", 200),
        ("GET", "/v1/readiness", 503),
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/health", 405),
        ("POST", CHAT, 400),
        ("GET", f"/v1/sessions/{uuid4()}/next-appointment", 401),
        ("GET", "/v1/openapi.json", 200),
    ],
)
def test_every_answer_of_the_api_tells_its_version(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["API-Version"] == VERSION
    if status >= 400 and path != "/v1/readiness":
        assert is_problem(answer, status)


def test_readiness_says_what_is_away(client: TestClient) -> None:
    assert client.get("/v1/readiness").json() == {
        "status": "unavailable",
        "database": True,
        "rasa": False,
    }


@pytest.mark.parametrize("path", ["/chat", "/console/login", "/v1/health", "/static/chat/chat.js"])
def test_every_answer_tells_the_browser_to_trust_only_us(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/chat", "/console/login"])
def test_no_page_has_a_script_or_style_of_its_own(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


# Console


class Console:
    """A browser of somebody of the staff."""

    def __init__(self, client: TestClient, database: Database, clock: FixedClock) -> None:
        self.client, self.database, self.clock = client, database, clock

    def add(self, name: str = "Sanne", town: str = "weert") -> Person:
        with self.database.writing() as session:
            return regisseur(session, self.clock(), name, towns=(town,))

    def ask_for_person(self, town_id: str | None = "weert") -> str:
        with self.database.writing() as session:
            town(session)
            made = conversation(session, self.clock(), chat=f"chat-{uuid4()}")
            made.municipality_id = town_id
            return str(ask_for_person(session, made, Reason.asked, self.clock()).id)

    def login(self, email: str, password: str = PASSWORD, **changes: str) -> Response:
        form = {"csrf": self.csrf("/console/login"), "email": email, "password": password}
        return sent(self.client.post("/console/login", data={**form, **changes}))

    def signed_in(self, who: Person | None = None) -> "Console":
        assert self.login((who or self.add()).email or "").status_code == 303
        return self

    def get(self, path: str = "/console") -> Response:
        return sent(self.client.get(path))

    def csrf(self, path: str = "/console") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def post(self, path: str, **form: str) -> Response:
        return sent(self.client.post(path, data={"csrf": self.csrf(), **form}))

    def state(self, id: str) -> HandOverState:
        with self.database.reading() as session:
            return session.scalars(select(HandOver).where(HandOver.id == UUID(id))).one().state


@pytest.fixture
def console(client: TestClient, sqlite: Database, clock: FixedClock) -> Console:
    return Console(client, sqlite, clock)


@pytest.mark.parametrize(
    "path",
    [
        "/console",
        "/console/queue-list",
        "/console/people",
        "/console/events",
        f"/console/hand-overs/{uuid4()}",
        f"/console/hand-overs/{uuid4()}/messages",
        f"/console/hand-overs/{uuid4()}/events",
    ],
)
def test_who_is_not_signed_in_is_sent_to_the_sign_in(console: Console, path: str) -> None:
    answer = console.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/login")


@pytest.mark.parametrize("act", ["claim", "replies", "hand-back"])
def test_who_is_not_signed_in_changes_nothing(console: Console, act: str) -> None:
    id = console.ask_for_person()
    answer = console.client.post(f"/console/hand-overs/{id}/{act}", data={"text": "hallo"})
    assert answer.headers["Location"] == "/console/login"
    assert console.state(id) == HandOverState.open


def test_who_signs_in_sees_the_queue_and_gets_a_cookie_that_scripts_cannot_read(
    console: Console,
) -> None:
    answer = console.login(console.add().email or "")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console")
    [cookie] = [c for c in answer.headers.get_list("Set-Cookie") if c.startswith(STAFF_COOKIE)]
    assert "HttpOnly" in cookie
    assert "Path=/console" in cookie
    assert "samesite=lax" in cookie.lower()
    page = console.get()
    assert page.status_code == 200
    assert "Sanne Voorbeeld" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_wrong_password_and_an_unknown_address_look_the_same(console: Console) -> None:
    email = console.add().email or ""
    wrong = console.login(email, "fout")
    unknown = console.login("nobody@wegwijs.example")
    assert wrong.status_code == unknown.status_code == 401
    without_csrf = [re.sub(r'value="[^"]+"', "", page.text) for page in (wrong, unknown)]
    assert without_csrf[0] == without_csrf[1]
    assert console.get().status_code == 303


def test_after_too_many_wrong_passwords_the_right_one_has_to_wait(
    console: Console, clock: FixedClock
) -> None:
    email = console.add().email or ""
    for number in range(MAX_WRONG):
        assert console.login(email.upper() if number % 2 else email, "fout").status_code == 401
    assert console.login(email).status_code == 429
    assert console.login(f" {email.upper()} ").status_code == 429
    clock.move(WAIT)
    assert console.login(email).status_code == 303


def test_a_sign_in_without_our_own_form_is_refused(console: Console) -> None:
    email = console.add().email or ""
    assert console.login(email, csrf="").status_code == 403
    assert console.login(email, csrf="made up").status_code == 403
    console.client.cookies.clear()
    form = {"csrf": "", "email": email, "password": PASSWORD}
    assert console.client.post("/console/login", data=form).status_code == 403


def test_who_signs_out_is_out_also_with_the_old_cookie(console: Console) -> None:
    console.signed_in()
    cookie = console.client.cookies[STAFF_COOKIE]
    assert console.post("/console/logout").headers["Location"] == "/console/login"
    console.client.cookies.clear()
    console.client.cookies.set(STAFF_COOKIE, cookie, path="/console")
    assert console.get().headers["Location"] == "/console/login"


def test_a_working_day_later_one_has_to_sign_in_again(console: Console, clock: FixedClock) -> None:
    console.signed_in()
    clock.move(STAYS_SIGNED_IN)
    assert console.get().headers["Location"] == "/console/login"


@pytest.mark.parametrize("csrf", ["", "made up", "é"])
def test_a_form_that_our_page_did_not_make_changes_nothing(console: Console, csrf: str) -> None:
    console.signed_in()
    id = console.ask_for_person()
    for path in (f"/console/hand-overs/{id}/claim", "/console/logout"):
        answer = console.client.post(path, data={"csrf": csrf})
        assert answer.status_code == 403
        assert "text/html" in answer.headers["Content-Type"]
    assert console.state(id) == HandOverState.open
    assert console.get().status_code == 200


def test_the_form_of_another_session_changes_nothing(
    console: Console, sqlite: Database, clock: FixedClock
) -> None:
    console.signed_in()
    theirs = console.csrf()
    console.client.cookies.clear()
    console.signed_in(console.add("Joris"))
    id = console.ask_for_person()
    answer = console.client.post(f"/console/hand-overs/{id}/claim", data={"csrf": theirs})
    assert answer.status_code == 403


def test_a_question_is_claimed_answered_and_handed_back(console: Console) -> None:
    console.signed_in()
    id = console.ask_for_person()
    page = f"/console/hand-overs/{id}"
    assert console.post(f"{page}/claim").headers["Location"] == page
    assert console.state(id) == HandOverState.claimed
    assert console.post(f"{page}/replies", text="Dag, ik help u.").status_code == 303
    assert "Dag, ik help u." in console.get(page).text
    assert console.post(f"{page}/hand-back").status_code == 303
    assert console.state(id) == HandOverState.closed


def test_an_empty_reply_is_shown_again_with_what_is_wrong(console: Console) -> None:
    console.signed_in()
    page = f"/console/hand-overs/{console.ask_for_person()}"
    console.post(f"{page}/claim")
    answer = console.post(f"{page}/replies", text="  ")
    assert answer.status_code == 400
    assert "aria-invalid" in answer.text
    with console.database.reading() as session:
        assert session.scalar(select(Message).where(Message.staff_id.is_not(None))) is None


def test_a_colleague_was_first(console: Console) -> None:
    id = console.ask_for_person()
    console.signed_in()
    console.post(f"/console/hand-overs/{id}/claim")
    console.client.cookies.clear()
    console.signed_in(console.add("Joris"))
    assert console.post(f"/console/hand-overs/{id}/claim").status_code == 409
    assert console.post(f"/console/hand-overs/{id}/replies", text="hallo").status_code == 403


@pytest.mark.parametrize("act", ["claim", "replies", "hand-back"])
def test_a_question_of_another_town_does_not_exist(console: Console, act: str) -> None:
    id = console.ask_for_person()
    console.signed_in(console.add("Bram", "cranendonck"))
    page = f"/console/hand-overs/{id}"
    for path in (page, f"{page}/messages", f"{page}/events"):
        assert console.get(path).status_code == 404
    assert console.post(f"{page}/{act}", text="hallo").status_code == 404
    assert id not in console.get().text
    assert console.state(id) == HandOverState.open


def test_a_person_of_another_town_gets_no_code(
    console: Console, sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        amina = participant(session, clock()).participant_id
    console.signed_in(console.add("Bram", "cranendonck"))
    assert "Amina" not in console.get("/console/people").text
    assert console.post(f"/console/people/{amina}/link-codes").status_code == 404


def test_a_link_code_is_shown_once_and_stays_out_of_every_log(
    console: Console, sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        amina = participant(session, clock()).participant_id
    console.signed_in()
    page = console.post(f"/console/people/{amina}/link-codes").text
    [code] = set(re.findall(r"<code>(\w{12})</code>", page))
    assert f"/chat#start={code}" in page
    assert "do 26-11, 10:00 uur" in page  # 72 hours on, on the clocks of the town
    assert "t.me" not in page
    assert code not in console.get("/console/people").text


@pytest.mark.parametrize("path", ["/console/hand-overs/x", "/console/nothing"])
def test_what_does_not_exist_is_a_page_that_says_so(console: Console, path: str) -> None:
    console.signed_in()
    answer = console.get(path)
    assert answer.status_code in (400, 404)
    assert "text/html" in answer.headers["Content-Type"]


# Telegram


def update(update_id: int = 1, text: str = "hallo") -> dict[str, Any]:
    person = {"id": 7, "is_bot": False, "first_name": "Amina", "language_code": "ar"}
    chat = {"id": 7, "type": "private", "first_name": "Amina"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person, "text": text}
    return {"update_id": update_id, "message": message}


@pytest.fixture
def hook(sqlite: Database, clock: FixedClock) -> Iterator[TestClient]:
    """The api with a bot in webhook mode; Telegram itself is away."""
    ours = settings(
        url_of(sqlite),
        telegram_token="123:test",
        telegram_mode="webhook",
        telegram_secret=SECRET,
    )
    with TestClient(create_app(ours, clock)) as client:
        yield client


def knock(client: TestClient, body: object, secret: str | None = SECRET) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {telegram.SECRET_HEADER: secret} if secret is not None else {}
    return sent(client.post(WEBHOOK, content=content, headers=headers))


def test_an_update_with_the_secret_is_stored_before_it_is_acknowledged(
    hook: TestClient, sqlite: Database
) -> None:
    assert knock(hook, update(text="wat is PVT?")).status_code == 200
    [row] = stored(sqlite)
    assert (row.channel, row.external_id, row.position, row.text) == (
        "telegram",
        "1",
        1,
        "wat is PVT?",
    )
    with sqlite.reading() as session:
        chat = session.scalars(select(Conversation)).one()
    assert (chat.chat_id, chat.guessed_language, chat.language) == ("7", "ar", None)


def test_the_same_update_twice_is_one_message(hook: TestClient, sqlite: Database) -> None:
    assert [knock(hook, update()).status_code for _ in range(2)] == [200, 200]
    assert len(stored(sqlite)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper()])
def test_without_the_right_secret_nobody_speaks_as_telegram(
    hook: TestClient, sqlite: Database, secret: str | None
) -> None:
    assert is_problem(knock(hook, update(), secret), 403)
    assert stored(sqlite) == []


@pytest.mark.parametrize("secret", [None, "", SECRET])
def test_an_api_without_a_bot_has_no_door_for_telegram(
    client: TestClient, secret: str | None
) -> None:
    assert is_problem(knock(client, update(), secret), 403)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 60_000,
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"{}",
        b'{"message": {}}',
        b'{"update_id": 1, "message": {"text": "hallo"}}',
        b'{"update_id": 1, "message": "hallo"}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7}}}',
    ],
)
def test_an_update_that_cannot_be_read_is_taken_off_telegrams_hands(
    hook: TestClient, sqlite: Database, body: bytes
) -> None:
    assert knock(hook, body).status_code == 200
    assert stored(sqlite) == []


def channel_post() -> dict[str, Any]:
    post = update()["message"]
    post["chat"] = {"id": -100, "type": "channel", "title": "Nieuws"}
    return {"update_id": 1, "channel_post": post}


def talk_in_a_group() -> dict[str, Any]:
    said = update()
    said["message"]["chat"] = {"id": -5, "type": "group", "title": "Familie"}
    return said


@pytest.mark.parametrize(
    "body",
    [
        {"update_id": 1},
        {"update_id": 1, "something_new": {"id": 5}},
        {"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": [1]}},
        channel_post(),
        talk_in_a_group(),
    ],
)
def test_an_update_that_is_not_for_us_is_acknowledged_and_ignored(
    hook: TestClient, sqlite: Database, body: dict[str, Any]
) -> None:
    assert knock(hook, body).status_code == 200
    assert stored(sqlite) == []


def test_a_bsn_in_an_update_is_masked_before_it_is_stored(
    hook: TestClient, sqlite: Database
) -> None:
    knock(hook, update(text="bsn 111222333"))
    assert (stored(sqlite)[0].text, stored(sqlite)[0].masked) == ("bsn •••", True)


def test_with_the_store_away_telegram_is_asked_to_come_again(
    sqlite: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.db, "BUSY_TIMEOUT_MS", 50)
    ours = settings(
        url_of(sqlite), telegram_token="123:test", telegram_mode="webhook", telegram_secret=SECRET
    )
    with TestClient(create_app(ours, clock)) as client:
        with sqlite.writing() as session:
            town(session)
            assert knock(client, update()).status_code == 503
        assert knock(client, update()).status_code == 200
    assert len(stored(sqlite)) == 1


@pytest.mark.parametrize("secret", [None, ""])
def test_a_webhook_without_a_secret_does_not_start(secret: str | None) -> None:
    with pytest.raises(ValidationError, match="WEGWIJS_TELEGRAM_SECRET"):
        settings(
            "sqlite://", telegram_token="123:test", telegram_mode="webhook", telegram_secret=secret
        )


def test_settings_without_secrets_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEGWIJS_RASA_SECRET", "WEGWIJS_SERVICE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match="WEGWIJS_RASA_SECRET"):
        Settings()
    assert "a rasa secret" not in repr(settings("sqlite://"))


# Texts to look at


NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""Midnight in Amsterdam: the amounts of 2026 ended."""


@pytest.fixture
def tasks(console: Console, words: Words) -> Console:
    """Somebody who is signed in, when numbers ended and two coaches called an answer wrong."""
    console.signed_in()
    with console.database.writing() as session:
        open_rule_tasks(session, words.rules, NEW_YEAR)
        for hours in (1, 2):
            report_answer(session, "pvt", NEW_YEAR + timedelta(hours=hours))
    return console


def rows_of_texts(console: Console) -> dict[str, list[str]]:
    """What the page says of each text: why, the source, since when."""
    rows = re.findall(r"<tr>(?=\s*<th scope=.row).*?</tr>", console.get(TEXTS).text, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]
    return {unescape(subject): [unescape(cell) for cell in rest] for subject, *rest in cells}


def closing(console: Console, subject: str) -> str:
    """Where the form of this text leads."""
    page = console.get(TEXTS).text
    row = page[page.index(f">{subject}<") :]
    found = re.search(r'action="(/console/texts/\d+/close)"', row)
    assert found, subject
    return found[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_not_signed_in_neither_sees_nor_closes_what_is_wrong_with_texts(
    console: Console, method: str
) -> None:
    with console.database.writing() as session:
        report_answer(session, "pvt", NEW_YEAR)
        [task] = list_tasks(session)
        path = TEXTS if method == "GET" else f"{TEXTS}/{task.id}/close"
    answer = console.client.request(method, path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/login")
    with console.database.reading() as session:
        assert len(list_tasks(session)) == 1


def test_a_number_that_ended_is_listed_with_its_reason_source_and_since(
    tasks: Console, words: Words
) -> None:
    reason, source, since = next(
        rest for subject, rest in rows_of_texts(tasks).items() if "kot_income_euro" in subject
    )
    assert reason == words.console.text(SOURCE, "texts.kind.rule").text
    assert source == words.rules.sources.cite(words.rules["kot_income_euro"].sources)
    assert since == "01-01-2027"


def test_an_answer_that_coaches_call_wrong_is_listed_with_how_often(
    tasks: Console, words: Words
) -> None:
    reason, source, since = rows_of_texts(tasks)[words.text(SOURCE, "label.pvt")]
    reported = words.console.text(SOURCE, "texts.kind.reported", {"times": 2}, count=2)
    assert reason == reported.text
    assert source == words.rules.sources.cite(words.topics["pvt"].sources)
    assert since == "01-01-2027"


def test_a_text_that_was_looked_at_leaves_the_list_and_the_others_stay(
    tasks: Console, words: Words, clock: FixedClock
) -> None:
    before, pvt = rows_of_texts(tasks), words.text(SOURCE, "label.pvt")
    path = closing(tasks, pvt)
    for _ in range(2):  # also who presses twice, or just after a colleague
        assert tasks.post(path).headers["Location"] == TEXTS
    assert rows_of_texts(tasks).keys() == before.keys() - {pvt}
    with tasks.database.reading() as session:
        [closed] = session.scalars(select(ContentTask).where(ContentTask.closed_at.is_not(None)))
        assert (closed.subject, closed.closed_at) == ("pvt", clock())


def test_with_nothing_to_look_at_the_page_says_so(console: Console, words: Words) -> None:
    page = console.signed_in().get(TEXTS).text
    assert words.console.text(SOURCE, "texts.empty").text in page
    assert "<table" not in page


@pytest.mark.parametrize("csrf", ["", "made up", "é"])
def test_a_text_is_closed_only_with_our_own_form(tasks: Console, words: Words, csrf: str) -> None:
    pvt = words.text(SOURCE, "label.pvt")
    answer = tasks.client.post(closing(tasks, pvt), data={"csrf": csrf})
    assert answer.status_code == 403
    assert "text/html" in answer.headers["Content-Type"]
    assert pvt in rows_of_texts(tasks)


@pytest.mark.parametrize(
    ("task", "status"), [("404", 404), ("0", 404), ("-1", 404), (str(10**30), 404), ("x", 400)]
)
def test_a_text_that_nobody_has_to_look_at_is_a_page_that_says_so(
    database: Database, clock: FixedClock, task: str, status: int
) -> None:
    """On both databases: they differ in what number is too large."""
    app = create_app(settings(url_of(database)), clock)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        console = Console(client, database, clock).signed_in()
        answer = console.post(f"{TEXTS}/{task}/close")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, HTML)


def test_a_report_of_an_answer_that_is_gone_does_not_hide_the_others(
    tasks: Console, words: Words
) -> None:
    """A release can drop a topic while a report of it is open."""
    with tasks.database.writing() as session:
        report_answer(session, "a_topic_of_last_year", NEW_YEAR)
    assert words.text(SOURCE, "label.pvt") in rows_of_texts(tasks)


def test_of_the_numbers_of_towns_the_page_says_which_town_and_its_own_source(
    console: Console, words: Words, sqlite: Database
) -> None:
    day, review = date(2026, 11, 23), date(2026, 12, 31)
    with sqlite.writing() as session:
        for id in ("weert", "nederweert"):
            town(session, id, id.title())
            decision = f"besluit van {id.title()}"
            set_local_rule(session, words.rules, id, "work_weeks", "20", decision, day, review)
        open_rule_tasks(session, words.rules, NEW_YEAR)
    page = unescape(console.signed_in().get(TEXTS).text)
    assert page.count("besluit van Weert") == page.count("besluit van Nederweert") == 1


# Recordings


VOICE = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 100


@pytest.fixture
def spoken(words: Words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recordings:
    """The recordings of the app, in a folder of this test."""
    mine = copy.copy(words)
    mine.recordings = Recordings(tmp_path / "recordings")
    monkeypatch.setattr(api.app, "Words", lambda *_: mine)
    (tmp_path / "voice.ogg").write_bytes(VOICE)
    (tmp_path / "pvt-0123456789.ogg").write_bytes(VOICE)
    return mine.recordings


@pytest.mark.parametrize("machine", [True, False])
def test_a_recording_is_served_with_its_type_and_may_be_kept_for_long(
    spoken: Recordings, client: TestClient, tmp_path: Path, machine: bool
) -> None:
    path = spoken.path_for("ti", "pvt.simple", "text", machine=machine)
    path.write_bytes(VOICE)
    found = spoken.find("ti", "pvt.simple", "text")
    assert found is not None
    answer = client.get(f"/media/{found.media}")
    assert (answer.status_code, answer.content) == (200, VOICE)
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kept = answer.headers["Cache-Control"]
    assert {"public", "immutable"} <= set(kept.split(", "))
    [seconds] = re.findall(r"max-age=(\d+)", kept)
    assert timedelta(seconds=int(seconds)) >= timedelta(days=365)


def test_a_player_can_ask_for_a_part_of_a_recording(
    spoken: Recordings, client: TestClient, tmp_path: Path
) -> None:
    """Safari plays no sound from a server that cannot."""
    kept = spoken.add("ar", "pvt", "text", tmp_path / "voice.ogg")
    answer = client.get(f"/media/recordings/ar/{kept.name}", headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (206, VOICE[:2])


@pytest.mark.parametrize(
    "path",
    [
        "ar/voice.ogg",
        "ar/PVT-0123456789.ogg",
        "ar/pvt-0123456789.ogg.half",
        "ar/pvt-0123456789.mp3",
        "ar/pvt-9876543210.ogg",
        "tr/pvt-0123456789.ogg",
        "ar/%2e%2e%2fpvt-0123456789.ogg",
        "%2e%2e/pvt-0123456789.ogg",
        "%2e/pvt-0123456789.ogg",
        "a1/pvt-0123456789.ogg",
        "ar/pvt-0123456789.ogg%00",
        "ar/pvt-0123456789.ogg%0a",
    ],
)
def test_a_name_that_we_did_not_give_is_no_recording(
    spoken: Recordings, client: TestClient, tmp_path: Path, path: str
) -> None:
    for folder in (spoken.folder, spoken.folder / "ar", spoken.folder / "a1"):
        folder.mkdir(exist_ok=True)
        for name in (
            "voice.ogg",
            "PVT-0123456789.ogg",
            "pvt-0123456789.ogg.half",
            "pvt-0123456789.ogg",
        ):
            (folder / name).write_bytes(VOICE)
    (spoken.folder / "ar" / "pvt-0123456789.mp3").write_bytes(VOICE)
    answer = client.get(f"/media/recordings/{path}")
    assert answer.status_code in (303, 404)
    assert VOICE not in answer.content
    assert "immutable" not in answer.headers.get("Cache-Control", "")
