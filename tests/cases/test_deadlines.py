"""What the rules mean for one case: by hand, and for whatever can be known of a person."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cases.deadlines import first_due, work_out
from api.cases.findings import TO_DO, Care, Facts, Fine, Key, Passed, State
from api.cases.hours_left import passed_parts
from api.cases.models import Exemption, Group, Law, Leerroute
from api.cases.records import Article, ExamPart, HoursKind, Level
from api.cases.rules import Rule, load_rules
from api.cases.spans import DAY, Span
from api.cases.term import TALK_WINDOW, next_talk, talk_days, term
from tests.cases.worked_examples import (
    ASIEL,
    EXAMPLES,
    OTHER,
    Example,
    day,
    facts,
    fined,
    span,
)

TODAY = date(2026, 11, 23)
RULES = load_rules()
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the rules."""
KNOWN = RULES.told(TODAY)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_is_as_worked_out_by_hand(example: Example) -> None:
    today = day(example.today)
    finding = work_out(example.facts, RULES.told(today), today).get(example.key)
    if example.state is None:
        assert finding is None
        return
    assert finding is not None
    assert (finding.state, finding.on) == (example.state, example.on and day(example.on))
    if example.left is not None:
        assert finding.left == Decimal(str(example.left))


def test_every_key_was_worked_out_by_hand_as_something_and_as_nothing_or_done() -> None:
    seen: dict[Key, set[State | None]] = {}
    for example in EXAMPLES:
        seen.setdefault(example.key, set()).add(example.state)
    assert set(seen) == set(Key)
    assert all(len(states) > 1 for states in seen.values())


# The days of the talks.


def days(*texts: str) -> tuple[date, ...]:
    return tuple(map(day, texts))


def test_talks_are_every_three_months_in_the_first_year_and_each_half_year_after_it() -> None:
    assert talk_days(facts(pip_date="2026-01-31"), KNOWN) == days(
        *("2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31"),
        *("2027-07-31", "2028-01-31", "2028-07-31", "2029-01-31"),
    )


def test_more_time_brings_more_talks() -> None:
    longer = facts(pip_date="2026-01-31", extensions=(span("2026-03-01", "2026-08-31"),))
    assert talk_days(longer, KNOWN)[-1] == day("2029-07-31")


def test_the_number_in_the_plan_goes_before_the_rule_of_the_town() -> None:
    fixed = facts(pip_date="2026-01-01", pip_talks=3)
    assert talk_days(fixed, KNOWN) == days("2027-01-01", "2028-01-02", "2029-01-01")
    finding = work_out(fixed, KNOWN, TODAY)[Key.talk]
    assert [rule.key for rule in finding.rules] == ["term_years"]


def test_a_town_with_its_own_rhythm() -> None:
    own = {**KNOWN, **rules_of(talk_first_year_months=6, talk_later_per_year=1)}
    assert talk_days(facts(pip_date="2026-01-31"), own) == days(
        *("2026-07-31", "2027-01-31", "2028-01-31", "2029-01-31")
    )


def test_a_town_without_talks_after_the_first_year_still_has_those_of_the_first() -> None:
    own = {**KNOWN, **rules_of(talk_first_year_months=6, talk_later_per_year=0)}
    assert talk_days(facts(pip_date="2026-01-31"), own) == days("2026-07-31", "2027-01-31")


@pytest.mark.parametrize("missing", ["talk_first_year_months", "talk_later_per_year"])
def test_without_the_rule_of_the_town_no_day_is_made_up(missing: str) -> None:
    known = {key: rule for key, rule in KNOWN.items() if key != missing}
    assert work_out(facts(pip_date="2026-01-31"), known, TODAY)[Key.talk].state is State.unknown


def rules_of(**values: int) -> dict[str, Rule]:
    return {key: KNOWN[key].model_copy(update={"value": value}) for key, value in values.items()}


# What is due first.


def test_what_has_to_be_done_first_is_the_earliest_open_thing_of_the_municipality() -> None:
    found = work_out(
        facts(pip_date="2026-08-31", work_starts_on="2026-10-05", offer_on="2026-10-01"),
        *(KNOWN, TODAY),
    )
    due = first_due(found)
    assert due is not None
    assert (due.key, due.on) == (Key.talk, day("2026-11-30"))


def test_after_a_fine_the_new_term_takes_the_place_of_the_old() -> None:
    late = facts(
        OTHER,
        leerroute=Leerroute.b1,
        pip_date="2023-05-01",
        talks_held=(day("2026-05-01"),),
        fines=(fined(Article.pvt, "2026-08-31"),),
    )
    due = first_due(work_out(late, KNOWN, TODAY))
    assert due is not None
    assert (due.key, due.on) == (Key.retry, day("2027-02-28"))


def test_who_has_nothing_to_do_has_nothing_due() -> None:
    done = facts(ended_on="2026-10-01", certificate_on="2026-10-20")
    assert first_due(work_out(done, KNOWN, TODAY)) is None
    assert first_due({}) is None


# How certain it is, and where it comes from.


def test_a_finding_is_as_certain_as_its_least_certain_rule() -> None:
    found = work_out(
        facts(pip_date="2026-08-31", childcare=(Care(TODAY, None, None, None),)), KNOWN, TODAY
    )
    assert found[Key.childcare].status == "unclear"
    assert found[Key.talk].status == "local"
    assert found[Key.term].status == "confirmed"
    assert found[Key.pip].status == "changed"


def test_what_rests_on_a_rule_that_is_no_longer_told_is_not_called_certain() -> None:
    found = work_out(facts(pip_date="2026-08-31"), {}, TODAY)
    assert found[Key.term].status == "unclear"


def test_a_finding_with_a_day_of_the_law_names_its_rules() -> None:
    for example in EXAMPLES:
        for finding in work_out(example.facts, KNOWN, TODAY).values():
            if finding.on is not None and finding.key is not Key.certificate:
                assert finding.rules, finding.key


# For whatever can be known of a person.

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
MAYBE = st.none() | DAYS
SPANS = st.tuples(DAYS, st.integers(0, 800)).map(lambda s: Span(s[0], s[0] + s[1] * DAY))
NUMBERS = st.decimals(0, 2000, places=2)
PASSED = st.builds(Passed, st.sampled_from(ExamPart), DAYS, st.none() | st.sampled_from(Level))
EVERYTHING = st.builds(
    Facts,
    group=st.sampled_from(Group),
    law=st.just(Law.wi2021),
    leerroute=st.none() | st.sampled_from(Leerroute),
    permit_limited=st.none() | st.booleans(),
    duo_notice_on=MAYBE,
    registered_on=MAYBE,
    awaited_information_on=MAYBE,
    benefit_from=MAYBE,
    pip_date=MAYBE,
    pip_talks=st.none() | st.integers(0, 60),
    term_starts_on=st.none() | MAYBE,
    offer_on=MAYBE,
    pvt_activity_on=MAYBE,
    pvt_signed_on=MAYBE,
    map_talk_on=MAYBE,
    z_talk_on=MAYBE,
    exemption=st.none() | st.sampled_from(Exemption),
    ended_on=st.none() | MAYBE,
    certificate_on=MAYBE,
    moved_here=st.booleans(),
    hours=st.dictionaries(st.sampled_from(HoursKind), NUMBERS),
    exams=st.lists(PASSED, max_size=6).map(tuple),
    extensions=st.lists(SPANS, max_size=4).map(tuple),
    term_decided_on=MAYBE,
    settled=st.lists(SPANS, max_size=2).map(tuple),
    talks_held=st.lists(DAYS, max_size=5).map(tuple),
    work_starts_on=MAYBE,
    childcare=st.lists(st.builds(Care, DAYS, MAYBE, MAYBE, MAYBE), max_size=3).map(tuple),
    fines=st.lists(st.builds(Fine, st.sampled_from(Article), DAYS), max_size=3).map(tuple),
)
IN_TERM = EVERYTHING.filter(lambda each: term(each, KNOWN) is not None)
SOME_RULES = st.sets(st.sampled_from(sorted(KNOWN))).map(
    lambda gone: {key: rule for key, rule in KNOWN.items() if key not in gone}
)


@PATIENT
@given(EVERYTHING, SOME_RULES, DAYS)
def test_nothing_that_can_be_known_of_a_person_makes_it_fail(
    each: Facts, known: dict[str, Rule], today: date
) -> None:
    found = work_out(each, known, today)
    due = first_due(found)
    assert all(key is finding.key for key, finding in found.items())
    assert due is None or (due.key in TO_DO and due.on is not None)


@PATIENT
@given(EVERYTHING, st.sampled_from((Law.wi2013, None)), DAYS)
def test_under_another_law_or_an_unknown_one_nothing_is_worked_out(
    each: Facts, law: Law | None, today: date
) -> None:
    assert work_out(replace(each, law=law), KNOWN, today) == {}


@PATIENT
@given(EVERYTHING, SOME_RULES, DAYS)
def test_every_rule_of_a_finding_holds_for_the_group_of_the_case(
    each: Facts, known: dict[str, Rule], today: date
) -> None:
    for finding in work_out(each, known, today).values():
        assert all(each.group in rule.groups for rule in finding.rules), finding.key


@PATIENT
@given(EVERYTHING, DAYS)
def test_something_unknown_has_no_day_and_something_open_by_a_day_has_one(
    each: Facts, today: date
) -> None:
    without_day = {Key.pvt, Key.map, Key.course, Key.participation, Key.a2}
    for finding in work_out(each, KNOWN, today).values():
        if finding.state is State.unknown:
            assert finding.on is None
        elif finding.state is not State.done and finding.key not in without_day:
            assert finding.on is not None, finding.key


@PATIENT
@given(EVERYTHING, DAYS)
def test_late_is_only_what_had_its_day(each: Facts, today: date) -> None:
    for finding in work_out(each, KNOWN, today).values():
        if finding.state is State.late and finding.on is not None:
            assert finding.on < today
            if finding.key is Key.talk:
                assert finding.on + TALK_WINDOW < today


@PATIENT
@given(IN_TERM)
def test_the_term_is_never_shorter_than_three_years(each: Facts) -> None:
    found = term(each, KNOWN)
    assert found is not None
    full = found.first.replace(year=found.first.year + 3, day=min(found.first.day, 28))
    assert found.last >= full - DAY
    if found.first.day <= 28:
        assert found.last + DAY >= full


@PATIENT
@given(IN_TERM, SPANS)
def test_an_extension_never_makes_the_term_shorter(each: Facts, more: Span) -> None:
    before = term(each, KNOWN)
    after = term(replace(each, extensions=(*each.extensions, more)), KNOWN)
    assert before is not None
    assert after is not None
    assert after.last >= before.last
    assert after.last <= before.last + timedelta(days=more.days)


@PATIENT
@given(IN_TERM, st.randoms(use_true_random=False), st.integers(0, 799))
def test_neither_the_order_of_extensions_nor_their_pieces_change_the_term(
    each: Facts, random: Random, at: int
) -> None:
    pieces: list[Span] = []
    for whole in each.extensions:
        cut = whole.first + timedelta(days=at % whole.days)
        pieces += [
            Span(whole.first, cut),
            *([Span(cut + DAY, whole.last)] if cut < whole.last else []),
        ]
    random.shuffle(pieces)
    assert term(replace(each, extensions=tuple(pieces)), KNOWN) == term(each, KNOWN)


@PATIENT
@given(IN_TERM)
def test_an_extension_that_was_granted_twice_counts_once(each: Facts) -> None:
    assert term(replace(each, extensions=each.extensions * 2), KNOWN) == term(each, KNOWN)


@PATIENT
@given(IN_TERM, DAYS)
def test_more_time_can_be_asked_for_before_the_term_ends_and_never_too_early(
    each: Facts, today: date
) -> None:
    found, end = work_out(each, KNOWN, today), term(each, KNOWN)
    assert end is not None
    finding = found.get(Key.extension)
    if finding is not None:
        assert finding.on is not None
        assert end.last - timedelta(days=184) <= finding.on < end.last
        assert (finding.state is State.due) == (finding.on <= today <= end.last)


@PATIENT
@given(EVERYTHING, DAYS)
def test_done_and_left_are_the_whole(each: Facts, today: date) -> None:
    for finding in work_out(each, KNOWN, today).values():
        if finding.done is not None and finding.total is not None:
            assert finding.left is not None
            assert finding.done + finding.left == max(finding.done, finding.total)


@PATIENT
@given(EVERYTHING, st.sampled_from(HoursKind), NUMBERS, DAYS)
def test_more_hours_never_leave_more_to_do(
    each: Facts, kind: HoursKind, more: Decimal, today: date
) -> None:
    hours = {**each.hours, kind: each.done(kind) + more}
    before, after = work_out(each, KNOWN, today), work_out(replace(each, hours=hours), KNOWN, today)
    assert before.keys() == after.keys()
    for key, finding in before.items():
        if finding.left is not None:
            left = after[key].left
            assert left is not None
            assert left <= finding.left


@PATIENT
@given(IN_TERM)
def test_talk_days_lie_in_the_term_one_after_the_other(each: Facts) -> None:
    found, end = talk_days(each, KNOWN), term(each, KNOWN)
    assert end is not None
    assert list(found) == sorted(found)
    assert all(each.pip_date <= talk <= end.last for talk in found if each.pip_date)
    if each.pip_talks is None:
        assert len(set(found)) == len(found)


@PATIENT
@given(DAYS, st.lists(SPANS, max_size=3).map(tuple))
def test_there_are_at_least_as_many_talks_as_the_rule_says(
    pip_date: date, extensions: tuple[Span, ...]
) -> None:
    """Four in the first year, two in each of the others."""
    each = replace(facts(), pip_date=pip_date, extensions=extensions)
    end = term(each, KNOWN)
    assert end is not None
    whole_years = (end.last - pip_date).days // 366
    assert len(talk_days(each, KNOWN)) >= 4 + 2 * (whole_years - 1)


@PATIENT
@given(DAYS, st.integers(0, 60))
def test_there_are_as_many_talks_as_the_plan_fixes(pip_date: date, talks: int) -> None:
    each = replace(facts(), pip_date=pip_date, pip_talks=talks)
    assert len(talk_days(each, KNOWN)) == talks


@PATIENT
@given(DAYS, st.none() | st.integers(1, 12))
def test_who_holds_each_talk_on_its_day_is_never_behind(pip_date: date, talks: int | None) -> None:
    each = replace(facts(), pip_date=pip_date, pip_talks=talks)
    planned = talk_days(each, KNOWN)
    for count in range(len(planned)):
        assert next_talk(replace(each, talks_held=planned[:count]), KNOWN) == planned[count]
    assert next_talk(replace(each, talks_held=planned), KNOWN) is None


@PATIENT
@given(EVERYTHING, DAYS)
def test_parts_are_never_unpassed_by_time(each: Facts, until: date) -> None:
    assert passed_parts(each, KNOWN, until) <= passed_parts(each, KNOWN)


@PATIENT
@given(EVERYTHING, DAYS)
def test_the_same_facts_give_the_same_answer(each: Facts, today: date) -> None:
    assert work_out(each, KNOWN, today) == work_out(each, KNOWN, today)


def test_for_asiel_the_fines_of_a_case_change_nothing() -> None:
    plain = facts(ASIEL, leerroute=Leerroute.b1, pip_date="2023-05-01")
    fines = tuple(Fine(article, day("2026-08-31")) for article in Article)
    assert work_out(replace(plain, fines=fines), KNOWN, TODAY) == work_out(plain, KNOWN, TODAY)
