"""Arranging childcare, step by step, in the order in which it has to be done.

Where somebody is stands in the button that was pressed; nothing half-finished is kept.
"""

from collections.abc import Callable
from datetime import date, timedelta

from api.answers.reply import PERSON, Month, Offer, Reply
from api.cases.childcare import apply_by, months_around, report_by
from api.cases.rules import Rules

STEPS = 10
SITUATIONS = ("course", "traject", "uwv", "volunteer", "waiting", "medical", "azc")
CARE = ("daycare", "home", "relative", "lunch")
FIRST_CHOICES = 5
"""At most six choices at a time: five, and the way to the others."""
DAYS_AT_A_TIME = 5
MONTHS_BACK, MONTHS_AHEAD = 3, 1


def walk(at: str, rules: Rules, today: date) -> list[Reply]:
    """The replies at a place of the walk, such as "step 3", "counts course" or "apply 2026-11-01".

    An unknown place is the start: a button can be older than the walk.
    """
    place, _, argument = at.partition(" ")
    find = _PLACES.get(place, _start)
    return find(argument, rules, today)


def _start(_: str, __: Rules, ___: date) -> list[Reply]:
    offers: tuple[Offer, ...] = (_to("step 1", "button.next"), *_aside(), PERSON)
    return [Reply("walk.start", offers=offers)]


def _step(argument: str, rules: Rules, today: date) -> list[Reply]:
    number = int(argument) if argument.isdecimal() else 1
    if not 1 <= number <= STEPS:
        return _start("", rules, today)
    onward = _to(f"step {number + 1}" if number < STEPS else "end", "button.next")
    back = (_to(f"step {number - 1}", "button.back"),) if number > 1 else ()
    beside = {1: ("counts",), 3: ("care",), 7: ("apply",), 9: ("report",)}.get(number, ())
    offers = (onward, *(_ASIDE[name] for name in beside), *back, PERSON)
    facts = {"number": number, "total": STEPS}
    return [Reply("walk.heading", facts=facts, lines=(f"walk.{number}",), offers=offers)]


def _end(_: str, __: Rules, ___: date) -> list[Reply]:
    return [Reply("walk.end", offers=(_CHECKLIST, *_aside(), PERSON))]


def _parties(_: str, __: Rules, ___: date) -> list[Reply]:
    return [Reply("walk.parties", offers=(_to("step 1", "button.walk"), PERSON))]


def _counts(argument: str, _: Rules, __: date) -> list[Reply]:
    if argument in SITUATIONS:
        beside = (_ASIDE["care"], _to("counts", "button.back"), PERSON)
        return [Reply(f"walk.counts.{argument}", offers=beside)]
    names = SITUATIONS[FIRST_CHOICES:] if argument == "more" else SITUATIONS[:FIRST_CHOICES]
    more = _to("counts", "button.back") if argument == "more" else _to("counts more", "button.more")
    offers = (*(_to(f"counts {name}", f"choice.{name}") for name in names), more, PERSON)
    return [Reply("walk.counts.ask", offers=offers)]


def _care(argument: str, _: Rules, __: date) -> list[Reply]:
    if argument in CARE:
        offers = (_to("care", "button.back"), _to("step 4", "button.next"), PERSON)
        return [Reply(f"walk.care.{argument}", offers=offers)]
    choices = (_to(f"care {name}", f"choice.{name}") for name in CARE)
    return [Reply("walk.care.ask", offers=(*choices, PERSON))]


def _apply(argument: str, rules: Rules, today: date) -> list[Reply]:
    """Until when to apply, from the month in which the care begins."""
    begins = _date(argument)
    if begins is None:
        return [Reply("walk.apply.ask", offers=(*_months("apply", argument, today), PERSON))]
    rule = rules.told(today).get("kot_apply_by_months")
    if rule is None or not isinstance(rule.value, int):
        return [Reply("walk.7", offers=(PERSON,))]
    until = apply_by(begins, rule.value)
    key = "walk.apply.late" if until < today else "walk.apply.answer"
    facts = {"month": Month(begins), "date": until}
    return [Reply(key, facts=facts, offers=(_ASIDE["report"], _CHECKLIST, PERSON))]


def _report(argument: str, rules: Rules, today: date) -> list[Reply]:
    """Until when to report, from the day of the change: today, yesterday, or another."""
    changed = _date(argument)
    if changed is not None:
        return _report_by(changed, rules, today)
    offers = (
        _to(f"report {today}", "choice.today"),
        _to(f"report {today - timedelta(days=1)}", "choice.yesterday"),
        _to("report_month", "choice.other_day"),
        PERSON,
    )
    return [Reply("walk.report.ask", offers=offers)]


def _report_by(changed: date, rules: Rules, today: date) -> list[Reply]:
    rule = rules.told(today).get("kot_report_weeks")
    if rule is None or not isinstance(rule.value, int):
        return [Reply("walk.9", offers=(PERSON,))]
    until = report_by(changed, rule.value)
    key = "walk.report.late" if until < today else "walk.report.answer"
    facts = {"day_name": changed, "date": until}
    return [Reply(key, facts=facts, offers=(_ASIDE["apply"], _CHECKLIST, PERSON))]


def _report_month(argument: str, _: Rules, today: date) -> list[Reply]:
    return [Reply("walk.report.month", offers=(*_months("report_day", argument, today), PERSON))]


def _report_day(argument: str, rules: Rules, today: date) -> list[Reply]:
    """The days of a month, a few at a time: "2026-11-01", then "2026-11-01 6" …"""
    month, _, first = argument.partition(" ")
    begins = _date(month)
    if begins is None:
        return _report_month("", rules, today)
    start = int(first) if first.isdecimal() else 1
    days = [begins + timedelta(days=n) for n in range(start - 1, start - 1 + DAYS_AT_A_TIME)]
    days = [day for day in days if day.month == begins.month]
    offers = tuple(Offer("walk", arguments={"at": f"report {day}"}, label=day) for day in days)
    later = days[-1] + timedelta(days=1) if days else begins
    more = _to(f"report_day {begins} {later.day}", "choice.later")
    onward = (more,) if later.month == begins.month and days else ()
    return [
        Reply("walk.report.day", facts={"month": Month(begins)}, offers=(*offers, *onward, PERSON))
    ]


def _months(place: str, argument: str, today: date) -> tuple[Offer, ...]:
    """Five months around today and the way to earlier ones; "before 2026-08-01" shows those."""
    word, _, limit = argument.partition(" ")
    before = _date(limit) if word == "before" else None
    if before is None:
        months = months_around(today, MONTHS_BACK, MONTHS_AHEAD)
    else:
        months = months_around(before, FIRST_CHOICES, 0)[:-1]
    offers = tuple(
        Offer("walk", arguments={"at": f"{place} {first}"}, label=Month(first)) for first in months
    )
    earlier = "report_month" if place == "report_day" else place
    return (*offers, _to(f"{earlier} before {months[0]}", "choice.earlier"))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _to(at: str, label_key: str) -> Offer:
    return Offer("walk", label_key, {"at": at})


def _aside() -> tuple[Offer, ...]:
    return tuple(_ASIDE[name] for name in ("parties", "counts", "apply", "report"))


_ASIDE = {
    "parties": _to("parties", "button.parties"),
    "counts": _to("counts", "button.counts"),
    "care": _to("care", "button.counts"),
    "apply": _to("apply", "button.apply_by"),
    "report": _to("report", "button.report_by"),
}
_CHECKLIST = Offer("checklist", "button.checklist", {"checklist": "kinderopvang"})
_PLACES: dict[str, Callable[[str, Rules, date], list[Reply]]] = {
    "start": _start,
    "step": _step,
    "end": _end,
    "parties": _parties,
    "counts": _counts,
    "care": _care,
    "apply": _apply,
    "report": _report,
    "report_month": _report_month,
    "report_day": _report_day,
}
