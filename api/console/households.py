"""The pages of households: who lives there, which coach helps, and who agreed to what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from api.cases.access import get_household
from api.cases.models import Household
from api.clock import local
from api.coaching import households as service
from api.console.case_form import At, Desk
from api.console.people_pages import PageNumber, Search, towns_of_staff
from api.console.routes import OwnForm, to
from api.dependencies import Now
from api.errors import Invalid
from api.people.models import Municipality, Role
from api.people.service import list_people

PATH = "/console/households"
MOST_FOUND = 20

pages = APIRouter(prefix=PATH, include_in_schema=False)

Name = Annotated[str, Form(max_length=200)]
Chosen = Annotated[UUID, Form()]


@pages.get("")
def household_list(at: At, name: Search = "", page: PageNumber = 1) -> Response:
    return _list(at, name, page)


@pages.post("")
def make_household(
    at: At, me: OwnForm, now: Now, name: Name = "", town: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    try:
        household = service.make_household(at.session, me.person, town, name, now)
    except Invalid as error:
        return _list(at, "", 1, error, {"name": name, "town": town})
    return to(f"{PATH}/{household.id}")


@pages.get("/{household_id}")
def household_page(household_id: UUID, at: At, member: Search = "") -> Response:
    return _page(at, get_household(at.session, at.me.person, household_id), member)


@pages.post("/{household_id}/name")
def rename(household_id: UUID, at: At, me: OwnForm, now: Now, name: Name = "") -> Response:
    try:
        service.rename_household(at.session, me.person, household_id, name, now)
    except Invalid as error:
        household = get_household(at.session, me.person, household_id)
        return _page(at, household, "", error, name)
    return to(f"{PATH}/{household_id}")


@pages.post("/{household_id}/members")
def add_member(household_id: UUID, at: At, me: OwnForm, now: Now, participant: Chosen) -> Response:
    service.add_member(at.session, at.words, me.person, household_id, participant, now)
    return to(f"{PATH}/{household_id}")


@pages.post("/{household_id}/members/{participant_id}/remove")
def remove_member(
    household_id: UUID, participant_id: UUID, at: At, me: OwnForm, now: Now
) -> Response:
    service.remove_member(at.session, me.person, household_id, participant_id, now)
    return to(f"{PATH}/{household_id}")


@pages.post("/{household_id}/coaches")
def put_on(household_id: UUID, at: At, me: OwnForm, now: Now, coach: Chosen) -> Response:
    service.put_on(at.session, at.words, me.person, household_id, coach, now)
    return to(f"{PATH}/{household_id}")


@pages.post("/{household_id}/coaches/{coaching_id}/end")
def take_off(household_id: UUID, coaching_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    service.take_off(at.session, me.person, household_id, coaching_id, now)
    return to(f"{PATH}/{household_id}")


@pages.post("/{household_id}/ask")
def ask_again(household_id: UUID, at: At, me: OwnForm, now: Now) -> Response:
    service.ask_again(at.session, at.words, me.person, household_id, now)
    return to(f"{PATH}/{household_id}")


def _list(
    at: Desk,
    search: str,
    page: int,
    error: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    rows = service.list_households(at.session, at.me.person, search, page)
    towns = towns_of_staff(at.session, at.me.person)
    return at.page(
        "households.html",
        error.status if error else 200,
        households=rows[: service.ON_A_PAGE],
        town_names={town.id: town.name for town in towns},
        towns=towns,
        search=search,
        number=page,
        has_more=len(rows) > service.ON_A_PAGE,
        typed=typed or {},
        error_key=error.key if error else None,
    )


def _page(
    at: Desk, household: Household, search: str, error: Invalid | None = None, name: str = ""
) -> Response:
    members = service.answers_in(at.session, household.id)
    coachings = service.coachings_of(at.session, household.id)
    there = {member.person.id for member in members}
    helping = {coaching.coach_id for coaching in coachings}
    coaches = service.coaches_in(at.session, household.municipality_id)
    town = at.session.get_one(Municipality, household.municipality_id)
    found = list_people(at.session, at.me.person, search, role=Role.participant, town=town.id)
    return at.page(
        "household.html",
        error.status if error else 200,
        household=household,
        town=town.name,
        members=members,
        coachings=[(each, local(each.began_at)) for each in coachings],
        free_coaches=[coach for coach in coaches if coach.id not in helping],
        search=search,
        found=[row for row in found if row.id not in there][:MOST_FOUND] if search else [],
        waiting=any(answer.given is None for member in members for answer in member.answers),
        typed_name=name or household.name,
        error_key=error.key if error else None,
    )
