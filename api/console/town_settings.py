"""The page on which a municipality says when its reminders leave."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.console.case_form import At, Desk, Typed
from api.console.case_list import town_options
from api.console.forms import TICKED, clean
from api.console.routes import OwnForm, to
from api.console.views import console_text
from api.errors import Invalid, NotAllowed
from api.people.models import Municipality
from api.people.town_settings import SETS_REMINDERS, get_town, set_reminder_settings

PATH = "/console/settings/reminders"
CHOICES = (7 * 24 * 60, 24 * 60, 2 * 60)
"""Minutes before an appointment that a town can tick."""
AN_HOUR = 60
MOST_HOURS = 720

pages = APIRouter(prefix=PATH, include_in_schema=False)


@dataclass(frozen=True)
class TownForm:
    """The form of one municipality."""

    town: str
    name: str
    typed: Mapping[str, str]
    """`before_1440` and so on where it is ticked, `own` in hours, `quiet_from`, `quiet_until`."""
    faults: Mapping[str, str]


@pages.get("")
def settings_page(at: At) -> Response:
    return _page(at, saved=at.request.query_params.get("saved"))


@pages.post("/{town}")
def save_settings(town: str, at: At, me: OwnForm, typed: Typed) -> Response:
    get_town(at.session, me.person, town)
    before = {each for each in CHOICES if typed.get(f"before_{each}") == TICKED}
    own = clean(typed.get("own", ""))
    hours = int(own) if own.isascii() and own.isdecimal() and len(own) < 5 else 0
    if own and not 0 < hours <= MOST_HOURS:
        return _again(at, town, typed, {"before"})
    before |= {hours * AN_HOUR} if own else set()
    times = (clean(typed.get(name, "")) for name in ("quiet_from", "quiet_until"))
    try:
        set_reminder_settings(at.session, me.person, town, sorted(before), *times)
    except Invalid as error:
        names = {"before" if name == "remind_before" else "quiet" for name in error.faults}
        return _again(at, town, typed, names)
    return to(f"{PATH}?saved={town}#town-{town}")


def _again(at: Desk, town: str, typed: Mapping[str, str], names: set[str]) -> Response:
    faults = {name: console_text(at.words, f"settings.fault.{name}") for name in sorted(names)}
    return _page(at, Invalid.status, wrong={town: (typed, faults)})


def _page(
    at: Desk,
    status: int = 200,
    wrong: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] | None = None,
    saved: str | None = None,
) -> Response:
    mine = at.me.person.municipalities(*SETS_REMINDERS)
    if not mine:
        raise NotAllowed("these settings are for regisseurs and administrators only")
    towns = []
    for town, name in town_options(at.session, mine):
        found = get_town(at.session, at.me.person, town)
        typed, faults = (wrong or {}).get(town, (_as_typed(found), {}))
        towns.append(TownForm(town, name, typed, faults))
    return at.page(
        "settings.html",
        status,
        towns=towns,
        faulty=[each for each in towns if each.faults],
        choices=CHOICES,
        saved=saved,
    )


def _as_typed(town: Municipality) -> dict[str, str]:
    found = {f"before_{each}": TICKED for each in town.remind_before if each in CHOICES}
    own = [each for each in town.remind_before if each not in CHOICES]
    hours = f"{own[0] / AN_HOUR:g}" if own else ""
    return {**found, "own": hours, "quiet_from": town.quiet_from, "quiet_until": town.quiet_until}
