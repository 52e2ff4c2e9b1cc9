"""Who may open which route: the table that `test_roles` holds against the running app.

A route that stands in no row makes that test fail: add it to the row of who may open it, and what
it needs to `SENT` in `role_requests`.
"""

from enum import StrEnum

from tests.cases.role_requests import BODIES


class Who(StrEnum):
    """Somebody who tries a route. Weert is the town of the case."""

    nobody = "nobody"
    participant = "participant"
    """With a session of the staff, which they never get: the role itself must be refused."""
    coach = "coach"
    """Of the household, and the participant agreed to it; also with such a session."""
    key_person = "key_person"
    bot = "bot"
    """The service token of the actions."""
    expired = "expired"
    """A regisseur of the town whose session is over."""
    dismissed = "dismissed"
    """A regisseur of the town whose role was taken away after signing in."""
    administrator = "administrator"
    coordinator = "coordinator"
    regisseur = "regisseur"
    """Of the case."""
    colleague = "colleague"
    elsewhere = "elsewhere"
    """A regisseur of another town."""
    mixed = "mixed"
    """A regisseur of another town who is coordinator in this one."""


EVERYBODY = frozenset(Who)
SEES_CASE = frozenset({Who.regisseur, Who.colleague})
OF_TOWN = SEES_CASE | {Who.coordinator, Who.mixed}
"""Households, coaches and people."""
HAS_CASES = SEES_CASE | {Who.elsewhere, Who.mixed}
"""May open a list of cases; the store has cases of Weert only, so not everybody finds one."""
HAS_TOWN = OF_TOWN | {Who.elsewhere}
HAS_SETTINGS = HAS_CASES | {Who.administrator}
"""May set the reminders of a town; not of each town the same people."""
STAFF = HAS_TOWN | {Who.administrator}
SETS_REMINDERS = SEES_CASE | {Who.administrator}
SIGNS_IN = STAFF | {Who.expired}
BOT = frozenset({Who.bot})
ONLY_TELEGRAM = frozenset[Who]()
"""By a secret of its own: tests/test_web.py."""
ONLY_CALENDAR = frozenset[Who]()
"""The same, and who takes part in it by their chat: tests/appointments, tests/channels."""

_RECORDS = tuple(
    f"{method} /v1/cases/{{caseId}}/{kind}{one}"
    for kind in BODIES
    for method, one in (
        *(("GET", ""), ("POST", "")),
        *((method, "/{recordId}") for method in ("GET", "PATCH", "DELETE")),
    )
)

_ROWS: tuple[tuple[frozenset[Who], tuple[str, ...]], ...] = (
    (
        EVERYBODY,
        (
            *("GET /", "HEAD /", "GET /chat", "HEAD /chat"),
            *("GET /chat/{town}", "HEAD /chat/{town}"),
            *("GET /media/recordings/{language}/{name}", "GET /media/progress/{name}"),
            *("GET /static/chat/{file}", "GET /static/console/{file}"),
            *("GET /v1/openapi.json", "HEAD /v1/openapi.json"),
            *("GET /v1/health", "GET /v1/readiness"),
            *("POST /v1/chat/messages", "GET /v1/chat/events"),
            "GET /console/login",
        ),
    ),
    (ONLY_TELEGRAM, ("POST /channels/telegram",)),
    (ONLY_CALENDAR, ("GET /calendar/{token}.ics", "GET /media/calendar/{name}")),
    (
        SETS_REMINDERS,
        (
            "GET /v1/municipalities/{municipality}/reminder-settings",
            "PUT /v1/municipalities/{municipality}/reminder-settings",
            "POST /console/settings/reminders/{town}",
        ),
    ),
    (HAS_SETTINGS, ("GET /console/settings/reminders",)),
    (
        BOT,
        (
            "GET /v1/sessions/{session_id}/next-appointment",
            "POST /v1/sessions/{session_id}/hand-overs",
        ),
    ),
    (SIGNS_IN, ("POST /console/login",)),
    (
        STAFF,
        (
            *("POST /console/logout", "GET /console"),
            *("GET /console/queue-list", "GET /console/events"),
            *("GET /console/texts", "POST /console/texts/{task_id}/close"),
            *("GET /v1/rules", "GET /console/staff-mail"),
        ),
    ),
    (OF_TOWN | {Who.administrator}, ("POST /console/staff-mail/{mail_id}/handled",)),
    (
        HAS_TOWN,
        (
            "GET /console/ratings",
            *("GET /v1/persons", "POST /v1/persons/_search"),
            *("GET /console/people", "GET /console/households"),
        ),
    ),
    (
        OF_TOWN,
        (
            "POST /console/people/coaches",
            "GET /console/people/{person_id}",
            "POST /console/people/{person_id}/link-codes/{code_id}/revoke",
            "POST /console/people/{person_id}/chats/{chat_id}/unlink",
            "POST /console/households",
            "GET /console/households/{household_id}",
            "POST /console/households/{household_id}/name",
            "POST /console/households/{household_id}/members",
            "POST /console/households/{household_id}/members/{participant_id}/remove",
            "POST /console/households/{household_id}/coaches",
            "POST /console/households/{household_id}/coaches/{coaching_id}/end",
            "POST /console/households/{household_id}/ask",
        ),
    ),
    (
        HAS_CASES,
        (
            *("GET /v1/cases", "POST /v1/cases/_search", "GET /v1/exports/cases.csv"),
            *("GET /v1/reminders", "GET /v1/agenda", "POST /v1/calendar-feed"),
            *("GET /console/agenda", "GET /console/reminders", "GET /console/hours"),
            *("POST /console/hours/absences", "POST /console/hours/feed"),
            "POST /console/hours/absences/{absence_id}/remove",
            *("GET /v1/absences", "POST /v1/absences"),
            *("GET /v1/absences/{absenceId}", "DELETE /v1/absences/{absenceId}"),
            *("GET /console/cases", "GET /console/cases/new", "GET /console/cases/import"),
            *("GET /console/cases/search", "POST /console/cases/search"),
        ),
    ),
    (
        SEES_CASE,
        (
            *("POST /v1/cases", "POST /v1/imports"),
            # Of a participant: what was said there, and a code, can show the case.
            "GET /v1/hand-overs/{handOverId}/open-klant",
            "GET /console/hand-overs/{hand_over_id}",
            "GET /console/hand-overs/{hand_over_id}/messages",
            "GET /console/hand-overs/{hand_over_id}/open-klant",
            "GET /console/hand-overs/{hand_over_id}/events",
            "POST /console/hand-overs/{hand_over_id}/claim",
            "POST /console/hand-overs/{hand_over_id}/replies",
            "POST /console/hand-overs/{hand_over_id}/hand-back",
            "POST /console/hand-overs/{hand_over_id}/take-over",
            "POST /console/hand-overs/{hand_over_id}/assign",
            "POST /console/hand-overs/{hand_over_id}/notes",
            "GET /console/hand-overs/{hand_over_id}/messages/{message_id}/translation",
            "POST /console/hand-overs/{hand_over_id}/read",
            "POST /console/hand-overs/{hand_over_id}/sentences",
            "POST /console/hand-overs/{hand_over_id}/drafts",
            "POST /console/hand-overs/{hand_over_id}/drafts/discard",
            "POST /console/hand-overs/{hand_over_id}/drafts/{draft_id}/send",
            "POST /console/hand-overs/{hand_over_id}/interpreters",
            "POST /console/hand-overs/{hand_over_id}/interpreters/{request_id}/arrange",
            "POST /console/hand-overs/{hand_over_id}/interpreters/{request_id}/cancel",
            "GET /console/attachments/{attachment_id}",
            "POST /console/attachments/{attachment_id}/remove",
            "POST /console/attachments/{attachment_id}/ask",
            "POST /console/people/{person_id}/link-codes",
            "POST /console/people/{person_id}/lost-phone",
            *("GET /v1/cases/{caseId}", "PATCH /v1/cases/{caseId}"),
            *("GET /v1/cases/{caseId}/findings", "GET /v1/cases/{caseId}/history"),
            *("GET /v1/cases/{caseId}/person", "PATCH /v1/cases/{caseId}/person"),
            *("GET /v1/cases/{caseId}/contact", "PUT /v1/cases/{caseId}/contact"),
            *("GET /v1/cases/{caseId}/talk-series", "POST /v1/cases/{caseId}/talk-series"),
            *("GET /v1/slots", "GET /v1/cases/{caseId}/reminders"),
            "POST /v1/reminders/{reminderId}/send-again",
            "POST /v1/reminders/{reminderId}/handled",
            "POST /console/agenda/{case_id}/{talk_id}/{state}",
            "GET /console/reminders/{reminder_id}/letter",
            "POST /console/reminders/{reminder_id}/again",
            "POST /console/reminders/{reminder_id}/handled",
            "POST /console/hours/{town}",
            *("GET /console/cases/{case_id}/contact", "POST /console/cases/{case_id}/contact"),
            "POST /console/cases/{case_id}/series",
            "POST /console/cases/{case_id}/conversation",
            "GET /v1/working-hours/{municipality}",
            "PUT /v1/working-hours/{municipality}",
            *_RECORDS,
            *("GET /v1/cases/{caseId}/transfers", "POST /v1/cases/{caseId}/transfers"),
            "POST /v1/cases/{caseId}/transfers/{transferId}/consent",
            "POST /v1/cases/{caseId}/transfers/{transferId}/withdrawal",
            *("POST /console/cases/import", "POST /console/cases/import/apply"),
            *("POST /console/cases", "GET /console/cases/{case_id}"),
            *("GET /console/cases/{case_id}/edit", "POST /console/cases/{case_id}/edit"),
            *("GET /console/cases/{case_id}/person", "POST /console/cases/{case_id}/person"),
            "GET /console/cases/{case_id}/{kind}/new",
            "POST /console/cases/{case_id}/{kind}",
            "GET /console/cases/{case_id}/{kind}/{record_id}/edit",
            "POST /console/cases/{case_id}/{kind}/{record_id}/edit",
            "GET /console/cases/{case_id}/{kind}/{record_id}/remove",
            "POST /console/cases/{case_id}/{kind}/{record_id}/remove",
            "POST /console/cases/{case_id}/transfers",
            "POST /console/cases/{case_id}/transfers/{transfer_id}/consent",
            "POST /console/cases/{case_id}/transfers/{transfer_id}/withdrawal",
        ),
    ),
)

WHO_MAY = {route: may for may, routes in _ROWS for route in routes}
"""Method and pattern of the address, to who may open it."""
