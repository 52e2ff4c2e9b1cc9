"""Linking, unlinking and a coach's consent as they are lived through in the chat."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.cases.models import Household, Participant
from api.coaching.models import Coaching, Consent
from api.conversations.models import Conversation, Kind, Message
from api.handovers.asking import ask_for_person
from api.handovers.models import HandOverState, Reason
from api.people.linking import VALID_FOR, create_code, live_codes
from api.people.models import LinkCode, Person, Role
from api.people.unlinking import lost_phone, unlink_chat
from tests.conversations.chat import Chat
from tests.factories import (
    ScriptedRasa,
    participant,
    person,
    regisseur,
    understood,
)

SECOND = timedelta(seconds=1)


def add(chat: Chat, name: str = "Amina", language: str = "ar") -> UUID:
    with chat.path.database.writing() as session:
        return participant(session, chat.clock(), name, language).participant_id


def code_of(chat: Chat, person_id: UUID) -> str:
    with chat.path.database.writing() as session:
        return create_code(session, session.get_one(Person, person_id), None, chat.clock())


def show(chat: Chat, person_id: UUID) -> list[str]:
    """Open the link with a new code of this person."""
    return chat.send(code_of(chat, person_id), kind=Kind.start)


def link(chat: Chat, person_id: UUID) -> list[str]:
    show(chat, person_id)
    return chat.choose("link_yes")


def other(chat: Chat, name: str) -> Chat:
    return replace(chat, name=name, last=[])


# Linking


def test_nothing_is_linked_before_the_name_is_confirmed(chat: Chat) -> None:
    amina = add(chat)
    assert show(chat, amina) == ["welcome", "link.confirm"]
    assert "Amina" in chat.last[-1].text
    assert chat.conversation.person_id is None
    assert chat.choose("link_yes") == ["linked"]
    assert chat.conversation.person_id == amina
    assert chat.conversation.linked_at == chat.clock()


def test_the_name_is_asked_in_the_language_of_the_person_unless_one_was_chosen(chat: Chat) -> None:
    amina = add(chat)
    show(chat, amina)
    assert chat.last[-1].language == "ar"
    english = other(chat, "chat-2")
    english.send(code_of(chat, amina), kind=Kind.start, language="en")
    assert english.last[-1].language == "en"


@pytest.mark.parametrize(("typed", "linked"), [("ja", True), ("Nee", False), ("نعم", True)])
def test_yes_and_no_can_be_typed(chat: Chat, typed: str, linked: bool) -> None:
    amina = add(chat)
    show(chat, amina)
    assert chat.send(typed)[-1] == ("linked" if linked else "link.declined")
    assert (chat.conversation.person_id == amina) is linked


def test_an_unclear_answer_is_asked_again_and_a_question_is_answered(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    show(chat, add(chat))
    chat.rasa_says({"misschien": understood("not_understood", "unknown")})
    assert chat.send("misschien")[-1] == "link.confirm"
    chat.rasa_says({"wat is PVT?": understood("pvt")})
    assert chat.send("wat is PVT?")[-1] == "pvt"
    assert chat.conversation.person_id is None


def test_a_yes_to_something_else_links_nobody(chat: Chat) -> None:
    show(chat, add(chat))
    chat.rasa_says({"wat is PVT?": understood("pvt"), "ja": understood("affirm", "affirm")})
    chat.send("wat is PVT?")
    chat.send("ja")
    assert chat.conversation.person_id is None


def test_a_no_makes_the_code_worthless(chat: Chat) -> None:
    code = code_of(chat, add(chat))
    chat.send(code, kind=Kind.start)
    assert chat.choose("link_no") == ["link.declined"]
    assert other(chat, "chat-2").send(code, kind=Kind.start)[-1] == "link_expired"
    with chat.path.database.reading() as session:
        assert session.scalars(select(LinkCode)).one().used_at is None


def test_of_two_chats_that_were_asked_the_first_yes_has_it(chat: Chat) -> None:
    code = code_of(chat, add(chat))
    second = other(chat, "chat-2")
    for each in (chat, second):
        assert each.send(code, kind=Kind.start)[-1] == "link.confirm"
    assert second.choose("link_yes") == ["linked"]
    assert chat.choose("link_yes") == ["link_used"]
    assert chat.conversation.person_id is None


def test_a_yes_that_comes_after_the_code_expired_or_was_revoked_links_nobody(chat: Chat) -> None:
    amina = add(chat)
    show(chat, amina)
    chat.clock.move(VALID_FOR + SECOND)
    assert chat.choose("link_yes") == ["link_expired"]
    show(chat, amina)
    code_of(chat, amina)
    assert chat.choose("link_yes") == ["link_expired"]
    assert chat.conversation.person_id is None


def test_pressing_yes_twice_and_then_no_does_no_harm(chat: Chat) -> None:
    amina = add(chat)
    show(chat, amina)
    yes, no = chat.offered("link_yes")[0].id, chat.offered("link_no")[0].id
    assert [chat.press(yes), chat.press(yes), chat.press(no)] == [
        ["linked"],
        ["linked"],
        ["unlink.ask"],
    ]
    assert chat.conversation.person_id == amina


def test_one_person_may_have_several_chats(chat: Chat) -> None:
    amina = add(chat)
    second = other(chat, "chat-2")
    for each in (chat, second):
        link(each, amina)
    assert {chat.conversation.person_id, second.conversation.person_id} == {amina}


def test_a_chat_that_becomes_somebody_elses_forgets_the_first(chat: Chat) -> None:
    link(chat, add(chat))
    with chat.path.database.writing() as session:
        session.get_one(Conversation, chat.id).told_group = "asiel"
    before = max(line.id for line in chat.lines())
    tesfay = add(chat, "Tesfay", "ti")
    link(chat, tesfay)
    assert (chat.conversation.person_id, chat.conversation.told_group) == (tesfay, None)
    assert (chat.conversation.forgotten_until or 0) > before


def test_a_code_links_nobody_in_a_group_and_is_worth_nothing_afterwards(chat: Chat) -> None:
    code = code_of(chat, add(chat))
    group = other(chat, "group")
    assert group.send(code, kind=Kind.group) == ["link.group"]
    assert group.send(None, kind=Kind.group) == ["group_chat"]
    assert group.conversation.person_id is None
    assert group.heard() == ["", ""]
    assert chat.send(code, kind=Kind.start)[-1] == "link_expired"


def test_while_a_person_has_the_chat_a_typed_yes_is_for_that_person(chat: Chat) -> None:
    show(chat, add(chat))
    claim(chat)
    assert chat.send("ja") == []
    assert chat.conversation.person_id is None


def claim(chat: Chat) -> None:
    with chat.path.database.writing() as session:
        sanne = regisseur(session, chat.clock()).id
        conversation = session.get_one(Conversation, chat.id)
        hand_over = ask_for_person(session, conversation, Reason.asked, chat.clock())
        hand_over.claimed_by_id, hand_over.state = sanne, HandOverState.claimed


# Unlinking


def test_a_chat_is_unlinked_after_a_question(chat: Chat) -> None:
    amina = add(chat)
    link(chat, amina)
    chat.rasa_says({"wie?": understood("mijn_regisseur")})
    chat.send("wie?")
    assert chat.choose("unlink") == ["unlink.ask"]
    assert chat.choose("unlink_no") == ["unlink.kept"]
    assert chat.conversation.person_id == amina
    chat.send("wie?")
    chat.choose("unlink")
    assert chat.send("ja") == ["unlink.done"]
    assert chat.conversation.person_id is None


def test_who_is_linked_finds_the_button_under_privacy_and_nobody_else_does(chat: Chat) -> None:
    chat.rasa_says({"privacy?": understood("privacy")})
    chat.send("privacy?")
    assert "unlink" not in chat.actions()
    link(chat, add(chat))
    chat.send("privacy?")
    assert "unlink" in chat.actions()


def test_after_unlinking_nothing_personal_is_told_and_a_new_dialogue_begins(chat: Chat) -> None:
    amina = add(chat)
    link(chat, amina)
    with chat.path.database.writing() as session:
        conversation = session.get_one(Conversation, chat.id)
        conversation.told_group, conversation.topic = "asiel", "mijn_voortgang"
    chat.rasa_says({"wie?": understood("mijn_regisseur")})
    chat.send("wie?")
    old, session_id = chat.offered("unlink")[0].id, chat.conversation.session_id
    said = max(line.id for line in chat.lines())
    with chat.path.database.writing() as session:
        who = session.get_one(Person, amina)
        unlink_chat(session, chat.words, who, chat.id, chat.clock())
    now = chat.conversation
    assert (now.person_id, now.told_group, now.topic, now.municipality_id) == (None,) * 4
    assert now.session_id != session_id
    assert now.forgotten_until == said
    assert chat.lines()[-1].id > said
    assert chat.press(old) == ["button_expired"]
    chat.rasa_says({"voortgang?": understood("mijn_voortgang")})
    chat.send("voortgang?")
    assert not [line for line in chat.last if "Amina" in line.text]


def test_the_chat_is_told_that_the_town_unlinked_it(chat: Chat) -> None:
    amina = add(chat)
    link(chat, amina)
    with chat.path.database.writing() as session:
        unlink_chat(session, chat.words, session.get_one(Person, amina), chat.id, chat.clock())
    assert chat.key(chat.lines()[-1]) == "unlink.by_town"


def test_a_lost_phone_undoes_every_chat_and_every_code(chat: Chat) -> None:
    amina, second = add(chat), other(chat, "chat-2")
    link(chat, amina)
    link(second, amina)
    waiting = other(chat, "chat-3")
    show(waiting, amina)
    with chat.path.database.writing() as session:
        by = regisseur(session, chat.clock())
        who = session.get_one(Person, amina)
        code = lost_phone(session, chat.words, who, by.id, chat.clock())
        assert len(live_codes(session, amina, chat.clock())) == 1
    assert {chat.conversation.person_id, second.conversation.person_id} == {None}
    assert waiting.choose("link_yes") == ["link_expired"]
    third = other(chat, "chat-4")
    assert third.send(code, kind=Kind.start)[-1] == "link.confirm"
    assert third.choose("link_yes") == ["linked"]


# Consent


def coach(chat: Chat, name: str = "Joke") -> UUID:
    with chat.path.database.writing() as session:
        return person(session, chat.clock(), Role.coach, name=name).id


def household(chat: Chat, *member_ids: UUID) -> UUID:
    with chat.path.database.writing() as session:
        made = Household(municipality_id="weert", name="Alvoorbeeld")
        session.add(made)
        session.flush()
        for id in member_ids:
            session.get_one(Participant, id).household_id = made.id
        return made.id


def helps(chat: Chat, coach_id: UUID, household_id: UUID) -> UUID:
    with chat.path.database.writing() as session:
        made = Coaching(household_id=household_id, coach_id=coach_id, began_at=chat.clock())
        session.add(made)
        session.flush()
        chat.clock.move(SECOND)
        return made.id


def consents(chat: Chat) -> list[bool]:
    with chat.path.database.reading() as session:
        return [each.given for each in session.scalars(select(Consent))]


def coached(chat: Chat) -> UUID:
    amina = add(chat)
    helps(chat, coach(chat), household(chat, amina))
    return amina


def test_who_is_linked_is_asked_about_the_coach(chat: Chat) -> None:
    amina = coached(chat)
    show(chat, amina)
    assert chat.choose("link_yes") == ["linked", "consent.ask"]
    assert consents(chat) == []
    assert chat.choose("consent_yes") == ["consent.given"]
    assert consents(chat) == [True]


@pytest.mark.parametrize(
    ("typed", "key", "given"),
    [("ja", "consent.given", [True]), ("nee", "consent.refused", [False])],
)
def test_consent_can_be_typed(chat: Chat, typed: str, key: str, given: list[bool]) -> None:
    link(chat, coached(chat))
    assert chat.send(typed) == [key]
    assert consents(chat) == given


def test_of_several_chats_the_first_yes_counts_and_a_no_always_does(chat: Chat) -> None:
    amina, second = coached(chat), other(chat, "chat-2")
    link(chat, amina)
    link(second, amina)
    assert chat.choose("consent_no") == ["consent.refused"]
    assert second.choose("consent_yes") == ["consent.refused"]
    assert consents(chat) == [False]
    assert second.choose("share") == ["consent.given"]
    assert consents(chat) == [True]


def test_a_no_after_a_yes_stops_it(chat: Chat) -> None:
    amina, second = coached(chat), other(chat, "chat-2")
    link(chat, amina)
    link(second, amina)
    chat.choose("consent_yes")
    assert second.choose("consent_no") == ["consent.withdrawn"]
    assert consents(chat) == [False]


def test_consent_is_withdrawn_and_given_again_by_button(chat: Chat) -> None:
    link(chat, coached(chat))
    chat.choose("consent_yes")
    assert chat.choose("share", given=0) == ["consent.withdrawn"]
    assert consents(chat) == [False]
    assert chat.choose("share", given=1) == ["consent.given"]
    assert consents(chat) == [True]


def test_two_coaches_are_asked_about_one_after_the_other(chat: Chat) -> None:
    amina = add(chat)
    home = household(chat, amina)
    for name in ("Joke", "Henk"):
        helps(chat, coach(chat, name), home)
    link(chat, amina)
    assert "Joke" in chat.last[-1].text
    assert chat.send("nee") == ["consent.refused", "consent.ask"]
    assert "Henk" in chat.last[-1].text
    assert chat.send("ja") == ["consent.given"]
    assert sorted(consents(chat)) == [False, True]


def test_what_is_answered_about_a_coach_who_left_changes_nothing(chat: Chat) -> None:
    amina = add(chat)
    coaching = helps(chat, coach(chat), household(chat, amina))
    link(chat, amina)
    with chat.path.database.writing() as session:
        session.get_one(Coaching, coaching).ended_at = chat.clock()
    assert chat.choose("consent_yes") == ["consent.gone"]
    assert consents(chat) == []


def test_a_question_that_was_not_answered_is_asked_again_in_the_next_chat(chat: Chat) -> None:
    amina, second = coached(chat), other(chat, "chat-2")
    link(chat, amina)
    assert link(second, amina) == ["linked", "consent.ask"]
    chat.choose("consent_no")
    third = other(chat, "chat-3")
    assert link(third, amina) == ["linked"]


# What a coach does with it


@pytest.fixture
def joke(chat: Chat) -> UUID:
    return coach(chat)


def linked_coach(chat: Chat, coach_id: UUID, name: str = "joke") -> "CoachChat":
    made = CoachChat(chat.path, chat.rasa, chat.clock, name)
    made.send(code_of(chat, coach_id), kind=Kind.start, language="nl")
    made.choose("link_yes")
    return made


class CoachChat(Chat):
    """A coach reads texts of their own, which the test compares itself."""

    def key(self, line: Message) -> str:
        return ""

    @property
    def told(self) -> str:
        return "\n".join(line.text for line in self.last)


def test_a_coach_asks_for_talks_and_sends_an_answer(chat: Chat, joke: UUID) -> None:
    amina = add(chat)
    helps(chat, joke, household(chat, amina))
    link(chat, amina)
    coaching = linked_coach(chat, joke)
    talks = {"afspraken?": understood("next_talk_none"), "pvt?": understood("pvt")}
    chat.rasa_says(talks)
    coaching.send("afspraken?")
    assert chat.words.text("nl", "coach.talks.nobody") in coaching.told
    coaching.send("pvt?")
    assert "send" not in coaching.actions()

    chat.choose("consent_yes")
    coaching.send("afspraken?")
    assert chat.words.text("nl", "coach.talks.none", name="Amina") in coaching.told
    coaching.send("pvt?")
    [button] = coaching.offered("send")
    assert button.label == chat.words.text("nl", "coach.button.send", name="Amina")
    coaching.press(button.id)
    assert coaching.told == chat.words.text("nl", "coach.send.sent", name="Amina")
    assert chat.lines()[-1].text.startswith(chat.words.text("ar", "from_coach", name="Joke"))
    coaching.press(button.id)
    assert coaching.told == chat.words.text("nl", "coach.send.already", name="Amina")

    chat.choose("share", given=0)
    chat.clock.move(timedelta(days=1))
    coaching.press(button.id)
    assert coaching.told == chat.words.text("nl", "coach.send.not_allowed", name="Amina")


def test_only_a_coach_sends(chat: Chat, joke: UUID) -> None:
    amina = add(chat)
    helps(chat, joke, household(chat, amina))
    link(chat, amina)
    chat.choose("consent_yes")
    coaching = linked_coach(chat, joke)
    chat.rasa_says({"pvt?": understood("pvt")})
    coaching.send("pvt?")
    with chat.path.database.writing() as session:
        for role in list(session.get_one(Person, joke).roles):
            session.delete(role)
    coaching.choose("send")
    assert coaching.told == chat.words.text("nl", "button_expired")


def test_a_checklist_is_kept_for_the_household(chat: Chat, joke: UUID) -> None:
    amina = add(chat)
    helps(chat, joke, household(chat, amina))
    link(chat, amina)
    chat.choose("consent_yes")
    henk = coach(chat, "Henk")
    helps(chat, henk, conversation_household(chat, amina))
    first = linked_coach(chat, joke)
    show_list(first)
    assert "Alvoorbeeld" in first.told
    first.choose("tick", item=2)
    assert "☑ 2." in first.told

    chat.rasa_says({"wie?": understood("mijn_regisseur")})
    chat.send("wie?")
    chat.choose("share", given=1, coaching=str(coaching_of(chat, henk)))
    second = linked_coach(chat, henk, "henk")
    show_list(second)
    assert "☑ 2." in second.told

    chat.send("wie?")
    chat.choose("share", given=0, coaching=str(coaching_of(chat, joke)))
    first.press(first.offered("tick")[0].id)
    assert first.told == chat.words.text("nl", "checklists.household_gone")
    show_list(first)
    assert "Alvoorbeeld" not in first.told
    assert "☑" not in first.told


def test_a_coach_of_several_households_chooses_one_first(chat: Chat, joke: UUID) -> None:
    for name in ("Amina", "Tesfay"):
        who, member = add(chat, name), other(chat, name)
        helps(chat, joke, household(chat, who))
        link(member, who)
        member.choose("consent_yes")
    coaching = linked_coach(chat, joke)
    chat.rasa_says({"help": understood("help")})
    coaching.send("help")
    coaching.choose("checklists")
    assert coaching.told == chat.words.text("nl", "checklists.ask_household")
    first = coaching.offered("checklists")[0]
    assert len(coaching.offered("checklists")) == 2
    coaching.press(first.id)
    coaching.choose("checklist", checklist="moving")
    coaching.choose("tick", item=1)
    assert "☑ 1." in coaching.told
    coaching.send("help")
    coaching.choose("checklists")
    coaching.press(coaching.offered("checklists")[1].id)
    coaching.choose("checklist", checklist="moving")
    assert "☑" not in coaching.told


def show_list(coaching: CoachChat) -> None:
    coaching.rasa_says({"help": understood("help")})
    coaching.send("help")
    coaching.choose("checklists")
    coaching.choose("checklist", checklist="first_week")


def conversation_household(chat: Chat, participant_id: UUID) -> UUID:
    with chat.path.database.reading() as session:
        id = session.get_one(Participant, participant_id).household_id
        assert id is not None
        return id


def coaching_of(chat: Chat, coach_id: UUID) -> UUID:
    with chat.path.database.reading() as session:
        return session.scalars(select(Coaching).filter_by(coach_id=coach_id)).one().id
