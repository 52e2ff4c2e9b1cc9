"""A button about an appointment, pressed in the chat of whoever it may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.access import find_own_case
from api.cases.models import Case
from api.conversations.appointment_replies import MAKE, changed
from api.conversations.models import Conversation


@dataclass(frozen=True)
class TalkPress:
    """One button, pressed in its conversation."""

    words: Words
    session: Session
    conversation: Conversation
    arguments: Mapping[str, Any]
    now: datetime

    @cached_property
    def case(self) -> Case | None:
        """The open case of whoever is linked now; locked, so that one thing happens at a time."""
        return find_own_case(self.session, self.conversation.person_id, lock=True)

    @cached_property
    def talk(self) -> Appointment | None:
        """The appointment of the button, if it is one of this case."""
        id = self.arguments.get("appointment")
        if self.case is None or id is None:
            return None
        own = select(Appointment).where(
            Appointment.id == UUID(str(id)), Appointment.case_id == self.case.id
        )
        return self.session.scalar(own.execution_options(populate_existing=True))

    def moment(self, name: str) -> datetime | None:
        text = self.arguments.get(name)
        return datetime.fromisoformat(str(text)) if text else None

    @property
    def is_coming(self) -> bool:
        """Whether the appointment still is to take place."""
        return (
            self.talk is not None
            and self.talk.state is AppointmentState.planned
            and self.talk.starts_at > self.now
        )

    @property
    def is_as_offered(self) -> bool:
        """Whether it begins when the button said."""
        return self.talk is not None and self.talk.starts_at == self.moment("starts_at")


def when_coming(
    act: Callable[[TalkPress, Appointment], list[Reply]],
) -> Callable[[TalkPress], list[Reply]]:
    """For an appointment as the button knows it; what is past, off or changed is told instead."""

    def acting_on_it(press: TalkPress) -> list[Reply]:
        if press.talk is None or not press.is_coming:
            return gone(press)
        if not press.is_as_offered:
            return [changed(press.talk)]
        return act(press, press.talk)

    return acting_on_it


def gone(press: TalkPress) -> list[Reply]:
    """There is no such appointment any more; another one can be made."""
    return [Reply.with_person("talk.gone", *((MAKE,) if press.case else ()))]
