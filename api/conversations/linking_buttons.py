"""Who this chat belongs to and what a coach may see: asked with a yes and a no, and undone again.

Both can be typed as well: see `api.conversations.questions`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.my_helpers import share_offer
from api.answers.reply import PERSON, Offer, Reply
from api.answers.words import Words
from api.coaching.asking import ask_consent, next_question
from api.coaching.models import Coaching, Consent
from api.coaching.sending import send_answer
from api.coaching.service import answer_consent, find_coaching
from api.conversations.models import Conversation
from api.handovers.asking import follow_link
from api.people.linking import (
    LinkRefused,
    confirm_code,
    decline_code,
    find_code,
    looks_like_code,
    unlink,
)
from api.people.models import LinkCode, Person
from api.reminders.service import note_reachable, note_unreachable

SILENT_TOO = frozenset({"link_yes", "link_no", "unlink_yes", "consent_yes", "consent_no", "share"})
"""Done also while a person has the conversation and the bot is silent: whose chat this is and who
may look is for the participant to say, at any moment."""


@dataclass(frozen=True)
class _Press:
    """One of these buttons, pressed in its conversation."""

    words: Words
    session: Session
    conversation: Conversation
    arguments: Mapping[str, Any]
    now: datetime


def show_code(
    session: Session, conversation: Conversation, code: str, now: datetime
) -> list[Reply]:
    """Somebody has a code: whose it is, to be confirmed before anything is linked."""
    found = find_code(session, code, now)
    if isinstance(found, LinkRefused):
        return [Reply.with_person(found.value)]
    return [_confirm(found, conversation)]


def code_in_group(session: Session, code: str | None, now: datetime) -> list[Reply]:
    """Nobody is linked in a group, and a code that others have read there is worth nothing."""
    if code is None or not looks_like_code(code):
        return []
    found = find_code(session, code, now)
    if isinstance(found, LinkCode):
        decline_code(session, found.id, now)
    return [Reply("link.group")]


def is_linking_button(action: str) -> bool:
    return action in _ACTIONS


def press_linking(
    words: Words,
    session: Session,
    conversation: Conversation,
    action: str,
    arguments: Mapping[str, Any],
    now: datetime,
) -> list[Reply]:
    """Do what the button says. Raises KeyError for an action that is not one of these."""
    return _ACTIONS[action](_Press(words, session, conversation, arguments, now))


def ask_linking_again(
    session: Session, conversation: Conversation, action: str, arguments: Mapping[str, Any]
) -> list[Reply]:
    """The question that this button for yes answers, once more."""
    match action:
        case "link_yes" if link := session.get(LinkCode, int(arguments["code"])):
            return [_confirm(link, conversation)]
        case "unlink_yes":
            return [_ask_unlink()]
        case "consent_yes" if coaching := session.get(Coaching, UUID(arguments["coaching"])):
            return [ask_consent(coaching)]
        case _:
            return []


def _confirm(link: LinkCode, conversation: Conversation) -> Reply:
    """In the language of the person of the code, where this chat did not choose one."""
    offers = (
        Offer("link_yes", "button.yes", {"code": link.id}),
        Offer("link_no", "button.no", {"code": link.id}),
        PERSON,
    )
    return Reply(
        "link.confirm",
        facts={"first_name": link.person.first_name},
        offers=offers,
        language=None if conversation.language else link.person.language,
    )


def _link(press: _Press) -> list[Reply]:
    code_id, before = int(press.arguments["code"]), press.conversation.person_id
    outcome = confirm_code(press.session, press.conversation, code_id, press.now)
    if isinstance(outcome, LinkRefused):
        linked = _person_of(press)
        return [_linked(linked)] if linked else [Reply.with_person(outcome.value)]
    if before is not None and before != outcome.id:  # the phone went to somebody else
        note_unreachable(press.session, before, "unlinked", press.now)
    note_reachable(press.session, outcome.id, press.now)
    follow_link(press.session, press.conversation, press.now)
    return [_linked(outcome), *next_question(press.session, press.conversation)]


def _decline(press: _Press) -> list[Reply]:
    """Not me: nothing is linked, and the code is worth nothing from now on."""
    if _person_of(press):  # it was pressed after a yes
        return [_ask_unlink()]
    decline_code(press.session, int(press.arguments["code"]), press.now)
    return [Reply.with_person("link.declined")]


def _person_of(press: _Press) -> Person | None:
    """Whose code it is, if this chat is linked to them already."""
    link = press.session.get(LinkCode, int(press.arguments["code"]))
    return link.person if link and link.person_id == press.conversation.person_id else None


def _linked(person: Person) -> Reply:
    return Reply.with_menu("linked", first_name=person.first_name)


def _ask_unlink() -> Reply:
    offers = (Offer("unlink_yes", "button.yes"), Offer("unlink_no", "button.no"), PERSON)
    return Reply("unlink.ask", offers=offers)


def _unlink(press: _Press) -> list[Reply]:
    person_id = press.conversation.person_id
    unlink(press.session, press.conversation, press.now)
    if person_id is not None:
        note_unreachable(press.session, person_id, "unlinked", press.now)
    return [Reply.with_person("unlink.done")]


def _consent(press: _Press, given: bool) -> list[Reply]:
    """The first answer counts; only a no after a yes does, since anybody may stop at any time."""
    found = _coaching(press)
    if found is None:
        return [Reply.with_person("consent.gone")]
    coaching, consent = found
    if consent is None:
        _write(press, coaching, None, given)
        return [_told(coaching, given), *next_question(press.session, press.conversation)]
    if consent.given and not given:
        return _stop(press, coaching, consent)
    return [_told(coaching, consent.given)]


def _share(press: _Press) -> list[Reply]:
    """Let the coach look, or stop it: with the button of its own that is always there."""
    found = _coaching(press)
    if found is None:
        return [Reply.with_person("consent.gone")]
    coaching, consent = found
    if not press.arguments["given"]:
        return _stop(press, coaching, consent)
    _write(press, coaching, consent, given=True)
    return [_told(coaching, given=True)]


def _stop(press: _Press, coaching: Coaching, consent: Consent | None) -> list[Reply]:
    _write(press, coaching, consent, given=False)
    return [replace(_told(coaching, given=False), key="consent.withdrawn")]


def _told(coaching: Coaching, given: bool) -> Reply:
    """What holds now, and the button that changes it."""
    key = "consent.given" if given else "consent.refused"
    offers = (share_offer(coaching.id, sees=given), PERSON)
    return Reply(key, facts={"name": coaching.coach.first_name}, offers=offers)


def _coaching(press: _Press) -> tuple[Coaching, Consent | None] | None:
    id = UUID(str(press.arguments["coaching"]))
    return find_coaching(press.session, id, press.conversation.person_id)


def _write(press: _Press, coaching: Coaching, consent: Consent | None, given: bool) -> None:
    person_id = press.conversation.person_id
    if person_id is not None:
        answer_consent(press.session, coaching, consent, person_id, given, press.now)


def _send(press: _Press) -> list[Reply]:
    """A coach sends the answer that stands above the button."""
    topic, coach = str(press.arguments["topic"]), press.conversation.person
    participant = press.session.get(Person, UUID(str(press.arguments["participant"])))
    if coach is None or participant is None or topic not in press.words.topics:
        return [Reply.with_menu("button_expired")]
    if not press.conversation.is_with_coach:
        return [Reply.with_menu("button_expired")]
    outcome = send_answer(press.session, press.words, coach, participant.id, topic, press.now)
    return [Reply.with_person(outcome.value, name=participant.first_name)]


_ACTIONS: dict[str, Callable[[_Press], list[Reply]]] = {
    "link_yes": _link,
    "link_no": _decline,
    "unlink": lambda _: [_ask_unlink()],
    "unlink_yes": _unlink,
    "unlink_no": lambda _: [Reply.with_person("unlink.kept")],
    "consent_yes": lambda press: _consent(press, given=True),
    "consent_no": lambda press: _consent(press, given=False),
    "share": _share,
    "send": _send,
}
