"""The watch: a warning, an alarm, nobody who is lost, and everything once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.conversations.models import Conversation, Kind, Message
from api.db import Database
from api.handovers import asking, service
from api.handovers.models import EventKind, HandOver, HandOverEvent, HandOverState, Reason
from api.handovers.promise import earliest_answer
from api.handovers.watch import STEPS, Watch, take
from api.notices.models import Notice, NoticeKind
from api.notices.service import tell_staff
from api.people.models import Municipality, Person, PersonRole, Role
from tests.factories import FixedClock, person, regisseur, town
from tests.handovers.waiting_room import WaitingRoom, at
from tests.outbox.test_indexes import explained
from tests.side_by_side import at_once

MONDAY, TUESDAY, WEDNESDAY = 23, 24, 25


@pytest.fixture
def desk(sqlite: Database, words: Words, clock: FixedClock) -> WaitingRoom:
    return WaitingRoom(sqlite, words, clock)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock) -> WaitingRoom:
    """The same on both databases."""
    return WaitingRoom(database, words, clock)


# The promise: asked on Monday at 10:00, to be answered in eight office hours


def test_nothing_happens_before_it_is_time(desk: WaitingRoom) -> None:
    desk.ask()
    desk.look()
    desk.look(at(MONDAY, 15, 59))
    assert desk.events() == [EventKind.asked]


def test_a_warning_goes_out_once_at_three_quarters_of_the_promise(either: WaitingRoom) -> None:
    either.ask()
    either.look(at(MONDAY, 16))
    either.look(at(MONDAY, 16, 1))
    assert either.events() == [EventKind.asked, EventKind.warned]
    everybody = {either.sanne, either.joris, either.marloes}
    assert either.told(NoticeKind.warning) == everybody
    assert either.hand_over().warned_at == at(MONDAY, 16)


def test_the_alarm_goes_once_when_the_promise_is_broken(either: WaitingRoom) -> None:
    either.ask()
    either.look(at(MONDAY, 16))
    either.look(at(TUESDAY, 9, 59))
    assert EventKind.alarmed not in either.events()
    either.look(at(TUESDAY, 10))
    either.look(at(TUESDAY, 10, 1))
    assert either.events() == [EventKind.asked, EventKind.warned, EventKind.alarmed]
    assert either.marloes in either.told(NoticeKind.alarm)
    assert either.hand_over().state == HandOverState.open


def test_after_a_night_without_a_watch_the_alarm_goes_without_a_warning(desk: WaitingRoom) -> None:
    desk.ask()
    desk.look(at(WEDNESDAY, 9))
    assert desk.events() == [EventKind.asked, EventKind.alarmed]
    assert desk.hand_over().warned_at == desk.clock()


def test_who_has_it_and_the_coordinator_hear_of_it_and_colleagues_do_not(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    desk.look(at(MONDAY, 16))
    desk.look(at(TUESDAY, 10))
    assert desk.told(NoticeKind.warning) == {desk.sanne, desk.marloes}
    assert desk.told(NoticeKind.alarm) == {desk.sanne, desk.marloes}


@pytest.mark.parametrize(
    ("asked", "warned", "alarmed"),
    [
        # a Friday evening: counted from Monday
        (at(27, 17, 1), at(30, 15), at(30, 17)),
        # Friday at noon: five hours, and three on Monday
        (at(27, 12), at(30, 10), at(30, 12)),
        # the day before Christmas, which is a Friday
        (at(24, 12, month=12), at(28, 10, month=12), at(28, 12, month=12)),
        # the Friday before the clocks go back, and before they go forward
        (at(23, 15, month=10), at(26, 13, month=10), at(26, 15, month=10)),
        (at(27, 15, month=3, year=2026), at(30, 13, month=3), at(30, 15, month=3)),
    ],
)
def test_only_the_hours_of_the_office_count(
    desk: WaitingRoom, asked: datetime, warned: datetime, alarmed: datetime
) -> None:
    desk.clock.now = asked
    desk.ask()
    minute = timedelta(minutes=1)
    for moment, events in (
        (warned - minute, 1),
        (warned, 2),
        (alarmed - minute, 2),
        (alarmed, 3),
    ):
        desk.look(moment)
        assert len(desk.events()) == events, moment
    assert desk.events()[1:] == [EventKind.warned, EventKind.alarmed]


@pytest.mark.parametrize(
    ("evening", "alarmed"),
    [
        (at(24, 22, month=10), at(25, 5, month=10)),  # the night of 25 hours
        (at(28, 22, month=3), at(29, 7, month=3)),  # the night of 23 hours
    ],
)
def test_in_an_office_that_never_closes_eight_hours_of_the_night_are_eight_hours(
    desk: WaitingRoom, evening: datetime, alarmed: datetime
) -> None:
    with desk.database.writing() as session:
        always = {str(day): ["00:00", "23:59"] for day in range(1, 8)}
        session.get_one(Municipality, "weert").opening = always
    desk.clock.now = evening
    desk.ask()
    desk.look(alarmed)
    assert EventKind.alarmed not in desk.events()  # one minute before midnight it was closed
    desk.look(alarmed + timedelta(minutes=1))
    assert EventKind.alarmed in desk.events()


def test_an_answer_in_time_stops_the_clock_and_new_words_start_it_anew(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    desk.look(at(MONDAY, 16))
    desk.reply()
    desk.look(at(TUESDAY, 12))
    assert EventKind.alarmed not in desk.events()
    desk.hear()
    desk.look(at(WEDNESDAY, 10))
    assert desk.events()[-1] is EventKind.warned
    desk.look(at(WEDNESDAY, 12))
    assert desk.events()[-1] is EventKind.alarmed


# Claimed, and not answered


def test_what_is_claimed_and_unanswered_is_open_again_an_hour_after_the_alarm(
    either: WaitingRoom,
) -> None:
    either.ask()
    either.claim()
    either.look(at(TUESDAY, 10))
    either.look(at(TUESDAY, 10, 59))
    assert either.hand_over().state == HandOverState.claimed
    either.look(at(TUESDAY, 11))
    either.look(at(TUESDAY, 11, 1))
    assert either.hand_over().state == HandOverState.open
    assert either.hand_over().claimed_by_id is None
    assert either.events()[-2:] == [EventKind.alarmed, EventKind.reopened]
    assert either.does_say("handover_reopened")
    assert either.told(NoticeKind.reopened) == {either.sanne, either.joris}


def test_the_hour_after_the_alarm_is_one_of_the_office(desk: WaitingRoom) -> None:
    desk.clock.now = at(MONDAY, 16, 45)
    desk.ask()
    desk.claim()
    desk.look(at(TUESDAY, 16, 45))
    desk.look(at(TUESDAY, 23))
    desk.look(at(WEDNESDAY, 9, 44))
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(WEDNESDAY, 9, 45))
    assert desk.hand_over().state == HandOverState.open


def test_who_claims_after_the_promise_has_an_hour(desk: WaitingRoom) -> None:
    desk.ask()
    desk.look(at(TUESDAY, 10))
    desk.clock.now = at(TUESDAY, 15)
    desk.claim()
    desk.look(at(TUESDAY, 15, 59))
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(TUESDAY, 16))
    assert desk.hand_over().state == HandOverState.open


def test_an_answer_in_that_hour_is_in_time(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    desk.look(at(TUESDAY, 10))
    desk.clock.now = at(TUESDAY, 10, 59)
    desk.reply()
    desk.look(at(TUESDAY, 12))
    assert desk.hand_over().state == HandOverState.claimed


def test_what_was_opened_again_can_be_claimed_and_left_again(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    desk.look(at(TUESDAY, 10))
    desk.look(at(TUESDAY, 11))
    desk.claim(desk.joris)
    desk.look(at(TUESDAY, 12))
    assert desk.events().count(EventKind.reopened) == 2
    assert desk.events().count(EventKind.alarmed) == 1


# Who is not there


def test_what_somebody_has_who_is_away_today_is_open_again_if_a_participant_waits(
    either: WaitingRoom,
) -> None:
    either.ask()
    either.claim()
    either.be_away(either.sanne)
    either.look()
    either.look()
    assert either.hand_over().state == HandOverState.open
    assert either.events()[-1] is EventKind.reopened
    assert either.does_say("handover_reopened")


def test_where_nobody_waits_who_is_away_keeps_it_until_the_participant_writes(
    desk: WaitingRoom,
) -> None:
    desk.ask()
    desk.claim()
    desk.reply()
    desk.be_away(desk.sanne, days=2)
    desk.look()
    assert desk.hand_over().state == HandOverState.claimed
    desk.clock.move(timedelta(hours=2))
    desk.hear()
    desk.look()
    assert desk.hand_over().state == HandOverState.open


def test_nobody_is_written_to_at_midnight_because_a_holiday_begins(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    desk.clock.now = at(TUESDAY, 0, 1)
    desk.be_away(desk.sanne)
    desk.look()
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(TUESDAY, 7))
    assert desk.hand_over().state == HandOverState.open


def test_a_question_of_somebody_who_is_away_goes_to_the_queue_of_the_town(
    either: WaitingRoom,
) -> None:
    id = either.ask()
    with either.database.writing() as session:
        session.get_one(HandOver, id).owner_id = either.sanne
        session.execute(text("DELETE FROM notice"))
    either.look()
    assert either.hand_over().owner_id == either.sanne
    either.be_away(either.sanne)
    either.look()
    either.look()
    assert either.hand_over().owner_id is None
    assert either.events() == [EventKind.asked, EventKind.assigned]
    assert either.told(NoticeKind.new) == {either.sanne, either.joris}


def test_who_was_away_yesterday_is_there_today(desk: WaitingRoom) -> None:
    desk.be_away(desk.sanne)
    desk.clock.now = at(TUESDAY, 9)
    desk.ask()
    desk.claim()
    desk.look()
    assert desk.hand_over().claimed_by_id == desk.sanne


@pytest.mark.parametrize("is_claimed", [True, False])
def test_who_left_has_no_question_any_more(either: WaitingRoom, is_claimed: bool) -> None:
    id = either.ask()
    if is_claimed:
        either.claim()
    else:
        with either.database.writing() as session:
            session.get_one(HandOver, id).owner_id = either.sanne
    either.leave(either.sanne)
    either.look()
    assert either.hand_over().state == HandOverState.open
    left = either.hand_over()
    assert (left.claimed_by_id, left.owner_id) == (None, None)


def test_who_works_for_another_town_now_does_not_own_what_is_open_here(desk: WaitingRoom) -> None:
    id = desk.ask()
    with desk.database.writing() as session:
        session.get_one(HandOver, id).owner_id = desk.sanne
        town(session, "cranendonck", "Cranendonck")
        moves = update(PersonRole).where(PersonRole.person_id == desk.sanne)
        session.execute(moves.values(municipality_id="cranendonck"))
    desk.look()
    assert desk.hand_over().owner_id is None


def test_who_has_a_question_keeps_it_when_another_town_is_chosen(desk: WaitingRoom) -> None:
    id = desk.ask()
    desk.claim()
    with desk.database.writing() as session:
        other = town(session, "cranendonck", "Cranendonck")
        asking.set_town(session, session.get_one(HandOver, id), other, desk.clock())
    desk.look()
    assert desk.hand_over().claimed_by_id == desk.sanne


def test_a_coordinator_keeps_the_question_of_a_coach(desk: WaitingRoom) -> None:
    with desk.database.writing() as session:
        chat = session.get_one(Conversation, desk.chat)
        chat.person = person(session, desk.clock(), Role.coach, name="Joke")
    desk.ask()
    desk.claim(desk.marloes)
    desk.look()
    assert desk.hand_over().claimed_by_id == desk.marloes


def test_a_coordinator_owns_what_is_open_only_where_there_is_no_regisseur(
    desk: WaitingRoom,
) -> None:
    for who in (desk.sanne, desk.joris):
        desk.leave(who)
    id = desk.ask()
    with desk.database.writing() as session:
        session.get_one(HandOver, id).owner_id = desk.marloes
    desk.look()
    assert desk.hand_over().owner_id == desk.marloes
    with desk.database.writing() as session:
        regisseur(session, desk.clock(), "Bram")
    desk.look()
    assert desk.hand_over().owner_id is None


# Two days of silence


def answered(desk: WaitingRoom) -> None:
    """On Monday at 10:00."""
    desk.ask()
    desk.claim()
    desk.reply()


def test_after_two_days_of_silence_the_bot_answers_again_and_says_so(either: WaitingRoom) -> None:
    answered(either)
    either.look(at(WEDNESDAY, 10))
    assert either.hand_over().state == HandOverState.closed
    assert either.hand_over().closed_by_id is None
    assert either.events()[-1] is EventKind.ended
    said = either.said()
    assert either.words.text("nl", "handed_back_silent") in said
    either.look(at(WEDNESDAY, 11))
    assert either.said() == said


def test_less_than_two_days_is_no_silence(desk: WaitingRoom) -> None:
    answered(desk)
    desk.look(at(WEDNESDAY, 9, 59))
    assert desk.hand_over().state == HandOverState.claimed


def test_a_message_in_between_begins_the_two_days_anew(desk: WaitingRoom) -> None:
    answered(desk)
    desk.clock.now = at(TUESDAY, 10)
    desk.hear()
    desk.clock.now = at(TUESDAY, 11)
    desk.reply()
    desk.look(at(26, 10, 59))
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(26, 11))
    assert desk.hand_over().state == HandOverState.closed


def test_who_waits_for_an_answer_is_not_silent(desk: WaitingRoom) -> None:
    answered(desk)
    desk.hear()
    desk.look(at(TUESDAY, 10))
    desk.reply()
    desk.hear()
    desk.look(at(26, 9, 59))
    assert desk.hand_over().state != HandOverState.closed


def test_a_press_of_a_button_is_no_silence_and_not_waited_for(desk: WaitingRoom) -> None:
    answered(desk)
    desk.clock.now = at(TUESDAY, 10)
    desk.hear(Kind.button)
    desk.look(at(WEDNESDAY, 10))
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(26, 10))
    assert desk.hand_over().state == HandOverState.closed


def test_a_message_that_still_waits_to_be_read_keeps_the_conversation(either: WaitingRoom) -> None:
    answered(either)
    either.clock.now = at(WEDNESDAY, 9, 59)
    either.come_in()
    either.look(at(WEDNESDAY, 10, 1))
    assert either.hand_over().state == HandOverState.claimed


def test_two_days_are_48_hours_also_when_the_clock_changes(desk: WaitingRoom) -> None:
    desk.clock.now = at(23, 16, month=10)
    answered(desk)
    desk.look(at(25, 14, 59, month=10))
    assert desk.hand_over().state == HandOverState.claimed
    desk.look(at(25, 15, month=10))
    assert desk.hand_over().state == HandOverState.closed


def test_a_conversation_that_a_regisseur_opened_ends_after_two_days_without_an_answer(
    desk: WaitingRoom,
) -> None:
    with desk.database.writing() as session:
        who = regisseur(session, desk.clock(), "Amina")
        session.get_one(Conversation, desk.chat).person_id = who.id
        sanne = session.get_one(Person, desk.sanne)
        asking.open_conversation(session, desk.words, who.id, sanne, desk.clock())
    desk.look(at(WEDNESDAY, 9, 59))
    assert desk.events() == [EventKind.asked, EventKind.claimed]
    desk.look(at(WEDNESDAY, 10))
    assert desk.hand_over().state == HandOverState.closed


# Nobody is lost


def test_words_that_nobody_counted_start_the_clock_from_the_oldest(either: WaitingRoom) -> None:
    answered(either)
    either.clock.now = at(MONDAY, 12)
    either.hear(lost=True)
    either.clock.now = at(MONDAY, 13)
    either.hear(lost=True)
    either.look()
    either.look()
    assert either.hand_over().waiting_since == at(MONDAY, 12)
    assert either.hand_over().answer_by == at(TUESDAY, 12)
    assert either.told(NoticeKind.answered) == {either.sanne}


def test_what_was_answered_and_buttons_start_no_clock(desk: WaitingRoom) -> None:
    desk.hear()
    desk.ask()
    desk.claim()
    desk.hear()
    desk.reply()
    desk.hear(Kind.button)
    desk.look()
    assert desk.hand_over().waiting_since is None


def test_an_open_question_always_has_a_clock(desk: WaitingRoom) -> None:
    id = desk.ask()
    with desk.database.writing() as session:
        session.get_one(HandOver, id).waiting_since = None
    desk.look(at(MONDAY, 11))
    assert desk.hand_over().waiting_since == at(MONDAY, 10)


def test_who_asked_for_a_person_of_whom_nobody_knows_is_found(either: WaitingRoom) -> None:
    with either.database.writing() as session:
        session.get_one(Conversation, either.chat).wants_person = True
    either.look()
    either.look()
    hand_over = either.hand_over()
    assert (hand_over.reason, hand_over.state) == (Reason.found, HandOverState.open)
    assert hand_over.waiting_since == either.clock()
    assert either.events() == [EventKind.asked]
    with either.database.reading() as session:
        earliest = earliest_answer(session, hand_over, either.clock())
    moment = either.words.moment("nl", earliest)
    assert either.does_say("handover_found", earliest=moment)


def test_who_is_found_without_a_town_is_asked_for_it(desk: WaitingRoom) -> None:
    with desk.database.writing() as session:
        chat = session.get_one(Conversation, desk.chat)
        chat.wants_person, chat.municipality_id = True, None
    desk.look()
    assert desk.does_say("handover_ask_town")


def test_who_blocked_us_is_found_and_not_written_to(desk: WaitingRoom) -> None:
    with desk.database.writing() as session:
        chat = session.get_one(Conversation, desk.chat)
        chat.wants_person, chat.blocked_at = True, desk.clock()
    desk.look()
    assert desk.hand_over().reason is Reason.found
    assert desk.said() == []


def test_a_hand_over_of_which_the_conversation_knows_nothing_is_marked(either: WaitingRoom) -> None:
    either.ask()
    with either.database.writing() as session:
        session.get_one(Conversation, either.chat).wants_person = False
    either.look()
    with either.database.reading() as session:
        assert session.get_one(Conversation, either.chat).wants_person
    assert either.events() == [EventKind.asked]


def test_who_was_helped_is_not_found(desk: WaitingRoom) -> None:
    desk.ask()
    desk.claim()
    with desk.database.writing() as session:
        sanne = session.get_one(Person, desk.sanne)
        service.hand_back(session, desk.words, desk.hand_over().id, sanne, desk.clock())
    desk.look()
    with desk.database.reading() as session:
        assert session.scalar(select(func.count(HandOver.id))) == 1


# Together, and in spite of each other


def everything_at_once(desk: WaitingRoom) -> dict[str, UUID]:
    """On Tuesday at 10:00 each chat needs something else."""
    chats: dict[str, UUID] = {}
    with desk.database.writing() as session:
        for name in ("lost", "alarm", "late", "away", "silent"):
            chats[name] = desk.new_chat(session, name)
        session.get_one(Conversation, chats["lost"]).wants_person = True
    for name in ("alarm", "late", "away", "silent"):
        desk.chat = chats[name]
        desk.ask()
    for name in ("late", "away", "silent"):
        desk.chat = chats[name]
        desk.claim(desk.joris if name == "away" else desk.sanne)
    with desk.database.writing() as session:
        session.execute(update(HandOver).values(claimed_at=None).where(_chat(chats["alarm"])))
        long_ago = at(19, 10)
        silent = {"waiting_since": None, "claimed_at": long_ago}
        session.execute(update(HandOver).where(_chat(chats["silent"])).values(**silent))
        alarmed = {"alarmed_at": at(20, 10), "warned_at": at(20, 10), "claimed_at": at(20, 10)}
        session.execute(update(HandOver).where(_chat(chats["late"])).values(**alarmed))
    desk.clock.now = at(TUESDAY, 10)
    desk.be_away(desk.joris)
    return chats


def _chat(conversation_id: UUID):  # type: ignore[no-untyped-def]
    return HandOver.conversation_id == conversation_id


def counted(session: Session) -> dict[EventKind, int]:
    query = select(HandOverEvent.kind, func.count()).group_by(HandOverEvent.kind)
    return dict(list(session.execute(query)))


def test_many_watches_at_once_do_everything_once(
    either: WaitingRoom, database_url: str, words: Words
) -> None:
    everything_at_once(either)
    others = [Database(database_url) for _ in range(3)]

    def look(number: int) -> None:
        for _ in range(3):
            Watch(others[number], words, either.clock).look()

    at_once(3, look)
    for other in others:
        other.close()
    with either.database.reading() as session:
        events = counted(session)
        found = session.scalars(select(Message.text)).all()
        notices = select(Notice.hand_over_id, Notice.person_id, Notice.kind)
        twice = session.execute(
            notices.group_by(*notices.selected_columns).having(func.count() > 1)
        ).all()
    assert events == {
        EventKind.asked: 5,
        EventKind.claimed: 3,
        EventKind.reopened: 2,
        EventKind.alarmed: 2,
        EventKind.ended: 1,
    }
    assert found.count(words.text("nl", "handover_reopened")) == 2
    assert found.count(words.text("nl", "handed_back_silent")) == 1
    assert twice == []


def test_a_fault_in_one_conversation_stops_no_other(
    desk: WaitingRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = desk.ask()
    with desk.database.writing() as session:
        other = desk.new_chat(session, "chat-2")
    second = desk.ask(chat=other)

    def fails_for_the_first(session: Session, hand_over: HandOver, *rest: object) -> None:
        if hand_over.id == first:
            raise ValueError("een tekst van iemand")
        tell_staff(session, hand_over, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("api.handovers.watch.tell_staff", fails_for_the_first)
    desk.look(at(MONDAY, 16))
    with desk.database.reading() as session:
        assert session.get_one(HandOver, first).warned_at is None
        assert session.get_one(HandOver, second).warned_at is not None
    assert "ValueError" in caplog.text
    monkeypatch.undo()
    desk.look(at(MONDAY, 16, 1))
    with desk.database.reading() as session:
        assert session.get_one(HandOver, first).warned_at is not None


def test_what_was_done_between_finding_and_locking_is_not_done_again(either: WaitingRoom) -> None:
    """Two processes found the same: the second one has the lock after the first did it."""
    either.ask()
    either.claim()
    warn = STEPS[4]
    either.clock.now = at(MONDAY, 16)
    either.reply()
    with either.database.writing() as session:
        take(session, either.words, warn, either.chat, either.clock())
    assert EventKind.warned not in either.events()


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_each_step_goes_by_an_index(either: WaitingRoom, number: int) -> None:
    with either.database.writing() as session:
        if either.database.engine.dialect.name == "postgresql":  # reads small tables as a whole
            session.execute(text("SET LOCAL enable_seqscan = off"))
        query = STEPS[number].due(either.clock())
        with explained(session) as plans:
            session.scalars(query).all()
    for line in plans[0].lower().split("\n"):
        if "scan" in line and " absence" not in line:  # of those there are never many
            assert "index" in line or "bitmap" in line, plans[0]
    assert "ix_hand_over_" in plans[0] or "ix_conversation_wants_person" in plans[0]
