"""How fast histories are simulated: the ensemble, the Mesa model, and the floor under both.

The floor draws as many random numbers and evaluates as many exponentials and logarithms as the
rules do, and does nothing else. The three take turns, so that a busy machine slows all alike.
"""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from platform import machine
from statistics import median
from threading import Barrier
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np

from simulation.context import Context
from simulation.countries import COUNTRIES
from simulation.dates import QUARTERS
from simulation.ensemble import CHUNK, simulate
from simulation.interventions import HISTORICAL
from simulation.parameters import default_parameters
from simulation.shocks import DECISIONS, Shocks
from simulation.state import opening_state
from simulation.transition import transition

SEED = 1
#: How often the ensemble is to be faster than the Mesa loop at least, and slower than the floor at
#: most.
ENSEMBLE_OVER_MESA_GOAL = 100
FLOOR_OVER_ENSEMBLE_GOAL = 4
#: The functions of NumPy that count as exponentials and logarithms.
EXPONENTIALS = ("exp", "exp2", "expm1", "tanh", "power", "float_power", "sqrt")
LOGARITHMS = ("log", "log1p", "log2", "log10")
COUNTED = (*EXPONENTIALS, *LOGARITHMS)
#: Histories of the Mesa loop in one round.
MESA_HISTORIES = 4
#: How many times more replicates the second measurement of memory carries out.
MEMORY_FACTOR = 4
START_SECONDS = 300
UNIFORMS_A_QUARTER = len(DECISIONS) * COUNTRIES * (COUNTRIES - 1)

Call = tuple[str, int]
"""A function of NumPy and how many numbers it was given."""
Rates = dict[str, list[float]]
"""Histories a second in each round, of ``ensemble``, ``mesa`` and ``floor``."""
_started: Barrier | None = None


@dataclass(frozen=True)
class Plan:
    """How much is measured: ``rounds`` times ``tasks`` chunks of ``chunk`` replicates each."""

    workers: int
    chunk: int
    tasks: int
    rounds: int

    @property
    def replicates(self) -> int:
        """The histories of the ensemble in one round."""
        return self.chunk * self.tasks

    @classmethod
    def of(cls, replicates: int, workers: int, rounds: int) -> "Plan":
        """A plan with at least so many replicates, in which every worker has equally much to do."""
        chunk = min(CHUNK, -(-replicates // workers))
        return cls(workers, chunk, workers * -(-replicates // (chunk * workers)), rounds)

    @property
    def steps(self) -> int:
        """How many steps a progress bar has to show."""
        return 3 * self.rounds + 2


def processors() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_ensemble(chunk: int, first_replicate: int) -> int:
    """Simulate a chunk of histories, keeping only their moves; returns how many these are."""
    histories = simulate(
        default_parameters(chunk), HISTORICAL, seed=SEED, first_replicate=first_replicate, keep=()
    )
    return len(histories.moves.replicate)


def run_mesa(replicates: range) -> int:
    """Simulate histories one by one on the Mesa model; returns how many quarters there were."""
    from simulation.model import AllianceModel  # costs a second that other measurements do not need

    quarters = 0
    for replicate in replicates:
        model = AllianceModel(seed=SEED, replicate=replicate)
        while model.running:
            model.step()
        quarters += model.quarter + 1
    return quarters


def calls_of_quarter(replicates: int) -> list[Call]:
    """The exponentials and logarithms that the rules evaluate in one quarter, as they do so."""
    parameters = default_parameters(replicates)
    context = Context(HISTORICAL, parameters)
    state = opening_state(parameters, context)
    quarter, shocks = context.quarter(0), Shocks(SEED, replicates).quarter(0)
    with counted_calls() as calls:
        transition(state, parameters, quarter, shocks)
    return calls


@contextmanager
def counted_calls() -> Iterator[list[Call]]:
    """A list that fills with the calls of NumPy's exponentials and logarithms made meanwhile."""
    calls: list[Call] = []

    def counting(name: str, function: Callable[..., Any], *values: Any, **options: Any) -> Any:
        result = function(*values, **options)
        calls.append((name, int(np.size(result))))
        return result

    with ExitStack() as patches:
        for name in COUNTED:
            patches.enter_context(
                patch.object(np, name, partial(counting, name, getattr(np, name)))
            )
        yield calls


def run_floor(chunk: int, calls: list[Call]) -> float:
    """Draw the uniforms of a chunk of histories, and evaluate its exponentials and logarithms."""
    generator = np.random.Generator(np.random.Philox(SEED))
    uniforms = np.empty(COUNTRIES * (COUNTRIES - 1) * chunk)
    values = np.linspace(0.01, 0.99, max(size for _, size in calls))
    result = np.empty_like(values)
    evaluations = [(getattr(np, name), values[:size], result[:size]) for name, size in calls]
    for _ in range(QUARTERS):
        for _ in DECISIONS:
            generator.random(out=uniforms)
        for function, some, out in evaluations:
            function(*(some,) * function.nin, out=out)
    return float(result[0])


def peak_memory(chunk: int, replicates: int) -> float:
    """The most memory, in MiB, that this process needs for so many replicates, chunk by chunk."""
    import resource  # not on every system

    for first in range(0, replicates, chunk):
        run_ensemble(chunk, first)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024**2)


def _remember(barrier: Barrier) -> None:
    global _started  # a worker's own: set once, when it starts
    _started = barrier


def _warm_up(chunk: int) -> None:
    """Wait until every worker is there, then do everything once."""
    if _started is not None:
        _started.wait(START_SECONDS)
    simulate(default_parameters(chunk), seed=SEED, quarters=8, keep=())
    run_mesa(range(1))
    run_floor(chunk, [("exp", chunk)])


@contextmanager
def warm_workers(plan: Plan) -> Iterator[Executor]:
    """Worker processes that have read in and tried everything before anything is timed."""
    spawn = get_context("spawn")
    barrier = spawn.Barrier(plan.workers)
    with ProcessPoolExecutor(
        plan.workers, mp_context=spawn, initializer=_remember, initargs=(barrier,)
    ) as workers:
        list(workers.map(_warm_up, [plan.chunk] * plan.workers))
        yield workers


def measured_rates(
    plan: Plan, workers: Executor, calls: list[Call], advance: Callable[[], None]
) -> Rates:
    """Histories a second of ensemble, Mesa loop and floor, in turns, round by round."""
    starts = [task * plan.chunk for task in range(plan.tasks)]
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "ensemble": (
            plan.replicates,
            lambda: list(workers.map(partial(run_ensemble, plan.chunk), starts)),
        ),
        "mesa": (
            MESA_HISTORIES,
            lambda: workers.submit(run_mesa, range(MESA_HISTORIES)).result(),
        ),
        "floor": (
            plan.replicates,
            lambda: list(workers.map(partial(run_floor, plan.chunk), [calls] * plan.tasks)),
        ),
    }
    rates: Rates = {name: [] for name in work}
    for _ in range(plan.rounds):
        for name, (histories, carry_out) in work.items():
            start = perf_counter()
            carry_out()
            rates[name].append(histories / (perf_counter() - start))
            advance()
    return rates


def measured_memory(plan: Plan) -> dict[int, float]:
    """The peak memory in MiB of a fresh process, by the number of replicates it simulated."""
    spawn = get_context("spawn")
    with ExitStack() as stack:
        futures = {
            replicates: stack.enter_context(ProcessPoolExecutor(1, mp_context=spawn)).submit(
                peak_memory, plan.chunk, replicates
            )
            for replicates in (plan.replicates, plan.replicates * MEMORY_FACTOR)
        }
        return {replicates: future.result() for replicates, future in futures.items()}


def counted_by_function(calls: list[Call], chunk: int) -> dict[str, float]:
    """How many numbers each function of NumPy is given in one history."""
    counts: dict[str, float] = {}
    for name, size in calls:
        counts[name] = counts.get(name, 0.0) + size * QUARTERS / chunk
    return counts


def report(plan: Plan, calls: list[Call], rates: Rates, memory: dict[int, float]) -> dict[str, Any]:
    """Everything measured, in plain values: medians over the rounds, their ratios, goals."""
    # Pandas comes with manifests, and would count in the memory of what is measured.
    from scenarios.manifest import package_versions

    ensemble, mesa, floor = (median(rates[name]) for name in ("ensemble", "mesa", "floor"))
    few, many = memory.values()
    return {
        "ensemble_per_second": ensemble,
        "mesa_per_second": mesa,
        "floor_per_second": floor,
        "ensemble_over_mesa": ensemble / mesa,
        "ensemble_over_mesa_goal": ENSEMBLE_OVER_MESA_GOAL,
        "ensemble_over_mesa_per_worker": ensemble / mesa / plan.workers,
        "floor_over_ensemble": floor / ensemble,
        "floor_over_ensemble_goal": FLOOR_OVER_ENSEMBLE_GOAL,
        "workers": plan.workers,
        "chunk": plan.chunk,
        "replicates_a_round": plan.replicates,
        "mesa_histories_a_round": MESA_HISTORIES,
        "rounds": plan.rounds,
        "quarters": QUARTERS,
        "uniforms_a_history": UNIFORMS_A_QUARTER * QUARTERS,
        "evaluations_a_history": counted_by_function(calls, plan.chunk),
        "peak_memory_mib": {str(replicates): peak for replicates, peak in memory.items()},
        "peak_memory_growth": many / few,
        "each_round": rates,
        "versions": package_versions("numpy", "mesa"),
        "machine": machine(),
    }


def measure(plan: Plan, advance: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Measure and report; ``advance`` is called after each of ``plan.steps`` steps."""
    memory = measured_memory(plan)
    advance()
    with warm_workers(plan) as workers:
        calls = workers.submit(calls_of_quarter, plan.chunk).result()
        advance()
        rates = measured_rates(plan, workers, calls, advance)
    return report(plan, calls, rates, memory)
