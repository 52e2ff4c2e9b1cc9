"""Watches a simulated town and says which rule was broken: its own arithmetic, its own SQL.

It reads the store with plain statements and works out everything anew, in the slow and simple way,
so that a mistake of the program is not repeated here.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EASTER = (date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16), date(2029, 4, 1))
FIXED = ((1, 1), (4, 27), (12, 25), (12, 26))
AFTER_EASTER = (-2, 0, 1, 39, 49, 50)
"""Good Friday to Whit Monday, as the towns' calendar has them."""
HOLIDAYS = frozenset(
    [easter + timedelta(days=days) for easter in EASTER for days in AFTER_EASTER]
    + [date(year, *day) for year in range(2026, 2030) for day in FIXED]
)
MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
WEEKDAYS = {
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
CHANGES = ("new", "moved", "cancelled")
BOOKED_TOO_LATE = HOUR
"""Who heard of an appointment less than this before a reminder is not reminded by it."""
HELPS_NOBODY = timedelta(minutes=30)
HEARD_TOO_LATE = timedelta(hours=2)
TOLD_AHEAD = timedelta(days=40)
RETRIES = timedelta(minutes=28)
"""After an outage what was tried in it is tried again within this."""
IN_GROUPS = ("pvt", "map")
TALK_WINDOW = 14
FIRST_YEAR, LATER = (3, 6, 9, 12), (18, 24, 30, 36)


def stored(moment: datetime) -> str:
    """As SQLite keeps it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def months_later(day: date, months: int) -> date:
    """31 January and a month is the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - DAY).day))


@dataclass(frozen=True)
class Stand:
    """An appointment, as far as its participant cares."""

    state: str
    starts_at: datetime
    place: str | None
    by_phone: bool

    def means(self, other: "Stand | None") -> bool:
        """The same for who has to be there: of one that is off, only that it is off counts."""
        if other is None or self.state != "planned" or other.state != "planned":
            return other is not None and (self.state == "planned") == (other.state == "planned")
        return self == other


@dataclass(frozen=True)
class Owed:
    """A change that the participant has to hear of."""

    since: datetime
    stand: Stand
    by: datetime


@dataclass(frozen=True)
class Hours:
    """What is quiet for one person."""

    begins: str
    ends: str
    closed: frozenset[date]
    own: tuple[tuple[int, str, str], ...]

    def covers(self, moment: datetime) -> bool:
        at = moment.astimezone(AMSTERDAM)
        clock, on = f"{at:%H:%M}", at.date()
        if on in HOLIDAYS or on in self.closed:
            return True
        if self.begins > self.ends and (clock >= self.begins or clock < self.ends):
            return True
        if self.begins < self.ends and self.begins <= clock < self.ends:
            return True
        return any(
            day == on.isoweekday() and begins <= clock < ends for day, begins, ends in self.own
        )

    def after(self, moment: datetime) -> datetime:
        """The first minute that is not quiet."""
        while self.covers(moment):
            moment = (moment + MINUTE).replace(second=0, microsecond=0)
        return moment

    def before(self, moment: datetime) -> datetime:
        """The last minute that is not quiet."""
        while self.covers(moment):
            moment -= MINUTE
        return moment


class Witness:
    """`faults` says what was wrong, one line each; `counted` how much was looked at."""

    def __init__(self, file: Path) -> None:
        self.store = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
        self.store.row_factory = sqlite3.Row
        self.faults: list[str] = []
        self.counted: Counter[str] = Counter()
        self.outages: list[tuple[datetime, datetime]] = []
        self.stands: dict[str, list[tuple[datetime, Stand]]] = defaultdict(list)
        self.told: dict[str, Stand | None] = {}
        self.owed: dict[str, Owed] = {}
        self.disturbed: dict[str, list[datetime]] = defaultdict(list)
        """By person, case or town: when something changed by which reminders are planned."""
        self.texts: dict[tuple[str, str], datetime] = {}
        self.reminded: set[tuple[str, datetime, int]] = set()
        self.passed: dict[str, datetime] = {}
        self.listed: set[int] = set()
        self.untold: set[str] = set()
        """Appointments of a series of which their reminders are the first that is heard."""
        self.sent_by_ledger = 0

    # What happens

    def looks(
        self,
        now: datetime,
        cases: Iterable[UUID],
        *,
        by_person: bool = False,
        in_series: bool = False,
    ) -> None:
        """After something was done to these cases: what do their appointments say now?

        Of a whole series only the next new talk is told, and what changed of near ones.
        """
        next_new: tuple[datetime, str] | None = None
        for case in cases:
            for row in self._all(
                "SELECT * FROM appointment WHERE case_id = ?"
                " AND (starts_at > ? OR state <> 'held')",
                case.hex,
                stored(now - 2 * DAY),
            ):
                stand, known = _stand(row), self.stands[row["id"]]
                if known and known[-1][1] == stand:
                    continue
                before = known[-1][1] if known else None
                known.append((now, stand))
                self._changed(row, before, stand, now, by_person=by_person)
                if not in_series or row["id"] not in self.owed:
                    continue
                if before is None:
                    made = (stand.starts_at, row["id"])
                    next_new = min(next_new, made) if next_new else made
                    self.untold.add(row["id"])
                elif before.starts_at > now + TOLD_AHEAD:
                    self.untold.add(row["id"])
        if next_new is not None:
            self.untold.discard(next_new[1])
        if in_series:
            for id in self.untold:
                self.owed.pop(id, None)

    def _changed(
        self,
        row: sqlite3.Row,
        before: Stand | None,
        stand: Stand,
        now: datetime,
        *,
        by_person: bool,
    ) -> None:
        id = row["id"]
        if by_person:
            self.told[id] = stand
            self.owed.pop(id, None)
            return
        if stand.state in ("held", "missed") or stand.starts_at <= now:
            self.owed.pop(id, None)
            return
        if stand.means(self.told.get(id)):
            self.owed.pop(id, None)
            return
        if stand.state == "cancelled" and self.told.get(id) is None:
            self.owed.pop(id, None)  # nobody ever heard of it
            return
        quiet = self.quiet_of(row["case_id"])
        later = quiet.after(now)
        passes = stand.starts_at - later < HEARD_TOO_LATE
        lately = self.passed.get(id, now - DAY) > now - 12 * HOUR
        by = now if passes and not (lately and later < stand.starts_at) else later
        self.owed[id] = Owed(now, stand, by)

    def disturbs(self, now: datetime, *what: UUID | str) -> None:
        """Settings of a town, wishes of a person: reminders of these are planned anew."""
        for each in what:
            self.disturbed[each if isinstance(each, str) else each.hex].append(now)

    # What is sent

    def sees(
        self,
        outbox_id: int,
        channel: str,
        chat: str,
        text: str,
        labels: Sequence[str],
        now: datetime,
    ) -> None:
        """Something leaves: is it true, wanted and allowed at this moment?"""
        self.counted[f"sent by {channel}"] += 1
        talk = self._one(
            "SELECT c.person_id, c.blocked_at,"
            " coalesce(c.language, c.guessed_language) AS language, p.stopped_at, p.paused_until"
            " FROM conversation c"
            " LEFT JOIN participant p ON p.person_id = c.person_id"
            " WHERE c.channel = ? AND c.chat_id = ?",
            *(channel, chat),
        )
        row = self._one(
            'SELECT r.*, c.participant_id FROM reminder r JOIN "case" c ON c.id = r.case_id'
            " WHERE r.outbox_id = ?",
            outbox_id,
        )
        assert talk is not None
        if talk["blocked_at"] is not None and now - read(talk["blocked_at"]) > MINUTE:
            self.fault(now, f"{chat}: written to a blocked chat")
        if row is None:
            return
        who = f"reminder {row['id']} ({row['kind']})"
        if talk["person_id"] != row["participant_id"]:
            self.fault(now, f"{who}: sent to a chat that is not linked to the person")
        if talk["stopped_at"] is not None:
            self.fault(now, f"{who}: sent to somebody who stopped")
        self._paused(row, talk, who, now)
        self._quiet(row, who, now)
        if row["appointment_id"]:
            self._true(row, talk["language"], text, labels, who, now)
        elif now >= read(row["until"]):
            self.fault(now, f"{who}: its day is past")
        self._late(row, who, now)
        if (last := self.texts.get((chat, text))) and now - last < HOUR:
            self.fault(now, f"{who}: the same text twice in {now - last}")

    def arrived(self, outbox_id: int, chat: str, text: str, now: datetime) -> None:
        """The channel took it; after it was written down."""
        row = self._one("SELECT * FROM reminder WHERE outbox_id = ?", outbox_id)
        if row is None:
            return
        self.texts[chat, text] = now
        self.sent_by_ledger += 1
        if row["state"] != "sent" or row["sent_at"] != stored(now):
            self.fault(now, f"reminder {row['id']}: arrived, and the ledger says {row['state']}")
        self.heard(row, now)

    def heard(self, row: sqlite3.Row, now: datetime) -> None:
        """Somebody was told, or has a letter that waits to be printed."""
        id = row["appointment_id"]
        if id is None:
            key = (row["key"], read(row["at"]), 0)
        else:
            key = (id, read(row["at"]), row["minutes_before"] or -1)
        if row["kind"] not in CHANGES:
            if key in self.reminded:
                self.fault(now, f"reminder {row['id']} ({row['kind']}): reminded twice")
            self.reminded.add(key)
            return
        stand = self.stands[id][-1][1]
        if stand.means(self.told.get(id)):
            self.fault(now, f"reminder {row['id']} ({row['kind']}): told of what was known")
        self.told[id] = stand
        owed = self.owed.pop(id, None)
        if owed is None:
            return
        case = self._one('SELECT participant_id FROM "case" WHERE id = ?', row["case_id"])
        assert case is not None
        by = self._hears_by(row["case_id"], case["participant_id"], owed) + MINUTE
        excused = self._out(owed.since, now) or self._is_disturbed(row, owed.since, now)
        if now > by and not excused:
            self.fault(now, f"reminder {row['id']}: change of {owed.since} told late")

    def _hears_by(self, case: str, person: str, owed: Owed) -> datetime:
        """What can wait for the end of a pause does."""
        paused = self._paused_until(person)
        if paused is None or not owed.since < _end(paused) < owed.stand.starts_at:
            return owed.by
        return max(owed.by, self.quiet_of(case).after(_end(paused)))

    def fails(self, outbox_id: int, gone: UUID | None, now: datetime) -> None:
        """It was not taken, perhaps because this person is gone; after it was written down."""
        if gone is None:
            return
        row = self._one("SELECT * FROM reminder WHERE outbox_id = ?", outbox_id)
        if row is not None and row["state"] not in ("unreached", "sending", "to_print"):
            self.fault(now, f"reminder {row['id']}: blocked, and the ledger says {row['state']}")
        self.needs_task(gone, now)

    def needs_task(self, person: UUID, now: datetime) -> None:
        """Nobody can write to this person by Telegram any more: a regisseur must see it."""
        self.counted["not reached"] += 1
        found = self._one(
            'SELECT 1 FROM reminder r JOIN "case" c ON c.id = r.case_id WHERE c.participant_id = ?'
            " AND r.state = 'unreached' AND r.done_at BETWEEN ? AND ?",
            *(person.hex, stored(now - DAY), stored(now + MINUTE)),
        )
        has_mail = self._one(
            "SELECT 1 FROM participant WHERE person_id = ? AND email IS NOT NULL", person.hex
        )
        is_over = not self._all(
            'SELECT 1 FROM "case" WHERE participant_id = ? AND closed_on IS NULL', person.hex
        )
        if found is None and has_mail is None and not is_over:
            self.fault(now, f"person {person}: not reached, and there is no task")

    # Every day

    def checks_day(self, now: datetime) -> None:
        """All rules that can be seen in the store as it stands."""
        self.counted["days"] += 1
        self._complete(now)
        self._owes(now)
        self._double_booked(now)
        self._talks_to_come(now)
        self._ledger(now)
        self._deadlines(now)

    def _complete(self, now: datetime) -> None:
        """Every planned appointment that began had exactly its reminders."""
        for row in self._all(
            "SELECT a.*, c.participant_id, c.municipality_id FROM appointment a"
            ' JOIN "case" c ON c.id = a.case_id WHERE a.starts_at > ? AND a.starts_at <= ?',
            *(stored(now - DAY), stored(now)),
        ):
            stood = [(at, stand) for at, stand in self.stands[row["id"]] if at <= stand.starts_at]
            if not stood or stood[-1][1].state != "planned":
                continue
            begins = stood[-1][1].starts_at
            since = next(
                at
                for position, (at, stand) in enumerate(stood)
                if all(_same_time(stand, other) for _, other in stood[position:])
            )
            self._reminders_of(row, begins, since, now)

    def _reminders_of(
        self, row: sqlite3.Row, begins: datetime, since: datetime, now: datetime
    ) -> None:
        self.counted["appointments"] += 1
        had = self._all(
            "SELECT * FROM reminder WHERE appointment_id = ? AND at = ? AND kind = 'appointment'",
            *(row["id"], stored(begins)),
        )
        name = f"appointment {row['id']} at {begins}"
        # Stands for all that quiet hours or a pause keep back: nobody is sent it.
        unheard = [each for each in had if each["key"].endswith("unheard")]
        had = [each for each in had if each not in unheard]
        for each in had:
            is_reached = each["state"] in ("sent", "to_print", "handled")
            is_reached = is_reached or each["why"] == "just_told"  # a change said the same
            excused = each["why"] in ("stopped", "blocked", "unlinked", "failed") or (
                each["why"] == "quiet" and self._out(read(each["due_at"]) - DAY, now)
            )
            if not is_reached and not (each["state"] == "unreached" and excused):
                self.fault(now, f"{name}: reminder {each['id']} {each['state']} {each['why']}")
        before = self._before(row["municipality_id"])
        wish = {row["participant_id"], row["case_id"], row["municipality_id"]}
        first = begins - timedelta(minutes=max(before, default=0)) - 8 * DAY
        if any(at > max(since, first) for key in wish for at in self.disturbed[key]) or (
            self._is_paused_between(row["participant_id"], first, begins)
        ):
            self.counted["appointments with changed settings"] += 1
            return
        quiet = self.quiet_of(row["case_id"])
        expected: dict[datetime, int] = {}
        for minutes in sorted(before):
            due = due_of(quiet, begins, minutes, since)
            if due is not None:
                expected.setdefault(due, minutes)
        if expected and any(each["state"] in ("sent", "sending") for each in unheard):
            self.fault(now, f"{name}: sent what nobody could be sent")
        # What left before the town chose other times was right then.
        settled = [at for at in self.disturbed[row["municipality_id"]] if at > since]
        own = {
            each["minutes_before"]
            for each in had
            if each["minutes_before"] in before
            or not any(read(each["done_at"]) < at for at in settled)
        }
        if own != set(expected.values()):
            self.fault(
                now,
                f"{name}, since {since}: reminders {[each['minutes_before'] for each in had]}, "
                f"expected {sorted(expected.values())}",
            )
        self.counted["reminders expected"] += len(expected)

    def printed(self, now: datetime) -> None:
        """What went on the list of a regisseur just now: a letter, or that nobody was reached."""
        for row in self._all(
            "SELECT * FROM reminder WHERE state IN ('to_print', 'unreached') AND done_at = ?",
            stored(now),
        ):
            if row["id"] in self.listed or row["kind"] == "unreachable":
                continue
            self.listed.add(row["id"])
            self.counted["on the list of a regisseur"] += 1
            self.heard(row, now)

    def _owes(self, now: datetime) -> None:
        """Every change by the town was told."""
        for id, owed in list(self.owed.items()):
            row = self._one(
                "SELECT a.*, c.participant_id, c.municipality_id FROM appointment a"
                ' JOIN "case" c ON c.id = a.case_id WHERE a.id = ?',
                id,
            )
            assert row is not None
            by = self._hears_by(row["case_id"], row["participant_id"], owed)
            if now <= by + MINUTE or self._out(owed.since, now):
                continue
            if self._is_disturbed(row, owed.since, now):
                continue
            del self.owed[id]
            if owed.by < owed.stand.starts_at:
                self.fault(now, f"appointment {id}: change of {owed.since} was never told")

    def _double_booked(self, now: datetime) -> None:
        rows = self._all(
            'SELECT a.*, c.participant_id FROM appointment a JOIN "case" c ON c.id = a.case_id'
            " WHERE a.state = 'planned' AND a.starts_at > ? ORDER BY a.starts_at",
            stored(now),
        )
        until: dict[str, datetime] = {}
        for row in rows:
            begins = read(row["starts_at"])
            people = {row["participant_id"]}
            if row["regisseur_id"] and row["kind"] not in IN_GROUPS:
                people.add(row["regisseur_id"])
            for person in people:
                if until.get(person, begins) > begins:
                    self.fault(now, f"person {person}: double booked at {begins}")
                until[person] = begins + timedelta(minutes=row["minutes"])

    def _talks_to_come(self, now: datetime) -> None:
        """Who has a PIP always has a next talk, or stands on the list for one."""
        today = now.astimezone(AMSTERDAM).date()
        talks: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for talk in self._all(
            "SELECT case_id, state, starts_at FROM appointment WHERE kind = 'progress_talk'"
            " AND state IN ('planned', 'held')"
        ):
            talks[talk["case_id"]].append(talk)
        for case in self._all(
            "SELECT * FROM \"case\" WHERE closed_on IS NULL AND law = 'wi2021'"
            " AND pip_date IS NOT NULL AND ended_on IS NULL"
            " AND (exemption IS NULL OR exemption = 'asked')"
        ):
            begun = talks[case["id"]]
            if any(t["state"] == "planned" and read(t["starts_at"]) > now for t in begun):
                continue
            held = [_day(t["starts_at"]) for t in begun if t["state"] == "held"]
            day = self._next_day(case, sorted(held))
            if day is None:
                continue
            self.counted["on the list for a talk"] += 1
            due = case["next_due_on"]
            if due is None or date.fromisoformat(due) > day:
                self.fault(now, f"case {case['id']}: talk around {day} (today {today}), list {due}")

    def _next_day(self, case: sqlite3.Row, held: list[date]) -> date | None:
        """The first day of the series without a talk; by the default of the towns or the PIP."""
        start = date.fromisoformat(case["pip_date"])
        begins = case["term_starts_on"] or (None if case["transferred_from_id"] else start + DAY)
        more_time = self._all(
            "SELECT 1 FROM extension WHERE case_id = ? AND decision = 'granted'", case["id"]
        )
        if begins is None or (more_time and case["pip_talks"] is not None):
            return None  # the term is not to be known, or not worked out here
        end = months_later(date.fromisoformat(str(begins)), 36) - DAY
        if case["pip_talks"] is None:
            days = [months_later(start, months) for months in FIRST_YEAR + LATER]
        elif case["pip_talks"]:
            step = (end - start).days / case["pip_talks"]
            days = [
                start + timedelta(days=round(step * n)) for n in range(1, case["pip_talks"] + 1)
            ]
        else:
            days = []
        for day in days:
            near = next((talk for talk in held if abs((talk - day).days) <= TALK_WINDOW), None)
            if near is not None:
                held.remove(near)
            elif day <= end and not any(talk > day for talk in held):
                return day
        return None

    def _ledger(self, now: datetime) -> None:
        """The states of the ledger add up, with those of the outbox."""
        late = now - MINUTE
        for row in self._all(
            "SELECT * FROM reminder WHERE done_at IS NULL AND due_at < ?", stored(late)
        ):
            if not self._out(read(row["due_at"]), now):
                self.fault(now, f"reminder {row['id']} ({row['kind']}): due, and nothing was done")
        for row in self._all(
            "SELECT r.id, r.state, o.state AS sending FROM reminder r"
            " JOIN outbox_message o ON o.id = r.outbox_id WHERE r.done_at > ?"
            " AND ((r.state = 'sending') <> (o.done_at IS NULL)"
            "  OR (r.state = 'sent') <> (o.state = 'sent'))",
            stored(now - 8 * DAY),
        ):
            self.fault(now, f"reminder {row['id']}: ledger {row['state']}, outbox {row['sending']}")
        wrong = self._all(
            "SELECT id, state FROM reminder WHERE (done_at IS NULL) <> (state = 'planned')"
            " OR (state = 'sent') <> (sent_at IS NOT NULL)"
            " OR (state IN ('withdrawn', 'unreached') AND why IS NULL)"
        )
        for row in wrong:
            self.fault(now, f"reminder {row['id']}: does not add up ({row['state']})")
        sent = self._one("SELECT count(*) AS n FROM reminder WHERE state = 'sent'")
        if sent is not None and sent["n"] != self.sent_by_ledger:
            self.fault(now, f"ledger: {sent['n']} sent, {self.sent_by_ledger} arrived")

    def _deadlines(self, now: datetime) -> None:
        """Who can still change route is told 60 and 14 days before the last day, at ten."""
        today = now.astimezone(AMSTERDAM).date()
        for case in self._all(
            "SELECT * FROM \"case\" WHERE closed_on IS NULL AND law = 'wi2021' AND ended_on IS NULL"
            " AND pip_date BETWEEN ? AND ? AND transferred_from_id IS NULL"
            " AND coalesce(exemption, '') <> 'vrijstelling' AND leerroute IN ('b1', 'z')",
            *(str(months_later(today, -18) - 5 * DAY), str(months_later(today, -16))),
        ):
            start = date.fromisoformat(case["pip_date"]) + DAY
            last = months_later(start, 18)
            last = last - DAY if last.day == start.day else last
            for days in (60, 14):
                meant = _moment(last - timedelta(days=days), time(10))
                quiet = self.quiet_of(case["id"])
                due = quiet.before(meant)
                # On the day after it was due, so that each is looked at once.
                if not now - DAY < due + HOUR <= now:
                    continue
                keys = {case["participant_id"], case["id"], case["municipality_id"]}
                week = meant - 8 * DAY
                if any(at > week for key in keys for at in self.disturbed[key]) or self._out(
                    due, now
                ):
                    continue
                self.counted["deadlines"] += 1
                if not self._all(
                    "SELECT 1 FROM reminder WHERE case_id = ? AND about = 'route_change'"
                    " AND due_at = ? AND done_at IS NOT NULL AND state <> 'withdrawn'",
                    *(case["id"], stored(due)),
                ) and not self._is_paused_between(case["participant_id"], week, now):
                    self.fault(
                        now, f"case {case['id']}: route change {last}, {days} days: not told"
                    )

    # One message

    def _true(
        self,
        row: sqlite3.Row,
        language: str,
        text: str,
        labels: Sequence[str],
        who: str,
        now: datetime,
    ) -> None:
        """What it says is what the store says now."""
        found = self._one("SELECT * FROM appointment WHERE id = ?", row["appointment_id"])
        if found is None:
            self.fault(now, f"{who}: about nothing")
            return
        stand, at = _stand(found), _stand(found).starts_at.astimezone(AMSTERDAM)
        if stand.state != ("cancelled" if row["kind"] == "cancelled" else "planned"):
            self.fault(now, f"{who}: the appointment is {stand.state}")
        if stand.starts_at <= now:
            self.fault(now, f"{who}: the appointment began at {stand.starts_at}")
        said = [f"{at:%H:%M}", str(at.day), str(at.year)]
        if language in MONTHS:
            months, weekdays = MONTHS[language].split(), WEEKDAYS[language].split()
            said += [f"{at.day} {months[at.month - 1]} {at.year}", weekdays[at.weekday()]]
        if row["kind"] != "cancelled" and not stand.by_phone:
            said.append(stand.place or "")
        if missing := [each for each in said if each not in text]:
            self.fault(now, f"{who}: the text does not say {missing}: {text!r}")
        is_asked = any(label in ("Ik kom", "I will come") for label in labels)
        if is_asked and found["answer"] == "confirmed":
            self.fault(now, f"{who}: asks for a yes that was given")

    def _quiet(self, row: sqlite3.Row, who: str, now: datetime) -> None:
        quiet = self.quiet_of(row["case_id"])
        if not quiet.covers(now):
            return
        self.counted["passed the quiet hours"] += 1
        if row["kind"] not in CHANGES:
            self.fault(now, f"{who}: in quiet hours")
            return
        begins = read(row["at"])
        if begins - quiet.after(now) >= HEARD_TOO_LATE and not self._out(now - DAY, now):
            self.fault(now, f"{who}: in quiet hours, and it could wait")
        if self.passed.get(row["appointment_id"], now - DAY) > now - 12 * HOUR:
            self.fault(now, f"{who}: passed the quiet hours twice")
        self.passed[row["appointment_id"]] = now

    def _paused(self, row: sqlite3.Row, talk: sqlite3.Row, who: str, now: datetime) -> None:
        if talk["paused_until"] is None:
            return
        ends = _end(date.fromisoformat(talk["paused_until"]))
        if now < ends and not (row["kind"] in CHANGES and read(row["at"]) <= ends):
            self.fault(now, f"{who}: sent in a pause")

    def _late(self, row: sqlite3.Row, who: str, now: datetime) -> None:
        """Sent minus due: more than a minute only where something was down."""
        due = read(row["due_at"])
        if row["kind"] == "appointment" and self.stands[row["appointment_id"]]:
            stood = self.stands[row["appointment_id"]]
            if not self._is_disturbed(row, stood[0][0], now):
                since = stood[0][0]
                for at, stand in stood:
                    since = at if not _same_time(stand, stood[-1][1]) else since
                own = due_of(
                    self.quiet_of(row["case_id"]),
                    read(row["at"]),
                    row["minutes_before"],
                    max(since, stood[0][0]),
                )
                if own is not None and now < own - MINUTE:
                    self.fault(now, f"{who}: too early, due at {own}")
        if now - due > MINUTE and not self._out(due, now):
            self.fault(now, f"{who}: {now - due} late")

    # What holds for whom

    def quiet_of(self, case_id: str) -> Hours:
        """The quiet hours for the participant of this case, as they stand now."""
        row = self._one(
            'SELECT m.quiet_from, m.quiet_until, m.closed_on, c.participant_id FROM "case" c'
            " JOIN municipality m ON m.id = c.municipality_id WHERE c.id = ?",
            case_id,
        )
        assert row is not None
        own = self._all(
            "SELECT weekday, begins, ends FROM quiet_time WHERE person_id = ?",
            row["participant_id"],
        )
        closed = frozenset(date.fromisoformat(day) for day in _json(row["closed_on"]))
        times = tuple((each["weekday"], each["begins"], each["ends"]) for each in own)
        return Hours(row["quiet_from"], row["quiet_until"], closed, times)

    def _before(self, town: str) -> list[int]:
        row = self._one("SELECT remind_before FROM municipality WHERE id = ?", town)
        assert row is not None
        return [int(each) for each in _json(row["remind_before"])]

    def _paused_until(self, person: str) -> date | None:
        row = self._one("SELECT paused_until FROM participant WHERE person_id = ?", person)
        return date.fromisoformat(row["paused_until"]) if row and row["paused_until"] else None

    def _is_paused_between(self, person: str, after: datetime, until: datetime) -> bool:
        """A pause that reached into this time; each pause was a disturbance when it began."""
        paused = self._paused_until(person)
        return paused is not None and _end(paused) > after

    def _is_disturbed(self, row: sqlite3.Row, since: datetime, until: datetime) -> bool:
        case = self._one('SELECT * FROM "case" WHERE id = ?', row["case_id"])
        assert case is not None
        keys = (case["participant_id"], case["id"], case["municipality_id"])
        return any(since <= at <= until for key in keys for at in self.disturbed[key])

    def _out(self, after: datetime, until: datetime) -> bool:
        """Whether something was down between these moments."""
        return any(
            begins <= until and ends + RETRIES >= after for begins, ends in self.outages[-40:]
        )

    def fault(self, now: datetime, what: str) -> None:
        self.faults.append(f"{now.astimezone(AMSTERDAM):%Y-%m-%d %H:%M:%S}: {what}")

    def _all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        return self.store.execute(statement, values).fetchall()

    def _one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.store.execute(statement, values).fetchone()
        return row


def due_of(quiet: Hours, begins: datetime, minutes: int, since: datetime) -> datetime | None:
    """When the reminder of so many minutes before leaves, for what stands since then."""
    days, rest = divmod(minutes, 24 * 60)
    on, at = begins.astimezone(AMSTERDAM).date(), begins.astimezone(AMSTERDAM).time()
    # A week before ten o'clock it was ten o'clock, also where the clock changed in between.
    meant = _moment(on - timedelta(days=days), at) - timedelta(minutes=rest)
    if meant < since + BOOKED_TOO_LATE:
        return None
    early = quiet.before(meant)
    if early >= since:
        return early
    late = quiet.after(meant)
    return late if late <= begins - HELPS_NOBODY else None


def _stand(row: sqlite3.Row) -> Stand:
    return Stand(row["state"], read(row["starts_at"]), row["place"], bool(row["by_phone"]))


def _same_time(one: Stand, other: Stand) -> bool:
    return (one.state, one.starts_at) == (other.state, other.starts_at)


def _json(text: str) -> list[Any]:
    found: list[Any] = json.loads(text)
    return found


def _day(text: str) -> date:
    return read(text).astimezone(AMSTERDAM).date()


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def _end(day: date) -> datetime:
    return _moment(day + DAY, time())
