"""A reply that a computer translates: shown to who wrote it, and sent only when they say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.conversations.models import Message
from api.conversations.transcript import Spoken
from api.errors import Conflict, Invalid, NotFound
from api.handovers.bureau import Bureau
from api.handovers.models import HandOver, ReplyDraft
from api.handovers.service import answer, checked, get_mine
from api.people.models import Person
from translations.catalogue import SOURCE
from translations.guard import LANGUAGES as GUARDED
from translations.guard import Guarded, Value, Verdict, needs_a_person, protected, translate_guarded
from translations.machine import NoModel, NoTranslation

MAX_DUTCH_CHARACTERS = 1_500
MAX_TRANSLATION_CHARACTERS = 2_200
"""With the Dutch under it and the line that says what it is, it fits in one message of Telegram."""
MISSING, ADDED, SUSPICIOUS, WARNING = "missing", "added", "suspicious", "warning"


@dataclass(frozen=True)
class Drafted:
    """What the machine made of a reply; nothing of it is stored yet."""

    dutch: str
    language: str
    translation: str
    back: str
    """Translated back, to compare; empty where that did not work."""
    faults: tuple[str, ...]


def check_dutch(dutch: str) -> str:
    """The Dutch that may be given to the machine.

    Invalid where it is too long, or about money, fines, deadlines or decisions: those go as a
    checked sentence or through an interpreter.
    """
    text = checked(dutch)
    if len(text) > MAX_DUTCH_CHARACTERS:
        raise Invalid("too long to translate", "error.draft_too_long")
    if subjects := needs_a_person(text):
        raise Invalid("not for a machine", f"error.draft_{min(subjects)}")
    return text


def translate_reply(bureau: Bureau, dutch: str, language: str) -> Drafted:
    """Takes seconds: not within a transaction. Raises NoTranslation, by kind, or Invalid."""
    text = check_dutch(dutch)
    if not can_translate(bureau, language):
        raise NoModel(SOURCE, language)
    there = guarded(bureau, text, SOURCE, language)
    if not there.text.strip():
        raise Invalid("the machine said nothing", "error.translation_failed")
    if len(there.text) > MAX_TRANSLATION_CHARACTERS:
        raise Invalid("the translation is too long", "error.draft_too_long")
    back = _back(bureau, there.text, language)
    return Drafted(text, language, there.text, back, faults_of(there.verdict))


def _back(bureau: Bureau, translation: str, language: str) -> str:
    """Nothing where the machine cannot do it now: the draft stays, and there is less to compare."""
    try:
        back = bureau.translate(translation, language, SOURCE)
    except NoTranslation:
        return ""
    most = max(200, 3 * len(translation))  # longer it only repeats itself
    return back if len(back) <= most else f"{back[:most]} […]"


def can_translate(bureau: Bureau, language: str) -> bool:
    """Whether there is a model, and a guard for what comes out of it."""
    return language != SOURCE and language in GUARDED and bureau.can(SOURCE, language)


def guarded(bureau: Bureau, text: str, source: str, target: str) -> Guarded:
    translate = partial(bureau.translate, source=source, target=target)
    return translate_guarded(translate, text, source, target)


def make_draft(
    session: Session, hand_over_id: UUID, me: Person, drafted: Drafted, now: datetime
) -> ReplyDraft:
    """Keep it until it is sent; an older one of mine goes. Conflict where the participant chose
    another language meanwhile."""
    hand_over = get_mine(session, hand_over_id, me)
    _in_their_language(hand_over, drafted.language)
    throw_away(session, hand_over, me)
    draft = ReplyDraft(
        hand_over_id=hand_over.id,
        by_id=me.id,
        dutch=drafted.dutch,
        language=drafted.language,
        translation=drafted.translation,
        back=drafted.back,
        faults=list(drafted.faults),
        made_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(session: Session, hand_over: HandOver, me: Person) -> ReplyDraft | None:
    """What I have not sent yet, in the language of the conversation as it is now."""
    query = select(ReplyDraft).filter_by(hand_over_id=hand_over.id, by_id=me.id)
    draft = session.scalars(query.order_by(ReplyDraft.made_at.desc())).first()
    if draft is None or draft.language != hand_over.conversation.speaks:
        return None
    return draft


def send_draft(
    session: Session,
    hand_over_id: UUID,
    me: Person,
    draft_id: UUID,
    now: datetime,
    *,
    looked_at: bool = False,
) -> Message:
    """Say the translation as it was shown, marked, with the Dutch under it.

    A reply that changed since has another draft: NotFound for this one, so that nothing is sent
    that nobody looked at. Where the guard missed something, it goes only when `looked_at` says that
    somebody compared it: Invalid.
    """
    hand_over = get_mine(session, hand_over_id, me)
    draft = session.scalar(
        select(ReplyDraft).filter_by(id=draft_id, hand_over_id=hand_over.id, by_id=me.id)
    )
    if draft is None:
        raise NotFound("there is no such draft any more", "error.no_draft")
    if draft.faults and not looked_at:
        raise Invalid("look at it first", "error.look_at_draft")
    _in_their_language(hand_over, draft.language)
    spoken = Spoken(draft.translation, draft.language, original=draft.dutch, machine=True)
    throw_away(session, hand_over, me)
    return answer(session, hand_over, me, spoken, now)


def throw_away(session: Session, hand_over: HandOver, me: Person) -> None:
    """My drafts of this conversation."""
    mine = delete(ReplyDraft).where(
        ReplyDraft.hand_over_id == hand_over.id, ReplyDraft.by_id == me.id
    )
    session.execute(mine)


def must_survive(dutch: str) -> tuple[Value, ...]:
    """Numbers, times, links and terms: what to look for in the translation, each once."""
    return tuple(dict.fromkeys(protected(dutch, SOURCE)))


def faults_of(verdict: Verdict) -> tuple[str, ...]:
    """What the reader must check, a kind and what it is about, such as `missing 14:15`."""
    return tuple(_faults(verdict))


def _faults(verdict: Verdict) -> Iterator[str]:
    for kind, values in ((MISSING, verdict.missing), (ADDED, verdict.added)):
        yield from (f"{kind} {value.text}" for value in values)
    for kind, reasons in ((SUSPICIOUS, verdict.suspicious), (WARNING, verdict.warnings)):
        yield from (f"{kind} {reason}" for reason in reasons)


def _in_their_language(hand_over: HandOver, language: str) -> None:
    if hand_over.conversation.speaks != language:
        raise Conflict("the participant reads another language now", "error.other_language")
