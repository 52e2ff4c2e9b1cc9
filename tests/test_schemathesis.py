"""The API against its own description: made-up requests, right and wrong, find no fault in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.openapi import from_asgi
from schemathesis.schemas import BaseSchema

import api.app
from api.answers.words import Words
from api.app import create_app
from api.db import Database
from api.people.signin import open_session
from api.wire import FIRST_YEAR, LAST_YEAR
from tests.factories import FixedClock, ScriptedRasa, participant, regisseur, talk
from tests.test_web import TOKEN, settings, url_of

EXAMPLES = 3
"""Besides the few thousand requests that cover each limit of the description once."""
ENDLESS = "/chat/events"
ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "412"]
BEYOND_DESCRIPTION = [
    "/cases",
    "/cases/{caseId}",
    "/cases/{caseId}/extensions",
    "/cases/{caseId}/goals",
    "/cases/{caseId}/interventions",
    "/cases/{caseId}/work-periods",
    "/cases/{caseId}/exams",
    "/cases/{caseId}/enforcement-steps",
    "/cases/{caseId}/transfers",
    "/cases/{caseId}/appointments",
    "/cases/{caseId}/contact",
    "/slots",
    "/absences",
    "/working-hours/{municipality}",
    "/municipalities/{municipality}/reminder-settings",
    "/imports",
    "/chat/messages",
]
"""What is right by itself may not fit together, or name a town that is not there: 400 is right."""
YEARS = {"min_value": date(FIRST_YEAR, 1, 1), "max_value": date(LAST_YEAR, 12, 31)}

schemathesis.openapi.format("date", st.dates(**YEARS).map(date.isoformat))
schemathesis.openapi.format(
    "date-time",
    st.datetimes(
        datetime(FIRST_YEAR, 1, 2),  # noqa: DTZ001  the time zone is added by the strategy
        datetime(LAST_YEAR, 12, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(datetime.isoformat),
)


def config(token: str) -> SchemathesisConfig:
    def accepting(*more: str) -> dict[str, Any]:
        return {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, *more]}}

    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "request-timeout": 60.0,  # a busy machine is no fault of a route
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "no-shrink": True},
            "checks": {
                **accepting(),
                "missing_required_header": {"expected-statuses": ["400", "401", "428"]},
            },
            "operations": [
                {"include-path": BEYOND_DESCRIPTION, "checks": accepting("400")},
                {
                    "include-path-regex": "^/sessions",
                    "headers": {"Authorization": f"Bearer {TOKEN}"},
                },
                {"include-path": ENDLESS, "enabled": False},
            ],
        }
    )


def faults(schema: BaseSchema) -> Iterator[str]:
    """What is wrong, each with the request that shows it."""
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for check in (each for case in event.recorder.checks.values() for each in case):
                if found := check.failure_info:
                    yield f"{event.recorder.label}: {found.failure.message}\n{found.code_sample}"
        elif isinstance(event, events.NonFatalError):
            yield f"{event.label}: {event.value!r}"
        elif isinstance(event, events.FatalError):
            yield repr(event.exception)


def test_made_up_requests_find_no_fault(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    app = create_app(settings(url_of(sqlite)), clock)
    app.state.rasa = ScriptedRasa()
    with sqlite.writing() as session:
        case = participant(session, clock())
        talk(session, case, clock() + timedelta(days=1))
        token = open_session(session, regisseur(session, clock()), clock())
    found = list(faults(from_asgi("/v1/openapi.json", app, config=config(token))))
    app.state.database.close()
    assert not found, "\n\n".join(found)
