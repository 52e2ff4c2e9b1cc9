"""A reminder whose moment has come is held against the case store, and goes the way it can."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.findings import Finding, Key, State
from api.cases.models import Case
from api.cases.rules import Rule
from api.conversations.models import Channel, Conversation, Message
from api.db import Database
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.handovers.service import claim_handover
from api.outbox.models import DeliveryState, OutboxMessage
from api.reminders.delivery import Stop, Wait, last_look, stop, take_outcome
from api.reminders.models import Reminder, ReminderKind, ReminderState, Way
from api.reminders.service import Post, dispatch
from api.reminders.staleness import has_talk_near, why_stale
from api.reminders.wanted import end_of
from tests.factories import talk
from tests.reminders.ledger import NOW, RULES, TALK, Town, chat_of, town_of
from tests.reminders.test_quiet import at

MORNING = at("2026-11-24 12:00")
"""When the last reminder of the talk is due."""
DAY = timedelta(days=1)
ON = date(2026, 12, 8)
KINDS = (ReminderKind.appointment, ReminderKind.new, ReminderKind.moved)


@pytest.fixture
def here(sqlite: Database) -> Town:
    return town_of(sqlite)


@pytest.fixture
def post(words: Words) -> Post:
    return Post(words, has_mail=True)


def row(here: Town, kind: ReminderKind, **fields: Any) -> int:
    """A reminder as it stands in the ledger when it is due."""
    with here.database.writing() as session:
        made = Reminder(
            **{
                **{"key": f"x:{kind}", "municipality_id": "weert", "case_id": here.case_id},
                **{"kind": kind, "at": TALK, "until": TALK, "planned_at": NOW, "due_at": MORNING},
                **fields,
            }
        )
        session.add(made)
        session.flush()
        return made.id


def why(here: Town, id: int, finding: Finding | None = None, now: datetime = MORNING) -> str | None:
    with here.database.reading() as session:
        return why_stale(session.get_one(Reminder, id), finding, now)


def about(here: Town, kind: ReminderKind, **fields: Any) -> tuple[UUID, int]:
    """A planned talk and a reminder of it."""
    with here.database.writing() as session:
        made = talk(session, session.get_one(Case, here.case_id), TALK)
    return made.id, row(here, kind, appointment_id=made.id, **fields)


def write(here: Town, model: type[Any], id: object, **fields: Any) -> None:
    with here.database.writing() as session:
        found = session.get_one(model, id)
        for name, value in fields.items():
            setattr(found, name, value)


# Each word


@pytest.mark.parametrize("kind", KINDS)
def test_a_reminder_of_a_talk_that_stands_is_true(here: Town, kind: ReminderKind) -> None:
    _, id = about(here, kind)
    assert why(here, id) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"starts_at": TALK + DAY}, "moved"),
        ({"starts_at": TALK - timedelta(minutes=15)}, "moved"),
        ({"state": AppointmentState.cancelled}, "cancelled"),
        ({"state": AppointmentState.held}, "cancelled"),
        ({"state": AppointmentState.missed}, "cancelled"),
    ],
)
def test_a_talk_that_changed_makes_its_reminders_stale(
    here: Town, kind: ReminderKind, changes: dict[str, object], word: str
) -> None:
    talk_id, id = about(here, kind)
    write(here, Appointment, talk_id, **changes)
    assert why(here, id) == word


def test_a_talk_that_was_taken_away_is_as_good_as_cancelled(here: Town) -> None:
    assert why(here, row(here, ReminderKind.appointment)) == "cancelled"
    assert why(here, row(here, ReminderKind.cancelled)) is None


def test_another_place_does_not_make_it_stale(here: Town) -> None:
    talk_id, id = about(here, ReminderKind.appointment)
    write(here, Appointment, talk_id, place="Bibliotheek", by_phone=True)
    assert why(here, id) is None


@pytest.mark.parametrize("kind", [*KINDS, ReminderKind.cancelled])
def test_from_the_moment_the_talk_begins_it_is_past(here: Town, kind: ReminderKind) -> None:
    talk_id, id = about(here, kind)
    if kind is ReminderKind.cancelled:
        write(here, Appointment, talk_id, state=AppointmentState.cancelled)
    assert why(here, id, now=TALK - timedelta(seconds=1)) is None
    assert why(here, id, now=TALK) == "past"


def test_that_a_talk_is_off_is_not_said_of_one_that_is_planned_again(here: Town) -> None:
    talk_id, id = about(here, ReminderKind.cancelled)
    assert why(here, id) == "planned"
    write(here, Appointment, talk_id, state=AppointmentState.cancelled)
    assert why(here, id) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_closed_case_reminds_of_nothing(here: Town, kind: ReminderKind) -> None:
    _, id = about(here, kind)
    write(here, Case, here.case_id, closed_on=date(2026, 11, 20))
    assert why(here, id) == "closed"


def test_that_a_talk_is_off_is_said_also_when_the_case_is_closed(here: Town) -> None:
    talk_id, id = about(here, ReminderKind.cancelled)
    write(here, Appointment, talk_id, state=AppointmentState.cancelled)
    write(here, Case, here.case_id, closed_on=date(2026, 11, 20))
    assert why(here, id) is None


def unclear() -> Rule:
    return RULES["talk_later_per_year"].model_copy(update={"status": "unclear"})


@pytest.mark.parametrize("kind", [ReminderKind.deadline, ReminderKind.choose])
@pytest.mark.parametrize(
    ("finding", "word"),
    [
        (Finding(Key.relief, State.coming, ON), None),
        (Finding(Key.relief, State.due, ON), None),
        (None, "done"),
        (Finding(Key.relief, State.done, ON), "done"),
        (Finding(Key.relief, State.unknown), "done"),
        (Finding(Key.relief, State.unknown, ON), "done"),
        (Finding(Key.relief, State.coming, ON + DAY), "moved"),
        (Finding(Key.relief, State.coming, ON, rules=(unclear(),)), "unclear"),
    ],
)
def test_a_deadline_is_told_while_its_day_stands(
    here: Town, kind: ReminderKind, finding: Finding | None, word: str | None
) -> None:
    ends = end_of(ON)
    id = row(here, kind, about="relief", at=ends, until=ends)
    assert why(here, id, finding) == word


@pytest.mark.parametrize(
    ("starts_at", "is_near"),
    [
        ("2026-11-16 23:00", False),
        ("2026-11-17 09:00", True),
        ("2026-12-29 17:00", True),
        ("2026-12-30 09:00", False),
    ],
)
def test_a_talk_within_three_weeks_of_the_day_is_near(
    here: Town, starts_at: str, is_near: bool
) -> None:
    ends = end_of(ON)
    id = row(here, ReminderKind.choose, about="talk", at=ends, until=ends)
    with here.database.writing() as session:
        made = talk(session, session.get_one(Case, here.case_id), at(starts_at))
        assert has_talk_near(session, session.get_one(Reminder, id)) is is_near
        made.kind = AppointmentKind.intake
        session.flush()
        assert not has_talk_near(session, session.get_one(Reminder, id))


# Dispatching


def dispatched(here: Town, post: Post, id: int, now: datetime = MORNING) -> Reminder:
    with here.database.writing() as session:
        found = session.get_one(Reminder, id)
        dispatch(session, post, found, now)
        session.flush()
        return found


def said(here: Town) -> list[tuple[Channel, str]]:
    """What stands in the outbox: in which channel, and the key of its cause."""
    with here.database.reading() as session:
        query = select(Conversation.channel, OutboxMessage.key).join(OutboxMessage.conversation)
        return [
            (channel, key) for channel, key in session.execute(query.order_by(OutboxMessage.id))
        ]


def mail_to(here: Town) -> None:
    here.sets(email="amina@wegwijs.example")


def lose_chat(here: Town, **fields: Any) -> None:
    with here.database.writing() as session:
        for chat in session.scalars(select(Conversation).filter_by(channel=Channel.telegram)):
            for name, value in fields.items():
                setattr(chat, name, value)


ALL_KINDS = (*KINDS, ReminderKind.cancelled)


def due_of(here: Town, kind: ReminderKind, **fields: Any) -> int:
    talk_id, id = about(here, kind, **fields)
    if kind is ReminderKind.cancelled:
        write(here, Appointment, talk_id, state=AppointmentState.cancelled)
    return id


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_is_true_goes_into_the_outbox_of_the_chat(
    here: Town, post: Post, kind: ReminderKind
) -> None:
    id = due_of(here, kind)
    found = dispatched(here, post, id)
    assert (found.state, found.way) == (ReminderState.sending, Way.telegram)
    assert found.outbox_id is not None
    assert [channel for channel, _ in said(here)] == [Channel.telegram]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_is_past_goes_nowhere(here: Town, post: Post, kind: ReminderKind) -> None:
    found = dispatched(here, post, due_of(here, kind), TALK + DAY)
    assert (found.state, found.why) == (ReminderState.withdrawn, "past")
    assert said(here) == []


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_who_wants_no_messages_is_a_task_for_the_regisseur(
    here: Town, post: Post, kind: ReminderKind
) -> None:
    here.sets(stopped_at=NOW)
    found = dispatched(here, post, due_of(here, kind))
    assert (found.state, found.why) == (ReminderState.unreached, "stopped")
    assert said(here) == []


def test_in_a_pause_a_reminder_waits_for_its_end(here: Town, post: Post) -> None:
    here.sets(paused_until=date(2026, 11, 20))
    id = due_of(here, ReminderKind.appointment)
    found = dispatched(here, post, id, at("2026-11-17 14:00"))
    assert (found.state, found.due_at) == (ReminderState.planned, at("2026-11-21 08:00"))


def test_a_pause_that_outlasts_the_talk_is_a_task_and_no_message(here: Town, post: Post) -> None:
    here.sets(paused_until=date(2026, 12, 20))
    found = dispatched(here, post, due_of(here, ReminderKind.appointment))
    assert found.state is ReminderState.unreached
    assert said(here) == []


@pytest.mark.parametrize("kind", [ReminderKind.new, ReminderKind.moved, ReminderKind.cancelled])
def test_what_changed_in_a_talk_within_the_pause_is_told_in_it(
    here: Town, post: Post, kind: ReminderKind
) -> None:
    here.sets(paused_until=date(2026, 12, 20))
    assert dispatched(here, post, due_of(here, kind)).state is ReminderState.sending


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_comes_in_quiet_hours_waits(here: Town, post: Post, kind: ReminderKind) -> None:
    found = dispatched(here, post, due_of(here, kind), at("2026-11-23 23:00"))
    assert (found.state, found.due_at) == (ReminderState.planned, at("2026-11-24 08:00"))
    assert said(here) == []


def test_what_is_urgent_passes_the_quiet_hours(here: Town, post: Post) -> None:
    id = due_of(here, ReminderKind.moved, urgent=True)
    assert dispatched(here, post, id, at("2026-11-23 23:00")).state is ReminderState.sending


def test_who_is_quiet_until_after_the_talk_is_a_task(here: Town, post: Post) -> None:
    talk_id, id = about(here, ReminderKind.appointment)
    early = at("2026-11-24 07:30")
    write(here, Appointment, talk_id, starts_at=early)
    write(here, Reminder, id, at=early, until=early)
    found = dispatched(here, post, id, at("2026-11-23 23:00"))
    assert (found.state, found.why) == (ReminderState.unreached, "quiet")


@pytest.mark.parametrize(
    "lost", [{"person_id": None}, {"blocked_at": NOW}, {"channel": Channel.webchat}]
)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_who_has_no_telegram_gets_a_letter(
    here: Town, post: Post, kind: ReminderKind, lost: dict[str, Any]
) -> None:
    lose_chat(here, **lost)
    found = dispatched(here, post, due_of(here, kind))
    assert (found.state, found.way) == (ReminderState.to_print, Way.letter)
    assert {channel for channel, _ in said(here)} <= {Channel.webchat}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_who_has_no_telegram_and_an_address_gets_e_mail(
    here: Town, post: Post, kind: ReminderKind
) -> None:
    lose_chat(here, person_id=None)
    mail_to(here)
    found = dispatched(here, post, due_of(here, kind))
    assert (found.state, found.way) == (ReminderState.sending, Way.email)
    assert [channel for channel, _ in said(here)] == [Channel.email]


def test_without_mail_in_this_installation_an_address_helps_nobody(
    here: Town, words: Words
) -> None:
    lose_chat(here, person_id=None)
    mail_to(here)
    found = dispatched(here, Post(words), due_of(here, ReminderKind.appointment))
    assert found.way is Way.letter


def test_on_the_web_page_it_stands_besides(here: Town, post: Post) -> None:
    with here.database.writing() as session:
        chat_of(session, session.get_one(Case, here.case_id), NOW, Channel.webchat)
    found = dispatched(here, post, due_of(here, ReminderKind.appointment))
    assert found.way is Way.telegram
    assert sorted(channel for channel, _ in said(here)) == [Channel.telegram, Channel.webchat]


def test_a_person_who_has_the_conversation_does_not_stop_a_reminder_of_an_own_talk(
    here: Town, post: Post
) -> None:
    with here.database.writing() as session:
        chat = session.scalars(select(Conversation)).one()
        hand_over = ask_for_person(session, chat, Reason.asked, NOW)
        claim_handover(session, post.words, hand_over.id, here.me, NOW)
    before = len(said(here))
    assert dispatched(here, post, due_of(here, ReminderKind.appointment)).way is Way.telegram
    assert len(said(here)) == before + 1


def test_a_talk_is_not_offered_to_who_has_one_by_now(here: Town, post: Post) -> None:
    write(here, Case, here.case_id, pip_date=date(2026, 9, 8))
    ends = end_of(ON)
    id = row(here, ReminderKind.choose, about="talk", at=ends, until=ends)
    now = at("2026-11-17 10:00")
    with here.database.writing() as session:
        talk(session, session.get_one(Case, here.case_id), at("2026-12-01 10:00"))
    found = dispatched(here, post, id, now)
    assert (found.state, found.why) == (ReminderState.withdrawn, "planned")


def test_a_talk_that_was_made_before_the_offer_left_stops_it(here: Town, post: Post) -> None:
    write(here, Case, here.case_id, pip_date=date(2026, 9, 8))
    ends, now = end_of(ON), at("2026-11-17 10:00")
    id = row(here, ReminderKind.choose, about="talk", at=ends, until=ends)
    found = dispatched(here, post, id, now)
    assert look(here, post, found, now) is None
    about(here, ReminderKind.appointment)
    assert look(here, post, found, now) == Stop("planned")


def test_a_talk_is_offered_to_who_has_none(here: Town, post: Post) -> None:
    """A PIP of 8 September: the first talk belongs around 8 December."""
    write(here, Case, here.case_id, pip_date=date(2026, 9, 8))
    ends = end_of(ON)
    id = row(here, ReminderKind.choose, about="talk", at=ends, until=ends)
    assert dispatched(here, post, id, at("2026-11-17 10:00")).state is ReminderState.sending


def test_a_deadline_that_is_met_by_now_is_not_told(here: Town, post: Post) -> None:
    ends = end_of(ON)
    id = row(here, ReminderKind.deadline, about="relief", at=ends, until=ends)
    found = dispatched(here, post, id, at("2026-11-17 10:00"))
    assert (found.state, found.why) == (ReminderState.withdrawn, "done")


# Between the outbox and the channel


def sending(here: Town, post: Post, kind: ReminderKind = ReminderKind.appointment) -> Reminder:
    return dispatched(here, post, due_of(here, kind))


def look(here: Town, post: Post, found: Reminder, now: datetime = MORNING) -> object:
    assert found.outbox_id is not None
    with here.database.reading() as session:
        return last_look(session, post, found.outbox_id, now)


def test_just_before_it_leaves_it_is_looked_at_once_more(here: Town, post: Post) -> None:
    found = sending(here, post)
    assert look(here, post, found) is None
    assert look(here, post, found, TALK) == Stop("past")
    lose_chat(here, person_id=here.me.id)
    assert look(here, post, found) == Stop("unlinked")
    here.sets(stopped_at=NOW)
    assert look(here, post, found) == Stop("stopped")
    write(here, Appointment, found.appointment_id, starts_at=TALK + DAY)
    assert look(here, post, found) == Stop("moved")


def test_what_was_held_up_until_the_quiet_hours_waits_for_their_end(here: Town, post: Post) -> None:
    found = sending(here, post)
    morning = at("2026-11-24 08:00")
    assert look(here, post, found, at("2026-11-23 21:30")) == Wait(morning)
    here.sets(paused_until=date(2026, 12, 1))
    assert look(here, post, found) == Stop("quiet")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("moved", ReminderState.withdrawn),
        ("past", ReminderState.withdrawn),
        ("stopped", ReminderState.unreached),
        ("unlinked", ReminderState.unreached),
        ("quiet", ReminderState.unreached),
    ],
)
def test_what_is_stopped_is_withdrawn_and_a_task_where_it_is_still_true(
    here: Town, post: Post, word: str, state: ReminderState
) -> None:
    found = sending(here, post)
    with here.database.writing() as session:
        if word == "unlinked":
            session.scalars(select(Conversation)).one().person_id = None
        stop(session, post, outbox_of(session, found.id), word, MORNING)
    with here.database.reading() as session:
        after = session.get_one(Reminder, found.id)
        assert (after.state, after.why) == (state, word)
        assert outbox_of(session, found.id).state is DeliveryState.withdrawn


def test_who_blocked_the_bot_meanwhile_gets_e_mail_and_without_it_a_regisseur_calls(
    here: Town, post: Post
) -> None:
    found = sending(here, post)
    mail_to(here)
    fail(here, post, found.id, NOW)
    with here.database.reading() as session:
        after = session.get_one(Reminder, found.id)
        assert (after.state, after.way) == (ReminderState.sending, Way.email)
    fail(here, post, found.id, NOW)
    with here.database.reading() as session:
        assert session.get_one(Reminder, found.id).state is ReminderState.unreached


def fail(here: Town, post: Post, id: int, now: datetime) -> None:
    """The channel refuses it for good."""
    with here.database.writing() as session:
        out = outbox_of(session, id)
        out.state = DeliveryState.undeliverable
        out.finish(now, "blocked")
        out.conversation.blocked_at = now
        take_outcome(session, post, out, now)


def outbox_of(session: Session, id: int) -> OutboxMessage:
    return session.get_one(OutboxMessage, session.get_one(Reminder, id).outbox_id)


def test_a_reminder_says_weekday_date_time_and_place_of_now(here: Town, post: Post) -> None:
    """Written when it leaves, so another place is in it."""
    talk_id, id = about(here, ReminderKind.appointment)
    write(here, Appointment, talk_id, place="Bibliotheek")
    dispatched(here, post, id)
    with here.database.reading() as session:
        text = session.scalars(select(Message.text)).one()
    assert "24 november 2026" in text
    assert "dinsdag" in text.lower()
    assert "14:00" in text
    assert "Bibliotheek" in text
