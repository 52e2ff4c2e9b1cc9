"""A warm transfer: somebody moves, agrees to it, and their case goes on in the new municipality.

Leerroute and term stay, the new municipality makes a new PIP (Wet inburgering 2021, art. 15).
What the law hands over is copied; notes, enforcement and what staff wrote stay behind. Either
municipality sees its own case only. Locks are taken in one order: chats, case, transfer.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.answers.reply import Offer, Reply
from api.answers.words import Words
from api.appointments.changes import cancel_planned
from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.access import get_case
from api.cases.history import acting
from api.cases.models import Case, Participant, Transfer, TransferState
from api.cases.records import (
    Attendance,
    Childcare,
    Exam,
    Extension,
    Goal,
    Hours,
    Intervention,
    LeerrouteChoice,
    Record,
    Score,
)
from api.cases.rules import Rules
from api.cases.service import plan
from api.cases.spans import DAY
from api.clock import local
from api.coaching.models import Consent
from api.conversations import transcript
from api.conversations.models import CHATS, Conversation
from api.errors import Conflict, Invalid, NotFound
from api.handovers.asking import set_town
from api.handovers.models import HandOver, HandOverState
from api.handovers.ownership import is_owned, lock_conversation
from api.people.models import Municipality, Person, PersonRole, Role

GOES_ALONG = (
    *("group", "law", "leerroute", "turkish_nationality", "permit_limited", "duo_notice_on"),
    *("learnability_on", "learnability_result", "pvt_activity_on", "pvt_signed_on"),
    *("map_talk_on", "z_talk_on", "exemption", "exemption_on", "ended_on", "certificate_on"),
)
"""Of the case. What the old municipality did for somebody, such as housing, stays there."""
COPIED: tuple[type[Record], ...] = (
    *(LeerrouteChoice, Hours, Exam, Extension, Goal, Score),
    *(Intervention, Attendance, Childcare),
)
IN_CHAT = "chat"
_OWN = ("id", "case_id", "version")


def request_transfer(
    session: Session,
    words: Words,
    me: Person,
    case_id: UUID,
    to_town: str,
    now: datetime,
    registered_on: date | None = None,
) -> Transfer:
    """Ask the participant, in every linked chat, whether the case may go to this municipality.

    Conflict where the case is closed or was asked about already; Invalid where it is there.
    """
    chats = _lock_chats(session, get_case(session, me, case_id).participant_id)
    case = get_case(session, me, case_id, lock=True)
    to = session.get(Municipality, to_town)
    if to is None or to.id == case.municipality_id:
        reason = "choose another municipality of this installation"
        raise Invalid(f"to: {reason}", faults={"to": reason})
    if case.closed_on is not None:
        raise Conflict("this case is closed", "error.case_closed")
    acting(session, me.id, now)
    transfer = Transfer(
        case_id=case.id, to_id=to.id, registered_on=registered_on, asked_by_id=me.id, asked_at=now
    )
    session.add(transfer)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("the participant was asked already", "error.transfer_asked") from error
    _say(session, words, chats, _question(transfer, to), now)
    return transfer


def list_transfers(session: Session, me: Person, case_id: UUID) -> Sequence[Transfer]:
    """From and to this case, the newest first."""
    case = get_case(session, me, case_id)
    either = (Transfer.case_id == case.id) | (Transfer.new_case_id == case.id)
    return session.scalars(select(Transfer).where(either).order_by(Transfer.asked_at.desc())).all()


def withdraw_transfer(
    session: Session, me: Person, case_id: UUID, transfer_id: UUID, now: datetime
) -> Transfer:
    """Nothing is transferred; the buttons in the chat do nothing any more."""
    transfer = _get_asked(session, me, case_id, transfer_id)
    acting(session, me.id, now)
    transfer.state = TransferState.withdrawn
    session.flush()
    return transfer


def record_consent(
    session: Session,
    words: Words,
    rules: Rules,
    me: Person,
    case_id: UUID,
    transfer_id: UUID,
    on: date,
    how: str,
    now: datetime,
) -> Transfer:
    """The participant agreed outside the chat, such as on paper: transfer the case."""
    chats = _lock_chats(session, get_case(session, me, case_id).participant_id)
    transfer = _get_asked(session, me, case_id, transfer_id)
    if on > local(now).date():
        reason = "not in the future"
        raise Invalid(f"on: {reason}", faults={"on": reason})
    acting(session, me.id, now)
    transfer.consent_on, transfer.consent_how = on, how
    complete_transfer(session, rules, transfer, now)
    _say(session, words, chats, Reply.with_menu("transfer.done", town=transfer.to.name), now)
    return transfer


def answer_transfer(
    session: Session,
    words: Words,
    rules: Rules,
    conversation_person_id: UUID | None,
    transfer_id: UUID,
    agreed: bool,
    now: datetime,
) -> list[Reply]:
    """The participant pressed yes or no; only their own question, and only once, has an effect.

    The caller holds the lock of the conversation.
    """
    transfer = session.get(Transfer, transfer_id)
    if transfer is None or transfer.case.participant_id != conversation_person_id:
        return [Reply.with_menu("button_expired")]
    _lock(session, transfer)
    if transfer.state is TransferState.done:
        return [Reply.with_menu("transfer.done", town=transfer.to.name)]
    if transfer.state is not TransferState.asked or transfer.case.closed_on is not None:
        return [Reply.with_menu("button_expired")]
    acting(session, conversation_person_id, now)
    transfer.answered_at = now
    if not agreed:
        transfer.state = TransferState.refused
        session.flush()
        return [Reply.with_person("transfer.refused")]
    transfer.consent_on, transfer.consent_how = local(now).date(), IN_CHAT
    complete_transfer(session, rules, transfer, now)
    done = Reply.with_menu("transfer.done", town=transfer.to.name)
    return [Reply("transfer.agreed", facts={"town": transfer.to.name}), done]


def complete_transfer(session: Session, rules: Rules, transfer: Transfer, now: datetime) -> Case:
    """Close the case here and open it there; Conflict without consent. The caller holds the locks.

    All in the caller's transaction: both, or neither.
    """
    if transfer.consent_on is None:
        raise Conflict("the participant did not agree yet", "error.no_consent")
    if transfer.state is not TransferState.asked or transfer.case.closed_on is not None:
        raise Conflict("this case was closed or transferred", "error.case_closed")
    old, today = transfer.case, local(now).date()
    old.closed_on = today
    cancel_planned(session, old, frozenset(AppointmentKind), now)
    session.flush()
    new = _opened(old, transfer, today)
    session.add(new)
    session.flush()
    session.add_all(_copies(session, old, new))
    _move_person(session, old.participant, transfer.to_id, now)
    transfer.state, transfer.new_case_id = TransferState.done, new.id
    session.flush()
    plan(session, rules, [old.id, new.id], now)
    session.refresh(new)
    return new


def _opened(old: Case, transfer: Transfer, today: date) -> Case:
    starts_on = old.term_starts_on or (old.pip_date + DAY if old.pip_date else None)
    return Case(
        id=uuid4(),
        participant_id=old.participant_id,
        municipality_id=transfer.to_id,
        transferred_from_id=old.id,
        registered_on=transfer.registered_on or today,
        term_starts_on=starts_on,
        **{name: getattr(old, name) for name in GOES_ALONG},
    )


def _copies(session: Session, old: Case, new: Case) -> Iterator[Record]:
    for model in COPIED:
        for row in session.scalars(select(model).where(model.case_id == old.id)):
            yield _copy(row, new)
    held = select(Appointment).where(
        Appointment.case_id == old.id, Appointment.state == AppointmentState.held
    )
    for talk in session.scalars(held):
        yield _copy(talk, new)


def _copy(row: Record, new: Case) -> Record:
    model: Any = type(row)
    names = [column.key for column in inspect(model).column_attrs if column.key not in _OWN]
    copied: Record = model(case_id=new.id, **{name: getattr(row, name) for name in names})
    return copied


def _move_person(session: Session, participant: Participant, to: str, now: datetime) -> None:
    """Role, household, coaches and chats; the link of a chat to the person stays."""
    who, old = participant.person_id, participant.municipality_id
    participant.municipality_id, participant.household_id = to, None
    given = select(Consent).where(Consent.participant_id == who, Consent.given)
    for consent in session.scalars(given):
        consent.given, consent.answered_at = False, now
    roles = {
        held.municipality_id: held
        for held in session.scalars(
            select(PersonRole).filter_by(person_id=who, role=Role.participant)
        )
    }
    if to in roles and old in roles:
        session.delete(roles[old])
    elif old in roles:
        roles[old].municipality_id = to
    chats = update(Conversation).where(Conversation.person_id == who)
    session.execute(chats.values(municipality_id=to))
    _move_questions(session, who, to, now)


def _move_questions(session: Session, person_id: UUID, to: str, now: datetime) -> None:
    """A question that nobody has taken yet waits at the new municipality."""
    waiting = select(HandOver).where(
        HandOver.conversation_id.in_(
            select(Conversation.id).where(Conversation.person_id == person_id)
        ),
        HandOver.state == HandOverState.open,
    )
    for hand_over in session.scalars(waiting):
        set_town(session, hand_over, session.get_one(Municipality, to), now)


def _get_asked(session: Session, me: Person, case_id: UUID, transfer_id: UUID) -> Transfer:
    """A transfer of a case of mine that waits for an answer, with its locks."""
    case = get_case(session, me, case_id)
    transfer = session.scalar(select(Transfer).filter_by(id=transfer_id, case_id=case.id))
    if transfer is None:
        raise NotFound("there is no such transfer of this case")
    _lock(session, transfer)
    if transfer.state is not TransferState.asked:
        raise Conflict("this transfer waits for no answer", "error.transfer_over")
    return transfer


def _lock(session: Session, transfer: Transfer) -> None:
    session.refresh(transfer.case, with_for_update=True)
    session.refresh(transfer, with_for_update=True)


def _lock_chats(session: Session, person_id: UUID) -> list[Conversation]:
    """The chats in which the participant can be told something."""
    query = select(Conversation).where(
        Conversation.person_id == person_id,
        Conversation.channel.in_(CHATS),
        Conversation.blocked_at.is_(None),
    )
    chats = list(session.scalars(query.order_by(Conversation.id)))
    for chat in chats:
        lock_conversation(session, chat.id)
    return [chat for chat in chats if chat.person_id == person_id]


def _say(
    session: Session, words: Words, chats: Sequence[Conversation], reply: Reply, now: datetime
) -> None:
    """In each chat; where a person has the conversation the bot is silent."""
    for chat in chats:
        if not is_owned(session, chat.id):
            transcript.say(session, words, chat, reply, now)


def _question(transfer: Transfer, to: Municipality) -> Reply:
    yes, no = (
        Offer("transfer", f"button.{answer}", {"transfer": str(transfer.id), "answer": answer})
        for answer in ("yes", "no")
    )
    return Reply.with_person("transfer.ask", yes, no, town=to.name)
