"""What the bot's actions may ask of a dialogue session; they see opaque ids only."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.service import find_next
from api.cases.models import Participant
from api.conversations.models import Conversation
from api.conversations.reasons import reason_of
from api.db import Tx
from api.dependencies import Now, Service, TheWords
from api.errors import NotFound, NotSignedIn
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.problems import documented
from api.wire import Wire

api = APIRouter(
    prefix="/sessions/{session_id}",
    tags=["bot actions"],
    dependencies=[Service],
    responses=documented(NotSignedIn, NotFound),
)


class NextAppointmentRead(Wire):
    """`linked` is false while nobody knows who the participant is."""

    linked: bool
    appointment: UUID | None


class HandOverCreate(Wire):
    reason: Reason = Field(Reason.asked, strict=False)


class HandOverCreated(Wire):
    hand_over: UUID


@api.get("/next-appointment", response_model=NextAppointmentRead)
def next_appointment(session_id: str, session: Tx, now: Now) -> NextAppointmentRead:
    """The id of the next appointment of the person this dialogue belongs to."""
    conversation = _conversation(session, session_id)
    person_id = conversation.person_id
    if person_id is None or session.get(Participant, person_id) is None:
        return NextAppointmentRead(linked=person_id is not None, appointment=None)
    appointment = find_next(session, person_id, now)
    return NextAppointmentRead(linked=True, appointment=appointment.id if appointment else None)


@api.post("/hand-overs", status_code=201, response_model=HandOverCreated)
def create_hand_over(
    session_id: str, body: HandOverCreate, session: Tx, words: TheWords, now: Now
) -> HandOverCreated:
    """Put the conversation in the queue to a human; asking twice is one hand-over.

    For `asked` it is looked up what happened just before, such as a reminder.
    """
    conversation, reason = _conversation(session, session_id), body.reason
    if reason is Reason.asked:
        reason = reason_of(words, session, conversation, now)
    return HandOverCreated(hand_over=ask_for_person(session, conversation, reason, now).id)


def _conversation(session: Session, session_id: str) -> Conversation:
    conversation = session.scalar(select(Conversation).filter_by(session_id=session_id))
    if conversation is None:
        raise NotFound("there is no such dialogue session")
    return conversation
