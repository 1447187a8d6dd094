"""The likelihood of populations of parameter vectors over worker processes, the same on any number of them."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import numpy as np

from calibration.errors import CalibrationError
from calibration.likelihood import Record
from calibration.moves import Coordinates
from calibration.particles import filtered_log_likelihood
from calibration.prior import parameters_at
from calibration.sampler import Likelihood
from calibration.workers import worker_processes
from simulation.arrays import Array

#: Replicates carried out together: enough to make NumPy's overhead small, few enough to stay in the processor's cache.
TOGETHER = 1024


def log_likelihoods(
    coordinates: Coordinates, record: Record, seed: int, copies: int, first_vector: int
) -> Array:
    """The estimated log-likelihoods of some coordinate vectors (population, parameters), shape (population,).

    ``first_vector`` is the number of the first of them, which addresses all their shocks.
    """
    task = max(1, TOGETHER // copies)
    return np.concatenate(
        [
            filtered_log_likelihood(
                parameters_at(coordinates[start : start + task], copies),
                record,
                seed=seed,
                copies=copies,
                first_vector=first_vector + start,
            )
            for start in range(0, len(coordinates), task)
        ]
    )


def likelihood_here(record: Record, *, seed: int, copies: int) -> Likelihood:
    """A likelihood for the sampler, worked out in this process."""
    return lambda coordinates, evaluated: log_likelihoods(coordinates, record, seed, copies, evaluated)


@contextmanager
def likelihood_of(
    record: Record, *, seed: int, copies: int, workers: int | None = None
) -> Iterator[Likelihood]:
    """A likelihood for the sampler; every vector it is ever asked for has shocks of its own.

    ``copies`` replicates are averaged for each vector. Results do not depend on ``workers`` (all cores if None).
    """
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        yield likelihood_here(record, seed=seed, copies=copies)
        return
    with worker_processes(workers) as executor:
        yield _Parallel(executor, workers, record, seed, copies)


class _Parallel:
    def __init__(self, executor: Executor, workers: int, record: Record, seed: int, copies: int) -> None:
        self._executor = executor
        self._workers = workers
        self._rest = record, seed, copies

    def __call__(self, coordinates: Coordinates, evaluated: int) -> Array:
        share = -(-len(coordinates) // self._workers)
        parts = [(start, coordinates[start : start + share]) for start in range(0, len(coordinates), share)]
        try:
            asked = [
                self._executor.submit(log_likelihoods, part, *self._rest, evaluated + start)
                for start, part in parts
            ]
            return np.concatenate([task.result() for task in asked])
        except BrokenProcessPool as error:
            raise CalibrationError(
                "the fit was cut short: a worker process died (killed, or there was too little memory)\n"
                "what was reached is kept; the same command with --resume goes on from there"
            ) from error
