"""The lines to a guest and to a regisseur are cut at the same time; nothing is lost by it."""

from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from tests.browser.cable import Cable, cable
from tests.browser.counter import SOON, WISHES, Counter, Desk
from tests.browser.pages import Chat

CUT_SECONDS = 8.0
"""Long enough: both pages have noticed, said so, and tried again three times (after 1, 2 and 4
seconds). Whatever is longer is more of the same tries, at most 15 seconds apart."""
NO_LINE = "Geen verbinding"
UNSENT = "Ik was nog aan het typen"


def cut(pages: tuple[Page, ...], cables: tuple[Cable, ...]) -> None:
    for page in pages:
        page.context.set_offline(True)
    for each in cables:
        each.pull()  # a stream of events that is open does not notice the line above


def mend(pages: tuple[Page, ...], cables: tuple[Cable, ...]) -> None:
    for each in cables:
        each.plug()
    for page in pages:
        page.context.set_offline(False)


def cookie_of(chat: Chat) -> str:
    return next(each["value"] for each in chat.page.context.cookies())


@dataclass
class Both:
    """A guest and a regisseur, each on a cable and with a second device on a line that holds."""

    chat: Chat
    desk: Desk
    second_chat: Chat
    second_desk: Desk

    @classmethod
    def talking(cls, browser: Browser, counter: Counter, guest_url: str, desk_url: str) -> "Both":
        chat = counter.guest(browser, "Hiwet", "ti", guest_url)
        desk = counter.desk(browser, "Mirjam", desk_url)
        chat.ask(WISHES["ti"])
        desk.take("Hiwet")
        chat.say("een")
        desk.say("antwoord een")
        expect(chat.of_person).to_have_count(1, timeout=SOON)
        expect(desk.page.locator(".by-participant")).to_have_count(2, timeout=SOON)
        second_chat = counter.chat(browser, cookie_of(chat), "ti")
        second_desk = counter.desk(browser, "Mirjam", email=counter.email_of("Mirjam"))
        second_desk.open("Hiwet")
        return cls(chat, desk, second_chat, second_desk)

    @property
    def pages(self) -> tuple[Page, Page]:
        return self.chat.page, self.desk.page

    def go_on_elsewhere(self, *words: str) -> None:
        heard = self.second_desk.page.locator(".by-participant").last
        for word in words:
            self.second_chat.say(word)
            expect(heard).to_contain_text(word, timeout=SOON)
            self.second_desk.say(f"antwoord {word}")

    def close(self) -> None:
        for each in (self.chat, self.desk, self.second_chat, self.second_desk):
            each.page.context.close()


def test_what_both_said_while_both_lines_were_cut_is_there_once_and_in_order(
    browser: Browser, counter: Counter
) -> None:
    with cable(counter.url) as to_guest, cable(counter.url) as to_desk:
        both = Both.talking(browser, counter, to_guest.url, to_desk.url)
        chat, desk = both.chat, both.desk
        desk.text.fill(UNSENT)
        cut(both.pages, (to_guest, to_desk))
        chat.say("twee, zonder lijn")
        expect(chat.page.locator(".message.failed")).to_have_count(1)
        chat.pen.fill(UNSENT)
        both.go_on_elsewhere("drie", "vier")
        chat.page.wait_for_timeout(CUT_SECONDS * 1000)
        expect(desk.page.locator("#live")).to_contain_text(NO_LINE)
        expect(chat.page.locator("#connection")).not_to_be_empty()
        expect(desk.mine).to_have_count(1)
        expect(chat.of_person).to_have_count(1)
        mend(both.pages, (to_guest, to_desk))
        nothing_is_lost(both)
        both.close()


def nothing_is_lost(both: Both) -> None:
    chat, desk = both.chat, both.desk
    answers = ["antwoord een", "antwoord drie", "antwoord vier"]
    heard = [WISHES["ti"], "een", "drie", "vier", "twee, zonder lijn"]
    expect(desk.mine).to_have_text(answers, timeout=SOON)
    expect(desk.page.locator(".by-participant .bubble")).to_have_text(heard, timeout=SOON)
    expect(chat.of_person.locator(".bubble")).to_have_text(answers, timeout=SOON)
    expect(chat.mine.locator(".bubble")).to_have_text(heard, timeout=SOON)
    assert chat.ids() == sorted(set(chat.ids())) == desk.line_ids()
    expect(desk.text).to_have_value(UNSENT)
    expect(chat.pen).to_have_value(UNSENT)
    expect(desk.page.locator("#live")).not_to_contain_text(NO_LINE, timeout=SOON)
    expect(chat.page.locator("#connection")).to_be_empty(timeout=SOON)


def test_a_reply_that_was_pressed_without_a_line_is_kept_and_goes_once(
    browser: Browser, counter: Counter
) -> None:
    with cable(counter.url) as to_desk:
        chat = counter.guest(browser, "Yonas", "ti")
        desk = counter.desk(browser, "Femke", to_desk.url)
        chat.ask(WISHES["ti"])
        desk.take("Yonas")
        desk.text.fill("Ik zoek het uit.")
        cut((desk.page,), (to_desk,))
        desk.page.locator("#reply button").last.click(no_wait_after=True)
        expect(desk.page.locator("#text")).to_have_count(0)  # the browser's own page
        mend((desk.page,), (to_desk,))
        desk.page.go_back()
        expect(desk.text).to_have_value("Ik zoek het uit.")
        desk.page.locator("#reply button").last.click()
        expect(chat.of_person.locator(".bubble")).to_have_text(["Ik zoek het uit."], timeout=SOON)
        expect(desk.mine).to_have_count(1)
        expect(desk.text).to_have_value("")
        for each in (chat, desk):
            each.page.context.close()
