"""What the rules mean for one case: pure functions from its facts to days, hours and what is left.

`work_out` is the table of contents. Each `Finding` names the rules that it rests on, so that
whoever reads it can see the source and how certain it is. Nothing here reads a clock or a store.
"""

from collections.abc import Callable, Mapping
from datetime import date

from api.cases.due_days import (
    certificate,
    childcare,
    childcare_report,
    extension,
    offer,
    pip,
    relief,
    retry,
    route_change,
    talk,
    term_end,
    work_period,
)
from api.cases.findings import TO_DO, Facts, Finding, Key, Known, State
from api.cases.hours_left import a2, closing_talk, course, exams, map_module, participation, pvt
from api.cases.models import Exemption, Law


def work_out(facts: Facts, known: Known, today: date) -> dict[Key, Finding]:
    """Everything that holds for this case; what does not apply to it is not there.

    A case under the older law (Wi2013), or of which the law is unknown, has other rules: nothing
    is worked out for it. After the duty ended only the certificate is left; a vrijstelling is of
    the whole duty (Wet, art. 4), while an ontheffing may be of a part of it (Besluit 2.7).
    """
    if facts.law is not Law.wi2021:
        return {}
    found = (rule(facts, known, today) for rule in _ALL)
    ended = facts.ended_on is not None or facts.exemption is Exemption.vrijstelling
    return {
        finding.key: finding
        for finding in found
        if finding is not None and (finding.key is Key.certificate or not ended)
    }


def first_due(findings: Mapping[Key, Finding]) -> Finding | None:
    """What the municipality has to do first. A new term after a fine takes the place of the old."""
    again = findings.get(Key.retry)
    replaced = Key.term if again and again.on else None
    open_ones = (
        finding
        for key in TO_DO
        if key is not replaced
        and (finding := findings.get(key))
        and finding.on is not None
        and finding.state not in (State.done, State.unknown)
    )
    return min(open_ones, key=lambda finding: finding.on or date.max, default=None)


_ALL: tuple[Callable[[Facts, Known, date], Finding | None], ...] = (
    *(pip, term_end, route_change, extension, offer, talk, pvt, map_module, course),
    *(participation, closing_talk, exams, a2, relief, work_period),
    *(childcare, childcare_report, retry, certificate),
)
