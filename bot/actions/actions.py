"""The actions of the bot: each asks the api one thing and answers with a text key."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession, ClientTimeout
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)

_PATIENCE = ClientTimeout(total=4)  # seconds


class ActionWithApi(Action, ABC):
    """Whatever goes wrong here becomes an honest answer: what Rasa swallows, nobody ever reads."""

    @abstractmethod
    async def ask(self, api: ClientSession, session: str) -> dict[str, Any]:
        """The payload for one dialogue session: a text key and opaque ids."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        try:
            async with _api() as api:
                payload = await self.ask(api, quote(tracker.sender_id, safe=""))
        except Exception as error:
            # Rasa would log the whole request, and with it the dialogue, if this went further.
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            payload = {"key": "action_failed"}
        dispatcher.utter_message(json_message=payload)
        return []


class ActionMyAppointments(ActionWithApi):
    """When and where is my next talk?"""

    def name(self) -> str:
        return "action_my_appointments"

    async def ask(self, api: ClientSession, session: str) -> dict[str, Any]:
        async with api.get(f"/v1/sessions/{session}/next-appointment") as answer:
            found = await answer.json()
        if not found["linked"]:
            return {"key": "not_linked"}
        if found["appointment"] is None:
            return {"key": "next_talk_none"}
        return {"key": "next_talk", "appointment": found["appointment"]}


class ActionHandOver(ActionWithApi):
    """I want to talk to a person."""

    def name(self) -> str:
        return "action_hand_over"

    async def ask(self, api: ClientSession, session: str) -> dict[str, Any]:
        path = f"/v1/sessions/{session}/hand-overs"
        async with api.post(path, json={"reason": "asked"}) as answer:
            made = await answer.json()
        return {"key": "handover", "hand_over": made["handOver"]}


def _api() -> ClientSession:
    """A client of the api that raises at every status that is no success."""
    return ClientSession(
        os.environ["WEGWIJS_API_URL"],
        headers={"Authorization": f"Bearer {os.environ['WEGWIJS_SERVICE_TOKEN']}"},
        timeout=_PATIENCE,
        raise_for_status=True,
    )
