"""When reminders may leave: not in the quiet hours of the town, nor in those of the person.

Quiet is a set of spans in UTC, so both nights of the clock change come out right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from api.cases.spans import DAY
from api.clock import AMSTERDAM, local
from api.handovers.office_hours import OfficeHours

MINUTE = timedelta(minutes=1)
END_OF_DAY = "24:00"

type Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Quiet:
    """The quiet hours of a town, its closed days, and a person's own (weekday, begin, end)."""

    begins: str
    ends: str
    office: OfficeHours
    own: tuple[tuple[int, str, str], ...] = ()

    def covers(self, moment: datetime) -> bool:
        """Whether nothing may leave at this moment."""
        return bool(self._covering(moment))

    def leave(self, wanted: datetime, earliest: datetime, latest: datetime) -> datetime | None:
        """When something meant for a moment may leave: then, else before it, else after it.

        Never before `earliest` and not after `latest`; None where no moment is left.
        """
        if earliest > latest:
            return None
        wanted = min(max(wanted, earliest), latest)
        return self._free_before(wanted, earliest) or self._free_after(wanted, latest)

    def _free_before(self, moment: datetime, earliest: datetime) -> datetime | None:
        while covering := self._covering(moment):
            if moment <= earliest:
                return None
            moment = max(min(begins for begins, _ in covering) - MINUTE, earliest)
        return moment

    def _free_after(self, moment: datetime, latest: datetime) -> datetime | None:
        while covering := self._covering(moment):
            moment = max(ends for _, ends in covering)
            if moment > latest:
                return None
        return moment

    def _covering(self, moment: datetime) -> list[Span]:
        """The quiet spans in which the moment lies."""
        today = local(moment).date()
        spans = (*self._spans(today - DAY), *self._spans(today))
        return [(begins, ends) for begins, ends in spans if begins <= moment < ends]

    def _spans(self, day: date) -> Iterator[Span]:
        """Those that begin on this day."""
        following = day + DAY
        if self.begins != self.ends:
            over_midnight = self.begins > self.ends
            yield _span(day, self.begins, following if over_midnight else day, self.ends)
        if self.office.is_holiday(day):
            yield _span(day, "00:00", following, "00:00")
        for weekday, begins, ends in self.own:
            if weekday == day.isoweekday():
                yield _span(day, begins, day, ends)


def is_quiet_time(weekday: int, begins: str, ends: str) -> bool:
    """Whether this can be a person's own quiet time."""
    return weekday in range(1, 8) and "00:00" <= begins < ends <= END_OF_DAY


def _span(first: date, begins: str, last: date, ends: str) -> Span:
    """In the night of a clock change rather too long than too short."""
    return min(_both(first, begins)), max(_both(last, ends))


@lru_cache(10_000)
def _both(day: date, text: str) -> tuple[datetime, datetime]:
    """When the clocks of the towns show this: two moments in the hour that comes twice; in the
    hour that is skipped, as the clock before and the clock after the change would count it."""
    if text == END_OF_DAY:
        day, text = day + DAY, "00:00"
    at = datetime.combine(day, time.fromisoformat(text), AMSTERDAM)
    return at.astimezone(UTC), at.replace(fold=1).astimezone(UTC)
