"""The benchmark counts what the rules do, and reports what it measured."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from calibration.cli.benchmark import benchmark
from scenarios import benchmark as measuring
from scenarios.benchmark import (
    UNIFORMS_A_QUARTER,
    Plan,
    calls_of_quarter,
    counted_by_function,
    counted_calls,
    measured_rates,
    report,
    run_ensemble,
    run_floor,
    run_mesa,
)
from simulation.dates import QUARTERS
from simulation.shocks import Shocks

PROMISED = {
    "ensemble_per_second",
    "mesa_per_second",
    "floor_per_second",
    "ensemble_over_mesa",
    "floor_over_ensemble",
    "workers",
}


def test_calls_are_counted_by_function_and_by_number_of_values() -> None:
    with counted_calls() as calls:
        np.exp(np.zeros((4, 4, 3)))
        np.expm1(np.zeros(5), out=np.zeros(5))
        np.log(2.0)
        np.sin(1.0)
    assert calls == [("exp", 48), ("expm1", 5), ("log", 1)]


def test_counting_ends_with_its_block() -> None:
    before = np.exp
    with pytest.raises(ZeroDivisionError), counted_calls():
        1 / 0  # noqa: B018
    assert np.exp is before


def test_every_full_pair_array_of_the_rules_is_counted() -> None:
    sizes = {
        replicates: [size for _, size in calls_of_quarter(replicates)] for replicates in (5, 10)
    }
    assert len(sizes[5]) == len(sizes[10])
    growing = [(few, many) for few, many in zip(sizes[5], sizes[10], strict=True) if few != many]
    assert all(many == 2 * few for few, many in growing)
    # Six chances, support, goodwill and the grant are logistic curves; grant and perception have a
    # logistic shock.
    names = [name for name, size in calls_of_quarter(5) if size == 5 * 16]
    assert names.count("log") >= 2
    assert names.count("exp") + names.count("expm1") >= 9


def test_uniforms_are_those_the_shocks_draw() -> None:
    untouched = 0.5  # what the shocks of a country with itself hold
    uniforms = Shocks(seed=3, replicates=1).quarter(0).values()
    assert sum(int(np.sum(drawn != untouched)) for drawn in uniforms) == UNIFORMS_A_QUARTER


def test_counts_are_for_a_whole_history() -> None:
    assert counted_by_function([("exp", 30), ("log", 10), ("exp", 2)], 10) == {
        "exp": 3.2 * QUARTERS,
        "log": 1.0 * QUARTERS,
    }


def test_floor_evaluates_the_functions_it_is_given() -> None:
    assert run_floor(3, [("log", 5), ("exp", 4)]) == pytest.approx(np.exp(0.01))


def test_mesa_loop_carries_every_history_to_its_end() -> None:
    assert run_mesa(range(7, 8)) == QUARTERS


def test_ensemble_chunks_are_parts_of_one_ensemble() -> None:
    assert run_ensemble(6, 0) == run_ensemble(2, 0) + run_ensemble(4, 2)


@pytest.mark.parametrize(
    ("replicates", "workers", "chunk", "tasks"),
    [(1, 1, 1, 1), (10, 4, 3, 4), (4096, 2, measuring.CHUNK, 4096 // measuring.CHUNK)],
)
def test_plan_gives_every_worker_as_much_to_do(
    replicates: int, workers: int, chunk: int, tasks: int
) -> None:
    plan = Plan.of(replicates, workers, rounds=1)
    assert (plan.chunk, plan.tasks) == (chunk, tasks)
    assert plan.replicates >= replicates


def test_rates_are_measured_in_turns() -> None:
    plan = Plan(workers=1, chunk=2, tasks=1, rounds=2)
    steps: list[int] = []
    with ThreadPoolExecutor(1) as workers:
        rates = measured_rates(plan, workers, calls_of_quarter(2), lambda: steps.append(1))
    assert [len(each) for each in rates.values()] == [2, 2, 2]
    assert len(steps) == 3 * plan.rounds
    assert min(rates["floor"]) > max(rates["ensemble"]) > 0


def test_report_gives_medians_and_their_ratios() -> None:
    plan = Plan(workers=2, chunk=4, tasks=2, rounds=3)
    rates = {
        "ensemble": [300.0, 200.0, 100.0],
        "mesa": [1.0, 2.0, 9.0],
        "floor": [500.0, 800.0, 900.0],
    }
    told = report(plan, [("exp", 8)], rates, {8: 50.0, 32: 51.0})
    assert told.keys() >= PROMISED
    assert (
        told["ensemble_per_second"],
        told["ensemble_over_mesa"],
        told["floor_over_ensemble"],
    ) == (
        200,
        100,
        4,
    )
    assert told["ensemble_over_mesa_per_worker"] == 50
    assert told["peak_memory_growth"] == pytest.approx(1.02)


@pytest.mark.slow
def test_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(replicates=4, workers=1, rounds=1, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told.keys() >= PROMISED
    assert told["workers"] == 1
    assert told["floor_per_second"] > told["ensemble_per_second"] > 0
    assert list(told["peak_memory_mib"]) == ["4", "16"]


def test_table_states_the_goals_beside_the_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(workers=2, chunk=4, tasks=2, rounds=1)
    rates = {"ensemble": [210.0], "mesa": [2.0], "floor": [630.0]}
    told = report(plan, [("exp", 8)], rates, {8: 50.0, 32: 50.0})
    monkeypatch.setattr("scenarios.benchmark.measure", lambda _plan, _advance: told)
    benchmark(replicates=8, workers=2, rounds=1)
    shown = capsys.readouterr().out
    assert "105 times as fast (goal: at least 100)" in shown
    assert "3.0 times as fast (goal: at most 4)" in shown
