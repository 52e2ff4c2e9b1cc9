"""A coach sees who said yes, in the household that they help, for as long as both hold."""

from datetime import timedelta

from sqlalchemy import select

from api.cases.history import Change
from api.cases.models import Participant
from api.coaching import households
from api.coaching.service import coaches_of, households_of, may_see, open_questions, seen_by
from api.coaching.talks import next_talks, talks_for_coach
from api.people.models import Person, PersonRole, Role
from tests.coaching.conftest import Coached
from tests.factories import person, town


def sees(coached: Coached) -> list[str]:
    """The first names of whom Joke may see."""
    with coached.database.reading() as session:
        seen = [each.person.first_name for each in seen_by(session, coached.joke)]
        for id, name in ((coached.amina, "Amina"), (coached.karim, "Karim")):
            assert may_see(session, coached.joke, id) == (name in seen)
        return seen


def test_a_coach_sees_nobody_without_a_yes(coached_on_both: Coached) -> None:
    coached = coached_on_both
    assert sees(coached) == []
    coaching = coached.put_on()
    assert sees(coached) == []
    coached.says(coaching, coached.karim, given=False)
    assert sees(coached) == []


def test_a_yes_is_for_one_participant_and_one_coach(coached_on_both: Coached) -> None:
    coached = coached_on_both
    coached.says(coached.put_on(), coached.amina, given=True)
    assert sees(coached) == ["Amina"]
    with coached.database.writing() as session:
        henk = person(session, coached.clock(), Role.coach, name="Henk").id
    coached.put_on(henk)
    with coached.database.reading() as session:
        assert seen_by(session, henk) == []


def test_a_withdrawn_yes_ends_it_at_once(coached: Coached) -> None:
    coaching = coached.put_on()
    coached.says(coaching, coached.amina, given=True)
    coached.says(coaching, coached.amina, given=False)
    assert sees(coached) == []


def test_a_coach_who_is_taken_off_sees_nothing_any_more(coached: Coached) -> None:
    coaching = coached.put_on()
    coached.says(coaching, coached.amina, given=True)
    coached.take_off(coaching)
    assert sees(coached) == []
    with coached.database.reading() as session:
        assert coaches_of(session, coached.amina) == []
        assert households_of(session, coached.joke) == []


def test_who_is_put_on_again_needs_a_new_yes(coached: Coached) -> None:
    coaching = coached.put_on()
    coached.says(coaching, coached.amina, given=True)
    coached.take_off(coaching)
    coached.clock.move(timedelta(hours=1))
    coached.put_on()
    assert sees(coached) == []


def test_who_moves_out_is_not_seen_and_must_say_yes_again_on_coming_back(coached: Coached) -> None:
    coached.says(coached.put_on(), coached.amina, given=True)
    coached.move_out(coached.amina)
    assert sees(coached) == []
    coached.move_in(coached.amina)
    assert sees(coached) == []
    assert coached.consents() == []


def test_who_goes_to_another_household_takes_no_yes_along(coached: Coached) -> None:
    coached.says(coached.put_on(), coached.amina, given=True)
    coached.move_in(coached.amina, coached.another_household())
    assert sees(coached) == []


def test_who_went_to_another_municipality_is_not_seen(coached: Coached) -> None:
    coached.says(coached.put_on(), coached.amina, given=True)
    with coached.database.writing() as session:
        town(session, "nederweert")
        session.get_one(Participant, coached.amina).municipality_id = "nederweert"
    assert sees(coached) == []


def test_who_is_no_coach_of_the_town_any_more_sees_nothing(coached: Coached) -> None:
    coached.says(coached.put_on(), coached.amina, given=True)
    with coached.database.writing() as session:
        for role in session.scalars(select(PersonRole).filter_by(person_id=coached.joke)):
            session.delete(role)
    assert sees(coached) == []


def test_a_no_is_never_asked_about_again_by_itself(coached: Coached) -> None:
    coaching = coached.put_on()
    with coached.database.reading() as session:
        assert [each.id for each in open_questions(session, coached.amina)] == [coaching]
    coached.says(coaching, coached.amina, given=False)
    coached.take_off(coaching)
    coached.clock.move(timedelta(hours=1))
    coached.put_on()
    with coached.database.reading() as session:
        assert open_questions(session, coached.amina) == []
        assert open_questions(session, coached.karim) != []


def test_every_answer_and_every_assignment_is_in_the_history(coached: Coached) -> None:
    coaching = coached.put_on()
    coached.take_off(coaching)
    with coached.database.reading() as session:
        by = {
            (each.kind, each.deed, each.by_id)
            for each in session.scalars(select(Change).filter_by(kind="coaching"))
        }
    assert by == {("coaching", "added", coached.sanne), ("coaching", "changed", coached.sanne)}


# Talks


def told(coached: Coached) -> str:
    with coached.database.reading() as session:
        coach = session.get_one(Person, coached.joke)
        chat = coached.chat_of("joke")
        chat.person = coach
        replies = talks_for_coach(coached.words, session, coached.joke, coached.clock())
        render = coached.words.render
        return "\n".join(render(session, chat, each, coached.clock()).text for each in replies)


def test_a_coach_reads_day_and_time_and_neither_place_nor_kind(coached: Coached) -> None:
    coached.chat(coached.joke, "joke")
    coached.says(coached.put_on(), coached.amina, given=True)
    text = told(coached)
    assert "Alvoorbeeld" in text
    assert "Amina" in text
    assert "24 november" in text
    assert "10:00" in text
    assert "Karim" not in text
    assert "Geheim" not in text
    assert "gesprek" not in text.lower()


def test_without_any_yes_a_coach_is_told_that_there_is_nothing_to_see(coached: Coached) -> None:
    coached.chat(coached.joke, "joke")
    coached.put_on()
    assert told(coached) == coached.words.text("nl", "coach.talks.nobody")


def test_who_has_no_talk_is_told_as_such(coached: Coached) -> None:
    coached.chat(coached.joke, "joke")
    coached.says(coached.put_on(), coached.amina, given=True)
    coached.clock.move(timedelta(days=30))
    assert coached.words.text("nl", "coach.talks.none", name="Amina") in told(coached)
    with coached.database.reading() as session:
        assert next_talks(session, coached.amina, coached.clock()) == []


def test_the_talks_stand_by_household(coached: Coached) -> None:
    coached.chat(coached.joke, "joke")
    coached.says(coached.put_on(), coached.amina, given=True)
    other = coached.another_household()
    selam = coached.another_participant("Selam", other)
    with coached.database.writing() as session:
        me = session.get_one(Person, coached.sanne)
        coaching = households.put_on(
            session, coached.words, me, other, coached.joke, coached.clock()
        )
        id = coaching.id
    coached.says(id, selam, given=True)
    text = told(coached)
    assert text.index("Alvoorbeeld") < text.index("Amina") < text.index("Bakker")
    assert text.index("Bakker") < text.index("Selam")
