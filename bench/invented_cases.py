"""A municipality's case store as it could be in a big town: invented people, by the thousand."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from api.appointments.models import Appointment, AppointmentKind, AppointmentState
from api.cases.history import Change, Deed
from api.cases.models import Case, Group, Law, Leerroute, Participant
from api.cases.records import (
    Article,
    Childcare,
    Decision,
    Dimension,
    EnforcementStep,
    Exam,
    ExamPart,
    ExamResult,
    Extension,
    Goal,
    GoalState,
    Ground,
    Hours,
    HoursKind,
    LeerrouteChoice,
    Note,
    Score,
    Step,
    WorkPeriod,
)
from api.db import Base, Database
from api.people.models import Person, PersonRole, Role, name_key

AT_ONCE = 2_000
"""Cases in one transaction."""
SYLLABLES = ("ba", "de", "fi", "go", "ha", "ji", "ka", "lo", "mi", "nu", "ra", "se", "ti", "wa")
OLDEST_DAYS = 4 * 365
MORNING = time(9, 0, tzinfo=UTC)

type Row = dict[str, Any]
type Rows = dict[type[Base], list[Row]]


def invent_cases(
    database: Database,
    towns: Sequence[str],
    regisseurs: Sequence[UUID],
    count: int,
    today: date,
    seed: int = 7,
) -> list[UUID]:
    """So many open cases, and a tenth more that are closed; returns the ids of the open ones.

    The same seed gives the same cases. Nothing is planned yet, and history is short.
    """
    random, ids = Random(seed), []
    for first in range(0, count, AT_ONCE):
        rows: Rows = defaultdict(list)
        for number in range(first, min(first + AT_ONCE, count)):
            town = towns[number % len(towns)]
            made = _Invented(random, rows, town, random.choice(regisseurs), today)
            ids.append(made.case())
            if number % 10 == 0:
                made = _Invented(random, rows, town, random.choice(regisseurs), today)
                made.case(closed=True)
        with database.writing() as session:
            _store(session, rows)
    return ids


def _store(session: Session, rows: Rows) -> None:
    connection = session.connection()
    for model, values in rows.items():
        connection.execute(insert(model.__table__), values)  # type: ignore[arg-type]


class _Invented:
    """One person with a case; everything about it is added to the rows of its table."""

    def __init__(
        self, random: Random, rows: Rows, town: str, regisseur_id: UUID, today: date
    ) -> None:
        self.random, self.rows, self.town, self.today = random, rows, town, today
        self.regisseur_id, self.id = regisseur_id, self._uuid()
        self.group = random.choices(list(Group), (50, 15, 25, 10))[0]
        self.leerroute = random.choices(list(Leerroute), (60, 10, 30))[0]
        self.notice = today - timedelta(days=random.randrange(OLDEST_DAYS))
        pip = self.notice + timedelta(weeks=random.randint(3, 12))
        self.pip = pip if pip <= today and random.random() < 0.95 else None

    def case(self, *, closed: bool = False) -> UUID:
        """The case with its person and about fifteen records."""
        self._person()
        self.rows[Case].append(self._case(closed))
        self._changes()
        if self.pip is not None:
            self._learning(self.pip)
            self._guidance(self.pip)
            self._exceptions(self.pip)
        return self.id

    def _person(self) -> None:
        self.person_id = self._uuid()
        name = {"first_name": self._word(2), "last_name": self._word(3)}
        language = self.random.choice(("ar", "ti", "tr", "en", "nl"))
        began = datetime.combine(self.notice, MORNING)
        keys = {key.replace("name", "key"): name_key(each) for key, each in name.items()}
        row = {"id": self.person_id, **name, **keys, "language": language, "created_at": began}
        self.rows[Person].append(row)
        role = {"person_id": self.person_id, "municipality_id": self.town}
        self.rows[PersonRole].append({**role, "role": Role.participant})
        self.rows[Participant].append(role)

    def _case(self, closed: bool) -> Row:
        is_asylum = self.group is Group.asiel
        end = self._day_after(self.pip or self.notice) if closed else None
        return {
            "id": self.id,
            "version": 1,
            "participant_id": self.person_id,
            "municipality_id": self.town,
            "regisseur_id": self.regisseur_id,
            "permit_group": self.group,
            "law": Law.wi2013 if self.random.random() < 0.05 else Law.wi2021,
            "leerroute": self.leerroute if self.pip else None,
            "turkish_nationality": False,
            "permit_limited": True if is_asylum else None,
            "duo_notice_on": self.notice,
            "registered_on": self.notice - timedelta(days=self.random.randrange(60)),
            "housed_on": self.notice if is_asylum else None,
            "benefit_from": self.notice + timedelta(days=10) if is_asylum else None,
            "intake_on": self.notice + timedelta(days=14) if self.pip else None,
            "pip_date": self.pip,
            "offer_on": self._maybe(0.9, self.pip),
            "pvt_signed_on": self._maybe(0.5, self.pip),
            "ended_on": end,
            "certificate_on": end,
            "closed_on": end,
        }

    def _changes(self) -> None:
        at = datetime.combine(self.notice, MORNING)
        row = {"at": at, "by_id": self.regisseur_id, "case_id": self.id, "kind": "case"}
        row["row_id"] = str(self.id)
        self.rows[Change].append({**row, "deed": Deed.added, "fields": {"law": [None, "wi2021"]}})
        self.rows[Change].append(
            {**row, "deed": Deed.changed, "fields": {"pip_date": [None, str(self.pip)]}}
        )

    def _learning(self, pip: date) -> None:
        for _ in range(5):
            kind = self.random.choices(list(HoursKind), (60, 20, 10, 10))[0]
            hours = Decimal(self.random.randint(2, 40))
            self._add(Hours, kind=kind, done_on=self._day_after(pip), hours=hours)
        self._add(LeerrouteChoice, leerroute=self.leerroute, since=pip)
        for part in self.random.sample(list(ExamPart), self.random.choice((0, 0, 1, 2, 3))):
            result = self.random.choice((ExamResult.passed, ExamResult.passed, ExamResult.failed))
            self._add(Exam, part=part, taken_on=self._day_after(pip), result=result)

    def _guidance(self, pip: date) -> None:
        day = pip + timedelta(days=91)
        while day <= self.today and self.random.random() < 0.95:
            self._talk(day + timedelta(days=self.random.randint(-10, 10)), AppointmentState.held)
            day += timedelta(days=91 if (day - pip).days < 300 else 182)
        if self.random.random() < 0.5:
            self._talk(self.today + timedelta(days=20), AppointmentState.planned)
        for dimension in self.random.sample(list(Dimension), 2):
            goal = {"goal": "leert het", "agreed_on": pip, "state": GoalState.open}
            self._add(Goal, dimension=dimension, **goal)
        for dimension in self.random.sample(list(Dimension), 3):
            score = self.random.randint(2, 9)
            self._add(Score, dimension=dimension, scored_on=pip, score=score)
        self._add(Note, written_on=pip, text="een verzonnen notitie")

    def _exceptions(self, pip: date) -> None:
        day, chance = self._day_after(pip), self.random.random()
        if chance < 0.15:
            ends = day + timedelta(days=60)
            decided = {"decision": Decision.granted, "decided_on": day}
            self._add(Extension, ground=Ground.illness, starts_on=day, ends_on=ends, **decided)
        if 0.1 < chance < 0.2:
            self._add(WorkPeriod, employer="De Verzonnen Bakker", starts_on=day)
        if 0.2 < chance < 0.4:
            self._add(Childcare, starts_on=day, applied_on=self._maybe(0.8, day))
        if chance > 0.97:
            self._add(EnforcementStep, step=Step.fine, article=Article.pvt, taken_on=day)

    def _talk(self, day: date, state: AppointmentState) -> None:
        at = datetime.combine(day, MORNING)
        where = {"kind": AppointmentKind.progress_talk, "minutes": 60, "place": "Stadhuis"}
        self._add(Appointment, state=state, starts_at=at, **where)

    def _add(self, model: type[Base], **values: Any) -> None:
        row = {"id": self._uuid(), "case_id": self.id, "version": 1, **values}
        self.rows[model].append(row)

    def _day_after(self, day: date) -> date:
        return day + timedelta(days=self.random.randrange((self.today - day).days + 1))

    def _maybe(self, chance: float, day: date | None) -> date | None:
        return day if self.random.random() < chance else None

    def _word(self, syllables: int) -> str:
        return "".join(self.random.choices(SYLLABLES, k=syllables)).title()

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)
