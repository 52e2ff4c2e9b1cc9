"""A counter of the municipality: guests with a chat, regisseurs at their desks, and one store."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.attachments.fetching import claim_wanted, record_stored
from api.attachments.service import allow, offer
from api.attachments.types import check
from api.channels.webchat import COOKIE
from api.clock import system_clock
from api.conversations.models import Author, Conversation, Kind, Message
from api.conversations.rasa import Question, Understood
from api.db import Database
from api.people.models import Person
from tests.browser.api_alone import TOKEN, api_alone
from tests.browser.pages import Chat, act
from tests.factories import (
    PASSWORD,
    ScriptedRasa,
    conversation,
    participant,
    regisseur,
    town,
    understood,
)
from translations.machine import Machine

WISHES = {
    "ar": "أريد أن أتحدث مع إنسان",
    "ti": "ምስ ሰብ ክዛረብ እደሊ",
    "nl": "Ik wil graag een mens spreken",
}
SOON = 20_000
DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=780)


@dataclass
class Desk:
    """One regisseur in the console."""

    page: Page
    url: str
    name: str

    @property
    def lines(self) -> Locator:
        """Of the conversation that is open, without what stands between them."""
        return self.page.locator("#live-part .line[id^=message-]")

    @property
    def mine(self) -> Locator:
        return self.page.locator(".by-person .bubble")

    @property
    def text(self) -> Locator:
        return self.page.locator("#text")

    def row(self, name: str) -> Locator:
        return self.page.locator(".question", has=self.page.get_by_role("link", name=name))

    def to_queue(self) -> None:
        self.page.goto(f"{self.url}/console")

    def open(self, name: str) -> None:
        self.row(name).get_by_role("link").click()
        expect(self.page.locator("#live-part .lines")).to_be_visible()

    def take(self, name: str) -> None:
        self.open(name)
        act(self.page, "claim")

    def say(self, dutch: str) -> None:
        self.text.fill(dutch)
        act(self.page, "replies")

    def line_ids(self) -> list[int]:
        found = self.lines.evaluate_all("all => all.map(each => each.id)")
        return [int(id.removeprefix("message-")) for id in found]


@dataclass
class Counter:
    url: str
    database: Database

    def desk(self, browser: Browser, name: str, url: str = "", email: str = "") -> Desk:
        """A regisseur who has signed in; `email` for one who has a desk elsewhere already."""
        page = browser.new_context(viewport=DESKTOP).new_page()
        page.goto(f"{url or self.url}/console/login")
        page.locator("#email").fill(email or self._email_of_new(name))
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button").click()
        expect(page).to_have_url(re.compile(r"/console$"))
        return Desk(page, url or self.url, name)

    def guest(self, browser: Browser, name: str, language: str, url: str = "") -> Chat:
        """A participant of Weert with a case, in a chat that knows who they are."""
        cookie = secrets.token_urlsafe(16)
        with self.database.writing() as session:
            now = system_clock()
            case = participant(session, now, name, language)
            chat = conversation(session, now, cookie, language)
            chat.person_id, chat.municipality_id = case.participant_id, "weert"
        return self.chat(browser, cookie, language, url)

    def chat(self, browser: Browser, cookie: str, language: str, url: str = "") -> Chat:
        """The same guest at another device has the same cookie."""
        context = browser.new_context(viewport=PHONE)
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": url or self.url}])
        page = context.new_page()
        page.goto(f"{url or self.url}/chat/weert?language={language}")
        made = Chat(page)
        expect(made.pen).to_be_visible()
        return made

    def email_of(self, name: str) -> str:
        with self.database.reading() as session:
            found = session.scalars(select(Person.email).filter_by(first_name=name)).one()
            return found or ""

    def sends(self, name: str, kind: Kind, content: bytes) -> None:
        """A file of this guest, who said yes to passing it on, fetched and looked at."""
        now = system_clock()
        with self.database.writing() as session:
            line = _line_of(session, name, kind)
            made = offer(session, line, {"reference": "at-the-channel", "size": 1}, now)
            allow(session, made, now)
            wanted = next(each for each in claim_wanted(session, now, 9) if each.id == made.id)
            assert record_stored(session, wanted, check(kind, content), now)

    def _email_of_new(self, name: str) -> str:
        with self.database.writing() as session:
            return regisseur(session, system_clock(), name).email or ""


def _line_of(session: Session, name: str, kind: Kind) -> Message:
    about = session.scalars(
        select(Conversation).join(Conversation.person).where(Person.first_name == name)
    ).one()
    line = Message(
        conversation_id=about.id,
        author=Author.participant,
        kind=kind,
        text="",
        language=about.speaks,
        at=system_clock(),
    )
    session.add(line)
    session.flush()
    return line


class Listener(ScriptedRasa):
    """Hears who wants a person, and then does what the bot's action does; else it is about PVT."""

    api_url = ""

    def ask(self, question: Question) -> Understood:
        heard = super().ask(question)
        if question.text not in WISHES.values():
            return heard
        url = f"{self.api_url}/v1/sessions/{question.session_id}/hand-overs"
        made = httpx.post(url, json={}, headers={"Authorization": f"Bearer {TOKEN}"}).json()
        return understood("handover", "mens_spreken", hand_over=made["handOver"])


@contextmanager
def counter_in(folder: Path, machine: Machine) -> Iterator[Counter]:
    """Open as long as the block lasts."""
    rasa = Listener()
    with api_alone(folder, lambda session, *_: town(session), machine, rasa) as (url, _):
        rasa.api_url, database = url, Database(f"sqlite:///{folder / 'wegwijs.sqlite'}")
        yield Counter(url, database)
        database.close()
