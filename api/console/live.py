"""Server-sent events of the console: only that something may look different, never what."""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent

from api.db import Database

LOOK_AGAIN_SECONDS = 5.0
"""Another process may have changed it; and a page that hears nothing for long connects anew."""


def changes(database: Database, name: str) -> EventSourceResponse:
    """`change` at once, with every signal of this name, and now and then."""

    async def events() -> AsyncIterator[ServerSentEvent]:
        with database.signals.listen(name) as signal:
            while True:
                yield ServerSentEvent("", event="change")
                await signal.wait(LOOK_AGAIN_SECONDS)

    return EventSourceResponse(events(), ping=15)
