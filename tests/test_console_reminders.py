"""The pages of what reached nobody over HTTP: the list, what is done about it, and the letter."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import api.app
from api.answers.words import Words
from api.appointments.models import Appointment, AppointmentState
from api.cases.models import Case, Participant
from api.console.reminder_views import why
from api.people.models import Role
from api.reminders.models import Reminder, ReminderKind, ReminderState, Way
from api.reminders.service import note_unreachable, unreached
from tests.factories import person, regisseur
from tests.test_console_cases import LIST, Desk, desk, either

__all__ = ["desk", "either"]

TASKS = "/console/reminders"


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


def told_of_talk(at: Desk, **case: Any) -> UUID:
    """A case of mine with a talk on Friday; the message about it waits to leave."""
    id = at.add(regisseur_id=at.me.id, **case)
    path = f"{LIST}/{id}/appointments"
    form = {"kind": "progress_talk", "starts_at_day": "2026-11-27", "starts_at_time": "10:00"}
    assert at.save(f"{path}/new", path, place="Stadhuis", **form).status_code == 303
    return id


def task(at: Desk, id: UUID, reason: str = "blocked") -> int:
    """The message about the new talk reached nobody."""
    with at.database.writing() as session:
        found = session.scalars(select(Reminder).filter_by(case_id=id, kind="new")).one()
        unreached(session, found, reason, at.clock())
        return found.id


def reminder(at: Desk, id: int) -> Reminder:
    with at.database.reading() as session:
        return session.get_one(Reminder, id)


def press(at: Desk, id: int, what: str, **form: str) -> Any:
    return at.post(f"{TASKS}/{id}/{what}", {"csrf": at.csrf(), **form})


def test_signs_that_nobody_types_do_no_harm(either: Desk) -> None:
    number = task(either, told_of_talk(either))
    assert press(either, number, "handled", how="ge\x00beld").status_code == 303
    assert reminder(either, number).handled_how == "gebeld"


# The list


def test_the_list_says_whom_about_what_why_and_the_number_to_call(either: Desk) -> None:
    id = told_of_talk(either)
    task(either, id)
    with either.database.writing() as session:
        who = session.get_one(Participant, session.get_one(Case, id).participant_id)
        who.phone = "06 12345678"
    page = either.page(TASKS)
    for told in (
        "Amina Alvoorbeeld",
        "Nieuwe afspraak: Voortgangsgesprek, vr 27-11-2026, 10:00 uur",
        "De persoon heeft de bot geblokkeerd.",
        'href="tel:0612345678"',
        "1 open taak",
    ):
        assert told in page


def test_the_menu_counts_what_is_open(desk: Desk) -> None:
    def menu() -> str:
        page = desk.page("/console")
        return page[page.index("<nav") : page.index("</nav>")]

    assert 'class="count"' not in menu()
    task(desk, told_of_talk(desk))
    assert '<span class="count" aria-hidden="true">1</span>' in menu()
    assert "1 open taak" in menu()


def test_an_empty_list_says_so(desk: Desk) -> None:
    assert "Alles is aangekomen" in desk.page(TASKS)


def test_who_lost_the_chat_stands_on_the_list_with_nothing_to_send(desk: Desk) -> None:
    id = desk.add()
    with desk.database.writing() as session:
        note_unreachable(session, session.get_one(Case, id).participant_id, "blocked", desk.clock())
    page = desk.page(TASKS)
    assert "Deze persoon krijgt geen berichten meer" in page
    assert "/again" not in page
    assert "/letter" not in page
    assert "Anders gedaan" in page


@pytest.mark.parametrize("town", ["cranendonck"])
def test_a_task_of_another_town_does_not_exist(desk: Desk, town: str) -> None:
    number = task(desk, told_of_talk(desk))
    with desk.database.writing() as session:
        stranger = regisseur(session, desk.clock(), "Bram", towns=(town,))
    desk.client.cookies.clear()
    desk.sign_in(stranger)
    assert "Amina" not in desk.page(TASKS)
    assert desk.get(f"{TASKS}/{number}/letter").status_code == 404
    assert press(desk, number, "again").status_code == 404
    assert press(desk, number, "handled", how="gebeld").status_code == 404


def test_other_staff_see_no_tasks(desk: Desk) -> None:
    number = task(desk, told_of_talk(desk))
    with desk.database.writing() as session:
        who = person(session, desk.clock(), Role.coordinator, email="petra@wegwijs.example")
    desk.client.cookies.clear()
    desk.sign_in(who)
    for path in (TASKS, f"{TASKS}/{number}/letter"):
        assert desk.get(path).status_code == 403
    assert TASKS not in desk.get("/console").text


def test_a_long_list_comes_in_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.console.reminders.PAGE_SIZE", 1)
    for name in ("Amina", "Bilal"):
        id = desk.add((name, "Proef"))
        with desk.database.writing() as session:
            who = session.get_one(Case, id).participant_id
            note_unreachable(session, who, "blocked", desk.clock.move(timedelta(minutes=1)))
    first = desk.page(TASKS)
    assert "Amina" in first
    assert "Bilal" not in first
    assert f'rel="next" href="{TASKS}?page=2"' in first
    assert "Bilal" in desk.page(f"{TASKS}?page=2")


def test_every_word_for_why_is_told_in_plain_dutch(words: Words) -> None:
    for word in ("blocked", "unlinked", "stopped", "failed", "quiet", "fault"):
        told = why(words, Reminder(why=word))
        assert told is not None
        assert word not in told
    assert why(words, Reminder(why="something new")) == "Niet gelukt (something new)."


# What is done about it


def test_sent_again_it_is_planned_anew_and_no_task_any_more(either: Desk) -> None:
    number = task(either, told_of_talk(either))
    assert press(either, number, "again").headers["Location"] == TASKS
    assert reminder(either, number).state is ReminderState.handled
    with either.database.reading() as session:
        again = session.scalars(select(Reminder).where(Reminder.id > number)).all()
        assert [each.state for each in again if each.kind is ReminderKind.new] == ["planned"]
    assert "Amina" not in either.page(TASKS)


def test_done_otherwise_keeps_how_and_the_case_page_tells_it(either: Desk) -> None:
    id = told_of_talk(either)
    number = task(either, id)
    assert press(either, number, "handled", how=" gebeld, komt ").headers["Location"] == TASKS
    found = reminder(either, number)
    assert (found.handled_how, found.handled_by_id) == ("gebeld, komt", either.me.id)
    page = either.page(f"{LIST}/{id}")
    assert "gebeld, komt" in page
    assert "Anders gedaan" in page


@pytest.mark.parametrize("how", ["", "  ", "x" * 201])
def test_how_it_was_done_is_asked_again_where_it_does_not_fit(desk: Desk, how: str) -> None:
    number = task(desk, told_of_talk(desk))
    answer = press(desk, number, "handled", how=how)
    assert answer.status_code == 400
    assert "Vul in hoe u het hebt gedaan" in answer.text
    assert f'value="{how}"' in answer.text
    assert "<details open>" in answer.text
    assert reminder(desk, number).state is ReminderState.unreached


def test_a_task_that_a_colleague_did_is_not_done_twice(desk: Desk) -> None:
    number = task(desk, told_of_talk(desk))
    press(desk, number, "handled", how="gebeld")
    for what in ("handled", "again"):
        answer = press(desk, number, what, how="brief")
        assert answer.status_code == 409
        assert "Deze taak is al afgerond" in answer.text
    assert reminder(desk, number).handled_how == "gebeld"


def test_what_is_not_true_any_more_is_not_sent_again(desk: Desk) -> None:
    id = told_of_talk(desk)
    number = task(desk, id)
    with desk.database.writing() as session:
        talk = session.scalars(select(Appointment).filter_by(case_id=id)).one()
        talk.state = AppointmentState.cancelled
    answer = press(desk, number, "again")
    assert answer.status_code == 409
    assert "Dit bericht klopt niet meer" in answer.text
    assert reminder(desk, number).state is ReminderState.unreached


def test_a_form_that_our_page_did_not_make_handles_nothing(desk: Desk) -> None:
    number = task(desk, told_of_talk(desk))
    for what in ("handled", "again"):
        assert desk.post(f"{TASKS}/{number}/{what}", {"how": "gebeld"}).status_code == 403
    assert reminder(desk, number).state is ReminderState.unreached


# The letter


def test_the_letter_is_in_the_language_of_the_person_and_below_in_dutch(either: Desk) -> None:
    id = told_of_talk(either)
    number = task(either, id)
    with either.database.writing() as session:
        who = session.get_one(Participant, session.get_one(Case, id).participant_id)
        who.address = "Bedachtstraat 1\n6001 AA Weert"
    page = either.page(f"{TASKS}/{number}/letter")
    own, dutch = page.index('lang="ar" dir="rtl"'), page.index('lang="nl" dir="ltr">\n    <h2')
    assert own < dutch
    assert "<bdi>6001 AA Weert</bdi>" in page
    assert re.search(r"27[- ]", page[dutch:])
    assert "Stadhuis" in page[dutch:]
    assert "geen adres bekend" not in page


def test_printing_handles_nothing_until_the_button_is_pressed(desk: Desk) -> None:
    number = task(desk, told_of_talk(desk))
    page = desk.page(f"{TASKS}/{number}/letter")
    assert "geen adres bekend" in page
    assert reminder(desk, number).state is ReminderState.unreached
    form = desk.form(f"{TASKS}/{number}/letter")
    assert desk.post(f"{TASKS}/{number}/handled", form).status_code == 303
    assert reminder(desk, number).handled_how == "Brief afgedrukt en verstuurd"
    assert "/handled" not in desk.page(f"{TASKS}/{number}/letter")


def test_a_letter_that_is_not_true_any_more_is_not_shown(desk: Desk) -> None:
    id = told_of_talk(desk)
    number = task(desk, id)
    with desk.database.writing() as session:
        talk = session.scalars(select(Appointment).filter_by(case_id=id)).one()
        talk.state = AppointmentState.cancelled
    answer = desk.get(f"{TASKS}/{number}/letter")
    assert answer.status_code == 409
    assert "Deze brief klopt niet meer" in answer.text


# The ledger on the case page


def test_the_case_page_shows_every_message_from_plan_to_end(either: Desk) -> None:
    id = told_of_talk(either)
    with either.database.writing() as session:
        sent = session.scalars(select(Reminder).filter_by(case_id=id, kind="new")).one()
        sent.state, sent.way, sent.sent_at = ReminderState.sent, Way.telegram, either.clock()
        sent.finish(either.clock())
    page = either.page(f"{LIST}/{id}")
    ledger = page[page.index('id="talks-ledger"') :]
    rows = re.findall(r'<th scope="row">([^<]+)</th>', ledger[: ledger.index("</section>")])
    assert rows[-1] == "Nieuwe afspraak: Voortgangsgesprek, vr 27-11-2026, 10:00 uur"
    assert all(row.startswith("Herinnering: Voortgangsgesprek") for row in rows[:-1])
    assert len(rows) > 1
    assert "<td>Verstuurd</td>" in ledger
    assert "<td>Telegram</td>" in ledger
    assert "<td>Gepland</td>" in ledger


def test_what_comes_next_stands_on_the_case_page_with_the_answer(desk: Desk) -> None:
    id = told_of_talk(desk)
    page = desk.page(f"{LIST}/{id}")
    coming = page[page.index('id="talks-next"') : page.index('id="talks-series"')]
    assert "vr 27-11-2026, 10:00 uur" in coming
    assert "Nog geen antwoord" in coming
