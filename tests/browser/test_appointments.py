"""The agenda, the tasks and the letters in Chromium: for everybody, on a small screen, on paper.

They need the api alone, so it runs here in a thread and not as the whole system.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.answers.recordings import Recordings
from api.appointments.booking import confirm
from api.appointments.hours import set_working_hours
from api.appointments.models import Appointment, AppointmentKind
from api.cases.models import Participant
from api.cases.rules import Rules
from api.cases.service import add_record
from api.cases.wire import AppointmentFields
from api.clock import local
from api.people.models import Person
from api.reminders.models import Reminder
from api.reminders.service import note_unreachable, unreached
from tests.browser.api_alone import api_alone
from tests.browser.pages import sign_in, violations
from tests.browser.test_cases import NARROW, signed_in, whole_picture
from tests.factories import PASSWORD, regisseur
from tests.full_case import ARABIC, TIGRINYA, TURKISH, full_case, some_case

WEEK = {str(day): ["00:00", "23:00"] for day in range(1, 8)}


@dataclass
class Office:
    """An api with three invented people who have appointments, and who signs in."""

    recordings: Recordings
    url: str = ""
    staff_email: str = ""
    staff_password: str = PASSWORD
    case_id: str = ""
    day: str = ""
    letters: dict[str, int] = field(default_factory=dict)
    """The message of the task of each language."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    made = Office(Recordings(folder / "recordings"))
    with api_alone(folder, partial(_fill, made)) as (made.url, _):
        yield made


def _fill(made: Office, session: Session, rules: Rules, now: datetime) -> None:
    me = regisseur(session, now, towns=("weert", "nederweert"))
    for town in ("weert", "nederweert"):
        set_working_hours(session, me, town, WEEK, 60, "Stadhuis, balie 2")
    noon = local(now).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
    full = full_case(session, now, rules, me, ARABIC)
    cases = [
        full,
        some_case(session, now, rules, TIGRINYA, regisseur_id=me.id),
        some_case(session, now, rules, TURKISH, "nederweert", regisseur_id=me.id),
    ]
    for number, (case, language) in enumerate(zip(cases, ("ar", "ti", "tr"), strict=True)):
        person = case.participant.person
        person.language = language
        _reached(session, case.participant_id, number)
        _talk(session, rules, me, made, (case.id, language), noon + timedelta(hours=number), now)
    late = _talk(session, rules, me, made, (full.id, ""), now - timedelta(hours=1), now)
    confirm(session, late, now)
    note_unreachable(session, cases[2].participant_id, "blocked", now)
    made.staff_email, made.case_id = me.email or "", str(full.id)
    made.day = f"{noon:%Y-%m-%d}"


def _reached(session: Session, person_id: UUID, number: int) -> None:
    who = session.get_one(Participant, person_id)
    who.phone = f"06 1234567{number}"
    who.address = f"Bedachtstraat {number + 1}\n6001 AA Weert"
    who.email = f"bedacht{number}@voorbeeld.example"


def _talk(
    session: Session,
    rules: Rules,
    me: Person,
    made: Office,
    whose: tuple[UUID, str],
    starts_at: datetime,
    now: datetime,
) -> Appointment:
    case_id, language = whose
    fields = AppointmentFields(
        kind=AppointmentKind.progress_talk,
        starts_at=starts_at,
        place="Stadhuis, Wilhelminasingel 101, balie 2",
        by_phone=language == "ti",
        interpreter=language != "tr",
    )
    talk = add_record(session, rules, me, case_id, "appointments", fields, now)
    assert isinstance(talk, Appointment)
    query = select(Reminder).filter_by(appointment_id=talk.id, kind="new")
    if language and (task := session.scalars(query).first()):
        unreached(session, task, "blocked", now)
        made.letters[language] = task.id
    return talk


def addresses(office: Office) -> dict[str, str]:
    console = f"{office.url}/console"
    return {
        "agenda": f"{console}/agenda?day={office.day}&whose=all",
        "today": f"{console}/agenda",
        "empty": f"{console}/agenda?day=2026-01-01",
        "tasks": f"{console}/reminders",
        "letter-ar": f"{console}/reminders/{office.letters['ar']}/letter",
        "letter-ti": f"{console}/reminders/{office.letters['ti']}/letter",
        "hours": f"{console}/hours",
        "settings": f"{console}/settings/reminders",
        "case": f"{console}/cases/{office.case_id}",
        "contact": f"{console}/cases/{office.case_id}/contact",
        "new": f"{console}/cases/{office.case_id}/appointments/new",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_appointments(
    browser: Browser, office: Office, scheme: str
) -> None:
    page = signed_in(browser, office, color_scheme=scheme)  # type: ignore[arg-type]
    for name, address in addresses(office).items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert violations(page) == [], name
        whole_picture(page, f"appointments-{name}-{scheme}")
    page.context.close()


def test_nothing_is_cut_off_on_a_phone(browser: Browser, office: Office) -> None:
    page = signed_in(browser, office, viewport=NARROW)  # type: ignore[arg-type]
    for name, address in addresses(office).items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        wide = page.evaluate("document.documentElement.scrollWidth")
        whole_picture(page, f"appointments-{name}-narrow")
        assert wide <= NARROW["width"], name
    page.context.close()


def test_the_faults_of_the_forms_are_found_by_everybody(browser: Browser, office: Office) -> None:
    page = signed_in(browser, office)  # type: ignore[arg-type]
    page.goto(f"{office.url}/console/hours")
    page.locator("#weert-from-1").fill("12:00")
    page.locator("#weert-until-1").fill("09:00")
    page.locator("#town-weert .stack > p .button").click()
    expect(page.locator("#faults a")).to_have_attribute("href", "#weert-from-1")
    assert violations(page) == []
    page.goto(f"{office.url}/console/settings/reminders")
    for box in page.locator("#town-weert input[type=checkbox]").all():
        box.uncheck()
    page.locator("#town-weert .button").click()
    expect(page.locator("#faults a")).to_have_attribute("href", "#weert-before")
    assert violations(page) == []
    page.goto(f"{office.url}/console/hours")
    page.locator("#feed .button").click()
    expect(page.locator("#feed-address")).to_be_visible()
    assert violations(page) == []
    whole_picture(page, "appointments-feed")
    page.context.close()


@pytest.mark.parametrize("language", ["ar", "ti"])
def test_on_paper_there_is_the_letter_and_nothing_else(
    browser: Browser, office: Office, language: str
) -> None:
    page = signed_in(browser, office, viewport={"width": 794, "height": 1123})  # type: ignore[arg-type]
    page.goto(f"{office.url}/console/reminders/{office.letters[language]}/letter")
    page.emulate_media(media="print")
    expect(page.locator(".letter")).to_be_visible()
    for hidden in (".top", "h1", ".button", ".back"):
        for each in page.locator(hidden).all():
            expect(each).to_be_hidden()
    words = page.locator(f".letter .words[lang={language}]")
    expect(words).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    loaded = page.evaluate(
        "document.fonts.ready.then((all) => [...all].some((each) => each.status === 'loaded'))"
    )
    assert loaded
    whole_picture(page, f"letter-{language}-paper")
    page.context.close()


def test_without_javascript_a_task_is_done_and_a_series_is_planned(
    browser: Browser, office: Office
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, office)
    page.goto(f"{office.url}/console/reminders")
    count = page.locator(".tasks > li").count()
    last = page.locator(".tasks > li").last
    last.locator("summary").click()
    last.locator("input[name=how]").fill("gebeld")
    last.locator("details .button").click()
    expect(page.locator(".tasks > li")).to_have_count(count - 1)
    page.goto(f"{office.url}/console/cases/{office.case_id}")
    page.locator("#at").fill("10:00")
    page.locator("#talks form .button").click()
    expect(page.locator("#planned")).to_be_visible()
    context.close()
