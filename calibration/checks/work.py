"""The long work of checks: tasks carried out by worker processes, and how far it has come."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import as_completed
from typing import Any, TypeVar

from scenarios.batch.workers import worker_processes

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


def no_progress(_: int) -> None:
    """Shows nothing."""


def carried_out(
    function: Callable[..., Result], tasks: Mapping[Key, tuple[Any, ...]], workers: int
) -> Iterator[tuple[Key, Result]]:
    """The result of a function for the arguments of each task, as they become ready.

    One worker is this process; results do not depend on how many there are. Raises
    ``BrokenProcessPool`` if a worker process dies.
    """
    if workers == 1 or not tasks:
        for key, arguments in tasks.items():
            yield key, function(*arguments)
        return
    with worker_processes(min(workers, len(tasks))) as pool:
        keys = {pool.submit(function, *arguments): key for key, arguments in tasks.items()}
        for future in as_completed(keys):
            yield keys[future], future.result()
