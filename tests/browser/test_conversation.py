"""The conversation page in a real browser: by keyboard alone, and over a line that breaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from api.cases.rules import Rules
from api.clock import system_clock
from api.conversations.models import Author, Kind, Message
from api.db import Database
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from tests.browser.api_alone import api_alone
from tests.browser.pages import act, picture, violations
from tests.factories import PASSWORD, conversation, participant, regisseur
from tests.handovers.scripted_machine import ScriptedMachine

DUTCH = "Kom maandag om 14:15 naar het stadhuis."
WITHOUT_TIME = "تعال يوم الاثنين إلى البلدية."
QUESTION, IN_DUTCH = "وصلتني رسالة.", "Ik heb een brief gekregen."
LATER = ("سؤال ثان", "سؤال ثالث", "سؤال رابع")
SOON = 20_000


@dataclass
class Talk:
    """One conversation in Arabic, and who may answer it."""

    email: str
    hand_over_id: UUID
    conversation_id: UUID
    url: str = ""
    database: Database | None = None

    def hears(self, *texts: str) -> None:
        """The participant writes; the api hears of it by looking."""
        assert self.database is not None
        with self.database.writing() as session:
            session.add_all(_line(self.conversation_id, text, system_clock()) for text in texts)


def _line(conversation_id: UUID, text: str, at: datetime) -> Message:
    more = {"author": Author.participant, "kind": Kind.text, "language": "ar", "at": at}
    return Message(conversation_id=conversation_id, text=text, **more)


def _fill(session: Session, _: Rules, now: datetime) -> list[Talk]:
    sanne, made = regisseur(session, now), []
    for number in range(3):
        case = participant(session, now)
        about = conversation(session, now, f"chat-{number}", "ar")
        about.person_id, about.municipality_id = case.participant_id, "weert"
        hand_over = ask_for_person(session, about, Reason.asked, now - timedelta(minutes=5))
        session.add(_line(about.id, QUESTION, now))
        made.append(Talk(sanne.email or "", hand_over.id, about.id))
    return made


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Talk]]:
    folder = tmp_path_factory.mktemp("conversation")
    machine = ScriptedMachine({(DUTCH, "ar"): WITHOUT_TIME, (QUESTION, "nl"): IN_DUTCH})
    with api_alone(folder, _fill, machine) as (url, made):
        database = Database(f"sqlite:///{folder / 'wegwijs.sqlite'}")
        for talk in made:
            talk.url, talk.database = f"{url}/console/hand-overs/{talk.hand_over_id}", database
        yield made
        database.close()


def opened(context: BrowserContext, talk: Talk) -> Page:
    page = context.new_page()
    page.goto(re.sub(r"/hand-overs.*", "/login", talk.url))
    page.locator("#email").fill(talk.email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/console$"))
    page.goto(talk.url)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_reply_is_translated_looked_at_and_sent_without_a_mouse(
    browser: Browser, talks: list[Talk]
) -> None:
    page = opened(browser.new_context(), talks[0])
    expect(page.locator(".translated")).to_contain_text(IN_DUTCH, timeout=SOON)
    act(page, "claim")
    page.locator("#text").focus()
    page.keyboard.type(DUTCH)
    press(page, "Control+Enter")
    expect(page.locator("#draft .alert")).to_contain_text("14:15")
    expect(page.locator("input[name=seen]")).to_be_focused()
    expect(page.locator("#draft .theirs")).to_have_attribute("dir", "rtl")
    picture(page, "conversation-draft")
    press(page, "Escape")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type(" Ook dinsdag.")
    expect(page.locator("#draft-stale")).to_be_visible()
    expect(page.locator("#draft form[action$='/send'] button")).to_be_disabled()
    page.locator("#text").fill(DUTCH)
    page.locator("input[name=seen]").focus()
    press(page, "Space", "Control+Enter")
    expect(page.locator(".by-person .bubble")).to_have_text(WITHOUT_TIME)
    expect(page.locator(".by-person .original")).to_have_text(DUTCH)
    expect(page.locator("#text")).to_have_value("")
    page.context.close()


def test_a_sentence_is_found_filled_in_and_sent_without_a_mouse(
    browser: Browser, talks: list[Talk]
) -> None:
    page = opened(browser.new_context(), talks[1])
    act(page, "claim")
    page.locator("#sentences summary").focus()
    press(page, "Enter")
    expect(page.locator("#find-sentence")).to_be_focused()
    page.keyboard.type("mijn nummer")
    expect(page.locator("#sentences li:visible")).to_have_count(1)
    press(page, "Enter")
    expect(page.locator("#sentences input[name=phone]:visible")).to_be_focused()
    page.keyboard.type("0495 000 001")
    page.reload()
    page.locator("#sentences summary").focus()
    press(page, "Enter")
    expect(page.locator("#find-sentence")).to_be_focused()
    page.keyboard.type("mijn nummer")
    press(page, "ArrowDown")
    expect(page.locator("#sentences input[name=phone]:visible")).to_have_value("0495 000 001")
    press(page, "Escape")
    expect(page.locator("#find-sentence")).to_be_focused()
    press(page, "Enter", "Enter")
    expect(page.locator(".by-person .original")).to_contain_text("0495 000 001")
    page.context.close()


def test_after_a_broken_line_every_message_is_there_once_and_nothing_typed_is_lost(
    browser: Browser, talks: list[Talk]
) -> None:
    talk, context = talks[2], browser.new_context()
    page = opened(context, talk)
    act(page, "claim")
    expect(page.locator(".translated")).to_have_count(1, timeout=SOON)
    page.locator(".translated").evaluate("each => each.dataset.same = 'yes'")
    page.locator("#text").fill("Ik was nog aan het typen")
    context.set_offline(True)
    talk.hears(*LATER[:2])
    expect(page.locator("#live")).not_to_be_empty(timeout=SOON)
    talk.hears(LATER[2])
    context.set_offline(False)
    lines = page.locator(".by-participant .bubble")
    expect(lines).to_have_text([QUESTION, *LATER], timeout=SOON)
    expect(page.locator("#text")).to_have_value("Ik was nog aan het typen")
    expect(page.locator(".translated[data-same]")).to_have_count(1)
    expect(page.locator("#live")).not_to_contain_text("Geen verbinding")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_a_conversation(
    browser: Browser, talks: list[Talk], scheme: str
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = opened(context, talks[0])
    page.locator(".reading").first.scroll_into_view_if_needed()  # only what is seen is translated
    expect(page.locator(".translated").first).to_be_visible(timeout=SOON)
    page.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    assert violations(page) == []
    picture(page, f"conversation-{scheme}")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


def test_without_javascript_a_line_is_read_on_a_page_of_its_own(
    browser: Browser, talks: list[Talk]
) -> None:
    page = opened(browser.new_context(java_script_enabled=False), talks[0])
    page.locator("[data-read-line]").first.click()
    expect(page.locator(".bubble")).to_have_text(QUESTION)
    expect(page.locator(".translated")).to_contain_text(IN_DUTCH)
    page.context.close()
