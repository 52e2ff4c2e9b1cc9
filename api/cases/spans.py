"""Days, months and periods, as the law counts them; dates only, so no clock change matters."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """From the first day to the last, both of them in it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def plus(day: date, *, years: int = 0, months: int = 0, weeks: int = 0) -> date:
    """So much later; in a month that is too short, its last day (31 January + 1 month)."""
    # By hand: all deadlines of all cases are worked out each night, and this is most of that work.
    ahead, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years + ahead, month + 1
    last = monthrange(year, month)[1]
    return date(year, month, min(day.day, last)) + timedelta(weeks=weeks)


def last_day(first: date, *, years: int = 0, months: int = 0) -> date:
    """The last day of a period that begins on `first`: six months from 1 March end on 31 August.

    In a month that has no such day, the last one of it (29 February + 1 year: 28 February).
    """
    after = plus(first, years=years, months=months)
    return after - DAY if after.day == first.day else after


def days_in(spans: Iterable[Span]) -> int:
    """How many days lie in at least one of the spans: where two overlap, a day counts once."""
    total, until = 0, date.min
    for span in sorted(spans):
        first = max(span.first, until + DAY) if until > date.min else span.first
        if span.last >= first:
            total += (span.last - first).days + 1
            until = max(until, span.last)
    return total
