"""From what was understood to what is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.checklists import CHECKLISTS
from api.answers.explain import explain, explain_to
from api.answers.menu import DANGER, menu_page
from api.answers.my_helpers import is_participant, my_regisseur
from api.answers.own_case import my_progress, talk_due
from api.answers.reply import (
    NO_PERSON,
    PERSON,
    YES_PERSON,
    Part,
    Reply,
    ask,
    speak,
)
from api.answers.words import Words
from api.appointments.models import Answer
from api.appointments.service import find_next
from api.clock import local
from api.coaching.talks import talks_for_coach
from api.conversations.appointment_buttons import change_talk, make_talk
from api.conversations.appointment_replies import MAKE, to_answer
from api.conversations.elsewhere import elsewhere
from api.conversations.handover_replies import hand_over_replies
from api.conversations.languages import unspoken_language
from api.conversations.models import Conversation, Kind
from api.conversations.rasa import Understood
from api.conversations.reasons import MISSES_BEFORE_A_PERSON
from api.conversations.stop_buttons import find_participant, stop_menu
from api.handovers.models import HandOver
from api.reminders.messages import appointment_offer
from translations.catalogue import LANGUAGES

SAFETY, SAFETY_OFFER = DANGER, "nood.offer"
GROUP, FAMILY_PERMIT = "group.ask", "group.ask_family"
SIMPLEST = "simple"
"""What was just asked, or told, where the next message can mean it: `Conversation.expecting`."""
TALK_TOPIC = "voortgangsgesprek"
"""What is told about talks to who is not linked."""
HUMAN = "mens_spreken"
"""Offered under every answer anyway, by a button that needs no Rasa."""
DID_YOU_MEAN = 3
_NOT_OFFERED = frozenset(
    {
        *("greet", "goodbye", "thank", "affirm", "deny", "out_of_scope", "bot_challenge"),
        "simpler",
        HUMAN,  # stands under every doubt anyway
    }
)
_PLAIN = frozenset({"goodbye", "thank"})


def expected_after(replies: list[Reply]) -> str | None:
    """What the next message may answer: the last question of these replies."""
    asked = [reply.key for reply in replies if reply.language is None]
    for question in (SAFETY_OFFER, FAMILY_PERMIT, GROUP):
        if any(key.startswith(question) for key in asked):
            return question
    return SIMPLEST if any(reply.part is Part.simple for reply in replies) else None


def from_rasa(
    words: Words,
    session: Session,
    conversation: Conversation,
    understood: Understood,
    text: str,
    now: datetime,
) -> list[Reply]:
    """One reply for each response key of Rasa; `text` is what was typed, empty for a button."""
    replies = []
    for response in understood.responses:
        turn = _Turn(words, session, conversation, understood, response, text, now)
        replies += _SPECIAL.get(turn.key, _topic_or_plain)(turn)
    return replies


def safety() -> list[Reply]:
    """The numbers at once; a person only on yes."""
    return [Reply(SAFETY), offer_person()]


def offer_person() -> Reply:
    return Reply(SAFETY_OFFER, offers=(YES_PERSON, NO_PERSON))


def not_spoken(language: str) -> Reply:
    """One honest line in a language that we recognise and do not speak."""
    offers = (*map(speak, LANGUAGES), PERSON)
    return Reply("not_spoken", offers=offers, language=language)


def propose_language(language: str) -> Reply:
    """Asked in the language that was heard; the choice stays with the person."""
    return Reply("propose_language", offers=(speak(language),), language=language)


def unsupported(kind: Kind) -> list[Reply]:
    """What we cannot read or hear gets an honest short answer."""
    if kind is Kind.group:
        return [Reply("group_chat")]
    return [Reply.with_person(f"unsupported.{kind}")]


def cannot_read(kind: Kind) -> list[Reply]:
    """A person can: asked whether it may be passed on, by the buttons of `take_file`."""
    return [Reply(f"file.{kind}")]


@dataclass(frozen=True)
class _Turn:
    """One response of Rasa and the conversation it is for."""

    words: Words
    session: Session
    conversation: Conversation
    understood: Understood
    response: dict[str, str]
    text: str
    now: datetime

    @property
    def today(self) -> date:
        return local(self.now).date()

    @property
    def key(self) -> str:
        return self.response["key"]


def _topic_or_plain(turn: _Turn) -> list[Reply]:
    turn.conversation.misses = 0
    if turn.key in _PLAIN:
        return [Reply(turn.key)]
    if turn.key == turn.understood.intent and turn.key in turn.words.topics:
        turn.conversation.topic = turn.key
        return explain_to(turn.words, turn.session, turn.conversation, turn.key, turn.today)
    return [Reply.with_menu(turn.key)]


def _changing_talks(turn: _Turn) -> list[Reply]:
    """Making, moving or cancelling an appointment: who is linked does it here, with buttons."""
    turn.conversation.misses = 0
    if not is_participant(turn.conversation):
        return _not_linked(turn, TALK_TOPIC)
    turn.conversation.topic = turn.key
    action = _DOES[turn.key]
    if action == MAKE.action:
        return make_talk(turn.words, turn.session, turn.conversation, turn.now)
    return change_talk(turn.words, turn.session, turn.conversation, action, turn.now)


def _stop(turn: _Turn) -> list[Reply]:
    """Reminders pause or stop; who is not linked gets none, and reads that."""
    turn.conversation.misses = 0
    participant = find_participant(turn.session, turn.conversation)
    if participant is None:
        return [Reply.with_menu("stop_berichten")]
    return [stop_menu(turn.session, participant, turn.now)]


def _my_progress(turn: _Turn) -> list[Reply]:
    turn.conversation.misses = 0
    if not is_participant(turn.conversation):
        return _not_linked(turn, "inburgeringstermijn")
    return my_progress(turn.words, turn.session, turn.conversation, turn.today)


def _my_regisseur(turn: _Turn) -> list[Reply]:
    turn.conversation.misses = 0
    if not is_participant(turn.conversation):
        return _not_linked(turn, "regisseur")
    return my_regisseur(turn.session, turn.conversation)


def _not_linked(turn: _Turn, general: str) -> list[Reply]:
    """How to be linked, and then what holds for everybody."""
    answer = explain(turn.words, turn.session, turn.conversation, general)
    turn.conversation.topic = general
    return answer if turn.conversation.is_with_coach else [Reply("not_linked.how"), *answer]


def _simpler(turn: _Turn) -> list[Reply]:
    """Easier words for what was explained last; asked without a topic, that is said."""
    turn.conversation.misses = 0
    topic = turn.conversation.topic
    if topic is None or topic not in turn.words.topics:
        return [Reply.with_menu("simpler")]
    simplest = turn.conversation.expecting == SIMPLEST
    if simplest or f"{topic}.{Part.simple}" not in turn.words.catalogue:
        return [Reply.with_person("simpler.last")]
    return explain(turn.words, turn.session, turn.conversation, topic, Part.simple)


def _help(turn: _Turn) -> list[Reply]:
    turn.conversation.misses = 0
    offers = (CHECKLISTS,) if turn.conversation.is_with_coach else ()
    return [Reply("help", offers=offers), menu_page(1)]


def _out_of_scope(turn: _Turn) -> list[Reply]:
    """What is not ours to answer; where to go with it, if we know that."""
    turn.conversation.misses = 0
    place = elsewhere(turn.text)
    return [Reply.with_person(place) if place else Reply.with_menu("out_of_scope")]


def _missed(turn: _Turn) -> list[Reply]:
    """Offer the best guesses, or the menu; after two misses in a row a person comes first."""
    turn.conversation.misses += 1
    if language := unspoken_language(turn.text):
        return [not_spoken(language)]
    if turn.key == "not_understood":
        reply = Reply.with_menu("not_understood")
    else:
        ranked = (guess.intent for guess in turn.understood.ranking)
        guesses = [intent for intent in ranked if intent not in _NOT_OFFERED]
        reply = Reply("did_you_mean", offers=(*map(ask, guesses[:DID_YOU_MEAN]), PERSON))
    if turn.conversation.misses >= MISSES_BEFORE_A_PERSON:
        others = tuple(offer for offer in reply.offers if offer is not PERSON)
        reply = replace(reply, offers=(PERSON, *others))
    return [reply]


def _next_talk(turn: _Turn) -> list[Reply]:
    """The next appointment, and what can be done with it; asked whether it suits until it does."""
    id = turn.response["appointment"]
    person_id = turn.conversation.person_id
    talk = find_next(turn.session, person_id, turn.now) if person_id else None
    more = (ask("mijn_voortgang"), ask("mijn_regisseur"), PERSON)
    if talk is None or str(talk.id) != id:
        return [Reply("next_talk", records={"appointment": id}, offers=more)]
    *answers, _ = to_answer(talk)
    lines = () if talk.answer is Answer.confirmed else ("remind.come",)
    offers = (*answers, appointment_offer("calendar", talk), *more)
    return [Reply("next_talk", records={"appointment": id}, lines=lines, offers=offers)]


def _no_talk(turn: _Turn) -> list[Reply]:
    """No talk is planned; around when one belongs, if that can be said."""
    if turn.conversation.is_with_coach and turn.conversation.person_id is not None:
        coach_id = turn.conversation.person_id
        return talks_for_coach(turn.words, turn.session, coach_id, turn.now)
    due = talk_due(turn.words, turn.session, turn.conversation, turn.today)
    make = (MAKE,) if is_participant(turn.conversation) else ()
    offers = (*make, ask("mijn_voortgang"), ask("mijn_regisseur"), PERSON)
    return [Reply("next_talk_none", told=due, offers=offers)]


def _hand_over(turn: _Turn) -> list[Reply]:
    hand_over = turn.session.get(HandOver, UUID(turn.response["hand_over"]))
    if hand_over is None or hand_over.conversation_id != turn.conversation.id:
        return [Reply.with_person("action_failed")]
    return hand_over_replies(turn.session, turn.conversation, hand_over, turn.now)


OWN_CASE = frozenset({"mijn_voortgang", "mijn_regisseur"})
_DOES = {
    "afspraak_maken": "make",
    "afspraak_verzetten": "other_time",
    "afspraak_afzeggen": "cannot",
}
"""The button that does what is asked for."""
CHANGING_TALKS = frozenset(_DOES)
_SPECIAL: dict[str, Callable[[_Turn], list[Reply]]] = {
    **dict.fromkeys(CHANGING_TALKS, _changing_talks),
    "stop_berichten": _stop,
    "mijn_voortgang": _my_progress,
    "mijn_regisseur": _my_regisseur,
    "simpler": _simpler,
    "help": _help,
    "out_of_scope": _out_of_scope,
    "did_you_mean": _missed,
    "not_understood": _missed,
    "next_talk": _next_talk,
    "handover": _hand_over,
    SAFETY: lambda _: safety(),
    "choose_language": lambda _: [Reply.with_languages("choose_language")],
    "action_failed": lambda _: [Reply.with_person("action_failed")],
    "not_linked": lambda turn: _not_linked(turn, TALK_TOPIC),
    "next_talk_none": _no_talk,
}
