"""Guests and regisseurs who talk at once in a real browser, with real translation models."""

from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Browser, Locator, Page, Route, expect

from api.clock import local, system_clock
from tests.browser.counter import SOON, WISHES, Counter, Desk
from tests.browser.pages import Chat, act, picture

COME, IN_ARABIC = "Kunt u op dinsdag om 10:30 komen?", "هل يمكنك الحضور يوم الثلاثاء الساعة 10:30؟"
NAMES = {"ar": "Amina", "ti": "Selam", "nl": "Tomas"}
CLAIMED, NOTE = "Een mens van de gemeente leest nu uw vraag", "Zij komt met haar zus."
PLACE, TIME = "Stadhuis Weert", "14:15"
MONEY = "U moet € 25 betalen"
MARK = "هذه ترجمة كمبيوتر"
FACES = {"ar": "🙂", "ti": "😐", "nl": "🙁"}
SAID = {"ar": "ja", "ti": "een beetje", "nl": "nee"}


@dataclass
class Afternoon:
    """Who is there in the town hall."""

    sanne: Desk
    bram: Desk
    chats: dict[str, Chat]

    @property
    def desks(self) -> tuple[Desk, Desk]:
        return self.sanne, self.bram


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
        desk.page.route("**/claim", lambda route: held.append(route))
        desk.page.locator("form[action$='/claim'] button").click(no_wait_after=True)
    while len(held) < 2:
        one.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    for desk in (one, other):
        expect(desk.page.locator("#text, main .alert")).to_be_visible(timeout=SOON)
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


def fill_queues(town_hall: Afternoon) -> None:
    """Both see everybody, once, without loading the page again."""
    for desk in town_hall.desks:
        desk.page.evaluate("window.loadedOnce = true")
    for language, chat in town_hall.chats.items():
        ask_twice(chat, language)
    for desk in town_hall.desks:
        for language, name in NAMES.items():
            row = desk.row(name)
            expect(row.locator(".preview")).to_have_text([WISHES[language]], timeout=SOON)
            expect(row).to_contain_text("2 keer gevraagd")
        assert desk.page.evaluate("window.loadedOnce")
    picture(town_hall.sanne.page, "counter-queue")


def share(town_hall: Afternoon) -> Desk:
    """One each, and the third for who is first: that is who comes back."""
    sanne, bram = town_hall.desks
    sanne.take(NAMES["ar"])
    expect(bram.row(NAMES["ar"])).to_contain_text("Sanne", timeout=SOON)
    bram.take(NAMES["ti"])
    for desk in town_hall.desks:
        desk.to_queue()
        desk.open(NAMES["nl"])
    winner, loser = claim_at_once(sanne, bram)
    expect(loser.page.locator("main")).to_contain_text("Een collega heeft deze vraag al.")
    expect(town_hall.chats["nl"].of_bot.filter(has_text=CLAIMED)).to_have_count(1, timeout=SOON)
    return winner


def talk_in_turn(desk: Desk, chat: Chat) -> None:
    for number in range(3):
        chat.say(f"vraag {number}")
        desk.say(f"antwoord {number}")
    answers = [f"antwoord {number}" for number in range(3)]
    expect(chat.of_person.locator(".bubble")).to_have_text(answers, timeout=SOON)
    same_lines(desk, chat)


def talk_by_machine(desk: Desk, chat: Chat) -> None:
    desk.to_queue()
    desk.open(NAMES["ar"])
    send_translated(desk)
    arrived = chat.of_person
    expect(arrived.locator(".bubble")).to_have_text([IN_ARABIC], timeout=SOON)
    seen_as(arrived, "ar", "rtl")
    expect(arrived.locator(".machine")).to_contain_text(MARK)
    expect(arrived.locator(".dutch")).to_have_text(COME)
    expect(arrived.locator(".dutch")).to_have_attribute("dir", "ltr")
    expect(arrived.locator(".who")).to_have_text("Sanne")
    chat.say("شكرا لك.")
    expect(desk.page.locator(".translated").last).to_contain_text("Dank u wel.", timeout=SOON)
    same_lines(desk, chat)


def talk_by_sentence(desk: Desk, chat: Chat) -> None:
    desk.to_queue()
    desk.open(NAMES["ti"])
    send_sentence(desk)
    arrived = chat.of_person
    expect(arrived.locator(".bubble")).to_contain_text(TIME, timeout=SOON)
    expect(arrived.locator(".bubble")).to_contain_text(PLACE)
    seen_as(arrived, "ti", "ltr")
    expect(arrived.locator(".dutch")).to_contain_text(f"Plaats: {PLACE}.")
    expect(arrived.locator(".machine")).to_be_hidden()
    same_lines(desk, chat)


def take_over(town_hall: Afternoon) -> None:
    """The guest reads another name, and none of the notes."""
    (sanne, bram), chat = town_hall.desks, town_hall.chats["ar"]
    bram.to_queue()
    bram.open(NAMES["ar"])
    expect(bram.page.locator("main")).to_contain_text("Deze vraag is bij Sanne Voorbeeld.")
    act(bram.page, "take-over")
    expect(sanne.text).to_have_count(0, timeout=SOON)
    expect(sanne.page.locator("main")).to_contain_text("Deze vraag is bij Bram Voorbeeld.")
    bram.page.locator("#note").fill(NOTE)
    act(bram.page, "notes")
    expect(sanne.page.locator("#log")).to_contain_text(NOTE, timeout=SOON)
    bram.say("Tot dinsdag.")
    expect(chat.of_person.last.locator(".who")).to_have_text("Bram", timeout=SOON)
    expect(chat.page.locator("#messages")).not_to_contain_text(NOTE)


def hand_back(desk: Desk, chat: Chat, language: str) -> None:
    """Whether it helped is asked by faces, and told in the log."""
    desk.to_queue()
    desk.open(NAMES[language])
    act(desk.page, "hand-back")
    faces = chat.page.locator(".choices", has_text="🙂").get_by_role("button")
    expect(faces).to_have_count(3, timeout=SOON)
    same_lines(desk, chat)
    before = chat.of_bot.count()
    faces.filter(has_text=FACES[language]).click()
    chat.settled(before)
    rated = f"De deelnemer zegt: {SAID[language]}"
    expect(desk.page.locator("#log")).to_contain_text(rated, timeout=SOON)


def test_three_guests_are_helped_by_two_colleagues_at_once(
    browser: Browser, counter: Counter
) -> None:
    sanne, bram = (counter.desk(browser, name) for name in ("Sanne", "Bram"))
    chats = {each: counter.guest(browser, NAMES[each], each) for each in NAMES}
    town_hall = Afternoon(sanne, bram, chats)
    fill_queues(town_hall)
    winner = share(town_hall)
    for language, chat in chats.items():
        chat.say(f"{NAMES[language]} wacht")
    talk_in_turn(winner, chats["nl"])
    talk_by_machine(sanne, chats["ar"])
    talk_by_sentence(bram, chats["ti"])
    take_over(town_hall)
    for language, desk in {"ar": bram, "ti": bram, "nl": winner}.items():
        hand_back(desk, chats[language], language)
    bram.page.goto(f"{counter.url}/console/ratings")
    expect(bram.page.locator("tbody th", has_text="Beginnen")).to_have_count(1)
    close(sanne.page, bram.page, *(chat.page for chat in chats.values()))


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
