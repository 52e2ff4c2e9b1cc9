"""The menu of pictures: few choices at a time, every topic near, numbers that can be typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import api.channels
from api.answers.menu import OWN, PAGES, members, menu_group, menu_page
from api.answers.recordings import Recordings
from api.answers.reply import PERSON, TOPICS, Reply
from api.answers.words import Words
from api.channels.media import find_media
from api.conversations.models import Conversation, Kind
from api.conversations.path import MessagePath
from api.conversations.rasa import Question
from api.conversations.transcript import BUTTONS_LAST, Spoken, say_as_person
from api.db import Database
from api.handovers import service
from tests.answers.readers import check, intents, press, stranger, walk_through
from tests.conversations.chat import Chat
from tests.factories import FixedClock, ScriptedRasa, regisseur, town, understood
from translations.catalogue import LANGUAGES

CHANNELS = Path(api.channels.__file__).parent
PICTOGRAMS = CHANNELS / "static" / "pictograms"
GROUPS = [group for page in PAGES for group in page]
NO_RECORDINGS = Recordings(Path("nowhere"))


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


@pytest.fixture
def rasa() -> ScriptedRasa:
    return ScriptedRasa()


@pytest.fixture
def chat(sqlite: Database, words: Words, clock: FixedClock, rasa: ScriptedRasa) -> Chat:
    """A chat in which one person writes, after the welcome."""
    with sqlite.writing() as session:
        town(session)
    chat = Chat(MessagePath(sqlite, rasa, words, clock), rasa, clock)
    chat.send("hallo")
    rasa.asked.clear()
    return chat


def numbered(reply: Reply) -> list[int]:
    return [offer.number for offer in reply.offers if offer.number]


# What is shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_every_group_has_at_most_six_choices_with_numbers_to_type(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    shown = [menu_page(page) for page in range(1, len(PAGES) + 1)]
    shown += [menu_group(group, words.topics) for group in GROUPS]
    for reply in shown:
        choices = [offer for offer in reply.offers if offer is not PERSON]
        assert 2 <= len(choices) <= 6
        assert numbered(reply) == list(range(1, len(choices) + 1))
        for offer, label in check(words, session, chat, reply).buttons:
            assert offer is PERSON or label.startswith(f"{offer.number} ")


@pytest.mark.parametrize("group", GROUPS)
def test_behind_every_picture_stand_questions_that_the_bot_knows(words: Words, group: str) -> None:
    asked = members(group, words.topics)
    assert asked
    assert len(set(asked)) == len(asked)
    assert set(asked) <= intents()


def test_every_topic_of_a_group_is_reached_in_at_most_four_presses(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    found: dict[str, int] = {}
    shown = [menu_page(1)]
    for presses in range(1, 5):
        offers = [offer for reply in shown for offer in reply.offers]
        for offer in offers:
            if offer.action == "intent":
                found.setdefault(str(offer.arguments["intent"]), presses)
        pages = [offer for offer in offers if offer.action == "menu"]
        shown = [reply for offer in pages for reply in press(words, session, chat, offer)]
    grouped = {topic.key for topic in words.topics.values() if topic.group}
    assert grouped | {*OWN, "nood"} == found.keys()


def test_the_groups_of_the_topics_are_those_of_the_pictures(words: Words) -> None:
    assert {topic.group for topic in words.topics.values()} - {""} == set(GROUPS)


def test_the_button_for_all_topics_shows_the_first_page_and_the_last_leads_back(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    [reply] = press(words, session, chat, TOPICS)
    seen = [reply]
    for _ in PAGES:
        [reply] = press(words, session, chat, reply.offers[-1])
        seen.append(reply)
    assert [each.media for each in seen] == [
        *(f"pictures/menu-{page}.png" for page in range(1, len(PAGES) + 1)),
        "pictures/menu-1.png",
    ]


@pytest.mark.parametrize("page", [0, -1, 4, 99])
def test_a_page_that_does_not_exist_is_the_first(page: int) -> None:
    assert menu_page(page) == menu_page(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_the_menu_leads_somewhere(
    session: Session, words: Words, language: str
) -> None:
    seen = walk_through(words, session, stranger(session, language), [menu_page(1)])
    assert len(seen) == 1 + len(PAGES) + len(GROUPS)


# Pictures


@pytest.mark.parametrize("page", range(1, len(PAGES) + 1))
def test_a_page_goes_with_a_picture_that_is_there(page: int) -> None:
    media = menu_page(page).media
    assert media
    picture = find_media(NO_RECORDINGS, media)
    assert picture is not None
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("page", range(1, len(PAGES) + 1))
def test_every_choice_of_a_page_has_a_pictogram_that_is_there(page: int) -> None:
    for offer in menu_page(page).offers:
        assert offer.picture, offer.label_key
        assert "<svg" in (PICTOGRAMS / f"{offer.picture}.svg").read_text(encoding="utf-8")


def test_no_pictogram_lies_around_unused() -> None:
    used = {offer.picture for page in range(1, 4) for offer in menu_page(page).offers}
    assert {file.stem for file in PICTOGRAMS.glob("*.svg")} == used


@pytest.mark.parametrize(
    "media", ["pictures/../media.py", "pictures/menu-9.png", "pictures/", "pictures/..", "", "x"]
)
def test_nothing_but_a_picture_is_found_as_one(media: str) -> None:
    assert find_media(NO_RECORDINGS, media) is None


def test_picture_number_and_label_stand_in_the_transcript(chat: Chat) -> None:
    chat.press("menu")
    [line] = chat.last
    assert line.media == "pictures/menu-1.png"
    first = line.buttons[0]
    assert (first["number"], first["picture"]) == (1, PAGES[0][0])
    assert first["label"] == f"1 {chat.words.text('nl', f'menu.{PAGES[0][0]}')}"


# Typing the number


@pytest.mark.parametrize("typed", ["3", "3.", " 3 ", "٣", "۳", "３", "٣.", " .3", "፫"])
def test_a_typed_number_presses_the_button_of_the_menu(
    chat: Chat, rasa: ScriptedRasa, typed: str
) -> None:
    chat.press("menu")
    label = chat.offered()[2].label
    assert chat.send(typed) == ["menu.choose"]
    asked = [button.arguments["intent"] for button in chat.offered("intent")]
    assert asked == list(members(PAGES[0][2], chat.words.topics))
    assert chat.heard()[-1] == label
    assert rasa.asked == []


def test_two_numbers_lead_from_the_menu_to_an_answer(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.press("menu")
    chat.send("1")
    intent = members(PAGES[0][0], chat.words.topics)[0]
    rasa.answers[intent] = understood(intent)
    assert chat.send("1")[0] == intent
    assert rasa.asked == [Question(chat.conversation.session_id, intent=intent)]


def test_the_last_number_of_a_page_leads_to_the_next(chat: Chat) -> None:
    chat.press("menu")
    chat.send("6")
    assert [line.media for line in chat.last] == ["pictures/menu-2.png"]


@pytest.mark.parametrize("typed", ["9", "0", "33", "3x", "drie", "3?", "½"])
def test_what_is_no_number_of_the_menu_is_a_question(
    chat: Chat, rasa: ScriptedRasa, typed: str
) -> None:
    chat.press("menu")
    chat.send(typed)
    assert chat.inbox()[-1].kind == Kind.text
    assert chat.heard()[-1] == typed
    assert all(question.intent is None for question in rasa.asked)


@pytest.mark.parametrize("typed", ["3", "٣", "3.", "(3)", "12"])
def test_a_number_without_a_menu_is_not_a_press_and_shows_the_menu(
    chat: Chat, rasa: ScriptedRasa, typed: str
) -> None:
    assert chat.send(typed)[-1] == "menu.ask"
    assert chat.inbox()[-1].kind == Kind.text
    assert rasa.asked == []


def test_a_number_in_the_very_first_message_is_not_a_press(chat: Chat, rasa: ScriptedRasa) -> None:
    other = Chat(chat.path, rasa, chat.clock, "chat-2")
    chat.press("menu")
    other.send("1")
    assert other.inbox()[-1].kind == Kind.text


def test_an_old_menu_is_not_pressed_after_another_answer_came(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.press("menu")
    chat.send("wat is PVT?")
    assert chat.send("3") == ["menu.ask"]
    assert chat.inbox()[-1].kind == Kind.text
    assert [question.text for question in rasa.asked] == ["wat is PVT?"]


def test_a_number_presses_the_last_menu_and_not_one_before_it(chat: Chat) -> None:
    chat.press("menu")
    first = chat.offered()[1].id
    chat.send("6")
    chat.send("2")
    asked = [button.arguments["intent"] for button in chat.offered("intent")]
    assert asked == list(members(PAGES[1][1], chat.words.topics))
    assert chat.inbox()[-1].button_id != first


def test_a_number_for_a_menu_that_is_too_old_says_so(chat: Chat) -> None:
    chat.press("menu")
    chat.clock.move(BUTTONS_LAST * 2)
    assert chat.send("1") == ["button_expired"]


def test_a_number_that_answers_a_person_stays_what_was_written(chat: Chat) -> None:
    """A regisseur asks how many children there are; the answer must not become a picture."""
    chat.press("menu")
    chat.choose("menu", page=2)
    chat.press("person")
    with chat.path.database.writing() as session:
        sanne = regisseur(session, chat.clock())
        [hand_over] = chat.hand_overs()
        service.claim_handover(session, chat.words, hand_over.id, sanne, chat.clock())
        mine = session.get_one(Conversation, chat.id)
        say_as_person(session, mine, sanne, Spoken("Hoeveel kinderen hebt u?"), chat.clock())
    assert chat.send("3") == []
    assert chat.heard()[-1] == "3"
