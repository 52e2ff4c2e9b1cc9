"""Keeps the state of a dialogue for as long as it can matter, and then forgets it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ShortMemory(InMemoryTrackerStore):
    """Rasa's memory with an end: the stock store never forgets anybody.

    minutes: how long a tracker lives after its last change.
    most_trackers: above this number the one that was silent longest goes first.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        *,
        minutes: float,
        most_trackers: int,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._lifetime = minutes * 60
        self._most_trackers = most_trackers
        self._clock = clock
        self._changed_at: OrderedDict[str, float] = OrderedDict()
        self._next_sweep: asyncio.TimerHandle | None = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        await super().save(tracker)
        self._changed_at[tracker.sender_id] = self._clock()
        self._changed_at.move_to_end(tracker.sender_id)
        self.sweep()
        self._sweep_later()

    async def _retrieve(
        self, sender_id: str, fetch_all_sessions: bool
    ) -> DialogueStateTracker | None:
        self.sweep()
        return await super()._retrieve(sender_id, fetch_all_sessions)

    def sweep(self) -> None:
        """Forget what is too old or too much."""
        oldest_kept = self._clock() - self._lifetime
        while self._changed_at:
            sender_id, changed_at = next(iter(self._changed_at.items()))
            if changed_at > oldest_kept and len(self._changed_at) <= self._most_trackers:
                return
            del self._changed_at[sender_id]
            self.store.pop(sender_id, None)

    def _sweep_later(self) -> None:
        """Without a timer the last dialogues of the evening would stay until the morning."""
        if self._next_sweep is None:
            loop = asyncio.get_running_loop()
            self._next_sweep = loop.call_later(self._lifetime, self._sweep_by_timer)

    def _sweep_by_timer(self) -> None:
        self._next_sweep = None
        self.sweep()
        if self._changed_at:
            self._sweep_later()
