"""The work of a batch on a Dask cluster: workers elsewhere write files into the shared folder."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from scenarios.batch.address import Certificates
from scenarios.batch.manifest import Batch, Part, flat, surroundings
from scenarios.batch.store import remove_unfinished
from scenarios.batch.work import missing, write_histories
from scenarios.errors import CutShortError, ScenarioError
from simulation.errors import MISSING, Problem, raise_if_any

#: Seconds to wait until files written elsewhere are seen here, and for a scheduler to take its
#: leave.
_VISIBLE_AFTER, _FAREWELL = 120.0, 10.0
#: Tasks handed out for each thread of the cluster, so that none waits for work.
_AHEAD = 2
_COMMAND = "lilliput batch"
_TITLE = "this cluster cannot carry out the batch"


@cache
def _surroundings_here() -> dict[str, Any]:
    """Those of this process, read once, as it goes on with them whatever becomes of the files."""
    return flat(surroundings())


@dataclass(frozen=True)
class Terms:
    """On what terms a worker takes part: it may write the folder, and writes what is written here.

    ``probe`` is the name of a file that lies in the folder for as long as the batch is at work.
    """

    folder: Path
    probe: str
    surroundings: dict[str, Any]

    def problems(self, worker: str) -> list[Problem]:
        """What keeps a worker, on which this is called, from taking part."""
        problems = []
        try:
            self.check_probe()
            trial = self.folder / f".probe-{uuid4().hex}"
            trial.touch()
            trial.unlink()
        except (OSError, ScenarioError) as error:
            allowed = f"a folder that every worker sees under this path and can write to ({error})"
            problems.append(Problem(worker, "folder", str(self.folder), allowed))
        here, there = _surroundings_here(), flat(self.surroundings)
        for key in {**there, **here}:
            if here.get(key) != there.get(key):
                allowed = f"{there.get(key)!r}, as where the batch was begun"
                problems.append(Problem(worker, key, here.get(key, MISSING), allowed))
        return problems

    def check_probe(self) -> None:
        """Raise ``ScenarioError`` unless the batch is still at work in the folder."""
        try:
            (self.folder / self.probe).open("rb").close()
        except FileNotFoundError as error:
            raise ScenarioError(f"the file {self.probe} is not there") from error


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster, asked through its scheduler at an address."""

    client: Any
    address: str

    @contextmanager
    def terms(self, folder: Path) -> Iterator[Terms]:
        """The terms on which workers take part in a batch, checked with every worker there is.

        Raises ``ScenarioError`` that lists everything wrong with the workers, or says that there is
        none.
        """
        terms = Terms(folder, f".probe-{uuid4().hex}", surroundings())
        probe = folder / terms.probe
        probe.touch()
        try:
            with self._reached():
                problems = self._worker_problems(terms)
            raise_if_any(_TITLE, problems, ScenarioError)
            yield terms
        finally:
            probe.unlink(missing_ok=True)

    def _worker_problems(self, terms: Terms) -> list[Problem]:
        """What is wrong with the workers; what is wrong with several of them is said once."""
        try:
            self.client.wait_for_workers(1, timeout=_patience())
        except TimeoutError:
            allowed = f"a scheduler with at least one worker within {_patience():g} seconds"
            return [Problem(_COMMAND, "--dask", self.address, allowed)]
        answers = self.client.run(_problems_of_worker, terms, on_error="return")
        alike: dict[tuple[str, str, str], list[Problem]] = {}
        for worker, answer in answers.items():
            if not isinstance(
                answer, list
            ):  # it could not even be asked: most often it has no lilliput
                allowed = f"lilliput {version('lilliput')} ({answer})"
                answer = [Problem(f"worker {worker}", "lilliput", MISSING, allowed)]
            for problem in answer:
                same = (problem.key, repr(problem.value), problem.allowed)
                alike.setdefault(same, []).append(problem)
        return [
            first
            if not more
            else replace(first, where=f"{len(more) + 1} workers, the first {first.where}")
            for first, *more in alike.values()
        ]

    @property
    def threads(self) -> int:
        """How many tasks it can carry out at a time."""
        with self._reached():
            threads: list[int] = [*self.client.nthreads().values()]
        return max(1, sum(threads))

    def written(self, batch: Batch, terms: Terms, tasks: Iterable[list[Part]]) -> Iterator[int]:
        """Have workers carry out tasks, a few at a time, and yield how many histories each has.

        A task whose worker dies is given to another. Raises ``CutShortError`` if the scheduler is
        lost or workers keep dying, and what a worker raises.
        """
        from distributed import as_completed

        # Held by the scheduler as a task of its own, so that it is made again should every worker
        # that has it die.
        shared = self.client.submit(_same, batch, key=f"lilliput-batch-{uuid4().hex}", pure=False)
        remaining = iter(tasks)
        running: dict[Any, int] = {}
        ended = as_completed(loop=self.client.loop)

        def hand_out() -> None:
            most = _AHEAD * self.threads
            with self._reached():
                for task in islice(remaining, max(0, most - len(running))):
                    future = self.client.submit(_write_on_worker, shared, terms, task, pure=False)
                    running[future] = sum(part.replicates for part in task)
                    ended.add(future)

        hand_out()
        for future in ended:
            if self._has_ended(future):
                yield running.pop(future)
            else:
                ended.add(future)
            hand_out()
        _await_files(batch, terms.folder)

    def _has_ended(self, future: Any) -> bool:
        """Whether a task is done, and not given to another worker as its own died."""
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            raise CutShortError(f"the scheduler at {self.address} was lost")
        if future.status != "error":
            return bool(future.status == "finished")
        error = future.exception()
        if isinstance(error, KilledWorker):
            reason = "too little memory, or no lilliput?"
            raise CutShortError(f"workers died again and again over the same histories ({reason})")
        raise CutShortError(str(error)) if isinstance(error, ScenarioError) else error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Speak to the scheduler, and say so if it cannot be reached any more."""
        from distributed.client import ClosedClientError

        try:
            if self.client.status != "running":
                raise ClosedClientError(self.client.status)
            yield
        except (OSError, ClosedClientError) as error:
            raise CutShortError(f"the scheduler at {self.address} was lost") from error


@contextmanager
def connected(address: str, certificates: Certificates) -> Iterator[Cluster]:
    """The Dask cluster whose scheduler is at an address such as ``tcp://10.0.0.5:8786``.

    Raises ``ScenarioError`` if no scheduler answers there.
    """
    from distributed import Client

    with ExitStack() as silence:
        for library in ("distributed", "distributed.client", "distributed.core"):
            # What they would say on the error stream, lilliput says in a message of its own.
            logger = logging.getLogger(library)
            silence.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        try:
            client = Client(
                address,
                timeout=_patience(),
                set_as_default=False,
                name="lilliput",
                security=certificates.security(),
            )
        except OSError as error:
            seconds = f"{_patience():g} seconds"
            allowed = f"the address of a Dask scheduler that answers within {seconds} ({error})"
            problem = Problem(_COMMAND, "--dask", address, allowed)
            raise ScenarioError(_TITLE, [problem]) from error
        try:
            yield Cluster(client, address)
        finally:
            client.close(timeout=_FAREWELL)


def _patience() -> float:
    """Seconds to wait for a scheduler and its first worker, as Dask is set to (30)."""
    import dask
    from dask.utils import parse_timedelta

    return float(parse_timedelta(dask.config.get("distributed.comm.timeouts.connect")))


def _same(batch: Batch) -> Batch:
    return batch


def _problems_of_worker(terms: Terms, dask_worker: Any) -> list[Problem]:
    return terms.problems(f"worker {dask_worker.address}")


def _write_on_worker(batch: Batch, terms: Terms, parts: list[Part]) -> None:
    """Carry out a task on a worker, which may have joined after the others were checked."""
    from distributed import get_worker

    raise_if_any(_TITLE, terms.problems(f"worker {get_worker().address}"), ScenarioError)
    write_histories(batch, terms.folder, parts, check=terms.check_probe)


def _await_files(batch: Batch, folder: Path) -> None:
    """Wait until this machine sees every file of the workers, and sweep up after those that died.

    A file system shared by many machines may show a file later here than where it was written.
    """
    deadline = time.monotonic() + _VISIBLE_AFTER
    while any(True for _ in missing(batch, folder)):
        if time.monotonic() > deadline:
            raise CutShortError("not every file that the workers wrote is seen from this machine")
        time.sleep(0.5)
    remove_unfinished(folder)
