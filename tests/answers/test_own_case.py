"""What somebody is told of their own case: their own, certain, complete, and nobody else's."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy.orm import Session

from api.answers import own_case
from api.answers.explain import explain
from api.answers.my_helpers import my_regisseur
from api.answers.own_case import OTHER_LAW, my_progress, with_own_case
from api.answers.progress_picture import LABELS, Bar, draw, media_of
from api.answers.reply import Part, Reply, choose_group
from api.answers.words import Words
from api.appointments.models import AppointmentKind, AppointmentState
from api.cases.findings import Key
from api.cases.models import Case, Group, Law, Leerroute
from api.cases.records import (
    Article,
    Childcare,
    Decision,
    Dimension,
    EnforcementStep,
    Exam,
    ExamPart,
    ExamResult,
    Extension,
    Goal,
    GoalState,
    Ground,
    Hours,
    HoursKind,
    Level,
    Note,
    Step,
)
from api.cases.service import findings_of
from api.conversations.models import Conversation
from api.db import Database
from tests.answers.readers import NOW, check, press, read, stranger
from tests.factories import participant, regisseur, talk
from translations.catalogue import LANGUAGES

TODAY = NOW.date()
LONGEST = 900
DIGITS = re.compile(r"\d+")


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def own_chat(session: Session, case: Case, language: str = "nl") -> Conversation:
    """A chat that is linked to the participant of this case."""
    chat = stranger(session, language, case.municipality_id)
    chat.person = case.participant.person
    session.flush()
    return chat


def case_of(session: Session, **changes: object) -> Case:
    case = participant(session, NOW)
    for name, value in {"pip_date": date(2025, 3, 14), **changes}.items():
        setattr(case, name, value)
    session.flush()
    return case


def did(session: Session, case: Case, kind: HoursKind, hours: str) -> None:
    session.add(Hours(case_id=case.id, kind=kind, on=date(2026, 5, 4), hours=Decimal(hours)))
    session.flush()


def progress(words: Words, session: Session, case: Case, language: str = "nl") -> str:
    chat = own_chat(session, case, language)
    return read(words, session, chat, my_progress(words, session, chat, TODAY))


def told_about(words: Words, session: Session, case: Case, topic: str) -> list[str]:
    """The keys of the personal lines after this answer."""
    chat = own_chat(session, case)
    answer = explain(words, session, chat, topic)
    replies = with_own_case(words, session, chat, topic, answer, TODAY)
    return [line.key for reply in replies for line in reply.told]


# Everything that can be told, in every language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("group", "route"), product(Group, (*Leerroute, None)))
def test_progress_reads_in_every_language_for_every_group_and_route(
    words: Words, session: Session, language: str, group: Group, route: Leerroute | None
) -> None:
    case = case_of(session, group=group, leerroute=route, permit_limited=True)
    did(session, case, HoursKind.pvt, "8.5")
    chat = own_chat(session, case, language)
    for reply in my_progress(words, session, chat, TODAY):
        assert len(check(words, session, chat, reply).text) <= LONGEST
    assert reply.offers


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_personal_line_is_told_by_some_case(
    words: Words, session: Session, language: str
) -> None:
    told = set()
    for number, case in enumerate(many_cases(session)):
        chat = own_chat(session, case, language)
        day = TODAY + timedelta(days=number % 3)
        replies = my_progress(words, session, chat, day)
        for topic in words.topics:
            answer = explain(words, session, chat, topic)
            replies += with_own_case(words, session, chat, topic, answer, day)
        for reply in replies:
            check(words, session, chat, reply)
            told |= {reply.key, *(line.key for line in reply.told)}
    all_keys = {key for key in words.catalogue.keys() if key.startswith("case.")}  # noqa: SIM118
    assert all_keys <= told


def many_cases(session: Session) -> Iterator[Case]:
    """Cases in every stage, so that each line has somebody to be told to."""
    yield case_of(session, pip_date=None, duo_notice_on=date(2026, 10, 1))
    yield case_of(
        session,
        pip_date=None,
        duo_notice_on=date(2026, 1, 5),
        registered_on=date(2026, 1, 5),
    )
    for law in (Law.wi2013, None):
        yield case_of(session, law=law)
    yield case_of(session, ended_on=date(2026, 6, 1))
    with_care = case_of(session)
    session.add(Childcare(case_id=with_care.id, starts_on=date(2026, 11, 1)))
    session.flush()
    yield with_care
    yield case_of(session, transferred_from_id=closed_case(session).id, pip_date=None)
    yield closed_case(session)
    yield case_of(session, pip_date=date(2020, 3, 14), leerroute=Leerroute.b1)
    yield case_of(session, pip_date=date(2024, 1, 20), leerroute=Leerroute.b1)
    for done in ("4", "700"):
        yield advanced(session, Leerroute.z, done, talks=False)
        yield advanced(session, Leerroute.b1, done, talks=False)
    yield advanced(session, Leerroute.z, "900", talks=True)
    yield advanced(session, Leerroute.z, "900", talks=False)
    examined = advanced(session, Leerroute.b1, "900", talks=True)
    for part in ExamPart:
        session.add(
            Exam(
                case_id=examined.id,
                part=part,
                level=None if part is ExamPart.knm else Level.b1,
                on=date(2026, 4, 1),
                result=ExamResult.passed,
            )
        )
    yield examined
    signing = advanced(session, Leerroute.b1, "20", talks=False)
    signing.pvt_activity_on = date(2026, 5, 1)
    yield signing
    extended = case_of(session, leerroute=Leerroute.b1)
    session.add(
        Extension(
            case_id=extended.id,
            ground=Ground.birth,
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 4, 22),
            decision=Decision.granted,
            decided_on=date(2026, 5, 1),
        )
    )
    goal = {"case_id": extended.id, "dimension": Dimension.daily, "agreed_on": date(2026, 1, 1)}
    session.add(Goal(goal="Fietsen", state=GoalState.reached, **goal))
    session.add(Goal(goal="Zwemmen", **goal))
    yield extended
    for benefit in (date(2026, 9, 1), date(2026, 1, 1)):
        yield case_of(session, permit_limited=True, benefit_from=benefit)


def closed_case(session: Session) -> Case:
    return case_of(session, closed_on=TODAY)


def advanced(session: Session, route: Leerroute, done: str, *, talks: bool) -> Case:
    case = case_of(session, leerroute=route, pip_date=date(2026, 8, 30))
    for kind in HoursKind:
        did(session, case, kind, done)
    if talks:
        case.pvt_activity_on = case.pvt_signed_on = case.map_talk_on = date(2026, 10, 1)
        case.z_talk_on = date(2026, 10, 1) if route is Leerroute.z else None
    session.flush()
    return case


# What is told, and what is not


def test_hours_left_are_what_the_rule_asks_less_what_was_done(
    words: Words, session: Session
) -> None:
    case = case_of(session, leerroute=Leerroute.z)
    did(session, case, HoursKind.pvt, "3.5")
    did(session, case, HoursKind.pvt, "4.5")
    text = progress(words, session, case)
    assert "PVT: 8 van minstens 12 uur gedaan. Nog 4 uur." in text
    assert "14 maart 2028" in text


def test_the_personal_line_comes_last_and_has_the_buttons(words: Words, session: Session) -> None:
    chat = own_chat(session, case_of(session))
    answer = explain(words, session, chat, "pvt")
    replies = with_own_case(words, session, chat, "pvt", answer, TODAY)
    assert [reply.key for reply in replies] == ["pvt", "case.heading"]
    assert replies[-1].offers == answer[-1].offers
    assert not any(reply.offers for reply in replies[:-1])


@pytest.mark.parametrize("topic", ["kinderopvang", "tolk", "bijstand"])
def test_a_topic_without_a_personal_line_stays_as_it_is(
    words: Words, session: Session, topic: str
) -> None:
    chat = own_chat(session, case_of(session))
    answer = explain(words, session, chat, topic)
    assert with_own_case(words, session, chat, topic, answer, TODAY) == answer


def test_who_is_not_linked_is_told_nothing_personal(words: Words, session: Session) -> None:
    case_of(session)
    chat = stranger(session)
    for topic in words.topics:
        answer = explain(words, session, chat, topic)
        assert with_own_case(words, session, chat, topic, answer, TODAY) == answer


def test_nobody_is_told_of_the_case_of_another(words: Words, session: Session) -> None:
    mine, theirs = case_of(session), case_of(session, leerroute=Leerroute.z)
    did(session, theirs, HoursKind.pvt, "7.25")
    assert "7,25" in progress(words, session, theirs)
    assert "7,25" not in progress(words, session, mine)


def test_another_ones_appointment_is_never_told(words: Words, session: Session) -> None:
    theirs = talk(session, case_of(session), NOW + timedelta(days=3), place="Geheimstraat 1")
    chat = own_chat(session, case_of(session))
    reply = Reply("next_talk", records={"appointment": str(theirs.id)})
    assert "Geheimstraat" not in read(words, session, chat, [reply])


def test_after_the_next_appointment_come_at_most_three_later_ones(
    words: Words, session: Session
) -> None:
    case = case_of(session)
    talks = [talk(session, case, NOW + timedelta(days=3 + n), place=f"Kamer {n}") for n in range(6)]
    talks[2].state = AppointmentState.cancelled
    talks[1].kind = AppointmentKind.map
    session.flush()
    chat = own_chat(session, case)
    text = read(
        words, session, chat, [Reply("next_talk", records={"appointment": str(talks[0].id)})]
    )
    assert re.findall(r"Kamer (\d)", text) == ["0", "1", "3", "4"]


def test_enforcement_and_notes_are_never_told(words: Words, session: Session) -> None:
    case = case_of(session, group=Group.gezin_overig, leerroute=Leerroute.b1)
    before = progress(words, session, case)
    for article in Article:
        session.add(
            EnforcementStep(
                case_id=case.id, step=Step.fine, article=article, on=TODAY, euro=Decimal(340)
            )
        )
    session.add(Note(case_id=case.id, on=TODAY, text="komt vaak niet"))
    session.flush()
    assert progress(words, session, case) == before
    everything = " ".join(
        read(
            words,
            session,
            chat := own_chat(session, case),
            with_own_case(words, session, chat, topic, [Reply(topic, topic=topic)], TODAY)[1:],
        )
        for topic in words.topics
    )
    assert "340" not in everything
    assert "boete" not in everything.lower()


def test_what_rests_on_an_unclear_rule_is_not_told(
    words: Words, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of(session)
    assert told_about(words, session, case, "inburgeringstermijn")
    real = findings_of

    def unclear(*arguments: object) -> object:
        found = real(*arguments)  # type: ignore[arg-type]
        rule = words.rules["onderwijs_hours"]
        assert rule.status == "unclear"
        return {
            key: type(each)(
                **{name: getattr(each, name) for name in each.__slots__} | {"rules": (rule,)}
            )
            for key, each in found.items()
        }

    monkeypatch.setattr(own_case, "findings_of", unclear)
    assert told_about(words, session, case, "inburgeringstermijn") == []


def test_after_the_last_day_of_a_rule_its_line_is_gone(words: Words, session: Session) -> None:
    case = case_of(session, leerroute=Leerroute.b1)
    chat, later = own_chat(session, case), date(2030, 1, 1)
    assert words.rules["pvt_min_hours"].review_is_due(later)
    told = [line.key for reply in my_progress(words, session, chat, later) for line in reply.told]
    assert not [key for key in told if key.startswith("case.pvt")]


# The older law


@pytest.mark.parametrize("law", [Law.wi2013, None])
def test_who_does_not_fall_under_the_law_of_2021_is_told_none_of_its_rules(
    words: Words, session: Session, law: Law | None
) -> None:
    case = case_of(session, law=law, leerroute=Leerroute.z)
    chat = own_chat(session, case)
    for topic, about in words.topics.items():
        for part in (Part.short, Part.simple, Part.steps):
            if part is not Part.short and f"{topic}.{part}" not in words.catalogue:
                continue
            replies = explain(words, session, chat, topic, part)
            replies = with_own_case(words, session, chat, topic, replies, TODAY)
            if about.wi2021:
                assert {reply.key for reply in replies} <= OTHER_LAW, topic
            assert not any(reply.told for reply in replies)
    for reply in my_progress(words, session, chat, TODAY):
        assert not DIGITS.findall(read(words, session, chat, [reply]).replace("2022", ""))


def test_an_old_button_tells_the_older_law_nothing_either(words: Words, session: Session) -> None:
    chat = own_chat(session, case_of(session, law=Law.wi2013))
    for topic, about in words.topics.items():
        if about.by_group and about.wi2021:
            replies = press(words, session, chat, choose_group(topic, "asiel", "choice.asiel"))
            assert {reply.key for reply in replies} <= OTHER_LAW, topic


# Regisseur


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_regisseur_of_the_case_is_named(words: Words, session: Session, language: str) -> None:
    sanne = regisseur(session, NOW)
    chat = own_chat(session, case_of(session, regisseur_id=sanne.id), language)
    assert sanne.name in read(words, session, chat, my_regisseur(session, chat))


def test_without_a_regisseur_nobody_is_named(words: Words, session: Session) -> None:
    chat = own_chat(session, case_of(session))
    assert [reply.key for reply in my_regisseur(session, chat)] == ["my_regisseur.none"]


# The picture


def bar(kind: str, done: str, total: str) -> Bar:
    return Bar(kind, Decimal(done), Decimal(total))


def test_the_picture_of_progress_is_drawn_from_its_name_alone() -> None:
    media = media_of([bar("pvt", "8.00", "12"), bar("exams", "2", "5")])
    assert media == "progress/pvt-8-12_exams-2-5.png"
    drawn = draw(media.removeprefix("progress/"))
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")


def test_more_done_than_asked_is_a_full_bar() -> None:
    assert draw("pvt-20-12.png")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "menu-1.png",
        "pvt-8-0.png",
        "pvt-8.png",
        "../../etc/passwd",
        "pvt-999999-12.png",
        "fine-1-2.png",
        "pvt-1-2_" * 9,
        "pvt--1-2.png",
        "pvt-٣-١٢.png",
    ],
)
def test_a_name_that_is_none_of_ours_draws_nothing(name: str) -> None:
    assert draw(name) is None


def test_nothing_to_show_has_no_picture() -> None:
    assert media_of([]) is None


def test_every_kind_of_bar_is_something_that_is_worked_out() -> None:
    assert LABELS.keys() <= set(Key)


def test_on_its_last_day_the_term_is_not_over(words: Words, session: Session) -> None:
    chat = own_chat(session, case_of(session, pip_date=date(2024, 3, 14)))
    keys = [line.key for line in my_progress(words, session, chat, date(2027, 3, 14))[0].told]
    assert "case.term" in keys
    keys = [line.key for line in my_progress(words, session, chat, date(2027, 3, 15))[0].told]
    assert "case.term.past" in keys
