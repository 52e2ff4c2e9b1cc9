"""What the buttons under an answer do; none of them needs Rasa."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.answers.checklists import (
    FOR_COACHES,
    FOR_EVERYBODY,
    choose_checklist,
    choose_household,
    coached_households,
    show_checklist,
    tick,
)
from api.answers.explain import (
    FAMILY,
    UNKNOWN,
    ask_family,
    ask_group,
    case_group,
    choose_language_for,
    explain,
    explain_group,
    explain_to,
    known_group,
)
from api.answers.menu import members, menu_group, menu_page
from api.answers.own_case import OTHER_LAW
from api.answers.reply import PERSON, Part, Reply
from api.answers.tasks import report_answer
from api.answers.walk import walk
from api.answers.words import Words
from api.cases.models import Group, Household
from api.clock import local
from api.conversations.models import Conversation

TOLD_BY_BUTTON = frozenset(Part) - {Part.group}
GROUPS = frozenset({*Group, FAMILY, UNKNOWN})


@dataclass(frozen=True)
class _Press:
    """One button, pressed in its conversation."""

    words: Words
    session: Session
    conversation: Conversation
    arguments: Mapping[str, Any]
    now: datetime

    def __getitem__(self, name: str) -> str:
        return str(self.arguments.get(name, ""))

    @property
    def topic(self) -> str | None:
        """The topic, if it is still one: a button can be older than the topics."""
        return self["topic"] if self["topic"] in self.words.topics else None

    @property
    def language(self) -> str | None:
        return self["language"] or None


def press_topic(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """Show what the button promises. Raises KeyError for an action that is not one of these."""
    press = _Press(words, session, conversation, arguments or {}, now)
    return _ACTIONS[action](press) or [menu_page(1)]


def is_topic_button(action: str) -> bool:
    return action in _ACTIONS


def _part(press: _Press) -> list[Reply]:
    part = Part(press["part"]) if press["part"] in TOLD_BY_BUTTON else Part.short
    if press.topic is None:
        return []
    press.conversation.topic = press.topic
    if part is Part.short and press.language is None:
        today = local(press.now).date()
        return explain_to(press.words, press.session, press.conversation, press.topic, today)
    return explain(
        press.words, press.session, press.conversation, press.topic, part, press.language
    )


def _group(press: _Press) -> list[Reply]:
    """The permit as the person tells it; kept for this chat, unless it is somebody else's."""
    group, own = press["group"], press.language is None
    if press.topic is None or group not in GROUPS:
        return []
    if group == FAMILY:
        return [ask_family(press.topic, press.language)]
    if own:
        press.conversation.told_group = group
        group = known_group(press.session, press.conversation) or group
    whole = explain(press.words, press.session, press.conversation, press.topic)[-1]
    reply = replace(
        whole, topic=press.topic, language=press.language, offers=whole.offers if own else (PERSON,)
    )
    if own and whole.key in OTHER_LAW:
        return [whole]
    told = explain_group(press.words.topics[press.topic], group, reply)
    kept = own and case_group(press.session, press.conversation) is None
    if kept and group != UNKNOWN:
        return [Reply("group.remembered"), told]
    return [told]


def _group_again(press: _Press) -> list[Reply]:
    """Ask anew; where the case store has come to know it, there is nothing to ask."""
    press.conversation.told_group = None
    if press.topic is None:
        return []
    press.conversation.topic = press.topic
    if known_group(press.session, press.conversation):
        return explain(press.words, press.session, press.conversation, press.topic)
    return [ask_group(press.words.topics[press.topic])]


def _show_in(press: _Press) -> list[Reply]:
    if press.topic is None:
        return []
    if press.language is None:
        return [choose_language_for(press.topic)]
    return explain(
        press.words, press.session, press.conversation, press.topic, language=press.language
    )


def _listen(press: _Press) -> list[Reply]:
    """The recordings of exactly what is told today."""
    keys = press["keys"].split()
    reader = press.words.reader(press.session, press.conversation, press.language, press.now)
    known = all(key in press.words.catalogue for key in keys)
    spoken = press.words.spoken(reader, keys) if known else []
    if not spoken:
        return [Reply.with_person("listen.none")]
    return [
        Reply(
            "listen.sent",
            lines=("listen.machine",) if each.machine else (),
            language=press.language,
            media=each.media,
        )
        for each in spoken
    ]


def _menu(press: _Press) -> list[Reply]:
    if press["group"] and members(press["group"], press.words.topics):
        return [menu_group(press["group"], press.words.topics)]
    return [menu_page(int(press["page"]) if press["page"].isdecimal() else 1)]


def _walk(press: _Press) -> list[Reply]:
    return walk(press["at"], press.words.rules, local(press.now).date())


def _checklists(press: _Press) -> list[Reply]:
    """Which list; for a coach of several households, first for which of them."""
    if not press.conversation.is_with_coach:
        return []
    household = _household(press)
    return [household if isinstance(household, Reply) else choose_checklist(household)]


def _household(press: _Press) -> Household | Reply | None:
    """For whom a coach keeps the list; a reply where that has to be asked, or may not be."""
    households = coached_households(press.session, press.conversation)
    if chosen := press["household"]:
        return households.get(chosen) or Reply.with_person("checklists.household_gone")
    if len(households) > 1:
        return choose_household(households, press["checklist"])
    return next(iter(households.values()), None)


def _checklist(press: _Press) -> list[Reply]:
    name = press["checklist"]
    allowed = FOR_COACHES if press.conversation.is_with_coach else FOR_EVERYBODY
    if name not in allowed:
        return []
    household = _household(press)
    if isinstance(household, Reply):
        return [household]
    items = press.words.checklist(name)
    return [show_checklist(press.session, press.conversation, name, items, household)]


def _tick(press: _Press) -> list[Reply]:
    shown = _checklist(press)
    item = int(press["item"]) if press["item"].isdecimal() else 0
    if not shown or not 1 <= item <= press.words.checklist(press["checklist"]):
        return []
    household = _household(press)
    if isinstance(household, Reply):
        return [household]
    done, name = press["done"] != "0", press["checklist"]
    tick(press.session, press.conversation, name, item, done, press.now, household)
    return _checklist(press)


def _report(press: _Press) -> list[Reply]:
    """A coach says that the answer is wrong or old."""
    if press.topic is None or not press.conversation.is_with_coach:
        return []
    reported = report_answer(press.session, press.topic, press.now)
    return [Reply.with_person("reported" if reported.first else "reported_again")]


_ACTIONS: dict[str, Callable[[_Press], list[Reply]]] = {
    "part": _part,
    "group": _group,
    "group_again": _group_again,
    "show_in": _show_in,
    "listen": _listen,
    "menu": _menu,
    "walk": _walk,
    "checklists": _checklists,
    "checklist": _checklist,
    "tick": _tick,
    "report": _report,
}
