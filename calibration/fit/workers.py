"""Worker processes of a fit."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from scenarios.batch.workers import begin_worker


@contextmanager
def worker_processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """So many worker processes; what was not begun when an error strikes is dropped."""
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=begin_worker
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
