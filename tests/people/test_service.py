"""Looking people up: only participants and coaches, only of my own towns."""

from uuid import uuid4

import pytest

from api.db import Database
from api.errors import NotFound
from api.people.models import Role
from api.people.service import get_person, list_people
from tests.factories import FixedClock, conversation, participant, person, regisseur

ELSEWHERE = ("cranendonck",)


def test_i_see_the_participants_and_coaches_of_my_towns_by_name(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        me = regisseur(session, clock())
        participant(session, clock(), "Tesfay")
        person(session, clock(), Role.coach, name="Joke")
        person(session, clock(), Role.participant, name="Khaled", towns=ELSEWHERE)
        person(session, clock(), Role.key_person, name="Selam")
        assert [row.name.split()[0] for row in list_people(session, me)] == ["Joke", "Tesfay"]


def test_who_has_a_chat_is_shown_as_linked(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        me = regisseur(session, clock())
        amina = participant(session, clock()).participant
        participant(session, clock(), "Tesfay")
        conversation(session, clock()).person_id = amina.person_id
        session.flush()
        assert [row.linked for row in list_people(session, me)] == [True, False]


def test_i_get_nobody_of_another_town_nobody_of_the_staff_and_nobody_who_is_not_there(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        me = regisseur(session, clock())
        khaled = person(session, clock(), Role.participant, towns=ELSEWHERE)
        amina = participant(session, clock()).participant.person
        assert get_person(session, amina.id, me) is amina
        for nobody in (khaled.id, me.id, uuid4()):
            with pytest.raises(NotFound):
                get_person(session, nobody, me)
