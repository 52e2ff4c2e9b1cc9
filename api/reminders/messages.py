"""What a reminder says, as the case store has it at the moment of sending."""

from sqlalchemy.orm import Session

from api.answers.own_case import lines
from api.answers.reply import PERSON, Named, Offer, Reply, ask
from api.answers.words import Words
from api.appointments.models import Answer, Appointment, AppointmentKind
from api.cases.findings import Finding, Key
from api.cases.models import Case
from api.conversations.models import CHATS, Channel
from api.reminders.models import Reminder, ReminderKind

BRING = {
    AppointmentKind.progress_talk: "bring.progress_talk",
    AppointmentKind.intake: "bring.intake",
}
BRING_OTHERWISE = "bring.other"
ASKED_ABOUT = {
    Key.route_change: "leerroutes",
    Key.extension: "verlenging",
    Key.childcare: "kinderopvangtoeslag",
    Key.relief: "ontzorgen",
    Key.pvt: "pvt",
    Key.map: "map",
}
"""The topic that explains a deadline."""


def message(
    session: Session,
    words: Words,
    reminder: Reminder,
    finding: Finding | None,
    channel: Channel | None,
) -> Reply | None:
    """None where there is nothing to say. `channel` is None for a letter."""
    answers = channel in CHATS
    match reminder.kind:
        case ReminderKind.deadline:
            return _deadline(words, reminder.case, finding)
        case ReminderKind.choose:
            kind = Named(f"appointment.{AppointmentKind.progress_talk}")
            offers = (Offer("make", "button.make"), PERSON)
            return Reply("remind.choose", facts={"kind": kind}, offers=offers)
        case ReminderKind.unreachable:
            return None
    if reminder.appointment is None:
        return None
    if reminder.kind is ReminderKind.cancelled:
        return about("change.cancelled", reminder.appointment, offers=(PERSON,))
    key = "remind" if reminder.kind is ReminderKind.appointment else f"change.{reminder.kind}"
    return _appointment(key, reminder.appointment, answers=answers)


def about(key: str, appointment: Appointment, *lines: str, offers: tuple[Offer, ...] = ()) -> Reply:
    """A text about an appointment; day, time and place are read when it gets its words."""
    records = {"appointment": str(appointment.id)}
    return Reply(key, records=records, lines=lines, offers=offers)


def appointment_offer(action: str, appointment: Appointment) -> Offer:
    """A button about the appointment as it stands now: pressed after a change, that is told."""
    arguments = {
        "appointment": str(appointment.id),
        "starts_at": appointment.starts_at.isoformat(),
    }
    return Offer(action, f"button.{action}", arguments)


def _appointment(key: str, appointment: Appointment, *, answers: bool) -> Reply:
    """With what to bring, and the question whether it suits, until that is answered."""
    told = [BRING.get(appointment.kind, BRING_OTHERWISE)] if not appointment.by_phone else []
    if appointment.interpreter:
        told.append("remind.interpreter")
    confirmed = appointment.answer is Answer.confirmed
    if answers:
        told.append("remind.confirmed" if confirmed else "remind.come")
    first = () if confirmed else ("come",)
    offers = (appointment_offer(each, appointment) for each in (*first, "other_time", "cannot"))
    return about(key, appointment, *told, offers=(*offers, PERSON))


def _deadline(words: Words, case: Case, finding: Finding | None) -> Reply | None:
    if finding is None:
        return None
    told = lines(case, {finding.key: finding}, (finding.key,))
    if not told:
        return None
    topic = ASKED_ABOUT.get(finding.key, "")
    offers = (ask(topic), PERSON) if topic in words.topics else (PERSON,)
    return Reply("remind.deadline", told=tuple(told), offers=offers)
