"""Households are made by the staff of the town, and whoever lives there is asked, once each."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api.cases.access import get_household
from api.coaching import households
from api.coaching.asking import ASK
from api.conversations.models import Author, Conversation, Message
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.handovers.asking import ask_for_person
from api.handovers.models import HandOverState, Reason
from api.people.models import Person, Role
from tests.coaching.conftest import Coached
from tests.conversations.chat import key_of
from tests.factories import person, regisseur


def asked(coached: Coached, chat: str) -> list[str]:
    """The keys of what the bot said in this chat."""
    with coached.database.reading() as session:
        query = select(Message).join(Conversation).where(Conversation.chat_id == chat)
        lines = session.scalars(query.where(Message.author == Author.bot).order_by(Message.id))
        return [key_of(coached.words, line.language, line.text) for line in lines]


def test_each_chat_of_each_linked_member_is_asked_in_its_own_language(
    coached_on_both: Coached,
) -> None:
    coached = coached_on_both
    coached.chat(coached.amina, "phone", "ar")
    coached.chat(coached.amina, "tablet", "nl")
    coached.chat(coached.karim, "karim", "ti")
    coached.put_on()
    assert [asked(coached, chat) for chat in ("phone", "tablet", "karim")] == [[ASK]] * 3


def test_who_moves_in_is_asked_about_the_coaches_there(coached: Coached) -> None:
    selam = coached.another_participant("Selam")
    coached.chat(selam, "selam")
    coached.put_on()
    assert asked(coached, "selam") == []
    coached.move_in(selam)
    coached.move_in(selam)
    assert asked(coached, "selam") == [ASK]


def test_in_a_chat_that_a_person_has_nothing_is_asked(coached: Coached) -> None:
    chat = coached.chat(coached.amina, "phone")
    with coached.database.writing() as session:
        conversation = session.get_one(Conversation, chat)
        hand_over = ask_for_person(session, conversation, Reason.asked, coached.clock())
        hand_over.state, hand_over.claimed_by_id = HandOverState.claimed, coached.sanne
    coached.put_on()
    assert asked(coached, "phone") == []


def test_the_staff_can_ask_again_whoever_did_not_answer_and_nobody_else(coached: Coached) -> None:
    coached.chat(coached.amina, "amina")
    coached.chat(coached.karim, "karim")
    coaching = coached.put_on()
    coached.says(coaching, coached.karim, given=False)
    with coached.database.writing() as session:
        me = session.get_one(Person, coached.sanne)
        households.ask_again(session, coached.words, me, coached.household, coached.clock())
    assert asked(coached, "amina") == [ASK, ASK]
    assert asked(coached, "karim") == [ASK]


def test_a_coach_is_put_on_a_household_once_at_a_time(coached_on_both: Coached) -> None:
    coaching = coached_on_both.put_on()
    with pytest.raises(Conflict):
        coached_on_both.put_on()
    coached_on_both.take_off(coaching)
    coached_on_both.clock.move(timedelta(hours=1))
    assert coached_on_both.put_on() != coaching


def test_only_a_coach_of_the_town_is_put_on(coached: Coached) -> None:
    with coached.database.writing() as session:
        far = person(session, coached.clock(), Role.coach, towns=("cranendonck",)).id
    for nobody in (far, coached.amina, coached.sanne, uuid4()):
        with pytest.raises(NotFound):
            coached.put_on(nobody)


def test_what_is_over_cannot_be_ended_again(coached: Coached) -> None:
    coaching = coached.put_on()
    coached.take_off(coaching)
    for gone in (coaching, uuid4()):
        with pytest.raises(NotFound):
            coached.take_off(gone)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "\u200b"])
def test_a_household_needs_a_name(coached: Coached, name: str) -> None:
    with coached.database.writing() as session:
        me = session.get_one(Person, coached.sanne)
        with pytest.raises(Invalid):
            households.make_household(session, me, "weert", name, coached.clock())


def someone(coached: Coached, *roles: Role, town: str = "weert") -> UUID:
    with coached.database.writing() as session:
        return person(session, coached.clock(), *roles, towns=(town,), email=f"{uuid4()}@x.nl").id


def test_a_coordinator_makes_and_finds_households_of_their_own_towns(coached: Coached) -> None:
    id = someone(coached, Role.coordinator)
    with coached.database.writing() as session:
        me = session.get_one(Person, id)
        households.make_household(session, me, "weert", " De  Boer ", coached.clock())
        names = [each.name for each in households.list_households(session, me)]
        assert names == ["Alvoorbeeld", "De Boer"]
        found = households.list_households(session, me, "boer")
        assert [each.name for each in found] == ["De Boer"]
        with pytest.raises(NotFound):
            households.make_household(session, me, "cranendonck", "Bakker", coached.clock())


@pytest.mark.parametrize(
    "role", [Role.coach, Role.key_person, Role.administrator, Role.participant]
)
def test_no_other_role_sees_a_household(coached: Coached, role: Role) -> None:
    id = someone(coached, role)
    with coached.database.reading() as session:
        me = session.get_one(Person, id)
        with pytest.raises(NotAllowed):
            households.list_households(session, me)
        with pytest.raises(NotAllowed):
            get_household(session, me, coached.household)


def test_the_staff_of_another_town_neither_sees_nor_changes_a_household(coached: Coached) -> None:
    with coached.database.writing() as session:
        bram = regisseur(session, coached.clock(), "Bram", towns=("cranendonck",))
        assert households.list_households(session, bram) == []
        now, id = coached.clock(), coached.household
        for change in (
            lambda: households.rename_household(session, bram, id, "x", now),
            lambda: households.add_member(session, coached.words, bram, id, coached.amina, now),
            lambda: households.remove_member(session, bram, id, coached.amina, now),
            lambda: households.put_on(session, coached.words, bram, id, coached.joke, now),
            lambda: households.take_off(session, bram, id, uuid4(), now),
            lambda: households.ask_again(session, coached.words, bram, id, now),
        ):
            with pytest.raises(NotFound):
                change()


def test_a_participant_of_another_town_is_not_put_in_a_household(coached: Coached) -> None:
    with coached.database.writing() as session:
        far = person(session, coached.clock(), Role.participant, towns=("cranendonck",)).id
    for nobody in (far, coached.joke, uuid4()):
        with pytest.raises(NotFound):
            coached.move_in(nobody)
        with pytest.raises(NotFound):
            coached.move_out(nobody)


def test_the_page_of_a_household_shows_what_everybody_answered(coached: Coached) -> None:
    coached.chat(coached.amina, "amina")
    coaching = coached.put_on()
    coached.says(coaching, coached.amina, given=True)
    with coached.database.reading() as session:
        amina, karim = households.answers_in(session, coached.household)
    assert (amina.linked, [each.given for each in amina.answers]) == (True, [True])
    assert (karim.linked, [each.given for each in karim.answers]) == (False, [None])
