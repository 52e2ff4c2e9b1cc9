"""When the town hall is open, so that a participant is promised a time that can be kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays

from api.clock import AMSTERDAM, local

_LONGEST_CLOSURE_DAYS = 370
"""An office that stays shut for longer than this cannot promise an answer."""


@dataclass(frozen=True)
class OfficeHours:
    """ISO weekday (1 is Monday) to opening and closing time in Europe/Amsterdam.

    A weekday that is not there is a closed day; so are the Dutch public holidays and the
    `closed` dates. Raises ValueError when nothing is ever open or a day closes before it opens.
    """

    week: Mapping[int, tuple[time, time]]
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.week:
            raise ValueError("an office needs at least one day on which it is open")
        for weekday, (opens, closes) in self.week.items():
            if weekday not in range(1, 8) or opens >= closes:
                raise ValueError(f"not an opening time: weekday {weekday}, {opens} to {closes}")

    @classmethod
    def from_stored(
        cls, opening: Mapping[str, list[str]], closed: Iterable[date] = ()
    ) -> "OfficeHours":
        """From ISO weekday as text to ["HH:MM", "HH:MM"], as a municipality keeps it."""
        week = {
            int(weekday): (time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, (opens, closes) in opening.items()
        }
        return cls(week, frozenset(closed))

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, or a day on which this office is closed besides."""
        return day in self.closed or day in _public_holidays(day.year)

    def opening_on(self, day: date) -> tuple[datetime, datetime] | None:
        """The moments of opening and closing in UTC, or None on a closed day."""
        times = self.week.get(day.isoweekday())
        if times is None or self.is_holiday(day):
            return None
        opens, closes = (
            datetime.combine(day, moment, AMSTERDAM).astimezone(UTC) for moment in times
        )
        # Both can fall in the hour that a clock change skips; then nothing is open.
        return (opens, closes) if opens < closes else None


def next_open(hours: OfficeHours, now: datetime) -> datetime:
    """`now` itself when the office is open, else the next opening in Amsterdam time.

    At the closing time the office is closed. Raises ValueError for a naive datetime and when
    the office stays shut for more than a year.
    """
    opens, _ = next(_openings(hours, now))
    return now if opens <= now else local(opens)


def add_office_hours(hours: OfficeHours, start: datetime, amount: timedelta) -> datetime:
    """The moment in Amsterdam time at which `amount` of open time has passed since `start`.

    An amount that is used up exactly at closing time ends at that closing time, not at the next
    opening. Raises ValueError for a negative amount and as `next_open` does.
    """
    if amount < timedelta():
        raise ValueError("office hours cannot be taken back")
    for opens, closes in _openings(hours, start):
        begins = max(opens, start.astimezone(UTC))
        if begins + amount <= closes:
            return local(begins + amount)
        amount -= closes - begins
    raise AssertionError("openings never end")


def _openings(hours: OfficeHours, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every opening that is not over yet, in UTC: between wall clocks Python ignores changes."""
    if since.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    day, last_open = local(since).date(), local(since).date()
    while (day - last_open).days <= _LONGEST_CLOSURE_DAYS:
        opening = hours.opening_on(day)
        if opening is not None and since < opening[1]:
            last_open = day
            yield opening
        day += timedelta(days=1)
    raise ValueError("this office is closed for more than a year")


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))
