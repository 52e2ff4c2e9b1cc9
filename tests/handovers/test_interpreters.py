"""An interpreter is asked for, arranged and cancelled, and colleagues read what became of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.answers.words import Words
from api.db import Database
from api.errors import Conflict, Invalid, NotFound
from api.handovers.interpreters import (
    Wish,
    arrange_interpreter,
    ask_interpreter,
    cancel_interpreter,
    list_interpreters,
)
from api.handovers.models import EventKind, InterpreterState
from api.handovers.queue import list_events
from api.handovers.service import hand_back
from tests.factories import FixedClock, regisseur
from tests.handovers.desk import TalkDesk


@pytest.fixture
def desk(database: Database, words: Words, clock: FixedClock) -> Iterator[TalkDesk]:
    with database.writing() as session:
        yield TalkDesk(session, words, clock, language="ti")


def states(at: TalkDesk) -> list[str]:
    """What the log tells of interpreters."""
    events = list_events(at.session, at.ask())
    return [each.text for each in events if each.kind is EventKind.interpreter]


def test_it_can_be_asked_for_before_anybody_has_the_question(desk: TalkDesk) -> None:
    hand_over = desk.ask()
    made = ask_interpreter(desk.session, hand_over.id, desk.sanne, Wish("ti"), desk.clock())
    assert list_interpreters(desk.session, hand_over) == [made]
    assert (made.state, made.language, made.at) == (InterpreterState.asked, "ti", None)
    assert made.asked_by is desk.sanne
    assert states(desk) == ["asked"]


def test_who_when_and_on_which_number_is_written_down_when_it_is_arranged(desk: TalkDesk) -> None:
    hand_over, when = desk.ask(), desk.clock() + timedelta(days=1)
    made = ask_interpreter(desk.session, hand_over.id, desk.sanne, Wish("ti"), desk.clock())
    desk.clock.move(timedelta(hours=1))
    wish = Wish("am", when, "  Tolkbureau \n Bedacht ", "0495 000 009")
    done = arrange_interpreter(desk.session, made.id, desk.sanne, wish, desk.clock())
    assert (done.state, done.language, done.at) == (InterpreterState.arranged, "am", when)
    assert (done.who, done.phone) == ("Tolkbureau Bedacht", "0495 000 009")
    assert done.changed_at == done.asked_at + timedelta(hours=1)
    assert states(desk) == ["asked", "arranged"]


def test_cancelling_twice_is_cancelling_once(desk: TalkDesk) -> None:
    made = ask_interpreter(desk.session, desk.ask().id, desk.sanne, Wish("ti"), desk.clock())
    for _ in range(2):
        cancel_interpreter(desk.session, made.id, desk.sanne, desk.clock())
    assert made.state is InterpreterState.cancelled
    assert states(desk) == ["asked", "cancelled"]


@pytest.mark.parametrize(
    ("wish", "wrong"),
    [
        (Wish("nl"), {"language": "choice"}),
        (Wish("xx"), {"language": "choice"}),
        (Wish("ti", who="x" * 121), {"who": "too_long"}),
        (Wish("ti", who="BSN 111222333"), {"who": "secret"}),
        (Wish("ti", phone="bel maar"), {"phone": "unreadable"}),
    ],
)
def test_what_cannot_be_so_is_told_at_its_field_and_nothing_is_written(
    desk: TalkDesk, wish: Wish, wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as error:
        ask_interpreter(desk.session, desk.ask().id, desk.sanne, wish, desk.clock())
    assert error.value.faults == wrong
    desk.session.expire_all()
    assert list_interpreters(desk.session, desk.ask()) == []


def test_nobody_is_arranged_for_a_moment_that_is_over(desk: TalkDesk) -> None:
    wish = Wish("ti", desk.clock() - timedelta(minutes=1))
    with pytest.raises(Invalid) as error:
        ask_interpreter(desk.session, desk.ask().id, desk.sanne, wish, desk.clock())
    assert error.value.faults == {"at": "over"}


def test_arranged_without_a_time_or_anybody_to_reach_is_not_arranged(desk: TalkDesk) -> None:
    made = ask_interpreter(desk.session, desk.ask().id, desk.sanne, Wish("ti"), desk.clock())
    with pytest.raises(Invalid) as error:
        arrange_interpreter(desk.session, made.id, desk.sanne, Wish("am"), desk.clock())
    assert error.value.faults == {"at": "missing", "who": "missing"}
    assert (made.state, made.language) == (InterpreterState.asked, "ti")


def test_for_a_question_that_is_closed_none_is_asked_for(desk: TalkDesk) -> None:
    hand_over = desk.claimed()
    hand_back(desk.session, desk.words, hand_over.id, desk.sanne, desk.clock())
    with pytest.raises(Conflict):
        ask_interpreter(desk.session, hand_over.id, desk.sanne, Wish("ti"), desk.clock())


def test_a_colleague_of_the_town_can_arrange_it_and_nobody_elsewhere(desk: TalkDesk) -> None:
    made = ask_interpreter(desk.session, desk.ask().id, desk.sanne, Wish("ti"), desk.clock())
    bram = regisseur(desk.session, desk.clock(), "Bram", towns=("cranendonck",))
    with pytest.raises(NotFound):
        cancel_interpreter(desk.session, made.id, bram, desk.clock())
    with pytest.raises(NotFound):
        ask_interpreter(desk.session, desk.ask().id, bram, Wish("ti"), desk.clock())
    joris = regisseur(desk.session, desk.clock(), "Joris")
    assert cancel_interpreter(desk.session, made.id, joris, desk.clock()) is made
