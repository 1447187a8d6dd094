"""Histories for the page: simulated by worker processes that are kept warm, and remembered.

Histories come in blocks, so that the first can be shown while others are on their way,
visitors take turns, and whoever asks for more of the same gets what is there. They are those of a
batch with the same draws and seed, but end with the year in which the horizon of a comparison ends,
as nothing after it is read. Blocks of one number are always given to the same worker, which keeps
their factual branch (``blocks``).
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from scenarios.batch.workers import WorkerPool, process_pool
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.manifest import scenario_hash
from scenarios.page.blocks import BRANCHES, FEW, MANY, Block, simulated_block, stand_ready
from scenarios.page.parts.refusal import logger
from simulation.dates import LAST_YEAR
from simulation.errors import Problem
from simulation.interventions import Scenario

#: Histories remembered, about 130 MB.
REMEMBERED = 60_000
#: Seconds between looks at whether the visitor still wants the answer.
_GLANCE = 0.05
#: What tells remembered blocks apart: hash of the scenario, seed, size and number of the block.
_Key = tuple[str, int, int, int]
Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  (nothing is wrong)
    """The visitor does not want the answer any more."""


class Simulated:
    """Histories of any scenario with some draws, shared by all visitors; none is simulated twice.

    ``workers`` processes do the work (as many as there are cores, four at most, unless given), and
    ``remembered`` histories are kept.
    """

    def __init__(
        self, draws: Draws, workers: int | None = None, remembered: int = REMEMBERED
    ) -> None:
        self.draws = draws
        self.workers = workers or min(os.cpu_count() or 1, 4)
        self._blocks: OrderedDict[_Key, tuple[int, Block]] = OrderedDict()
        self._most = remembered
        self._lock = Lock()
        self._pools: list[WorkerPool] | None = None
        self._closed = False
        self._turn = 0

    def warm_up(self) -> None:
        """Start the worker processes and let them load all that they need, without waiting.

        Those that died are replaced; once they were ended by ``close`` there are none again.
        """
        with self._lock:
            if self._pools is None and not self._closed:
                # A visitor's thread would pass the page on to the threads of the pool.
                with ThreadPoolExecutor(1) as apart:
                    self._pools = apart.submit(self._started).result()

    def _started(self) -> list[WorkerPool]:
        """Workers, each of which is given its own tasks."""
        pools = [process_pool(1) for _ in range(self.workers)]
        for pool in pools:
            pool.submit(stand_ready)
        return pools

    def close(self) -> None:
        """End the worker processes for good, whatever they are doing."""
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, None
        if pools is not None:
            for pool in pools:
                pool.kill()

    def result(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """What a worker finds when it has done all that it was asked before.

        Raises ``ScenarioError`` if the worker process dies, and what the work raises.
        """
        self.warm_up()
        with self._watched():
            return self._submit(work, *arguments).result()

    def _submit(
        self, work: Callable[..., Result], *arguments: Any, number: int | None = None
    ) -> "Future[Result]":
        """Hand work out: that of one ``number`` to one worker, other work to each in turn."""
        with self._lock:
            if self._pools is None:
                raise BrokenProcessPool("the workers are gone")
            if number is None:
                self._turn = number = self._turn + 1
            return self._pools[number % len(self._pools)].submit(work, *arguments)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Tell in words that a worker process has died; others take its place next time.

        The log is told too, unless the workers were ended because the page is closed. Workers that
        another visitor has started anew meanwhile stay.
        """
        with self._lock:
            pools = self._pools
        try:
            yield
        except (BrokenProcessPool, CancelledError) as error:
            with self._lock:
                closed = self._closed
                if self._pools is pools:
                    self._pools = None  # what others do comes to its end
            if not closed:
                logger.warning("a worker process died")
            again = "running; press the button again"
            problem = Problem("simulation", "worker process", "ended", again)
            title = "a worker process died; it may have had too little memory"
            raise ScenarioError(title, [problem]) from error

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
            with self._watched():
                for number in range(-(-replicates // request.size)):
                    blocks = self._remembered(request.keys(number), last_year)
                    ready = [block for block in blocks if block is not None]
                    if len(ready) < len(blocks):
                        running[self._begun(request, number, blocks)] = (number, blocks)
                    else:
                        yield number, request.cut(number, ready)
                    while len(running) >= 2 * self.workers:
                        yield from self._finished(request, running, stopped)
                while running:
                    yield from self._finished(request, running, stopped)
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
        first = number * request.size
        parameters = parameters_for(self.draws, first, request.size)
        draws, branches = len(self.draws), -(-BRANCHES // self.workers)
        asked = (request.seed, first, draws, request.last_year, branches)
        return self._submit(simulated_block, parameters, missing, *asked, number=number)

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
            self._remember(request, number, whole, blocks)
            yield number, request.cut(number, whole)

    def _remembered(self, keys: Sequence[_Key], last_year: int) -> list[Block | None]:
        """The blocks that are remembered up to a year, or further: nothing later is read."""
        blocks: list[Block | None] = []
        with self._lock:
            for key in keys:
                reached, block = self._blocks.get(key, (0, None))
                blocks.append(block if reached >= last_year else None)
                if block is not None:
                    self._blocks.move_to_end(key)
        return blocks

    def _remember(
        self,
        request: "_Request",
        number: int,
        blocks: Sequence[Block],
        known: Sequence[Block | None],
    ) -> None:
        with self._lock:
            for key, block, before in zip(request.keys(number), blocks, known, strict=True):
                if before is None:
                    self._blocks[key] = (request.last_year, block)
                    self._blocks.move_to_end(key)
            while sum(len(block) for _, block in self._blocks.values()) > self._most:
                self._blocks.popitem(last=False)


@dataclass(frozen=True)
class _Request:
    """What a visitor asks for."""

    scenarios: tuple[Scenario, ...]
    replicates: int
    seed: int
    last_year: int

    @property
    def size(self) -> int:
        """How many histories a block holds."""
        return FEW if self.replicates <= FEW else MANY

    def keys(self, number: int) -> list[_Key]:
        """Under what the blocks of one number are remembered."""
        return [(scenario_hash(each), self.seed, self.size, number) for each in self.scenarios]

    def cut(self, number: int, blocks: Sequence[Block]) -> list[Block]:
        """Blocks without the histories that are more than was asked for."""
        return [block[: self.replicates - number * self.size] for block in blocks]


#: Blocks on their way by their task: their number, and those of them that are remembered.
_Running = dict["Future[list[Block]]", tuple[int, list[Block | None]]]
