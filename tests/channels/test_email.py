"""Reminders by e-mail, over real SMTP: they read right, arrive once, and say why they do not."""

import asyncio
import logging
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.findings import Key
from api.cases.models import Case, Leerroute, Participant
from api.cases.service import change_contact
from api.cases.wire import ContactFields
from api.channels.email import deliver, open_mail
from api.conversations.models import Channel, Conversation
from api.db import Database
from api.outbox.models import DeliveryState, OutboxMessage
from api.outbox.service import Outgoing, SendFailed, claim_due, record_failure, record_sent
from api.people.contacts import set_contact
from api.reminders.delivery import take_outcome
from api.reminders.models import Reminder, ReminderKind, ReminderState, Way
from api.reminders.service import Post, dispatch
from api.reminders.wanted import end_of
from api.settings import Settings
from api.system import free_port
from tests.factories import FixedClock, participant, regisseur, talk
from tests.fakes.mail import HOST, PASSWORD, USER, MailServer, listening, mail_server
from translations.catalogue import LANGUAGES, without_isolates

ADDRESS = "amina@example.org"
FROM = "wegwijs@weert.example.org"
LONGEST_WAIT = timedelta(minutes=30)


def settings(port: int | None = None, url: str | None = None, **changes: Any) -> Settings:
    return Settings(
        **{
            "rasa_secret": "a rasa secret",
            "service_token": "a service token",
            "smtp_url": url or f"smtp://{HOST}:{port}",
            "mail_from": FROM,
            **changes,
        }
    )


class Office:
    """A town that reminds people by e-mail, one step at a time."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.post = Post(words, has_mail=True)
        self.words = words

    def remind(
        self,
        language: str = "ar",
        kind: ReminderKind = ReminderKind.appointment,
        email: str | None = ADDRESS,
        phone: str | None = "0495 000 000",
        **changes: Any,
    ) -> None:
        """An appointment of next week, and a reminder of it that is put in the outbox now."""
        with self.database.writing() as session:
            case = participant(session, self.clock(), language=language)
            session.get_one(Participant, case.participant_id).email = email
            appointment = talk(session, case, self.clock() + timedelta(days=7))
            for name, value in changes.items():
                setattr(appointment, name, value)
            set_contact(session, "weert", "regisseur", phone=phone)
            self._dispatch(session, case, kind, appointment)

    def _dispatch(
        self, session: Session, case: Case, kind: ReminderKind, appointment: Appointment
    ) -> None:
        now = self.clock()
        reminder = Reminder(
            key=f"test:{appointment.id}:{now}",
            municipality_id="weert",
            case_id=case.id,
            appointment_id=appointment.id,
            kind=kind,
            at=appointment.starts_at,
            until=appointment.starts_at,
            planned_at=now,
            due_at=now,
        )
        session.add(reminder)
        session.flush()
        dispatch(session, self.post, reminder, now)

    def remind_of_deadline(self, language: str) -> None:
        """The route may be changed for a year and a half after the PIP."""
        with self.database.writing() as session:
            case = participant(session, self.clock(), language=language)
            session.get_one(Participant, case.participant_id).email = ADDRESS
            case.pip_date, case.leerroute = date(2026, 9, 1), Leerroute.b1
            now = self.clock()
            ends = end_of(date(2028, 3, 1))
            reminder = Reminder(
                key="test:deadline",
                municipality_id="weert",
                case_id=case.id,
                kind=ReminderKind.deadline,
                about=Key.route_change,
                at=ends,
                until=ends,
                planned_at=now,
                due_at=now,
            )
            session.add(reminder)
            session.flush()
            dispatch(session, self.post, reminder, now)

    def remind_again(self) -> None:
        with self.database.writing() as session:
            appointment = session.scalars(select(Appointment)).one()
            kind = ReminderKind.appointment
            self._dispatch(session, appointment.case, kind, appointment)

    def claim(self) -> Outgoing:
        with self.database.writing() as session:
            [outgoing] = claim_due(session, self.words, self.clock(), 30, bulk=True)
            return outgoing

    def send(self, server: MailServer | None = None, using: Settings | None = None) -> str | None:
        """Claim, send and write down; the code of the failure, if it is one."""
        mail = open_mail(using or settings(server.port if server else None))
        assert mail is not None
        outgoing = self.claim()
        try:
            name = asyncio.run(deliver(mail, outgoing))
        except SendFailed as failure:
            self._record(outgoing, failure)
            return failure.code
        self._record(outgoing, name)
        return None

    def _record(self, outgoing: Outgoing, result: str | SendFailed) -> None:
        with self.database.writing() as session:
            record: Any = record_failure if isinstance(result, SendFailed) else record_sent
            row = record(session, outgoing, result, self.clock())
            take_outcome(session, self.post, row, self.clock())

    def row(self) -> OutboxMessage:
        with self.database.reading() as session:
            return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()  # type: ignore[return-value]

    def reminder(self) -> Reminder:
        with self.database.reading() as session:
            query = select(Reminder).order_by(Reminder.id.desc())
            return session.scalars(query).first()  # type: ignore[return-value]

    def mailbox(self) -> Conversation | None:
        with self.database.reading() as session:
            return session.scalar(select(Conversation).filter_by(channel=Channel.email))


@pytest.fixture
def office(sqlite: Database, words: Words, clock: FixedClock) -> Office:
    return Office(sqlite, words, clock)


def only(server: MailServer) -> EmailMessage:
    [mail] = server.mails
    return mail


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def calendars(mail: EmailMessage) -> list[tuple[EmailMessage, Calendar]]:
    found = []
    for part in mail.iter_attachments():
        assert isinstance(part, EmailMessage)
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        calendar = Calendar.from_ical(content)
        assert isinstance(calendar, Calendar)
        found.append((part, calendar))
    return found


# How it reads


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_arrives_in_the_language_of_who_reads_it(
    office: Office, words: Words, language: str
) -> None:
    office.remind(language)
    with mail_server() as server:
        assert office.send(server) is None
    mail, text = only(server), body(only(server))
    said = without_isolates(text)
    for key, facts in (
        ("mail.dear", {"name": "Amina"}),
        ("mail.how", {}),
        ("contact.phone", {"phone": "0495 000 000"}),
        ("mail.from", {"town": "Weert"}),
    ):
        assert without_isolates(words.text(language, key, **facts)) in said
    assert words.text(language, "appointment.progress_talk") in said
    assert "Stadhuis" in said
    assert "11:00" not in said
    assert "10:00" in said
    subject = without_isolates(words.text(language, "mail.subject", town="Weert"))
    assert mail["Subject"] == subject
    assert (words.text(language, "draft_mark") in text) == (language != "nl")


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("ti", "ltr"), ("nl", "ltr")])
def test_the_page_of_the_mail_reads_in_its_own_direction(
    office: Office, language: str, direction: str
) -> None:
    office.remind(language)
    with mail_server() as server:
        office.send(server)
    page = body(only(server), "html")
    assert page.count(f'lang="{language}" dir="{direction}"') == 2
    assert "Amina" in page


def test_what_a_regisseur_typed_is_no_markup_in_the_page(office: Office) -> None:
    office.remind("nl", place="Stadhuis <b>& kamer 2</b>")
    with mail_server() as server:
        office.send(server)
    assert "Stadhuis &lt;b&gt;&amp; kamer 2&lt;/b&gt;" in body(only(server), "html")
    assert "Stadhuis <b>& kamer 2</b>" in body(only(server))


def test_the_mail_says_who_writes_and_that_a_program_does(office: Office) -> None:
    office.remind("nl")
    with mail_server() as server:
        office.send(server)
    mail = only(server)
    assert server.envelopes == [(FROM, [ADDRESS])]
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Gemeente Weert", FROM)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "nl"
    assert mail["Date"].datetime == office.clock()


def test_without_a_number_to_call_the_rest_is_said(office: Office, words: Words) -> None:
    office.remind("nl", phone=None)
    with mail_server() as server:
        office.send(server)
    assert words.text("nl", "mail.how") in body(only(server))
    assert "Telefoon" not in body(only(server))


# The appointment in a calendar


@pytest.mark.parametrize("kind", [ReminderKind.appointment, ReminderKind.new, ReminderKind.moved])
def test_the_appointment_goes_along_for_the_calendar(office: Office, kind: ReminderKind) -> None:
    office.remind("ti", kind)
    with mail_server() as server:
        office.send(server)
    [(part, calendar)] = calendars(only(server))
    assert part.get_filename() == "afspraak.ics"
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["method"] == calendar["METHOD"] == "PUBLISH"
    [event] = calendar.walk("VEVENT")
    assert event["STATUS"] == "CONFIRMED"
    assert event.decoded("dtstart") == office.clock() + timedelta(days=7)


def test_a_cancelled_appointment_goes_along_as_cancelled(office: Office) -> None:
    office.remind("nl", ReminderKind.cancelled, state=AppointmentState.cancelled)
    with mail_server() as server:
        office.send(server)
    [(_, calendar)] = calendars(only(server))
    [event] = calendar.walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"


def test_a_deadline_has_its_own_subject_and_no_file(office: Office, words: Words) -> None:
    office.remind_of_deadline("tr")
    with mail_server() as server:
        office.send(server)
    mail = only(server)
    assert mail["Subject"] == words.text("tr", "mail.subject_deadline")
    assert words.text("tr", "remind.deadline") in body(mail)
    assert "2028" in body(mail)
    assert calendars(mail) == []


# What becomes of it


def test_what_was_taken_is_written_down(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        assert office.send(server) is None
    row, reminder = office.row(), office.reminder()
    assert row.state is DeliveryState.sent
    assert only(server)["Message-ID"] == f"<{row.delivered_id}@weert.example.org>"
    assert (reminder.state, reminder.way) == (ReminderState.sent, Way.email)


def test_a_mail_that_may_have_arrived_comes_again_under_the_same_name(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        server.message = None
        code = office.send(server)
        assert code is not None
        assert (office.row().state, office.row().ambiguous) == (DeliveryState.waiting, 1)
        server.message = "250 OK"
        office.clock.move(LONGEST_WAIT)
        assert office.send(server) is None
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_what_was_taken_is_sent_however_the_server_says_goodbye(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        server.farewell = "421 too busy for manners"
        assert office.send(server) is None
    assert office.row().state is DeliveryState.sent


def test_two_reminders_have_two_names(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        office.send(server)
        office.clock.move(timedelta(days=1))
        office.remind_again()
        office.send(server)
    assert len({mail["Message-ID"] for mail in server.mails}) == 2


def test_a_server_that_is_down_gets_it_when_it_is_up_again(office: Office) -> None:
    office.remind()
    server = MailServer()
    assert office.send(server) is not None
    assert (office.row().state, office.row().ambiguous) == (DeliveryState.waiting, 0)
    office.clock.move(LONGEST_WAIT)
    with listening(server):
        assert office.send(server) is None
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "step", [{"sender": "451 later"}, {"recipient": "450 later"}, {"message": "452 later"}]
)
def test_a_refusal_for_now_is_tried_again(office: Office, step: dict[str, str]) -> None:
    office.remind()
    with mail_server() as server:
        for name, answer in step.items():
            setattr(server, name, answer)
        code = office.send(server)
    [answer] = step.values()
    assert code is not None
    assert code.endswith(answer[:3])
    assert (office.row().state, office.row().ambiguous) == (DeliveryState.waiting, 0)


def test_a_mailbox_that_does_not_exist_becomes_a_task_at_once(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        server.recipient = "550 5.1.1 no such mailbox"
        assert office.send(server) == "mail: recipient 550"
    assert office.row().state is DeliveryState.undeliverable
    assert office.reminder().state is ReminderState.unreached
    mailbox = office.mailbox()
    assert mailbox is not None
    assert mailbox.blocked_at == office.clock()


def test_after_a_refusal_letters_are_written_until_the_address_is_corrected(
    office: Office,
) -> None:
    office.remind()
    with mail_server() as server:
        server.recipient = "550 5.1.1 no such mailbox"
        office.send(server)
        server.recipient = "250 OK"
        office.clock.move(timedelta(days=1))
        office.remind_again()
        assert office.reminder().state is ReminderState.to_print
        with office.database.writing() as session:
            case = session.scalars(select(Appointment)).one().case
            sanne = regisseur(session, office.clock())
            contact = ContactFields(email="amina.nieuw@example.org")
            change_contact(session, sanne, case.id, contact, office.clock())
        office.clock.move(timedelta(days=1))
        office.remind_again()
        assert office.send(server) is None
    assert server.envelopes == [(FROM, ["amina.nieuw@example.org"])]


def test_mail_that_the_server_does_not_take_from_us_is_no_fault_of_the_mailbox(
    office: Office,
) -> None:
    office.remind()
    with mail_server() as server:
        server.recipient = "550 5.7.1 relaying denied"
        office.send(server)
    assert office.row().state is DeliveryState.failed
    mailbox = office.mailbox()
    assert mailbox is not None
    assert mailbox.blocked_at is None


def test_a_message_that_is_refused_for_good_is_not_tried_again(office: Office) -> None:
    office.remind()
    with mail_server() as server:
        server.message = "554 no"
        assert office.send(server) == "mail: message 554"
    assert office.row().state is DeliveryState.failed
    assert office.reminder().state is ReminderState.unreached


def test_to_whom_is_read_when_it_is_sent(office: Office) -> None:
    office.remind()
    with office.database.writing() as session:
        session.scalars(select(Participant)).one().email = "juist@example.org"
    with mail_server() as server:
        office.send(server)
    assert server.envelopes == [(FROM, ["juist@example.org"])]


def test_an_address_that_was_taken_away_since_gets_nothing(office: Office) -> None:
    office.remind()
    with office.database.writing() as session:
        session.scalars(select(Participant)).one().email = None
    with mail_server() as server:
        assert office.send(server) == "mail: no address"
    assert server.mails == []
    assert office.reminder().state is ReminderState.unreached


def test_a_mailbox_that_is_nobodys_any_more_stops_no_other_message(office: Office) -> None:
    office.remind()
    with office.database.writing() as session:
        session.scalars(select(Conversation)).one().person_id = None
    assert office.claim().envelope is None


def test_a_changed_language_holds_for_the_next_mail(office: Office, words: Words) -> None:
    office.remind("ar")
    with mail_server() as server:
        office.send(server)
        with office.database.writing() as session:
            session.scalars(select(Participant)).one().person.language = "tr"
        office.clock.move(timedelta(days=1))
        office.remind_again()
        office.send(server)
    assert [mail["Content-Language"] for mail in server.mails] == ["ar", "tr"]


# Signing in


def with_login(server: MailServer, password: str, host: str = HOST) -> Settings:
    return settings(url=f"smtp://{USER}:{quote(password, safe='')}@{host}:{server.port}")


def test_the_right_password_opens_the_server(office: Office) -> None:
    office.remind()
    with mail_server(with_password=True) as server:
        assert office.send(using=with_login(server, PASSWORD)) is None
    assert len(server.mails) == 1


def test_a_wrong_password_is_told_and_not_tried_again(office: Office) -> None:
    office.remind()
    with mail_server(with_password=True) as server:
        assert office.send(using=with_login(server, "anders")) == "mail: sign-in 535"
    assert office.row().state is DeliveryState.failed
    mailbox = office.mailbox()
    assert mailbox is not None
    assert mailbox.blocked_at is None


def test_without_a_password_that_is_asked_for_nothing_is_blocked(office: Office) -> None:
    office.remind()
    with mail_server(with_password=True) as server:
        assert office.send(server) == "mail: sender 530"
    assert office.row().state is DeliveryState.failed


@pytest.mark.parametrize(
    ("url", "must"),
    [
        ("smtp://u:p@mail.example.org:587", True),
        ("smtp://mail.example.org", True),
        ("smtps://u:p@mail.example.org", False),
        ("smtp://u:p@localhost:25", False),
        ("smtp://u:p@127.0.0.1:25", False),
    ],
)
def test_nothing_leaves_this_machine_without_tls(url: str, must: bool) -> None:
    server = open_mail(settings(url=url))
    assert server is not None
    assert server.must_encrypt is must
    assert server.tls is url.startswith("smtps")


# What is set, and what is told


def test_without_settings_there_is_no_mail() -> None:
    none = settings(smtp_url=None, mail_from=None)
    assert not none.has_mail
    assert open_mail(none) is None
    assert settings(free_port()).has_mail


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_from": None},
        {"smtp_url": None},
        {"smtp_url": "http://u:GEHEIM@mail.example.org"},
        {"smtp_url": "smtp://u:GEHEIM@:25"},
        {"smtp_url": "smtp://u:GEHEIM@mail.example.org:99999"},
        {"mail_from": "Wegwijs"},
        {"mail_from": "Wegwijs <wegwijs@example.org>"},
    ],
)
def test_half_a_setting_is_refused_at_start_and_no_secret_is_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{"url": "smtp://u:GEHEIM@mail.example.org"} | wrong)
    assert "GEHEIM" not in str(refused.value)


def test_no_address_and_no_password_stands_in_a_log_or_a_code(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.remind()
    with mail_server() as server:
        server.recipient = f"550 5.1.1 <{ADDRESS}> unknown"
        office.send(server)
    office.clock.move(timedelta(days=1))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("api")]
    assert not [line for line in ours if ADDRESS in line]
    assert ADDRESS not in (office.row().error or "")
    mail = open_mail(settings(url="smtp://u:GEHEIM@mail.example.org"))
    assert "GEHEIM" not in repr(mail)
