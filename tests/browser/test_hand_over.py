"""Guests and regisseurs who talk at once in a real browser, with real translation models."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from api.clock import local, system_clock
from tests.browser.counter import SOON, WISHES, Counter, Desk, counter_in
from tests.browser.pages import Chat, act, picture
from translations.machine import Machine

COME, IN_ARABIC = "Kunt u op dinsdag om 10:30 komen?", "هل يمكنك الحضور يوم الثلاثاء الساعة 10:30؟"
PLACE, TIME = "Stadhuis Weert", "14:15"
MONEY = "U moet € 25 betalen"
MARK = "هذه ترجمة كمبيوتر"
FACES = {"ar": "🙂", "ti": "😐", "nl": "🙁"}
SAID = {"ar": "ja", "ti": "een beetje", "nl": "nee"}


@pytest.fixture(scope="module")
def counter(
    tmp_path_factory: pytest.TempPathFactory, tiny_machine: Machine
) -> Iterator[Counter]:
    with counter_in(tmp_path_factory.mktemp("counter"), tiny_machine) as opened:
        yield opened


def close(*pages: Page) -> None:
    for page in pages:
        page.context.close()


def ask_twice(chat: Chat, language: str) -> None:
    """By the button and by words; what it is about is chosen by the first picture."""
    before = chat.of_bot.count()
    chat.page.locator(".ask-person").click()
    chat.settled(before)
    before = chat.of_bot.count()
    chat.page.locator(".choices.pictures button").first.click()
    chat.settled(before)
    chat.ask(WISHES[language])


def claim_at_once(one: Desk, other: Desk) -> tuple[Desk, Desk]:
    """Both have pressed before the api hears of either: who got it, and who did not."""
    held: list[Route] = []
    for desk in (one, other):
        desk.page.route("**/claim", held.append)
        desk.page.locator("form[action$='/claim'] button").click(no_wait_after=True)
    while len(held) < 2:
        one.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    for desk in (one, other):
        expect(desk.page.locator("#text, main .card.narrow")).to_be_visible(timeout=SOON)
        desk.page.unroute("**/claim")
    return (one, other) if one.text.count() else (other, one)


def send_translated(desk: Desk) -> None:
    """Look at what the machine made of it and of that in Dutch again, and send it."""
    desk.text.fill(COME)
    desk.page.locator("button[formaction$='/drafts']").click()
    draft = desk.page.locator("#draft")
    expect(draft.locator(".own")).to_have_text([COME, COME, IN_ARABIC], timeout=SOON)
    expect(draft.locator(".theirs")).to_have_attribute("dir", "rtl")
    expect(desk.mine).to_have_count(0)
    picture(desk.page, "counter-draft")
    draft.locator("form[action$='/send'] button").click()
    expect(desk.mine).to_have_text([IN_ARABIC])


def send_sentence(desk: Desk) -> None:
    desk.page.locator("#sentences summary").click()
    form = desk.page.locator("form[data-keep='sentence.talk']")
    next_week = local(system_clock()) + timedelta(days=7)
    form.locator("input[type=date]").fill(next_week.date().isoformat())
    form.locator("input[type=time]").fill(TIME)
    form.locator("input[name=place]").fill(PLACE)
    form.get_by_role("button").click()
    expect(desk.page.locator(".by-person .original")).to_contain_text(TIME)


def seen_as(line: Locator, language: str, direction: str) -> None:
    expect(line.locator(".bubble")).to_have_attribute("lang", language)
    expect(line.locator(".bubble")).to_have_attribute("dir", direction)
    sides = line.locator(".bubble").evaluate("each => getComputedStyle(each).direction")
    assert sides == direction


def same_lines(desk: Desk, chat: Chat) -> None:
    """Both sides show the same lines, in the same order, each once."""
    expect(desk.lines).to_have_count(len(set(chat.ids())), timeout=SOON)
    assert desk.line_ids() == chat.ids() == sorted(set(chat.ids()))


def test_three_guests_are_helped_by_two_colleagues_at_once(
    browser: Browser, counter: Counter
) -> None:
    sanne, bram = (counter.desk(browser, name) for name in ("Sanne", "Bram"))
    names = {"ar": "Amina", "ti": "Selam", "nl": "Tomas"}
    chats = {each: counter.guest(browser, names[each], each) for each in names}
    everybody = [sanne.page, bram.page, *(chat.page for chat in chats.values())]

    # The queues fill by themselves, with each of them once.
    for desk in (sanne, bram):
        desk.page.evaluate("window.loadedOnce = true")
    for language, chat in chats.items():
        ask_twice(chat, language)
    for desk in (sanne, bram):
        for language, name in names.items():
            row = desk.row(name)
            expect(row).to_have_count(1, timeout=SOON)
            expect(row.locator(".preview")).to_have_text(WISHES[language], timeout=SOON)
            expect(row).to_contain_text("2 keer gevraagd")
        assert desk.page.evaluate("window.loadedOnce")
    picture(sanne.page, "counter-queue")

    # One each; and the third for who is first.
    sanne.take(names["ar"])
    bram.to_queue()
    expect(bram.row(names["ar"])).to_contain_text("Sanne")
    bram.take(names["ti"])
    for desk in (sanne, bram):
        desk.to_queue()
        desk.open(names["nl"])
    winner, loser = claim_at_once(sanne, bram)
    expect(loser.page.locator("main")).to_contain_text("Een collega heeft deze vraag al.")
    claimed = chats["nl"].of_bot.filter(has_text="Een mens van de gemeente leest nu uw vraag")
    expect(claimed).to_have_count(1, timeout=SOON)

    # Each answers in turn, while the guests go on writing.
    for language, chat in chats.items():
        chat.say(f"{names[language]} 1")
    for number in (1, 2, 3):
        chats["nl"].say(f"vraag {number}")
        winner.say(f"antwoord {number}")
    same_lines(winner, chats["nl"])
    expect(chats["nl"].of_person.locator(".bubble")).to_have_text(
        [f"antwoord {number}" for number in (1, 2, 3)]
    )

    sanne.to_queue()
    sanne.open(names["ar"])
    send_translated(sanne)
    arrived = chats["ar"].of_person
    expect(arrived.locator(".bubble")).to_have_text([IN_ARABIC], timeout=SOON)
    seen_as(arrived, "ar", "rtl")
    expect(arrived.locator(".machine")).to_contain_text(MARK)
    expect(arrived.locator(".dutch")).to_have_text(COME)
    expect(arrived.locator(".dutch")).to_have_attribute("dir", "ltr")
    expect(arrived.locator(".who")).to_have_text("Sanne Voorbeeld")
    chats["ar"].say("شكرا لك.")
    expect(sanne.page.locator(".translated").last).to_contain_text("Dank u wel.", timeout=SOON)
    same_lines(sanne, chats["ar"])
    sanne.page.screenshot(path="/tmp/wegwijs/f/shots_ar_wide.png", full_page=True)

    bram.to_queue()
    bram.open(names["ti"])
    send_sentence(bram)
    arrived = chats["ti"].of_person
    expect(arrived.locator(".bubble")).to_contain_text(TIME, timeout=SOON)
    expect(arrived.locator(".bubble")).to_contain_text(PLACE)
    seen_as(arrived, "ti", "ltr")
    expect(arrived.locator(".dutch")).to_contain_text(f"Plaats: {PLACE}.")
    expect(arrived.locator(".machine")).to_be_hidden()
    same_lines(bram, chats["ti"])

    # A colleague goes on with it: the guest reads another name, and no notes.
    bram.to_queue()
    bram.open(names["ar"])
    expect(bram.page.locator("main")).to_contain_text("Deze vraag is bij Sanne Voorbeeld.")
    act(bram.page, "take-over")
    expect(sanne.text).to_have_count(0, timeout=SOON)
    expect(sanne.page.locator("main")).to_contain_text("Deze vraag is bij Bram Voorbeeld.")
    bram.page.locator("#note").fill("Zij komt dinsdag met haar zus.")
    act(bram.page, "notes")
    expect(sanne.page.locator("#log")).to_contain_text("met haar zus", timeout=SOON)
    bram.say("Tot dinsdag.")
    expect(chats["ar"].of_person.last.locator(".who")).to_have_text("Bram Voorbeeld", timeout=SOON)
    expect(chats["ar"].page.locator("#messages")).not_to_contain_text("met haar zus")

    # Handed back: whether it helped is asked once, by faces, and told in the log.
    holders = {"ar": bram, "ti": bram, "nl": winner}
    for language, desk in holders.items():
        desk.to_queue()
        desk.open(names[language])
        act(desk.page, "hand-back")
        faces = chats[language].page.locator(".choices", has_text="🙂").get_by_role("button")
        expect(faces).to_have_count(3, timeout=SOON)
        before = chats[language].of_bot.count()
        faces.filter(has_text=FACES[language]).click()
        chats[language].settled(before)
        expect(desk.page.locator("#log")).to_contain_text(
            f"De deelnemer zegt: {SAID[language]}", timeout=SOON
        )
        same_lines(desk, chats[language])
    bram.page.goto(f"{counter.url}/console/ratings")
    expect(bram.page.locator("tbody tr")).to_have_count(1)
    close(*everybody)


def test_money_is_not_for_the_machine_and_the_page_says_what_is(
    browser: Browser, counter: Counter
) -> None:
    chat, desk = counter.guest(browser, "Rana", "ar"), counter.desk(browser, "Noor")
    ask_twice(chat, "ar")
    desk.take("Rana")
    desk.text.fill(MONEY)
    desk.text.press("Control+Enter")
    told = desk.page.get_by_role("alert")
    expect(told).to_contain_text("Dit gaat over geld.")
    expect(told).to_contain_text("Kies een standaardzin of vraag een tolk.")
    expect(desk.text).to_have_value(MONEY)
    expect(desk.page.locator("#draft")).to_have_count(0)
    expect(chat.of_person).to_have_count(0)
    close(chat.page, desk.page)
