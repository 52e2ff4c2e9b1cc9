"""Pausing, stopping and quiet times in the chat, and who is not reached any more."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.answers.words import Words
from api.cases.models import Participant
from api.conversations.models import Channel, Conversation, Kind
from api.db import Database
from api.people.linking import chats_of, create_code
from api.people.models import Person
from api.people.unlinking import lost_phone
from api.reminders import wishes
from api.reminders.models import QuietTime, Reminder, ReminderKind, ReminderState
from api.reminders.wanted import UNHEARD
from tests.conversations.chat import Chat
from tests.conversations.own_talks import (
    add_case,
    add_regisseur,
    add_talk,
    own_case,
    remind,
    say_intent,
    use_telegram,
)
from tests.factories import FixedClock
from tests.side_by_side import at_once
from translations.catalogue import LANGUAGES


@pytest.fixture
def linked(chat: Chat) -> Chat:
    """Amina, with a talk in ten days."""
    with chat.path.database.writing() as session:
        add_case(session, chat.clock(), "Amina", add_regisseur(session, chat.clock()), chat.name)
    add_talk(chat)
    return chat


def amina(chat: Chat) -> Participant:
    with chat.path.database.reading() as session:
        return session.get_one(Participant, own_case(session, chat).participant_id)


def quiet(chat: Chat) -> list[tuple[int, str, str]]:
    with chat.path.database.reading() as session:
        rows = wishes.quiet_times(session, own_case(session, chat).participant_id)
        return [(each.weekday, each.begins, each.ends) for each in rows]


def planned(chat: Chat) -> list[Reminder]:
    with chat.path.database.reading() as session:
        query = select(Reminder).where(Reminder.kind == ReminderKind.appointment)
        return list(session.scalars(query.order_by(Reminder.at, Reminder.minutes_before)))


def unreachable(chat: Chat) -> list[tuple[str | None, ReminderState]]:
    with chat.path.database.reading() as session:
        query = select(Reminder).where(Reminder.kind == ReminderKind.unreachable)
        return [(each.why, each.state) for each in session.scalars(query.order_by(Reminder.id))]


# The menu


def test_who_is_not_linked_reads_that_nothing_comes_unasked(chat: Chat) -> None:
    chat.send("hallo", language="nl")
    assert say_intent(chat, "stop_berichten") == ["stop_berichten"]


def test_the_menu_offers_pauses_and_quiet_times(linked: Chat) -> None:
    assert say_intent(linked, "stop_berichten") == ["stop.menu"]
    assert linked.actions() == ["pause_week", "pause_month", "stop_all", "quiet", "person"]


@pytest.mark.parametrize(
    ("action", "until"),
    [("pause_week", date(2026, 11, 30)), ("pause_month", date(2026, 12, 23))],
)
def test_a_pause_is_told_with_its_last_day_and_moves_what_waits(
    linked: Chat, action: str, until: date
) -> None:
    before = {each.key: each.due_at for each in planned(linked)}
    say_intent(linked, "stop_berichten")
    assert linked.choose(action) == ["stop.paused"]
    assert str(until.day) in linked.last[-1].text
    assert amina(linked).paused_until == until
    waits = [each for each in planned(linked) if UNHEARD not in each.key]
    assert all(each.due_at.date() >= until for each in waits)
    assert linked.choose("start_again") == ["stop.started"]
    assert amina(linked).paused_until is None
    assert {each.key: each.due_at for each in planned(linked)} == before


def test_who_stopped_gets_no_reminder_and_the_regisseur_sees_it(linked: Chat) -> None:
    say_intent(linked, "stop_berichten")
    assert linked.choose("stop_all") == ["stop.stopped"]
    assert amina(linked).stopped_at == linked.clock()
    assert say_intent(linked, "stop_berichten") == ["stop.menu_stopped"]
    assert linked.actions() == ["start_again", "quiet", "person"]
    assert remind(linked) == []
    due = [each for each in planned(linked) if each.done_at]
    assert {(each.state, each.why) for each in due} == {(ReminderState.unreached, "stopped")}


def test_a_pause_after_stopping_is_a_pause(linked: Chat) -> None:
    say_intent(linked, "stop_berichten")
    pause = linked.offered("pause_week")[0].id
    linked.choose("stop_all")
    linked.press(pause)
    assert amina(linked).stopped_at is None
    assert amina(linked).paused_until == date(2026, 11, 30)


# Quiet times


def test_quiet_hours_of_one_day_are_kept_and_told(linked: Chat) -> None:
    say_intent(linked, "stop_berichten")
    assert linked.choose("quiet") == ["quiet.day"]
    assert [each.label for each in linked.offered("quiet_day")][:3] == [
        "Elke dag",
        "maandag",
        "dinsdag",
    ]
    assert linked.choose("quiet_day", day=5) == ["quiet.hours"]
    assert "vrijdag" in linked.last[-1].text
    button = linked.offered("quiet_hours", part="afternoon")[0].id
    for _ in range(2):
        assert linked.press(button) == ["quiet.set"]
        assert "• vrijdag: 's middags" in linked.last[-1].text
        assert quiet(linked) == [(5, "12:00", "18:00")]


def test_hours_of_every_day_are_one_line_and_hold_those_within_them(linked: Chat) -> None:
    say_intent(linked, "stop_berichten")
    linked.choose("quiet")
    every = linked.offered("quiet_day", day=0)[0].id
    linked.press(linked.offered("quiet_day", day=1)[0].id)
    linked.choose("quiet_hours", part="morning")
    linked.press(every)
    hours = linked.offered("quiet_hours")
    linked.press(next(each.id for each in hours if each.arguments["part"] == "morning"))
    assert len(quiet(linked)) == 7
    assert linked.last[-1].text.count("•") == 1
    assert "• Elke dag: 's ochtends" in linked.last[-1].text
    linked.press(next(each.id for each in hours if each.arguments["part"] == "all_day"))
    assert quiet(linked) == [(day, "00:00", "24:00") for day in range(1, 8)]
    assert linked.choose("quiet_clear") == ["quiet.cleared"]
    assert quiet(linked) == []


def test_a_quiet_time_moves_the_reminder_that_fell_in_it(linked: Chat) -> None:
    say_intent(linked, "stop_berichten")
    linked.choose("quiet")
    linked.choose("quiet_day", day=3)
    linked.choose("quiet_hours", part="morning")
    day_before = next(each for each in planned(linked) if each.minutes_before == 1440)
    assert day_before.due_at < day_before.at - timedelta(days=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_about_quiet_times_is_said_in_each_language(linked: Chat, language: str) -> None:
    with linked.path.database.writing() as session:
        session.merge(linked.conversation).language = language
    say_intent(linked, "stop_berichten")
    linked.choose("quiet")
    labels = [each.label for each in linked.offered("quiet_day")]
    assert len(set(labels)) == 8
    linked.choose("quiet_day", day=5)
    linked.choose("quiet_hours", part="evening")
    assert linked.last[-1].language == language
    assert labels[5] in linked.last[-1].text.replace("\u2068", "").replace("\u2069", "")


def test_two_chats_that_choose_the_same_hours_at_once_keep_them_once(
    database: Database, words: Words, clock: FixedClock
) -> None:
    with database.writing() as session:
        case = add_case(session, clock(), "Amina", add_regisseur(session, clock()), "chat-1")
        person_id = case.participant_id

    def choose(_: int) -> None:
        with database.writing() as session:
            rules = words.rules
            wishes.add_quiet_time(session, rules, person_id, [5], "12:00", "18:00", clock())

    at_once(4, choose)
    with database.reading() as session:
        assert len(session.scalars(select(QuietTime)).all()) == 1


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [(0, "12:00", "18:00"), (1, "18:00", "12:00"), (1, "12:00", "25:00")],
)
def test_hours_that_do_not_exist_are_refused(
    linked: Chat, day: int, begins: str, ends: str
) -> None:
    rules, person_id = linked.words.rules, amina(linked).person_id
    with linked.path.database.writing() as session, pytest.raises(ValueError, match="quiet time"):
        wishes.add_quiet_time(session, rules, person_id, [day], begins, ends, linked.clock())


# Who is not reached any more


def test_who_blocks_the_bot_is_a_task_until_they_come_back(linked: Chat) -> None:
    use_telegram(linked)
    linked.send(None, kind=Kind.blocked, channel=Channel.telegram)
    assert unreachable(linked) == [("blocked", ReminderState.unreached)]
    linked.send(None, kind=Kind.unblocked, channel=Channel.telegram)
    assert unreachable(linked) == [("back", ReminderState.withdrawn)]


def test_who_leaves_the_chat_is_a_task_until_they_link_again(linked: Chat) -> None:
    person_id = amina(linked).person_id
    say_intent(linked, "mijn_regisseur")
    linked.choose("unlink")
    assert linked.choose("unlink_yes") == ["unlink.done"]
    with linked.path.database.reading() as session:
        query = select(Reminder.state).where(Reminder.why == "unlinked")
        assert session.scalars(query).all() == [ReminderState.unreached]
    _link(linked, person_id)
    assert unreachable(linked) == [("back", ReminderState.withdrawn)]


def test_a_lost_phone_is_a_task_too(linked: Chat) -> None:
    with linked.path.database.writing() as session:
        who = session.get_one(Person, own_case(session, linked).participant_id)
        lost_phone(session, linked.words, who, who.id, linked.clock())
    assert unreachable(linked) == [("unlinked", ReminderState.unreached)]


def test_a_mailbox_is_no_chat(linked: Chat) -> None:
    with linked.path.database.writing() as session:
        who = session.get_one(Person, own_case(session, linked).participant_id)
        now = linked.clock()
        session.add(
            Conversation(
                channel=Channel.email,
                chat_id=str(who.id),
                person_id=who.id,
                session_used_at=now,
                created_at=now,
            )
        )
        session.flush()
        assert [chat.chat_id for chat in chats_of(session, who.id)] == [linked.name]


def _link(chat: Chat, person_id: UUID) -> None:
    with chat.path.database.writing() as session:
        code = create_code(session, session.get_one(Person, person_id), None, chat.clock())
    chat.send(code, kind=Kind.start)
    assert chat.choose("link_yes") == ["linked"]
