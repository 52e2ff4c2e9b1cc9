"""A one-time code ties a chat to a person, once, and to nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.conversations.models import Conversation
from api.db import Database
from api.people.linking import (
    VALID_FOR,
    LinkRefused,
    create_code,
    find_town,
    looks_like_code,
    use_code,
)
from api.people.models import LinkCode, Person, Role
from tests.factories import FixedClock, conversation, participant, person, town
from tests.side_by_side import at_once

SECOND = timedelta(seconds=1)


def code_for_amina(database: Database, clock: FixedClock) -> str:
    with database.writing() as session:
        amina = participant(session, clock()).participant.person
        return create_code(session, amina, None, clock())


def use(
    database: Database, clock: FixedClock, code: str, chat: str = "chat-1"
) -> Person | LinkRefused:
    with database.writing() as session:
        found = session.scalar(select(Conversation).filter_by(chat_id=chat))
        return use_code(session, found or conversation(session, clock(), chat), code, clock())


def chat_of(database: Database, chat: str = "chat-1") -> Conversation:
    with database.reading() as session:
        return session.scalars(select(Conversation).filter_by(chat_id=chat)).one()


def test_a_code_links_the_chat_to_the_person_and_their_town(
    database: Database, clock: FixedClock
) -> None:
    linked = use(database, clock, code_for_amina(database, clock))
    assert isinstance(linked, Person)
    chat = chat_of(database)
    assert (chat.person_id, chat.municipality_id) == (linked.id, "weert")


def test_a_code_begins_a_new_dialogue(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        before = conversation(session, clock()).session_id
    use(sqlite, clock, code_for_amina(sqlite, clock))
    assert chat_of(sqlite).session_id != before


@pytest.mark.parametrize(("chosen", "spoken"), [(None, "ar"), ("en", "en")])
def test_the_language_of_the_person_is_taken_where_none_was_chosen(
    sqlite: Database, clock: FixedClock, chosen: str | None, spoken: str
) -> None:
    with sqlite.writing() as session:
        conversation(session, clock()).language = chosen
    use(sqlite, clock, code_for_amina(sqlite, clock))
    assert chat_of(sqlite).speaks == spoken


def test_a_code_works_once(sqlite: Database, clock: FixedClock) -> None:
    code = code_for_amina(sqlite, clock)
    use(sqlite, clock, code)
    assert use(sqlite, clock, code) is LinkRefused.used
    assert use(sqlite, clock, code, "chat-2") is LinkRefused.used
    assert chat_of(sqlite, "chat-2").person_id is None


def test_a_code_that_ten_chats_use_at_once_links_one(database: Database, clock: FixedClock) -> None:
    code = code_for_amina(database, clock)
    outcomes = at_once(10, lambda number: use(database, clock, code, f"chat-{number}"))
    assert len([one for one in outcomes if isinstance(one, Person)]) == 1
    assert outcomes.count(LinkRefused.used) == 9


def test_a_code_works_until_it_expires(sqlite: Database, clock: FixedClock) -> None:
    first, second = code_for_amina(sqlite, clock), code_for_amina(sqlite, clock)
    clock.move(VALID_FOR - SECOND)
    assert isinstance(use(sqlite, clock, first), Person)
    clock.move(SECOND)
    assert use(sqlite, clock, second) is LinkRefused.expired


@pytest.mark.parametrize("code", ["", "ABCDEFGHJKMN", "x" * 5_000, "⁂", "' OR 1=1 --"])
def test_what_is_no_code_links_nobody(sqlite: Database, clock: FixedClock, code: str) -> None:
    code_for_amina(sqlite, clock)
    assert use(sqlite, clock, code) is LinkRefused.unknown
    assert chat_of(sqlite).person_id is None


def test_a_new_code_makes_the_old_one_of_this_person_worthless(
    sqlite: Database, clock: FixedClock
) -> None:
    others = code_for_amina(sqlite, clock)
    with sqlite.writing() as session:
        tesfay = participant(session, clock(), "Tesfay").participant.person
        old = create_code(session, tesfay, None, clock())
        new = create_code(session, tesfay, None, clock())
    assert use(sqlite, clock, old) is LinkRefused.expired
    assert isinstance(use(sqlite, clock, new), Person)
    assert isinstance(use(sqlite, clock, others, "chat-2"), Person)


def test_a_code_may_be_typed_in_small_letters_with_spaces_around_it(
    sqlite: Database, clock: FixedClock
) -> None:
    code = code_for_amina(sqlite, clock)
    assert isinstance(use(sqlite, clock, f"  {code.lower()} "), Person)


def test_a_code_can_be_read_from_paper_and_is_not_kept(sqlite: Database, clock: FixedClock) -> None:
    code = code_for_amina(sqlite, clock)
    assert len(code) == 12
    assert not set(code) & set("0O1IL")
    assert looks_like_code(code)
    with sqlite.reading() as session:
        assert session.scalars(select(LinkCode)).one().code_hash != code


@pytest.mark.parametrize(
    "argument", ["111222333", "NL91ABNA0417164300", "weert", "", "ABC DEF GHJK"]
)
def test_a_bsn_an_iban_and_a_town_do_not_look_like_a_code(argument: str) -> None:
    assert not looks_like_code(argument)


def test_a_coach_is_linked_too_and_gets_the_town_of_the_role(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        joke = person(session, clock(), Role.coach, name="Joke", towns=("cranendonck",))
        code = create_code(session, joke, None, clock())
    use(sqlite, clock, code)
    chat = chat_of(sqlite)
    assert (chat.person_id, chat.municipality_id) == (joke.id, "cranendonck")


@pytest.mark.parametrize(
    ("argument", "found"),
    [("weert", "weert"), (" Weert ", "weert"), ("atlantis", None), ("", None), ("we\x00ert", None)],
)
def test_a_town_is_found_by_its_word(database: Database, argument: str, found: str | None) -> None:
    with database.writing() as session:
        town(session)
        there = find_town(session, argument)
    assert (there.id if there else None) == found
