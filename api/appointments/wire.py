"""Appointments, times and days away as they travel over /v1."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field

from api.appointments.agenda import Agenda
from api.appointments.hours import LONGEST, LONGEST_PLACE, SHORTEST, AbsenceMade
from api.appointments.models import Absence, WorkingHours
from api.appointments.series import SeriesDay, SeriesPlan
from api.appointments.slots import Slot
from api.cases.reads import shown
from api.cases.wire import AppointmentRead
from api.clock import TIME_OF_DAY
from api.wire import Day, Id, Line, Moment, Whole, Wire

TimeOfDay = Annotated[str, Field(pattern=f"^{TIME_OF_DAY}$")]
"""On the clocks of the three towns: "09:30"."""
Weekday = Annotated[str, Field(pattern="^[1-7]$")]
"""ISO: "1" is Monday."""
Week = dict[Weekday, Annotated[list[TimeOfDay], Field(min_length=2, max_length=2)]]
"""From and until, for each weekday with talks."""


class SlotRead(Wire):
    """A free time."""

    starts_at: Moment
    minutes: int
    place: str

    @classmethod
    def of(cls, slot: Slot) -> Self:
        return shown(cls, slot)


class SlotList(Wire):
    """Empty where the regisseur has written no working hours."""

    results: list[SlotRead]


class SeriesCreate(Wire):
    """Around this hour the talks are planned, as near as is free."""

    time: TimeOfDay


class SeriesDayRead(Wire):
    """A day around which a progress talk belongs."""

    on: date
    """Moved to a working day."""
    appointment: AppointmentRead | None

    @classmethod
    def of(cls, day: SeriesDay) -> "SeriesDayRead":
        talk = shown(AppointmentRead, day.appointment) if day.appointment else None
        return cls.model_construct(on=day.on, appointment=talk)


class SeriesRead(Wire):
    """Empty where no series can be worked out, for one without a PIP."""

    results: list[SeriesDayRead]


class SeriesPlanRead(Wire):
    """What planning in one step came to."""

    planned: list[AppointmentRead]
    moved: list[AppointmentRead]
    cancelled: list[AppointmentRead]
    without_time: list[date]
    """No time was free within two weeks of these days."""

    @classmethod
    def of(cls, done: SeriesPlan) -> "SeriesPlanRead":
        return cls.model_construct(
            planned=[shown(AppointmentRead, each) for each in done.planned],
            moved=[shown(AppointmentRead, each) for each in done.moved],
            cancelled=[shown(AppointmentRead, each) for each in done.cancelled],
            without_time=done.without_time,
        )


class WorkingHoursFields(Wire):
    """When I have talks in a municipality; an empty week: never."""

    week: Week
    minutes: Annotated[Whole, Field(ge=SHORTEST, le=LONGEST)] = 60
    """How long a talk lasts."""
    place: Annotated[Line, Field(max_length=LONGEST_PLACE)]


class WorkingHoursRead(Wire):
    week: Week
    minutes: int | None
    place: str | None

    @classmethod
    def of(cls, hours: WorkingHours | None) -> Self:
        if hours is None:
            return cls(week={}, minutes=None, place=None)
        return shown(cls, hours)


class AbsenceFields(Wire):
    """Days on which I have no talks, both ends included."""

    first_on: Day
    last_on: Day


class AbsenceRead(AbsenceFields):
    id: int

    @classmethod
    def of(cls, absence: Absence) -> Self:
        return shown(cls, absence)


class AbsenceList(Wire):
    results: list[AbsenceRead]


class AppointmentOfCase(AppointmentRead):
    case_id: Id


class AbsenceMadeRead(AbsenceRead):
    """Days away, and my appointments in them: these stay until somebody moves them."""

    planned: list[AppointmentOfCase]

    @classmethod
    def made(cls, made: AbsenceMade) -> Self:
        planned = [shown(AppointmentOfCase, each) for each in made.planned]
        return shown(cls, made.absence, planned=planned)


class FeedRead(Wire):
    """The secret address of my calendar, told this once; an earlier one is worth nothing now."""

    url: str


class AgendaRowRead(AppointmentOfCase):
    """An appointment of the day."""

    first_name: str
    last_name: str | None
    unreached: bool
    """A message to this person waits for a regisseur: they may not know of it."""


class FreeTimeRead(SlotRead):
    municipality: str


class AgendaRead(Wire):
    """A day: the appointments, and my times that are free."""

    on: date
    results: list[AgendaRowRead]
    free: list[FreeTimeRead]

    @classmethod
    def of(cls, day: date, agenda: Agenda) -> "AgendaRead":
        rows = [
            shown(
                AgendaRowRead,
                row.appointment,
                first_name=row.person.first_name,
                last_name=row.person.last_name or None,
                unreached=row.unreached,
            )
            for row in agenda.rows
        ]
        free = [
            shown(FreeTimeRead, each.slot, municipality=each.municipality_id)
            for each in agenda.free
        ]
        return cls.model_construct(on=day, results=rows, free=free)
