"""The two dates of the childcare allowance, from the date that a parent gives."""

from datetime import date, timedelta


def apply_by(begins: date, months: int) -> date:
    """The last day to apply: the end of so many months after the month in which the care began.

    Source: rule `kot_apply_by_months`; its official example is care from 2 March, 30 June.
    """
    return _first_of_month(begins, months + 1) - timedelta(days=1)


def report_by(changed: date, weeks: int) -> date:
    """The last day to report a change: so many weeks after it. Source: `kot_report_weeks`."""
    return changed + timedelta(weeks=weeks)


def months_around(today: date, before: int, after: int) -> list[date]:
    """The first days of the months around today, the earliest first."""
    return [_first_of_month(today, step) for step in range(-before, after + 1)]


def _first_of_month(day: date, later: int) -> date:
    years, month = divmod(day.month - 1 + later, 12)
    return date(day.year + years, month + 1, 1)
