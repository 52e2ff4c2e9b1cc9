"""What somebody is told of their own case: what is done, what is left, and by when.

Only certain things are told: what is unknown, or rests on a rule that is unclear, is left out.
Enforcement is never told here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from api.answers.progress_picture import LABELS, Bar, media_of
from api.answers.reply import PERSON, Named, NamedList, Part, Reply, Told, ask
from api.answers.words import Words
from api.cases.access import find_own_case
from api.cases.findings import Finding, Key, State
from api.cases.models import Case, Exemption, Law, Leerroute
from api.cases.records import Goal, GoalState
from api.cases.service import findings_of, records_of
from api.conversations.models import Conversation

ROUTE = "route"
OTHER_LAW = frozenset({"case.older_law", "case.law_unknown"})
PROGRESS = (ROUTE, Key.term, Key.pip)
TO_DO = (Key.pvt, Key.map, Key.course, Key.participation, Key.closing_talk, Key.exams)

Findings = Mapping[Key, Finding]


def my_progress(
    words: Words, session: Session, conversation: Conversation, today: date
) -> list[Reply]:
    """What is done, what is left and by when; for a linked participant."""
    case = find_own_case(session, conversation.person_id)
    if case is None:
        return [Reply.with_person("case.none")]
    name = case.participant.person.first_name
    mine = Reply("case.mine", facts={"first_name": name})
    if (other := other_law(case)) is not None:
        return [replace(other, told=_ended(case))]
    findings = findings_of(session, words.rules, case, today)
    first = [*_ended(case), *_moved(case), *lines(case, findings, PROGRESS)]
    if case.pip_date is not None:
        first = [line for line in first if line.key != "case.pip"]
    second = [*lines(case, findings, TO_DO), *_goals(session, case)]
    offers = (ask("mijn_afspraken"), ask("mijn_regisseur"), PERSON)
    last = Reply("case.incomplete", offers=offers)
    if not second:
        return [replace(mine, told=tuple(first)), last]
    todo = replace(last, told=tuple(second), told_first=True, media=media_of(_bars(findings)))
    return [replace(mine, told=tuple(first)), todo]


def with_own_case(
    words: Words,
    session: Session,
    conversation: Conversation,
    topic: str,
    replies: list[Reply],
    today: date,
) -> list[Reply]:
    """The answer, and after it what holds for this very person, with the buttons at the end."""
    wanted = words.topics[topic].own
    case = find_own_case(session, conversation.person_id) if wanted else None
    if case is None or case.law is not Law.wi2021 or not replies:
        return replies
    told = lines(case, findings_of(session, words.rules, case, today), wanted)
    if not told:
        return replies
    *others, last = replies
    own = Reply("case.heading", told=tuple(told), offers=last.offers, topic=topic, part=Part.group)
    return [*others, replace(last, offers=()), own]


def talk_due(
    words: Words, session: Session, conversation: Conversation, today: date
) -> tuple[Told, ...]:
    """Around which day a progress talk belongs, where none is planned."""
    case = find_own_case(session, conversation.person_id)
    if case is None:
        return ()
    return tuple(lines(case, findings_of(session, words.rules, case, today), (Key.talk,)))


def other_law(case: Case) -> Reply | None:
    """Who does not fall under the law of 2021, or of whom it is unknown, is told no rules of it."""
    match case.law:
        case Law.wi2021:
            return None
        case Law.wi2013:
            return Reply.with_person("case.older_law")
        case _:
            return Reply.with_person("case.law_unknown")


def lines(case: Case, findings: Findings, wanted: Sequence[str]) -> list[Told]:
    """What can be said for certain of these, each in its own words."""
    told: list[Told] = []
    for name in wanted:
        if name == ROUTE:
            told.append(_route(case))
        elif (finding := findings.get(Key(name))) is not None:
            told += _line(case, finding)
    return told


def _line(case: Case, finding: Finding) -> Iterator[Told]:
    if not finding.may_be_told:
        return
    if finding.state is State.unknown:
        if finding.key is Key.term:
            yield Told("case.term.unknown")
        return
    if (write := _WRITE.get(finding.key)) is not None:
        key = write(case, finding)
        if key is not None:
            facts = {"date": finding.on, **_counts(finding)}
            if key == "case.exams":
                facts["left"] = NamedList(tuple(f"exam.{part}" for part in finding.parts_left))
            yield Told(key, facts)
            if finding.status == "unclear":
                yield Told("unclear_mark")


def _counts(finding: Finding) -> dict[str, object]:
    return {"done": finding.done, "total": finding.total, "left": finding.left}


def _route(case: Case) -> Told:
    if case.leerroute is None:
        return Told("case.route.unknown")
    return Told("case.route", {"route": Named(f"label.leerroute_{case.leerroute}")})


def _ended(case: Case) -> tuple[Told, ...]:
    is_exempt = case.exemption is Exemption.vrijstelling
    day = case.ended_on or (case.exemption_on if is_exempt else None)
    return (Told("case.ended", {"date": day}),) if day else ()


def _moved(case: Case) -> tuple[Told, ...]:
    """Who moved here waits for the PIP of this municipality."""
    waits = case.transferred_from_id is not None and case.pip_date is None
    return (Told("case.moved"),) if waits else ()


def _goals(session: Session, case: Case) -> list[Told]:
    goals = [each for each in records_of(session, case.id, "goals") if isinstance(each, Goal)]
    counted = [goal for goal in goals if goal.state is not GoalState.dropped]
    if not counted:
        return []
    reached = sum(goal.state is GoalState.reached for goal in counted)
    return [Told("case.goals", {"done": Decimal(reached), "total": Decimal(len(counted))})]


def _bars(findings: Findings) -> Iterator[Bar]:
    for kind in LABELS:
        finding = findings.get(Key(kind))
        if finding is not None and finding.done is not None and finding.total:
            yield Bar(kind, finding.done, finding.total)


# Which words say a finding; None where there is nothing to say.


def _of_term(_case: Case, finding: Finding) -> str:
    if finding.state is State.late:
        return "case.term.past"
    return "case.term.extended" if finding.extended else "case.term"


def _of_extension(_case: Case, finding: Finding) -> str | None:
    if finding.state is State.late:
        return None
    return "case.extension.now" if finding.state is State.due else "case.extension"


def _of_pip(_case: Case, finding: Finding) -> str:
    by_state = {State.done: "case.pip", State.late: "case.pip.late"}
    return by_state.get(finding.state, "case.pip.due")


def _of_route_change(case: Case, finding: Finding) -> str | None:
    if case.leerroute in (None, Leerroute.onderwijs):
        return None  # from the onderwijsroute to the B1-route is possible at any time
    return "case.route_change.past" if finding.state is State.late else "case.route_change"


def _of_pvt(case: Case, finding: Finding) -> str:
    if finding.state is State.done:
        return "case.pvt.done"
    if finding.left:
        return "case.pvt"
    return "case.pvt.sign" if case.pvt_activity_on else "case.pvt.activity"


def _of_map(_case: Case, finding: Finding) -> str:
    if finding.state is State.done:
        return "case.map.done"
    return "case.map" if finding.left else "case.map.rest"


def _of_hours(_case: Case, finding: Finding) -> str:
    return f"case.{finding.key}" if finding.left else f"case.{finding.key}.done"


def _of_closing_talk(_case: Case, finding: Finding) -> str:
    return "case.closing_talk.done" if finding.state is State.done else "case.closing_talk"


def _of_a2(_case: Case, finding: Finding) -> str:
    return "case.a2.reached" if finding.state is State.done else "case.a2"


def _of_relief(_case: Case, finding: Finding) -> str:
    return "case.relief.past" if finding.state is State.done else "case.relief"


def _of_talk(_case: Case, finding: Finding) -> str | None:
    return "case.talk_due" if finding.state in (State.coming, State.due) else None


def _of_childcare(_case: Case, finding: Finding) -> str | None:
    return "case.childcare" if finding.state in (State.coming, State.due) else None


_WRITE: dict[Key, Callable[[Case, Finding], str | None]] = {
    Key.term: _of_term,
    Key.extension: _of_extension,
    Key.pip: _of_pip,
    Key.route_change: _of_route_change,
    Key.pvt: _of_pvt,
    Key.map: _of_map,
    Key.course: _of_hours,
    Key.participation: _of_hours,
    Key.exams: _of_hours,
    Key.closing_talk: _of_closing_talk,
    Key.a2: _of_a2,
    Key.relief: _of_relief,
    Key.talk: _of_talk,
    Key.childcare: _of_childcare,
}
