"""The memory of dialogues ends by age and by number."""

from __future__ import annotations

import asyncio

import pytest
from components.trackers import ShortMemory
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> ShortMemory:
    return ShortMemory(Domain.empty(), minutes=30, most_trackers=3, clock=clock)


async def say(memory: ShortMemory, session: str, intent: str = "greet") -> None:
    tracker = await memory.get_or_create_tracker(session)
    tracker.update(UserUttered("/" + intent, {"name": intent}))
    await memory.save(tracker)


async def test_a_dialogue_is_remembered_within_its_time(memory: ShortMemory, clock: Clock) -> None:
    await say(memory, "a")
    clock.now += 29 * 60
    tracker = await memory.retrieve("a")
    assert tracker is not None
    assert tracker.latest_message.intent["name"] == "greet"


async def test_a_silent_dialogue_is_forgotten(memory: ShortMemory, clock: Clock) -> None:
    await say(memory, "a")
    clock.now += 30 * 60
    assert await memory.retrieve("a") is None
    assert list(await memory.keys()) == []


async def test_speaking_again_starts_the_time_anew(memory: ShortMemory, clock: Clock) -> None:
    await say(memory, "a")
    clock.now += 20 * 60
    await say(memory, "a")
    clock.now += 20 * 60
    assert await memory.retrieve("a") is not None


async def test_above_the_limit_the_longest_silent_goes_first(
    memory: ShortMemory, clock: Clock
) -> None:
    for session in ("a", "b", "c", "a", "d"):
        clock.now += 1
        await say(memory, session)
    assert sorted(await memory.keys()) == ["a", "c", "d"]


async def test_a_timer_forgets_when_nobody_speaks_any_more() -> None:
    memory = ShortMemory(Domain.empty(), minutes=0.05 / 60, most_trackers=3)
    await say(memory, "a")
    await asyncio.sleep(0.2)
    assert memory.store == {}


async def test_rasa_takes_it_from_the_endpoints_file() -> None:
    endpoint = EndpointConfig(type="components.trackers.ShortMemory", minutes=5, most_trackers=9)
    store = TrackerStore.create(endpoint, Domain.empty())
    assert isinstance(store, ShortMemory)
    assert check_if_tracker_store_async(store)
