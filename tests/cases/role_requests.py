"""What each route is sent so that it does what it is for, were one allowed to."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_snake

from tests.factories import PASSWORD

FIRST_NAME, LAST_NAME = "Parwanah", "Verzwegenaar"
HOUSEHOLD, QUESTION = "Gezin Verholen", "een vraag over het verholen kind"
BODIES: dict[str, dict[str, Any]] = {
    "hours": {"kind": "course", "on": "2026-11-02", "hours": 3},
    "goals": {"dimension": "body", "goal": "Lopen", "agreedOn": "2026-11-02"},
    "scores": {"dimension": "body", "on": "2026-11-02", "score": 5},
    "interventions": {
        **{"partner": "Bedacht", "dimension": "body", "goal": "Lopen"},
        "startsOn": "2026-11-02",
    },
    "exams": {"part": "reading", "level": "a2", "on": "2026-11-02", "result": "booked"},
    "leerroutes": {"leerroute": "b1", "since": "2026-11-02"},
    "intake-findings": {"subject": "health", "finding": "Goed"},
    "extensions": {"ground": "birth", "startsOn": "2026-11-02", "endsOn": "2026-11-20"},
    "work-periods": {"employer": "Bedacht", "startsOn": "2026-11-02"},
    "childcare": {"startsOn": "2026-11-02"},
    "attendances": {"activity": "Bedacht", "on": "2026-11-02", "present": True},
    "enforcement-steps": {"step": "call", "on": "2026-11-02"},
    "duo-reports": {"report": "map", "on": "2026-11-02"},
    "notes": {"on": "2026-11-02", "text": "Kort"},
    "appointments": {
        **{"kind": "progress_talk", "startsAt": "2026-12-01T10:00:00+01:00"},
        "place": "Bedacht",
    },
}
"""One record of each kind."""
TEXTS: dict[str, dict[str, str]] = {
    "hours": {"provider": "Taalschool Verzwegen"},
    "goals": {"goal": "Zwemmen zonder angst", "agreement": "Coach Verzwegen belt"},
    "interventions": {"partner": "Verzwegen Fysio", "goal": "Rechtop", "effect": "Loopt weer"},
    "leerroutes": {"reason": "Reden Verzwegen"},
    "intake-findings": {"finding": "Bevinding Verzwegen"},
    "work-periods": {"employer": "Bakkerij Verzwegen"},
    "attendances": {"activity": "Workshop Verzwegen"},
    "enforcement-steps": {"remark": "Maatregel Verzwegen"},
    "duo-reports": {"remark": "Gemeld Verzwegen"},
    "notes": {"text": "Aantekening Verzwegen"},
    "appointments": {"place": "Kamer Verzwegen"},
}
"""What stands in the records of the case, and nowhere else in the app."""

HELD = "held appointment"
_SHEET = b"kenmerk;voornaam;groep\nN-1;Bedacht;asiel\n"
_PART = FIRST_NAME[:4]
"""What is looked for; a page shows it again, also where it found nobody."""
_AS_CSV = {"Content-Type": "text/csv"}
_TOWN = {"municipality": "weert"}


def form_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The same as a browser sends it."""
    found: dict[str, str] = {}
    for name, value in body.items():
        if name == "startsAt":
            day, _, clock = value.partition("T")
            found |= {"starts_at_day": day, "starts_at_time": clock[:5]}
        else:
            found[to_snake(name)] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def record_of(route: str, kind: str) -> str:
    """Which record of the store is tried: an appointment that is still to come is not removed."""
    removes = route.startswith("DELETE") or route.endswith("/remove")
    return HELD if removes and kind == "appointments" else kind


def sent_to(route: str, kind: str, made: Any, email: str) -> dict[str, Any]:
    """The body, the query and the version that this route needs (keywords of the test client)."""
    if kind:
        return _of_record(route, kind, made.versions[record_of(route, kind)])
    return _FIXED.get(route) or _of_store(made, email).get(route) or {}


def _of_record(route: str, kind: str, version: int) -> dict[str, Any]:
    if route.startswith("POST /console"):
        return {"data": {**form_of(BODIES[kind]), "version": str(version)}}
    body = {"json": BODIES[kind]} if route.startswith(("POST", "PATCH")) else {}
    changing = route.startswith(("PATCH", "DELETE"))
    return {**body, "headers": {"If-Match": f'"{version}"'}} if changing else body


def _of_store(made: Any, email: str) -> dict[str, dict[str, Any]]:
    """What names something of the store."""
    version = made.versions[""]
    return {
        "PATCH /v1/cases/{caseId}": {
            "json": {"interpreterLanguage": "Farsi"},
            "headers": {"If-Match": f'"{version}"'},
        },
        "PATCH /v1/cases/{caseId}/person": {
            "json": {"firstName": "Bedacht"},
            "headers": {"If-Match": f'"{made.person_tag}"'},
        },
        "PUT /v1/cases/{caseId}/contact": {
            "json": {"phone": "0495 000 000"},
            "headers": {"If-Match": f'"{made.contact_tag}"'},
        },
        "PUT /v1/municipalities/{municipality}/reminder-settings": {
            "json": {"remindBefore": [60], "quietHours": {"begins": "22:00", "ends": "07:00"}},
            "headers": {"If-Match": f'"{made.settings_tag}"'},
        },
        "DELETE /v1/absences/{absenceId}": {
            "headers": {"If-Match": f'"{made.absence_tags.get(email, "none")}"'}
        },
        "POST /console/cases/{case_id}/edit": {
            "data": {"group": "asiel", "version": str(version)},
        },
        "POST /console/agenda/{case_id}/{talk_id}/{state}": {
            "data": {"version": str(made.versions[HELD])},
        },
        "POST /console/households/{household_id}/members": {
            "data": {"participant": made.other_participant}
        },
        "POST /console/households/{household_id}/coaches": {"data": {"coach": made.other_coach}},
        "POST /console/hand-overs/{hand_over_id}/assign": {"data": {"colleague": made.colleague}},
        "POST /console/login": {
            "data": {"csrf": "x", "email": email, "password": PASSWORD},
            "headers": {"Cookie": "wegwijs_form=x"},
        },
    }


_FIXED: dict[str, dict[str, Any]] = {
    "POST /v1/chat/messages": {"json": {"text": "hallo"}},
    "POST /v1/sessions/{session_id}/hand-overs": {"json": {"reason": "asked"}},
    "POST /channels/telegram": {"json": {"update_id": 1}},
    "GET /v1/cases": {"params": {**_TOWN, "pageSize": "200"}},
    "POST /v1/cases/_search": {"json": {"name": _PART}, "params": _TOWN},
    "GET /v1/exports/cases.csv": {"params": _TOWN},
    "GET /v1/rules": {"params": _TOWN},
    "GET /v1/slots": {"params": _TOWN},
    "GET /v1/agenda": {"params": {"day": "2026-12-08", "mine": "false"}},
    "POST /v1/absences": {"json": {"firstOn": "2026-12-07", "lastOn": "2026-12-09"}},
    "POST /v1/cases/{caseId}/talk-series": {"json": {"time": "10:00"}},
    "POST /v1/reminders/{reminderId}/handled": {"json": {"how": "gebeld"}},
    "POST /console/reminders/{reminder_id}/handled": {"data": {"how": "gebeld"}},
    "GET /console/agenda": {"params": {"day": "2026-12-08", "whose": "all"}},
    "POST /console/cases/{case_id}/series": {"data": {"at": "10:00"}},
    "POST /console/cases/{case_id}/contact": {"data": {"phone": "06 12345678"}},
    "POST /console/hours/absences": {"data": {"first_on": "2026-12-07", "last_on": "2026-12-09"}},
    "POST /console/hours/{town}": {
        "data": {"from_1": "09:00", "until_1": "17:00", "minutes": "60", "place": "Bedacht"}
    },
    "POST /console/settings/reminders/{town}": {
        "data": {"before_1440": "true", "quiet_from": "21:00", "quiet_until": "08:00"}
    },
    "PUT /v1/working-hours/{municipality}": {
        "json": {"week": {"1": ["09:00", "12:00"]}, "minutes": 30, "place": "Bedacht"}
    },
    "GET /v1/persons": {"params": {**_TOWN, "pageSize": "200"}},
    "POST /v1/persons/_search": {"json": {"name": _PART}},
    "POST /v1/imports": {"params": _TOWN, "content": _SHEET, "headers": _AS_CSV},
    "POST /v1/cases": {"json": {**_TOWN, "group": "asiel", "person": {"firstName": "Bedacht"}}},
    "POST /v1/cases/{caseId}/transfers": {"json": {"to": "cranendonck"}},
    "POST /v1/cases/{caseId}/transfers/{transferId}/consent": {
        "json": {"on": "2026-11-20", "how": "op papier"}
    },
    "GET /console/people": {"params": {"name": _PART}},
    "GET /console/households": {"params": {"name": "Verhol"}},
    "GET /console/households/{household_id}": {"params": {"member": "a"}},
    "GET /console/cases": {"params": {"town": "weert"}},
    "POST /console/cases/search": {"data": {"town": "weert", "name": _PART}},
    "POST /console/cases/{case_id}/transfers": {"data": {"to": "cranendonck"}},
    "POST /console/cases/{case_id}/transfers/{transfer_id}/consent": {
        "data": {"on": "2026-11-20", "how": "op papier"}
    },
    "POST /console/hand-overs/{hand_over_id}/replies": {"data": {"text": "Dag, ik help u."}},
    "POST /console/hand-overs/{hand_over_id}/sentences": {"data": {"sentence": "sentence.bye"}},
    "POST /console/hand-overs/{hand_over_id}/drafts": {"data": {"text": "Dag, ik help u."}},
    "POST /console/hand-overs/{hand_over_id}/interpreters": {"data": {"language": "ti"}},
    "POST /console/hand-overs/{hand_over_id}/interpreters/{request_id}/arrange": {
        "data": {
            **{"language": "ti", "at_day": "2026-12-08", "at_time": "10:00"},
            "who": "Tolk Bedacht",
        }
    },
    "POST /console/hand-overs/{hand_over_id}/notes": {"data": {"note": "Kort"}},
    "POST /console/people/coaches": {"data": {"town": "weert", "first_name": "Bedacht"}},
    "POST /console/households": {"data": {"town": "weert", "name": "Bedacht"}},
    "POST /console/households/{household_id}/name": {"data": {"name": "Bedacht"}},
    "POST /console/cases": {
        "data": {"town": "weert", "group": "asiel", "first_name": "Bedacht", "language": "nl"}
    },
    "POST /console/cases/{case_id}/person": {"data": {"first_name": "Bedacht", "language": "nl"}},
    "POST /console/cases/import": {
        "data": {"town": "weert"},
        "files": {"file": ("cases.csv", _SHEET)},
    },
    "POST /console/cases/import/apply": {
        "data": {"town": "weert", "packed": base64.b64encode(zlib.compress(_SHEET)).decode()}
    },
}
