"""The work of a batch on the cores of this machine."""

import multiprocessing
import pickle
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from scenarios.batch.manifest import Batch, Part
from scenarios.batch.work import write_histories
from scenarios.batch.workers import begin_worker
from scenarios.errors import CutShortError


def written_by_processes(
    batch: Batch, folder: Path, tasks: Iterable[list[Part]], workers: int
) -> Iterator[int]:
    """Have worker processes carry out tasks, a few handed out at a time, and tell of each how many histories it has.

    Raises ``CutShortError`` if a worker process dies.
    """
    try:
        with _pool(batch, folder, workers) as pool:
            waiting = iter(tasks)
            handed_out: set[Future[int]] = set()
            while True:
                for task in islice(waiting, 2 * workers - len(handed_out)):
                    handed_out.add(pool.submit(_write_in_worker, task))
                if not handed_out:
                    return
                finished, handed_out = wait(handed_out, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in finished]
    except BrokenProcessPool as error:
        raise CutShortError(
            "a worker process died (killed, or there was too little memory)"
        ) from error


@contextmanager
def _pool(batch: Batch, folder: Path, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that know the batch; what was not begun when an error strikes is dropped.

    The batch goes to them in a file: were it handed over through the pipe by which a process is started, one that dies
    before it has read it all would leave its parent waiting for ever.
    """
    with TemporaryDirectory(prefix="lilliput-") as place:
        told = Path(place) / "batch.pickle"
        told.write_bytes(pickle.dumps(batch))
        pool = ProcessPoolExecutor(
            workers,
            multiprocessing.get_context("spawn"),
            initializer=_begin_worker,
            initargs=(told, folder),
        )
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


#: The batch that this worker process works for, and its folder.
_assigned: list[tuple[Batch, Path]] = []


def _begin_worker(told: Path, folder: Path) -> None:
    """Make a worker process know its batch."""
    begin_worker()
    _assigned.append((pickle.loads(told.read_bytes()), folder))


def _write_in_worker(parts: list[Part]) -> int:
    return write_histories(*_assigned[0], parts)
