"""What a message of the ledger is about and what became of it, in the words of the console."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.answers.words import Words
from api.appointments.models import AppointmentKind
from api.cases.models import Case
from api.clock import local
from api.console.case_list import PATH as CASES
from api.console.case_words import day_in_words, moment_in_words, option
from api.console.views import console_text
from api.reminders.models import Reminder, ReminderKind, ReminderState

MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class TaskRow:
    """A message that reached nobody, or waits to be printed."""

    id: int
    case_path: str
    name: str
    town: str
    about: str
    why: str
    since: datetime
    phone: str | None
    can_send: bool
    can_print: bool


@dataclass(frozen=True)
class LedgerRow:
    """A message of a case, from plan to end."""

    about: str
    state: str
    planned: datetime
    due: datetime
    sent: datetime | None
    way: str | None
    delivered: str | None
    answer: str | None
    why: str | None


def task_row(words: Words, reminder: Reminder, now: datetime) -> TaskRow:
    case: Case = reminder.case
    participant = case.participant
    is_told = reminder.kind is not ReminderKind.unreachable and now < reminder.until
    return TaskRow(
        id=reminder.id,
        case_path=f"{CASES}/{case.id}#talks",
        name=participant.person.name,
        town=case.municipality.name,
        about=about(words, reminder),
        why=why(words, reminder) or console_text(words, "reminder.why.no_way"),
        since=local(reminder.done_at or reminder.due_at),
        phone=participant.phone if case.keeps_contact else None,
        can_send=is_told and participant.stopped_at is None,
        can_print=is_told,
    )


def ledger_row(words: Words, reminder: Reminder) -> LedgerRow:
    is_open = reminder.state is not ReminderState.unreached
    return LedgerRow(
        about=about(words, reminder),
        state=console_text(words, f"reminder.state.{reminder.state}"),
        planned=local(reminder.planned_at),
        due=local(reminder.due_at),
        sent=local(reminder.sent_at) if reminder.sent_at else None,
        way=console_text(words, f"reminder.way.{reminder.way}") if reminder.way else None,
        delivered=reminder.outbox.delivered_id if reminder.outbox and is_open else None,
        answer=_answer(words, reminder),
        why=reminder.handled_how or why(words, reminder),
    )


def about(words: Words, reminder: Reminder) -> str:
    """The kind of message, of which appointment or last day."""
    what = _what(words, reminder)
    return console_text(words, f"reminder.kind.{reminder.kind}", **({"what": what} if what else {}))


def why(words: Words, reminder: Reminder) -> str | None:
    """Why it did not go as planned, where something stood in its way."""
    if reminder.why is None:
        return None
    key = f"reminder.why.{reminder.why}"
    if key in words.console:
        return console_text(words, key)
    return console_text(words, "reminder.why.other", why=reminder.why)


def _what(words: Words, reminder: Reminder) -> str:
    match reminder.kind:
        case ReminderKind.unreachable:
            return ""
        case ReminderKind.deadline | ReminderKind.choose:
            last = local(reminder.at - MOMENT).date()  # the moment is the end of that day
            of_talk = option(words, AppointmentKind.progress_talk)
            is_talk = reminder.kind is ReminderKind.choose or reminder.about is None
            name = of_talk if is_talk else console_text(words, f"case.finding.{reminder.about}")
            return console_text(words, "reminder.what", kind=name, moment=day_in_words(last))
    moment = moment_in_words(words, reminder.at)
    if reminder.appointment is None:
        return console_text(words, "reminder.removed", moment=moment)
    kind = option(words, reminder.appointment.kind)
    return console_text(words, "reminder.what", kind=kind, moment=moment)


def _answer(words: Words, reminder: Reminder) -> str | None:
    """What the participant answered to this appointment as it stood in the message."""
    appointment = reminder.appointment
    if appointment is None or appointment.answer is None or appointment.starts_at != reminder.at:
        return None
    return option(words, appointment.answer)
