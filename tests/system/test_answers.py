"""Answers on Telegram as people use them: pictures, steps, permits, walks, recordings, coaches."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from itertools import count
from pathlib import Path

import pytest

from api.answers.figures import day_in_words, month_in_words
from api.answers.menu import PAGES, members
from api.answers.reply import Month
from api.answers.walk import STEPS
from api.answers.words import OPEN, TICKED, Words
from api.channels.media import PICTURES
from api.clock import local, system_clock
from tests.fakes.bot_api.people import Person as Chatter
from tests.fakes.bot_api.people import SentMessage
from tests.running import Running

pytestmark = pytest.mark.timeout(240)

NUMBERS = count(7400)
"""Each test has people of its own."""
HELP = {
    "nl": "help",
    "ar": "مساعدة",
    "ti": "ሐገዝ ደልየ አለኹ",
    "en": "What can I ask you?",
    "tr": "yardım",
}
THREE = {"nl": "3", "ar": "٣"}
WHO_PAYS = {"ar": "من يدفع ثمن الدورة؟", "ti": "ንኮርስ መን ይኸፍል", "tr": "dil kursunu kim ödüyor"}
WHICH_ROUTES = {
    "ar": "ما هي المسارات التعليمية؟",
    "ti": "ክንደይ leerroutes ኣለዉ",
    "tr": "hangi öğrenme rotaları var",
}
WHAT_IS_PVT = {
    "nl": "Wat is de PVT?",
    "ar": "ما هو برنامج إعلان المشاركة؟",
    "ti": "PVT እንታይ እዩ?",
    "en": "What is the PVT?",
    "tr": "PVT nedir?",
}
SIMPLER = {
    "nl": "kunt u dat makkelijker uitleggen",
    "ar": "اشرح لي بشكل أبسط",
    "ti": "ብቐሊሉ ግለጸለይ",
    "en": "can you explain that more simply",
    "tr": "daha basit anlatır mısın",
}
CHILDCARE = "Hoe regel ik kinderopvang?"
PAGE_OF_TEXTS = "/console/texts"
REPORTED = re.compile(r'<th scope="row">([^<]*)</th>\s*<td>([^<]*)</td>')


@dataclass
class Chat:
    """Somebody on Telegram, who reads what the catalogue says in their language."""

    chatter: Chatter
    words: Words
    language: str

    def says(self, text: str, *told: str) -> SentMessage:
        """Type it; the answer with all these words in it."""
        seen = self._last
        self.chatter.says(text)
        return self._answer(seen, told)

    def presses(self, label: str, *told: str) -> SentMessage:
        seen = self._last
        self.chatter.presses(label)
        return self._answer(seen, told)

    def reads_on(self, message: SentMessage, *told: str) -> SentMessage:
        """The next message after this one with all these words in it."""
        return self._answer(message.message_id, told)

    def links(self, code: str, name: str) -> None:
        seen = self._last
        self.chatter.starts(code)
        asked = self._answer(seen, (name,))
        self.chatter.presses(asked.labels[0])
        self._answer(asked.message_id, (name,))

    def text(self, key: str, **facts: object) -> str:
        return self.words.text(self.language, key, **facts)

    def reads(self, key: str, language: str | None = None) -> str:
        """A text of an answer with the numbers of today."""
        return self.words.as_it_reads(language or self.language, key, today())

    @property
    def _last(self) -> int:
        return self.chatter.messages[-1].message_id if self.chatter.messages else 0

    def _answer(self, seen: int, told: tuple[str, ...]) -> SentMessage:
        return self.chatter.wait_for(
            lambda message: all(words in message.text for words in told), timeout=20, after=seen
        )


def today() -> date:
    return local(system_clock()).date()


def somebody(system: Running, words: Words, language: str) -> Chat:
    """Somebody who never wrote before."""
    chatter = system.telegram.person(next(NUMBERS), "Noor", language_code=language)
    return Chat(chatter, words, language)


def numbered(chat: Chat, *keys: str) -> list[str]:
    return [f"{number} {chat.text(key)}"[:40] for number, key in enumerate(keys, start=1)]


# The menu


@pytest.mark.parametrize("language", HELP)
def test_asking_for_help_shows_the_picture_of_the_menu_with_numbered_buttons(
    system: Running, words: Words, language: str
) -> None:
    chat = somebody(system, words, language)
    menu = chat.says(HELP[language], chat.text("menu.ask"))
    assert menu.kind == "photo"
    assert menu.content == (PICTURES / "menu-1.png").read_bytes()
    groups = [f"menu.{group}" for group in PAGES[0]]
    assert menu.labels == numbered(chat, *groups, "button.more")


@pytest.mark.parametrize("language", THREE)
def test_a_typed_three_opens_the_group_of_the_third_picture(
    system: Running, words: Words, language: str
) -> None:
    chat = somebody(system, words, language)
    chat.says(HELP[language], chat.text("menu.ask"))
    group = chat.says(THREE[language], chat.text("menu.choose"))
    topics = [f"label.{topic}" for topic in members("family", words.topics)]
    assert group.labels == [*numbered(chat, *topics), chat.text("button.person")]


def test_the_last_picture_leads_on_to_the_next_ones_and_round_again(
    system: Running, words: Words
) -> None:
    chat = somebody(system, words, "ar")
    chat.says(HELP["ar"], chat.text("menu.ask"))
    for page in (2, 3, 1):
        menu = chat.says(str(len(PAGES[page - 2]) + 1), chat.text("menu.ask"))
        assert menu.kind == "photo"
        assert menu.content == (PICTURES / f"menu-{page}.png").read_bytes()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_from_the_pictures_two_presses_lead_to_an_answer_with_its_steps_and_helpers(
    system: Running, words: Words, language: str
) -> None:
    chat = somebody(system, words, language)
    chat.says(HELP[language], chat.text("menu.ask"))
    [*_, more] = numbered(chat, *["button.more"] * 6)
    modules = PAGES[1].index("modules")
    menu = chat.presses(more, chat.text("menu.ask"))
    group = chat.presses(menu.labels[modules], chat.text("menu.choose"))
    pvt = members("modules", words.topics).index("pvt")
    answer = chat.presses(group.labels[pvt], chat.reads("pvt"))
    assert {chat.text("button.steps"), chat.text("button.helpers")} <= set(answer.labels)
    assert answer.labels[-1] == chat.text("button.person")
    chat.presses(chat.text("button.steps"), chat.reads("pvt.steps"))
    helpers = chat.presses(chat.text("button.helpers"), chat.text("helpers.heading"))
    assert chat.text("helper.regisseur") in helpers.text


# What depends on the permit


@pytest.mark.parametrize("language", WHO_PAYS)
def test_who_lives_with_family_without_asylum_pays_and_is_asked_once(
    system: Running, words: Words, language: str
) -> None:
    chat = somebody(system, words, language)
    pays = chat.reads("pays.own")
    question = chat.text(f"group.ask.{words.topics['kosten_lening'].question}")
    chat.says(WHO_PAYS[language], question)
    assert not any(pays in message.text for message in chat.chatter.messages)
    asked = chat.presses(chat.text("choice.family"), chat.text("group.ask_family"))
    choices = ("button.yes", "button.no", "choice.unknown")
    assert asked.labels[:3] == [chat.text(choice) for choice in choices]
    remembered = chat.presses(chat.text("button.no"), chat.text("group.remembered"))
    chat.reads_on(remembered, pays)

    routes = chat.says(WHICH_ROUTES[language], chat.reads("leerroutes"))
    told = chat.reads_on(routes, pays)
    assert chat.text("button.other_group") in told.labels
    seen = [message.text for message in chat.chatter.messages]
    assert sum(question in text for text in seen) == 1
    assert not any(chat.reads("pays.offer") in text for text in seen)


# Simpler words


@pytest.mark.parametrize("language", SIMPLER)
def test_asking_for_simpler_words_gives_those_of_the_answer_before(
    system: Running, words: Words, language: str
) -> None:
    chat = somebody(system, words, language)
    chat.says(WHAT_IS_PVT[language], chat.reads("pvt"))
    simple = chat.says(SIMPLER[language], chat.reads("pvt.simple"))
    assert chat.reads("pvt") not in simple.text


# Arranging childcare


def until_when(first: date) -> date:
    """The last day of the third month after this one."""
    month = first
    for _ in range(4):
        month = (month.replace(day=28) + timedelta(days=7)).replace(day=1)
    return month - timedelta(days=1)


@pytest.mark.parametrize(
    ("language", "question"), [("nl", CHILDCARE), ("ti", "kinderopvang ከመይ ይረክብ")]
)
def test_childcare_is_walked_to_the_end_and_the_last_day_to_apply_is_told(
    system: Running, words: Words, language: str, question: str
) -> None:
    chat = somebody(system, words, language)
    chat.says(question, chat.reads("kinderopvang"))
    chat.presses(chat.text("button.walk"), chat.text("walk.start"))
    for number in range(1, STEPS + 1):
        heading = chat.text("walk.heading", number=number, total=STEPS)
        chat.presses(chat.text("button.next"), heading, chat.reads(f"walk.{number}"))
    chat.presses(chat.text("button.next"), chat.text("walk.end"))

    months = chat.presses(chat.text("button.apply_by"), chat.text("walk.apply.ask"))
    first = today().replace(day=1)
    month = month_in_words(language, Month(first))
    assert month in months.labels
    last_day = day_in_words(language, until_when(first))
    answer = chat.presses(month, chat.text("walk.apply.answer", month=month, date=last_day))
    assert last_day in answer.text


def test_what_a_participant_ticks_off_at_the_end_of_the_walk_is_remembered(
    system: Running, words: Words
) -> None:
    chat = somebody(system, words, "tr")
    title = chat.text("checklist.kinderopvang")
    total = words.checklist("kinderopvang")
    chat.says("kreş arıyorum", chat.reads("kinderopvang"))
    chat.presses(chat.text("button.walk"), chat.text("walk.start"))
    chat.presses(chat.text("button.apply_by"), chat.text("walk.apply.ask"))
    month = month_in_words("tr", Month(today().replace(day=1)))
    chat.presses(month, month)
    heading = chat.text("checklist.heading", title=title, done=0, total=total)
    chat.presses(chat.text("button.checklist"), heading)
    for done in (1, 2):
        heading = chat.text("checklist.heading", title=title, done=done, total=total)
        listed = chat.presses(str(done * 2), heading)
        assert listed.text.count(TICKED) == done
    assert [line[:1] for line in listed.text.splitlines()[1:5]] == [OPEN, TICKED, OPEN, TICKED]


# Listening


@pytest.fixture
def recorded(system: Running, words: Words) -> Iterator[dict[str, bytes]]:
    """Two texts in Arabic, spoken by a person; which bytes belong to which."""
    voices = {key: voice(key) for key in ("pvt", "older_law")}
    paths = [record(system, words, key, content) for key, content in voices.items()]
    yield voices
    for path in paths:
        path.unlink()


def voice(what: str) -> bytes:
    return b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + what.encode() * 20


def record(system: Running, words: Words, key: str, content: bytes) -> Path:
    text = words.as_it_reads("ar", key, today())
    path = system.recordings.path_for("ar", key, text)
    path.write_bytes(content)
    return path


def test_what_was_recorded_can_be_listened_to(
    system: Running, words: Words, recorded: dict[str, bytes]
) -> None:
    chat = somebody(system, words, "ar")
    listen = chat.text("button.listen")
    answer = chat.says(WHAT_IS_PVT["ar"], chat.reads("pvt"), chat.reads("older_law"))
    assert answer.labels[-2:] == [listen, chat.text("button.person")]
    first = chat.presses(listen, chat.text("listen.sent"))
    second = chat.reads_on(first, chat.text("listen.sent"))
    assert [each.kind for each in (first, second)] == ["voice", "voice"]
    assert [each.content for each in (first, second)] == [recorded["pvt"], recorded["older_law"]]
    assert chat.text("listen.machine") not in first.text


def test_without_a_recording_of_the_warning_there_is_nothing_to_listen_to(
    system: Running, words: Words
) -> None:
    chat = somebody(system, words, "ar")
    path = record(system, words, "pvt", voice("pvt"))
    try:
        answer = chat.says(WHAT_IS_PVT["ar"], chat.reads("pvt"))
    finally:
        path.unlink()
    assert chat.text("button.listen") not in answer.labels


# Coaches


@pytest.fixture
def joke(system: Running, words: Words) -> Chat:
    """Joke is a coach, linked to a chat of her own for each test."""
    chat = somebody(system, words, "nl")
    system.new_codes()
    chat.links(system.code_of("Joke"), "Joke")
    return chat


def procedure(chat: Chat) -> SentMessage:
    """The procedure of childcare, which only coaches read."""
    return chat.says(CHILDCARE, chat.words.coach.text("nl", "kinderopvang").text)


def test_a_coach_reads_the_source_before_the_procedure(joke: Chat) -> None:
    answer = procedure(joke)
    source, first, *_ = answer.text.splitlines()
    assert source.startswith("Bron:")
    assert joke.words.rules.sources.cite(joke.words.topics["kinderopvang"].sources) in source
    assert joke.words.coach.text("nl", "kinderopvang").text.startswith(first)


def test_a_coach_shows_an_answer_in_arabic_to_hand_the_phone_over(joke: Chat) -> None:
    procedure(joke)
    asked = joke.presses(joke.text("button.other_language"), joke.text("show_in.ask"))
    arabic = joke.words.text("ar", "language.own_name")
    assert arabic in asked.labels
    shown = joke.presses(arabic, joke.reads("kinderopvang", "ar"))
    assert joke.words.text("ar", "button.person") in shown.labels
    assert procedure(joke)  # the coach's own language did not change


def test_a_coach_ticks_an_item_off_and_takes_the_tick_away(joke: Chat) -> None:
    title, total = joke.text("checklist.first_week"), joke.words.checklist("first_week")
    nothing = joke.text("checklist.heading", title=title, done=0, total=total)
    one = joke.text("checklist.heading", title=title, done=1, total=total)
    procedure(joke)
    joke.presses(joke.text("button.checklists"), joke.text("checklists.ask"))
    listed = joke.presses(joke.text("choice.first_week"), nothing)
    assert listed.labels == [str(number) for number in range(1, total + 1)]
    assert f"{TICKED} 2. " in joke.presses("2", one).text
    assert f"{OPEN} 2. " in joke.presses("2", nothing).text


def test_what_a_coach_reports_stands_on_the_page_of_the_texts_once(
    system: Running, joke: Chat
) -> None:
    procedure(joke)
    joke.presses(joke.text("button.wrong"), joke.text("reported"))
    joke.presses(joke.text("button.wrong"), joke.text("reported_again"))
    topic = joke.text("label.kinderopvang")
    with system.console() as console:
        page = console._get(PAGE_OF_TEXTS)
    found = [reason for subject, reason in reported(page) if subject == topic]
    twice = joke.words.console.text("nl", "texts.kind.reported", {"times": 2}, count=2).text
    assert found == [twice]


def reported(page: str) -> list[tuple[str, str]]:
    """Which texts somebody has to look at, and why."""
    rows: list[tuple[str, str]] = REPORTED.findall(page)
    return [(unescape(subject), unescape(reason)) for subject, reason in rows]
