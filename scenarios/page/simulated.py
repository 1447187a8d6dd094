"""Histories for the page: simulated by worker processes that are kept warm, and remembered.

Histories come in blocks of 1,024, so that the first can be shown while others are on their way,
visitors take turns, and whoever asks for more of the same gets what is there. They are those of a
batch with the same draws and seed, but end with the year in which the horizon of a comparison ends,
as nothing after it is read.
"""

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
from multiprocessing import active_children
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from scenarios.batch.workers import process_pool
from scenarios.columns import SCHEMA
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.manifest import scenario_hash
from scenarios.outcomes import PAIR_NAMES, SERIES, YEARS
from scenarios.twins import YearlyTwins, yearly_twins
from simulation.dates import LAST_YEAR
from simulation.ensemble import CHUNK, simulate
from simulation.errors import Problem
from simulation.interventions import Scenario
from simulation.parameters import Parameters, default_parameters

#: Histories that a worker carries out at a time.
BLOCK = CHUNK
#: Blocks remembered: 60,000 histories, about 130 MB.
REMEMBERED = 60
#: Seconds between looks at whether the visitor still wants the answer.
_GLANCE = 0.05
#: Columns of a batch that are kept: breaks and yearly values, not what was pledged or caused.
COLUMNS = tuple(
    field.name for field in SCHEMA if field.type != pa.string() and "_pledged_" not in field.name
)
_WHOLE = tuple(name for name in COLUMNS if pa.types.is_integer(SCHEMA.field(name).type))

#: One block of histories of a scenario: a row a history, the columns of ``COLUMNS``.
Block = NDArray[np.float32]
#: What tells remembered blocks apart: hash of the scenario, seed, number of the block, last year.
_Key = tuple[str, int, int, int]
Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  (nothing is wrong)
    """The visitor does not want the answer any more."""


class Simulated:
    """Histories of any scenario with some draws, shared by all visitors; none is simulated twice.

    ``workers`` processes do the work (as many as there are cores, four at most, unless given), and
    ``remembered`` blocks are kept.
    """

    def __init__(
        self, draws: Draws, workers: int | None = None, remembered: int = REMEMBERED
    ) -> None:
        self.draws = draws
        self.workers = workers or min(os.cpu_count() or 1, 4)
        self._blocks: OrderedDict[_Key, Block] = OrderedDict()
        self._most = remembered
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm_up(self) -> None:
        """Start the worker processes and let them load all that they need, without waiting."""
        with self._lock:
            if self._pool is None:
                # A visitor's thread would pass the page on to the threads of the pool.
                with ThreadPoolExecutor(1) as apart:
                    self._pool = apart.submit(self._started).result()

    def _started(self) -> ProcessPoolExecutor:
        pool = process_pool(self.workers)
        for _ in range(self.workers):
            pool.submit(_stand_ready)
        return pool

    def close(self) -> None:
        """End the worker processes, whatever they are doing."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.kill()

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Have a worker do something, after all that was asked before; ``warm_up`` comes first.

        Raises ``BrokenProcessPool`` if the workers have died.
        """
        with self._lock:
            if self._pool is None:
                raise BrokenProcessPool("the workers are gone")
            return self._pool.submit(work, *arguments)

    def histories(
        self,
        scenarios: Sequence[Scenario],
        replicates: int,
        seed: int,
        last_year: int = LAST_YEAR,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[int, list[Block]]]:
        """Blocks of histories as they come: the number of the block, and one block a scenario.

        Rows of one replicate are twins; they end with ``last_year``: columns of later years are
        zero, later breaks are missing. The last block may hold fewer histories. Raises ``Stopped``
        when the visitor has had enough, ``ScenarioError`` if a worker process dies.
        """
        self.warm_up()
        request = _Request(tuple(scenarios), replicates, seed, last_year)
        running: _Running = {}
        try:
            for number in range(-(-replicates // BLOCK)):
                blocks = self._remembered(request.keys(number))
                ready = [block for block in blocks if block is not None]
                if len(ready) < len(blocks):
                    running[self._begun(request, number, blocks)] = (number, blocks)
                else:
                    yield number, request.cut(number, ready)
                while len(running) >= 2 * self.workers:
                    yield from self._finished(request, running, stopped)
            while running:
                yield from self._finished(request, running, stopped)
        except BrokenProcessPool as error:
            with self._lock:
                self._pool = None
            again = "running; press the button again"
            problem = Problem("simulation", "worker process", "ended", again)
            title = "a worker process died; it may have had too little memory"
            raise ScenarioError(title, [problem]) from error
        finally:
            for task in running:
                task.cancel()

    def _begun(
        self, request: "_Request", number: int, blocks: Sequence[Block | None]
    ) -> "Future[list[Block]]":
        """The task of simulating the blocks of one number that are missing."""
        missing = [
            each for each, block in zip(request.scenarios, blocks, strict=True) if block is None
        ]
        first = number * BLOCK
        parameters = parameters_for(self.draws, first, BLOCK)
        draws, last_year = len(self.draws), request.last_year
        return self.submit(
            simulated_block, parameters, missing, request.seed, first, draws, last_year
        )

    def _finished(
        self, request: "_Request", running: "_Running", stopped: Callable[[], bool]
    ) -> Iterator[tuple[int, list[Block]]]:
        """The blocks that are done when the next of them is."""
        done: set[Future[list[Block]]] = set()
        while not done:
            if stopped():
                raise Stopped
            done, _ = wait(running, timeout=_GLANCE, return_when=FIRST_COMPLETED)
        for task in done:
            number, blocks = running.pop(task)
            new = iter(task.result())
            whole = [next(new) if block is None else block for block in blocks]
            self._remember(request.keys(number), whole)
            yield number, request.cut(number, whole)

    def _remembered(self, keys: Sequence[_Key]) -> list[Block | None]:
        with self._lock:
            for key in keys:
                if key in self._blocks:
                    self._blocks.move_to_end(key)
            return [self._blocks.get(key) for key in keys]

    def _remember(self, keys: Sequence[_Key], blocks: Sequence[Block]) -> None:
        with self._lock:
            self._blocks.update(zip(keys, blocks, strict=True))
            while len(self._blocks) > self._most:
                self._blocks.popitem(last=False)


@dataclass(frozen=True)
class _Request:
    """What a visitor asks for."""

    scenarios: tuple[Scenario, ...]
    replicates: int
    seed: int
    last_year: int

    def keys(self, number: int) -> list[_Key]:
        """Under what the blocks of one number are remembered."""
        return [(scenario_hash(each), self.seed, number, self.last_year) for each in self.scenarios]

    def cut(self, number: int, blocks: Sequence[Block]) -> list[Block]:
        """Blocks without the histories that are more than was asked for."""
        return [block[: self.replicates - number * BLOCK] for block in blocks]


#: Blocks on their way by their task: their number, and those of them that are remembered.
_Running = dict["Future[list[Block]]", tuple[int, list[Block | None]]]


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
    """Histories in the columns of ``COLUMNS``: breaks, then by pair and series each year."""
    pairs = len(PAIR_NAMES)
    block = np.zeros((len(COLUMNS), replicates.size), dtype=np.float32)
    block[0], block[1], block[2 : 2 + pairs] = replicates, replicates % draws, twins.split
    yearly = block[2 + pairs :].reshape(pairs, len(SERIES), len(YEARS), replicates.size)
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
    """A few quarters: after them a worker has loaded all that it needs."""
    simulate(default_parameters(BLOCK), seed=1, quarters=2, keep=())
