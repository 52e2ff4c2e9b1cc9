"""The message path: what one message leads to, from the inbox to the outbox."""

import logging
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from api.answers.menu import PAGES
from api.answers.words import Rendered, Words
from api.conversations.inbox import LEASE
from api.conversations.models import SESSION_IDLE, Author, Button, InboxMessage, Kind, Message
from api.conversations.path import MAX_TRIES, Claimed, MessagePath, TooManyTries
from api.conversations.rasa import Question, Rasa, RasaFailed
from api.conversations.replies import CHANGING_TALKS, SAFETY, SAFETY_OFFER
from api.conversations.rules import MAX_CHARACTERS
from api.conversations.transcript import BUTTONS_LAST
from api.db import Database
from api.handovers import service
from api.handovers.models import HandOver, HandOverState, Reason
from api.handovers.queue import list_lines
from api.outbox.models import OutboxMessage
from api.people.models import Person
from tests.conversations.chat import Chat, answer_waiting, claim_one
from tests.factories import FixedClock, ScriptedRasa, receive, regisseur, town, understood
from tests.side_by_side import at_once

DANGER = {
    "nl": "mijn man slaat mij",
    "en": "my husband beats me",
    "ar": "زوجي يضربني",
}
SECOND = timedelta(seconds=1)


def outbox(path: MessagePath) -> list[OutboxMessage]:
    with path.database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def only_hand_over(chat: Chat) -> HandOver:
    [hand_over] = chat.hand_overs()
    return hand_over


def claim_by_person(chat: Chat) -> tuple[HandOver, Person]:
    """A regisseur takes the question that waits."""
    with chat.path.database.writing() as session:
        sanne = regisseur(session, chat.clock())
        hand_over = session.scalars(select(HandOver).filter_by(state=HandOverState.open)).one()
        service.claim_handover(session, chat.words, hand_over.id, sanne, chat.clock())
        return hand_over, sanne


def own_by_person(chat: Chat) -> tuple[HandOver, Person]:
    chat.send("hallo")
    chat.choose("person")
    return claim_by_person(chat)


def hand_back(chat: Chat, hand_over: HandOver, me: Person) -> None:
    with chat.path.database.writing() as session:
        service.hand_back(session, chat.words, hand_over.id, me, chat.clock())


# A question and its answer


def test_a_question_is_answered_and_everything_is_written_in_one_go(chat: Chat) -> None:
    chat.send()
    chat.clock.move(SECOND)
    assert chat.send("wat is PVT?") == ["pvt"]
    heard, said = chat.lines()[-2:]
    assert (heard.author, heard.text, heard.final) == (Author.participant, "wat is PVT?", False)
    assert (said.author, said.topic, said.intent, said.confidence) == (
        Author.bot,
        "pvt",
        "pvt",
        0.9,
    )
    assert said.inbox_id == heard.inbox_id == chat.inbox()[-1].id
    assert said.final
    sent = outbox(chat.path)[-1]
    assert (sent.message_id, sent.key) == (said.id, f"inbox:{said.inbox_id}:0")
    assert chat.inbox()[-1].done_at == chat.clock()


def test_under_an_answer_stand_its_related_topics_and_a_person(chat: Chat) -> None:
    chat.send()
    chat.send("wat is PVT?")
    related = chat.words.topics["pvt"].related
    assert [b.arguments.get("intent") for b in chat.offered("intent")] == list(related)
    assert chat.actions()[-1] == "person"


def test_the_first_contact_says_once_that_this_is_a_machine(chat: Chat) -> None:
    assert chat.send("wat is PVT?") == ["welcome", "pvt"]
    assert len(chat.offered("language")) == 5
    assert [line.final for line in chat.last] == [False, True]
    assert chat.send("en MAP?") == ["pvt"]


def test_the_text_of_a_message_is_erased_from_the_inbox_once_it_is_answered(chat: Chat) -> None:
    chat.send("wat is PVT?")
    assert [row.text for row in chat.inbox()] == [None]
    assert chat.heard() == ["wat is PVT?"]


def test_help_offers_the_whole_menu(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.answers["help"] = understood("help")
    chat.send()
    assert chat.send("help") == ["help", "menu.ask"]
    groups = [b.arguments.get("group") for b in chat.offered("menu")]
    assert groups == [*PAGES[0], None]
    assert chat.conversation.topic == "pvt"


def test_a_slash_command_of_a_person_is_text_and_reaches_rasa_disarmed(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    rasa.answers['mens_spreken{"x":1}'] = understood("pvt")
    chat.send('/mens_spreken{"x":1}')
    assert rasa.asked[-1].as_json()["text"] == 'mens_spreken{"x":1}'
    assert chat.heard() == ['/mens_spreken{"x":1}']
    assert chat.hand_overs() == []


@pytest.mark.parametrize("text", ["🙂🙂", "…?!", "👍🏽", " ", "​", "\x00"])
def test_what_holds_no_words_is_answered_without_rasa(
    chat: Chat, rasa: ScriptedRasa, text: str
) -> None:
    assert chat.send(text)[-1] == "no_words"
    assert rasa.asked == []


def test_ten_thousand_characters_are_too_long_and_that_is_said(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    assert chat.send("wat is PVT? " * 900)[-1] == "too_long"
    assert str(MAX_CHARACTERS) in chat.last[-1].text
    assert rasa.asked == []


def test_who_types_a_bsn_is_told_that_it_was_removed(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send()
    assert chat.send("mijn bsn is 111222333, wat is PVT?") == ["masked", "pvt"]
    assert "111222333" not in str(chat.heard()) + str(rasa.asked)


def test_the_answer_of_the_store_names_the_appointment_only_by_its_id(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    rasa.answers["wanneer?"] = understood(
        "next_talk", "mijn_afspraken", appointment="00000000-0000-0000-0000-000000000000"
    )
    chat.send()
    assert chat.send("wanneer?") == ["not_linked"]


# Every kind of message


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Kind.voice, "unsupported.voice"),
        (Kind.photo, "unsupported.photo"),
        (Kind.document, "unsupported.document"),
        (Kind.sticker, "unsupported.sticker"),
        (Kind.location, "unsupported.location"),
        (Kind.other, "unsupported.other"),
        (Kind.edit, "unsupported.edit"),
    ],
)
def test_what_we_cannot_read_gets_an_honest_answer_and_a_way_to_a_person(
    chat: Chat, rasa: ScriptedRasa, kind: Kind, key: str
) -> None:
    assert chat.send(None, kind=kind) == ["welcome", key]
    assert chat.actions()[-1] == "person"
    assert rasa.asked == []
    assert chat.lines()[0].kind == kind


def test_in_a_group_only_the_way_to_a_private_chat_is_told(chat: Chat) -> None:
    assert chat.send(None, kind=Kind.group) == ["group_chat"]
    assert chat.offered() == []
    assert chat.conversation.welcomed_at is None


def test_who_blocks_the_bot_hears_nothing_and_is_marked_until_they_come_back(chat: Chat) -> None:
    assert chat.send(None, kind=Kind.blocked) == []
    assert chat.conversation.blocked_at == chat.clock()
    assert chat.send(None, kind=Kind.unblocked) == []
    assert chat.conversation.blocked_at is None
    assert chat.conversation.welcomed_at is None


def test_start_explains_at_first_and_greets_later(chat: Chat, rasa: ScriptedRasa) -> None:
    assert chat.send("", kind=Kind.start) == ["welcome", "help"]
    assert chat.send("", kind=Kind.start) == ["greet"]
    assert rasa.asked == []


def test_start_with_a_town_sets_it_and_with_anything_else_is_an_unknown_code(chat: Chat) -> None:
    assert chat.send("Weert", kind=Kind.start)[-1] == "town_set"
    assert chat.conversation.municipality_id == "weert"
    assert chat.send("atlantis", kind=Kind.start) == ["link_unknown"]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_message_is_done_after_one_try(chat: Chat, kind: Kind) -> None:
    chat.send("hallo", kind=kind)
    [row] = chat.inbox()
    assert (row.done_at, row.tries, row.text, row.error) == (chat.clock(), 1, None, None)


# Buttons


def test_a_topic_button_asks_rasa_by_its_intent_and_stands_in_the_transcript_by_its_label(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.send()
    label = chat.offered("intent", intent="map")[0].label
    chat.choose("intent", intent="map")
    assert rasa.asked[-1] == Question(chat.conversation.session_id, intent="map")
    assert chat.heard()[-1] == label


@pytest.mark.parametrize("button_id", ["no-such-button", "", None])
def test_an_unknown_button_is_too_old(
    chat: Chat, rasa: ScriptedRasa, button_id: str | None
) -> None:
    assert chat.send(None, kind=Kind.button, button_id=button_id)[-1] == "button_expired"
    assert rasa.asked == []


def test_a_button_of_somebody_elses_chat_does_nothing(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send()
    theirs = chat.offered("person")[0].id
    me = Chat(chat.path, rasa, chat.clock, "chat-2")
    assert me.press(theirs)[-1] == "button_expired"
    assert me.hand_overs() == chat.hand_overs() == []


def test_a_button_works_until_the_day_it_expires(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send()
    topic = chat.offered("intent", intent="map")[0].id
    chat.clock.move(BUTTONS_LAST)
    assert chat.press(topic) == ["pvt"]
    chat.clock.move(SECOND)
    asked = len(rasa.asked)
    assert chat.press(topic) == ["button_expired"]
    assert len(rasa.asked) == asked


def test_the_ids_of_buttons_fit_into_telegrams_callback_data(chat: Chat) -> None:
    chat.send()
    assert chat.offered()
    assert all(len(button.id.encode()) <= 32 for button in chat.offered())


# When Rasa fails


def test_a_failing_rasa_is_told_with_a_way_to_try_again_and_a_person(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.send()
    rasa.answers["hoe laat?"] = RasaFailed("ReadTimeout")
    assert chat.send("hoe laat?") == ["failure"]
    assert chat.actions() == ["retry", "person"]
    [*_, row] = chat.inbox()
    assert (row.tries, row.done_at) == (1, chat.clock())
    assert len(outbox(chat.path)) == len([x for x in chat.lines() if x.author == Author.bot])


def test_the_retry_button_asks_the_same_again(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send()
    rasa.answers["hoe laat?"] = RasaFailed("ReadTimeout")
    chat.send("hoe laat?")
    rasa.answers["hoe laat?"] = understood("map")
    assert chat.choose("retry") == ["map"]
    assert rasa.asked[-1].text == "hoe laat?"


def test_the_retry_button_can_be_pressed_until_it_works(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.answers["hoe laat?"] = RasaFailed("ReadTimeout")
    chat.send("hoe laat?")
    assert chat.choose("retry") == ["failure"]
    assert chat.choose("retry") == ["failure"]
    rasa.answers["hoe laat?"] = understood("map")
    assert chat.choose("retry") == ["map"]
    assert [question.text for question in rasa.asked] == ["hoe laat?"] * 4


def test_a_topic_button_that_failed_can_be_tried_again(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send()
    rasa.answers["map"] = RasaFailed("ReadTimeout")
    assert chat.choose("intent", intent="map") == ["failure"]
    rasa.answers["map"] = understood("map")
    again = chat.offered("intent", intent="map")[0]
    assert again.label == chat.words.text("nl", "button.retry")
    assert chat.press(again.id) == ["map"]


def test_with_rasa_away_altogether_nothing_is_lost_or_doubled(chat: Chat) -> None:
    away = Rasa("http://127.0.0.1:9", "secret", 0.5)
    path = MessagePath(chat.path.database, away, chat.words, chat.clock)
    dark = Chat(path, chat.rasa, chat.clock)
    assert dark.send("wat is PVT?") == ["welcome", "failure"]
    assert dark.heard() == ["wat is PVT?"]
    assert answer_waiting(path) == 0
    away.close()


def test_a_person_can_be_asked_for_by_button_while_rasa_is_away(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    rasa.otherwise = RasaFailed("ConnectError")
    chat.send("wat is PVT?")
    assert chat.choose("person")[0] == "handover_made"
    assert len(chat.hand_overs()) == 1


# Faults and crashes


def test_a_worker_that_dies_with_a_message_costs_time_and_not_the_answer(
    database: Database, rasa: ScriptedRasa, words: Words, clock: FixedClock
) -> None:
    path = MessagePath(database, rasa, words, clock)
    chat = Chat(path, rasa, clock)
    with database.writing() as session:
        receive(session, clock())
    dead = claim_one(path)
    assert dead is not None
    assert chat.read() == []
    clock.move(LEASE)
    assert chat.read() == ["welcome", "pvt"]
    path.answer_message(dead)  # it was only slow, and wakes up now
    path.give_up_or_retry(dead, "late")
    assert len(outbox(path)) == 2
    assert len(chat.lines()) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [("hallo", ["failure"]), ("ik wil niet meer leven", ["nood", "nood.offer"])],
)
def test_a_message_that_kills_every_worker_is_told_in_the_end(
    chat: Chat, clock: FixedClock, text: str, told: list[str]
) -> None:
    with chat.path.database.writing() as session:
        receive(session, clock(), text)
    for _ in range(MAX_TRIES):
        assert claim_one(chat.path) is not None  # and the worker dies
        clock.move(LEASE)
    claimed = claim_one(chat.path)
    assert claimed is not None
    with pytest.raises(TooManyTries):
        chat.path.answer_message(claimed)
    chat.path.give_up_or_retry(claimed, "TooManyTries")
    assert [chat.key(line) for line in chat.lines() if line.author == Author.bot] == told
    assert chat.inbox()[0].done_at is not None


def test_two_workers_with_the_same_message_give_one_answer(
    database: Database, rasa: ScriptedRasa, words: Words, clock: FixedClock
) -> None:
    path = MessagePath(database, rasa, words, clock)
    with database.writing() as session:
        receive(session, clock())
    claimed = claim_one(path)
    assert claimed is not None
    at_once(4, lambda _: path.answer_message(claimed))
    assert len(outbox(path)) == 2
    assert len(Chat(path, rasa, clock).heard()) == 1


def fail_until_given_up(path: MessagePath, clock: FixedClock) -> list[timedelta]:
    """An unexpected fault at every try; returns the waits between the tries."""
    waits = []
    while True:
        began = clock()
        while (claimed := claim_one(path)) is None:
            clock.move(SECOND)
        waits.append(clock() - began)
        path.give_up_or_retry(claimed, "ZeroDivisionError")
        with path.database.reading() as session:
            if session.get_one(InboxMessage, claimed.id).done_at:
                return waits


def test_after_a_few_unexpected_faults_the_person_is_told(chat: Chat) -> None:
    with chat.path.database.writing() as session:
        receive(session, chat.clock(), "wat is PVT?")
    waits = fail_until_given_up(chat.path, chat.clock)
    assert len(waits) == MAX_TRIES
    assert waits == sorted(waits)
    [failure] = [line for line in chat.lines() if line.author == Author.bot]
    assert chat.key(failure) == "failure"
    assert len(failure.buttons) == 2
    assert chat.inbox()[0].error == "ZeroDivisionError"


def test_an_unexpected_fault_keeps_the_bot_silent_where_a_person_has_the_conversation(
    chat: Chat,
) -> None:
    own_by_person(chat)
    before = len(outbox(chat.path))
    with chat.path.database.writing() as session:
        receive(session, chat.clock(), "bent u daar?")
    fail_until_given_up(chat.path, chat.clock)
    assert len(outbox(chat.path)) == before
    assert chat.heard()[-1] == "bent u daar?"


class SlowWords(Words):
    """Holds the rendering up until the test lets it go on."""

    def __init__(self, words: Words) -> None:
        self.__dict__.update(words.__dict__)
        self.rendering, self.go_on = Event(), Event()

    def render(self, *arguments: Any) -> Rendered:
        self.rendering.set()
        self.go_on.wait(10)
        return super().render(*arguments)


def test_an_answer_that_is_just_being_written_comes_before_the_claim_of_a_person(
    database: Database, rasa: ScriptedRasa, words: Words, clock: FixedClock
) -> None:
    """Else the bot would speak while a person owns the conversation."""
    chat = Chat(MessagePath(database, rasa, words, clock), rasa, clock)
    with database.writing() as session:
        town(session)
    chat.send()
    chat.choose("person")
    with database.writing() as session:
        receive(session, clock(), "wat is PVT?")
        sanne = regisseur(session, clock())
    slow = SlowWords(words)
    path = MessagePath(database, rasa, slow, clock)
    claimed = claim_one(path)
    assert claimed is not None
    answering = Thread(target=path.answer_message, args=(claimed,))
    answering.start()
    assert slow.rendering.wait(5)

    def claim() -> None:
        with database.writing() as session:
            service.claim_handover(session, words, only_hand_over(chat).id, sanne, clock())

    claiming = Thread(target=claim)
    claiming.start()
    claiming.join(0.3)
    slow.go_on.set()
    answering.join(10)
    claiming.join(10)
    assert [chat.key(line) for line in chat.lines()[-2:]] == ["pvt", "handover_claimed"]


# Safety


@pytest.mark.parametrize("language", DANGER)
def test_danger_is_answered_at_once_with_the_numbers_and_without_rasa(
    chat: Chat, rasa: ScriptedRasa, language: str
) -> None:
    chat.send("", kind=Kind.start, language=language)
    assert chat.send(DANGER[language]) == ["nood", "nood.offer"]
    assert "112" in chat.last[0].text
    assert chat.actions() == ["safety_yes", "safety_no"]
    assert rasa.asked == []
    assert chat.hand_overs() == []


def test_danger_in_the_very_first_message_is_answered_in_its_own_script(chat: Chat) -> None:
    assert chat.send(DANGER["ar"]) == ["nood", "nood.offer"]  # who we are can wait
    assert {line.language for line in chat.last} == {"ar"}


def test_danger_is_heard_in_a_text_that_is_too_long(chat: Chat) -> None:
    chat.send()
    assert chat.send("en toen " * 300 + DANGER["nl"]) == ["nood", "nood.offer"]


def told_to_the_regisseur(chat: Chat) -> list[str]:
    with chat.path.database.reading() as session:
        hand_over = session.get_one(HandOver, only_hand_over(chat).id)
        return [line.text for line in list_lines(session, hand_over)]


def test_yes_by_button_makes_a_hand_over_without_what_was_written(chat: Chat) -> None:
    chat.send("wat is PVT?")
    chat.send(DANGER["nl"])
    assert chat.choose("safety_yes")[0] == "handover_made"
    hand_over = only_hand_over(chat)
    assert (hand_over.reason, hand_over.topic) == (Reason.safety, None)
    assert DANGER["nl"] not in told_to_the_regisseur(chat)


@pytest.mark.parametrize("yes", ["ja", "ja graag"])
def test_a_typed_yes_does_the_same(chat: Chat, rasa: ScriptedRasa, yes: str) -> None:
    rasa.answers[yes] = understood("affirm")
    chat.send(DANGER["nl"])
    assert chat.conversation.expecting == SAFETY_OFFER
    assert chat.send(yes)[0] == "handover_made"
    assert only_hand_over(chat).reason == Reason.safety
    assert DANGER["nl"] not in told_to_the_regisseur(chat)
    assert chat.conversation.expecting is None


@pytest.mark.parametrize("yes", ["ja", "Ja, maar hij mag het niet weten"])
def test_a_typed_yes_counts_whatever_rasa_makes_of_it(
    chat: Chat, rasa: ScriptedRasa, yes: str
) -> None:
    chat.send(DANGER["nl"])
    rasa.answers[yes] = understood("deny") if "maar" in yes else RasaFailed("ReadTimeout")
    assert "handover_made" in chat.send(yes)
    assert only_hand_over(chat).reason == Reason.safety


@pytest.mark.parametrize("intent", ["affirm", "deny", "unsure", "unknown"])
def test_what_is_neither_yes_nor_no_is_asked_again(
    chat: Chat, rasa: ScriptedRasa, intent: str
) -> None:
    rasa.answers["aaaa"] = understood(intent)
    chat.send(DANGER["nl"])
    assert chat.send("aaaa") == ["nood.offer"]
    assert chat.hand_overs() == []
    assert chat.send("ja")[0] == "handover_made"


def test_a_yes_after_danger_makes_the_question_that_waits_one_about_safety(chat: Chat) -> None:
    chat.send()
    chat.choose("person")
    chat.send(DANGER["nl"])
    assert chat.choose("safety_yes")[0] == "handover_waiting"
    assert only_hand_over(chat).reason == Reason.safety


@pytest.mark.parametrize("by_button", [True, False])
def test_no_makes_no_hand_over(chat: Chat, rasa: ScriptedRasa, by_button: bool) -> None:
    rasa.answers["nee"] = understood("deny")
    chat.send(DANGER["nl"])
    assert (chat.choose("safety_no") if by_button else chat.send("nee")) == ["nood.declined"]
    assert chat.hand_overs() == []


def test_a_yes_to_something_else_makes_no_hand_over(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.answers["ja"] = understood("affirm")
    chat.send()
    chat.send(DANGER["nl"])
    chat.send("wat is PVT?")
    assert chat.send("ja") == ["affirm"]
    assert chat.hand_overs() == []


def test_danger_that_only_the_model_hears_is_answered_the_same_way(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    rasa.answers["het gaat niet goed met mij"] = understood(SAFETY)
    chat.send()
    assert chat.send("het gaat niet goed met mij") == ["nood", "nood.offer"]
    chat.choose("safety_yes")
    assert "het gaat niet goed met mij" not in told_to_the_regisseur(chat)


def test_who_asks_for_a_person_later_does_not_pass_the_alarm_on_by_accident(chat: Chat) -> None:
    chat.send(DANGER["nl"])
    chat.choose("safety_no")
    chat.choose("person")
    with chat.path.database.reading() as session:
        kept_back = session.scalars(select(Message).filter_by(topic=SAFETY)).all()
    assert [line.text for line in kept_back] == [DANGER["nl"]]


# Doubt


def test_in_doubt_the_best_guesses_are_offered(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.otherwise = understood("did_you_mean", "greet", "map", "pvt", "leerroutes", "kinderopvang")
    chat.send()
    assert chat.last[-1].topic is None
    offered = [b.arguments["intent"] for b in chat.offered("intent")]
    assert offered == ["map", "pvt", "leerroutes"]


def test_a_person_is_offered_once_also_where_it_is_a_guess(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.answers["hm"] = understood("did_you_mean", "mens_spreken", "pvt", "map")
    chat.send()
    chat.send("hm")
    assert [b.arguments.get("intent") for b in chat.offered()] == ["pvt", "map", None]


@pytest.mark.parametrize("key", ["did_you_mean", "not_understood"])
def test_after_two_misses_in_a_row_a_person_comes_first(
    chat: Chat, rasa: ScriptedRasa, key: str
) -> None:
    rasa.otherwise = understood(key, "map", "pvt")
    chat.send("", kind=Kind.start)
    chat.send("brrr")
    assert chat.actions()[0] == "intent"
    chat.send("brrr")
    assert chat.actions()[0] == "person"
    assert chat.actions().count("person") == 1


def test_a_hit_between_two_misses_starts_the_count_again(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.answers["brrr"] = understood("not_understood", "map")
    chat.send("brrr")
    chat.send("wat is PVT?")
    chat.send("brrr")
    assert chat.actions()[0] == "intent"


# Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("كم ساعة مدة برنامج إعلان المشاركة؟", "ar"),
        ("መስርሕ መግለጺ ተሳትፎ ክንደይ ሰዓት እዩ?", "ti"),
        ("متى PVT؟", "ar"),
        ("متى kinderopvangtoeslag؟", "ar"),
        ("wat betekent كلمة?", "nl"),
        ("wat is PVT?", "nl"),
        ("PVT ؟", "nl"),
    ],
)
def test_the_script_proposes_the_language(chat: Chat, text: str, language: str) -> None:
    chat.send(text)
    assert {line.language for line in chat.last} == {language}
    assert chat.conversation.language is None


def test_the_choice_of_the_person_rules_over_the_script(chat: Chat) -> None:
    chat.send("hallo", language="en")
    chat.send("كم ساعة مدة برنامج إعلان المشاركة؟")
    assert [line.language for line in chat.last] == ["ar", "en"]
    assert chat.key(chat.last[0]) == "propose_language"


def test_the_language_button_changes_the_language_and_starts_a_new_dialogue(chat: Chat) -> None:
    chat.send()
    before = chat.conversation.session_id
    assert chat.choose("language", language="tr") == ["language_chosen"]
    assert chat.last[0].language == chat.conversation.language == "tr"
    assert chat.conversation.session_id != before


def test_labels_of_languages_are_in_those_languages(chat: Chat) -> None:
    chat.send("hallo", language="ar")
    labels = {button.label for button in chat.offered("language")}
    assert labels == {"Nederlands", "العربية", "ትግርኛ", "English", "Türkçe"}


# Dialogue sessions


def test_the_dialogue_goes_on_for_half_an_hour_and_starts_anew_after_it(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.send()
    chat.clock.move(SESSION_IDLE)
    chat.send()
    chat.clock.move(SESSION_IDLE + SECOND)
    chat.send()
    first, second, third = (question.session_id for question in rasa.asked)
    assert first == second != third


def test_choosing_the_same_language_again_keeps_the_dialogue(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    for _ in range(2):
        chat.send("merhaba", language="tr")
    assert len({question.session_id for question in rasa.asked}) == 1


# A person


def test_asking_for_a_person_without_a_town_also_asks_for_the_town(chat: Chat) -> None:
    chat.send()
    assert chat.choose("person") == ["handover_made", "handover_ask_town"]
    assert chat.choose("town", town="weert") == ["handover_town_set"]
    assert only_hand_over(chat).municipality_id == chat.conversation.municipality_id == "weert"


@pytest.mark.parametrize("text", ["Weert", "ik woon in weert!", "Weert'te oturuyorum"])
def test_the_town_can_be_typed_too(chat: Chat, rasa: ScriptedRasa, text: str) -> None:
    rasa.answers[text] = understood("out_of_scope")
    chat.send()
    chat.choose("person")
    assert chat.send(text) == ["handover_town_set"]
    assert only_hand_over(chat).municipality_id == "weert"


@pytest.mark.parametrize(
    ("text", "intent"), [("PVT in Weert", "pvt"), ("Nederland", "out_of_scope")]
)
def test_a_question_is_no_answer_to_where_somebody_lives(
    chat: Chat, rasa: ScriptedRasa, text: str, intent: str
) -> None:
    rasa.answers[text] = understood(intent)
    chat.send()
    chat.choose("person")
    assert chat.send(text) == [intent]
    assert only_hand_over(chat).municipality_id is None


def test_asking_again_says_that_it_was_not_forgotten(chat: Chat) -> None:
    chat.send(town="weert")
    person = chat.offered("person")[0].id
    assert chat.press(person) == ["handover_made"]
    assert chat.press(person) == ["handover_waiting"]
    assert len(chat.hand_overs()) == 1


def test_a_hand_over_that_rasa_made_is_told_but_only_to_whom_it_belongs(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.send(town="weert")
    other = Chat(chat.path, rasa, chat.clock, "chat-2")
    other.send(town="weert")
    chat.choose("person")
    id = str(only_hand_over(chat).id)
    rasa.answers["een mens"] = understood("handover", "mens_spreken", hand_over=id)
    assert chat.send("een mens") == ["handover_waiting"]
    assert other.send("een mens") == ["action_failed"]


def test_until_a_person_takes_the_question_the_bot_goes_on_answering(chat: Chat) -> None:
    chat.send()
    chat.choose("person")
    assert chat.send("wat is PVT?") == ["pvt"]


@pytest.mark.parametrize("kind", list(Kind))
def test_while_a_person_has_the_conversation_the_bot_is_silent(
    chat: Chat, rasa: ScriptedRasa, kind: Kind
) -> None:
    own_by_person(chat)
    asked, sent = len(rasa.asked), len(outbox(chat.path))
    assert chat.send("bent u daar?", kind=kind) == []
    assert len(rasa.asked) == asked
    assert len(outbox(chat.path)) == sent
    assert chat.inbox()[-1].done_at is not None


def test_no_button_makes_the_bot_speak_while_a_person_has_the_conversation(chat: Chat) -> None:
    own_by_person(chat)
    with chat.path.database.reading() as session:
        buttons = list(session.scalars(select(Button)))
    assert {"language", "intent", "person", "town"} <= {button.action for button in buttons}
    assert [chat.press(button.id) for button in buttons] == [[]] * len(buttons)


def test_the_safety_numbers_always_go_out(chat: Chat) -> None:
    own_by_person(chat)
    assert chat.send(DANGER["nl"]) == ["nood"]


def test_what_is_written_to_the_person_stands_in_the_transcript_masked(chat: Chat) -> None:
    own_by_person(chat)
    chat.send("mijn bsn is 111222333")
    assert chat.heard()[-1] == "mijn bsn is •••"


def test_after_the_hand_back_the_bot_answers_again_in_a_new_dialogue(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    hand_over, sanne = own_by_person(chat)
    before = chat.conversation.session_id
    hand_back(chat, hand_over, sanne)
    assert chat.key(chat.lines()[-1]) == "handed_back"
    assert chat.send("wat is PVT?") == ["pvt"]
    assert rasa.asked[-1].session_id == chat.conversation.session_id != before


def test_who_was_handed_back_can_ask_again(chat: Chat) -> None:
    hand_over, sanne = own_by_person(chat)
    hand_back(chat, hand_over, sanne)
    chat.send()
    assert chat.choose("person")[0] == "handover_made"
    assert [one.state for one in chat.hand_overs()].count(HandOverState.open) == 1


# Logs


def test_no_log_line_holds_what_somebody_wrote(
    chat: Chat, rasa: ScriptedRasa, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rasa.answers["mijn geheime vraag"] = RasaFailed("ReadTimeout")
    texts = ("mijn geheime vraag", "ik woon bij mijn tante", DANGER["nl"], "bsn 111222333")
    for text in texts:
        chat.send(text)
    with chat.path.database.writing() as session:
        receive(session, chat.clock(), "mijn laatste vraag")
    claimed = claim_one(chat.path)
    assert claimed is not None
    chat.path.give_up_or_retry(Claimed(claimed.id, claimed.lease), "fault")
    logged = caplog.text + str([record.__dict__ for record in caplog.records])
    assert "rasa failed" in logged
    assert not [text for text in (*texts, "mijn laatste vraag", "111222333") if text in logged]


def test_a_language_we_do_not_speak_is_told_so_in_that_language(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    chat.send("hallo", language="nl")
    rasa.asked.clear()
    assert chat.send("آیا باید امتحان زبان بدهم و کجا") == ["not_spoken"]
    assert chat.last[-1].language == "fa"
    assert chat.last[-1].text.startswith("هنوز زبان شما")
    assert chat.actions() == ["language"] * 5 + ["person"]
    assert chat.offered("person")[0].label == "صحبت با یک انسان"
    assert rasa.asked == []
    assert chat.conversation.speaks == "nl"


def test_in_latin_letters_a_foreign_language_is_told_only_when_nothing_was_understood(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    question = "Salaan, waxaan rabaa inaan wax ka weydiiyo iskuulka"
    assert chat.send(question)[-1] == "pvt"
    rasa.otherwise = understood("not_understood", "unknown")
    assert chat.send(question) == ["not_spoken"]
    assert chat.last[-1].language == "so"


def test_danger_in_a_language_we_do_not_speak_comes_before_that(chat: Chat) -> None:
    assert "nood" in chat.send("112 سلام من کمک می خواهم همین الان help me 112 bellen")


def test_another_language_than_the_chosen_one_is_proposed_once(chat: Chat) -> None:
    chat.send("hallo", language="nl")
    assert chat.send("çocuğum için kreş arıyorum", language="nl") == ["propose_language", "pvt"]
    assert [line.language for line in chat.last] == ["tr", "nl"]
    assert chat.send("kreş için nereye başvuracağım", language="nl") == ["pvt"]


def test_the_proposed_language_is_one_button_away(chat: Chat) -> None:
    chat.send("hallo", language="nl")
    chat.send("çocuğum için kreş arıyorum", language="nl")
    assert chat.choose("language", language="tr") == ["language_chosen"]
    assert chat.conversation.speaks == "tr"


def test_a_question_for_somebody_else_is_told_where_to_go(chat: Chat, rasa: ScriptedRasa) -> None:
    rasa.otherwise = understood("out_of_scope")
    assert chat.send("hoe krijg ik een visum voor mijn broer")[-1] == "elsewhere.residence"
    assert chat.send("wie wint er vanavond") == ["out_of_scope"]


@pytest.mark.parametrize("intent", sorted(CHANGING_TALKS))
def test_who_is_not_linked_reads_how_to_make_or_move_a_talk(
    chat: Chat, rasa: ScriptedRasa, intent: str
) -> None:
    rasa.otherwise = understood(intent)
    chat.send("hallo")
    assert chat.send("een vraag")[0] == "not_linked.how"
    assert "person" in chat.actions()
