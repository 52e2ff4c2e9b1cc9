"""E-mail to staff, over real SMTP: that something waits, once, and not a word of what or whom."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from api import loops
from api.answers.words import Words
from api.channels.email import deliver, open_mail
from api.conversations.models import Conversation
from api.db import Database
from api.errors import Conflict, NotFound
from api.handovers.models import HandOver, Reason
from api.handovers.service import assign
from api.notices import mails
from api.notices.models import MailState, Notice, StaffMail
from api.notices.worker import StaffPost
from api.outbox.sender import Deliver
from api.outbox.service import Outgoing, SendFailed
from api.people.models import Person, Role
from tests.channels.test_email import settings
from tests.factories import FixedClock, person, regisseur, town
from tests.fakes.mail import MailServer, listening, mail_server
from tests.handovers.waiting_room import WaitingRoom, at
from tests.outbox.sending import Unreliable, happens
from tests.outbox.test_indexes import explained
from tests.side_by_side import at_once

MONDAY, TUESDAY = 23, 24
URL = "https://wegwijs.example.org"
MINUTE = timedelta(minutes=1)


class Office(WaitingRoom):
    """The same town; Sanne is its only regisseur, until others come."""

    def __init__(self, database: Database, words: Words, clock: FixedClock) -> None:
        super().__init__(database, words, clock)
        self.leave(self.joris)
        self.address = self.address_of(self.sanne)

    def address_of(self, who: UUID) -> str:
        with self.database.reading() as session:
            return session.get_one(Person, who).email or ""

    def post(self, server: MailServer | None = None, send: Deliver | None = None) -> StaffPost:
        mail = open_mail(settings(server.port)) if server else None

        async def by_mail(outgoing: Outgoing) -> str:
            assert mail is not None
            return await deliver(mail, outgoing)

        way = send or (by_mail if server else None)
        return StaffPost(self.database, self.words, self.clock, way, f"{URL}/")

    def send(self, server: MailServer | None = None, send: Deliver | None = None) -> int:
        """What is due now; how many mails that were."""
        post = self.post(server, send)

        async def all_due() -> int:
            due = post.claim(20)
            for claimed in due:
                await post.send(claimed)
            return len(due)

        return asyncio.run(all_due())

    def run(self, post: StaffPost, until: Callable[[], bool]) -> None:
        """The loop itself, until something is so."""

        async def run() -> None:
            self.database.signals.bind()
            loop = asyncio.create_task(post.run())
            try:
                await happens(until)
            finally:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)

        asyncio.run(run())

    def ask_elsewhere(self, reason: Reason = Reason.asked) -> UUID:
        """In a chat of its own."""
        with self.database.writing() as session:
            count = session.scalar(select(func.count(Conversation.id)))
            chat = self.new_chat(session, f"chat-{count}-b")
        return self.ask(reason, chat)

    def coordinator_with_mail(self) -> str:
        with self.database.writing() as session:
            session.get_one(Person, self.marloes).email = "marloes@wegwijs.example"
        return "marloes@wegwijs.example"

    def states(self) -> list[MailState]:
        with self.database.reading() as session:
            return list(session.scalars(select(StaffMail.state).order_by(StaffMail.id)))

    def mail(self) -> StaffMail:
        with self.database.reading() as session:
            return session.scalars(select(StaffMail).order_by(StaffMail.id.desc()).limit(1)).one()

    def notices(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count(Notice.id))) or 0

    def failed(self, me: UUID) -> list[StaffMail]:
        with self.database.reading() as session:
            return list(mails.list_failed(session, session.get_one(Person, me)))

    def see_to(self, me: UUID, mail_id: int) -> None:
        with self.database.writing() as session:
            who = session.get_one(Person, me)
            mails.handle_failed(session, who, mail_id, self.clock())


@pytest.fixture
def office(sqlite: Database, words: Words, clock: FixedClock) -> Office:
    return Office(sqlite, words, clock)


@pytest.fixture
def either(database: Database, words: Words, clock: FixedClock) -> Office:
    """The same on both databases."""
    return Office(database, words, clock)


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").replace("\n", " ")


def receivers(server: MailServer) -> list[str]:
    return [to for _, [to] in server.envelopes]


# What it says


def test_a_new_question_is_mailed_at_once_and_once(either: Office) -> None:
    either.ask()
    with mail_server() as server:
        assert either.send(server) == 1
        either.clock.move(timedelta(days=1))
        assert either.send(server) == 0
    assert receivers(server) == [either.address]
    assert either.states() == [MailState.sent]


def test_the_mail_says_that_something_waits_and_where_and_nothing_else(office: Office) -> None:
    with office.database.writing() as session:
        chat = session.get_one(Conversation, office.chat)
        chat.topic = "kinderopvang"
        chat.person = person(session, office.clock(), Role.participant, name="Amina")
    office.hear()
    id = office.ask(Reason.safety)
    with mail_server() as server:
        office.send(server)
    [mail] = server.mails
    assert mail["Subject"] == "Er wacht 1 vraag in Wegwijs"
    assert f"{URL}/console/hand-overs/{id}" in body(mail)
    whole = mail.as_string().lower()
    for secret in (
        "amina",
        "voorbeeld",
        "weert\n",
        "kinderopvang",
        "bent u daar",
        "veilig",
        "arab",
    ):
        assert secret not in whole
    [sender] = mail["From"].addresses
    assert sender.display_name == "Wegwijs"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "nl"
    assert "te laat" not in body(mail)


def test_a_warning_says_that_time_is_nearly_up_and_an_alarm_that_it_is_late(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        office.send(server)
        office.look(at(MONDAY, 16))
        office.send(server)
        office.look(at(TUESDAY, 10))
        office.send(server)
    first, warning, alarm = server.mails
    assert "bijna om" not in body(first)
    assert "Voor 1 vraag is de tijd bijna om." in body(warning)
    assert "1 vraag is te laat." in body(alarm)
    assert alarm["Subject"].startswith("Te laat:")


def test_a_coordinator_who_may_not_read_it_is_led_to_the_list(office: Office) -> None:
    address = office.coordinator_with_mail()
    id = office.ask()
    office.claim()
    office.look(at(TUESDAY, 10))
    with mail_server() as server:
        office.send(server)
    by_address = dict(zip(receivers(server), server.mails, strict=True))
    assert str(id) not in by_address[address].as_string()
    assert f"{URL}/console " in body(by_address[address])
    assert str(id) in body(by_address[office.address])


# One, and then together


def test_after_the_first_the_next_ones_come_together(either: Office) -> None:
    either.ask()
    with mail_server() as server:
        either.send(server)
        for _ in range(3):
            either.clock.move(MINUTE)
            either.ask_elsewhere()
            assert either.send(server) == 0
        either.clock.move(11 * MINUTE)
        assert either.send(server) == 0
        either.clock.move(MINUTE)
        assert either.send(server) == 1
    digest = server.mails[-1]
    assert digest["Subject"] == "Er wachten 3 vragen in Wegwijs"
    assert f"{URL}/console " in body(digest)


def test_a_question_of_which_there_are_two_notices_counts_once(office: Office) -> None:
    id = office.ask()
    with office.database.writing() as session:
        session.get_one(HandOver, id).warn_by = office.clock()
    office.look()
    with mail_server() as server:
        office.send(server)
    assert server.mails[0]["Subject"] == "Er wacht 1 vraag in Wegwijs"


def test_danger_does_not_wait_a_quarter_of_an_hour(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        office.send(server)
        office.clock.move(2 * MINUTE)
        office.ask_elsewhere(Reason.safety)
        assert office.send(server) == 0
        office.clock.move(MINUTE)
        assert office.send(server) == 1
    assert len(server.mails) == 2


def test_an_alarm_does_not_wait_and_takes_the_rest_with_it(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        office.send(server)
        office.clock.now = at(TUESDAY, 9, 50)
        office.ask_elsewhere()
        office.send(server)
        office.clock.now = at(TUESDAY, 9, 55)
        office.ask_elsewhere()
        assert office.send(server) == 0
        office.look(at(TUESDAY, 10))
        assert office.send(server) == 1
    assert server.mails[-1]["Subject"] == "Te laat: er wachten 2 vragen in Wegwijs"


def test_danger_that_was_seen_to_does_not_hurry_the_others(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        office.send(server)
        office.clock.move(5 * MINUTE)
        office.ask_elsewhere()
        urgent = office.ask_elsewhere(Reason.safety)
        close(office, urgent)
        assert office.send(server) == 0
        office.clock.move(10 * MINUTE)
        office.send(server)
    assert server.mails[-1]["Subject"] == "Er wacht 1 vraag in Wegwijs"


def close(office: Office, id: UUID) -> None:
    values = {"state": "closed", "closed_at": office.clock(), "waiting_since": None}
    with office.database.writing() as session:
        session.execute(update(HandOver).where(HandOver.id == id).values(**values))


# Only what still is so


def test_of_what_was_taken_meanwhile_nobody_is_told_any_more(either: Office) -> None:
    either.ask()
    either.claim()
    with mail_server() as server:
        assert either.send(server) == 0
    assert (server.mails, either.notices()) == ([], 0)


def test_of_what_was_answered_meanwhile_no_alarm_is_told(office: Office) -> None:
    office.ask()
    office.claim()
    office.look(at(TUESDAY, 10))
    office.reply()
    with mail_server() as server:
        office.send(server)
    assert server.mails == []


def test_an_old_alarm_says_nothing_of_what_was_asked_later(office: Office) -> None:
    office.ask()
    office.claim()
    office.look(at(TUESDAY, 10))
    office.reply()
    office.clock.now = at(TUESDAY, 10, 5)
    office.hear()
    with mail_server() as server:
        office.send(server)
    [mail] = server.mails
    assert "te laat" not in body(mail)
    assert office.notices() == 1  # that the participant wrote again


def test_new_words_are_told_to_who_has_the_question_and_not_to_who_had_it(office: Office) -> None:
    with office.database.writing() as session:
        bram = regisseur(session, office.clock(), "Bram").id
    office.ask()
    office.claim()
    office.reply()
    office.hear()
    with office.database.writing() as session:
        session.execute(update(HandOver).values(claimed_by_id=bram))
    with mail_server() as server:
        office.send(server)
    assert server.mails == []


def test_a_mail_that_waited_says_what_is_so_when_it_leaves(office: Office) -> None:
    first, _ = office.ask(), office.ask_elsewhere()
    server = MailServer()
    office.send(server)
    close(office, first)
    office.clock.move(MINUTE)
    with listening(server):
        office.send(server)
    assert server.mails[0]["Subject"] == "Er wacht 1 vraag in Wegwijs"


def test_a_mail_about_what_is_over_is_not_sent_any_more(either: Office) -> None:
    id = either.ask()
    server = MailServer()
    either.send(server)
    close(either, id)
    either.clock.move(MINUTE)
    with listening(server):
        either.send(server)
    assert (server.mails, either.states(), either.notices()) == ([], [], 0)


@pytest.mark.parametrize("has_waited", [True, False])
def test_who_left_gets_nothing(office: Office, has_waited: bool) -> None:
    office.ask()
    server = MailServer()
    if has_waited:
        office.send(server)
        office.clock.move(MINUTE)
    office.leave(office.sanne)
    with listening(server):
        office.send(server)
    assert (server.mails, office.states(), office.notices()) == ([], [], 0)


def test_who_has_no_address_gets_nothing_and_colleagues_do(office: Office) -> None:
    with office.database.writing() as session:
        person(session, office.clock(), Role.regisseur, name="Bram")
    office.ask()
    with mail_server() as server:
        office.send(server)
    assert receivers(server) == [office.address]
    assert office.notices() == 1


def test_who_works_for_another_town_now_hears_nothing_of_this_one(office: Office) -> None:
    office.ask()
    with office.database.writing() as session:
        town(session, "cranendonck", "Cranendonck")
        session.execute(text("UPDATE person_role SET municipality_id = 'cranendonck'"))
    with mail_server() as server:
        office.send(server)
    assert server.mails == []


def test_whoever_is_given_a_question_hears_of_it(office: Office) -> None:
    id = office.ask()
    office.send(send=nowhere)
    with office.database.writing() as session:
        bram = regisseur(session, office.clock(), "Bram")
        address, sanne = bram.email, session.get_one(Person, office.sanne)
        assign(session, id, sanne, bram.id, office.clock())
    with mail_server() as server:
        office.send(server)
    assert receivers(server) == [address]


async def nowhere(_: Outgoing) -> str:
    return "taken"


# When something is down


def test_a_mail_server_that_is_down_gets_it_when_it_is_up_again(either: Office) -> None:
    either.ask()
    server = MailServer()
    either.send(server)
    assert either.states() == [MailState.waiting]
    either.clock.move(MINUTE)
    with listening(server):
        either.send(server)
    assert (len(server.mails), either.states()) == (1, [MailState.sent])


def test_what_comes_while_a_mail_waits_joins_it(office: Office) -> None:
    office.ask()
    server = MailServer()
    office.send(server)
    for _ in range(4):
        office.clock.move(14 * MINUTE)
        office.ask_elsewhere()
        office.send(server)
    office.clock.move(15 * MINUTE)
    with listening(server):
        office.send(server)
    [mail] = server.mails
    assert mail["Subject"] == "Er wachten 5 vragen in Wegwijs"


def test_after_three_hours_of_trying_it_is_on_the_list_of_what_failed(office: Office) -> None:
    began, server = office.clock(), MailServer()
    office.ask()
    while office.states() != [MailState.failed]:
        assert office.send(server) == 1
        if office.mail().done_at is None:
            office.clock.now = office.mail().due_at
    assert timedelta(hours=3) < office.clock() - began < timedelta(hours=4)
    assert office.failed(office.sanne)[0].error == "mail: SMTPConnectError"


def test_a_mail_that_may_have_arrived_comes_again_under_the_same_name(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        server.message = None
        office.send(server)
        server.message = "250 OK"
        office.clock.move(MINUTE)
        office.send(server)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_who_died_while_sending_is_followed_by_another(either: Office) -> None:
    either.ask()
    with mail_server() as server:
        post = either.post(server)
        assert len(post.claim(5)) == 1  # and then it died
        either.clock.move(timedelta(seconds=29))
        assert either.send(server) == 0
        either.clock.move(timedelta(seconds=2))
        assert either.send(server) == 1
    assert len(server.mails) == 1


def test_who_was_too_slow_writes_nothing_over_what_another_did(office: Office) -> None:
    office.ask()
    with mail_server() as server:
        post = office.post(server)
        [slow] = post.claim(5)
        office.clock.move(MINUTE)
        office.send(server)
        failure = SendFailed("late")
        with office.database.writing() as session:
            mails.record_failure(session, *slow, failure, office.clock())
    assert office.states() == [MailState.sent]


def test_a_fault_of_ours_is_a_failed_try_and_others_get_their_mail(office: Office) -> None:
    with office.database.writing() as session:
        bram = regisseur(session, office.clock(), "Bram")
        address = bram.email
    office.ask()
    sent: list[str | None] = []

    async def fails_for_bram(outgoing: Outgoing) -> str:
        assert outgoing.envelope is not None
        if outgoing.envelope.address == address:
            raise RuntimeError
        sent.append(outgoing.envelope.address)
        return "taken"

    office.send(send=fails_for_bram)
    assert sent == [office.address]
    assert sorted(office.states()) == [MailState.sent, MailState.waiting]


def test_a_store_that_is_away_for_a_moment_loses_nothing_and_doubles_nothing(
    sqlite: Database, words: Words, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(loops, "AFTER_A_FAULT_SECONDS", 0.01)
    monkeypatch.setattr("api.notices.worker.WRITE_DOWN_PAUSE_SECONDS", 0.01)
    unreliable = Unreliable(str(sqlite.engine.url))
    office = Office(unreliable, words, clock)
    office.ask()
    sent: list[int] = []

    async def goes_away(outgoing: Outgoing) -> str:
        sent.append(outgoing.id)
        unreliable.is_away = True

        async def come_back() -> None:
            await asyncio.sleep(0.03)
            unreliable.is_away = False

        comes_back.append(asyncio.create_task(come_back()))
        return "taken"

    comes_back: list[asyncio.Task[None]] = []
    is_sent = [MailState.sent]
    office.run(
        office.post(send=goes_away), lambda: not unreliable.is_away and office.states() == is_sent
    )
    unreliable.close()
    assert len(sent) == 1


def test_the_loop_sends_what_is_written_while_it_runs(either: Office) -> None:
    with mail_server() as server:
        either.ask()
        either.run(either.post(server), lambda: either.states() == [MailState.sent])
    assert len(server.mails) == 1


def test_many_processes_make_and_send_one_mail(either: Office, database_url: str) -> None:
    for _ in range(3):
        either.ask_elsewhere()
    sent: list[int] = []

    async def take(outgoing: Outgoing) -> str:
        sent.append(outgoing.id)
        return "taken"

    databases = [Database(database_url) for _ in range(4)]
    posts = [StaffPost(each, either.words, either.clock, take, URL) for each in databases]

    def work(number: int) -> None:
        for _ in range(3):
            for claimed in posts[number].claim(5):
                asyncio.run(posts[number].send(claimed))

    at_once(4, work)
    for each in databases:
        each.close()
    assert (len(sent), either.states()) == (1, [MailState.sent])


def test_many_processes_that_collect_at_once_make_one_mail_for_each(either: Office) -> None:
    with either.database.writing() as session:
        people = [regisseur(session, either.clock(), f"Bram{one}").id for one in range(20)]
    either.ask()

    def collect(_: int) -> None:
        for person_id in people:
            with either.database.writing() as session:
                mails.collect(session, person_id, either.clock())

    at_once(6, collect)
    assert either.states() == [MailState.waiting] * 20


# Without a mail server


def test_without_a_mail_server_notices_are_thrown_away_after_three_days(either: Office) -> None:
    either.ask()
    post = either.post()
    either.run(post, lambda: True)
    assert either.notices() == 1
    either.clock.move(timedelta(days=3, minutes=1))
    either.run(post, lambda: either.notices() == 0)
    assert either.states() == []


def test_what_was_mailed_is_thrown_away_in_the_end(either: Office) -> None:
    either.ask()
    either.send(send=nowhere)
    prune(either, timedelta(days=29))
    assert either.notices() == 1
    prune(either, timedelta(days=2))
    assert (either.notices(), len(either.states())) == (0, 1)
    prune(either, timedelta(days=60))
    assert either.states() == []


def prune(office: Office, later: timedelta) -> None:
    office.clock.move(later)
    with office.database.writing() as session:
        mails.prune(session, office.clock())


# What failed


def refused(office: Office) -> StaffMail:
    office.ask()
    with mail_server() as server:
        server.recipient = "550 5.1.1 no such mailbox"
        office.send(server)
    return office.mail()


def test_what_is_refused_for_good_is_on_the_list_of_the_town(either: Office) -> None:
    mail = refused(either)
    assert (mail.state, mail.error) == (MailState.failed, "mail: recipient 550")
    for who in (either.sanne, either.marloes):
        [listed] = either.failed(who)
        assert (listed.id, listed.person.first_name) == (mail.id, "Sanne")


def test_nobody_of_another_town_and_no_coach_sees_it(office: Office) -> None:
    mail = refused(office)
    with office.database.writing() as session:
        bram = regisseur(session, office.clock(), "Bram", towns=("cranendonck",)).id
        joke = person(session, office.clock(), Role.coach, name="Joke").id
    for who in (bram, joke):
        assert office.failed(who) == []
        with pytest.raises(NotFound):
            office.see_to(who, mail.id)


def test_an_administrator_sees_it(office: Office) -> None:
    refused(office)
    with office.database.writing() as session:
        ans = person(session, office.clock(), Role.administrator, name="Ans").id
    assert len(office.failed(ans)) == 1


def test_what_somebody_saw_to_is_off_the_list(office: Office) -> None:
    mail = refused(office)
    office.see_to(office.marloes, mail.id)
    assert (office.failed(office.sanne), office.states()) == ([], [MailState.handled])
    with pytest.raises(Conflict):
        office.see_to(office.sanne, mail.id)


def test_what_was_sent_cannot_be_seen_to(office: Office) -> None:
    office.ask()
    office.send(send=nowhere)
    with pytest.raises(NotFound):
        office.see_to(office.sanne, office.mail().id)


def test_no_address_stands_in_a_log_or_a_code(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    mail = refused(office)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("api")]
    assert ours
    assert not [line for line in ours if office.address in line]
    assert office.address not in (mail.error or "")


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda session, now: mails.find_ready(session, now), "ix_notice_"),
        (lambda session, now: mails.claim_due(session, now, 4), "ix_staff_mail_due"),
    ],
)
def test_what_is_looked_at_each_second_goes_by_an_index(
    either: Office, look: Callable[[Session, datetime], object], index: str
) -> None:
    with either.database.writing() as session:
        if either.database.engine.dialect.name == "postgresql":  # reads small tables as a whole
            session.execute(text("SET LOCAL enable_seqscan = off"))
        with explained(session) as plans:
            look(session, either.clock())
    assert index in plans[0]
