"""Confirming, making, moving and cancelling an own appointment, as it is lived in a chat."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select

from api.answers.words import MAX_LABEL, Words
from api.appointments.models import (
    Answer,
    Appointment,
    AppointmentKind,
    AppointmentState,
    OccupiedQuarter,
    WorkingHours,
)
from api.appointments.slots import LOOK_AHEAD, NOTICE
from api.clock import AMSTERDAM, local
from api.conversations.models import Button, Conversation, Kind, Message
from api.conversations.path import MessagePath
from api.db import Database
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.handovers.service import claim_handover
from api.people.models import Person, Role
from tests.conversations.chat import Chat, answer_waiting, claim_one
from tests.conversations.own_talks import (
    IN_TEN_DAYS,
    add_case,
    add_regisseur,
    add_talk,
    other,
    own_case,
    remind,
    say_intent,
    talk_of,
    talks_of,
)
from tests.factories import (
    FixedClock,
    ScriptedRasa,
    conversation,
    person,
    receive,
    understood,
)
from tests.side_by_side import at_once
from translations.catalogue import LANGUAGES

HOUR = timedelta(hours=1)
YES = {
    "nl": ("ja", "Ja, ik kom!", "ik kom", "ja dat past, bedankt"),
    "en": ("yes", "yes I will come", "I’ll be there", "Yes, I can come. Thank you!"),
    "tr": ("evet", "evet gelirim", "geleceğim", "tamam, gelirim"),
    "ar": ("نعم", "نعم سأحضر", "رح اجي ان شاء الله", "يناسبني، شكرا"),
    "ti": ("እወ", "እወ ክመጽእ እየ", "ክመጽእ እየ", "እወ ይጥዕመኒ"),
}
NO = {
    "nl": ("nee", "ik kan niet", "nee ik kan niet komen", "sorry, ik kan dan niet"),
    "en": ("no", "I can't come", "no, I cannot come", "sorry I can't make it"),
    "tr": ("hayır", "gelemem", "hayır gelemiyorum", "maalesef müsait değilim"),
    "ar": ("لا", "لا أستطيع", "ما رح اجي", "لا، ما بقدر اجي"),
    "ti": ("ኣይፋል", "ክመጽእ ኣይክእልን", "ኣይክእልን", "ኣይፋልን ኣይክእልን"),
}
TYPED = [(language, text) for language in LANGUAGES for text in YES[language]]
TYPED_NO = [(language, text) for language in LANGUAGES for text in NO[language]]


@pytest.fixture
def linked(chat: Chat) -> Chat:
    """Amina, with a regisseur who has talks on weekdays."""
    with chat.path.database.writing() as session:
        add_case(session, chat.clock(), "Amina", add_regisseur(session, chat.clock()), chat.name)
    return chat


@pytest.fixture
def reminded(linked: Chat) -> Chat:
    """Amina, just reminded of her talk of tomorrow."""
    add_talk(linked)
    assert remind(linked) == ["remind"]
    return linked


def speak(chat: Chat, language: str) -> None:
    with chat.path.database.writing() as session:
        session.merge(chat.conversation).language = language


def slots(chat: Chat) -> list[datetime]:
    return [datetime.fromisoformat(each.arguments["slot"]) for each in chat.offered("slot")]


# Confirming


@pytest.mark.parametrize(("language", "typed"), TYPED)
def test_a_typed_yes_after_a_reminder_confirms_that_talk(
    linked: Chat, language: str, typed: str
) -> None:
    add_talk(linked)
    speak(linked, language)
    remind(linked)
    assert linked.send(typed)[-1] == "talk.confirmed"
    assert talk_of(linked).answer is Answer.confirmed
    assert talk_of(linked).answered_at == linked.clock()


@pytest.mark.parametrize(("language", "typed"), TYPED_NO)
def test_a_typed_no_asks_first_and_cancels_nothing(linked: Chat, language: str, typed: str) -> None:
    add_talk(linked)
    speak(linked, language)
    remind(linked)
    assert linked.send(typed)[-1] == "talk.cancel_ask"
    assert talk_of(linked).state is AppointmentState.planned
    assert talk_of(linked).answer is None


@pytest.mark.parametrize("typed", ["ja maar later", "ja maar ik ben ziek", "ja ik kan niet komen"])
def test_a_yes_that_takes_itself_back_confirms_nothing(reminded: Chat, typed: str) -> None:
    reminded.rasa.otherwise = understood("did_you_mean", "affirm")
    assert reminded.send(typed)[-1] in ("remind.come", "did_you_mean")
    assert talk_of(reminded).answer is None


def test_an_unclear_answer_is_asked_again_and_then_is_a_question_like_others(
    reminded: Chat,
) -> None:
    reminded.rasa.otherwise = understood("not_understood", "unknown")
    assert reminded.send("misschien") == ["remind.come"]
    assert "Stadhuis" in reminded.last[-1].text
    assert reminded.send("hmm misschien") == ["not_understood"]
    assert talk_of(reminded).answer is None


def test_after_being_asked_again_a_yes_still_counts(reminded: Chat) -> None:
    reminded.rasa.otherwise = understood("not_understood", "unknown")
    reminded.send("misschien")
    assert reminded.send("ja") == ["talk.confirmed"]


def test_a_yes_counts_for_the_last_line_only(reminded: Chat) -> None:
    reminded.rasa.otherwise = understood("pvt")
    reminded.send("wat is PVT?")
    reminded.rasa.otherwise = understood("affirm", "affirm")
    reminded.send("ja")
    assert talk_of(reminded).answer is None


def test_danger_goes_before_a_yes(reminded: Chat) -> None:
    assert reminded.send("ja ik kom maar mijn man slaat mij") == ["nood", "nood.offer"]
    assert talk_of(reminded).answer is None


def test_pressing_twice_answers_the_same(reminded: Chat) -> None:
    button = reminded.offered("come")[0].id
    assert reminded.press(button) == ["talk.confirmed"]
    first = reminded.last[-1].text
    assert reminded.press(button) == ["talk.confirmed"]
    assert reminded.last[-1].text == first
    assert reminded.actions() == ["calendar", "other_time", "cannot", "by_phone", "person"]


def test_who_does_not_speak_dutch_can_ask_for_an_interpreter(reminded: Chat) -> None:
    speak(reminded, "tr")
    reminded.choose("come")
    assert reminded.choose("interpreter") == ["talk.interpreter"]
    assert talk_of(reminded).interpreter is True
    assert reminded.choose("no_interpreter") == ["talk.no_interpreter"]
    assert talk_of(reminded).interpreter is False


def test_a_talk_can_be_by_telephone_and_back(reminded: Chat) -> None:
    reminded.choose("come")
    assert reminded.choose("by_phone") == ["talk.phone"]
    assert talk_of(reminded).by_phone
    assert reminded.choose("visit") == ["talk.visit"]
    assert not talk_of(reminded).by_phone
    assert "Stadhuis" in reminded.last[-1].text


def test_the_calendar_button_sends_the_file_of_that_talk(reminded: Chat) -> None:
    reminded.choose("come")
    assert reminded.choose("calendar") == ["talk.calendar"]
    assert reminded.last[-1].media == f"calendar/{talk_of(reminded).id}.ics"


# What changed since


@pytest.mark.parametrize("action", ["come", "other_time", "cannot"])
def test_a_button_of_before_a_change_does_nothing_and_tells_the_new_time(
    reminded: Chat, action: str
) -> None:
    with reminded.path.database.writing() as session:
        session.get_one(Appointment, talk_of(reminded).id).starts_at = IN_TEN_DAYS + 48 * HOUR
    assert reminded.choose(action) == ["talk.changed"]
    assert "5 december 2026" in reminded.last[-1].text
    assert talk_of(reminded).answer is None
    assert reminded.choose("come") == ["talk.confirmed"]


@pytest.mark.parametrize("action", ["come", "other_time", "cannot"])
@pytest.mark.parametrize("what", ["cancelled", "past"])
def test_a_talk_that_is_off_or_past_is_told_as_gone(reminded: Chat, action: str, what: str) -> None:
    with reminded.path.database.writing() as session:
        if what == "cancelled":
            found = session.get_one(Appointment, talk_of(reminded).id)
            found.state = AppointmentState.cancelled
    if what == "past":
        reminded.clock.now = IN_TEN_DAYS
    assert reminded.choose(action) == ["talk.gone"]


def test_nobody_changes_the_talk_of_somebody_else(reminded: Chat) -> None:
    pressed = reminded.offered("come")[0].id
    with reminded.path.database.writing() as session:
        stranger = person(session, reminded.clock(), Role.coach, name="Kees")
        session.merge(reminded.conversation).person_id = stranger.id
    others = [reminded.offered(action)[0].id for action in ("other_time", "cannot")]
    for id in (pressed, *others):
        assert reminded.press(id) == ["talk.gone"]
        assert "Stadhuis" not in reminded.last[-1].text
    with reminded.path.database.writing() as session:
        session.merge(reminded.conversation).person_id = None
    assert reminded.press(pressed) == ["talk.gone"]
    with reminded.path.database.reading() as session:
        assert session.scalars(select(Appointment)).one().answer is None


def test_while_a_person_has_the_conversation_nothing_is_cancelled(reminded: Chat) -> None:
    reminded.choose("cannot")
    cancel = reminded.offered("cancel")[0].id
    with reminded.path.database.writing() as session:
        chat = session.merge(reminded.conversation)
        hand_over = ask_for_person(session, chat, Reason.asked, reminded.clock())
        me = session.get_one(Person, own_case(session, reminded).regisseur_id)
        claim_handover(session, reminded.words, hand_over.id, me, reminded.clock())
    assert reminded.press(cancel) == []
    assert talk_of(reminded).state is AppointmentState.planned


# Moving


def test_other_time_offers_a_few_times_spread_over_days(reminded: Chat) -> None:
    assert reminded.choose("other_time") == ["talk.choose"]
    times = slots(reminded)
    assert len(times) == 6
    assert times == sorted(times)
    days = [local(each).date() for each in times]
    assert max(days.count(day) for day in days) == 2
    assert times[0] >= reminded.clock() + NOTICE
    assert talk_of(reminded).starts_at not in times
    assert {local(each).hour >= 12 for each in times} == {True, False}


def test_later_times_go_on_until_there_are_none(reminded: Chat) -> None:
    reminded.choose("other_time")
    seen = slots(reminded)
    while reminded.offered("later"):
        assert reminded.choose("later") == ["talk.choose"]
        seen += slots(reminded)
    assert all(before < after for before, after in pairwise(seen))
    assert len(seen) > 60
    assert seen[-1] <= reminded.clock() + NOTICE + LOOK_AHEAD


def test_a_chosen_time_moves_the_talk_and_pressed_twice_it_tells_the_same(reminded: Chat) -> None:
    reminded.choose("other_time")
    button = reminded.offered("slot")[2]
    for _ in range(2):
        assert reminded.press(button.id) == ["talk.moved"]
        (talk,) = talks_of(reminded)
        assert talk.starts_at == datetime.fromisoformat(button.arguments["slot"])
        assert talk.answer is Answer.confirmed
    with reminded.path.database.reading() as session:
        taken = session.scalars(select(OccupiedQuarter.starts_at).distinct()).all()
    assert set(taken) == {talk.starts_at + timedelta(minutes=15 * each) for each in range(4)}
    assert "come" not in reminded.actions()


def test_a_time_that_was_taken_meanwhile_brings_fresh_ones(reminded: Chat) -> None:
    reminded.choose("other_time")
    button = reminded.offered("slot")[0]
    at = datetime.fromisoformat(button.arguments["slot"])
    second = other(reminded, "chat-2")
    with reminded.path.database.writing() as session:
        regisseur_id = own_case(session, reminded).regisseur_id
        assert regisseur_id is not None
        add_case(session, reminded.clock(), "Bilal", regisseur_id, second.name)
    add_talk(second, at)
    assert reminded.press(button.id) == ["talk.taken", "talk.choose"]
    assert at not in slots(reminded)
    assert talk_of(reminded).starts_at == IN_TEN_DAYS


def test_where_no_time_is_free_a_person_looks_for_one(reminded: Chat) -> None:
    with reminded.path.database.writing() as session:
        session.delete(session.scalars(select(WorkingHours)).one())
    assert reminded.choose("other_time") == ["talk.choose_none"]
    assert reminded.actions() == ["person"]


def test_a_meeting_of_a_group_is_moved_by_a_person_only(linked: Chat) -> None:
    add_talk(linked, kind=AppointmentKind.pvt)
    remind(linked)
    assert linked.choose("other_time") == ["talk.choose_none"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_label_of_a_time_fits_on_a_button(words: Words, language: str) -> None:
    for day in range(1, 366):
        at = datetime.combine(datetime(2027, 1, 1, tzinfo=UTC).date(), time(13), AMSTERDAM)
        label = words._slot(language, at + timedelta(days=day))
        assert len(label) <= MAX_LABEL, label
        assert "13:00" in label


def test_in_tigrinya_the_clock_is_named_above_the_times(reminded: Chat) -> None:
    speak(reminded, "ti")
    reminded.choose("other_time")
    assert reminded.words.text("ti", "clock_note") in reminded.last[-1].text
    assert "-12-2026" in reminded.offered("slot")[0].label


# Cancelling


def test_cancelling_is_asked_and_can_be_left(reminded: Chat) -> None:
    assert reminded.choose("cannot") == ["talk.cancel_ask"]
    assert reminded.words.text("nl", "talk.belongs") in reminded.last[-1].text
    assert reminded.actions() == ["cancel", "other_time", "keep", "person"]
    assert reminded.choose("keep") == ["talk.kept"]
    assert talk_of(reminded).state is AppointmentState.planned


def test_a_cancelled_talk_gives_its_time_back_and_twice_tells_the_same(reminded: Chat) -> None:
    reminded.choose("cannot")
    button = reminded.offered("cancel")[0].id
    for _ in range(2):
        assert reminded.press(button) == ["talk.cancelled"]
        assert talk_of(reminded).state is AppointmentState.cancelled
        assert talk_of(reminded).answer is Answer.declined
    with reminded.path.database.reading() as session:
        assert session.scalars(select(OccupiedQuarter)).all() == []


@pytest.mark.parametrize(
    ("typed", "answer", "state"),
    [
        ("ja", "talk.cancelled", AppointmentState.cancelled),
        ("nee", "talk.kept", AppointmentState.planned),
        ("ik kom", "talk.kept", AppointmentState.planned),
        ("ok", "talk.cancel_ask", AppointmentState.planned),
        ("ja maar later", "talk.cancel_ask", AppointmentState.planned),
    ],
)
def test_only_a_plain_yes_cancels(
    reminded: Chat, typed: str, answer: str, state: AppointmentState
) -> None:
    reminded.rasa.otherwise = understood("not_understood", "unknown")
    reminded.choose("cannot")
    assert reminded.send(typed) == [answer]
    assert talk_of(reminded).state is state


# Asked for in words


def test_a_spreekuur_is_made_and_only_one(linked: Chat) -> None:
    assert say_intent(linked, "afspraak_maken") == ["talk.choose"]
    button = linked.offered("slot")[1]
    for _ in range(2):
        assert linked.press(button.id) == ["talk.booked"]
        (talk,) = talks_of(linked)
        assert talk.kind is AppointmentKind.spreekuur
        assert talk.starts_at == datetime.fromisoformat(button.arguments["slot"])
    assert say_intent(linked, "afspraak_maken") == ["talk.has_one"]
    assert linked.actions() == ["other_time", "cannot", "person"]


def test_a_second_time_of_the_same_list_makes_no_second_talk(linked: Chat) -> None:
    say_intent(linked, "afspraak_maken")
    first, second, *_ = linked.offered("slot")
    linked.press(first.id)
    assert linked.press(second.id) == ["talk.has_one"]
    assert len(talks_of(linked)) == 1


def test_a_progress_talk_that_belongs_soon_is_made_around_its_day(linked: Chat) -> None:
    with linked.path.database.writing() as session:
        case = own_case(session, linked)
        case.pip_date = (linked.clock() - timedelta(days=160)).date()
        case.duo_notice_on = case.pip_date - timedelta(days=30)
    say_intent(linked, "afspraak_maken")
    linked.choose("slot")
    (talk,) = talks_of(linked)
    assert talk.kind is AppointmentKind.progress_talk
    assert say_intent(linked, "afspraak_maken") == ["talk.choose"]
    assert linked.offered("slot")[0].arguments["kind"] == AppointmentKind.spreekuur


@pytest.mark.parametrize(
    ("intent", "asked"),
    [("afspraak_verzetten", "talk.choose"), ("afspraak_afzeggen", "talk.cancel_ask")],
)
def test_moving_and_cancelling_ask_which_talk_where_there_are_several(
    linked: Chat, intent: str, asked: str
) -> None:
    assert say_intent(linked, intent) == ["next_talk_none"]
    assert "make" in linked.actions()
    add_talk(linked)
    assert say_intent(linked, intent) == [asked]
    add_talk(linked, IN_TEN_DAYS + 24 * HOUR, AppointmentKind.spreekuur)
    assert say_intent(linked, intent) == ["talk.which"]
    assert linked.offered()[1].label == "vr 4 dec 10:00 's ochtends"
    assert linked.press(linked.offered()[1].id) == [asked]


def test_the_next_talk_has_its_buttons_and_asks_whether_it_suits(linked: Chat) -> None:
    id = str(add_talk(linked))
    assert say_intent(linked, "next_talk", appointment=id) == ["next_talk"]
    assert linked.actions()[:4] == ["come", "other_time", "cannot", "calendar"]
    assert linked.words.text("nl", "remind.come") in linked.last[-1].text
    assert linked.send("ja") == ["talk.confirmed"]
    say_intent(linked, "next_talk", appointment=id)
    assert linked.actions()[:3] == ["other_time", "cannot", "calendar"]


@pytest.mark.parametrize("intent", ["afspraak_maken", "afspraak_verzetten", "afspraak_afzeggen"])
def test_a_coach_makes_and_changes_nothing(linked: Chat, intent: str) -> None:
    add_talk(linked)
    with linked.path.database.writing() as session:
        who = person(session, linked.clock(), Role.coach, name="Kees")
        conversation(session, linked.clock(), "chat-coach").person_id = who.id
        receive(session, linked.clock(), chat="chat-coach")
    linked.rasa.otherwise = understood(intent)
    answer_waiting(linked.path)
    with linked.path.database.reading() as session:
        query = select(Button.action).join(Conversation, Button.conversation_id == Conversation.id)
        offered = set(session.scalars(query.where(Conversation.chat_id == "chat-coach")))
    assert offered
    assert not {"slot", "come", "cannot", "make", "cancel"} & offered


# At the same time


def test_of_two_who_press_the_same_time_at_once_exactly_one_gets_it(
    database: Database, words: Words, clock: FixedClock
) -> None:
    rasa = ScriptedRasa()
    path = MessagePath(database, rasa, words, clock)
    chats = [Chat(path, rasa, clock, name) for name in ("chat-1", "chat-2")]
    with database.writing() as session:
        regisseur_id = add_regisseur(session, clock())
        for chat, name in zip(chats, ("Amina", "Bilal"), strict=True):
            add_case(session, clock(), name, regisseur_id, chat.name)
    for chat in chats:
        say_intent(chat, "afspraak_maken")
    buttons = [chat.offered("slot")[0] for chat in chats]
    (at,) = {button.arguments["slot"] for button in buttons}
    press_at_once(chats, [button.id for button in buttons])
    with database.reading() as session:
        (made,) = session.scalars(select(Appointment)).all()
        assert made.starts_at.isoformat() == at
    keys = sorted(chat.key(_last(chat)) for chat in chats)
    assert keys == ["talk.booked", "talk.choose"]


def _last(chat: Chat) -> Message:
    return chat.lines()[-1]


def press_at_once(chats: list[Chat], ids: list[str]) -> None:
    path = chats[0].path
    with path.database.writing() as session:
        for chat, id in zip(chats, ids, strict=True):
            receive(session, path.clock(), None, chat=chat.name, kind=Kind.button, button_id=id)
    first, second = claim_one(path), claim_one(path)
    assert first is not None
    assert second is not None
    claims = (first, second)
    at_once(2, lambda number: path.answer_message(claims[number]))


def test_two_phones_of_one_person_make_one_talk(
    database: Database, words: Words, clock: FixedClock
) -> None:
    rasa = ScriptedRasa()
    path = MessagePath(database, rasa, words, clock)
    chats = [Chat(path, rasa, clock, name) for name in ("chat-1", "chat-2")]
    with database.writing() as session:
        case = add_case(session, clock(), "Amina", add_regisseur(session, clock()), "chat-1")
        receive(session, clock(), chat="chat-2", language="nl")
    chats[1].read()
    with database.writing() as session:
        second = session.scalars(select(Conversation).filter_by(chat_id="chat-2")).one()
        second.person_id = case.participant_id
    for chat in chats:
        say_intent(chat, "afspraak_maken")
    buttons = [chat.offered("slot")[number] for number, chat in enumerate(chats)]
    press_at_once(chats, [button.id for button in buttons])
    with database.reading() as session:
        assert len(session.scalars(select(Appointment)).all()) == 1
    keys = sorted(chat.key(_last(chat)) for chat in chats)
    assert keys == ["talk.booked", "talk.has_one"]


def test_every_button_of_an_appointment_names_it_and_its_moment(reminded: Chat) -> None:
    reminded.choose("come")
    with reminded.path.database.reading() as session:
        buttons = session.scalars(select(Button).where(Button.action != "person")).all()
    named = [each for each in buttons if "appointment" in each.arguments]
    assert named
    for each in named:
        assert UUID(each.arguments["appointment"]) == talk_of(reminded).id
        assert datetime.fromisoformat(each.arguments["starts_at"]) == IN_TEN_DAYS
