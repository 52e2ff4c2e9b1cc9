"""A one-time code ties a chat to a person, once, and to nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from telegram import Update

from api.channels.telegram import kind_of_text, to_incoming
from api.conversations.inbox import Incoming
from api.conversations.models import Button, Conversation, Kind
from api.db import Database
from api.errors import NotFound
from api.people.linking import (
    VALID_FOR,
    LinkRefused,
    code_in,
    confirm_code,
    create_code,
    decline_code,
    find_town,
    live_codes,
    looks_like_code,
    revoke_code,
    unlink,
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
    "written",
    [
        *("{0} {1} {2}", "{0}-{1}-{2}", " {0}{1}{2}. ", "{0}  {1}  {2}", "{0}\u00a0{1}\u00a0{2}"),
        *("{0}–{1}–{2}", "mijn code is {0} {1} {2}", "\u2068{0}{1}{2}\u2069", "\u200f{0} {1} {2}"),
    ],
)
def test_a_code_may_be_written_in_groups(sqlite: Database, clock: FixedClock, written: str) -> None:
    code = code_for_amina(sqlite, clock)
    text = written.format(code[:4], code[4:8], code[8:].lower())
    assert isinstance(use(sqlite, clock, code_in(text) or ""), Person)


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])
def test_a_code_may_be_typed_on_an_arabic_keyboard(
    sqlite: Database, clock: FixedClock, digits: str
) -> None:
    code = code_for_amina(sqlite, clock)
    kind, typed = kind_of_text(code.translate(str.maketrans("0123456789", digits)))
    assert kind is Kind.start
    assert isinstance(use(sqlite, clock, typed), Person)


@pytest.mark.parametrize("text", ["mijn code is {}", "{}", "code: {}!"])
def test_a_code_is_found_in_a_short_text(sqlite: Database, clock: FixedClock, text: str) -> None:
    code = code_for_amina(sqlite, clock)
    assert code_in(text.format(code)) == code
    assert kind_of_text(text.format(code)) == (Kind.start, code)


@pytest.mark.parametrize(
    "text",
    [
        *("wat is PVT?", "mensenrecht", "Wat weet u van 2023", "ABCDEFGHJKMN", "111222333", ""),
        "ik heb een lange vraag over A2B3C4D5E6F7 en nog veel meer",
        "mijn kaart is 2345 6789 2345",
    ],
)
def test_ordinary_words_are_no_code(text: str) -> None:
    assert code_in(text) is None


def test_a_code_always_has_a_digit_so_that_it_is_told_from_a_word(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        amina = participant(session, clock()).participant.person
        codes = [create_code(session, amina, None, clock()) for _ in range(200)]
    assert all(code_in(code) == code for code in codes)


def test_a_code_that_is_revoked_or_declined_links_nobody(
    database: Database, clock: FixedClock
) -> None:
    for declined in (True, False):
        code = code_for_amina(database, clock)
        with database.writing() as session:
            link = session.scalars(select(LinkCode).order_by(LinkCode.id.desc())).first()
            assert link is not None
            assert live_codes(session, link.person_id, clock()) == [link]
            if declined:
                decline_code(session, link.id, clock())
            else:
                revoke_code(session, link.person_id, link.id, clock())
            assert live_codes(session, link.person_id, clock()) == []
        assert use(database, clock, code) is LinkRefused.expired


def test_the_code_of_somebody_else_is_not_revoked(sqlite: Database, clock: FixedClock) -> None:
    code = code_for_amina(sqlite, clock)
    with sqlite.writing() as session:
        tesfay = participant(session, clock(), "Tesfay").participant_id
        link = session.scalars(select(LinkCode)).one()
        with pytest.raises(NotFound):
            revoke_code(session, tesfay, link.id, clock())
        with pytest.raises(NotFound):
            revoke_code(session, link.person_id, link.id + 1, clock())
    assert isinstance(use(sqlite, clock, code), Person)


def test_a_used_code_stays_used_when_it_is_declined(sqlite: Database, clock: FixedClock) -> None:
    code = code_for_amina(sqlite, clock)
    use(sqlite, clock, code)
    with sqlite.writing() as session:
        decline_code(session, session.scalars(select(LinkCode)).one().id, clock())
    assert use(sqlite, clock, code) is LinkRefused.used


def test_ten_chats_that_confirm_at_once_are_one_link(database: Database, clock: FixedClock) -> None:
    code_for_amina(database, clock)
    with database.writing() as session:
        link = session.scalars(select(LinkCode)).one().id
        chats = [conversation(session, clock(), f"chat-{number}").id for number in range(10)]

    def confirm(number: int) -> Person | LinkRefused:
        with database.writing() as session:
            chat = session.get_one(Conversation, chats[number])
            return confirm_code(session, chat, link, clock())

    outcomes = at_once(10, confirm)
    assert len([one for one in outcomes if isinstance(one, Person)]) == 1
    assert outcomes.count(LinkRefused.used) == 9


def test_an_unlinked_chat_knows_nobody_and_its_buttons_are_worth_nothing(
    database: Database, clock: FixedClock
) -> None:
    use(database, clock, code_for_amina(database, clock))
    with database.writing() as session:
        chat = session.scalars(select(Conversation)).one()
        button = Button(
            id="b",
            conversation_id=chat.id,
            action="intent",
            label="x",
            expires_at=clock() + SECOND,
        )
        session.add(button)
        session.flush()
        unlink(session, chat, clock())
    with database.reading() as session:
        assert session.get_one(Button, "b").expires_at < clock()
        chat = session.scalars(select(Conversation)).one()
        assert (chat.person_id, chat.linked_at, chat.municipality_id) == (None, None, None)


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


def in_group(text: str) -> Incoming | None:
    """What the bot makes of a message in a group."""
    group = {"id": -7, "type": "supergroup", "title": "Familie"}
    message = {"message_id": 1, "date": 1, "chat": group, "text": text}
    return to_incoming(Update.de_json({"update_id": 1, "message": message}, None))


def test_in_a_group_a_code_is_seen_only_to_be_revoked(sqlite: Database, clock: FixedClock) -> None:
    code = code_for_amina(sqlite, clock)
    seen = in_group(f"/start {code}")
    assert seen is not None
    assert (seen.kind, seen.text) == (Kind.group, code)
    other = in_group("/help mijn bsn is 111222333")
    assert other is not None
    assert (other.kind, other.text) == (Kind.group, None)
    assert in_group(code) is None  # people talk to each other there
