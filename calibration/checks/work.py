"""What checks share: how each works, in words, and long work by worker processes."""

import tomllib
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import as_completed
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from scenarios.batch.workers import worker_processes

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


@cache
def _methods() -> dict[str, str]:
    return tomllib.loads(files("calibration.checks").joinpath("methods.toml").read_text("utf-8"))


def method(check: str, **constants: object) -> str:
    """How a check works, as ``methods.toml`` says it, with the constants of the check."""
    return _methods()[check].format(**constants)


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
