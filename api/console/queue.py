"""The page of the queue: what waits for a person in my towns, and what is late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse

from api.answers.words import Words
from api.console import live
from api.console.case_words import counted
from api.console.queue_views import choices, chosen, groups_of
from api.console.routes import Me, render
from api.db import Tx
from api.dependencies import Now, TheWords
from api.handovers.ratings import may_see_ratings
from api.notices.mails import list_failed
from api.people.models import Person
from api.signals import HAND_OVERS

PATH = "/console"
PART = f"{PATH}/queue-list"

pages = APIRouter(prefix=PATH, include_in_schema=False)


@pages.get("")
def queue(request: Request, session: Tx, words: TheWords, me: Me, now: Now) -> Response:
    filters, failed = chosen(request.query_params), len(list_failed(session, me.person))
    query = urlencode(filters)
    more: dict[str, Any] = {
        "filters": filters,
        "choices": choices(session, words, me.person),
        "source": f"{PART}?{query}" if query else PART,
        "has_ratings": may_see_ratings(me.person),
        "failed": counted(words, "queue.failed", failed) if failed else None,
    }
    rows = _rows(session, words, me.person, filters, now)
    return render(request, words, "queue.html", me, **rows, **more)


@pages.get("/queue-list")
def queue_list(request: Request, session: Tx, words: TheWords, me: Me, now: Now) -> Response:
    filters = chosen(request.query_params)
    rows = _rows(session, words, me.person, filters, now)
    return render(request, words, "_queue.html", me, **rows)


@pages.get("/events")
async def queue_events(request: Request, me: Me) -> EventSourceResponse:
    """`change` whenever the queue may look different."""
    return live.changes(request.app.state.database, HAND_OVERS)


def _rows(
    session: Session, words: Words, me: Person, filters: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    return {
        "groups": groups_of(session, words, me, filters, now),
        "is_filtered": bool(filters),
    }
