"""What a route can ask for besides its session: the time, the words, the settings, the caller."""

import hmac
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.answers.words import Words
from api.errors import NotSignedIn
from api.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="The token that the bot's actions hold")


def now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock()
    return moment


def words(request: Request) -> Words:
    loaded: Words = request.app.state.words
    return loaded


def settings(request: Request) -> Settings:
    read: Settings = request.app.state.settings
    return read


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
TheWords = Annotated[Words, Depends(words)]
TheSettings = Annotated[Settings, Depends(settings)]
Service = Depends(service)
