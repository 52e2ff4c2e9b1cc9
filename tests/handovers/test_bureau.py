"""Translating beside the rest of the api: bounded, and each refusal says what it means."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.handovers.bureau import Bureau, Busy, TooSlow
from translations.machine import GivenUp, Machine, NoModel, NoTranslation, never

PATIENT, IMPATIENT = 20.0, 0.01


class HeldMachine(Machine):
    """Knows every language; a text is done when the gate opens, or given up before."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.gate, self.begun = threading.Event(), threading.Semaphore(0)
        self.given_up, self.asked = threading.Event(), threading.Semaphore(0)

    def route(self, source: str, target: str) -> tuple[str, ...]:
        self.asked.release()
        if "ti" in (source, target):
            raise NoModel(source, target)
        return source, target

    def translate(
        self, text: str, source: str, target: str, give_up: Callable[[], bool] = never
    ) -> str:
        self.begun.release()
        while not self.gate.wait(0.01):
            if give_up():
                self.given_up.set()
                raise GivenUp
        return f"{target}: {text}"


@pytest.fixture
def machine() -> Iterator[HeldMachine]:
    machine = HeldMachine()
    yield machine
    machine.gate.set()


def test_more_wait_for_their_turn_and_all_are_answered(machine: HeldMachine) -> None:
    bureau = Bureau(machine, at_once=2, waiting=8, seconds=PATIENT)
    with ThreadPoolExecutor(10) as people:
        answers = [people.submit(bureau.translate, str(n), "nl", "ar") for n in range(10)]
        machine.begun.acquire()
        machine.begun.acquire()
        assert not machine.begun.acquire(blocking=False)
        machine.gate.set()
        assert [answer.result() for answer in answers] == [f"ar: {n}" for n in range(10)]


def test_who_would_wait_behind_too_many_is_told_at_once(machine: HeldMachine) -> None:
    bureau = Bureau(machine, at_once=1, waiting=1, seconds=PATIENT)

    async def three() -> list[str | BaseException]:
        first, second, third = (bureau.translate_async(str(n), "nl", "ar") for n in range(3))
        waiting = [asyncio.ensure_future(first), asyncio.ensure_future(second)]
        await asyncio.sleep(0)
        refused = await asyncio.gather(third, return_exceptions=True)
        machine.gate.set()
        return [*refused, *await asyncio.gather(*waiting)]

    busy, *others = asyncio.run(three())
    assert isinstance(busy, Busy)
    assert (busy.status, others) == (503, ["ar: 0", "ar: 1"])
    assert bureau.translate("later", "nl", "ar") == "ar: later"


def test_what_takes_too_long_is_given_up_and_makes_room(machine: HeldMachine) -> None:
    bureau = Bureau(machine, at_once=1, waiting=0, seconds=IMPATIENT)
    with pytest.raises(TooSlow):
        bureau.translate("tekst", "nl", "ar")
    assert machine.given_up.wait(PATIENT)
    with pytest.raises(TooSlow):
        asyncio.run(_when_there_is_room(bureau))


async def _when_there_is_room(bureau: Bureau) -> str:
    while True:
        try:
            return await bureau.translate_async("tekst", "nl", "ar")
        except Busy:
            await asyncio.sleep(0)


def test_who_stops_waiting_stops_the_work(machine: HeldMachine) -> None:
    bureau = Bureau(machine, at_once=1, waiting=0, seconds=PATIENT)

    async def leave() -> None:
        task = asyncio.ensure_future(bureau.translate_async("tekst", "nl", "ar"))
        await asyncio.to_thread(machine.begun.acquire)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(leave())
    assert machine.given_up.wait(PATIENT)


def test_without_a_model_no_place_is_taken(machine: HeldMachine) -> None:
    bureau = Bureau(machine, at_once=1, waiting=0, seconds=PATIENT)
    assert not bureau.can("nl", "ti")
    for _ in range(3):
        with pytest.raises(NoModel):
            bureau.translate("tekst", "nl", "ti")
    machine.gate.set()
    assert bureau.translate("tekst", "nl", "ar") == "ar: tekst"


def test_every_refusal_is_one_kind_of_error(machine: HeldMachine) -> None:
    """Whoever shows the original instead catches one class."""
    assert all(issubclass(each, NoTranslation) for each in (Busy, TooSlow, NoModel, GivenUp))


def test_a_bureau_that_is_closed_takes_nothing_more(machine: HeldMachine) -> None:
    bureau = Bureau(machine, seconds=PATIENT)
    bureau.close()
    with pytest.raises(Busy):
        bureau.translate("tekst", "nl", "ar")


def test_who_waits_when_it_closes_is_told_and_what_is_under_way_stops(
    machine: HeldMachine,
) -> None:
    bureau = Bureau(machine, at_once=1, seconds=PATIENT)

    async def close_on_two() -> list[str | BaseException]:
        begun = asyncio.ensure_future(bureau.translate_async("een", "nl", "ar"))
        await asyncio.to_thread(machine.begun.acquire)
        waits = asyncio.ensure_future(bureau.translate_async("twee", "nl", "ar"))
        also = asyncio.ensure_future(asyncio.to_thread(bureau.translate, "drie", "nl", "ar"))
        for _ in range(3):
            await asyncio.to_thread(machine.asked.acquire)
        bureau.close()
        return list(await asyncio.gather(begun, waits, also, return_exceptions=True))

    assert [type(each) for each in asyncio.run(close_on_two())] == [GivenUp, Busy, Busy]


def test_models_that_are_left_out_are_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "empty").mkdir()
    Bureau(Machine(tmp_path)).load().result(PATIENT)
    assert "the model empty is not used: it has no metadata.json" in caplog.text


def test_loading_does_not_hold_up_who_asks_for_it(machine: HeldMachine) -> None:
    assert Bureau(machine).load().result(PATIENT) is None
