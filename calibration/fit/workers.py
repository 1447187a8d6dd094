"""Worker processes, and the likelihood of parameter vectors, the same on any number of them."""

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import numpy as np

from calibration.errors import CalibrationError
from calibration.fit.drivers import drivers_of
from calibration.fit.population import Likelihood
from calibration.likelihood.likelihood import Spell, filtered_log_likelihood
from calibration.likelihood.observations import Record
from calibration.prior import Coordinates, parameters_at, with_fixed
from scenarios.batch.workers import worker_processes
from simulation.arrays import Array
from simulation.drivers.spells import DriverChoice, SpellValues

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")

#: Replicates carried out together: enough to make NumPy's overhead small, few enough to stay in the
#: processor's cache.
TOGETHER = 1024


def cut_short(work: str, remedy: str) -> CalibrationError:
    """The error of work (``the fit was``) that lost a worker; ``remedy`` says how to go on."""
    died = "a worker process died (killed, or there was too little memory)"
    return CalibrationError(f"{work} cut short: {died}\n{remedy}")


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


def log_likelihoods(
    coordinates: Coordinates,
    first_vector: int,
    *,
    record: Record,
    seed: int,
    copies: int,
    fixed: Mapping[str, float] | None = None,
    uncounted: Spell | None = None,
    drivers: DriverChoice | SpellValues = "drawn",
    renewing: bool = True,
) -> Array:
    """The estimated log-likelihoods (population,) of vectors (population, coordinates).

    ``first_vector`` is the number of the first of them, which addresses all their shocks; with all
    else given it is a ``Likelihood`` for the sampler, in this process. Some parameters may be
    ``fixed``; the probability of an ``uncounted`` spell does not count. Vectors of parameters have
    ``drivers`` drawn within their coded ranges, as coded, or those of one history; others have
    their own. Copies are renewed on the way, or averaged plainly. Raises ``ValueError`` if vectors
    with drivers of their own are to have others.
    """
    parts = []
    for start, task in tasks_of(len(coordinates), copies):
        vectors = coordinates[start : start + task]
        own = drivers_of(vectors)
        if own is not None and drivers != "drawn":
            raise ValueError("these vectors have drivers of their own")
        parts.append(
            filtered_log_likelihood(
                with_fixed(parameters_at(vectors, copies), fixed or {}),
                record,
                seed=seed,
                copies=copies,
                first_vector=first_vector + start,
                uncounted=uncounted,
                drivers=drivers if own is None else own,
                renewing=renewing,
            )
        )
    return np.concatenate(parts)


def tasks_of(vectors: int, copies: int) -> list[tuple[int, int]]:
    """The first vector and the number of vectors of each part, as equal as can be."""
    most = max(1, TOGETHER // copies)
    size = -(-vectors // -(-vectors // most))
    return [(start, size) for start in range(0, vectors, size)]


@contextmanager
def over_processes(
    likelihoods: Sequence[Likelihood], workers: int | None = None
) -> Iterator[tuple[Likelihood, ...]]:
    """Likelihoods for the sampler, each worked out by ``workers`` processes (all cores if None).

    Results do not depend on ``workers``. Raises ``CalibrationError`` when called after a process
    has died.
    """
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        yield tuple(likelihoods)
        return
    with worker_processes(workers) as executor:
        yield tuple(partial(_shared, executor, workers, likelihood) for likelihood in likelihoods)


def _shared(
    executor: Executor,
    workers: int,
    likelihood: Likelihood,
    coordinates: Coordinates,
    evaluated: int,
) -> Array:
    share = -(-len(coordinates) // workers)
    parts = [
        (start, coordinates[start : start + share]) for start in range(0, len(coordinates), share)
    ]
    try:
        futures = [executor.submit(likelihood, part, evaluated + start) for start, part in parts]
        return np.concatenate([task.result() for task in futures])
    except BrokenProcessPool as error:
        remedy = "what was reached is kept; the same command goes on from there"
        raise cut_short("the fit was", f"{remedy} (calibrate fit: with --resume)") from error
