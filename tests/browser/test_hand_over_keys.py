"""The console of a hand-over without a mouse, on a phone, and with what a guest sent along."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from api.clock import system_clock
from api.conversations.models import Kind
from api.notices.models import MailState, StaffMail
from api.people.models import Person
from tests.attachments.files import picture as photo
from tests.attachments.files import song
from tests.browser.counter import SOON, WISHES, Counter
from tests.browser.pages import Chat, picture, violations

MOST_STOPS = 120
# What has the focus: is it marked, is it in sight, and does nothing lie over it?
FOCUS = """() => {
    const on = document.activeElement;
    if (on === document.body) return "nothing";
    const marked = [on, on.closest(".question")].some((each) => {
        const style = each && getComputedStyle(each);
        return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const { left, top, width, height } = on.getBoundingClientRect();
    const x = left + width / 2, y = Math.min(top + height / 2, innerHeight - 1);
    const there = document.elementFromPoint(x, y);
    const seen = there && (on.contains(there) || there.contains(on) && there !== document.body);
    return marked && seen ? "seen" : `${on.outerHTML.slice(0, 120)}: ${marked}, ${seen}`;
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, which is seen at every stop."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUS)
        assert where in ("seen", "nothing"), where
        if wanted.evaluate("each => each === document.activeElement"):
            return
    pytest.fail("it cannot be reached with Tab")


def asked(browser: Browser, counter: Counter, name: str, language: str) -> Chat:
    chat = counter.guest(browser, name, language)
    chat.ask(WISHES[language])
    return chat


def close(*pages: Page) -> None:
    for page in pages:
        page.context.close()


def press_and_go(page: Page, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_from_the_queue_to_the_end_of_a_conversation_without_a_mouse(
    browser: Browser, counter: Counter
) -> None:
    chat, desk = asked(browser, counter, "Dawit", "ti"), counter.desk(browser, "Joost")
    page, keys = desk.page, desk.page.keyboard
    tab_to(page, desk.row("Dawit").get_by_role("link"))
    press_and_go(page)
    tab_to(page, page.locator("form[action$='/claim'] button"))
    press_and_go(page)
    tab_to(page, page.locator("#sentences summary"))
    keys.press("Enter")
    expect(page.locator("#find-sentence")).to_be_focused()
    keys.type("uiterlijk op")
    keys.press("Enter")
    day = page.locator("#sentences input[name=day]:visible")
    expect(day).to_be_focused()
    assert page.evaluate(FOCUS) == "seen"
    keys.type("31122030" if _day_first(page) else "12312030")
    expect(day).to_have_value("2030-12-31")
    press_and_go(page)
    expect(page.locator(".by-person .original")).to_contain_text("31 december 2030")
    expect(chat.of_person.locator(".bubble")).to_contain_text("2030", timeout=SOON)
    expect(chat.of_person.locator(".bubble")).to_have_attribute("lang", "ti")
    tab_to(page, page.locator("form[action$='/hand-back'] button"))
    press_and_go(page)
    expect(page.locator("main")).to_contain_text("Deze vraag is afgerond.")
    close(chat.page, page)


def _day_first(page: Page) -> bool:
    """In which order the browser asks for a day."""
    shown: str = page.evaluate("new Intl.DateTimeFormat().format(new Date(2030, 11, 31))")
    return shown.startswith("31")


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_the_pages_of_hand_overs(
    browser: Browser, counter: Counter, width: int
) -> None:
    name = f"Senait{width}"
    chat, desk = asked(browser, counter, name, "ar"), counter.desk(browser, f"Lies{width}")
    page = desk.page
    fail_mail(counter, desk.name)
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    looked_at(page, f"queue-{width}")
    desk.open(name)
    looked_at(page, f"open-{width}")
    page.locator("form[action$='/claim'] button").click()
    desk.text.fill("Neem uw paspoort mee.")
    page.locator("button[formaction$='/drafts']").click()
    expect(page.locator("#draft")).to_be_visible(timeout=SOON)
    page.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    looked_at(page, f"conversation-{width}")
    page.locator("#draft form[action$='/send'] button").click()
    page.locator("form[action$='/hand-back'] button").click()
    expect(page.locator("main")).to_contain_text("Deze vraag is afgerond.")
    for path in ("ratings", "staff-mail"):
        page.goto(f"{counter.url}/console/{path}")
        looked_at(page, f"{path}-{width}")
    close(chat.page, page)


def fail_mail(counter: Counter, name: str) -> None:
    """An e-mail to this colleague did not arrive."""
    now = system_clock()
    with counter.database.writing() as session:
        me = session.scalars(select(Person).filter_by(first_name=name)).one()
        failed = StaffMail(person=me, state=MailState.failed, made_at=now, due_at=now, done_at=now)
        failed.error = "mail: no such address"
        session.add(failed)


def looked_at(page: Page, name: str) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"counter-{name}")


def test_a_picture_and_a_voice_message_are_seen_heard_and_taken_away(
    browser: Browser, counter: Counter
) -> None:
    chat, desk = asked(browser, counter, "Fatuma", "ar"), counter.desk(browser, "Kees")
    desk.take("Fatuma")
    counter.sends("Fatuma", Kind.photo, photo(size=(640, 320)))
    counter.sends("Fatuma", Kind.voice, song(frames=120))
    image, sound = desk.page.locator(".file img"), desk.page.locator(".file audio")
    expect(image).to_have_js_property("naturalWidth", 640, timeout=SOON)
    expect(sound).to_be_visible(timeout=SOON)
    desk.page.locator("#live-part").evaluate("each => (each.scrollTop = each.scrollHeight)")
    picture(desk.page, "counter-files")
    sound.focus()
    desk.page.keyboard.press("Space")
    expect(sound).to_have_js_property("ended", True, timeout=SOON)
    assert sound.evaluate("each => each.error") is None
    addresses = [image.get_attribute("src"), sound.get_attribute("src")]
    for kind in ("foto", "spraakbericht"):
        remove = desk.page.locator("form[action$='/remove'] button").first
        remove.click()
        expect(remove).to_contain_text("Druk nog een keer")
        remove.click()
        expect(desk.page.locator("#log")).to_contain_text(f"Bestand verwijderd: {kind}")
    expect(desk.page.locator(".file", has_text="Verwijderd door een medewerker.")).to_have_count(2)
    for address in addresses:
        assert desk.page.request.get(f"{counter.url}{address}").status == 404
    close(chat.page, desk.page)
