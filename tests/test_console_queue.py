"""The queue in the console, and the lists that hang on it: what helped, and lost e-mail."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select

import api.app
from api.answers.words import Words
from api.conversations.models import Author, Conversation, Kind, Message
from api.handovers import asking, service
from api.handovers.models import HandOver, HandOverState, Helped, Reason
from api.notices.models import MailState, StaffMail
from api.people.models import Person, PersonRole, Role
from tests.factories import conversation, person, regisseur, town
from tests.test_console_cases import Desk, desk, either
from translations.catalogue import SOURCE

__all__ = ["desk", "either"]

QUEUE, HAND_OVERS, MAILS = "/console", "/console/hand-overs", "/console/staff-mail"


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


def asked(
    at: Desk,
    text: str = "Ik heb een vraag",
    *,
    who: UUID | None = None,
    where: str | None = "weert",
    language: str = "ar",
    reason: Reason = Reason.asked,
) -> UUID:
    """Somebody writes this in a chat of their own, and asks for a person."""
    with at.database.writing() as session:
        chat = conversation(session, at.clock(), f"chat-{text}", language)
        chat.person_id = who
        if where is not None:
            chat.municipality_id = town(session, where, where.title()).id
        session.add(line(chat, text, at.clock()))
        session.flush()
        return asking.ask_for_person(session, chat, reason, at.clock()).id


def line(chat: Conversation, text: str, now: datetime) -> Message:
    return Message(
        conversation_id=chat.id,
        author=Author.participant,
        kind=Kind.text,
        text=text,
        language="ar",
        at=now,
    )


def colleague(at: Desk, name: str = "Joris", where: str = "weert") -> Person:
    with at.database.writing() as session:
        return regisseur(session, at.clock(), name, towns=(where,))


def claimed(at: Desk, id: UUID, by: Person) -> None:
    with at.database.writing() as session:
        me = session.get_one(Person, by.id)
        service.claim_handover(session, api_words(at), id, me, at.clock())


def api_words(at: Desk) -> Words:
    found = at.client.app.state.words  # type: ignore[attr-defined]
    assert isinstance(found, Words)
    return found


def stored(at: Desk, id: UUID) -> HandOver:
    with at.database.reading() as session:
        return session.get_one(HandOver, id)


def act(at: Desk, id: UUID, what: str, **form: str) -> Response:
    return at.post(f"{HAND_OVERS}/{id}/{what}", {"csrf": at.csrf(), **form})


def group(page: str, name: str) -> str:
    """The part of the queue under this heading; nothing where it is not there."""
    found = re.search(rf'aria-labelledby="group-{name}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def in_order(page: str, texts: Sequence[str]) -> bool:
    places = [page.index(text) for text in texts]
    return places == sorted(places)


def days_pass(at: Desk, who: Person) -> None:
    """More than any promise; then one has to sign in again."""
    at.clock.move(timedelta(days=3))
    at.sign_in(who)


# The queue


def test_a_row_says_who_waits_for_what_since_when_and_with_whom(either: Desk) -> None:
    id = either.add(regisseur_id=either.me.id)
    asked(either, "Waar moet ik zijn?", who=either.case(id).participant_id)
    row = group(either.page(QUEUE), "open")
    for told in (
        "Amina Alvoorbeeld",
        "Weert",
        "Wil een mens spreken",
        "Arabisch",
        "Waar moet ik zijn?",
        "Wacht sinds",
        "Antwoord vóór",
        "<bdi>U</bdi>",
    ):
        assert told in row


def test_what_is_late_stands_first_then_open_then_mine_then_that_of_colleagues(desk: Desk) -> None:
    for text in ("te laat", "van een collega", "van mij", "wacht"):
        asked(desk, text)
        if text == "te laat":
            days_pass(desk, desk.me)
    by_text = {"van een collega": colleague(desk), "van mij": desk.me}
    for text, by in by_text.items():
        claimed(desk, one(desk, text), by)
    desk.clock.move(timedelta(hours=1))
    page = desk.page(QUEUE)
    assert "te laat" in group(page, "late")
    assert "te laat" not in group(page, "open")
    texts = ("te laat", "wacht", "van mij", "van een collega")
    assert in_order(page, [f">{each}</p>" for each in texts])


def one(at: Desk, text: str) -> UUID:
    with at.database.reading() as session:
        query = select(HandOver.id).join(HandOver.conversation)
        return session.scalars(query.where(Conversation.chat_id == f"chat-{text}")).one()


def test_danger_is_marked_and_its_words_are_not_shown(desk: Desk) -> None:
    asked(desk, "hij slaat mij", reason=Reason.safety)
    page = desk.page(QUEUE)
    assert "Dringend" in page
    assert "hij slaat mij" not in page


def test_who_asks_twice_is_one_row_that_says_so(desk: Desk) -> None:
    id = asked(desk)
    with desk.database.writing() as session:
        chat = session.get_one(Conversation, session.get_one(HandOver, id).conversation_id)
        asking.ask_for_person(session, chat, Reason.misses, desk.clock())
    assert "2 keer gevraagd" in desk.page(QUEUE)


def test_the_same_person_in_two_chats_is_marked_while_both_are_open(desk: Desk) -> None:
    who = desk.case(desk.add()).participant_id
    first, second = asked(desk, "hier", who=who), asked(desk, "daar", who=who)
    asked(desk, "iemand anders")
    assert desk.page(QUEUE).count("Ook in een andere chat") == 2
    claimed(desk, second, desk.me)
    assert desk.page(QUEUE).count("Ook in een andere chat") == 2
    act(desk, second, "hand-back")
    assert stored(desk, first).state == HandOverState.open
    assert "Ook in een andere chat" not in desk.page(QUEUE)


def test_of_what_was_closed_the_row_does_not_show_what_was_written_later(desk: Desk) -> None:
    id = asked(desk, "daarvoor")
    claimed(desk, id, desk.me)
    act(desk, id, "hand-back")
    desk.clock.move(timedelta(minutes=1))
    with desk.database.writing() as session:
        chat = session.get_one(HandOver, id).conversation
        session.add(line(chat, "daarna", desk.clock()))
    closed = group(desk.page(QUEUE), "closed")
    assert "daarvoor" in closed
    assert "daarna" not in closed


def test_nobody_waits_after_an_answer_and_the_row_says_so(desk: Desk) -> None:
    id = asked(desk)
    claimed(desk, id, desk.me)
    act(desk, id, "replies", text="Ik zoek het uit.")
    days_pass(desk, desk.me)
    page = desk.page(QUEUE)
    assert "Niemand wacht nu op antwoord" in group(page, "claimed")
    assert not group(page, "late")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"van mij", "van niemand", "Turks van een collega", "geen plaats"}),
        ("of=mine", {"van mij"}),
        ("language=tr", {"Turks van een collega"}),
        ("town=weert", {"van mij", "van niemand", "Turks van een collega"}),
        ("town=weert&language=ar&of=mine", {"van mij"}),
        ("town=nergens", set()),
        (
            "of=x&language=&unknown=1",
            {"van mij", "van niemand", "Turks van een collega", "geen plaats"},
        ),
    ],
)
def test_the_address_filters_by_mine_town_and_language(
    desk: Desk, query: str, shown: set[str]
) -> None:
    everything = {"van mij", "van niemand", "Turks van een collega", "geen plaats"}
    claimed(desk, asked(desk, "van mij"), desk.me)
    asked(desk, "van niemand")
    claimed(desk, asked(desk, "Turks van een collega", language="tr"), colleague(desk))
    asked(desk, "geen plaats", where=None)
    for path in (QUEUE, f"{QUEUE}/queue-list"):
        page = desk.page(f"{path}?{query}")
        assert {each for each in everything if f">{each}</p>" in page} == shown


def test_the_live_part_is_filtered_like_the_page(desk: Desk) -> None:
    page = desk.page(f"{QUEUE}?of=mine&language=tr")
    assert 'data-source="/console/queue-list?of=mine&language=tr"' in page
    assert '<option value="mine" selected>' in page


def test_the_queue_of_another_town_is_not_shown(desk: Desk) -> None:
    asked(desk, "elders", where="cranendonck")
    assert "elders" not in desk.page(QUEUE)


# What is late


def coordinator(at: Desk) -> Person:
    with at.database.writing() as session:
        return person(
            session, at.clock(), Role.coordinator, name="Marloes", email="marloes@wegwijs.example"
        )


def test_a_coordinator_sees_that_somebody_waits_too_long_and_nothing_of_what_or_who(
    either: Desk,
) -> None:
    case = either.case(either.add(regisseur_id=either.me.id))
    id = asked(either, "mijn geheim", who=case.participant_id)
    marloes = coordinator(either)
    either.sign_in(marloes)
    assert str(id) not in either.page(QUEUE)
    days_pass(either, marloes)
    row = group(either.page(QUEUE), "late")
    for told in ("Iemand wacht", "Weert", "Arabisch", "Wacht sinds", either.me.name):
        assert told in row
    for hidden in ("mijn geheim", "Amina", "Wil een mens spreken", str(id), "href"):
        assert hidden not in row


def test_a_coordinator_reads_what_a_volunteer_asks(desk: Desk) -> None:
    with desk.database.writing() as session:
        coach = person(session, desk.clock(), Role.coach, name="Henk").id
    asked(desk, "hoe werkt dit?", who=coach)
    desk.sign_in(coordinator(desk))
    row = group(desk.page(QUEUE), "open")
    assert "Henk Voorbeeld" in row
    assert "hoe werkt dit?" in row


# Did it help?


def rated(at: Desk, text: str, helped: Helped | None, **more: Any) -> None:
    id = asked(at, text)
    with at.database.writing() as session:
        found = session.get_one(HandOver, id)
        found.helped = helped
        for name, value in more.items():
            setattr(found, name, value)


def row_of(page: str, name: str) -> list[str]:
    found = re.search(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', page)
    assert found, name
    return re.findall(r"<td>(.*?)</td>", found[1])


def test_small_counts_are_not_told(desk: Desk) -> None:
    for number in range(3):
        rated(desk, f"ja {number}", Helped.yes, subject="money")
    rated(desk, "nee", Helped.no, subject="money")
    rated(desk, "iets", Helped.partly, topic="pvt")
    page = desk.page("/console/ratings")
    few = "minder dan 3"
    assert row_of(page, "Geld") == ["3", few, few, few, few]
    assert row_of(page, api_words(desk).text(SOURCE, "label.pvt")) == [few] * 5


def test_without_conversations_there_is_nothing_to_rate(desk: Desk) -> None:
    assert "Er zijn nog geen gesprekken geweest." in desk.page("/console/ratings")


def test_who_only_administers_sees_no_ratings(desk: Desk) -> None:
    with desk.database.writing() as session:
        who = person(
            session, desk.clock(), Role.administrator, name="Ada", email="ada@wegwijs.example"
        )
    desk.sign_in(who)
    assert desk.get("/console/ratings").status_code == 403
    assert "/console/ratings" not in desk.page(QUEUE)


# E-mail that did not arrive


def failed_mail(at: Desk, to: Person, error: str = "mail: no such address") -> int:
    with at.database.writing() as session:
        mail = StaffMail(
            person_id=to.id, state=MailState.failed, made_at=at.clock(), due_at=at.clock()
        )
        mail.finish(at.clock(), error)
        session.add(mail)
        session.flush()
        return mail.id


def test_e_mail_that_did_not_arrive_is_listed_until_somebody_saw_to_it(either: Desk) -> None:
    id = failed_mail(either, colleague(either))
    assert "1 e-mail aan een collega kwam niet aan" in either.page(QUEUE)
    page = either.page(MAILS)
    assert "Joris Voorbeeld" in page
    assert "Dit e-mailadres bestaat niet." in page
    token = either.csrf()
    for status in (303, 409):
        assert either.post(f"{MAILS}/{id}/handled", {"csrf": token}).status_code == status
    assert "Joris" not in either.page(MAILS)
    assert "kwam niet aan" not in either.page(QUEUE)


def test_e_mail_to_another_town_is_not_shown(desk: Desk) -> None:
    id = failed_mail(desk, colleague(desk, "Bram", "cranendonck"), "mail: 550")
    assert "Bram" not in desk.page(MAILS)
    assert desk.post(f"{MAILS}/{id}/handled", {"csrf": desk.csrf()}).status_code == 404


def test_an_error_that_we_do_not_know_is_told_by_its_code(desk: Desk) -> None:
    failed_mail(desk, colleague(desk), "mail: 552")
    assert "(mail: 552)" in desk.page(MAILS)


def test_who_lost_their_role_is_in_no_list(desk: Desk) -> None:
    joris = colleague(desk)
    failed_mail(desk, joris)
    with desk.database.writing() as session:
        session.delete(session.scalars(select(PersonRole).filter_by(person_id=joris.id)).one())
    assert "Joris" not in desk.page(MAILS)
