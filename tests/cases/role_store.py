"""A town with one of everything that is nobody's business, and somebody of every role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.answers.models import ContentTask
from api.answers.tasks import report_answer
from api.answers.words import Words
from api.appointments.hours import add_absence, set_working_hours
from api.appointments.models import Appointment
from api.appointments.wire import AbsenceRead
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import offer
from api.cases.models import Case, Household
from api.cases.reads import read_contact, read_participant
from api.cases.service import KINDS, add_record, change_case
from api.cases.transfers import request_transfer
from api.cases.versions import tag_of
from api.cases.wire import FIELDS, AppointmentFields
from api.coaching.models import Coaching, Consent
from api.conversations import transcript
from api.conversations.models import Conversation, InboxMessage, Message
from api.handovers.asking import ask_for_person
from api.handovers.drafts import Drafted, make_draft
from api.handovers.interpreters import Wish, ask_interpreter
from api.handovers.models import HandOver, Reason
from api.handovers.service import claim_handover
from api.notices.models import MailState, StaffMail
from api.people.linking import create_code
from api.people.models import LinkCode, Municipality, Person, PersonRole, Role, StaffSession
from api.people.signin import STAYS_SIGNED_IN, open_session
from api.reminders.models import Reminder
from api.reminders.routes import ReminderSettings
from api.reminders.service import unreached
from tests.cases.role_requests import (
    BODIES,
    FIRST_NAME,
    HELD,
    HOUSEHOLD,
    LAST_NAME,
    QUESTION,
    TEXTS,
)
from tests.cases.role_table import HAS_CASES, SEES_CASE, Who
from tests.factories import conversation, participant, person, receive, talk

HELD_ON = {"startsAt": "2026-10-06T10:00:00+02:00", "state": "held"}
AWAY = date(2026, 12, 31)
NAMES = (FIRST_NAME, LAST_NAME, HOUSEHOLD, QUESTION)
OF_CASE = {
    "learnability_result": "Leerbaarheid Verzwegen",
    "interpreter_language": "Dari Verzwegen",
    "reference": "V-4711",
}
CONTENT = (*OF_CASE.values(), *(text for texts in TEXTS.values() for text in texts.values()))
"""Goals, notes, providers … of the case: for regisseurs of the town and nobody else."""
_ROLES: Mapping[Who, tuple[tuple[str, Role], ...]] = {
    Who.participant: (("weert", Role.participant),),
    Who.coach: (("weert", Role.coach),),
    Who.key_person: (("weert", Role.key_person),),
    Who.expired: (("weert", Role.regisseur),),
    Who.dismissed: (("weert", Role.regisseur),),
    Who.administrator: (("weert", Role.administrator),),
    Who.coordinator: (("weert", Role.coordinator),),
    Who.regisseur: (("weert", Role.regisseur),),
    Who.colleague: (("weert", Role.regisseur),),
    Who.elsewhere: (("cranendonck", Role.regisseur),),
    Who.mixed: (("cranendonck", Role.regisseur), ("weert", Role.coordinator)),
}


@dataclass
class Seeded:
    """The ids that addresses need, and what proves who somebody is."""

    places: dict[str, str] = field(default_factory=dict)
    """By the name of a path parameter."""
    records: dict[str, str] = field(default_factory=dict)
    """By kind."""
    versions: dict[str, int] = field(default_factory=dict)
    """Of the case (""), and of the record of each kind."""
    claimed: dict[Who, str] = field(default_factory=dict)
    """The hand-over that this member of staff has."""
    drafts: dict[Who, str] = field(default_factory=dict)
    """Of a reply in it, translated and not sent."""
    offered: dict[Who, str] = field(default_factory=dict)
    """A file in it that waits for a yes of the participant."""
    tokens: dict[Who, str] = field(default_factory=dict)
    csrf: dict[Who, str] = field(default_factory=dict)
    emails: dict[Who, str] = field(default_factory=dict)
    people: dict[Who, UUID] = field(default_factory=dict)
    other_participant: str = ""
    other_case: str = ""
    other_coach: str = ""
    colleague: str = ""
    """To whom a hand-over can be given."""
    absences: dict[Who, str] = field(default_factory=dict)
    """Of each regisseur their own."""
    person_tag: str = ""
    contact_tag: str = ""
    settings_tag: str = ""
    absence_tags: dict[str, str] = field(default_factory=dict)
    """By e-mail."""


def seed(session: Session, words: Words, now: datetime) -> Seeded:
    made = Seeded()
    people = {who: _person(session, who, now) for who in _ROLES}
    case = participant(session, now, name=FIRST_NAME)
    case.participant.person.last_name = LAST_NAME
    _fill(session, words, case, people[Who.regisseur], now)
    _live_together(session, made, case, people[Who.coach], now)
    _write_to(session, words, made, case, people, now)
    _ask_to_move(session, words, made, case, people[Who.regisseur], now)
    _plan_days(session, words, made, case, people, now)
    _note_ids(session, made, case, now)
    _sign_in(session, made, people, now)
    return made


def _person(session: Session, who: Who, now: datetime) -> Person:
    towns = [town for town, _ in _ROLES[who]]
    email = f"{who}@wegwijs.example"
    made = person(session, now, name=f"Bedacht-{who}", towns=towns, email=email)
    made.roles = [PersonRole(municipality_id=town, role=role) for town, role in _ROLES[who]]
    session.flush()
    return made


def _fill(session: Session, words: Words, case: Case, me: Person, now: datetime) -> None:
    """A record of every kind, each with words that stand nowhere else."""
    changes = {**OF_CASE, "regisseur_id": me.id, "pip_date": date(2026, 3, 1)}
    change_case(session, words.rules, me, case.id, case.version, changes, now)
    for kind, body in BODIES.items():
        sent = {name: _other_day(value) for name, value in body.items()} | TEXTS.get(kind, {})
        fields = FIELDS[kind].model_validate(sent)
        add_record(session, words.rules, me, case.id, kind, fields, now)


def _other_day(value: Any) -> Any:
    """Not the day on which the tests add one."""
    earlier = {"2026-11-02": "2026-10-05", "2026-12-01T10:00:00+01:00": "2026-12-08T10:00:00+01:00"}
    return {**earlier, "health": "network"}.get(value, value) if isinstance(value, str) else value


def _live_together(
    session: Session, made: Seeded, case: Case, coach: Person, now: datetime
) -> None:
    household = Household(municipality_id="weert", name=HOUSEHOLD)
    coaching = Coaching(household=household, coach_id=coach.id, began_at=now)
    session.add(coaching)
    session.flush()
    case.participant.household_id = household.id
    who = case.participant_id
    agreed = Consent(coaching_id=coaching.id, participant_id=who, given=True, answered_at=now)
    session.add(agreed)
    another = participant(session, now, name="Karim")
    talk(session, another, now + timedelta(days=2))
    made.other_participant, made.other_case = str(another.participant_id), str(another.id)
    made.other_coach = str(person(session, now, Role.coach, name="Henk").id)
    made.places |= {"household_id": str(household.id), "coaching_id": str(coaching.id)}


def _write_to(
    session: Session,
    words: Words,
    made: Seeded,
    case: Case,
    people: Mapping[Who, Person],
    now: datetime,
) -> None:
    """The participant asked for a person in one chat, and everybody who may has another."""
    open_one = _asked(session, case, "chat-open", now)
    made.places |= {
        "hand_over_id": str(open_one.id),
        "handOverId": str(open_one.id),
        "chat_id": str(open_one.conversation_id),
        "session_id": open_one.conversation.session_id,
    }
    open_one.conversation.session_used_at = now + timedelta(seconds=1)  # where they wrote last
    for who in SEES_CASE:
        taken = _asked(session, case, f"chat-{who}", now)
        claim_handover(session, words, taken.id, people[who], now)
        made.claimed[who] = str(taken.id)
        drafted = Drafted("Dag", "tr", "Merhaba", "Dag", ())
        made.drafts[who] = str(make_draft(session, taken.id, people[who], drafted, now).id)
        made.offered[who] = str(_sent(session, taken, now).id)
    seen = _sent(session, open_one, now)
    seen.state, seen.content, seen.type = AttachmentState.stored, QUESTION.encode(), "image/jpeg"
    made.places |= {"attachment_id": str(seen.id), "message_id": str(seen.message_id)}
    needed = ask_interpreter(session, open_one.id, people[Who.regisseur], Wish("ti"), now)
    made.places["request_id"] = str(needed.id)
    made.colleague = str(people[Who.colleague].id)
    made.places["mail_id"] = str(_failed_mail(session, people[Who.regisseur], now).id)


def _failed_mail(session: Session, to: Person, now: datetime) -> StaffMail:
    """An e-mail that told somebody of this, and did not arrive."""
    mail = StaffMail(person_id=to.id, state=MailState.failed, made_at=now, due_at=now)
    mail.finish(now, "mail: no such address")
    session.add(mail)
    session.flush()
    return mail


def _sent(session: Session, hand_over: HandOver, now: datetime) -> Attachment:
    """A file that came with the first line."""
    of = select(Message).filter_by(conversation_id=hand_over.conversation_id)
    line = session.scalars(of.order_by(Message.id)).first()
    assert line is not None
    return offer(session, line, {"reference": "photo-1", "size": 1_000}, now)


def _asked(session: Session, case: Case, chat: str, now: datetime) -> HandOver:
    about: Conversation = conversation(session, now, chat, language="tr")
    about.person_id, about.municipality_id = case.participant_id, "weert"
    receive(session, now, QUESTION, chat=chat)
    waiting = session.scalars(select(InboxMessage).filter_by(conversation_id=about.id)).one()
    transcript.hear(session, waiting, None)
    waiting.done_at, waiting.text = now, None
    session.flush()
    session.refresh(about)
    return ask_for_person(session, about, Reason.asked, now)


def _ask_to_move(
    session: Session, words: Words, made: Seeded, case: Case, me: Person, now: datetime
) -> None:
    asked = request_transfer(session, words, me, case.id, "cranendonck", now)
    made.places |= dict.fromkeys(("transferId", "transfer_id"), str(asked.id))


def _plan_days(
    session: Session,
    words: Words,
    made: Seeded,
    case: Case,
    people: Mapping[Who, Person],
    now: datetime,
) -> None:
    """Working hours, days away, a talk that was held, and a message that did not arrive."""
    week = {"2": ["09:00", "17:00"]}
    set_working_hours(session, people[Who.regisseur], "weert", week, 60, "Kamer Verzwegen")
    for who in sorted(HAS_CASES):
        away = add_absence(session, people[who], AWAY, AWAY, now).absence
        made.absences[who] = str(away.id)
        made.absence_tags[people[who].email or ""] = tag_of(AbsenceRead.of(away))
    held = AppointmentFields.model_validate({**BODIES["appointments"], **HELD_ON})
    add_record(session, words.rules, people[Who.regisseur], case.id, "appointments", held, now)
    task = session.scalars(select(Reminder).filter_by(case_id=case.id, kind="new")).one()
    unreached(session, task, "blocked", now)
    session.flush()
    made.places |= {"reminderId": str(task.id), "municipality": "weert", "token": "no-secret"}
    made.places |= {"reminder_id": str(task.id), "state": "missed"}
    made.settings_tag = tag_of(ReminderSettings.of(session.get_one(Municipality, "weert")))
    made.contact_tag = tag_of(read_contact(case.participant))


def _note_ids(session: Session, made: Seeded, case: Case, now: datetime) -> None:
    create_code(session, case.participant.person, None, now)
    report_answer(session, "pvt", now)
    code = session.scalars(select(LinkCode)).one()
    task = session.scalars(select(ContentTask)).one()
    made.places |= {"caseId": str(case.id), "case_id": str(case.id), "town": "weert"}
    made.places |= {"code_id": str(code.id), "task_id": str(task.id)}
    made.places |= dict.fromkeys(("person_id", "participant_id"), str(case.participant_id))
    session.refresh(case)
    made.person_tag, made.versions[""] = tag_of(read_participant(case)), case.version
    held = session.scalars(select(Appointment).filter_by(case_id=case.id, state="held")).one()
    made.records[HELD], made.versions[HELD] = str(held.id), held.version
    made.places["talk_id"] = str(held.id)
    for kind, model in KINDS.items():
        row = session.scalars(
            select(model).filter_by(case_id=case.id).where(model.id != held.id)
        ).first()
        assert row is not None, kind
        made.records[kind], made.versions[kind] = str(row.id), row.version


def _sign_in(session: Session, made: Seeded, people: Mapping[Who, Person], now: datetime) -> None:
    # Signing in clears away sessions that are over: theirs is made last.
    for who, one in sorted(people.items(), key=lambda each: each[0] is Who.expired):
        at = now - STAYS_SIGNED_IN if who is Who.expired else now
        made.tokens[who], made.emails[who] = open_session(session, one, at), one.email or ""
        made.people[who] = one.id
        session.flush()
        theirs = session.scalars(select(StaffSession).filter_by(person_id=one.id)).first()
        made.csrf[who] = theirs.csrf if theirs else ""
    gone = people[Who.dismissed].id
    session.execute(delete(PersonRole).where(PersonRole.person_id == gone))
