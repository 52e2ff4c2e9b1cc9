"""The web chat in a real browser: five languages, keyboard, phone, a line that drops."""

import re

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from tests.browser.pages import PVT, Chat, picture, violations
from tests.browser.system import System

PHONE = ViewportSize(width=360, height=740)
LETTERS = {"ar": ("Noto Sans Arabic", "مسطعق"), "ti": ("Noto Sans Ethiopic", "ሰዓፍቆጨ")}

WIDTHS = """([family, letters]) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `40px "${family}"`;
    return [...letters].map((letter) => pen.measureText(letter).width);
}"""
LOADED = """(family) => [...document.fonts].some(
    (font) => font.family.includes(family) && font.status === "loaded")"""


def test_an_arabic_page_reads_from_right_to_left(page: Page, system: System) -> None:
    chat = Chat.opened(page, system, "ar", town="weert")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    chat.ask(PVT["ar"])
    answer = chat.of_bot.last.locator(".bubble")
    expect(answer).to_have_attribute("dir", "rtl")
    expect(answer).to_have_attribute("lang", "ar")
    expect(answer).to_contain_text("PVT")
    picture(page, "chat-ar")


@pytest.mark.parametrize("language", LETTERS)
def test_the_letters_come_from_the_font_that_ships(
    page: Page, system: System, language: str
) -> None:
    Chat.opened(page, system, language)
    family, letters = LETTERS[language]
    page.evaluate("document.fonts.ready")
    assert page.evaluate(LOADED, family)
    assert page.evaluate(
        "([family, letters]) => document.fonts.check(`16px '${family}'`, letters)",
        [family, letters],
    )
    # A font without the letters draws the same empty box for each of them.
    assert len(set(page.evaluate(WIDTHS, [family, letters]))) == len(letters)
    picture(page, f"chat-start-{language}")


def test_a_page_in_latin_letters_downloads_little(page: Page, system: System) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Chat.opened(page, system, "tr")
    page.wait_for_load_state("load")
    fonts = {url.rsplit("/", 1)[1] for url in asked if url.endswith(".woff2")}
    # Only for the names of two languages in the menu, written in their own scripts.
    assert fonts <= {"noto-sans-arabic-400.woff2", "noto-sans-ethiopic-400.woff2"}


@pytest.mark.parametrize("language", PVT)
def test_every_language_is_answered_in_that_language(
    page: Page, system: System, language: str
) -> None:
    chat = Chat.opened(page, system, language)
    chat.ask(PVT[language])
    expect(chat.of_bot.last.locator(".bubble")).to_have_attribute("lang", language)
    expect(chat.mine).to_have_count(1)


def test_the_first_answer_is_in_sight_below_the_long_welcome(page: Page, system: System) -> None:
    page.set_viewport_size(PHONE)
    chat = Chat.opened(page, system, "ti")
    chat.ask(PVT["ti"])
    expect(chat.of_bot.last.locator(".author")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["ar", "ti"])
def test_a_first_question_can_be_asked_without_typing(
    page: Page, system: System, language: str
) -> None:
    chat = Chat.opened(page, system, language)
    expect(page.locator("#starters button")).to_have_count(6)
    page.locator("#starters button").nth(1).click()
    chat.settled(0)
    expect(page.locator("#starters")).to_be_hidden()
    expect(chat.of_bot.last.locator(".bubble")).to_contain_text("PVT")


def test_it_works_by_keyboard_alone(page: Page, system: System) -> None:
    chat = Chat.opened(page, system, "nl")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.pen).to_be_focused()
    page.keyboard.type("Hoeveel uur")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("duurt de PVT?")
    expect(chat.pen).to_have_value("Hoeveel uur\nduurt de PVT?")
    page.keyboard.press("Enter")
    expect(chat.pen).to_have_value("")
    chat.settled(0)
    page.keyboard.press("Shift+Tab")  # back from the pen to the last button of the answer
    button = page.locator(".choices button").last
    expect(button).to_be_focused()
    label = button.inner_text()
    page.keyboard.press("Enter")
    expect(chat.mine.last.locator(".bubble")).to_have_text(label)


def test_it_fits_a_phone(page: Page, system: System) -> None:
    page.set_viewport_size(PHONE)
    chat = Chat.opened(page, system, "ti", town="weert")
    chat.ask(PVT["ti"])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    for button in page.locator("button:visible, .languages a").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 40
    expect(chat.pen).to_be_in_viewport()
    picture(page, "chat-ti-phone")


def test_the_page_reflows_at_400_percent(page: Page, system: System) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    chat = Chat.opened(page, system, "en")
    chat.ask(PVT["en"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_language_link_turns_the_whole_page(page: Page, system: System) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.pen.fill("nog niet verstuurd")
    page.locator(".languages a[lang=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".languages a[aria-current]")).to_have_attribute("lang", "ar")
    expect(chat.pen).to_have_value("nog niet verstuurd")


def test_a_language_button_in_the_chat_turns_the_page_too(page: Page, system: System) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask("Ik wil een andere taal")
    page.locator(".choices").last.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile("language=en"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(chat.of_bot.last.locator(".bubble")).to_have_attribute("lang", "en")


def test_who_comes_back_finds_the_conversation_once_and_in_the_language(
    page: Page, system: System
) -> None:
    chat = Chat.opened(page, system, "tr")
    chat.ask(PVT["tr"])
    before = chat.ids()
    page.goto(f"{system.url}/chat")
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    expect(chat.of_bot.first).to_be_visible()
    page.wait_for_timeout(1_000)
    assert chat.ids() == before


def test_nothing_is_lost_or_doubled_when_the_line_drops(
    page: Page, context: BrowserContext, system: System
) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask(PVT["nl"])
    answers = chat.of_bot.count()
    context.set_offline(True)
    chat.say("Hoe lang duurt de PVT?")
    expect(page.locator(".message.failed")).to_be_visible()
    expect(page.locator("#connection")).not_to_be_empty(timeout=20_000)
    assert violations(page) == []
    picture(page, "chat-offline")
    context.set_offline(False)
    chat.settled(answers)
    expect(page.locator(".message.failed")).to_have_count(0)
    expect(page.locator("#connection")).to_be_empty(timeout=20_000)
    expect(chat.mine).to_have_count(2)
    ids = chat.ids()
    assert ids == sorted(set(ids))


def test_a_number_that_must_not_be_kept_disappears_from_the_page(
    page: Page, system: System
) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask("mijn bsn is 111222333, hoeveel uur duurt de PVT?")
    expect(chat.mine.last).not_to_contain_text("111222333")


def test_the_log_is_silent_while_the_past_is_replayed(page: Page, system: System) -> None:
    chat = Chat.opened(page, system, "nl")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    chat.ask(PVT["nl"])
    page.reload()
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")


def test_a_link_with_a_code_uses_it_once_and_forgets_it(page: Page, system: System) -> None:
    page.goto(f"{system.url}/chat?language=nl#start=GEEN-ECHTE-CODE")
    chat = Chat(page)
    chat.settled(0)
    assert "GEEN" not in page.url
    expect(chat.mine).to_have_count(1)
    expect(page.locator("#messages")).not_to_contain_text("GEEN-ECHTE-CODE")


def test_without_javascript_the_page_says_so(page: Page, system: System) -> None:
    context = page.context.browser
    assert context is not None
    plain = context.new_page(java_script_enabled=False)
    plain.goto(f"{system.url}/chat?language=nl")
    expect(plain.locator(".no-script")).to_be_visible()
    expect(plain.locator("#pen-form")).to_be_hidden()
    plain.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "ar", "ti"])
def test_axe_finds_nothing_on_the_chat(
    page: Page, system: System, language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.emulate_media(reduced_motion="reduce")
    chat = Chat.opened(page, system, language, town="weert")
    assert violations(page) == []
    chat.ask(PVT[language])
    assert violations(page) == []
    picture(page, f"chat-{language}-{scheme}")


def test_the_browser_refuses_and_reports_nothing(page: Page, system: System) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    chat = Chat.opened(page, system, "ar")
    chat.ask(PVT["ar"])
    assert said == []
