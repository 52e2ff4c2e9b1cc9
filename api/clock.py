"""The one place that reads the clock, so that a test can hold it still."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]"
"""How an hour is written: 09:30."""


def system_clock() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of the three towns."""
    return moment.astimezone(AMSTERDAM)


def moment_on(day: date, at: time) -> datetime:
    """The moment, in UTC, at which the clocks of the towns show this on a day; the first of two."""
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The moment at which a day in the towns begins, in UTC."""
    return moment_on(day, time())
