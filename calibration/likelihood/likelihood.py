"""How probable the record is under the rules: dated moves, silence, and the figures of every kind."""

from collections.abc import Callable

import numpy as np

from calibration.evidence.record import LAST_FITTED
from calibration.likelihood.kinds import COMPARED_ARRAYS
from calibration.likelihood.observations import Record
from simulation.arrays import Array, PerReplicate
from simulation.conditioning import Conditioning
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters

#: What is called with how much of some work is done.
Progress = Callable[[int], None]
#: Quarters on record: 1945 Q1 to the last that is fitted.
QUARTERS = quarter_of(LAST_FITTED) + 1


def no_progress(_: int) -> None:
    """Shows nothing."""


def log_weights(
    parameters: Parameters, record: Record, *, seed: int, first_replicate: int = 0
) -> PerReplicate:
    """The log-probability that the rules give the record, one value a replicate, in conditioned mode."""
    conditioning = Conditioning(record.moves, parameters.replicates, QUARTERS)
    trajectory = simulate(
        parameters,
        HISTORICAL,
        seed=seed,
        first_replicate=first_replicate,
        quarters=conditioning.until,
        keep=COMPARED_ARRAYS,
        record=conditioning,
    )
    total = conditioning.log_probability.copy()
    for figure in record.figures:
        total += figure.density_in(trajectory)
    return total


def log_likelihood(
    parameters: Parameters, record: Record, *, seed: int, copies: int, first_replicate: int = 0
) -> Array:
    """The log-likelihood of each parameter vector, shape (population,): weights averaged over ``copies`` replicates.

    ``parameters`` hold each vector ``copies`` times in a row. Formula: log of the mean of exp(log weight).
    """
    weights = log_weights(parameters, record, seed=seed, first_replicate=first_replicate)
    return mean_weight(weights.reshape(-1, copies))


def mean_weight(log_weights: Array) -> Array:
    """The log of the mean of exp(log weight) over the last axis, without overflow."""
    most = log_weights.max(axis=-1, keepdims=True)
    return np.asarray(most[..., 0] + np.log(np.mean(np.exp(log_weights - most), axis=-1)))
