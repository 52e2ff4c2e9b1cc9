"""Answers in a real browser: the menu of pictures, and a recording that plays."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from api.answers.recordings import check_voice
from api.answers.speech import speak
from api.answers.words import Words
from api.clock import local, system_clock
from tests.browser.pages import PVT, Chat, picture, violations
from tests.browser.system import System

PICTURES_IN_THE_MENU = 6
LOADED = "all => all.map((each) => each.naturalWidth > 0)"
LANGUAGES = ["nl", "ar", "ti", "en", "tr"]
PHONE = {"width": 360, "height": 740}


def today() -> date:
    return local(system_clock()).date()


def opened_menu(chat: Chat) -> Locator:
    """The pictures, by the button that stands there before the first message."""
    chat.page.locator("#starters .topics").click()
    chat.settled(0)
    menu = chat.page.locator(".choices.pictures")
    expect(menu).to_be_visible()
    return menu


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_for_all_topics_is_there_before_the_first_message(
    page: Page, system: System, words: Words, language: str
) -> None:
    chat = Chat.opened(page, system, language)
    topics = page.get_by_role("button", name=words.text(language, "button.topics"), exact=True)
    expect(topics).to_be_visible()
    expect(chat.of_bot).to_have_count(0)
    expect(topics.locator("img")).to_have_js_property("complete", True)
    assert topics.locator("img").evaluate_all(LOADED) == [True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_shows_six_pictures_whose_labels_say_it_in_words(
    page: Page, system: System, words: Words, language: str
) -> None:
    menu = opened_menu(Chat.opened(page, system, language))
    images = menu.locator("button > img")
    expect(images).to_have_count(PICTURES_IN_THE_MENU)
    for image in images.all():
        expect(image).to_have_attribute("alt", "")  # the label beside it is what is read aloud
        expect(image).to_have_js_property("complete", True)
    assert images.evaluate_all(LOADED) == [True] * PICTURES_IN_THE_MENU
    family = f"3 {words.text(language, 'menu.family')}"
    expect(menu.get_by_role("button", name=family, exact=True)).to_be_visible()
    picture(page, f"menu-{language}")


@pytest.mark.parametrize(("language", "first_is_left"), [("nl", True), ("ar", False)])
def test_the_pictures_stand_in_the_order_of_reading(
    page: Page, system: System, language: str, first_is_left: bool
) -> None:
    page.emulate_media(reduced_motion="reduce")  # what slides in is not where it will stand
    menu = opened_menu(Chat.opened(page, system, language))
    expect(menu).to_have_attribute("dir", "ltr" if first_is_left else "rtl")
    first, second = (menu.locator("button").nth(number).bounding_box() for number in (0, 1))
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    assert (first["x"] < second["x"]) is first_is_left


def test_a_picture_or_its_number_opens_the_topics_and_the_line_says_which(
    page: Page, system: System, words: Words
) -> None:
    chat = Chat.opened(page, system, "ar")
    menu = opened_menu(chat)
    family = f"3 {words.text('ar', 'menu.family')}"
    menu.get_by_role("button", name=family, exact=True).click()
    childcare = f"2 {words.text('ar', 'label.kinderopvang')}"
    expect(chat.of_bot.last.get_by_role("button", name=childcare, exact=True)).to_be_visible()
    expect(chat.mine.last.locator(".bubble")).to_have_text(family)
    chat.ask("٢")
    expect(chat.mine.last.locator(".bubble")).to_have_text(childcare)
    first_line, *_ = words.as_it_reads("ar", "kinderopvang", today()).splitlines()
    expect(chat.of_bot.last.locator(".bubble p").first).to_have_text(first_line)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "ar", "ti"])
def test_axe_finds_nothing_on_the_menu(
    page: Page, system: System, language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.emulate_media(reduced_motion="reduce")
    menu = opened_menu(Chat.opened(page, system, language, town="weert"))
    assert violations(page) == []
    menu.locator("button").nth(2).click()
    expect(page.locator(".message.of-bot .choices")).to_have_count(3)
    assert violations(page) == []
    picture(page, f"menu-{language}-{scheme}")


@pytest.mark.parametrize("language", ["ar", "ti"])
def test_the_menu_fits_a_phone(page: Page, system: System, language: str) -> None:
    page.set_viewport_size(PHONE)
    menu = opened_menu(Chat.opened(page, system, language))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in menu.locator("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 40
    picture(page, f"menu-{language}-phone")


# Listening


@pytest.fixture
def spoken(system: System, words: Words) -> Iterator[list[str]]:
    """The answer about PVT and its warning, spoken by a machine; where each can be heard."""
    paths = []
    for key in ("pvt", "older_law"):
        text = words.as_it_reads("nl", key, today())
        path = system.recordings.path_for("nl", key, text, machine=True)
        speak("Dit is een proef.", "nl", path)
        check_voice(path)
        paths.append(path)
    yield [f"/media/recordings/nl/{path.name}" for path in paths]
    for path in paths:
        path.unlink()


def test_a_recording_can_be_played_in_the_page(
    page: Page, system: System, words: Words, spoken: list[str]
) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask(PVT["nl"])
    before = chat.of_bot.count()
    listen = words.text("nl", "button.listen")
    chat.of_bot.last.get_by_role("button", name=listen, exact=True).click()
    sounds = page.locator(".message.of-bot audio")
    expect(sounds).to_have_count(len(spoken))
    assert [sound.get_attribute("src") for sound in sounds.all()] == spoken
    expect(chat.of_bot.nth(before)).to_contain_text(words.text("nl", "listen.machine"))
    for sound in sounds.all():
        assert sound.evaluate("each => each.paused")  # nothing speaks before it is asked to
        assert sound.evaluate("each => each.play().then(() => each.duration)") > 0
        expect(sound).not_to_have_js_property("currentTime", 0)
        sound.evaluate("each => each.pause()")
    assert violations(page) == []
    picture(page, "listen-nl")


def test_a_recording_can_be_started_by_keyboard(
    page: Page, system: System, words: Words, spoken: list[str]
) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask(PVT["nl"])
    listen = words.text("nl", "button.listen")
    chat.of_bot.last.get_by_role("button", name=listen, exact=True).press("Enter")
    sound = page.locator(f"audio[src='{spoken[0]}']")
    sound.focus()
    page.keyboard.press("Space")
    expect(sound).not_to_have_js_property("currentTime", 0)


def test_without_a_recording_there_is_no_button_to_listen(
    page: Page, system: System, words: Words
) -> None:
    chat = Chat.opened(page, system, "nl")
    chat.ask(PVT["nl"])
    listen = words.text("nl", "button.listen")
    expect(chat.of_bot.last.locator(".choices")).to_be_visible()
    expect(page.get_by_role("button", name=listen, exact=True)).to_have_count(0)
