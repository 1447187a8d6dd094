"""The likelihood of populations of parameter vectors over worker processes, the same on any number of them."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np

from calibration.likelihood import Record, log_likelihood
from calibration.prior import parameters_at
from calibration.sampler import Coordinates, Likelihood
from simulation.arrays import Array

#: Parameter vectors carried out together in one task.
TASK = 128

_Task = tuple[Coordinates, Record, int, int, int]


def _evaluated(task: _Task) -> Array:
    coordinates, record, seed, copies, first_replicate = task
    parameters = parameters_at(coordinates, copies)
    return log_likelihood(parameters, record, seed=seed, copies=copies, first_replicate=first_replicate)


@contextmanager
def likelihood_of(
    record: Record, *, seed: int, copies: int, workers: int | None = None
) -> Iterator[Likelihood]:
    """A likelihood for the sampler; every vector it is ever asked for has shocks of its own.

    ``copies`` replicates are averaged for each vector. Results do not depend on ``workers`` (all cores if None).
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as executor:
        yield _Parallel(executor, record, seed, copies)


class _Parallel:
    def __init__(self, executor: Executor, record: Record, seed: int, copies: int) -> None:
        self._executor = executor
        self._rest = record, seed, copies

    def __call__(self, coordinates: Coordinates, evaluated: int) -> Array:
        record, seed, copies = self._rest
        tasks = [
            (
                coordinates[start : start + TASK],
                record,
                seed,
                copies,
                (evaluated + start) * copies,
            )
            for start in range(0, len(coordinates), TASK)
        ]
        return np.concatenate(list(self._executor.map(_evaluated, tasks)))
