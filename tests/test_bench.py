"""The file of results of `make bench`: what is kept, what is replaced, and what counts as met."""

import json
from pathlib import Path

import pytest

from bench.measurements import MEASUREMENTS
from bench.results import GOALS, Finding, entries, write
from bench.times import percentile

COMMIT = "0123456789ab"
FIELDS = {"value", "unit", "target", "met", "command", "commit", "store", "details"}


def found(value: float) -> Finding:
    return Finding(value, {"p99": value * 2})


def read(path: Path) -> dict[str, dict[str, object]]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_every_key_has_one_measurement() -> None:
    keys = [key for measurement in MEASUREMENTS for key in measurement.keys]
    assert sorted(keys) == sorted(GOALS)


def test_the_worse_store_counts_and_is_named() -> None:
    by_store = {
        "sqlite": {"answer_p50_ms": found(48.0)},
        "postgresql": {"answer_p50_ms": found(120.5)},
    }
    entry = entries(by_store, COMMIT)["answer_p50_ms"]
    assert entry.keys() == FIELDS
    assert (entry["value"], entry["store"], entry["met"]) == (120.5, "postgresql", False)
    assert (entry["target"], entry["unit"], entry["commit"]) == (100, "ms", COMMIT)
    assert entry["command"] == "make bench ONLY=answer_p50_ms"
    assert entry["details"]["sqlite"] == {"value": 48.0, "p99": 96.0}


@pytest.mark.parametrize(("value", "met"), [(99.9, True), (100, True), (100.1, False)])
def test_at_most_the_target_is_met(value: float, met: bool) -> None:
    [entry] = entries({"sqlite": {"answer_p50_ms": found(value)}}, COMMIT).values()
    assert entry["met"] is met


@pytest.mark.parametrize(("answers", "met"), [(0, False), (1, True), (2, False)])
def test_no_answer_is_as_wrong_as_two(answers: int, met: bool) -> None:
    by_store = {
        "sqlite": {"same_update_answers": found(answers)},
        "postgresql": {"same_update_answers": found(1)},
    }
    entry = entries(by_store, COMMIT)["same_update_answers"]
    assert (entry["value"], entry["met"], entry["store"]) == (answers, met, "sqlite")


def test_a_key_that_one_store_could_not_measure_is_left_out() -> None:
    both = {"memory_mb": found(600)}
    by_store = {"sqlite": {**both, "answer_p50_ms": found(50)}, "postgresql": both}
    assert entries(by_store, COMMIT).keys() == {"memory_mb"}


def test_one_key_measured_again_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    first = {"sqlite": {"memory_mb": found(600), "answer_p50_ms": found(150)}}
    write(entries(first, COMMIT), path)
    before = read(path)
    write(entries({"sqlite": {"answer_p50_ms": found(50)}}, "another"), path)
    after = read(path)
    assert after["memory_mb"] == before["memory_mb"]
    assert (after["answer_p50_ms"]["value"], after["answer_p50_ms"]["met"]) == (50, True)
    assert after["answer_p50_ms"]["commit"] == "another"


def test_the_file_keeps_one_order_and_keys_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"of_another_branch": {"value": 1}}', encoding="utf-8")
    write(entries({"sqlite": {"memory_mb": found(600), "ack_p99_ms": found(9)}}, COMMIT), path)
    assert list(read(path)) == ["ack_p99_ms", "memory_mb", "of_another_branch"]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99)] == [50, 95, 99]
    assert percentile([7.0], 99) == 7.0
