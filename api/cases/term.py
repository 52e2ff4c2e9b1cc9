"""The inburgeringstermijn and the progress talks in it."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.cases.findings import Facts, Known, whole
from api.cases.spans import DAY, Span, days_in, last_day, plus

TALK_WINDOW = timedelta(days=14)
"""A talk that was held so near to its day counts for it (our own proposal; no law)."""


def term(facts: Facts, known: Known) -> Span | None:
    """The inburgeringstermijn: from the day after the PIP, for three years, and what was added.

    Source: Wet inburgering 2021, art. 11; extensions art. 4.3-4.5 of the Besluit. Periods that
    overlap count once. A later last day that DUO's own decision names goes before the
    calculation; what was granted after that decision is added to it. Never less than three years.
    """
    rule = known.get("term_years")
    starts_on = term_starts_on(facts)
    if rule is None or starts_on is None:
        return None
    last = last_day(starts_on, years=whole(rule))
    settled: tuple[Span, ...] = ()
    if facts.term_decided_on is not None:
        last, settled = max(last, facts.term_decided_on), facts.settled
    added = days_in((*facts.extensions, *settled)) - days_in(settled)
    return Span(starts_on, last + timedelta(days=added))


def talk_days(facts: Facts, known: Known) -> tuple[date, ...]:
    """The days around which a progress talk belongs, from the PIP to the end of the term.

    The number in the PIP goes first (Besluit 5.3, lid 4): so many, spread evenly. Else the town's
    own rule: in the first year every so many months, then so many a year. After a move they count
    from the new PIP. Not yet moved to a working day.
    """
    span = term(facts, known)
    if facts.pip_date is None or span is None or span.last <= facts.pip_date:
        return ()
    start = facts.pip_date
    if facts.pip_talks is not None:
        step = (span.last - start).days / facts.pip_talks if facts.pip_talks else 0
        return tuple(start + timedelta(days=round(step * n)) for n in range(1, facts.pip_talks + 1))
    first, later = known.get("talk_first_year_months"), known.get("talk_later_per_year")
    if first is None or later is None or not whole(first):
        return ()
    months_between = 12 // min(whole(later), 12) if whole(later) else 0
    return tuple(_series(start, span.last, whole(first), months_between))


def next_talk(facts: Facts, known: Known) -> date | None:
    """The first of those days for which no talk was held yet; a talk up to two weeks off counts."""
    held = sorted(facts.talks_held)
    for day in talk_days(facts, known):
        near = next((talk for talk in held if abs(talk - day) <= TALK_WINDOW), None)
        if near is not None:
            held.remove(near)
        elif not any(talk > day for talk in held):
            return day
    return None


def term_starts_on(facts: Facts) -> date | None:
    """The day after the PIP. A new PIP after a move begins no new term (Wet, art. 11 and 15): its
    start has to come along."""
    if facts.term_starts_on is not None:
        return facts.term_starts_on
    if facts.pip_date is None or (facts.moved_here and not pip_is_of_before(facts)):
        return None
    return facts.pip_date + DAY


def _series(start: date, last: date, first_year_months: int, later_months: int) -> Iterator[date]:
    """Every so many months in the first year, then every so many others; 0: no more."""
    months = 0
    while True:
        step = first_year_months if months + first_year_months <= 12 else later_months
        months += step
        day = plus(start, months=months)
        if not step or day > last:
            return
        yield day


def pip_is_of_before(facts: Facts) -> bool:
    """Who moved here has only the PIP of the municipality before, so far."""
    moved = facts.registered_on if facts.moved_here else None
    return moved is not None and facts.pip_date is not None and facts.pip_date < moved
