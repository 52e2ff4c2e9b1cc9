"""The pages of the cases in Chromium: for everybody, on a small screen, without JavaScript.

They need the api alone, so it runs here in a thread and not as the whole system.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from api.answers.recordings import Recordings
from api.cases.rules import Rules
from tests.browser.api_alone import api_alone
from tests.browser.pages import PICTURES, sign_in, violations
from tests.factories import PASSWORD, regisseur
from tests.full_case import ARABIC, TIGRINYA, TURKISH, full_case, some_case

NARROW = {"width": 320, "height": 640}


@dataclass(frozen=True)
class Office:
    """An api with three invented cases, and who signs in."""

    url: str
    staff_email: str
    case_id: str
    other_law_id: str
    recordings: Recordings
    staff_password: str = PASSWORD

    def path(self, rest: str = "") -> str:
        return f"{self.url}/console/cases/{self.case_id}{rest}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with api_alone(folder, _fill) as (url, who_and_cases):
        yield Office(url, *who_and_cases, Recordings(folder / "recordings"))


def _fill(session: Session, rules: Rules, now: datetime) -> tuple[str, str, str]:
    """Who signs in, a full case, and one under another law."""
    who = regisseur(session, now, towns=("weert", "nederweert"))
    case = full_case(session, now, rules, who, ARABIC)
    some_case(session, now, rules, TIGRINYA, registered_on=now.date())
    other = some_case(session, now, rules, TURKISH, "nederweert", law=None)
    return who.email or "", str(case.id), str(other.id)


def signed_in(browser: Browser, office: Office, **how: object) -> Page:
    page = browser.new_page(**how)  # type: ignore[arg-type]
    sign_in(page, office)
    return page


def whole_picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def addresses(office: Office) -> dict[str, str]:
    return {
        "list": f"{office.url}/console/cases",
        "nothing": f"{office.url}/console/cases?closed=yes",
        "case": office.path(),
        "other-law": f"{office.url}/console/cases/{office.other_law_id}",
        "new": f"{office.url}/console/cases/new",
        "edit": office.path("/edit"),
        "person": office.path("/person"),
        "goal": office.path("/goals/new"),
        "appointment": office.path("/appointments/new"),
        "import": f"{office.url}/console/cases/import",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_cases(
    browser: Browser, office: Office, scheme: str
) -> None:
    page = signed_in(browser, office, color_scheme=scheme)
    for name, address in addresses(office).items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert violations(page) == [], name
        whole_picture(page, f"cases-{name}-{scheme}")
    page.context.close()


def test_nothing_is_cut_off_on_a_phone(browser: Browser, office: Office) -> None:
    page = signed_in(browser, office, viewport=NARROW)
    for name, address in addresses(office).items():
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        whole_picture(page, f"cases-{name}-narrow")
        assert wide <= NARROW["width"], name
    page.context.close()


def test_a_form_without_javascript_tells_what_is_wrong_and_keeps_what_was_typed(
    browser: Browser, office: Office
) -> None:
    page = signed_in(browser, office, java_script_enabled=False)
    page.goto(office.path("/hours/new"))
    page.locator("#f-hours").fill("veel")
    page.locator("#f-provider").fill(ARABIC[0])
    page.locator("main form button").click()
    summary = page.locator("#faults")
    expect(summary).to_be_visible()
    expect(page.locator("#f-hours")).to_have_value("veel")
    expect(page.locator("#f-provider")).to_have_value(ARABIC[0])
    summary.get_by_role("link", name=re.compile("^Uren")).click()
    expect(page.locator("#f-hours")).to_be_focused()
    page.context.close()


def test_axe_finds_nothing_on_a_form_with_faults_or_with_a_colleagues_change(
    browser: Browser, office: Office
) -> None:
    page, colleague = signed_in(browser, office), signed_in(browser, office)
    for each in (page, colleague):
        each.goto(office.path("/edit"))
    colleague.locator("#f-interpreter_language").fill("Arabisch")
    colleague.locator("main form button").click()
    expect(colleague.locator("h1")).to_contain_text(ARABIC[0])
    page.locator("#f-pip_talks").fill("9")
    page.locator("main form button").click()
    expect(page.locator("#stale")).to_contain_text("Arabisch")
    expect(page.locator("#f-pip_talks")).to_have_value("9")
    assert violations(page) == []
    whole_picture(page, "cases-stale")
    page.locator("#f-ended_on").fill("2001-01-01")
    page.locator("#f-pip_talks").fill("99")
    page.locator("main form button").click()
    expect(page.locator("#faults")).to_be_visible()
    assert violations(page) == []
    whole_picture(page, "cases-faults")
    for each in (page, colleague):
        each.context.close()


def test_something_is_added_changed_and_removed_without_javascript(
    browser: Browser, office: Office
) -> None:
    page = signed_in(browser, office, java_script_enabled=False)
    page.goto(office.path("/notes/new"))
    page.locator("#f-text").fill("Komt met de fiets.\nBelt eerst.")
    page.locator("main form button").click()
    row = page.locator("#notes tbody tr", has_text="Komt met de fiets.")
    row.get_by_role("link", name=re.compile("^Wijzig")).click()
    page.locator("#f-text").fill("Komt met de bus.")
    page.locator("main form button").click()
    row = page.locator("#notes tbody tr", has_text="Komt met de bus.")
    row.get_by_role("link", name=re.compile("^Verwijder")).click()
    expect(page.locator("main")).to_contain_text("Komt met de bus.")
    page.locator("main form button").click()
    expect(page.locator("#notes")).not_to_contain_text("Komt met de bus.")
    page.context.close()


def test_a_case_fits_on_paper(browser: Browser, office: Office) -> None:
    page = signed_in(browser, office)
    page.goto(office.path())
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator("#goals .no-print").first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    whole_picture(page, "cases-paper")
    page.context.close()
