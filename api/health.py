"""Whether this process is alive, and whether it can answer people."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.db import Database

api = APIRouter(tags=["health"])


class HealthRead(BaseModel):
    status: Literal["ok", "unavailable"]


class ReadinessRead(HealthRead):
    """`rasa` may be away for a moment: people then get an honest answer and can ask a person."""

    database: bool
    rasa: bool


@api.get("/health", response_model=HealthRead)
async def health() -> HealthRead:
    """This process is alive."""
    return HealthRead(status="ok")


@api.get("/readiness", response_model=ReadinessRead)
async def readiness(request: Request, response: Response) -> ReadinessRead:
    """The store and Rasa answer; 503 while one of them does not."""
    state = request.app.state
    database, rasa = await asyncio.gather(
        asyncio.to_thread(_store_answers, state.database),
        asyncio.to_thread(state.rasa.is_ready),
    )
    ready = database and rasa
    response.status_code = 200 if ready else 503
    return ReadinessRead(status="ok" if ready else "unavailable", database=database, rasa=rasa)


def _store_answers(database: Database) -> bool:
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1 FROM municipality LIMIT 1"))
    except SQLAlchemyError:
        return False
    return True
