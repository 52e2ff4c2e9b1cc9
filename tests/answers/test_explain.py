"""Explaining a topic: in parts, by permit group, to whoever asks, and never into a dead end."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from api.answers.explain import FAMILY, UNKNOWN, WALKS, explain, known_group
from api.answers.figures import number_in_words
from api.answers.reply import PERSON, Offer, Part, choose_group, show_in, tell
from api.answers.topics import Topic, load_topics
from api.answers.words import Words
from api.cases.models import Case, Group
from api.cases.sources import load_sources
from api.conversations.actions import Pressed
from api.conversations.actions import press as press_button
from api.conversations.models import Button, Conversation
from api.db import Database
from api.people.contacts import set_contact
from tests.answers.readers import (
    NOW,
    check,
    coach,
    offer_of,
    press,
    read,
    stranger,
    walk_through,
)
from tests.factories import participant, town
from translations.catalogue import LANGUAGES

ALL_TOPICS = load_topics(load_sources())
TOPICS = tuple(sorted(ALL_TOPICS.keys() - {"mijn_afspraken", "nood"}))
"""Those two have a path of their own: the case store, and the numbers for help."""
BY_GROUP = tuple(key for key in TOPICS if ALL_TOPICS[key].by_group)
CAREFUL = tuple((key, group) for key in BY_GROUP for group in sorted(ALL_TOPICS[key].careful))
TOLD = (*Group, UNKNOWN)


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        town(session)
        yield session


def linked(session: Session, group: Group, language: str = "nl") -> tuple[Conversation, Case]:
    """A chat with a participant whose permit group stands in the case store."""
    case = participant(session, NOW, language=language)
    case.group = group
    chat = stranger(session, language, town="weert")
    chat.person = case.participant.person
    session.flush()
    return chat, case


def lines_of(topic: Topic) -> set[str]:
    return set(topic.by_group.values())


# Parts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_part_of_a_topic_reads_and_every_button_under_it_leads_somewhere(
    session: Session, words: Words, topic: str, language: str
) -> None:
    chat = stranger(session, language)
    replies = [
        reply
        for part in Part
        if part in (Part.short, Part.helpers) or f"{topic}.{part}" in words.catalogue
        for reply in explain(words, session, chat, topic, part)
    ]
    seen = walk_through(words, session, chat, replies, lambda offer: offer.action != "walk")
    assert {reply.key for reply in seen} >= {topic, "helpers.heading"}
    others = [reply for reply in seen if reply.topic and reply.part is not Part.short]
    assert all(PERSON in reply.offers for reply in others if reply.offers)


@pytest.mark.parametrize("told", [None, *TOLD])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_explanation_has_a_way_to_a_person(
    session: Session, words: Words, topic: str, told: str | None
) -> None:
    chat = stranger(session)
    chat.told_group = told
    replies = explain(words, session, chat, topic)
    assert sum(PERSON in reply.offers for reply in replies) == 1


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_offers_the_parts_that_it_has_and_no_others(
    session: Session, words: Words, topic: str
) -> None:
    [reply, *_] = explain(words, session, stranger(session), topic)
    told = {offer.arguments["part"] for offer in reply.offers if offer.action == "part"}
    has = {part for part in Part if f"{topic}.{part}" in words.catalogue}
    walked = {Part.steps} if topic in WALKS else set()
    assert told == (has - walked) | {Part.helpers}
    assert any(offer.action == "walk" for offer in reply.offers) is bool(walked)


@pytest.mark.parametrize("part", [Part.simple, Part.steps, Part.helpers])
def test_from_a_part_one_can_go_back_to_the_explanation(
    session: Session, words: Words, part: Part
) -> None:
    chat = stranger(session, town="weert")
    replies = explain(words, session, chat, "pvt", part)
    again = press(words, session, chat, offer_of(replies, "part", part=Part.short))
    assert [reply.key for reply in again] == ["pvt"]


def test_a_part_of_a_topic_is_what_easier_words_are_later_asked_for(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    press(words, session, chat, tell("pip", Part.steps, "button.steps"))
    assert chat.topic == "pip"


def test_easier_words_come_without_a_source_to_read(session: Session, words: Words) -> None:
    chat = stranger(session)
    source = words.rules.sources.cite(words.topics["pvt"].sources)
    assert source in read(words, session, chat, explain(words, session, chat, "pvt"))
    simple = explain(words, session, chat, "pvt", Part.simple)
    assert source not in read(words, session, chat, simple)


@pytest.mark.parametrize("action", ["part", "group", "group_again", "show_in", "report"])
def test_a_button_of_a_topic_that_is_gone_shows_the_menu(
    session: Session, words: Words, action: str
) -> None:
    arguments = {"topic": "ona", "part": "short", "group": "asiel"}
    for chat in (stranger(session), coach(session)):
        old = Offer(action, arguments=arguments)
        assert [reply.key for reply in press(words, session, chat, old)] == ["menu.ask"]


def test_a_group_that_does_not_exist_is_not_remembered(session: Session, words: Words) -> None:
    chat = stranger(session)
    replies = press(words, session, chat, choose_group("pvt", "turks", ""))
    assert [reply.key for reply in replies] == ["menu.ask"]
    assert chat.told_group is None


# Who helps


@pytest.mark.parametrize("topic", TOPICS)
def test_without_a_town_the_helpers_are_named_and_the_town_is_asked(
    session: Session, words: Words, topic: str
) -> None:
    chat = stranger(session)
    [reply] = explain(words, session, chat, topic, Part.helpers)
    assert [offer.action for offer in reply.offers] == ["town", "person"]
    text = read(words, session, chat, [reply])
    assert words.text("nl", "contact.town") in text
    assert text.count("\n• ") == len(words.topics[topic].helpers)


def test_who_tells_the_town_is_shown_where_the_helpers_are(session: Session, words: Words) -> None:
    """The text promises it: "In welke gemeente woont u? Dan laat ik adressen zien."."""
    set_contact(session, "weert", "regisseur", phone="0495-123456")
    chat = stranger(session)
    offer = offer_of(explain(words, session, chat, "pvt", Part.helpers), "town", town="weert")
    button = Button(action="town", arguments=dict(offer.arguments), label="", expires_at=NOW)
    replies = press_button(words, session, chat, button, NOW)
    assert replies is not Pressed.asks_rasa
    assert "0495-123456" in read(words, session, chat, replies)


def test_in_a_town_the_helpers_do_not_ask_for_it(session: Session, words: Words) -> None:
    chat = stranger(session, town="weert")
    replies = explain(words, session, chat, "pvt", Part.helpers)
    assert "town" not in {offer.action for offer in replies[0].offers}
    assert words.text("nl", "contact.none") in read(words, session, chat, replies)


# Which permit


@pytest.mark.parametrize("topic", BY_GROUP)
def test_of_somebody_unknown_the_permit_is_asked_before_anything_that_hangs_on_it(
    session: Session, words: Words, topic: str
) -> None:
    replies = explain(words, session, stranger(session), topic)
    asked = f"group.ask.{words.topics[topic].question}"
    assert [reply.key for reply in replies] == [topic, asked]
    assert not any(reply.lines for reply in replies)
    told = {words.rules[gap] for reply in replies for gap in words.catalogue.gaps(reply.key)}
    assert not [rule.key for rule in told if rule.unit == "euro"]


@pytest.mark.parametrize("topic", sorted(set(TOPICS) - set(BY_GROUP)))
def test_where_all_are_treated_alike_nobody_is_asked_for_a_permit(
    session: Session, words: Words, topic: str
) -> None:
    replies = explain(words, session, stranger(session), topic)
    assert [(reply.key, reply.lines) for reply in replies] == [(topic, ())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_permit_takes_at_most_two_questions_of_four_answers(
    session: Session, words: Words, language: str
) -> None:
    chat = stranger(session, language)
    [_, first] = explain(words, session, chat, "kosten_lening")
    assert [offer.arguments.get("group") for offer in first.offers] == [
        *("asiel", FAMILY, "overig", UNKNOWN),
        None,
    ]
    [second] = press(words, session, chat, offer_of([first], "group", group=FAMILY))
    assert second.key == "group.ask_family"
    assert [offer.arguments.get("group") for offer in second.offers] == [
        *("gezin_van_asiel", "gezin_overig", UNKNOWN),
        None,
    ]
    assert first.offers[-1] is second.offers[-1] is PERSON
    assert chat.told_group is None
    for reply in (first, second):
        labels = [label for _, label in check(words, session, chat, reply).buttons]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("group", Group)
def test_what_the_person_tells_is_answered_and_kept_for_this_chat(
    session: Session, words: Words, group: Group
) -> None:
    chat, other = stranger(session), stranger(session)
    replies = press(words, session, chat, choose_group("kosten_lening", group, ""))
    line = words.topics["kosten_lening"].by_group[group]
    assert [reply.key for reply in replies] == ["group.remembered", line]
    assert (chat.told_group, other.told_group) == (group, None)
    again = explain(words, session, chat, "inburgering")
    line = words.topics["inburgering"].by_group[group]
    assert [reply.key for reply in again] == ["inburgering", line]


def test_who_does_not_know_the_permit_is_sent_to_a_person_and_not_asked_again(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    [reply] = press(words, session, chat, choose_group("kosten_lening", UNKNOWN, ""))
    assert (reply.key, reply.offers[0]) == ("group.unknown.course", PERSON)
    again = explain(words, session, chat, "leerroutes")
    assert [reply.key for reply in again] == ["leerroutes", "group.unknown.course"]
    assert again[-1].offers[0] is PERSON


@pytest.mark.parametrize("told", TOLD)
def test_what_was_told_can_be_changed(session: Session, words: Words, told: str) -> None:
    chat = stranger(session)
    chat.told_group = told
    replies = explain(words, session, chat, "kosten_lening")
    [asked] = press(words, session, chat, offer_of(replies, "group_again"))
    assert asked.key == "group.ask.course"
    assert known_group(session, chat) is None
    press(words, session, chat, offer_of([asked], "group", group="overig"))
    again = explain(words, session, chat, "kosten_lening")
    assert [reply.key for reply in again] == ["kosten_lening", "pays.own"]


def test_what_was_just_told_can_be_changed_at_once(session: Session, words: Words) -> None:
    chat = stranger(session)
    replies = press(words, session, chat, choose_group("kosten_lening", "asiel", ""))
    assert offer_of(replies, "group_again").arguments == {"topic": "kosten_lening"}


@pytest.mark.parametrize("group", Group)
def test_the_case_store_goes_before_what_was_told_in_the_chat(
    session: Session, words: Words, group: Group
) -> None:
    chat, _ = linked(session, group)
    chat.told_group = Group.overig if group == Group.asiel else Group.asiel
    replies = explain(words, session, chat, "kosten_lening")
    assert replies[-1].key == words.topics["kosten_lening"].by_group[group]
    assert "group_again" not in {offer.action for reply in replies for offer in reply.offers}


def test_a_button_from_before_the_case_was_known_does_not_go_before_it(
    session: Session, words: Words
) -> None:
    """Who pressed "asylum" by mistake must not read that no loan is needed."""
    chat, _ = linked(session, Group.overig)
    text = read(
        words,
        session,
        chat,
        press(words, session, chat, choose_group("kosten_lening", "asiel", "")),
    )
    assert words.catalogue.text("nl", "pays.offer").text not in text
    assert known_group(session, chat) == Group.overig


def test_a_closed_case_says_nothing_about_the_permit(session: Session, words: Words) -> None:
    chat, case = linked(session, Group.asiel)
    case.closed_on = date(2026, 11, 1)
    session.flush()
    assert known_group(session, chat) is None
    assert explain(words, session, chat, "kosten_lening")[1].key == "group.ask.course"


# What each group reads


@pytest.mark.parametrize("topic", BY_GROUP)
def test_a_line_for_a_group_names_only_numbers_that_hold_for_that_group(
    words: Words, topic: str
) -> None:
    for group, line in words.topics[topic].by_group.items():
        for gap in words.catalogue.gaps(line):
            assert group in words.rules[gap].groups, f"{line}: {gap}"


@pytest.mark.parametrize("topic", TOPICS)
def test_what_all_groups_read_names_only_numbers_that_hold_for_all(
    words: Words, topic: str
) -> None:
    keys = (topic, *(f"{topic}.{part}" for part in Part))
    shared = [key for key in keys if key in words.catalogue]
    for gap in frozenset().union(*map(words.catalogue.gaps, shared)):
        assert words.rules[gap].groups == set(Group), gap


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", BY_GROUP)
def test_every_group_reads_its_own_line_in_every_language(
    session: Session, words: Words, topic: str, language: str
) -> None:
    about = words.topics[topic]
    loan = str(number_in_words(language, words.rules["loan_max_euro"]))
    for group in TOLD:
        chat = stranger(session, language)
        chat.told_group = group
        replies = explain(words, session, chat, topic)
        unknown = f"group.unknown.{about.question}"
        line = unknown if group == UNKNOWN else about.by_group.get(Group(group))
        assert [reply.key for reply in replies] == [topic, *([line] if line else [])]
        text = "\n".join(check(words, session, chat, reply).text for reply in replies)
        others = {words.catalogue.entry(language, other).forms[0] for other in lines_of(about)}
        mine = words.catalogue.entry(language, line).forms[0] if line else ""
        assert not [other for other in others - {mine} if other in text]
        assert loan not in text or group in words.rules["loan_max_euro"].groups


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", BY_GROUP)
def test_telling_the_permit_under_a_topic_reads_in_every_language(
    session: Session, words: Words, topic: str, language: str
) -> None:
    for group in TOLD:
        chat = stranger(session, language)
        for reply in press(words, session, chat, choose_group(topic, group, "")):
            check(words, session, chat, reply)


@pytest.mark.parametrize(("topic", "group"), CAREFUL)
def test_where_the_law_is_unclear_for_somebody_a_person_comes_first(
    session: Session, words: Words, topic: str, group: Group
) -> None:
    chat = stranger(session)
    told = press(words, session, chat, choose_group(topic, group, ""))[-1]
    again = explain(words, session, chat, topic)[-1]
    for reply in (told, again):
        assert reply.offers[0] is PERSON
        assert reply.offers.count(PERSON) == 1


def test_where_the_law_is_clear_a_person_comes_last(session: Session, words: Words) -> None:
    chat = stranger(session)
    chat.told_group = Group.overig
    assert explain(words, session, chat, "boete")[-1].offers[-1] is PERSON


def test_a_group_without_a_line_of_its_own_hears_that_nothing_differs(
    session: Session, words: Words
) -> None:
    chat = stranger(session)
    replies = press(words, session, chat, choose_group("verlenging", "overig", ""))
    assert [reply.key for reply in replies] == ["group.remembered", "group.same"]
    assert chat.told_group == "overig"
    assert [reply.key for reply in explain(words, session, chat, "verlenging")] == ["verlenging"]


# Coaches


@pytest.mark.parametrize("topic", TOPICS)
def test_a_coach_reads_the_procedure_with_the_source_first(
    session: Session, words: Words, topic: str
) -> None:
    chat = coach(session)
    [reply] = explain(words, session, chat, topic)
    first, second, *_ = check(words, session, chat, reply).text.splitlines()
    about = words.topics[topic]
    checked_on = f"{about.checked_on:%-d-%-m-%Y}"
    source = words.rules.sources.cite(about.sources)
    assert first == words.text("nl", "source_line", source=source, checked_on=checked_on)
    rules = {key: number_in_words("nl", rule) for key, rule in words.rules.told(NOW.date()).items()}
    assert second == words.coach.text("nl", topic, rules).text.splitlines()[0]


def test_a_coach_is_never_asked_for_a_permit(session: Session, words: Words) -> None:
    chat = coach(session)
    for topic in BY_GROUP:
        assert [reply.key for reply in explain(words, session, chat, topic)] == [topic]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_button_for_a_coach_leads_somewhere(
    session: Session, words: Words, topic: str
) -> None:
    chat = coach(session)
    begin = explain(words, session, chat, topic)
    seen = walk_through(words, session, chat, begin, lambda offer: offer.action != "walk")
    assert {"checklists.ask", "show_in.ask", "reported"} <= {reply.key for reply in seen}
    assert {reply.language for reply in seen} == {None, *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", TOLD)
def test_what_a_coach_shows_in_another_language_leaves_no_trace(
    session: Session, words: Words, language: str, group: str
) -> None:
    chat = coach(session)
    shown = press(words, session, chat, show_in("kosten_lening", language))
    assert [reply.key for reply in shown] == ["kosten_lening", "group.ask.course"]
    assert {check(words, session, chat, reply).language for reply in shown} == {language}
    if group in (Group.gezin_van_asiel, Group.gezin_overig):
        shown = press(words, session, chat, offer_of(shown, "group", group=FAMILY))
    [told] = press(words, session, chat, offer_of(shown, "group", group=group))
    rendered = check(words, session, chat, told)
    line = words.topics["kosten_lening"].by_group.get(Group(group)) if group in set(Group) else None
    assert told.key == line or group == UNKNOWN
    assert rendered.language == language
    assert told.offers == (PERSON,)
    assert (chat.told_group, chat.language) == (None, "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_coach_shows_is_the_text_for_participants(
    session: Session, words: Words, language: str
) -> None:
    chat, theirs = coach(session), stranger(session, language)
    shown = words.render(
        session, chat, explain(words, session, chat, "pvt", language=language)[0], NOW
    )
    own = words.render(session, theirs, explain(words, session, theirs, "pvt")[0], NOW)
    assert (shown.text, shown.language, shown.draft) == (own.text, language, own.draft)


def test_what_is_shown_to_somebody_else_is_not_said_to_be_remembered(
    session: Session, words: Words
) -> None:
    chat = coach(session)
    for topic in BY_GROUP:
        for group in Group:
            [told] = press(words, session, chat, choose_group(topic, group, "", "ar"))
            assert told.key != "group.remembered", topic


def test_who_is_no_coach_cannot_report_an_answer(session: Session, words: Words) -> None:
    report = offer_of(explain(words, session, coach(session), "pvt"), "report")
    replies = press(words, session, stranger(session), report)
    assert [reply.key for reply in replies] == ["menu.ask"]
