"""A random walk: some people who ask, two who answer, and everything that goes wrong at once.

`Witness` keeps its own score of what was sent, who had a conversation before and after each step,
and who was told that a person will answer; the product's tables are what it is compared with.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.reply import Reply
from api.answers.words import Words
from api.conversations import transcript
from api.conversations.inbox import claim_next, store
from api.conversations.models import Author, Button, Conversation, Kind, Message
from api.conversations.path import Claimed, MessagePath
from api.conversations.rasa import RasaFailed, Understood
from api.db import Database
from api.errors import WegwijsError
from api.handovers import asking, service
from api.handovers.models import HandOver, HandOverState, Reason
from api.handovers.ownership import find_current
from api.handovers.queue import list_overdue, list_queue
from api.handovers.watch import Watch
from api.outbox.models import OutboxMessage
from api.outbox.service import SendFailed, claim_due, record_failure, record_sent
from api.people.models import Person
from tests.factories import (
    FixedClock,
    ScriptedRasa,
    conversation,
    incoming,
    participant,
    regisseur,
    town,
    understood,
)
from tests.side_by_side import at_once

LANGUAGES = ("ar", "ti", "nl", "tr", "en")
SAID = ("wat is de pvt", "hoe laat is het", "ik snap het niet", "een mens graag", "hallo")
DANGER = "ik wil niet meer leven"
ASKED = "ik ben de vraag zelf"
FILE = {"reference": "abc", "size": 4_000}


class Crash(Exception):
    """The process died before the commit."""


@dataclass
class Faults:
    """What must stay zero."""

    bot_while_human: int = 0
    lost: int = 0
    out_of_order: int = 0
    on_no_list: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """How often each kind of step was taken, and what it met."""

    @property
    def total(self) -> int:
        return self.bot_while_human + self.lost + self.out_of_order + self.on_no_list


class Witness:
    """What somebody who reads over everybody's shoulder would have noted."""

    def __init__(self, chats: list[UUID]) -> None:
        self.sent: dict[UUID, list[str]] = {chat: [] for chat in chats}
        """The words of each participant in the order of writing, each once."""
        self.owner: dict[UUID, UUID | None] = dict.fromkeys(chats)
        self.promised: set[UUID] = set()
        """Told that a person will answer, and not yet that it is over."""
        self.read_until = 0
        self.delivered: dict[tuple[UUID, bool], list[int]] = {}


class Walk:
    """`step` does one random thing and then looks whether everything still holds."""

    def __init__(self, database: Database, words: Words, clock: FixedClock, seed: int) -> None:
        self.database, self.words, self.clock = database, words, clock
        self.chance = Random(seed)
        self.rasa = ScriptedRasa(
            {
                "hoe laat is het": understood("not_understood"),
                "ik snap het niet": understood("did_you_mean", "pvt", "map"),
                "hallo": RasaFailed("away"),
            }
        )
        self.path = MessagePath(database, self.rasa, words, clock)
        self.watch = Watch(database, words, clock)
        self.faults = Faults()
        with database.writing() as session:
            self._invent(session)
        self.witness = Witness(self.chats)
        self.serial = 0
        self.handed: list[Claimed] = []
        """Claimed by a worker that is slow."""
        self.acts: list[tuple[int, Callable[[], None]]] = [
            (26, self._write),
            (5, self._write_twice),
            (8, self._press),
            (4, self._send_file),
            (2, self._in_danger),
            (26, self._answer),
            (3, self._begin_to_answer),
            (4, self._end_answering),
            (3, self._die_answering),
            (12, self._staff_act),
            (8, self._reply),
            (3, self._two_claim),
            (2, self._die_acting),
            (12, self._deliver),
            (3, self._remind),
            (6, self._time_passes),
            (6, self._look),
        ]

    def run(self, steps: int) -> Faults:
        """So many steps, then everything that is on its way arrives."""
        weights = [weight for weight, _ in self.acts]
        for _ in range(steps):
            act = self.chance.choices(self.acts, weights)[0][1]
            self._take(act)
        self._settle()
        return self.faults

    def _take(self, act: Callable[[], None]) -> None:
        before = dict(self.witness.owner)
        try:
            act()
            self.faults.counts[act.__name__] += 1
        except WegwijsError as refused:
            self.faults.counts[f"{act.__name__}: {type(refused).__name__}"] += 1
        self._check(before)

    # The participants

    def _write(self, text: str | None = None, kind: Kind = Kind.text) -> None:
        chat = self.chance.choice(self.chats)
        self._come_in(chat, text or self.chance.choice((*SAID, ASKED)), kind)

    def _come_in(self, chat: UUID, text: str, kind: Kind, times: int = 1) -> None:
        self.serial += 1
        message = incoming(
            f"{text} {self.serial}" if kind is Kind.text else None,
            self.names[chat],
            external_id=f"walk:{self.serial}",
            position=self.serial,
            kind=kind,
            **({"file": FILE} if kind is not Kind.text else {}),
        )
        self.rasa.answers[f"{text} {self.serial}"] = self._meaning(text)
        for _ in range(times):
            with self.database.writing() as session:
                store(session, message, self.clock())
        if kind is Kind.text:
            self.witness.sent[chat].append(f"{text} {self.serial}")

    def _meaning(self, text: str) -> Understood | RasaFailed:
        return self.rasa.answers.get(text, self.rasa.otherwise)

    def _write_twice(self) -> None:
        self._come_in(self.chance.choice(self.chats), self.chance.choice(SAID), Kind.text, times=2)

    def _send_file(self) -> None:
        kind = self.chance.choice((Kind.voice, Kind.photo, Kind.document))
        self._come_in(self.chance.choice(self.chats), "", kind)

    def _in_danger(self) -> None:
        self._write(DANGER)

    def _press(self) -> None:
        """Any button that was ever offered to this person, or the one for a person."""
        chat = self.chance.choice(self.chats)
        with self.database.reading() as session:
            ids = session.scalars(select(Button.id).filter_by(conversation_id=chat)).all()
        button = "person" if not ids or self.chance.random() < 0.4 else self.chance.choice(ids)
        self.serial += 1
        message = incoming(
            None,
            self.names[chat],
            external_id=f"walk:{self.serial}",
            position=self.serial,
            kind=Kind.button,
            button_id=button,
        )
        with self.database.writing() as session:
            store(session, message, self.clock())

    # The workers

    def _claim(self) -> list[Claimed]:
        with self.database.writing() as session:
            rows = claim_next(session, self.clock(), 1)
            return [Claimed(row.id, row.lease or "") for row in rows]

    def _answer(self) -> None:
        for claimed in self._claim():
            self.path.answer_message(claimed)

    def _begin_to_answer(self) -> None:
        self.handed += self._claim()

    def _end_answering(self) -> None:
        """Late: a person may have taken the conversation since, or another worker the message."""
        if self.handed:
            self.path.answer_message(self.handed.pop(self.chance.randrange(len(self.handed))))

    def _die_answering(self) -> None:
        """A worker dies between its claim and its commit; the lease ends by itself."""
        self._claim()

    def _deliver(self) -> None:
        bulk = self.chance.random() < 0.2
        with self.database.writing() as session:
            due = claim_due(session, self.words, self.clock(), 20, bulk=bulk)
        for outgoing in due:
            with self.database.writing() as session:
                if self.chance.random() < 0.1:
                    failed = SendFailed("network", retryable=True)
                    record_failure(session, outgoing, failed, self.clock())
                    continue
                row = record_sent(session, outgoing, str(outgoing.id), self.clock())
                if row is not None:
                    lane = (row.conversation_id, row.bulk)
                    self.witness.delivered.setdefault(lane, []).append(row.message_id)

    # The staff

    def _staff_act(self) -> None:
        """Anything a regisseur can do, also what is refused."""
        with self.database.writing() as session:
            me = session.get_one(Person, self.chance.choice(self.staff))
            queue = list_queue(session, me, self.clock())
            now, words = self.clock(), self.words
            if not queue or self.chance.random() < 0.05:
                asking.open_conversation(session, words, self.chance.choice(self.people), me, now)
                return
            chosen = self.chance.choice(queue).id
            self.chance.choice(
                (
                    lambda: service.claim_handover(session, words, chosen, me, now),
                    lambda: service.claim_handover(session, words, chosen, me, now),
                    lambda: service.take_over(session, chosen, me, now),
                    lambda: service.assign(
                        session, chosen, me, self.chance.choice(self.staff), now
                    ),
                    lambda: service.mark_read(session, words, chosen, me, now),
                    lambda: service.add_note(session, chosen, me, "Bel eerst even.", now),
                    lambda: service.hand_back(session, words, chosen, me, now),
                )
            )()

    def _somebody(self) -> UUID:
        return self.chance.choice(self.staff)

    def _reply(self) -> None:
        """Who has a conversation answers in it."""
        with self.database.writing() as session:
            mine = session.scalars(select(HandOver).filter_by(state=HandOverState.claimed)).all()
            if mine:
                chosen = self.chance.choice(mine)
                me = session.get_one(Person, chosen.claimed_by_id)
                service.reply(session, chosen.id, me, "Ik zoek het voor u uit.", self.clock())

    def _two_claim(self) -> None:
        """Both press the button in the same moment: one of them has it."""
        with self.database.reading() as session:
            query = select(HandOver.id).filter_by(state=HandOverState.open)
            waiting = session.scalars(query.order_by(HandOver.id)).all()
        if not waiting:
            return
        chosen = self.chance.choice(waiting)

        def claim(number: int) -> bool:
            with self.database.writing() as session:
                me = session.get_one(Person, self.staff[number])
                try:
                    service.claim_handover(session, self.words, chosen, me, self.clock())
                except WegwijsError:
                    return False
                return True

        self.faults.counts["claimed by both"] += sum(at_once(2, claim)) == 2

    def _die_acting(self) -> None:
        """The process dies in the middle of what a regisseur does: nothing of it happened."""
        try:
            with self.database.writing() as session:
                me = session.get_one(Person, self.chance.choice(self.staff))
                open_ones = [
                    each
                    for each in list_queue(session, me, self.clock())
                    if each.state == HandOverState.open
                ]
                if open_ones:
                    chosen = self.chance.choice(open_ones).id
                    service.claim_handover(session, self.words, chosen, me, self.clock())
                    service.reply(session, chosen, me, "Dag!", self.clock())
                raise Crash
        except Crash:
            self.faults.counts["crash"] += 1

    # Everything else

    def _remind(self) -> None:
        """A reminder may be said at any moment: it is no answer."""
        chat = self.chance.choice(self.chats)
        self.serial += 1
        with self.database.writing() as session:
            talk = session.get_one(Conversation, chat)
            errand = transcript.Errand(f"walk:{self.serial}")
            reply = Reply.with_person("help")
            transcript.say(session, self.words, talk, reply, self.clock(), errand)

    def _time_passes(self) -> None:
        spans = ((8, 1), (4, 30), (3, 120), (1, 60 * 12), (0.4, 60 * 60))
        minutes = self.chance.choices([m for _, m in spans], [w for w, _ in spans])[0]
        self.clock.move(timedelta(minutes=minutes, seconds=1))

    def _look(self) -> None:
        self.watch.look()

    def _settle(self) -> None:
        """Every worker that was slow is done, every lease is over, everything arrives."""
        while self.handed:
            self._take(self._end_answering)
        self.clock.move(timedelta(minutes=5))
        for _ in range(10_000):
            with self.database.reading() as session:
                waiting = session.scalars(
                    select(OutboxMessage.id).where(OutboxMessage.done_at.is_(None)).limit(1)
                ).first()
            before = self.serial, self.witness.read_until
            self._take(self._answer)
            self._take(self._deliver)
            self.clock.move(timedelta(minutes=1))
            if waiting is None and before == (self.serial, self.witness.read_until):
                break
        self._take(self._look)
        self._check_everything_arrived()

    # What must hold

    def _check(self, before: dict[UUID, UUID | None]) -> None:
        with self.database.reading() as session:
            current = {chat: find_current(session, chat) for chat in self.chats}
            self.witness.owner = {
                chat: each.claimed_by_id if each else None for chat, each in current.items()
            }
            self._check_silence(session, before)
            for chat, each in current.items():
                self._check_lists(session, chat, each)

    def _check_silence(self, session: Session, before: dict[UUID, UUID | None]) -> None:
        """Owned before and after, by whomever: then nothing was said but by people, reminders, and
        the numbers."""
        query = select(Message).where(Message.id > self.witness.read_until).order_by(Message.id)
        for line in session.scalars(query).all():
            self.witness.read_until = line.id
            chat = line.conversation_id
            self._note_promise(line)
            owned = before[chat] is not None and self.witness.owner[chat] is not None
            if not owned or line.author is not Author.bot or line.staff_id is not None:
                continue
            row = session.scalars(select(OutboxMessage).filter_by(message_id=line.id)).one()
            if not row.bulk and line.text != self._numbers(session, chat):
                self.faults.bot_while_human += 1
                self.faults.counts[f"said: {line.text[:60]}"] += 1

    def _note_promise(self, line: Message) -> None:
        begins, ends = ("handover_made", "handover_opened"), ("handed_back", "handed_back_silent")
        if line.author is Author.bot and self._is(line, begins):
            self.witness.promised.add(line.conversation_id)
        if line.author is Author.bot and self._is(line, ends):
            self.witness.promised.discard(line.conversation_id)

    def _is(self, line: Message, keys: tuple[str, ...]) -> bool:
        entries = (self.words.catalogue.entry(line.language, key) for key in keys)
        return any(self._begins(line.text, each.forms[0]) for each in entries)

    def _begins(self, text: str, first: str) -> bool:
        fixed = re.split(r"\{\w+\}", first)
        return re.match(".+?".join(map(re.escape, fixed)), text, re.DOTALL) is not None

    def _numbers(self, session: Session, chat: UUID) -> str:
        talk = session.get_one(Conversation, chat)
        return self.words.render(session, talk, Reply("nood"), self.clock()).text

    def _check_lists(self, session: Session, chat: UUID, current: HandOver | None) -> None:
        """Whoever asked for a person stands in a queue until a person has handed back, and whose
        words wait for one has a running clock."""
        if current is None:
            self.faults.lost += chat in self.witness.promised
            return
        seen = any(
            current in list_queue(session, session.get_one(Person, one), self.clock())
            for one in self.staff
        )
        waits = current.waiting_since is not None or not self._unanswered(session, current)
        late = waits and current.waiting_since and current.answer_by < self.clock()
        me = session.get_one(Person, self.staff[0])
        overdue = not late or current in list_overdue(session, me, self.clock())
        self.faults.on_no_list += not (seen and waits and overdue)

    def _unanswered(self, session: Session, current: HandOver) -> bool:
        """The participant's last words came after the last of a person."""
        if current.state == HandOverState.open and current.reason is not Reason.opened:
            return True
        lines = select(Message.id).filter_by(conversation_id=current.conversation_id)
        by_person = lines.where(Message.author == Author.person).order_by(Message.id.desc())
        last = session.scalars(by_person.limit(1)).first() or 0
        words = lines.where(
            Message.author == Author.participant,
            Message.kind.in_(service.ASKS),
            Message.id > last,
            Message.at >= (current.claimed_at or current.created_at),
        )
        return session.scalars(words.limit(1)).first() is not None

    def _check_everything_arrived(self) -> None:
        """What was written stands in the transcript once and in its order, and what was said went
        out in the order of saying, in each lane."""
        with self.database.reading() as session:
            for chat, sent in self.witness.sent.items():
                said = session.scalars(
                    select(Message.text)
                    .filter_by(conversation_id=chat, author=Author.participant, kind=Kind.text)
                    .order_by(Message.id)
                ).all()
                self.faults.out_of_order += said != sent
        for delivered in self.witness.delivered.values():
            self.faults.out_of_order += delivered != sorted(set(delivered))

    # The town

    def _invent(self, session: Session) -> None:
        now = self.clock()
        town(session)
        self.staff = [regisseur(session, now, name).id for name in ("Sanne", "Joris")]
        self.people: list[UUID] = []
        self.names: dict[UUID, str] = {}
        for number, language in enumerate(LANGUAGES):
            case = participant(session, now, f"Deelnemer {number}", language)
            made = conversation(session, now, f"walk-{number}", language)
            made.municipality_id = "weert"
            if number % 2 == 0:
                made.person_id = case.participant_id
                case.regisseur_id = self.staff[number % 4 // 2]
            self.people.append(case.participant_id)
            self.names[made.id] = made.chat_id
        self.chats = list(self.names)
