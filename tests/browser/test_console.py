"""The console in a real browser: its pages, without JavaScript, and the walk of a hand-over."""

import random
import re
import string

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PVT, Chat, act, picture, sign_in, violations
from tests.browser.system import System


def some_word() -> str:
    """A word by which this test knows its own question in the queue."""
    return "fiets" + "".join(random.choices(string.ascii_lowercase, k=10))


def asked_for_a_person(chat: Chat) -> str:
    """Ask for a person and say something to know the question by; returns that."""
    word = some_word()
    before = chat.of_bot.count()
    chat.page.locator(".ask-person").click()
    chat.settled(before)
    chat.ask(word)
    return word


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages(browser: Browser, system: System, scheme: str) -> None:
    chat = Chat.opened(browser.new_page(), system, "ar", town="weert")
    word = asked_for_a_person(chat)
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{system.url}/console/login")
    assert violations(page) == []
    picture(page, f"console-login-{scheme}")
    sign_in(page, system)
    assert violations(page) == []
    picture(page, f"console-queue-{scheme}")
    page.locator(".question", has_text=word).get_by_role("link").click()
    assert violations(page) == []
    picture(page, f"console-hand-over-open-{scheme}")
    act(page, "claim")
    expect(page.locator("#text")).to_be_visible()
    assert violations(page) == []
    picture(page, f"console-hand-over-{scheme}")
    act(page, "hand-back")
    page.goto(f"{system.url}/console/people")
    assert violations(page) == []
    page.locator(".table button").first.click()
    assert violations(page) == []
    picture(page, f"console-link-code-{scheme}")
    page.goto(f"{system.url}/console/hand-overs/00000000-0000-0000-0000-000000000000")
    assert violations(page) == []
    page.context.close()
    chat.page.context.close()


def test_a_wrong_password_is_told_and_can_be_mended(page: Page, system: System) -> None:
    page.goto(f"{system.url}/console/login")
    page.locator("#email").fill(system.staff_email)
    page.locator("#password").fill("niet dit")
    page.locator("main form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    sign_in(page, system)


def test_who_is_not_signed_in_or_signs_out_sees_nothing(page: Page, system: System) -> None:
    page.goto(f"{system.url}/console")
    expect(page).to_have_url(re.compile("/console/login"))
    sign_in(page, system)
    page.locator(".account button").click()
    expect(page).to_have_url(re.compile("/console/login"))
    page.goto(f"{system.url}/console/people")
    expect(page).to_have_url(re.compile("/console/login"))


def test_everything_works_without_javascript(browser: Browser, system: System) -> None:
    chat = Chat.opened(browser.new_page(), system, "tr", town="weert")
    word = asked_for_a_person(chat)
    page = browser.new_page(java_script_enabled=False)
    sign_in(page, system)
    page.locator(".question", has_text=word).get_by_role("link").click()
    act(page, "claim")
    page.locator("#text").fill("Goedemorgen, ik help u.")
    act(page, "replies")
    expect(page.locator(".by-person").last).to_contain_text("Goedemorgen, ik help u.")
    expect(chat.of_person).to_contain_text("Goedemorgen, ik help u.")
    act(page, "hand-back")
    expect(page.locator("form[action$='/replies']")).to_have_count(0)
    page.context.close()
    chat.page.context.close()


def test_a_link_code_opens_the_chat_as_that_person(browser: Browser, system: System) -> None:
    page = browser.new_page()
    sign_in(page, system)
    page.goto(f"{system.url}/console/people")
    row = page.locator("tbody tr", has_text="Yusuf")
    row.get_by_role("button").click()
    link = page.locator(".ways a[href*='#start=']").get_attribute("href")
    assert link is not None
    participant = browser.new_page()
    participant.goto(system.url + link[link.index("/chat") :])
    chat = Chat(participant)
    asked = chat.of_bot.filter(has_text="Yusuf")
    expect(asked.first).to_be_visible(timeout=20_000)
    asked.first.get_by_role("button").first.click()
    expect(asked).to_have_count(2, timeout=20_000)
    page.context.close()
    participant.context.close()


def test_a_question_walks_to_a_person_and_back(browser: Browser, system: System) -> None:
    participant, regisseur = browser.new_page(), browser.new_page()
    sign_in(regisseur, system)
    chat = Chat.opened(participant, system, "ar", town="weert")
    chat.ask(PVT["ar"])
    word = asked_for_a_person(chat)

    # It appears in the open queue by itself.
    question = regisseur.locator(".question.open", has_text=word)
    expect(question).to_be_visible(timeout=15_000)
    before = chat.of_bot.count()
    question.get_by_role("link").click()
    expect(regisseur.locator(".bubble[lang=ar][dir=rtl]").first).to_be_visible()
    expect(chat.of_bot).to_have_count(before + 1, timeout=15_000)  # it was read

    # Claimed: the participant is told, and from then on the bot is silent.
    before = chat.of_bot.count()
    act(regisseur, "claim")
    expect(chat.of_bot).to_have_count(before + 1, timeout=15_000)
    regisseur.locator("#text").fill("Dag, ik ben")
    chat.say("شكراً جزيلاً")
    expect(regisseur.locator(".by-participant").last).to_contain_text("شكراً", timeout=15_000)
    expect(regisseur.locator("#text")).to_have_value("Dag, ik ben")
    expect(participant.locator("#waiting")).to_be_hidden(timeout=15_000)
    expect(chat.of_bot).to_have_count(before + 1)

    # The reply arrives as a person's, the same one on both sides.
    regisseur.locator("#text").fill("Dag, ik ben Sanne. Kunt u maandag komen?")
    act(regisseur, "replies")
    expect(chat.of_person).to_contain_text("Kunt u maandag komen?", timeout=15_000)
    expect(chat.of_person.locator(".bubble")).to_have_attribute("dir", "ltr")
    expect(regisseur.locator(".by-person")).to_contain_text("Kunt u maandag komen?")
    expect(regisseur.locator("#text")).to_have_value("")
    picture(participant, "walk-participant")
    picture(regisseur, "walk-regisseur")

    # Handed back: the participant is told, and the bot answers again.
    act(regisseur, "hand-back")
    expect(chat.of_bot).to_have_count(before + 3, timeout=15_000)  # and asked whether it helped
    chat.ask(PVT["ar"])
    expect(chat.of_bot.last.locator(".bubble")).to_contain_text("PVT")
    ids = chat.ids()
    assert ids == sorted(set(ids))
    for page in (participant, regisseur):
        page.context.close()


def test_a_colleague_who_claims_changes_my_buttons_and_keeps_my_page(
    browser: Browser, system: System
) -> None:
    chat = Chat.opened(browser.new_page(), system, "en", town="weert")
    word = asked_for_a_person(chat)
    one, other = browser.new_page(), browser.new_page()
    for page in (one, other):
        sign_in(page, system)
        page.locator(".question", has_text=word).get_by_role("link").click()
    act(one, "claim")
    expect(other.locator("form[action$='/claim']")).to_have_count(0, timeout=15_000)
    act(one, "hand-back")
    for page in (one, other, chat.page):
        page.context.close()
