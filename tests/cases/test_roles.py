"""Who may see what: everybody tries every route of the running app, and nobody gets more than
the table in `role_table` allows.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import Response as Answer

from api.answers.words import Words
from api.cases.models import Participant
from api.cases.service import KINDS
from api.console.routes import COOKIE
from api.console.views import NAV
from api.conversations.models import Author
from api.conversations.path import MessagePath
from api.db import Database
from api.people.linking import create_code, use_code
from api.people.models import Person
from tests.cases.role_desk import (
    LOGIN,
    Desk,
    Try,
    contents,
    copy_of,
    desk_over,
    routes_of,
    running,
    tries,
)
from tests.cases.role_requests import BODIES, FIRST_NAME, HOUSEHOLD
from tests.cases.role_store import CONTENT, NAMES, seed
from tests.cases.role_table import EVERYBODY, OF_TOWN, SEES_CASE, STAFF, WHO_MAY, Who
from tests.conversations.chat import Chat, answer_waiting
from tests.factories import FixedClock, ScriptedRasa, conversation, receive, understood
from tests.test_web import bearer, sent
from translations.catalogue import SOURCE

TALK = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
SHOWN_AGAIN = {
    ("POST /console/cases", Who.elsewhere),
    ("POST /console/cases", Who.mixed),
}
"""A form with a town that they were not offered: it comes back with a fault (400)."""
NOT_RECORDED = (
    "POST /v1/cases/_search",
    "POST /console/cases/search",
    "POST /console/cases/import",
    "POST /console/cases/{case_id}/conversation",
    "POST /console/households/{household_id}/ask",
)
"""Sent like a change, and changes nothing in the store of cases."""
ON_POSTGRESQL = (
    *("GET /v1/cases", "GET /v1/cases/{caseId}", "GET /v1/exports/cases.csv"),
    *("GET /console/cases", "GET /console/cases/{case_id}"),
    *("GET /console/households/{household_id}", "POST /v1/cases/_search"),
    *("POST /v1/cases", "POST /console/households"),
)


@pytest.fixture(scope="module")
def desk(
    migrated_sqlite: Path, words: Words, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with desk_over(copy_of(migrated_sqlite, tmp_path_factory.mktemp("roles")), words) as made:
        yield made


def was_refused(who: Who, what: Try, answer: Answer) -> bool:
    """As somebody unknown, or as somebody for whom it is not; never by chance."""
    if what.route.startswith("POST /channels"):
        return answer.status_code == 403
    if what.route.startswith(("GET /calendar", "GET /media/calendar")):
        return answer.status_code == 404
    if what.is_login:
        return answer.status_code == 401
    if what.is_console and who not in STAFF:
        return (answer.status_code, answer.headers.get("Location")) == (303, LOGIN)
    if "/sessions/" in what.route or who not in STAFF:
        return answer.status_code == 401
    return answer.status_code in ((400,) if (what.route, who) in SHOWN_AGAIN else (403, 404))


def was_done(what: Try, answer: Answer) -> bool:
    if what.is_console and what.writes and answer.status_code == 303:
        return (answer.headers["Location"] == LOGIN) == what.route.endswith("/logout")
    return 200 <= answer.status_code < 300


def hidden_from(who: Who) -> tuple[str, ...]:
    """What this person may find in no answer whatever."""
    if who in SEES_CASE:
        return ()
    return CONTENT if who in OF_TOWN else (*NAMES, *CONTENT)


def is_recorded(what: Try) -> bool:
    """Whether the history of a case or a household must tell of it."""
    about = "/cases" in what.route or "/households" in what.route or "/imports" in what.route
    return what.writes and about and what.route not in NOT_RECORDED


def faults_of(desk: Desk, who: Who, what: Try) -> Iterator[str]:
    answer, may = desk.ask(who, what), who in WHO_MAY[what.route]
    name = f"{who}: {what.route} {what.kind} {answer.status_code}"
    if not (was_done(what, answer) if may else was_refused(who, what, answer)):
        yield f"{name}, {'allowed' if may else 'refused'} by the table: {answer.text[:300]}"
    for each in hidden_from(who) if may else (*NAMES, *CONTENT):
        if each in answer.text:
            yield f"{name} tells {each!r}"
    changed = desk.changed()
    if changed and not (may and what.writes):
        yield f"{name} wrote in {changed}"
    if may and is_recorded(what) and "change" not in changed:
        yield f"{name} is in no history"


def test_the_table_names_every_route_of_the_app_and_no_other(desk: Desk) -> None:
    app = desk.client.app
    assert isinstance(app, FastAPI)
    found = set(routes_of(app.routes))
    assert sorted(found - WHO_MAY.keys()) == [], "say in role_table who may open these"
    assert sorted(WHO_MAY.keys() - found) == []


def test_every_kind_of_record_is_tried() -> None:
    assert BODIES.keys() == KINDS.keys()


@pytest.mark.parametrize("who", Who)
def test_everybody_may_do_what_the_table_says_and_is_told_nothing_else(
    desk: Desk, who: Who
) -> None:
    found = [fault for what in tries() for fault in faults_of(desk, who, what)]
    assert not found, "\n".join(found)


def test_what_is_hidden_from_others_is_told_to_the_regisseur_of_the_case(desk: Desk) -> None:
    """Else looking for it in what others are told would prove nothing."""
    mine = [each for each in tries() if Who.regisseur in WHO_MAY[each.route] and not each.writes]
    for part, told in (("/v1/", CONTENT), ("/console", (*NAMES, *CONTENT))):
        answers = [desk.ask(Who.regisseur, each).text for each in mine if part in each.route]
        assert [each for each in told if not any(each in text for text in answers)] == []


@pytest.mark.parametrize("csrf", ["", "of somebody else"])
def test_a_form_that_our_page_did_not_make_is_refused_for_everybody(desk: Desk, csrf: str) -> None:
    forms = [each for each in tries() if each.is_console and each.writes]
    once = [each for each in forms if each.kind in ("", "notes")]
    for who in Who:
        for what in once:
            answer = desk.ask(who, what, csrf)
            known = who in STAFF or what.is_login
            assert answer.status_code == (403 if known else 303), (who, what)
            assert known or answer.headers["Location"] == LOGIN
            assert desk.changed() == [], (who, what)


@pytest.mark.parametrize("who", sorted(STAFF))
def test_the_menu_shows_what_one_may_open_and_nothing_else(desk: Desk, who: Who) -> None:
    page = desk.get(who, "/console").text
    menu = page[page.index("<nav") : page.index("</nav>")]
    for _, path, _ in NAV:
        may = who in WHO_MAY[f"GET {path}"]
        if path != "/console":  # where everybody comes in, also who has no questions to answer
            assert (f'href="{path}"' in menu) == may, path
        elif f'href="{path}"' in menu:
            assert may


def test_an_answer_to_the_wrong_door_is_worth_nothing(desk: Desk) -> None:
    """A cookie of the console is no token of the API, and the other way round."""
    token, client = desk.made.tokens[Who.regisseur], desk.client
    client.cookies.clear()
    api = sent(client.get("/v1/cases", headers={"Cookie": f"{COOKIE}={token}"}))
    console = sent(client.get("/console/cases", headers=bearer(token)))
    assert api.status_code == 401
    assert (console.status_code, console.headers["Location"]) == (303, LOGIN)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_tells_and_keeps_back_the_same(
    database: Database, words: Words, tmp_path: Path
) -> None:
    with running(database, words, tmp_path) as door:
        for route in ON_POSTGRESQL:
            for who in sorted(EVERYBODY, key=lambda each: each in WHO_MAY[route]):
                may, what = who in WHO_MAY[route], Try(route)
                with database.engine.connect() as connection:
                    before = contents(connection)
                answer = door.ask(who, what)
                assert was_done(what, answer) if may else was_refused(who, what, answer)
                hidden = hidden_from(who) if may else (*NAMES, *CONTENT)
                assert [each for each in hidden if each in answer.text] == []
                with database.engine.connect() as connection:
                    assert may or contents(connection) == before


# The chat


def chat_of(database: Database, words: Words, clock: FixedClock, who: UUID) -> Chat:
    """The chat of this person, past the first contact."""
    rasa = ScriptedRasa()
    chat = Chat(MessagePath(database, rasa, words, clock), rasa, clock, f"chat-of-{who}"[:40])
    with database.writing() as session:
        made = conversation(session, clock(), chat.name)
        code = create_code(session, session.get_one(Person, who), None, clock())
        use_code(session, made, code, clock())
    return chat


def told(chat: Chat) -> str:
    """All that is said to somebody who asks for everything that is their own."""
    asked = ("next_talk_none", "mijn_voortgang", "mijn_regisseur", "pvt")
    for key in asked:
        chat.rasa.otherwise = understood(key)
        with chat.path.database.writing() as session:
            receive(session, chat.clock(), "een vraag", chat=chat.name)
        answer_waiting(chat.path)
    said = [line.text for line in chat.lines() if line.author is Author.bot]
    assert len(said) >= len(asked)
    return "\n".join(said)


def test_a_coach_reads_the_day_and_time_of_who_agreed_and_nothing_else(
    sqlite: Database, words: Words, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        made = seed(session, words, clock())
        silent = session.get_one(Participant, UUID(made.other_participant))
        silent.household_id = UUID(made.places["household_id"])
    text = told(chat_of(sqlite, words, clock, made.people[Who.coach]))
    assert HOUSEHOLD in text
    assert FIRST_NAME in text
    assert words.moment(SOURCE, TALK) in text
    secret = [each for each in (*NAMES, *CONTENT) if each not in (HOUSEHOLD, FIRST_NAME)]
    assert [each for each in (*secret, "Karim") if each in text] == []


@pytest.mark.parametrize("who", sorted({*STAFF, Who.participant, Who.key_person}))
def test_a_chat_of_anybody_else_tells_nothing_of_a_case(
    sqlite: Database, words: Words, clock: FixedClock, who: Who
) -> None:
    """Also not of those who may see it in the console: a chat is no place to show it."""
    with sqlite.writing() as session:
        made = seed(session, words, clock())
    text = told(chat_of(sqlite, words, clock, made.people[who]))
    assert [each for each in (*NAMES, *CONTENT) if each in text] == []
