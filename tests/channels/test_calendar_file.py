"""The appointment as a file in the chat: on the page of the web chat, and over Telegram."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import delete, select

import api.app
from api.answers.recordings import Recordings
from api.answers.reply import Reply
from api.answers.words import Words
from api.app import create_app
from api.appointments.calendar import media_of
from api.appointments.models import Appointment
from api.channels import telegram, webchat
from api.conversations.models import Channel, Conversation
from api.conversations.transcript import say
from api.db import Database
from api.outbox.service import Outgoing, claim_due
from api.settings import Settings
from tests.factories import FixedClock, conversation, participant, talk
from tests.fakes.bot_api import BotApi
from tests.fakes.driving import AMINA, TOKEN, using

MINE, OTHER = "a" * 22, "b" * 22


@pytest.fixture
def client(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    settings = Settings(
        database_url=sqlite.engine.url.render_as_string(hide_password=False),
        rasa_secret="a rasa secret",
        service_token="a service token",
        workers=False,
    )
    with TestClient(create_app(settings, clock), follow_redirects=False) as client:
        yield client


def told(
    database: Database,
    words: Words,
    clock: FixedClock,
    chat: str = MINE,
    channel: Channel = Channel.webchat,
) -> UUID:
    """Somebody asked for the file of their talk, and it was said in this chat."""
    with database.writing() as session:
        case = participant(session, clock(), language="ar")
        appointment = talk(session, case, clock() + timedelta(days=7))
        made = conversation(session, clock(), chat, "ar")
        made.channel, made.person_id = channel, case.participant_id
        reply = Reply("talk.calendar", media=media_of(appointment))
        say(session, words, made, reply, clock())
        return appointment.id


def asked(client: TestClient, name: object, chat: str | None = MINE) -> Any:
    client.cookies.clear()
    if chat is not None:
        client.cookies.set(webchat.COOKIE, chat)
    return client.get(f"/media/calendar/{name}.ics")


# The web chat


def test_the_page_gets_the_appointment_of_its_own_chat(
    sqlite: Database, words: Words, clock: FixedClock, client: TestClient
) -> None:
    id = told(sqlite, words, clock)
    answer = asked(client, id)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "afspraak.ics" in answer.headers["Content-Disposition"]
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"] == str(id)
    assert words.text("ar", "appointment.progress_talk") in str(event["SUMMARY"])


@pytest.mark.parametrize("chat", [OTHER, "c" * 22, "no cookie of ours", None])
def test_nobody_else_gets_it(
    sqlite: Database, words: Words, clock: FixedClock, client: TestClient, chat: str | None
) -> None:
    id = told(sqlite, words, clock)
    told(sqlite, words, clock, OTHER)
    assert asked(client, id, chat).status_code == 404


def test_a_chat_that_was_unlinked_gets_it_no_more(
    sqlite: Database, words: Words, clock: FixedClock, client: TestClient
) -> None:
    id = told(sqlite, words, clock)
    with sqlite.writing() as session:
        session.scalars(select(Conversation)).one().person_id = None
    assert asked(client, id).status_code == 404


def test_a_chat_of_telegram_is_no_cookie(
    sqlite: Database, words: Words, clock: FixedClock, client: TestClient
) -> None:
    id = told(sqlite, words, clock, channel=Channel.telegram)
    assert asked(client, id).status_code == 404


@pytest.mark.parametrize("name", [uuid4(), "1", "", "%00", "x" * 300])
def test_a_name_that_we_did_not_give_is_not_found(
    sqlite: Database, words: Words, clock: FixedClock, client: TestClient, name: object
) -> None:
    told(sqlite, words, clock)
    assert asked(client, name).status_code == 404


def test_the_line_tells_the_page_where_the_file_is(
    sqlite: Database, words: Words, clock: FixedClock
) -> None:
    id = told(sqlite, words, clock)
    with sqlite.reading() as session:
        [line] = webchat._lines(sqlite, session.scalars(select(Conversation)).one().id, 0)
    assert line.calendar == f"/media/calendar/{id}.ics"
    assert line.image is None
    assert line.sound is None


# Telegram


def claim(database: Database, words: Words, clock: FixedClock) -> Outgoing:
    with database.writing() as session:
        [outgoing] = claim_due(session, words, clock(), 30)
        return outgoing


def test_over_telegram_the_file_comes_with_its_words(
    sqlite: Database, words: Words, clock: FixedClock, tmp_path: Path
) -> None:
    with BotApi.running(token=TOKEN) as server:
        amina = server.person(AMINA)
        amina.starts()
        id = told(sqlite, words, clock, str(AMINA), Channel.telegram)
        outgoing = claim(sqlite, words, clock)
        recordings = Recordings(tmp_path)
        using(server, lambda bot: telegram.deliver(bot, recordings, outgoing))
        [message] = amina.messages
    assert (message.kind, message.file_name) == ("document", "afspraak.ics")
    assert message.text == outgoing.text
    assert words.text("ar", "talk.calendar") in message.text
    assert message.content is not None
    [event] = Calendar.from_ical(message.content).walk("VEVENT")
    assert event["UID"] == str(id)


def test_of_an_appointment_that_is_gone_the_words_are_left(
    sqlite: Database, words: Words, clock: FixedClock
) -> None:
    told(sqlite, words, clock, str(AMINA), Channel.telegram)
    with sqlite.writing() as session:
        session.execute(delete(Appointment))
    outgoing = claim(sqlite, words, clock)
    assert outgoing.attachment is None
    assert words.text("ar", "talk.calendar") in outgoing.text


def test_for_the_page_no_file_is_made(sqlite: Database, words: Words, clock: FixedClock) -> None:
    told(sqlite, words, clock)
    assert claim(sqlite, words, clock).attachment is None
