"""Days, months and periods, as the law counts them; dates only, so no clock change matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

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
    later: date = day + relativedelta(years=years, months=months, weeks=weeks)
    return later


def days_in(spans: Iterable[Span]) -> int:
    """How many days lie in at least one of the spans: where two overlap, a day counts once."""
    total, until = 0, date.min
    for span in sorted(spans):
        first = max(span.first, until + DAY) if until > date.min else span.first
        if span.last >= first:
            total += (span.last - first).days + 1
            until = max(until, span.last)
    return total
