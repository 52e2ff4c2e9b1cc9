"""Until when something has to be done, or from when it may be. None where it does not apply."""

from datetime import date

from api.cases.childcare import apply_by, report_by
from api.cases.findings import OFFERED, Facts, Finding, Key, Known, State, by_day, used, whole
from api.cases.hours_left import passed_parts
from api.cases.models import Exemption, Group, Leerroute
from api.cases.records import Article
from api.cases.rules import Rule
from api.cases.spans import DAY, last_day, plus
from api.cases.term import TALK_WINDOW, next_talk, pip_is_of_before, term, term_starts_on


def pip(facts: Facts, known: Known, today: date) -> Finding | None:
    """Ten weeks after DUO's letter; after registration here, where that is later (Besluit 5.3).

    Where information of others was waited for: within two weeks after it came in. Who moved here:
    ten weeks after registration (Wet, art. 15). Where letter or registration is not known, the
    other counts: that day is never later than the law's.
    """
    weeks, wait = known.get("move_pip_weeks" if facts.moved_here else "pip_weeks"), None
    if facts.pip_date is not None and not pip_is_of_before(facts):
        return Finding(Key.pip, State.done, facts.pip_date, rules=used(weeks))
    notice = None if facts.moved_here else facts.duo_notice_on
    begins = max((day for day in (notice, facts.registered_on) if day), default=None)
    if weeks is None or begins is None or (facts.moved_here and facts.registered_on is None):
        return Finding(Key.pip, State.unknown, rules=used(weeks))
    last = plus(begins, weeks=whole(weeks))
    if facts.awaited_information_on and (wait := known.get("pip_wait_weeks")):
        last = max(last, plus(facts.awaited_information_on, weeks=whole(wait)))
    return Finding(Key.pip, by_day(last, today), last, rules=used(weeks, wait))


def term_end(facts: Facts, known: Known, today: date) -> Finding | None:
    span, rules = term(facts, known), used(known.get("term_years"))
    if span is None:
        return Finding(Key.term, State.unknown, rules=rules)
    extended = bool(facts.extensions or facts.term_decided_on)
    return Finding(Key.term, by_day(span.last, today), span.last, rules=rules, extended=extended)


def route_change(facts: Facts, known: Known, today: date) -> Finding | None:
    """Another leerroute within a year and a half of the start of the term (Besluit 5.4)."""
    rule, starts_on = known.get("route_change_months"), term_starts_on(facts)
    if rule is None or starts_on is None:
        return Finding(Key.route_change, State.unknown, rules=used(rule))
    last = last_day(starts_on, months=whole(rule))
    return Finding(Key.route_change, by_day(last, today), last, rules=used(rule))


def extension(facts: Facts, known: Known, today: date) -> Finding | None:
    """From when more time can be asked for: six months before the end of the term (Besluit 4.5).

    Coming until that day, due from then on, late when the term is over.
    """
    rule, span = known.get("extension_ask_months"), term(facts, known)
    if rule is None or span is None:
        return Finding(Key.extension, State.unknown, rules=used(rule))
    first = plus(span.last, months=-whole(rule))
    begun = State.due if today <= span.last else State.late
    state = State.coming if today < first else begun
    return Finding(Key.extension, state, first, rules=used(rule, known.get("term_years")))


def offer(facts: Facts, known: Known, today: date) -> Finding | None:
    """No offer of a course so long after the PIP: a ground for more time (Regeling 4.1)."""
    if facts.group not in OFFERED:
        return None
    is_education = facts.leerroute is Leerroute.onderwijs
    rule = known.get(
        "extension_offer_education_months" if is_education else "extension_offer_months"
    )
    if facts.offer_on is not None:
        return Finding(Key.offer, State.done, facts.offer_on, rules=used(rule))
    if rule is None or facts.pip_date is None:
        return Finding(Key.offer, State.unknown, rules=used(rule))
    last = plus(facts.pip_date, months=whole(rule))
    return Finding(Key.offer, by_day(last, today), last, rules=used(rule))


def talk(facts: Facts, known: Known, today: date) -> Finding | None:
    """The day around which the next progress talk belongs; none once DUO gave an exemption."""
    if facts.exemption in (Exemption.vrijstelling, Exemption.ontheffing):
        return None
    of_town = ("talk_first_year_months", "talk_later_per_year")
    names = of_town if facts.pip_talks is None else ()
    found = [known.get(name) for name in (*names, "term_years")]
    day, rules = next_talk(facts, known), used(*found)
    if day is not None:
        return Finding(Key.talk, by_day(day + TALK_WINDOW, today), day, rules=rules)
    is_known = all(found) and facts.pip_date is not None and term(facts, known) is not None
    return Finding(Key.talk, State.done if is_known else State.unknown, rules=rules)


def relief(facts: Facts, known: Known, today: date) -> Finding | None:
    """Ontzorgen: the first months of bijstand, with an asylum permit for a limited time only
    (Participatiewet, art. 56a)."""
    if facts.group is not Group.asiel or facts.permit_limited is False or not facts.benefit_from:
        return None
    rule = known.get("ontzorgen_months")
    if rule is None or facts.permit_limited is None:
        return Finding(Key.relief, State.unknown, rules=used(rule))
    last = last_day(facts.benefit_from, months=whole(rule))
    state = State.done if last < today else by_day(last, today)
    return Finding(Key.relief, state, last, rules=(rule,))


def work_period(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day of this work-experience place; another one may follow (local policy)."""
    rule = known.get("work_weeks")
    if facts.work_starts_on is None:
        return None
    if rule is None:
        return Finding(Key.work_period, State.unknown)
    last = plus(facts.work_starts_on, weeks=whole(rule)) - DAY
    return Finding(Key.work_period, by_day(last, today), last, rules=(rule,))


def childcare(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day to apply for the allowance without losing money of the first month."""
    rule = known.get("kot_apply_by_months")
    waiting = [care for care in facts.childcare if care.applied_on is None]
    if not waiting:
        return None
    if rule is None:
        return Finding(Key.childcare, State.unknown)
    last = min(apply_by(care.starts_on, whole(rule)) for care in waiting)
    return Finding(Key.childcare, by_day(last, today), last, rules=(rule,))


def childcare_report(facts: Facts, known: Known, today: date) -> Finding | None:
    """The last day to report a change of the care."""
    rule = known.get("kot_report_weeks")
    changed = [
        care.changed_on
        for care in facts.childcare
        if care.changed_on and (care.reported_on is None or care.reported_on < care.changed_on)
    ]
    if not changed:
        return None
    if rule is None:
        return Finding(Key.childcare_report, State.unknown)
    last = min(report_by(day, whole(rule)) for day in changed)
    return Finding(Key.childcare_report, by_day(last, today), last, rules=(rule,))


_RETRY_BY_PARTS = (
    *("retry_no_part_months", "retry_one_part_months"),
    *("retry_two_parts_months", "retry_three_parts_months", "retry_three_parts_months"),
)


def retry(facts: Facts, known: Known, today: date) -> Finding | None:
    """The new term after a fine of DUO (Regeling 7.4): by what was not done in time.

    Of several the longest holds (lid 6). For asiel and gezin_van_asiel nobody knows whether it
    holds (case law): nothing is worked out.
    """
    fined = {article: _fined_on(facts, article) for article in (Article.pvt, Article.map)}
    modules = [day for day in fined.values() if day]
    route = _fined_on(facts, Article.route)
    if facts.group in OFFERED or not (modules or route):
        return None
    found: list[tuple[Rule | None, date]] = []
    if modules:
        name = "retry_both_months" if all(fined.values()) else "retry_pvt_or_map_months"
        found.append((known.get(name), max(modules)))
    if route:
        found.append((_retry_of_route(facts, known, route), route))
    rules = used(*(rule for rule, _ in found))
    if len(rules) < len(found):
        return Finding(Key.retry, State.unknown, rules=rules)
    last = max(plus(day, months=whole(rule)) for rule, day in found if rule)
    return Finding(Key.retry, by_day(last, today), last, rules=rules)


def _fined_on(facts: Facts, article: Article) -> date | None:
    return max((fine.on for fine in facts.fines if fine.article is article), default=None)


def _retry_of_route(facts: Facts, known: Known, fined_on: date) -> Rule | None:
    """By the parts that were passed when the fine came, KNM too (Regeling 7.4 lid 2).

    None in the Z-route: there it goes by hours (lid 4), which no rule of ours holds.
    """
    if facts.leerroute not in (Leerroute.b1, Leerroute.onderwijs):
        return None
    parts = len(passed_parts(facts, known, until=fined_on))
    return known.get(_RETRY_BY_PARTS[min(parts, len(_RETRY_BY_PARTS) - 1)])


def certificate(facts: Facts, known: Known, today: date) -> Finding | None:
    """After the end the municipality hands it over itself (Regeling 3.18); the law names no day."""
    if facts.certificate_on is not None:
        return Finding(Key.certificate, State.done, facts.certificate_on)
    if facts.ended_on is None or facts.exemption in (Exemption.vrijstelling, Exemption.ontheffing):
        return None
    return Finding(Key.certificate, State.due, facts.ended_on)
