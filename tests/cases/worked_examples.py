"""What the rules mean, worked out by hand with a calendar: the facts of a case, and what holds.

Every day stands here as somebody counted it; nothing is computed with the code under test. The
law behind each line is named in `api/cases/rules.toml`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from api.cases.findings import Care, Facts, Fine, Key, Passed, State
from api.cases.models import Exemption, Group, Law, Leerroute
from api.cases.records import Article, ExamPart, HoursKind, Level
from api.cases.spans import Span

ASIEL, FAMILY = Group.asiel, Group.gezin_van_asiel
OTHER_FAMILY, OTHER = Group.gezin_overig, Group.overig
B1, ONDERWIJS, Z = Leerroute.b1, Leerroute.onderwijs, Leerroute.z


def day(text: str) -> date:
    return date.fromisoformat(text)


def facts(group: Group = ASIEL, **known: Any) -> Facts:
    """The facts of a case under the law of 2021; a day is written as text."""
    read: dict[str, Any] = {"law": Law.wi2021}
    read |= {name: day(value) if _is_day(value) else value for name, value in known.items()}
    return Facts(group=group, **read)


def _is_day(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Law | Leerroute | Exemption)


def span(first: str, last: str) -> Span:
    return Span(day(first), day(last))


def did(**hours: float) -> dict[HoursKind, Decimal]:
    return {HoursKind(kind): Decimal(str(number)) for kind, number in hours.items()}


def passed(*parts: str, on: str = "2025-06-01", level: Level | None = None) -> tuple[Passed, ...]:
    return tuple(Passed(ExamPart(part), day(on), level) for part in parts)


def fined(article: Article, on: str) -> Fine:
    return Fine(article, day(on))


def care(starts_on: str, **days: str) -> Care:
    known = {name: day(text) for name, text in days.items()}
    none = dict.fromkeys(("applied_on", "changed_on", "reported_on"))
    return Care(day(starts_on), **{**none, **known})


@dataclass(frozen=True)
class Example:
    why: str
    facts: Facts
    key: Key
    state: State | None
    """None: nothing is worked out, because it does not apply."""
    on: str | None = None
    left: float | None = None
    today: str = "2026-11-23"

    def __str__(self) -> str:
        return self.why


ALL_FIVE = ("reading", "listening", "writing", "speaking", "knm")
COMING, DUE, LATE, DONE = State.coming, State.due, State.late, State.done
UNKNOWN, NOT = State.unknown, None

PIP = (
    Example(
        "ten weeks after the letter: 70 days from 1 October",
        *(facts(duo_notice_on="2026-10-01"), Key.pip, DUE, "2026-12-10"),
    ),
    Example(
        "registered after the letter: the ten weeks begin at the registration",
        facts(duo_notice_on="2026-08-03", registered_on="2026-10-19"),
        *(Key.pip, COMING, "2026-12-28"),
    ),
    Example(
        "registered before the letter: they begin at the letter",
        facts(duo_notice_on="2026-10-19", registered_on="2026-08-03"),
        *(Key.pip, COMING, "2026-12-28"),
    ),
    Example(
        "on its last day the plan is not late",
        *(facts(duo_notice_on="2026-09-14"), Key.pip, DUE, "2026-11-23"),
    ),
    Example(
        "the day after, it is",
        *(facts(duo_notice_on="2026-09-13"), Key.pip, LATE, "2026-11-22"),
    ),
    Example(
        "information that came in late: two weeks after it",
        facts(duo_notice_on="2026-09-01", awaited_information_on="2026-11-20"),
        *(Key.pip, DUE, "2026-12-04"),
    ),
    Example(
        "information that came in early takes nothing off the ten weeks",
        facts(duo_notice_on="2026-10-19", awaited_information_on="2026-10-20"),
        *(Key.pip, COMING, "2026-12-28"),
    ),
    Example("neither letter nor registration is known", facts(), Key.pip, UNKNOWN),
    Example("there is a plan", facts(pip_date="2026-03-02"), *(Key.pip, DONE, "2026-03-02")),
    Example(
        "moved here: ten weeks after registration, whatever the letter of long ago says",
        facts(moved_here=True, duo_notice_on="2024-01-08", registered_on="2026-10-05"),
        *(Key.pip, DUE, "2026-12-14"),
    ),
    Example(
        "moved here with the plan of the town before: a new one is still to be made",
        facts(moved_here=True, pip_date="2024-03-18", registered_on="2026-10-05"),
        *(Key.pip, DUE, "2026-12-14"),
    ),
    Example(
        "moved here and a new plan was made",
        facts(moved_here=True, pip_date="2026-11-02", registered_on="2026-10-05"),
        *(Key.pip, DONE, "2026-11-02"),
    ),
    Example(
        "moved here, but registration is not known",
        facts(moved_here=True, duo_notice_on="2024-01-08"),
        *(Key.pip, UNKNOWN),
    ),
)

TERM = (
    Example(
        "three years from the day after the plan",
        *(facts(pip_date="2026-01-15"), Key.term, COMING, "2029-01-15"),
    ),
    Example(
        "a plan of 28 February: the term begins on 1 March and ends on 29 February of a leap year",
        *(facts(pip_date="2025-02-28"), Key.term, COMING, "2028-02-29"),
    ),
    Example(
        "a plan of 29 February: from 1 March to 28 February",
        *(facts(pip_date="2024-02-29"), Key.term, COMING, "2027-02-28"),
    ),
    Example(
        "a term that begins on 29 February ends on the last day of that month",
        *(facts(pip_date="2024-02-28"), Key.term, COMING, "2027-02-28"),
    ),
    Example(
        "a plan of New Year's Eve",
        *(facts(pip_date="2023-12-31"), Key.term, DUE, "2026-12-31", None, "2026-12-03"),
    ),
    Example(
        "no extension was granted: illness of 92 days that DUO still looks at adds nothing",
        *(facts(pip_date="2026-01-15"), Key.term, COMING, "2029-01-15"),
    ),
    Example(
        "92 days of illness (1 March to 31 May) come after 15 January: 31 - 15 + 28 + 31 + 17",
        facts(pip_date="2026-01-15", extensions=(span("2026-03-01", "2026-05-31"),)),
        *(Key.term, COMING, "2029-04-17"),
    ),
    Example(
        "16 weeks for a birth are 112 days, over a 29 February",
        facts(pip_date="2025-01-15", extensions=(span("2026-01-01", "2026-04-22"),)),
        *(Key.term, COMING, "2028-05-06"),
    ),
    Example(
        "two periods that overlap count once: 1 March to 30 June are 122 days",
        facts(
            pip_date="2026-01-15",
            extensions=(span("2026-03-01", "2026-05-31"), span("2026-05-01", "2026-06-30")),
        ),
        *(Key.term, COMING, "2029-05-17"),
    ),
    Example(
        "two periods apart are added up: 31 + 30 days",
        facts(
            pip_date="2026-01-15",
            extensions=(span("2026-03-01", "2026-03-31"), span("2026-06-01", "2026-06-30")),
        ),
        *(Key.term, COMING, "2029-03-17"),
    ),
    Example(
        "the day that DUO names goes before our own sum of 92 days",
        facts(
            pip_date="2026-01-15",
            extensions=(span("2026-03-01", "2026-05-31"),),
            settled=(span("2026-03-01", "2026-05-31"),),
            term_decided_on="2029-04-01",
        ),
        *(Key.term, COMING, "2029-04-01"),
    ),
    Example(
        "a later day that DUO names, too",
        facts(
            pip_date="2026-01-15",
            extensions=(span("2026-03-01", "2026-05-31"),),
            settled=(span("2026-03-01", "2026-05-31"),),
            term_decided_on="2029-07-15",
        ),
        *(Key.term, COMING, "2029-07-15"),
    ),
    Example(
        "what was granted after that decision comes on top: 30 days after 1 April",
        facts(
            pip_date="2026-01-15",
            extensions=(span("2026-03-01", "2026-05-31"), span("2027-09-01", "2027-09-30")),
            settled=(span("2026-03-01", "2026-05-31"),),
            term_decided_on="2029-04-01",
        ),
        *(Key.term, COMING, "2029-05-01"),
    ),
    Example(
        "moved here: the term goes on, whatever the date of the new plan",
        facts(
            moved_here=True,
            registered_on="2026-10-05",
            pip_date="2026-11-02",
            term_starts_on="2024-03-19",
        ),
        *(Key.term, COMING, "2027-03-18"),
    ),
    Example(
        "moved here, and the start of the term is not known: a new plan begins no new one",
        facts(moved_here=True, registered_on="2026-10-05", pip_date="2026-11-02"),
        *(Key.term, UNKNOWN),
    ),
    Example(
        "moved here with the plan of before: its term",
        facts(moved_here=True, registered_on="2026-10-05", pip_date="2024-03-18"),
        *(Key.term, COMING, "2027-03-18"),
    ),
    Example("no plan, no term", facts(duo_notice_on="2026-10-01"), Key.term, UNKNOWN),
    Example(
        "the rules of the law are looked at again by 22 November 2027: after it nothing is said",
        *(facts(pip_date="2026-01-15"), Key.term, UNKNOWN, None, None, "2027-11-23"),
    ),
    Example(
        "on that very day it still is",
        *(facts(pip_date="2026-01-15"), Key.term, COMING, "2029-01-15", None, "2027-11-22"),
    ),
)

WINDOWS = (
    Example(
        "another leerroute: a year and a half from 16 January",
        *(facts(pip_date="2026-01-15"), Key.route_change, COMING, "2027-07-15"),
    ),
    Example(
        "a term that begins on 1 March: to 31 August, not to the 28th",
        *(facts(pip_date="2025-02-28"), Key.route_change, LATE, "2026-08-31"),
    ),
    Example(
        "the window is not longer when the term is",
        facts(pip_date="2026-01-15", extensions=(span("2026-03-01", "2026-05-31"),)),
        *(Key.route_change, COMING, "2027-07-15"),
    ),
    Example("without a plan the window is unknown", facts(), Key.route_change, UNKNOWN),
    Example(
        "more time can be asked for from six months before the end",
        *(facts(pip_date="2024-06-15"), Key.extension, COMING, "2026-12-15"),
    ),
    Example(
        "from that day on it can",
        *(facts(pip_date="2024-05-23"), Key.extension, DUE, "2026-11-23"),
    ),
    Example(
        "the day before it cannot: DUO does not take it",
        *(facts(pip_date="2024-05-24"), Key.extension, COMING, "2026-11-24"),
    ),
    Example(
        "the end is 31 August: from the last day of February",
        *(facts(pip_date="2025-08-31"), Key.extension, COMING, "2028-02-29"),
    ),
    Example(
        "after the end it is too late",
        *(facts(pip_date="2023-11-22"), Key.extension, LATE, "2026-05-22"),
    ),
    Example(
        "more time moves the day with it: the end is 17 April 2029",
        facts(pip_date="2026-01-15", extensions=(span("2026-03-01", "2026-05-31"),)),
        *(Key.extension, COMING, "2028-10-17"),
    ),
)

OFFERS = (
    Example(
        "asiel: an offer within three months after the plan",
        *(facts(ASIEL, pip_date="2026-09-30"), Key.offer, COMING, "2026-12-30"),
    ),
    Example(
        "gezin_van_asiel: the same",
        *(facts(FAMILY, pip_date="2026-08-31"), Key.offer, DUE, "2026-11-30"),
    ),
    Example(
        "in the onderwijsroute six months",
        facts(ASIEL, leerroute=ONDERWIJS, pip_date="2026-08-31"),
        *(Key.offer, COMING, "2027-02-28"),
    ),
    Example(
        "three months after 30 November: the last day of February",
        facts(ASIEL, pip_date="2025-11-30"),
        *(Key.offer, LATE, "2026-02-28"),
    ),
    Example(
        "a course was offered",
        facts(ASIEL, pip_date="2026-01-15", offer_on="2026-02-02"),
        *(Key.offer, DONE, "2026-02-02"),
    ),
    Example("no plan yet", facts(FAMILY), Key.offer, UNKNOWN),
    Example(
        "gezin_overig finds a course by themselves",
        *(facts(OTHER_FAMILY, pip_date="2026-09-30"), Key.offer, NOT),
    ),
    Example("overig too", facts(OTHER, pip_date="2026-09-30"), Key.offer, NOT),
)

TALKS = (
    Example(
        "the first talk three months after the plan",
        *(facts(pip_date="2026-09-30"), Key.talk, COMING, "2026-12-30"),
    ),
    Example(
        "a plan of 31 August: 30 November, and not 1 December",
        *(facts(pip_date="2026-08-31"), Key.talk, COMING, "2026-11-30", None, "2026-11-01"),
    ),
    Example(
        "a talk two weeks early counts: the next is after six months",
        facts(pip_date="2026-08-31", talks_held=(day("2026-11-16"),)),
        *(Key.talk, COMING, "2027-02-28"),
    ),
    Example(
        "fifteen days early does not",
        facts(pip_date="2026-08-31", talks_held=(day("2026-11-15"),)),
        *(Key.talk, DUE, "2026-11-30"),
    ),
    Example(
        "two weeks after its day a talk is not late",
        *(facts(pip_date="2026-08-09"), Key.talk, DUE, "2026-11-09"),
    ),
    Example(
        "a day later it is",
        *(facts(pip_date="2026-08-08"), Key.talk, LATE, "2026-11-08"),
    ),
    Example(
        "the first was missed, the second held: nobody goes back for the first",
        facts(pip_date="2026-02-02", talks_held=(day("2026-08-03"),)),
        *(Key.talk, LATE, "2026-11-02"),
    ),
    Example(
        "one talk does not count for two days",
        facts(pip_date="2026-02-02", talks_held=(day("2026-05-04"),)),
        *(Key.talk, LATE, "2026-08-02"),
    ),
    Example(
        "after the first year each half year: 12 months were held, so 18",
        facts(
            pip_date="2025-06-10",
            talks_held=tuple(map(day, ("2025-09-10", "2025-12-10", "2026-03-10", "2026-06-10"))),
        ),
        *(Key.talk, COMING, "2026-12-10"),
    ),
    Example(
        "the plan fixes six talks: every 182 or 183 days of 1096",
        *(facts(pip_date="2026-09-01", pip_talks=6), Key.talk, COMING, "2027-03-03"),
    ),
    Example(
        "the plan fixes one talk: on the last day of the term",
        *(facts(pip_date="2026-09-01", pip_talks=1), Key.talk, COMING, "2029-09-01"),
    ),
    Example("the plan fixes none", facts(pip_date="2026-09-01", pip_talks=0), Key.talk, DONE),
    Example(
        "moved here: from the new plan, to the end of the old term",
        facts(
            moved_here=True,
            registered_on="2026-09-01",
            pip_date="2026-10-12",
            term_starts_on="2024-03-19",
        ),
        *(Key.talk, COMING, "2027-01-12"),
    ),
    Example(
        "moved here when the term was nearly over: no talk fits in it any more",
        facts(
            moved_here=True,
            registered_on="2026-09-01",
            pip_date="2026-10-12",
            term_starts_on="2023-11-29",
        ),
        *(Key.talk, DONE),
    ),
    Example("no plan, no talks", facts(), Key.talk, UNKNOWN),
    Example(
        "an exemption was asked for: the talks go on until DUO decided",
        facts(pip_date="2026-09-30", exemption=Exemption.asked),
        *(Key.talk, COMING, "2026-12-30"),
    ),
    Example(
        "an ontheffing: no more talks",
        facts(pip_date="2026-09-30", exemption=Exemption.ontheffing),
        *(Key.talk, NOT),
    ),
    Example(
        "an ontheffing may be of a part: the term stays",
        facts(pip_date="2026-09-30", exemption=Exemption.ontheffing),
        *(Key.term, COMING, "2029-09-30"),
    ),
    Example(
        "a vrijstelling is of everything",
        facts(pip_date="2026-09-30", exemption=Exemption.vrijstelling),
        *(Key.term, NOT),
    ),
)

HOURS = (
    Example(
        "PVT: 8 of the 12 hours",
        facts(pip_date="2026-01-15", hours=did(pvt=8)),
        *(Key.pvt, COMING, "2029-01-15", 4),
    ),
    Example(
        "PVT: the hours are there, the signature is not",
        facts(pip_date="2026-01-15", hours=did(pvt=12.5), pvt_activity_on="2026-05-01"),
        *(Key.pvt, COMING, "2029-01-15", 0),
    ),
    Example(
        "PVT: signed",
        facts(pip_date="2026-01-15", hours=did(pvt=12), pvt_signed_on="2026-06-01"),
        *(Key.pvt, DONE, "2026-06-01", 0),
    ),
    Example(
        "PVT: the term is over and it was not done",
        facts(OTHER, pip_date="2023-11-01", hours=did(pvt=6)),
        *(Key.pvt, LATE, "2026-11-01", 6),
    ),
    Example("PVT: for everybody, also before the plan", facts(OTHER), Key.pvt, COMING, None, 12),
    Example(
        "MAP: 40 hours in practice",
        facts(OTHER_FAMILY, leerroute=B1, pip_date="2026-01-15", hours=did(map=25.5)),
        *(Key.map, COMING, "2029-01-15", 14.5),
    ),
    Example(
        "MAP: enough hours, but no closing talk",
        facts(leerroute=Z, pip_date="2026-01-15", hours=did(map=44)),
        *(Key.map, COMING, "2029-01-15", 0),
    ),
    Example(
        "MAP: the closing talk ends it",
        facts(leerroute=Z, pip_date="2026-01-15", hours=did(map=44), map_talk_on="2026-10-01"),
        *(Key.map, DONE, "2026-10-01", 0),
    ),
    Example(
        "MAP: not in the onderwijsroute",
        *(facts(leerroute=ONDERWIJS, pip_date="2026-01-15"), Key.map, NOT),
    ),
    Example(
        "Z-route, asiel: 800 hours of lessons",
        facts(ASIEL, leerroute=Z, pip_date="2026-01-15", hours=did(course=300)),
        *(Key.course, COMING, "2029-01-15", 500),
    ),
    Example(
        "Z-route, overig: the same 800 hours of lessons",
        facts(OTHER, leerroute=Z, pip_date="2026-01-15", hours=did(course=800)),
        *(Key.course, DONE, "2029-01-15", 0),
    ),
    Example(
        "no such hours in the B1-route",
        *(facts(leerroute=B1, pip_date="2026-01-15"), Key.course, NOT),
    ),
    Example(
        "Z-route, asiel: 800 hours of taking part, in which PVT and MAP count (700 + 12 + 40)",
        facts(
            ASIEL,
            leerroute=Z,
            pip_date="2026-01-15",
            hours=did(participation=700, pvt=12, map=40, course=90),
        ),
        *(Key.participation, COMING, "2029-01-15", 48),
    ),
    Example(
        "Z-route, gezin_van_asiel: the same",
        facts(FAMILY, leerroute=Z, pip_date="2026-01-15"),
        *(Key.participation, COMING, "2029-01-15", 800),
    ),
    Example(
        "Z-route, gezin_overig: no such hours",
        *(facts(OTHER_FAMILY, leerroute=Z, pip_date="2026-01-15"), Key.participation, NOT),
    ),
    Example(
        "Z-route, overig: neither",
        *(facts(OTHER, leerroute=Z, pip_date="2026-01-15"), Key.participation, NOT),
    ),
    Example(
        "Z-route: a closing talk for every group, before the term ends",
        facts(OTHER, leerroute=Z, pip_date="2024-01-15"),
        *(Key.closing_talk, COMING, "2027-01-15"),
    ),
    Example(
        "Z-route: it was held",
        facts(leerroute=Z, pip_date="2024-01-15", z_talk_on="2026-11-02"),
        *(Key.closing_talk, DONE, "2026-11-02"),
    ),
    Example("no closing talk in the B1-route", facts(leerroute=B1), Key.closing_talk, NOT),
    Example(
        "A2 in the B1-route: 600 hours of lessons first",
        facts(leerroute=B1, pip_date="2026-01-15", hours=did(course=450)),
        *(Key.a2, COMING, None, 150),
    ),
    Example(
        "A2: the hours are there",
        *(facts(leerroute=B1, hours=did(course=600)), Key.a2, DONE, None, 0),
    ),
    Example("A2: not in the onderwijsroute", facts(leerroute=ONDERWIJS), Key.a2, NOT),
    Example("A2: not in the Z-route", facts(leerroute=Z), Key.a2, NOT),
)

EXAMS = (
    Example(
        "four skills and KNM: two were passed",
        facts(leerroute=B1, pip_date="2024-01-15", exams=passed("reading", "knm")),
        *(Key.exams, COMING, "2027-01-15", 3),
    ),
    Example(
        "the onderwijsroute has them too; all were passed",
        facts(leerroute=ONDERWIJS, pip_date="2024-01-15", exams=passed(*ALL_FIVE)),
        *(Key.exams, DONE, "2027-01-15", 0),
    ),
    Example("the Z-route has no exams", facts(leerroute=Z), Key.exams, NOT),
    Example(
        "a part that was passed twice counts once",
        facts(leerroute=B1, pip_date="2024-01-15", exams=(*passed("knm"), *passed("knm"))),
        *(Key.exams, COMING, "2027-01-15", 4),
    ),
    Example(
        "A2 does not count before the 600 hours",
        facts(
            leerroute=B1,
            pip_date="2024-01-15",
            exams=passed("reading", "writing", level=Level.a2),
            hours=did(course=599.5),
        ),
        *(Key.exams, COMING, "2027-01-15", 5),
    ),
    Example(
        "after them it does",
        facts(
            leerroute=B1,
            pip_date="2024-01-15",
            exams=passed("reading", "writing", level=Level.a2),
            hours=did(course=600),
        ),
        *(Key.exams, COMING, "2027-01-15", 3),
    ),
    Example(
        "A2 is never enough in the onderwijsroute",
        facts(
            leerroute=ONDERWIJS,
            pip_date="2024-01-15",
            exams=passed("reading", level=Level.a2),
            hours=did(course=900),
        ),
        *(Key.exams, COMING, "2027-01-15", 5),
    ),
)

MONEY_AND_WORK = (
    Example(
        "ontzorgen: six months from 1 September, to the last day of February",
        facts(ASIEL, permit_limited=True, benefit_from="2026-09-01"),
        *(Key.relief, COMING, "2027-02-28"),
    ),
    Example(
        "ontzorgen from 1 March: to 31 August, not to the 28th",
        facts(ASIEL, permit_limited=True, benefit_from="2026-03-01"),
        *(Key.relief, DONE, "2026-08-31"),
    ),
    Example(
        "ontzorgen from 31 August: to the last day of February",
        facts(ASIEL, permit_limited=True, benefit_from="2026-08-31"),
        *(Key.relief, COMING, "2027-02-28"),
    ),
    Example(
        "an asylum permit without an end: no ontzorgen",
        *(facts(ASIEL, permit_limited=False, benefit_from="2026-09-01"), Key.relief, NOT),
    ),
    Example(
        "whether the permit has an end is not known",
        *(facts(ASIEL, benefit_from="2026-09-01"), Key.relief, UNKNOWN),
    ),
    Example(
        "gezin_van_asiel has a regular permit: no ontzorgen",
        *(facts(FAMILY, permit_limited=True, benefit_from="2026-09-01"), Key.relief, NOT),
    ),
    Example("no bijstand, no ontzorgen", facts(ASIEL, permit_limited=True), Key.relief, NOT),
    Example(
        "a work-experience place: fifteen weeks, 105 days with the first",
        *(facts(work_starts_on="2026-09-07"), Key.work_period, DUE, "2026-12-20"),
    ),
    Example("no place, no last day", facts(), Key.work_period, NOT),
    Example(
        "care from 2 March: apply by 30 June",
        facts(childcare=(care("2026-03-02"),)),
        *(Key.childcare, LATE, "2026-06-30"),
    ),
    Example(
        "care from November: apply by the last day of February",
        facts(childcare=(care("2026-11-30"), care("2026-03-02", applied_on="2026-04-01"))),
        *(Key.childcare, COMING, "2027-02-28"),
    ),
    Example(
        "applied for",
        facts(childcare=(care("2026-11-02", applied_on="2026-11-03"),)),
        *(Key.childcare, NOT),
    ),
    Example(
        "a change of 2 November: report it by 30 November",
        facts(childcare=(care("2026-01-05", changed_on="2026-11-02"),)),
        *(Key.childcare_report, DUE, "2026-11-30"),
    ),
    Example(
        "reported before the last change: that one is still to be reported",
        facts(childcare=(care("2026-01-05", changed_on="2026-11-02", reported_on="2026-06-01"),)),
        *(Key.childcare_report, DUE, "2026-11-30"),
    ),
    Example(
        "reported",
        facts(childcare=(care("2026-01-05", changed_on="2026-11-02", reported_on="2026-11-02"),)),
        *(Key.childcare_report, NOT),
    ),
)

RETRY = (
    Example(
        "PVT not in time: six months from the fine",
        facts(OTHER, leerroute=B1, fines=(fined(Article.pvt, "2026-08-31"),)),
        *(Key.retry, COMING, "2027-02-28"),
    ),
    Example(
        "MAP not in time: the same",
        facts(OTHER, leerroute=B1, fines=(fined(Article.map, "2026-10-01"),)),
        *(Key.retry, COMING, "2027-04-01"),
    ),
    Example(
        "both: a year",
        facts(
            *(OTHER_FAMILY,),
            leerroute=B1,
            fines=(fined(Article.pvt, "2026-10-01"), fined(Article.map, "2026-10-01")),
        ),
        *(Key.retry, COMING, "2027-10-01"),
    ),
    *(
        Example(
            f"B1-route with {len(parts)} parts passed: {months} months",
            facts(
                OTHER,
                leerroute=B1,
                exams=passed(*parts),
                fines=(fined(Article.route, "2026-02-01"),),
            ),
            *(Key.retry, COMING, on),
        )
        for parts, months, on in (
            ((), 24, "2028-02-01"),
            (("knm",), 18, "2027-08-01"),
            (("reading", "knm"), 12, "2027-02-01"),
        )
    ),
    *(
        Example(
            f"onderwijsroute with {len(parts)} parts passed: six months",
            facts(
                OTHER,
                leerroute=ONDERWIJS,
                exams=passed(*parts),
                fines=(fined(Article.route, "2026-09-01"),),
            ),
            *(Key.retry, COMING, "2027-03-01"),
        )
        for parts in (ALL_FIVE[:3], ALL_FIVE[:4])
    ),
    Example(
        "a part that was passed after the fine does not make the new term shorter",
        facts(
            OTHER,
            leerroute=B1,
            exams=passed("reading", on="2026-06-01"),
            fines=(fined(Article.route, "2026-02-01"),),
        ),
        *(Key.retry, COMING, "2028-02-01"),
    ),
    Example(
        "of several new terms the longest holds",
        facts(
            OTHER,
            leerroute=B1,
            exams=passed(*ALL_FIVE[:4]),
            fines=(
                fined(Article.route, "2026-09-01"),
                fined(Article.pvt, "2026-09-01"),
                fined(Article.map, "2026-09-01"),
            ),
        ),
        *(Key.retry, COMING, "2027-09-01"),
    ),
    Example(
        "Z-route: it goes by hours, and those steps stand in no rule of ours",
        facts(OTHER, leerroute=Z, fines=(fined(Article.route, "2026-02-01"),)),
        *(Key.retry, UNKNOWN),
    ),
    Example(
        "a fine of the municipality begins no new term",
        facts(OTHER, fines=(fined(Article.pip, "2026-02-01"), fined(Article.intake, "2026-03-01"))),
        *(Key.retry, NOT),
    ),
    Example(
        "asiel: nobody knows whether it holds",
        *(facts(ASIEL, fines=(fined(Article.pvt, "2026-08-31"),)), Key.retry, NOT),
    ),
    Example(
        "gezin_van_asiel: neither",
        *(facts(FAMILY, fines=(fined(Article.route, "2026-08-31"),)), Key.retry, NOT),
    ),
)

END = (
    Example(
        "the duty ended: the certificate is to be handed over",
        facts(pip_date="2023-10-01", ended_on="2026-10-01"),
        *(Key.certificate, DUE, "2026-10-01"),
    ),
    Example(
        "it was",
        facts(pip_date="2023-10-01", ended_on="2026-10-01", certificate_on="2026-10-20"),
        *(Key.certificate, DONE, "2026-10-20"),
    ),
    Example("the duty goes on: no certificate", facts(pip_date="2026-01-15"), Key.certificate, NOT),
    Example(
        "who was exempted gets none",
        facts(exemption=Exemption.ontheffing, ended_on="2026-10-01"),
        *(Key.certificate, NOT),
    ),
    *(
        Example(
            f"the duty ended: nothing more about {key}",
            facts(leerroute=Z, pip_date="2023-12-01", ended_on="2026-10-01"),
            *(key, NOT),
        )
        for key in (Key.term, Key.talk, Key.pvt, Key.course, Key.extension)
    ),
    *(
        Example(
            f"{law or 'an unknown law'}: nothing of the law of 2021 holds ({key})",
            facts(law=law, leerroute=B1, pip_date="2020-01-15", ended_on="2024-01-01"),
            *(key, NOT),
        )
        for law in (Law.wi2013, None)
        for key in (Key.term, Key.pvt, Key.certificate)
    ),
)

EXAMPLES = (*PIP, *TERM, *WINDOWS, *OFFERS, *TALKS, *HOURS, *EXAMS, *MONEY_AND_WORK, *RETRY, *END)
