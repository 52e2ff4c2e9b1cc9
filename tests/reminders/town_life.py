"""What happens to people in these years: drawn by lot, done with the real functions."""

import gc
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.appointments import booking
from api.appointments.hours import add_absence, planned_in, set_working_hours
from api.appointments.models import (
    Appointment,
    AppointmentKind,
    AppointmentState,
)
from api.appointments.series import plan_series
from api.appointments.slots import NOTICE, Slot, free_slots
from api.cases import service, transfers
from api.cases.access import get_case
from api.cases.models import Case, Group, Leerroute
from api.cases.models import Participant as StoredParticipant
from api.cases.records import Decision, Ground
from api.cases.rules import Rules
from api.cases.wire import (
    AppointmentFields,
    CaseFields,
    ChildcareFields,
    ExtensionFields,
    PersonFields,
)
from api.clock import local
from api.conversations.models import Channel, Conversation
from api.people.linking import create_code, use_code
from api.people.models import Person
from api.people.town_settings import set_reminder_settings
from api.people.unlinking import unlink_chat
from api.reminders import wishes
from api.reminders.models import TASKS, Reminder
from api.reminders.service import note_unreachable
from api.reminders.tasks import handle
from api.wire import Wire
from tests.reminders.simulation import (
    BEGINS,
    EVERY_DAYS,
    HOME,
    NEIGHBOUR,
    Participant,
    Simulation,
    moment,
)
from tests.reminders.witness import Witness

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEEK = {str(day): ["09:00", "17:00"] for day in range(1, 6)}
AFTER_WORK = time(17, 30)
LANGUAGES = ("nl", "nl", "nl", "nl", "en", "en", "ar", "tr", "ti")
SETTINGS = (
    ((7 * 24 * 60, 24 * 60, 2 * 60), "21:00", "08:00"),
    ((3 * 24 * 60, 24 * 60), "20:00", "09:00"),
    ((14 * 24 * 60, 24 * 60, 60), "22:30", "07:30"),
    ((7 * 24 * 60, 2 * 24 * 60, 3 * 60), "21:00", "08:00"),
)
OWN_QUIET = (("00:00", "24:00"), ("09:00", "12:00"), ("12:00", "14:30"), ("16:00", "23:00"))

MOST_QUIET_TIMES = 3


def live(url: str, words: Words, seed: int, cases: int, days: int, sweep_every: int = 1) -> Witness:
    """So many days of a town, in an empty migrated store; what was seen of them."""
    gc.freeze()
    gc.disable()  # a tenth of the time
    try:
        simulation = Simulation(url, words, seed, sweep_every)
        TownLife(simulation, cases, days)
        simulation.run(days)
        return simulation.witness
    finally:
        gc.enable()
        gc.unfreeze()


class TownLife:
    """Fills a simulation with people, and lets things happen to them."""

    def __init__(self, simulation: Simulation, cases: int, days: int) -> None:
        self.s, self.random = simulation, simulation.random
        self.days = days
        self._working_hours()
        for number in range(cases):
            early = number < cases * 2 // 5
            begins = BEGINS if early else BEGINS + DAY * self.random.randrange(days * 3 // 4)
            pip = local(BEGINS).date() - DAY * self.random.randrange(20, 900) if early else None
            self.s.at(self._hour(local(begins).date()), partial(self._opens, pip))
        for number in range(days // 60):
            on = local(BEGINS).date() + DAY * self.random.randrange(days)
            lasts, is_telegram = (10 * MINUTE, True) if number % 2 else (HOUR, False)
            at = moment(on, time(self.random.choice((8, 9, 9, 10, 14)), 59))
            self.s.at(at, partial(self.s.outage, lasts, of_telegram=is_telegram))
        for number in range(days // 150):
            self.s.at(self._hour(local(BEGINS).date() + DAY * 150 * number), self._town_settings)
        self.s.at(moment(local(BEGINS).date(), AFTER_WORK), self._evening)

    # What the town does

    def _working_hours(self) -> None:
        def write(session: Session) -> None:
            for id, staff in self.s.staff.items():
                for number, each in enumerate(staff):
                    minutes = 45 if number % 3 else 60
                    set_working_hours(session, each, id, WEEK, minutes, f"Stadhuis, kamer {number}")

        self.s.do(write)

    def _opens(self, pip: date | None) -> None:
        """A new participant, and how they can be reached."""
        lot, now, today = self.random, self.s.now, local(self.s.now).date()
        me = lot.choice(self.s.staff[HOME])
        way = lot.random()
        language = lot.choice(LANGUAGES)
        made: list[Case] = []

        def write(session: Session) -> list[UUID]:
            case = service.open_case(
                session,
                self.s.rules,
                self._me(session, me),
                HOME,
                PersonFields(first_name=f"Persoon{len(self.s.people)}", language=language),
                CaseFields(
                    group=lot.choice(tuple(Group)),
                    leerroute=lot.choice((None, Leerroute.b1, Leerroute.onderwijs, Leerroute.z)),
                    permit_limited=True,
                    regisseur_id=me.id,
                    interpreter_language=lot.choice((None, "Arabisch")),
                    duo_notice_on=today,
                    registered_on=today,
                    benefit_from=today,
                    pip_date=pip,
                    pip_talks=lot.choice((None, None, None, 6, 10)),
                ),
                now,
            )
            made.append(case)
            who = session.get_one(StoredParticipant, case.participant_id)
            if way < 0.15 or 0.75 < way < 0.9:
                who.email = f"persoon{len(self.s.people)}@wegwijs.example"
            return [case.id]

        self.s.do(write)
        who = Participant(made[0].participant_id, made[0].id, HOME)
        self.s.people.append(who)
        if way < 0.75:
            who.chat = f"tg-{len(self.s.people)}"
            self._links(who, Channel.telegram)
        if lot.random() < 0.1:
            self._links(who, Channel.webchat)
        if pip is None:
            self._adds(who, AppointmentKind.intake, 7)
            self.s.at(self._hour(today + DAY * lot.randrange(21, 60)), partial(self._gets_pip, who))
        else:
            self._series(who)
        self._something_soon(who)

    def _gets_pip(self, who: Participant) -> None:
        if not who.over:
            self._change(who, pip_date=local(self.s.now).date())
            self._series(who)

    def _series(self, who: Participant) -> None:
        at = time(self.random.choice((9, 10, 13, 15)))

        def write(session: Session) -> list[UUID]:
            plan_series(
                session, self.s.rules, self._town_of(session, who), who.case, at, self.s.now
            )
            return [who.case]

        self.s.do(write, in_series=True)

    def _adds(self, who: Participant, kind: AppointmentKind, in_days: int) -> None:
        on = local(self.s.now).date() + DAY * in_days
        by_phone = self.random.random() < 0.3
        fields = AppointmentFields(
            kind=kind,
            starts_at=moment(on, time(self.random.randrange(8, 18), self.random.choice((0, 30)))),
            place=None if by_phone else "Bibliotheek",
            by_phone=by_phone,
        )
        self._writes(who, "appointments", fields)

    def _writes(self, who: Participant, kind: str, fields: Wire) -> None:
        def write(session: Session) -> list[UUID]:
            me, rules, now = self._town_of(session, who), self.s.rules, self.s.now
            service.add_record(session, rules, me, who.case, kind, fields, now)
            return [who.case]

        self.s.do(write)

    def _change(self, who: Participant, **changes: object) -> None:
        def write(session: Session) -> list[UUID]:
            me = self._town_of(session, who)
            case = get_case(session, me, who.case)
            rules, now = self.s.rules, self.s.now
            service.change_case(session, rules, me, who.case, case.version, changes, now)
            return [who.case]

        self.s.do(write)

    def _changes_talk(self, who: Participant, id: UUID | None = None, **changes: object) -> None:
        """The town changes an appointment of theirs: this one, or the next."""

        def write(session: Session) -> list[UUID]:
            me = self._town_of(session, who)
            appointment = session.get(Appointment, id) if id else self._next_of(session, who)
            if appointment is None or appointment.state is not AppointmentState.planned:
                return []
            if not id and "starts_at" not in changes and appointment.starts_at <= self.s.now:
                return []
            service.change_record(
                session,
                self.s.rules,
                me,
                appointment.case_id,
                "appointments",
                appointment.id,
                appointment.version,
                changes,
                self.s.now,
            )
            return [appointment.case_id]

        self.s.do(write)

    def _moves(self, who: Participant) -> None:
        """Another time, in the next weeks; now and then somebody does it at night."""
        on = local(self.s.now).date() + DAY * self.random.randrange(1, 20)
        hour, minute = self.random.randrange(8, 18), self.random.choice((0, 15, 30))
        self._changes_talk(who, starts_at=moment(on, time(hour, minute)))

    def _moves_place(self, who: Participant) -> None:
        self._changes_talk(who, place="Wijkhuis", by_phone=False)

    def _telephones(self, who: Participant) -> None:
        self._changes_talk(who, by_phone=True)

    def _cancels(self, who: Participant) -> None:
        self._changes_talk(who, state=AppointmentState.cancelled)

    def _at_the_last_moment(self, who: Participant) -> None:
        """Just before the next talk it is moved, put elsewhere or cancelled, at night too."""
        talk = self._find_next(who)
        if talk is not None:
            before = self.random.choice((30 * MINUTE, HOUR, 3 * HOUR, 10 * HOUR, 13 * HOUR))
            what = self.random.choice((self._moves, self._moves_place, self._cancels))
            self.s.at(talk.starts_at - before, partial(what, who))
            if self.random.random() < 0.3:  # and once more in that night
                self.s.at(talk.starts_at - before + 20 * MINUTE, partial(self._telephones, who))

    def _pip_is_revised(self, who: Participant) -> None:
        self._change(who, pip_talks=self.random.choice((None, 4, 8, 12)))
        self._series(who)

    def _other_regisseur(self, who: Participant) -> None:
        self._change(who, regisseur_id=self.random.choice(self.s.staff[who.town]).id)

    def _regisseur_is_away(self, who: Participant) -> None:
        """Ill or on holiday: the talks of those days are moved, each of them."""
        me = self.random.choice(self.s.staff[who.town])
        first = local(self.s.now).date() + DAY * self.random.randrange(0, 9)
        moved: list[tuple[UUID, UUID]] = []

        def write(session: Session) -> None:
            absence = add_absence(
                session, self._me(session, me), first, first + 3 * DAY, self.s.now
            ).absence
            planned = planned_in(session, self._me(session, me), absence, self.s.now)
            moved.extend((each.case_id, each.id) for each in planned)

        self.s.do(write)
        for number, (case, id) in enumerate(moved):
            other = next((each for each in self.s.people if each.case == case), None)
            if other is not None:
                slot = self._free(me, other.town, 5 + number)
                if slot:
                    self._changes_talk(other, id, starts_at=slot.starts_at)

    def _is_ill(self, who: Participant) -> None:
        """Short: the talk moves. Long: more time."""
        if self.random.random() < 0.6:
            return self._moves(who)
        return self._gets_more_time(who, Ground.illness, 120)

    def _has_a_child(self, who: Participant) -> None:
        self._gets_more_time(who, Ground.birth, 16 * 7)
        self._moves(who)

    def _gets_more_time(self, who: Participant, ground: Ground, days: int) -> None:
        today = local(self.s.now).date()
        fields = ExtensionFields(
            ground=ground,
            starts_on=today,
            ends_on=today + DAY * days,
            decision=Decision.granted,
            decided_on=today,
        )
        self._writes(who, "extensions", fields)
        self._series(who)

    def _childcare(self, who: Participant) -> None:
        fields = ChildcareFields(starts_on=local(self.s.now).date())
        self._writes(who, "childcare", fields)

    def _goes_elsewhere(self, who: Participant) -> None:
        """They move to the other municipality, and agree that their case goes along."""
        old, to = who.case, NEIGHBOUR if who.town == HOME else HOME
        asked: list[UUID] = []

        def ask(session: Session) -> list[UUID]:
            me = self._town_of(session, who)
            transfer = transfers.request_transfer(
                session, self.s.words, me, old, to, self.s.now, local(self.s.now).date()
            )
            asked.append(transfer.id)
            return [old]

        def agree(session: Session) -> list[UUID]:
            me, today = self._town_of(session, who), local(self.s.now).date()
            done = transfers.record_consent(
                session,
                self.s.words,
                self.s.rules,
                me,
                old,
                asked[0],
                today,
                "op papier",
                self.s.now,
            )
            assert done.new_case_id is not None
            who.case, who.town = done.new_case_id, to
            return [old, who.case]

        if self.s.do(ask) and self.s.do(agree):
            me = self.random.choice(self.s.staff[to])
            self._change(who, regisseur_id=me.id)
            today = local(self.s.now).date()
            self.s.at(self._hour(today + 30 * DAY), partial(self._gets_pip, who))

    def _ends(self, who: Participant) -> None:
        """DUO says that it is done, or not needed."""
        today = local(self.s.now).date()
        if self.random.random() < 0.5:
            self._change(who, exemption="vrijstelling", exemption_on=today)
        else:
            self._change(who, ended_on=today)
        self._change(who, closed_on=today)
        who.over = True

    def _evening(self) -> None:
        """The talks of today were held or not; what waits for a regisseur is done."""
        today = local(self.s.now).date()

        def talks(session: Session) -> list[tuple[UUID, UUID]]:
            begun = select(Appointment.case_id, Appointment.id).where(
                Appointment.state == AppointmentState.planned,
                Appointment.starts_at > moment(today, time(0)),
                Appointment.starts_at < self.s.now,
            )
            return [(row.case_id, row.id) for row in session.execute(begun)]

        with self.s.database.reading() as session:
            begun = talks(session)
        by_case = {each.case: each for each in self.s.people}
        for case, id in begun:
            lot = self.random.random()
            if case in by_case and lot < 0.93:
                state = AppointmentState.held if lot < 0.85 else AppointmentState.missed
                self._changes_talk(by_case[case], id, state=state)
        if today.isoweekday() < 6:
            self._does_tasks()
        self.s.at(moment(today + DAY, AFTER_WORK), self._evening)

    def _does_tasks(self) -> None:
        def write(session: Session) -> None:
            waiting = session.execute(
                select(Reminder.id, Reminder.municipality_id).where(Reminder.state.in_(TASKS))
            )
            for id, town in waiting.all():
                me = self._me(session, self.s.staff[town][0])
                handle(session, me, id, "gebeld", self.s.now)

        self.s.do(write)

    def _town_settings(self) -> None:
        before, begins, ends = self.random.choice(SETTINGS)
        me = self.s.staff[HOME][0]

        def write(session: Session) -> None:
            found = set_reminder_settings(
                session, self._me(session, me), HOME, before, begins, ends
            )
            free = local(self.s.now).date() + DAY * self.random.randrange(20, 60)
            found.closed_on = [*found.closed_on, free.isoformat()]

        self.s.disturb(HOME)
        self.s.do(write)
        self.s.sweep()

    # What the participant does

    def _confirms(self, session: Session, talk: Appointment) -> None:
        booking.confirm(session, talk, self.s.now)

    def _chooses_another(self, session: Session, talk: Appointment) -> None:
        slot = self._free_in(session, talk.case.regisseur, talk.case.municipality_id, 1)
        if slot is not None:
            booking.move(session, self.s.rules, talk, slot, self.s.now)

    def _cannot(self, session: Session, talk: Appointment) -> None:
        booking.cancel(session, self.s.rules, talk, self.s.now)

    def _in_the_chat(self, what: Callable[[Session, Appointment], None], who: Participant) -> None:
        def write(session: Session) -> list[UUID]:
            talk = self._next_of(session, who)
            if talk is not None and talk.starts_at > self.s.now:
                what(session, talk)
            return [who.case]

        if who.linked:
            self.s.do(write, by_person=True)

    def _books(self, who: Participant) -> None:
        def write(session: Session) -> list[UUID]:
            case = get_case(session, self._town_of(session, who), who.case)
            slot = self._free_in(session, case.regisseur, who.town, self.random.randrange(1, 30))
            if slot is not None:
                booking.book(
                    session, self.s.rules, case, AppointmentKind.spreekuur, slot, self.s.now
                )
            return [who.case]

        if who.linked:
            self.s.do(write, by_person=True)

    def _blocks(self, who: Participant) -> None:
        """Telegram tells us at once, or we find out when we write."""
        if who.chat is None or not who.linked or who.chat in self.s.telegram.blocked:
            return
        self.s.telegram.blocked.add(who.chat)
        chat = who.chat

        def write(session: Session) -> None:
            self._chat(session, chat).blocked_at = self.s.now
            session.flush()
            note_unreachable(session, who.id, "blocked", self.s.now)

        if self.random.random() < 0.6:
            self.s.do(write)
            self.s.witness.needs_task(who.id, self.s.now)
        back = self.s.now + DAY * self.random.randrange(1, 60)
        self.s.at(back, partial(self._unblocks, chat))

    def _unblocks(self, chat: str) -> None:
        self.s.telegram.blocked.discard(chat)

        def write(session: Session) -> None:
            self._chat(session, chat).blocked_at = None

        self.s.do(write)

    def _is_unlinked(self, who: Participant) -> None:
        """A lost phone; some days later there is a new one."""
        if not who.linked or who.chat is None:
            return
        chat = who.chat

        def write(session: Session) -> None:
            person = session.get_one(Person, who.id)
            found = self._chat(session, chat)
            unlink_chat(session, self.s.words, person, found.id, self.s.now)

        if self.s.do(write):
            who.linked = False
            self.s.witness.needs_task(who.id, self.s.now)
            back = self.s.now + DAY * self.random.randrange(1, 40)
            self.s.at(back, partial(self._links, who, Channel.telegram, "-new"))

    def _links(self, who: Participant, channel: Channel, more: str = "") -> None:
        chat_id = f"{who.chat or f'chat-{who.id.hex[:8]}'}{more}"

        def write(session: Session) -> None:
            chat = session.scalar(
                select(Conversation).filter_by(channel=channel, chat_id=chat_id)
            ) or Conversation(
                channel=channel,
                chat_id=chat_id,
                session_used_at=self.s.now,
                welcomed_at=self.s.now,
                created_at=self.s.now,
            )
            session.add(chat)
            session.flush()
            code = create_code(session, session.get_one(Person, who.id), None, self.s.now)
            use_code(session, chat, code, self.s.now)

        self.s.do(write)
        if channel is Channel.telegram:
            who.chat, who.linked = chat_id, True

    def _wants_no_more(self, who: Participant) -> None:
        """Stopped; most of them start again."""
        self._wishes(who, wishes.stop)
        if self.random.random() < 0.7:
            back = self.s.now + DAY * self.random.randrange(1, 50)
            self.s.at(back, partial(self._wishes, who, wishes.start_again))

    def _pauses(self, who: Participant) -> None:
        until = local(self.s.now).date() + DAY * self.random.randrange(1, 25)

        def pause(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
            wishes.pause(session, rules, person_id, until, now)

        self._wishes(who, pause)
        if self.random.random() < 0.3:
            back = self.s.now + DAY * self.random.randrange(1, 20)
            self.s.at(back, partial(self._wishes, who, wishes.start_again))

    def _has_quiet_times(self, who: Participant) -> None:
        begins, ends = self.random.choice(OWN_QUIET)
        days = self.random.sample(range(1, 8), self.random.randrange(1, 3))

        def choose(session: Session, rules: Rules, person_id: UUID, now: datetime) -> None:
            if len(wishes.quiet_times(session, person_id)) > MOST_QUIET_TIMES:
                wishes.clear_quiet_times(session, rules, person_id, now)
            wishes.add_quiet_time(session, rules, person_id, days, begins, ends, now)

        self._wishes(who, choose)

    def _wishes(
        self, who: Participant, what: Callable[[Session, Rules, UUID, datetime], None]
    ) -> None:
        def write(session: Session) -> list[UUID]:
            what(session, self.s.rules, who.id, self.s.now)
            return [who.case]

        self.s.disturb(who.id)
        self.s.do(write)

    def _is_hasty(self, who: Participant) -> None:
        """Telegram asks for patience in this chat, at the moment of the next reminder."""
        talk = self._find_next(who)
        if talk is not None and who.chat is not None:
            chat, begins = who.chat, talk.starts_at - DAY - MINUTE

            def wait() -> None:
                self.s.telegram.hasty[chat] = self.s.now + 2 * MINUTE
                self.s.witness.outages.append((self.s.now, self.s.now + 2 * MINUTE))

            self.s.at(begins, wait)

    # By lot

    def _something_soon(self, who: Participant) -> None:
        on = self.s.now + timedelta(days=self.random.expovariate(1 / EVERY_DAYS))
        hour = self.random.randrange(24) if self.random.random() < 0.2 else None
        at = moment(local(on).date(), time(hour, 40)) if hour else self._hour(local(on).date())
        self.s.at(max(at, self.s.now + MINUTE), partial(self._something, who))

    def _something(self, who: Participant) -> None:
        if who.over:
            return
        what = self.random.choices([each for each, _ in self._lots], [n for _, n in self._lots])[0]
        self.s.witness.counted[what.__name__.strip("_")] += 1
        what(who)
        self._something_soon(who)

    @property
    def _lots(self) -> Sequence[tuple[Callable[[Participant], None], int]]:
        def comes(who: Participant) -> None:
            self._in_the_chat(self._confirms, who)

        def wants_other_time(who: Participant) -> None:
            self._in_the_chat(self._chooses_another, who)

        def cannot(who: Participant) -> None:
            self._in_the_chat(self._cannot, who)

        def has_meeting(who: Participant) -> None:
            kind = self.random.choice((AppointmentKind.pvt, AppointmentKind.map))
            self._adds(who, kind, self.random.randrange(0, 20))

        return (
            *((self._moves, 10), (self._moves_place, 3), (self._telephones, 4), (self._cancels, 6)),
            *((self._at_the_last_moment, 8), (self._pip_is_revised, 4), (has_meeting, 6)),
            *((self._other_regisseur, 3), (self._regisseur_is_away, 1), (self._is_ill, 5)),
            *((self._has_a_child, 3), (self._childcare, 2), (self._goes_elsewhere, 2)),
            *((self._ends, 1), (comes, 12), (wants_other_time, 8), (cannot, 4), (self._books, 6)),
            *((self._blocks, 4), (self._is_unlinked, 3), (self._wants_no_more, 3)),
            *((self._pauses, 4), (self._has_quiet_times, 4), (self._is_hasty, 3)),
        )

    # Looking up

    def _hour(self, on: date) -> datetime:
        """Some time of the day at which people work."""
        return moment(on, time(self.random.randrange(9, 17), self.random.randrange(60)))

    def _me(self, session: Session, staff: Person) -> Person:
        return session.get_one(Person, staff.id)

    def _town_of(self, session: Session, who: Participant) -> Person:
        """A regisseur of the town of this case."""
        return self._me(session, self.s.staff[who.town][0])

    def _next_of(self, session: Session, who: Participant) -> Appointment | None:
        return session.scalars(
            select(Appointment)
            .where(
                Appointment.case_id == who.case,
                Appointment.state == AppointmentState.planned,
                Appointment.starts_at > self.s.now,
            )
            .order_by(Appointment.starts_at)
            .limit(1)
        ).first()

    def _find_next(self, who: Participant) -> Appointment | None:
        with self.s.database.reading() as session:
            return self._next_of(session, who)

    def _chat(self, session: Session, chat_id: str) -> Conversation:
        query = select(Conversation).filter_by(channel=Channel.telegram, chat_id=chat_id)
        return session.scalars(query).one()

    def _free(self, me: Person, town: str, nth: int) -> Slot | None:
        with self.s.database.reading() as session:
            return self._free_in(session, me, town, nth)

    def _free_in(self, session: Session, me: Person | None, town: str, nth: int) -> Slot | None:
        after = self.s.now + NOTICE
        if me is None:
            return None
        slots = free_slots(session, me.id, town, after, after + 21 * DAY)
        return next((slot for number, slot in enumerate(slots) if number >= nth), None)
