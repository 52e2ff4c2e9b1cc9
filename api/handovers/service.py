"""What a person does with a question: take it, answer it, pass it on, hand it back.

Owned means from claim to hand-back, nothing else: until a person claims it the bot goes on
answering, from then on it is silent.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.answers.reply import MY_QUESTION, Offer, Reply
from api.answers.words import Words
from api.channels.cleaning import clean
from api.conversations import transcript
from api.conversations.models import Kind, Message
from api.conversations.transcript import Spoken
from api.errors import Conflict, Invalid, NotAllowed
from api.handovers.asking import wake
from api.handovers.models import EventKind, HandOver, HandOverState, Helped, Reason, ReplyDraft
from api.handovers.owner import list_colleagues
from api.handovers.ownership import find_current
from api.handovers.promise import earliest_answer, start_clock, stop_clock
from api.handovers.queue import get_handover, record
from api.notices.models import NoticeKind
from api.notices.service import tell_staff
from api.people.models import Person
from api.privacy.masking import mask

MAX_REPLY_CHARACTERS = 3_500
"""Under Telegram's 4,096, with room for the line that says who writes."""
MAX_NOTE_CHARACTERS = 2_000
ASKS = frozenset({Kind.text, Kind.voice, Kind.photo, Kind.document})
"""What a participant sends to be answered; a button is answered by the button."""


def claim_handover(
    session: Session, words: Words, hand_over_id: UUID, me: Person, now: datetime
) -> HandOver:
    """From now on the conversation is mine; a second claim by a colleague is a Conflict."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state == HandOverState.claimed and hand_over.claimed_by_id == me.id:
        return hand_over
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    if hand_over.state == HandOverState.claimed:
        raise Conflict("a colleague has this question", "error.already_claimed")
    _give(hand_over, me, now)
    record(session, hand_over, EventKind.claimed, now, me)
    transcript.say(session, words, hand_over.conversation, Reply("handover_claimed"), now)
    wake(session, hand_over)
    return hand_over


def take_over(session: Session, hand_over_id: UUID, me: Person, now: datetime) -> HandOver:
    """A colleague goes on with it, for instance because who had it is ill. The participant reads
    another name, and the clock goes on."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state != HandOverState.claimed:
        raise Conflict("nobody has this question now", "error.not_claimed")
    if hand_over.claimed_by_id != me.id:
        record(session, hand_over, EventKind.taken_over, now, me, to_id=me.id)
        _drop_drafts(session, hand_over)
        _give(hand_over, me, now)
        wake(session, hand_over)
    return hand_over


def assign(
    session: Session, hand_over_id: UUID, me: Person, to_id: UUID, now: datetime
) -> HandOver:
    """Give it to a colleague of the town, who hears of it. Invalid for anybody else."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    to = next((one for one in list_colleagues(session, hand_over) if one.id == to_id), None)
    if to is None:
        raise Invalid("choose a colleague of this municipality", "error.no_colleague")
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    hand_over.owner_id, hand_over.owner = to.id, to
    if hand_over.state == HandOverState.claimed and hand_over.claimed_by_id != to.id:
        _drop_drafts(session, hand_over)
        _give(hand_over, to, now)
    record(session, hand_over, EventKind.assigned, now, me, to_id=to.id)
    tell_staff(session, hand_over, NoticeKind.assigned, now)
    wake(session, hand_over)
    return hand_over


def mark_read(
    session: Session, words: Words, hand_over_id: UUID, me: Person, now: datetime
) -> HandOver:
    """Somebody read it while it waits; the participant is told once."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.read_at is None and hand_over.state == HandOverState.open:
        hand_over.read_at = now
        record(session, hand_over, EventKind.read, now, me)
        told = Reply("handover_read", offers=(MY_QUESTION,))
        transcript.say(session, words, hand_over.conversation, told, now)
        wake(session, hand_over)
    return hand_over


def add_note(
    session: Session, hand_over_id: UUID, me: Person, text: str, now: datetime
) -> HandOver:
    """For colleagues only; the participant never reads it."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    note = clean(text).strip()
    if not note:
        raise Invalid("write something first", "error.empty_note")
    if len(note) > MAX_NOTE_CHARACTERS:
        raise Invalid(f"at most {MAX_NOTE_CHARACTERS} characters", "error.note_too_long")
    record(session, hand_over, EventKind.note, now, me, text=mask(note).text)
    wake(session, hand_over)
    return hand_over


def reply(session: Session, hand_over_id: UUID, me: Person, text: str, now: datetime) -> Message:
    """A message of the regisseur in Dutch; only who claimed it may write."""
    return answer(session, get_mine(session, hand_over_id, me), me, Spoken(checked(text)), now)


def answer(
    session: Session, hand_over: HandOver, me: Person, spoken: Spoken, now: datetime
) -> Message:
    """Say it to the participant: the clock stands still until they write again."""
    message = transcript.say_as_person(session, hand_over.conversation, me, spoken, now)
    if hand_over.waiting_since is not None:
        record(session, hand_over, EventKind.answered, now, me)
    hand_over.first_answer_at = hand_over.first_answer_at or now
    stop_clock(hand_over)
    wake(session, hand_over)
    return message


def checked(text: str, most: int = MAX_REPLY_CHARACTERS) -> str:
    """What may go out to a participant. Invalid for nothing, too much, a BSN or a bank account."""
    words = clean(text).strip()
    if not words:
        raise Invalid("write something first", "error.empty_reply")
    if _length(words) > most:
        raise Invalid(f"write at most {most} characters at a time", "error.reply_too_long")
    if mask(words).found & {"bsn", "iban"}:
        raise Invalid("a BSN or bank account must not stand in a chat", "error.secret_in_reply")
    return words


def heard(
    session: Session, conversation_id: UUID, kind: Kind, now: datetime, *, unanswered: bool = False
) -> None:
    """The participant wrote: if a person has answered before, somebody waits again. A button asks
    too where it was left `unanswered`."""
    if kind not in ASKS and not unanswered:
        return
    hand_over = find_current(session, conversation_id)
    if hand_over is not None and hand_over.waiting_since is None:
        start_clock(session, hand_over, now)
        tell_staff(session, hand_over, NoticeKind.answered, now)
    if hand_over is not None:
        wake(session, hand_over)


def hand_back(
    session: Session, words: Words, hand_over_id: UUID, me: Person, now: datetime
) -> HandOver:
    """The human is done: the participant is told, and the bot answers in a new dialogue."""
    hand_over = get_mine(session, hand_over_id, me)
    hand_over.closed_by_id = me.id
    record(session, hand_over, EventKind.handed_back, now, me)
    _close(session, words, hand_over, "handed_back", now)
    return hand_over


def end(session: Session, words: Words, hand_over: HandOver, now: datetime) -> None:
    """Handed back by itself: the regisseur spoke last, and the participant has been silent."""
    record(session, hand_over, EventKind.ended, now)
    _close(session, words, hand_over, "handed_back_silent", now)


def reopen(session: Session, words: Words, hand_over: HandOver, why: str, now: datetime) -> None:
    """Who claimed it did not answer, or is away: it is anybody's again, and the bot answers."""
    hand_over.state = HandOverState.open
    hand_over.claimed_by_id = hand_over.claimed_by = hand_over.claimed_at = None
    hand_over.owner_id = hand_over.owner = None
    hand_over.conversation.new_session(now)
    _drop_drafts(session, hand_over)
    record(session, hand_over, EventKind.reopened, now, text=why)
    transcript.say(session, words, hand_over.conversation, Reply("handover_reopened"), now)
    tell_staff(session, hand_over, NoticeKind.reopened, now)
    wake(session, hand_over)


def status(session: Session, hand_over: HandOver, now: datetime) -> Reply:
    """What the participant hears who asks what became of their question."""
    key = "handover_was_read" if hand_over.read_at else "handover_waiting"
    earliest = earliest_answer(session, hand_over, now)
    return Reply(key, facts={"earliest": earliest}, offers=(MY_QUESTION,))


def get_mine(session: Session, hand_over_id: UUID, me: Person) -> HandOver:
    """A hand-over that I have claimed, locked. Conflict or NotAllowed where I have not."""
    hand_over = get_handover(session, hand_over_id, me, lock=True)
    if hand_over.state == HandOverState.closed:
        raise Conflict("this question is closed", "error.closed")
    if hand_over.state == HandOverState.open:
        raise Conflict("take the question first", "error.not_claimed")
    if hand_over.claimed_by_id != me.id:
        raise NotAllowed("a colleague has this question", "error.already_claimed")
    return hand_over


def _give(hand_over: HandOver, to: Person, now: datetime) -> None:
    hand_over.state = HandOverState.claimed
    hand_over.claimed_by_id, hand_over.claimed_by, hand_over.claimed_at = to.id, to, now
    hand_over.read_at = hand_over.read_at or now


def _close(session: Session, words: Words, hand_over: HandOver, key: str, now: datetime) -> None:
    conversation = hand_over.conversation
    hand_over.state, hand_over.closed_at = HandOverState.closed, now
    stop_clock(hand_over)
    conversation.wants_person = False
    conversation.new_session(now)
    _drop_drafts(session, hand_over)
    transcript.say(session, words, conversation, Reply.with_menu(key), now)
    if hand_over.first_answer_at is not None and hand_over.reason is not Reason.safety:
        faces = tuple(_face(hand_over, helped) for helped in Helped)
        transcript.say(session, words, conversation, Reply("handover_helped", offers=faces), now)
    wake(session, hand_over)


def _drop_drafts(session: Session, hand_over: HandOver) -> None:
    """Who wrote them has it no more, and nobody else may send them."""
    session.execute(delete(ReplyDraft).where(ReplyDraft.hand_over_id == hand_over.id))


def _face(hand_over: HandOver, helped: Helped) -> Offer:
    arguments = {"hand_over": str(hand_over.id), "helped": str(helped)}
    return Offer("helped", f"button.helped_{helped}", arguments)


def _length(text: str) -> int:
    """As Telegram counts: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
