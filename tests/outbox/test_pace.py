"""How fast we send: 28 a second in all, one a second in a chat, at once when it is quiet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.outbox.pace import CATCH_UP, PER_SECOND, SECONDS_IN_A_CHAT, Pace

GAP = 1 / PER_SECOND


def busiest_second(moments: list[float]) -> int:
    """The most messages in any one second."""
    return max(sum(start <= at < start + 1 - 1e-9 for at in moments) for start in moments)


def test_a_single_message_leaves_at_once() -> None:
    pace = Pace()
    assert pace.reserve("a", 100.0) == 0
    assert pace.reserve("b", 200.0) == 0


def test_no_second_holds_more_messages_than_telegram_takes() -> None:
    pace = Pace()
    waits = [pace.reserve(f"chat-{number}", 0.0) for number in range(100)]
    assert waits == sorted(waits)
    assert busiest_second(waits) == PER_SECOND
    assert waits[-1] == pytest.approx(99 * GAP)


def test_one_chat_gets_one_message_a_second() -> None:
    pace = Pace()
    assert [pace.reserve("a", 0.0) for _ in range(4)] == pytest.approx([0, 1, 2, 3])


def test_a_chat_that_waits_for_its_turn_does_not_hold_up_the_others() -> None:
    pace = Pace()
    for _ in range(5):
        pace.reserve("a", 0.0)
    assert pace.reserve("b", 0.0) == pytest.approx(GAP)


def test_messages_that_waited_for_their_chat_leave_room_for_those_of_others() -> None:
    pace = Pace()
    first = [pace.reserve(f"chat-{number}", 0.0) for number in range(15)]
    second = [0.5 + pace.reserve(f"chat-{number}", 0.5) for number in range(15)]
    others = [1.0 + pace.reserve(f"other-{number}", 1.0) for number in range(30)]
    assert busiest_second(first + second + others) <= PER_SECOND


@given(st.lists(st.tuples(st.integers(0, 8), st.floats(0, 0.2)), max_size=150))
def test_both_limits_hold_whatever_comes(arrivals: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    sent: list[tuple[float, int]] = []
    for chat, later in arrivals:
        now += later
        sent.append((now + pace.reserve(str(chat), now), chat))
    moments = sorted(at for at, _ in sent)
    assert all(b - a >= GAP - 1e-9 for a, b in pairwise(moments))
    for number in range(9):
        of_chat = sorted(at for at, chat in sent if chat == number)
        gaps = [b - a for a, b in pairwise(of_chat)]
        assert all(gap >= SECONDS_IN_A_CHAT - 1e-9 for gap in gaps)


def test_chats_of_long_ago_are_forgotten() -> None:
    pace = Pace()
    for number in range(10_001):
        pace.reserve(str(number), number * 10.0)
    assert len(pace._next_in_chat) == 1
    assert len(pace._booked) <= 2


@given(st.lists(st.tuples(st.floats(0, 0.1), st.floats(0, 0.5)), min_size=80, max_size=120))
def test_however_long_they_are_under_way_no_second_gets_more_than_telegram_takes(
    delays: list[tuple[float, float]],
) -> None:
    pace, now = Pace(), 100.0
    answers: list[float] = []
    arrived: list[float] = []
    for number, (until_there, until_answer) in enumerate(delays):
        while (wait := pace.depart(f"chat-{number}", now)) > 0:
            now += wait
            for at in sorted(at for at in answers if at <= now):
                pace.arrive(at)
                answers.remove(at)
        arrived.append(now + until_there)
        answers.append(now + until_there + until_answer)
    assert busiest_second(arrived) <= PER_SECOND + CATCH_UP == 30


def test_a_chat_counts_from_when_its_message_really_left() -> None:
    pace = Pace()
    assert pace.reserve("a", 0.0) == 0
    assert pace.depart("a", 0.7) == 0
    assert pace.reserve("a", 0.8) == pytest.approx(0.9)


def test_a_chat_that_telegram_asked_patience_for_is_held_and_no_other() -> None:
    now = 10.0
    pace = Pace(monotonic=lambda: now)
    pace.hold("a", 60)
    now = 30.0
    assert pace.held_for("a") == pytest.approx(40)
    assert pace.held_for("b") == 0
    now = 70.0
    assert pace.held_for("a") == 0
