"""Lists to tick off: kept for one chat, and most of them for coaches only."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.answers.checklists import FOR_COACHES, FOR_EVERYBODY, show_checklist, tick
from api.answers.models import ChecklistTick
from api.answers.reply import Offer, Reply
from api.answers.words import OPEN, TICKED, Words
from api.conversations.models import Conversation
from api.db import Database
from tests.answers.readers import NOW, check, coach, offer_of, press, read, stranger
from tests.factories import conversation
from translations.catalogue import LANGUAGES

LONG_AFTER_EVERY_REVIEW = datetime(2029, 1, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def open_list(name: str = "kinderopvang") -> Offer:
    return Offer("checklist", "", {"checklist": name})


def pick(name: str = "kinderopvang", item: object = 1) -> Offer:
    return Offer("tick", arguments={"checklist": name, "item": item})  # type: ignore[dict-item]


def marks(text: str) -> str:
    """The boxes of the list, one sign each."""
    return "".join(line[0] for line in text.splitlines() if line[0] in (TICKED, OPEN))


def ticks(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ChecklistTick)) or 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_shows_every_item_with_an_open_box_and_a_button(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    [reply] = press(words, session, chat, open_list())
    rendered = check(words, session, chat, reply)
    total = words.checklist("kinderopvang")
    assert total > 1
    assert marks(rendered.text) == OPEN * total
    assert [label for _, label in rendered.buttons] == [str(n) for n in range(1, total + 1)]


def test_an_item_can_be_ticked_and_the_tick_taken_away(session: Session, words: Words) -> None:
    chat = stranger(session)
    total = words.checklist("kinderopvang")
    listed = press(words, session, chat, open_list())
    third = offer_of(listed, "tick", item=3)
    again = press(words, session, chat, third)
    ticked = read(words, session, chat, again)
    assert marks(ticked) == OPEN * 2 + TICKED + OPEN * (total - 3)
    title = words.text("nl", "checklist.kinderopvang")
    heading = words.text("nl", "checklist.heading", title=title, done=1, total=total)
    assert ticked.splitlines()[0] == heading
    back = press(words, session, chat, offer_of(again, "tick", item=3))
    assert marks(read(words, session, chat, back)) == OPEN * total


def test_a_double_tap_on_one_button_ticks_once(session: Session, words: Words) -> None:
    chat = stranger(session)
    third = offer_of(press(words, session, chat, open_list()), "tick", item=3)
    for _ in range(2):
        told = read(words, session, chat, press(words, session, chat, third))
        assert marks(told).count(TICKED) == 1


def test_what_is_ticked_is_still_ticked_when_the_list_is_opened_again(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    press(words, session, chat, pick(item=1))
    again = press(words, session, chat, open_list())
    assert marks(read(words, session, chat, again))[0] == TICKED


def test_each_chat_has_its_own_ticks(session: Session, words: Words) -> None:
    mine, theirs = stranger(session), stranger(session)
    press(words, session, mine, pick(item=1))
    shown = press(words, session, theirs, open_list())
    assert TICKED not in read(words, session, theirs, shown)
    ticked = press(words, session, theirs, pick(item=1))
    press(words, session, theirs, offer_of(ticked, "tick", item=1))
    assert ticks(session) == 1


def test_each_list_has_its_own_ticks(session: Session, words: Words) -> None:
    chat = coach(session)
    press(words, session, chat, pick("moving", 2))
    assert TICKED not in read(
        words, session, chat, press(words, session, chat, open_list("first_week"))
    )


def test_when_all_is_done_that_is_said(session: Session, words: Words) -> None:
    chat = stranger(session)
    total = words.checklist("kinderopvang")
    for item in range(1, total + 1):
        [reply] = press(words, session, chat, pick(item=item))
        last = check(words, session, chat, reply).text.splitlines()[-1]
        key = "checklist.all_done" if item == total else "checklist.how"
        assert last == words.text("nl", key).splitlines()[-1]


@pytest.mark.parametrize("item", [0, -1, 99, "x", "", None])
def test_an_item_that_is_not_on_the_list_is_not_ticked(
    session: Session, words: Words, item: object
) -> None:
    chat = stranger(session)
    assert [r.key for r in press(words, session, chat, pick(item=item))] == ["menu.ask"]
    assert ticks(session) == 0


def test_a_list_that_is_gone_is_not_ticked(session: Session, words: Words) -> None:
    for chat in (stranger(session), coach(session)):
        for offer in (open_list("gone"), pick("gone")):
            assert [r.key for r in press(words, session, chat, offer)] == ["menu.ask"]
    assert ticks(session) == 0


# Coaches


@pytest.mark.parametrize("name", sorted(set(FOR_COACHES) - set(FOR_EVERYBODY)))
def test_a_list_for_coaches_is_shown_to_nobody_else(
    session: Session, words: Words, name: str
) -> None:
    for language in LANGUAGES:
        chat = stranger(session, language)
        for offer in (open_list(name), pick(name)):
            assert [r.key for r in press(words, session, chat, offer)] == ["menu.ask"]
    assert ticks(session) == 0


def test_a_coach_chooses_among_all_lists_and_nobody_else_does(
    session: Session, words: Words
) -> None:
    choose = Offer("checklists", "")
    chat = coach(session)
    [reply] = press(words, session, chat, choose)
    assert [offer.arguments["checklist"] for offer in reply.offers] == list(FOR_COACHES)
    check(words, session, chat, reply)
    for language in LANGUAGES:
        other = stranger(session, language)
        assert [r.key for r in press(words, session, other, choose)] == ["menu.ask"]


@pytest.mark.parametrize("name", FOR_COACHES)
def test_a_coach_can_tick_every_item_of_every_list(
    session: Session, words: Words, name: str
) -> None:
    chat = coach(session)
    for item in range(1, words.checklist(name) + 1):
        [reply] = press(words, session, chat, pick(name, item))
    text = check(words, session, chat, reply).text
    assert marks(text) == TICKED * words.checklist(name)


@pytest.mark.parametrize("name", FOR_COACHES)
def test_an_item_never_loses_all_its_words_when_a_number_ended(
    session: Session, words: Words, name: str
) -> None:
    """An item that says nothing can still be ticked, and nobody knows what was done."""
    chat = coach(session)
    [reply] = press(words, session, chat, open_list(name))
    text = check(words, session, chat, reply, LONG_AFTER_EVERY_REVIEW).text
    items = [line for line in text.splitlines() if line[0] in (TICKED, OPEN)]
    assert [line for line in items if not line.partition(". ")[2].strip()] == []


# In the store


def test_a_tick_is_set_and_taken_away_on_both_databases(database: Database) -> None:
    with database.writing() as session:
        chat_id = conversation(session, NOW).id
    for done, expected in ((True, {1}), (True, {1}), (False, set()), (False, set())):
        with database.writing() as session:
            chat = session.get_one(Conversation, chat_id)
            tick(session, chat, "kinderopvang", 1, done, NOW)
        with database.reading() as session:
            assert (
                shown(session, session.get_one(Conversation, chat_id)).facts["ticked"] == expected
            )


def shown(session: Session, chat: Conversation) -> Reply:
    return show_checklist(session, chat, "kinderopvang", 10)
