"""From a topic to the replies that explain it: in parts, by permit group, to whoever asks."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from api.answers.checklists import CHECKLISTS
from api.answers.my_helpers import UNLINK
from api.answers.own_case import other_law, with_own_case
from api.answers.reply import (
    PERSON,
    Offer,
    Part,
    Reply,
    ask,
    choose_group,
    show_in,
    tell,
)
from api.answers.topics import Topic
from api.answers.towns import offer_towns
from api.answers.words import MAX_LABEL, Words
from api.cases.access import find_own_case
from api.cases.models import Group
from api.coaching.service import seen_by, shown_names
from api.conversations.models import Conversation
from translations.catalogue import LANGUAGES, SOURCE

UNKNOWN = "unknown"
FAMILY = "family"
"""Told by somebody who lives with family: the permit of that family decides, and is asked."""
WALKS = {"kinderopvang": Offer("walk", "button.walk", {"at": "start"})}
"""Topics that are walked through step by step, instead of one list of steps."""
PRIVACY = "privacy"
REPORT = Offer("report", "button.wrong")
OTHER_LANGUAGE = Offer("show_in", "button.other_language")


def explain(
    words: Words,
    session: Session,
    conversation: Conversation,
    key: str,
    part: Part = Part.short,
    language: str | None = None,
) -> list[Reply]:
    """The part of the topic for this reader; `language` shows it to somebody else, in theirs.

    What depends on the permit is told only when the permit group is known: the case store goes
    before what the person told here. Else it is asked, and nothing about money, course or hours
    is said until then.
    """
    topic = words.topics[key]
    case = find_own_case(session, conversation.person_id) if language is None else None
    if case is not None and topic.wi2021 and part is not Part.helpers:
        other = other_law(case)
        if other is not None:
            return [other]
    coach = conversation.is_with_coach and language is None
    buttons = _buttons(words, session, conversation, topic, part, language, coach=coach)
    if part is Part.helpers:
        return [_helpers(session, conversation, topic, buttons, language)]
    text = key if part is Part.short else f"{key}.{part}"
    reply = Reply(text, topic=key, part=part, offers=buttons, language=language)
    if part not in (Part.short, Part.simple) or coach or not topic.by_group:
        return [reply]
    told = None if language else conversation.told_group
    group = case.group if case else told
    if group is not None:
        return _with_group(topic, group, reply, by_case=case is not None)
    if part is Part.simple:
        return [reply]
    first = replace(reply, offers=_without_person(reply.offers))
    return [first, ask_group(topic, language)]


def explain_to(
    words: Words, session: Session, conversation: Conversation, key: str, today: date
) -> list[Reply]:
    """The short text for this reader, and after it what holds for this very person."""
    replies = explain(words, session, conversation, key)
    return with_own_case(words, session, conversation, key, replies, today)


def _with_group(topic: Topic, group: str, reply: Reply, by_case: bool) -> list[Reply]:
    """The reply, and after it what holds for this group, by the case store or as it was told."""
    if group != UNKNOWN and Group(group) not in topic.by_group:
        return [reply]
    if by_case:
        told = replace(explain_group(topic, group, reply), lines=("group.from_case",))
    else:
        again = Offer("group_again", "button.other_group", {"topic": topic.key})
        offers = (*_without_person(reply.offers), again, PERSON)
        told = explain_group(topic, group, replace(reply, offers=offers))
    return [replace(reply, offers=()), told]


def explain_group(topic: Topic, group: str, reply: Reply) -> Reply:
    """What differs for this group, as a message of its own after the rest; with its buttons."""
    if group == UNKNOWN:
        return _person_first(replace(reply, key=f"group.unknown.{topic.question}", part=Part.group))
    line = topic.by_group.get(Group(group), "group.same")
    told = replace(reply, key=line, part=Part.group, offers=_meant_for(topic, group, reply.offers))
    return _person_first(told) if Group(group) in topic.careful else told


def _meant_for(topic: Topic, group: str, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Without the steps, where they are the way of another group."""
    if Group(group) in topic.steps_for:
        return offers
    return tuple(offer for offer in offers if offer.arguments.get("part") != Part.steps)


def ask_group(topic: Topic, language: str | None = None) -> Reply:
    """Which permit: the first of at most two questions."""
    choices = (("asiel", "asiel"), (FAMILY, FAMILY), ("overig", "other"), (UNKNOWN, UNKNOWN))
    offers = tuple(
        choose_group(topic.key, group, f"choice.{name}", language) for group, name in choices
    )
    return Reply(f"group.ask.{topic.question}", offers=(*offers, PERSON), language=language)


def ask_family(key: str, language: str | None = None) -> Reply:
    """Whether the family has an asylum permit: ten thousand euro can hang on it."""
    choices = (
        (Group.gezin_van_asiel, "button.yes"),
        (Group.gezin_overig, "button.no"),
        (UNKNOWN, "choice.unknown"),
    )
    offers = tuple(choose_group(key, group, label, language) for group, label in choices)
    return Reply("group.ask_family", offers=(*offers, PERSON), language=language)


def known_group(session: Session, conversation: Conversation) -> str | None:
    """The permit group by the case store, else as it was told in this chat."""
    return case_group(session, conversation) or conversation.told_group


def case_group(session: Session, conversation: Conversation) -> Group | None:
    """The permit group by the case store; None for who is not linked."""
    case = find_own_case(session, conversation.person_id)
    return case.group if case else None


def _person_first(reply: Reply) -> Reply:
    """Where it is unclear what holds for somebody, a person comes before everything else."""
    return replace(reply, offers=(PERSON, *_without_person(reply.offers)))


def _without_person(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    return tuple(offer for offer in offers if offer is not PERSON)


def _helpers(
    session: Session,
    conversation: Conversation,
    topic: Topic,
    buttons: tuple[Offer, ...],
    language: str | None,
) -> Reply:
    reply = Reply(
        "helpers.heading", topic=topic.key, part=Part.helpers, offers=buttons, language=language
    )
    if conversation.municipality_id is not None or language is not None:
        return reply
    return replace(reply, offers=(*offer_towns(session, topic.key), PERSON))


def choose_language_for(key: str) -> Reply:
    """In which language a coach wants to show this answer to a participant."""
    offers = tuple(show_in(key, language) for language in LANGUAGES)
    return Reply("show_in.ask", offers=offers)


def _buttons(
    words: Words,
    session: Session,
    conversation: Conversation,
    topic: Topic,
    part: Part,
    language: str | None,
    *,
    coach: bool,
) -> tuple[Offer, ...]:
    """What can be done after this part; a button stands there only if it leads somewhere."""
    if coach and part is Part.short:
        return _for_coach(words, session, conversation, topic)
    offers: list[Offer] = []
    if part is not Part.short:
        offers.append(tell(topic.key, Part.short, "button.again", language))
    if part is not Part.steps:
        offers += _steps(words, topic, language)
    if part is not Part.helpers and topic.helpers:
        offers.append(tell(topic.key, Part.helpers, "button.helpers", language))
    if part is Part.short and f"{topic.key}.simple" in words.catalogue:
        offers.append(tell(topic.key, Part.simple, "button.simpler", language))
    if part is Part.short and language is None:
        offers += [ask(other) for other in topic.related]
    if topic.key == PRIVACY and conversation.person_id is not None and language is None:
        offers.append(UNLINK)
    return (*offers, PERSON)


def _for_coach(
    words: Words, session: Session, conversation: Conversation, topic: Topic
) -> tuple[Offer, ...]:
    """Checking a procedure: hand the phone over, tick things off, say that it is wrong."""
    send = _send_to(words, session, conversation, topic)
    unlink = (UNLINK,) if topic.key == PRIVACY else ()
    show = replace(OTHER_LANGUAGE, arguments={"topic": topic.key})
    report = replace(REPORT, arguments={"topic": topic.key})
    walk = WALKS.get(topic.key)
    walks = (walk,) if walk else ()
    helpers = tell(topic.key, Part.helpers, "button.helpers")
    return (
        *walks,
        helpers,
        *map(ask, topic.related),
        CHECKLISTS,
        *send,
        show,
        report,
        *unlink,
        PERSON,
    )


def _send_to(
    words: Words, session: Session, conversation: Conversation, topic: Topic
) -> list[Offer]:
    """A button for each participant who agreed to it and has a chat; with the name in it."""
    if conversation.person_id is None:
        return []
    seen = [each for each in seen_by(session, conversation.person_id) if each.linked]
    offers = []
    for each, name in zip(seen, shown_names(seen), strict=True):
        label = words.text(SOURCE, "coach.button.send", name=name)[:MAX_LABEL]
        arguments = {"topic": topic.key, "participant": str(each.participant_id)}
        offers.append(Offer("send", arguments=arguments, label=label))
    return offers


def _steps(words: Words, topic: Topic, language: str | None) -> list[Offer]:
    if topic.key in WALKS and language is None:
        return [WALKS[topic.key]]
    if f"{topic.key}.steps" in words.catalogue:
        return [tell(topic.key, Part.steps, "button.steps", language)]
    return []
