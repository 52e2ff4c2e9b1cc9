"""The pages of the agenda over HTTP: the day list, the series of a case, hours and settings."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import api.app
from api.answers.words import Words
from api.appointments.booking import cancel, confirm
from api.appointments.hours import find_feed, set_working_hours
from api.appointments.models import Absence, Appointment, AppointmentState, WorkingHours
from api.cases.models import Case, Participant
from api.cases.wire import AppointmentFields, ContactFields
from api.console.forms import asked
from api.people.models import Municipality, Role
from tests.factories import person, regisseur
from tests.test_console_cases import LIST, Desk, desk, either, typed

__all__ = ["desk", "either"]

AGENDA, HOURS, SETTINGS = "/console/agenda", "/console/hours", "/console/settings/reminders"
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""Ten in the morning in Weert, a day after the clock of the tests."""
WEEK = {str(day): ["09:00", "12:00"] for day in range(1, 6)}


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


def with_talk(at: Desk, starts_at: datetime = TUESDAY, **fields: Any) -> UUID:
    """A case of mine with a talk that the participant was told of; the id of the case."""
    id = at.add(regisseur_id=at.me.id)
    path = f"{LIST}/{id}/appointments"
    form = {"kind": "progress_talk", "starts_at_day": f"{starts_at:%Y-%m-%d}"}
    form |= {"starts_at_time": f"{starts_at + timedelta(hours=1):%H:%M}", "place": "Stadhuis"}
    answer = at.save(f"{path}/new", path, **form, **fields)
    assert answer.status_code == 303, answer.text
    return id


def write_hours(at: Desk) -> None:
    with at.database.writing() as session:
        set_working_hours(session, at.me, "weert", WEEK, 60, "Stadhuis, balie 3")


def talks_of(at: Desk, id: UUID) -> list[Appointment]:
    return sorted(at.records(id, "appointments"), key=lambda each: each.starts_at)


def answered(at: Desk, id: UUID, what: str) -> None:
    """The participant answers in the chat."""
    with at.database.writing() as session:
        talk = session.get_one(Appointment, talks_of(at, id)[0].id)
        if what == "yes":
            confirm(session, talk, at.clock())
        else:
            cancel(session, at.rules, talk, at.clock())


# The day list


def test_the_day_list_says_who_comes_where_and_what_they_answered(either: Desk) -> None:
    id = with_talk(either)
    page = either.page(f"{AGENDA}?day=2026-11-24")
    assert "Dinsdag 24-11-2026" in page
    row = page[page.index('<tr id="talk-') :]
    for told in ("10:00 – 11:00 uur", "Amina Alvoorbeeld", "Voortgangsgesprek", "Stadhuis"):
        assert told in row
    assert f'href="{LIST}/{id}#talks"' in row
    assert "Nog geen antwoord" in row
    answered(either, id, "yes")
    assert ">Komt<" in either.page(f"{AGENDA}?day=2026-11-24")


def test_who_called_off_stays_on_the_day_list(desk: Desk) -> None:
    answered(desk, with_talk(desk), "no")
    page = desk.page(f"{AGENDA}?day=2026-11-24")
    assert "Afgezegd door deelnemer" in page
    assert "/held" not in page


def test_a_talk_by_telephone_shows_the_number_and_the_interpreter(desk: Desk) -> None:
    id = with_talk(desk, by_phone="true", interpreter="true")
    with desk.database.writing() as session:
        case = session.get_one(Case, id)
        case.interpreter_language = "Tigrinya"
        session.get_one(Participant, case.participant_id).phone = "06 12345678"
    page = desk.page(f"{AGENDA}?day=2026-11-24")
    assert 'href="tel:0612345678"' in page
    assert "Ja: Tigrinya" in page


def test_an_agenda_is_my_own_unless_that_of_the_town_is_asked_for(desk: Desk) -> None:
    with_talk(desk)
    with desk.database.writing() as session:
        colleague = regisseur(session, desk.clock(), "Bram")
    desk.client.cookies.clear()
    desk.sign_in(colleague)
    assert "geen afspraken op deze dag" in desk.page(f"{AGENDA}?day=2026-11-24")
    everybody = desk.page(f"{AGENDA}?day=2026-11-24&whose=all")
    assert "Amina Alvoorbeeld" in everybody
    assert "Sanne Voorbeeld" in everybody


def test_no_day_list_shows_a_participant_of_another_town(desk: Desk) -> None:
    with_talk(desk)
    with desk.database.writing() as session:
        stranger = regisseur(session, desk.clock(), "Bram", towns=("cranendonck",))
    desk.client.cookies.clear()
    desk.sign_in(stranger)
    assert "Amina" not in desk.page(f"{AGENDA}?day=2026-11-24&whose=all")


@pytest.mark.parametrize("day", ["", "gisteren", "9999-12-31", "0001-01-01"])
def test_an_address_without_a_day_shows_today(desk: Desk, day: str) -> None:
    assert "Maandag 23-11-2026" in desk.page(f"{AGENDA}?day={day}")


def test_the_week_strip_leads_to_the_days_around(desk: Desk) -> None:
    page = desk.page(f"{AGENDA}?day=2026-11-29&whose=all")
    days = re.findall(r'class="day[^"]*" href="[^"]*day=(2026-\d\d-\d\d)&whose=all"', page)
    assert days == [f"2026-11-{day}" for day in range(23, 30)]
    assert 'rel="next" href="/console/agenda?day=2026-11-30&whose=all"' in page
    assert page.count('aria-current="date"') == 1


def test_what_became_of_a_talk_is_marked_with_one_button(either: Desk) -> None:
    id = with_talk(either)
    assert "/held" not in either.page(f"{AGENDA}?day=2026-11-24")  # it is still to come
    either.clock.move(timedelta(days=1, hours=2))
    either.sign_in(either.me)  # a night later
    [talk] = talks_of(either, id)
    form = {"csrf": either.csrf(), "version": str(talk.version), "day": "2026-11-24"}
    answer = either.post(f"{AGENDA}/{id}/{talk.id}/missed", form)
    assert answer.headers["Location"] == f"{AGENDA}?day=2026-11-24#talk-{talk.id}"
    assert talks_of(either, id)[0].state is AppointmentState.missed
    assert "Niet gekomen</span>" in either.page(answer.headers["Location"])


def test_marking_what_a_colleague_changed_meanwhile_overwrites_nothing(desk: Desk) -> None:
    id = with_talk(desk)
    [talk] = talks_of(desk, id)
    form = {"csrf": desk.csrf(), "version": str(talk.version - 1), "day": "2026-11-24"}
    answer = desk.post(f"{AGENDA}/{id}/{talk.id}/held", form)
    assert answer.status_code == 412
    assert "Een collega wijzigde deze afspraak net" in answer.text
    assert talks_of(desk, id)[0].state is AppointmentState.planned


def test_the_day_list_cancels_nothing(desk: Desk) -> None:
    id = with_talk(desk)
    [talk] = talks_of(desk, id)
    form = {"csrf": desk.csrf(), "version": str(talk.version)}
    answer = desk.post(f"{AGENDA}/{id}/{talk.id}/cancelled", form)
    assert answer.headers["Location"] == f"{LIST}/{id}/appointments/{talk.id}/edit"
    assert talks_of(desk, id)[0].state is AppointmentState.planned


def test_free_times_are_those_of_the_working_hours_that_are_not_taken(desk: Desk) -> None:
    assert "nog geen werktijden" in desk.page(f"{AGENDA}?day=2026-11-24")
    write_hours(desk)
    with_talk(desk)
    page = desk.page(f"{AGENDA}?day=2026-11-24")
    assert re.findall(r"<time>(\d\d:\d\d)</time>", page) == ["09:00", "11:00"]
    assert "geen vrije tijden" in desk.page(f"{AGENDA}?day=2026-11-28")


def test_other_staff_have_no_agenda(desk: Desk) -> None:
    with desk.database.writing() as session:
        who = person(session, desk.clock(), Role.coordinator, email="petra@wegwijs.example")
    desk.client.cookies.clear()
    desk.sign_in(who)
    for path in (AGENDA, HOURS, SETTINGS, "/console/reminders"):
        assert desk.get(path).status_code == 403, path
    assert AGENDA not in desk.get("/console").text


# The form of an appointment


def test_a_new_appointment_begins_as_the_regisseur_is_used_to(desk: Desk) -> None:
    write_hours(desk)
    id = desk.add(regisseur_id=desk.me.id, interpreter_language="Tigrinya")
    form = desk.form(f"{LIST}/{id}/appointments/new")
    assert form["regisseur_id"] == str(desk.me.id)
    assert (form["place"], form["minutes"], form["interpreter"]) == (
        "Stadhuis, balie 3",
        "60",
        "true",
    )


def test_nobody_is_in_two_appointments_at_once_and_the_form_says_so(either: Desk) -> None:
    with_talk(either)
    id = either.add(("Bilal", "Proef"), regisseur_id=either.me.id)
    form = {"kind": "intake", "starts_at_day": "2026-11-24", "starts_at_time": "10:30"}
    path = f"{LIST}/{id}/appointments"
    answer = either.save(f"{path}/new", path, place="Stadhuis", **form)
    assert answer.status_code == 409
    assert "heeft dan al een andere afspraak" in answer.text
    assert typed(answer.text)["starts_at_time"] == "10:30"
    assert either.records(id, "appointments") == []


def test_an_appointment_has_a_place_or_is_by_telephone(desk: Desk) -> None:
    id = desk.add(regisseur_id=desk.me.id)
    path = f"{LIST}/{id}/appointments"
    form = {"kind": "intake", "starts_at_day": "2026-11-24", "starts_at_time": "10:30"}
    answer = desk.save(f"{path}/new", path, place="", **form)
    assert answer.status_code == 400
    assert "Vul een plaats in, of kies &#34;per telefoon&#34;." in answer.text
    assert desk.save(f"{path}/new", path, place="", by_phone="true", **form).status_code == 303


def test_what_a_participant_expects_is_cancelled_before_it_is_removed(desk: Desk) -> None:
    id = with_talk(desk)
    [talk] = talks_of(desk, id)
    path = f"{LIST}/{id}/appointments/{talk.id}"
    answer = desk.save(f"{path}/remove")
    assert answer.status_code == 409
    assert "Zeg de afspraak eerst af" in answer.text
    assert f'href="{path}/edit"' in answer.text
    desk.save(f"{path}/edit", state="cancelled")
    assert desk.save(f"{path}/remove").status_code == 303
    assert desk.records(id, "appointments") == []


def test_the_case_page_names_with_whom_an_appointment_is(desk: Desk) -> None:
    page = desk.page(f"{LIST}/{with_talk(desk)}")
    table = page[page.index('id="appointments"') :]
    assert "Sanne Voorbeeld" in table[: table.index("</section>")]


# The series


def plan(at: Desk, id: UUID, hour: str = "10:00") -> Any:
    return at.post(f"{LIST}/{id}/series", {"csrf": at.csrf(), "at": hour})


def test_the_whole_series_is_planned_in_one_step_and_the_page_says_what_was_done(
    either: Desk,
) -> None:
    write_hours(either)
    id = either.add(regisseur_id=either.me.id, pip_date=date(2026, 11, 2), pip_talks=3)
    days = len(re.findall("Nog geen gesprek", either.page(f"{LIST}/{id}")))
    assert days == 3
    answer = plan(either, id)
    assert answer.status_code == 200
    assert "3 gesprekken nieuw gepland." in answer.text
    assert "Nog geen gesprek" not in answer.text
    assert len(talks_of(either, id)) == 3
    assert "Er was niets te doen" in plan(either, id).text


def test_the_series_moves_along_when_the_plan_changes(desk: Desk) -> None:
    write_hours(desk)
    id = desk.add(regisseur_id=desk.me.id, pip_date=date(2026, 11, 2), pip_talks=3)
    plan(desk, id)
    desk.save(f"{LIST}/{id}/edit", pip_talks="2")
    told = plan(desk, id).text
    assert "1 gesprek verzet." in told  # the last day of both series is the same
    assert "1 gesprek afgezegd." in told


def test_without_working_hours_the_series_is_not_planned_and_the_page_says_why(
    desk: Desk,
) -> None:
    id = desk.add(regisseur_id=desk.me.id, pip_date=date(2026, 11, 2))
    answer = plan(desk, id)
    assert answer.status_code == 409
    assert "Geef het dossier een regisseur" in answer.text
    assert talks_of(desk, id) == []


def test_an_hour_that_is_none_is_asked_for_again(desk: Desk) -> None:
    id = desk.add(regisseur_id=desk.me.id, pip_date=date(2026, 11, 2))
    answer = plan(desk, id, "tien uur")
    assert answer.status_code == 400
    assert 'href="#at"' in answer.text
    assert 'value="tien uur"' in answer.text


# How to reach somebody


def test_the_contact_of_a_participant_is_written_on_the_case_page(either: Desk) -> None:
    id = either.add()
    path = f"{LIST}/{id}/contact"
    contact = {"email": "amina@voorbeeld.example", "phone": "06 12345678"}
    contact["address"] = "Bedachtstraat 1\n6001 AA Weert"
    assert either.save(path, **contact).headers["Location"] == f"{LIST}/{id}#contact"
    page = either.page(f"{LIST}/{id}")
    for value in ("amina@voorbeeld.example", 'href="tel:0612345678"', "6001 AA Weert"):
        assert value in page
    assert {name: either.form(path)[name] for name in contact} == contact


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("email", "amina", "Vul een e-mailadres in"), ("phone", "bel mij", "Vul een telefoonnummer")],
)
def test_a_contact_that_cannot_be_is_told_beside_its_field(
    desk: Desk, name: str, value: str, told: str
) -> None:
    path = f"{LIST}/{desk.add()}/contact"
    answer = desk.save(path, **{name: value})
    assert answer.status_code == 400
    assert told in answer.text
    assert typed(answer.text)[name] == value


def test_who_wants_no_reminders_is_seen_on_the_case_page(desk: Desk) -> None:
    id = desk.add()
    with desk.database.writing() as session:
        case = session.get_one(Case, id)
        participant = session.get_one(Participant, case.participant_id)
        participant.paused_until = date(2026, 11, 30)
    assert "geen herinneringen tot en met 30-11-2026" in desk.page(f"{LIST}/{id}")
    with desk.database.writing() as session:
        session.get_one(Participant, participant.person_id).stopped_at = desk.clock()
    assert "wil geen herinneringen" in desk.page(f"{LIST}/{id}")


def test_every_field_and_option_of_the_new_forms_has_its_words(words: Words) -> None:
    for kind, schema in (("contact", ContactFields), ("appointments", AppointmentFields)):
        for each in asked(schema):
            assert f"field.{kind}.{each.name}" in words.console
            for member in each.choices or ():
                assert f"option.{type(member).__name__}.{member}" in words.console


# Working hours


def week(**days: str) -> dict[str, str]:
    return {"minutes": "45", "place": "Stadhuis", **days}


def save_hours(at: Desk, town: str = "weert", **form: str) -> Any:
    return at.post(f"{HOURS}/{town}", {"csrf": at.csrf(), **form})


def test_working_hours_are_saved_and_shown_again(either: Desk) -> None:
    answer = save_hours(either, **week(from_2="09:00", until_2="12:30"))
    assert answer.headers["Location"] == f"{HOURS}?saved=weert#town-weert"
    page = either.page(f"{HOURS}?saved=weert")
    assert "De werktijden zijn opgeslagen" in page
    assert 'name="from_2" type="time" value="09:00"' in page
    with either.database.reading() as session:
        hours = session.query(WorkingHours).one()
        assert (hours.week, hours.minutes) == ({"2": ["09:00", "12:30"]}, 45)


def test_an_empty_week_takes_the_working_hours_away(desk: Desk) -> None:
    write_hours(desk)
    assert save_hours(desk, **week()).status_code == 303
    with desk.database.reading() as session:
        assert session.query(WorkingHours).all() == []


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (week(from_3="12:00", until_3="09:00"), "Woensdag: de eindtijd moet later zijn"),
        (week(from_3="12:00"), "Woensdag: de eindtijd"),
        ({**week(from_3="09:00", until_3="12:00"), "minutes": "5"}, "van 15 tot en met 240"),
        ({**week(from_3="09:00", until_3="12:00"), "place": ""}, "Vul de plaats in"),
    ],
)
def test_hours_that_cannot_be_are_told_and_nothing_typed_is_lost(
    desk: Desk, form: dict[str, str], told: str
) -> None:
    answer = save_hours(desk, **form)
    assert answer.status_code == 400
    assert told in answer.text
    assert f'value="{form["from_3"]}"' in answer.text
    with desk.database.reading() as session:
        assert session.query(WorkingHours).all() == []


def test_hours_of_a_town_of_others_do_not_exist(desk: Desk) -> None:
    assert save_hours(desk, "cranendonck", **week()).status_code == 404


def test_days_away_are_added_and_taken_back(either: Desk) -> None:
    form = {"csrf": either.csrf(), "first_on": "2026-12-21", "last_on": "2026-12-24"}
    assert either.post(f"{HOURS}/absences", form).status_code == 303
    page = either.page(HOURS)
    assert "21-12-2026 tot en met 24-12-2026" in page
    found = re.search(r"/console/hours/absences/(\d+)/remove", page)
    assert found
    assert either.post(found[0], {"csrf": either.csrf()}).status_code == 303
    with either.database.reading() as session:
        assert session.query(Absence).all() == []


def test_what_is_planned_on_days_away_is_told_with_the_way_to_it(desk: Desk) -> None:
    id = with_talk(desk)
    form = {"csrf": desk.csrf(), "first_on": "2026-11-24", "last_on": ""}
    page = desk.post(f"{HOURS}/absences", form)
    assert page.status_code == 200
    assert "staat nog 1 afspraak" in page.text
    assert f"{LIST}/{id}/appointments/{talks_of(desk, id)[0].id}/edit" in page.text


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("", "", "Vul een eerste dag in"),
        ("2026-12-24", "2026-12-21", "Vul een eerste dag in"),
        ("2026-10-01", "2026-10-02", "Deze dagen zijn voorbij"),
        ("2026-12-01", "2028-12-02", "hooguit een jaar"),
    ],
)
def test_days_away_that_cannot_be_are_asked_for_again(
    desk: Desk, first: str, last: str, told: str
) -> None:
    form = {"csrf": desk.csrf(), "first_on": first, "last_on": last}
    answer = desk.post(f"{HOURS}/absences", form)
    assert answer.status_code == 400
    assert told in answer.text


def test_the_address_of_the_feed_is_shown_once_and_a_new_one_stops_the_old(desk: Desk) -> None:
    def made() -> str:
        page = desk.post(f"{HOURS}/feed", {"csrf": desk.csrf()}).text
        found = re.search(r"/calendar/([\w-]+)\.ics", page)
        assert found
        return found[1]

    first = made()
    assert first not in desk.page(HOURS)
    assert "Er is een adres gemaakt op 23-11-2026" in desk.page(HOURS)
    second = made()
    with desk.database.reading() as session:
        assert find_feed(session, first) is None
        whose = find_feed(session, second)
        assert whose is not None
        assert whose.id == desk.me.id


# Settings of the town


def save_settings(at: Desk, town: str = "weert", **form: str) -> Any:
    times = {"quiet_from": "20:00", "quiet_until": "09:00"}
    return at.post(f"{SETTINGS}/{town}", {"csrf": at.csrf(), **times, **form})


def test_a_town_chooses_when_reminders_leave(either: Desk) -> None:
    answer = save_settings(either, before_1440="true", own="48")
    assert answer.headers["Location"] == f"{SETTINGS}?saved=weert#town-weert"
    with either.database.reading() as session:
        town = session.get_one(Municipality, "weert")
        assert town.remind_before == [2880, 1440]
        assert (town.quiet_from, town.quiet_until) == ("20:00", "09:00")
    page = either.page(f"{SETTINGS}?saved=weert")
    assert 'name="before_1440" value="true" checked' in page
    assert 'name="before_120" value="true">' in page
    assert 'value="48"' in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Kies ten minste één tijd"),
        ({"own": "0"}, "Kies ten minste één tijd"),
        ({"own": "721"}, "Kies ten minste één tijd"),
        ({"before_120": "true", "own": "twee"}, "Kies ten minste één tijd"),
        ({"before_120": "true", "quiet_from": "laat"}, "Vul twee tijden in"),
    ],
)
def test_settings_that_cannot_be_change_nothing(
    desk: Desk, form: dict[str, str], told: str
) -> None:
    answer = save_settings(desk, **form)
    assert answer.status_code == 400
    assert told in answer.text
    with desk.database.reading() as session:
        assert session.get_one(Municipality, "weert").quiet_from == "21:00"


def test_the_settings_of_a_town_of_others_do_not_exist(desk: Desk) -> None:
    assert save_settings(desk, "cranendonck", before_120="true").status_code == 404
