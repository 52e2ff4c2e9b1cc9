"""Appointments over /v1: free times, series, the hours of a regisseur; and the calendar feed."""

from datetime import time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.appointments import hours
from api.appointments import wire as read
from api.appointments.agenda import agenda_of
from api.appointments.calendar import CONTENT_TYPE, feed_of
from api.appointments.offered import offered_slots
from api.appointments.series import plan_series, series_of
from api.cases.access import get_case
from api.cases.record_routes import CHANGING, CREATED, READING, WRITING, CaseId
from api.cases.routes import TOWN
from api.cases.versions import (
    NOT_MODIFIED,
    WITH_ETAG,
    IfMatch,
    IfNoneMatch,
    answer,
    answer_if_new,
    must_match,
    tag_of,
)
from api.clock import local
from api.db import Tx
from api.dependencies import Caller, Now, TheSettings, TheWords
from api.wire import Day

TWO_WEEKS = timedelta(days=13)
LARGEST_ID = 2**31 - 1
NOT_KEPT = {"Cache-Control": "no-store"}

AbsenceId = Annotated[int, Path(alias="absenceId", ge=1, le=LARGEST_ID)]
Town = Annotated[str, Path(alias="municipality", pattern=TOWN)]

api = APIRouter(tags=["appointments"])
pages = APIRouter(include_in_schema=False)


@api.get("/slots", response_model=read.SlotList, responses=READING)
def read_slots(
    me: Caller,
    municipality: Annotated[str, Query(pattern=TOWN)],
    session: Tx,
    now: Now,
    regisseur_id: Annotated[
        UUID | None, Query(alias="regisseurId", description="Mine, if it is left out")
    ] = None,
    first: Annotated[
        Day | None, Query(alias="from", description="The first day; today, if it is left out")
    ] = None,
    last: Annotated[
        Day | None, Query(alias="until", description="The last day; two weeks, if left out")
    ] = None,
) -> Response:
    """The times that a regisseur has free for talks, holidays and days away left out."""
    begins = first or local(now).date()
    until = last or begins + TWO_WEEKS
    who = regisseur_id or me.id
    found = offered_slots(session, me, who, municipality, begins, until, now)
    results = [read.SlotRead.of(slot) for slot in found]
    return answer(read.SlotList.model_construct(results=results))


@api.get("/cases/{caseId:uuid}/talk-series", response_model=read.SeriesRead, responses=READING)
def read_series(me: Caller, case_id: CaseId, session: Tx, words: TheWords, now: Now) -> Response:
    """Every day on which a progress talk belongs, with the talk for it."""
    case = get_case(session, me, case_id)
    days = series_of(session, words.rules, case, local(now).date())
    results = [read.SeriesDayRead.of(day) for day in days]
    return answer(read.SeriesRead.model_construct(results=results))


@api.post("/cases/{caseId:uuid}/talk-series", response_model=read.SeriesPlanRead, responses=WRITING)
def plan_talks(
    me: Caller,
    case_id: CaseId,
    body: read.SeriesCreate,
    session: Tx,
    words: TheWords,
    now: Now,
) -> Response:
    """Give every coming day of the series a talk; talks whose day is gone move along."""
    at = time.fromisoformat(body.time)
    done = plan_series(session, words.rules, me, case_id, at, now)
    return answer(read.SeriesPlanRead.of(done))


@api.get(
    "/working-hours/{municipality}",
    response_model=read.WorkingHoursRead,
    responses=READING,
)
def read_working_hours(me: Caller, municipality: Town, session: Tx) -> Response:
    """When I have talks in this municipality."""
    return answer(read.WorkingHoursRead.of(hours.hours_of(session, me, municipality)))


@api.put(
    "/working-hours/{municipality}",
    response_model=read.WorkingHoursRead,
    responses=READING,
)
def set_working_hours(
    me: Caller, municipality: Town, body: read.WorkingHoursFields, session: Tx
) -> Response:
    """Only times in these hours are offered; what is planned stays as it is."""
    week, minutes, place = body.week, body.minutes, body.place
    saved = hours.set_working_hours(session, me, municipality, week, minutes, place)
    return answer(read.WorkingHoursRead.of(saved))


@api.get("/absences", response_model=read.AbsenceList, responses=READING)
def read_absences(me: Caller, session: Tx, now: Now) -> Response:
    """My days away that are not over."""
    found = hours.list_absences(session, me, local(now).date())
    results = [read.AbsenceRead.of(each) for each in found]
    return answer(read.AbsenceList.model_construct(results=results))


@api.post(
    "/absences",
    status_code=201,
    response_model=read.AbsenceMadeRead,
    responses={**READING, 201: CREATED},
)
def add_absence(
    me: Caller, body: read.AbsenceFields, request: Request, session: Tx, now: Now
) -> Response:
    """No times of mine are offered on these days. What is planned on them is told."""
    made = hours.add_absence(session, me, body.first_on, body.last_on, now)
    tag = f'"{tag_of(read.AbsenceRead.of(made.absence))}"'
    place = f"{request.url.path}/{made.absence.id}"
    return answer(read.AbsenceMadeRead.made(made), 201, ETag=tag, Location=place)


@api.get(
    "/absences/{absenceId}",
    response_model=read.AbsenceRead,
    responses={**READING, **NOT_MODIFIED, 200: WITH_ETAG},
)
def read_absence(
    me: Caller, absence_id: AbsenceId, session: Tx, known: IfNoneMatch = None
) -> Response:
    """One of my absences, with the version that removing it has to name."""
    found = hours.get_absence(session, me, absence_id)
    return answer_if_new(read.AbsenceRead.of(found), known)


@api.delete("/absences/{absenceId}", status_code=204, responses=CHANGING)
def remove_absence(me: Caller, absence_id: AbsenceId, tag: IfMatch, session: Tx) -> None:
    """I am there after all."""
    must_match(tag, read.AbsenceRead.of(hours.get_absence(session, me, absence_id)))
    hours.remove_absence(session, me, absence_id)


@api.post("/calendar-feed", status_code=201, response_model=read.FeedRead, responses=READING)
def make_feed(me: Caller, session: Tx, settings: TheSettings, now: Now) -> Response:
    """A new secret address of my calendar, for the calendar of a phone."""
    token = hours.new_feed(session, me, now)
    url = f"{settings.public_url.rstrip('/')}/calendar/{token}.ics"
    return answer(read.FeedRead(url=url), 201)


@api.get("/agenda", response_model=read.AgendaRead, responses=READING)
def read_agenda(
    me: Caller,
    session: Tx,
    now: Now,
    day: Annotated[Day | None, Query(description="Today, if it is left out")] = None,
    mine: Annotated[bool, Query(description="Without those of my colleagues")] = True,
) -> Response:
    """Who comes on a day and what they answered; and which of my times are free."""
    on = day or local(now).date()
    return answer(read.AgendaRead.of(on, agenda_of(session, me, on, mine)))


@pages.get("/calendar/{token}.ics")
def calendar_feed(
    token: str, session: Tx, words: TheWords, settings: TheSettings, now: Now
) -> Response:
    """The appointments of whose secret this is; any other secret is answered alike."""
    whose = hours.find_feed(session, token)
    if whose is None:
        return Response("404", 404, NOT_KEPT, media_type="text/plain")
    content = feed_of(session, words, whose, now, settings.public_url)
    return Response(content, headers={**NOT_KEPT, "Content-Type": CONTENT_TYPE})
