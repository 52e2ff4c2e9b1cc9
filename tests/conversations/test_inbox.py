"""The door: one row per message, nothing stored that must not be kept, order inside each chat."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.conversations.inbox import LEASE, MAX_STORED_CHARACTERS, claim_next, store
from api.conversations.models import Conversation, InboxMessage, Kind
from api.db import Database
from api.people.linking import create_code
from tests.conversations.chat import Chat
from tests.factories import FixedClock, incoming, participant, receive, town
from tests.side_by_side import at_once

BSN, IBAN = "111222333", "NL91ABNA0417164300"


def only_row(database: Database) -> InboxMessage:
    with database.reading() as session:
        return session.scalars(select(InboxMessage)).one()


def claim(database: Database, clock: FixedClock, limit: int = 10) -> list[InboxMessage]:
    with database.writing() as session:
        return claim_next(session, clock(), limit)


def finish(database: Database, clock: FixedClock, id: int) -> None:
    with database.writing() as session:
        session.get_one(InboxMessage, id).finish(clock())


# Once


def test_the_same_update_a_hundred_times_at_once_is_one_row(
    database: Database, clock: FixedClock
) -> None:
    update = incoming("hallo")

    def arrive(_: int) -> bool:
        with database.writing() as session:
            return store(session, update, clock())

    assert sum(at_once(100, arrive)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count(InboxMessage.id))) == 1
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1


def test_a_second_copy_changes_nothing_even_where_it_says_something_else(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        town(session)
        receive(session, clock(), "hallo", external_id="1", language="ar")
        again = {"external_id": "1", "language": "tr", "town": "weert"}
        assert not receive(session, clock.move(timedelta(minutes=1)), "iets anders", **again)
    row = only_row(database)
    with database.reading() as session:
        conversation = session.get_one(Conversation, row.conversation_id)
    assert row.text == "hallo"
    assert conversation.language == "ar"
    assert conversation.municipality_id is None


def test_the_same_id_in_two_channels_is_two_messages(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        assert receive(session, clock(), channel="webchat", external_id="7")
        assert receive(session, clock(), channel="telegram", external_id="7")


def test_many_first_messages_at_once_make_one_conversation(
    database: Database, clock: FixedClock
) -> None:
    def arrive(_: int) -> bool:
        with database.writing() as session:
            return receive(session, clock())

    assert all(at_once(12, arrive))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert session.scalar(select(func.count(InboxMessage.id))) == 12


# Order


@pytest.mark.parametrize("arrival", [*permutations((11, 12, 13))])
def test_inside_a_chat_the_order_of_the_channel_holds_whatever_arrives_first(
    sqlite: Database, clock: FixedClock, arrival: tuple[int, ...]
) -> None:
    with sqlite.writing() as session:
        for position in arrival:
            receive(session, clock(), position=position, external_id=str(position))
    positions = []
    while rows := claim(sqlite, clock):
        positions += [row.position for row in rows]
        finish(sqlite, clock, rows[-1].id)
    assert positions == [11, 12, 13]


def test_one_message_of_a_chat_at_a_time_and_chats_side_by_side(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        for chat in ("one", "one", "two", "two", "three"):
            receive(session, clock(), chat=chat)
    first = claim(database, clock)
    assert [row.id for row in first] == [1, 3, 5]
    assert claim(database, clock) == []
    finish(database, clock, 3)
    assert [row.id for row in claim(database, clock)] == [4]


def test_an_earlier_message_that_comes_in_late_waits_for_the_one_being_answered(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        receive(session, clock(), position=20)
    assert len(claim(database, clock)) == 1
    with database.writing() as session:
        receive(session, clock(), position=19)
    assert claim(database, clock) == []
    finish(database, clock, 1)
    assert [row.position for row in claim(database, clock)] == [19]


def test_a_message_that_is_tried_again_later_is_not_overtaken(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        receive(session, clock())
        receive(session, clock())
        session.get_one(InboxMessage, 1).put_back(clock() + timedelta(seconds=4), "fault")
    assert claim(database, clock) == []
    clock.move(timedelta(seconds=4))
    assert [row.id for row in claim(database, clock)] == [1]


def test_a_message_whose_worker_died_is_claimed_again_before_the_next(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        receive(session, clock())
        receive(session, clock())
    claim(database, clock)
    clock.move(LEASE)
    assert [row.id for row in claim(database, clock)] == [1]


# What is kept


def every_byte(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_a_bsn_an_iban_and_a_password_never_reach_the_file(
    sqlite: Database, clock: FixedClock, tmp_path: Path
) -> None:
    with sqlite.writing() as session:
        receive(session, clock(), f"mijn bsn is {BSN} en mijn rekening {IBAN}")
        receive(session, clock(), "رقمي ١١١٢٢٢٣٣٣", chat="chat-2")
        receive(session, clock(), "mijn wachtwoord is Geheim99!", chat="chat-3")
        receive(session, clock(), f"/start {BSN}", chat="chat-4", kind=Kind.text)
        receive(session, clock(), BSN, chat="chat-5", kind=Kind.start)
    kept = every_byte(tmp_path)
    for secret in (BSN, IBAN, "١١١٢٢٢٣٣٣", "Geheim99", "0417164300"):
        assert secret.encode() not in kept
    with sqlite.reading() as session:
        assert all(session.scalars(select(InboxMessage.masked)))


def test_a_bsn_at_the_cut_of_a_long_text_is_masked_too(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        receive(session, clock(), "a " * (MAX_STORED_CHARACTERS // 2 - 4) + BSN)
    assert "1112223" not in (only_row(sqlite).text or "")


def test_a_link_code_is_kept_as_it_is_until_it_is_used(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        receive(session, clock(), "234567892345", kind=Kind.start)
    assert only_row(sqlite).text == "234567892345"


def test_a_link_code_is_gone_from_inbox_and_transcript_once_it_was_used(chat: Chat) -> None:
    with chat.path.database.writing() as session:
        someone = participant(session, chat.clock()).participant.person
        code = create_code(session, someone, None, chat.clock())
    assert chat.send(code, kind=Kind.start)[-1] == "link.confirm"
    assert [row.text for row in chat.inbox()] == [None]
    assert chat.heard() == [""]


def test_nul_bidi_and_control_characters_are_taken_out(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        receive(session, clock(), "wat\x00 is\u202e de\u2066 PVT\x1b?\r\n")
    assert only_row(database).text == "wat is de PVT?\n"


def test_half_a_surrogate_pair_is_taken_out(database: Database, clock: FixedClock) -> None:
    with database.writing() as session:
        receive(session, clock(), "hallo \ud83d daar \ude00")
    assert only_row(database).text == "hallo  daar "


def test_ten_thousand_characters_are_kept_and_not_one_more(
    database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        receive(session, clock(), "ሰላም " * 3_000)
    assert len(only_row(database).text or "") == MAX_STORED_CHARACTERS


# What the channel knows


def conversation_after(sqlite: Database, clock: FixedClock, **changes: str) -> Conversation:
    with sqlite.writing() as session:
        town(session)
        receive(session, clock(), **changes)
        return session.scalars(select(Conversation)).one()


@pytest.mark.parametrize(
    ("hint", "guess"),
    [("ar", "ar"), ("tr-TR", "tr"), ("TI", "ti"), ("fa", "nl"), ("", "nl"), ("-", "nl")],
)
def test_the_language_of_the_channel_is_only_a_guess(
    sqlite: Database, clock: FixedClock, hint: str, guess: str
) -> None:
    conversation = conversation_after(sqlite, clock, language_hint=hint)
    assert (conversation.language, conversation.guessed_language) == (None, guess)


def test_a_language_that_we_do_not_speak_is_no_choice(sqlite: Database, clock: FixedClock) -> None:
    assert conversation_after(sqlite, clock, language="fr").language is None


def test_the_town_of_the_page_is_taken_over(sqlite: Database, clock: FixedClock) -> None:
    assert conversation_after(sqlite, clock, town="weert").municipality_id == "weert"


def test_a_town_that_does_not_exist_is_ignored(sqlite: Database, clock: FixedClock) -> None:
    assert conversation_after(sqlite, clock, town="atlantis").municipality_id is None


def test_a_town_that_is_known_is_not_changed_by_another_page(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        town(session, "nederweert", "Nederweert")
    conversation_after(sqlite, clock, town="weert")
    with sqlite.writing() as session:
        receive(session, clock(), town="nederweert")
        assert session.scalars(select(Conversation)).one().municipality_id == "weert"
