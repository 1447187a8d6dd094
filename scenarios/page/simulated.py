"""Histories for the page: simulated by worker processes that are kept warm, and remembered for the next who asks.

Histories come in blocks of 1,024, so that the first can be shown while others are on their way, visitors take turns,
and whoever asks for more of the same is given what is there. They are those of a batch with the same draws and seed,
but end with the year in which the horizon of a comparison ends, as nothing after it is read.
"""

import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from scenarios.batch.columns import SCHEMA
from scenarios.batch.workers import begin_worker
from scenarios.charts.compare import Fan, fan_figure
from scenarios.charts.look import svg_of
from scenarios.comparison.reading import reading_of
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES, SERIES, YEARS
from scenarios.run import scenario_hash
from scenarios.twins import YearlyTwins, yearly_twins
from simulation.dates import LAST_YEAR
from simulation.ensemble import CHUNK, simulate
from simulation.errors import Problem
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters, default_parameters

#: Histories that a worker carries out at a time.
BLOCK = CHUNK
#: Blocks remembered: 60,000 histories, about 130 MB.
REMEMBERED = 60
#: Seconds between looks at whether the visitor still wants the answer.
_GLANCE = 0.05
#: Columns of a batch that are kept: the break of each pair and the yearly values, not what was pledged or caused.
COLUMNS = tuple(
    field.name for field in SCHEMA if field.type != pa.string() and "_pledged_" not in field.name
)
_WHOLE = tuple(name for name in COLUMNS if pa.types.is_integer(SCHEMA.field(name).type))

#: One block of histories of a scenario: a row a history, the columns of ``COLUMNS``.
Block = NDArray[np.float32]
#: What tells remembered blocks apart: fingerprint of the scenario, seed, number of the block, and the last year.
_Key = tuple[str, int, int, int]


Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  (nothing is wrong)
    """The visitor does not want the answer any more."""


class Simulated:
    """Histories of any scenario with some draws, shared by all visitors; what is remembered is not simulated again.

    ``workers`` processes do the work (as many as there are cores, four at most, unless given).
    """

    def __init__(
        self, draws: Draws, workers: int | None = None, remembered: int = REMEMBERED
    ) -> None:
        self.draws = draws
        self.workers = workers or min(os.cpu_count() or 1, 4)
        self._remembered: OrderedDict[_Key, Block] = OrderedDict()
        self._most = remembered
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm_up(self) -> None:
        """Start the worker processes and let them load all that they need, without waiting for them."""
        with self._lock:
            if self._pool is None:
                # A visitor's thread would pass the visitor's page on to the threads of the pool; this one does not.
                with ThreadPoolExecutor(1) as apart:
                    self._pool = apart.submit(self._started).result()

    def _started(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.workers, spawn, initializer=begin_worker)
        for _ in range(self.workers):
            pool.submit(_stand_ready)
        return pool

    def histories(
        self,
        scenarios: Sequence[Scenario],
        replicates: int,
        seed: int,
        last_year: int = LAST_YEAR,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[int, list[Block]]]:
        """Blocks of the histories of some scenarios as they come: the number of the block, and one block a scenario.

        Rows of one replicate are twins; they end with ``last_year``: columns of later years are zero, later breaks are
        not told. The last block may hold fewer histories. Raises ``Stopped`` when the visitor has had enough,
        ``ScenarioError`` if a worker process dies.
        """
        asked = _Asked(tuple(scenarios), replicates, seed, last_year)
        self.warm_up()
        running: dict[Future[list[Block]], tuple[int, list[Scenario]]] = {}
        try:
            for number in range(-(-replicates // BLOCK)):
                missing = [each for each in scenarios if self._known(asked, each, number) is None]
                if missing:
                    task = self.submit(simulated_block, *self._task(asked, missing, number))
                    running[task] = (number, missing)
                else:
                    yield number, self._gathered(asked, {}, number)
                while len(running) >= 2 * self.workers:
                    yield from self._finished(asked, running, stopped)
            while running:
                yield from self._finished(asked, running, stopped)
        except BrokenProcessPool as error:
            with self._lock:
                self._pool = None
            problem = Problem(
                "simulation", "worker process", "ended", "running; press the button again"
            )
            raise ScenarioError(
                "a worker process died; it may have had too little memory", [problem]
            ) from error
        finally:
            for future in running:
                future.cancel()

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Have a worker do something, after all that has been asked before; they must have been warmed up.

        Raises ``BrokenProcessPool`` if the workers have died.
        """
        with self._lock:
            if self._pool is None:
                raise BrokenProcessPool("the workers are gone")
            return self._pool.submit(work, *arguments)

    def _task(self, asked: "_Asked", missing: list[Scenario], number: int) -> tuple[Any, ...]:
        parameters = parameters_for(self.draws, number * BLOCK, BLOCK)
        return parameters, missing, asked.seed, number * BLOCK, len(self.draws), asked.last_year

    def _finished(
        self,
        asked: "_Asked",
        running: dict["Future[list[Block]]", tuple[int, list[Scenario]]],
        stopped: Callable[[], bool],
    ) -> Iterator[tuple[int, list[Block]]]:
        """The blocks that are done when the next of them is."""
        finished: set[Future[list[Block]]] = set()
        while not finished:
            if stopped():
                raise Stopped
            finished, _ = wait(running, timeout=_GLANCE, return_when=FIRST_COMPLETED)
        for future in finished:
            number, missing = running.pop(future)
            made = {each.name: block for each, block in zip(missing, future.result(), strict=True)}
            for each in missing:
                self._remember(asked, each, number, made[each.name])
            yield number, self._gathered(asked, made, number)

    def _gathered(self, asked: "_Asked", made: dict[str, Block], number: int) -> list[Block]:
        """The block of every scenario, those just made and those remembered, cut to the replicates asked for."""
        blocks = []
        for each in asked.scenarios:
            block = made.get(each.name)
            if block is None:
                block = self._known(asked, each, number)
            if block is None:  # forgotten in the meantime
                block = simulated_block(*self._task(asked, [each], number))[0]
            blocks.append(block[: asked.replicates - number * BLOCK])
        return blocks

    def _known(self, asked: "_Asked", scenario: Scenario, number: int) -> Block | None:
        key = asked.key(scenario, number)
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
            return self._remembered.get(key)

    def _remember(self, asked: "_Asked", scenario: Scenario, number: int, block: Block) -> None:
        with self._lock:
            self._remembered[asked.key(scenario, number)] = block
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)


@dataclass(frozen=True)
class _Asked:
    """What a visitor asks for."""

    scenarios: tuple[Scenario, ...]
    replicates: int
    seed: int
    last_year: int

    def key(self, scenario: Scenario, number: int) -> _Key:
        """Under what a block is remembered."""
        return scenario_hash(scenario), self.seed, number, self.last_year


def simulated_block(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    seed: int,
    first_replicate: int,
    draws: int,
    last_year: int = LAST_YEAR,
) -> list[Block]:
    """Some replicates of every scenario up to the end of a year, as numbers, one row a history."""
    twins = yearly_twins(
        parameters, scenarios, seed=seed, first_replicate=first_replicate, last_year=last_year
    )
    replicates = first_replicate + np.arange(parameters.replicates)
    return [_as_block(each, replicates, draws) for each in twins]


def _as_block(twins: YearlyTwins, replicates: NDArray[np.int64], draws: int) -> Block:
    """Histories in the columns of ``COLUMNS``: numbers and draws, breaks, then by pair and series every year."""
    block = np.zeros((len(COLUMNS), replicates.size), dtype=np.float32)
    block[0], block[1], block[2 : 2 + len(PAIR_NAMES)] = replicates, replicates % draws, twins.split
    yearly = block[2 + len(PAIR_NAMES) :].reshape(
        len(PAIR_NAMES), len(SERIES), len(YEARS), replicates.size
    )
    for place, name in enumerate(SERIES):
        values = twins.series[name]
        yearly[:, place, : len(values)] = values.swapaxes(0, 1)
    return np.ascontiguousarray(block.T)


def table_of(blocks: Sequence[Block], columns: Sequence[str] = COLUMNS) -> pd.DataFrame:
    """Blocks that hold these columns as one table, as a batch has it."""
    table = pd.DataFrame(np.concatenate(blocks), columns=list(columns))
    whole = [name for name in columns if name in _WHOLE]
    return pd.concat([table[whole].astype(np.int64), table.drop(columns=whole)], axis=1)


def part_of(block: Block, columns: Sequence[str]) -> Block:
    """Some columns of a block, as a copy."""
    return block[:, [COLUMNS.index(name) for name in columns]]


def _stand_ready() -> None:
    """A few quarters of one block and a figure: after them a worker has loaded, and compiled, all that it needs."""
    simulate(default_parameters(BLOCK), seed=1, quarters=2, keep=())
    fan = Fan(YEARS, np.zeros((5, len(YEARS))), 1)
    reading = reading_of(catalogue()["no-new-line-1956"].scenario, HISTORICAL)
    svg_of(fan_figure(fan, PAIR_NAMES[0], SERIES[0], reading, counterfactual=True))
