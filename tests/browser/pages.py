"""The pages as a person uses them; the tests say what should come of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from tests.browser.system import System

PICTURES = Path("test-results") / "pictures"
WCAG: Mapping[str, object] = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
    ]
}

STILL = """() => Promise.all(
    document.getAnimations()
        .filter((each) => each.effect.getTiming().iterations !== Infinity)
        .map((each) => each.finished))"""

PVT = {
    "ar": "كم ساعة مدة برنامج إعلان المشاركة؟",
    "ti": "መስርሕ መግለጺ ተሳትፎ (PVT) ክንደይ ሰዓት እዩ?",
    "nl": "Hoeveel uur duurt de PVT?",
    "en": "How many hours is the PVT?",
    "tr": "PVT kaç saat sürüyor?",
}


@dataclass
class Chat:
    """The web chat of one participant."""

    page: Page

    @classmethod
    def opened(cls, page: Page, system: System, language: str, town: str = "") -> "Chat":
        page.goto(f"{system.url}/chat{town and '/' + town}?language={language}")
        chat = cls(page)
        expect(chat.pen).to_be_visible()
        return chat

    @property
    def pen(self) -> Locator:
        return self.page.locator("#pen")

    @property
    def mine(self) -> Locator:
        return self.page.locator(".message.mine")

    @property
    def of_bot(self) -> Locator:
        return self.page.locator(".message.of-bot")

    @property
    def of_person(self) -> Locator:
        return self.page.locator(".message.of-person")

    def say(self, text: str) -> None:
        self.pen.fill(text)
        self.pen.press("Enter")

    def ask(self, text: str) -> None:
        """Say it and wait for the last of the answers."""
        before = self.of_bot.count()
        self.say(text)
        self.settled(before)

    def settled(self, bot_lines_before: int) -> None:
        """Until the bot has answered and nothing is awaited any more."""
        expect(self.of_bot.nth(bot_lines_before)).to_be_visible(timeout=20_000)
        expect(self.page.locator("#waiting")).to_be_hidden(timeout=20_000)

    def ids(self) -> list[int]:
        lines = self.page.locator(".message[data-id]")
        return [int(id) for id in lines.evaluate_all("all => all.map(each => each.dataset.id)")]


def sign_in(page: Page, system: System) -> None:
    page.goto(f"{system.url}/console/login")
    page.locator("#email").fill(system.staff_email)
    page.locator("#password").fill(system.staff_password)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile(r"/console$"))


def act(page: Page, what: str) -> None:
    """Press the button of a hand-over's form: claim, replies or hand-back; waits for the page."""
    with page.expect_navigation():  # else a later goto races with this form for the page
        page.locator(f"form[action$='/{what}'] button:not([formaction])").click()


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page once nothing moves any more, one line each."""
    page.evaluate(STILL)
    found = Axe().run(page, options=dict(WCAG)).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
