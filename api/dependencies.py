"""What a route can ask for besides its session: the time, the words, the settings, the caller."""

import hmac
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.answers.words import Words
from api.cases.history import acting
from api.db import Tx
from api.errors import NotSignedIn
from api.handovers.bureau import Bureau
from api.people.models import Person
from api.people.signin import STAFF, find_session
from api.settings import Settings

_bearer = HTTPBearer(
    auto_error=False, scheme_name="bot", description="The token that the bot's actions hold"
)
_staff = HTTPBearer(
    auto_error=False,
    scheme_name="staff",
    description="A token of somebody of the staff, or made for a system: `wegwijs add-token`",
)


def now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock()
    return moment


def words(request: Request) -> Words:
    loaded: Words = request.app.state.words
    return loaded


def settings(request: Request) -> Settings:
    read: Settings = request.app.state.settings
    return read


def bureau(request: Request) -> Bureau:
    opened: Bureau = request.app.state.bureau
    return opened


def service(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Only the bot's actions; compared in constant time."""
    expected = settings(request).service_token.get_secret_value()
    given = credentials.credentials if credentials else ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise NotSignedIn("the service token is missing or wrong")


Now = Annotated[datetime, Depends(now)]


def caller(
    session: Tx,
    now: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_staff)],
) -> Person:
    """Whose token it is; what they change is written to their name."""
    found = find_session(session, credentials.credentials, now) if credentials else None
    if found is None or not found.person.has_role(*STAFF):
        raise NotSignedIn("the token is missing, unknown or past its last day")
    acting(session, found.person_id, now)
    return found.person


Caller = Annotated[Person, Depends(caller)]
TheWords = Annotated[Words, Depends(words)]
TheBureau = Annotated[Bureau, Depends(bureau)]
TheSettings = Annotated[Settings, Depends(settings)]
Service = Depends(service)
