"""The drivers of each vector, sampled along with its parameters.

A coded driver is known up to its range. In a fit every vector has drivers of its own, one more
coordinate for each row of the drivers' tables that has a range, a standard normal one before the
record as those of parameters are. Averaged over instead, they would make most of the noise of the
likelihood (``lilliput calibrate check noise``). What is published of a fit are its parameters, for
whatever its drivers. Source: Andrieu, Doucet & Holenstein 2010 (what is sampled with the parameters
adds no noise).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.diagnostics import systematic
from calibration.fit.population import Likelihood
from calibration.prior import Coordinates
from simulation.drivers.spells import SpellValues, coded_rows, triangular
from simulation.parameters import parameter_table

#: How fits come by their drivers, for what they leave on disk.
DRIVERS = "sampled with the parameters"
#: Keeps the drivers with which a fit begins apart from all other chance.
_START = 6
#: And which of some sets of them a vector begins with.
_CHOICE = 7


@cache
def _ranged() -> NDArray[np.bool_]:
    """Which of the coded rows have a range, (rows,)."""
    return np.array([row.low < row.high for row in coded_rows()])


def with_drivers(coordinates: Coordinates, seed: int) -> Coordinates:
    """Vectors of parameters, each with drivers drawn within the coded ranges.

    Returns shape (population, parameters + rows with a range).
    """
    generator = np.random.Generator(np.random.Philox(key=[seed, _START]))
    drivers = generator.standard_normal((len(coordinates), int(_ranged().sum())))
    return np.concatenate([coordinates, drivers], axis=1)


def with_likely_drivers(
    parameters: Coordinates, likelihood: Likelihood, seed: int, sets: int
) -> Coordinates:
    """Vectors of parameters, each with one of some ``sets`` of drivers drawn within their ranges.

    It is chosen with its probability given the record, as far as so few sets tell it. Returns shape
    (population, parameters + rows with a range).
    """
    tried = with_drivers(np.repeat(parameters, sets, axis=0), seed)
    found = likelihood(tried, 0).reshape(-1, sets)
    weights = np.exp(found - found.max(axis=1, keepdims=True))
    generator = np.random.Generator(np.random.Philox(key=[seed, _CHOICE]))
    chosen = systematic(weights, generator.random(len(parameters)), 1)[:, 0]
    return np.asarray(tried[sets * np.arange(len(parameters)) + chosen])


def drivers_of(coordinates: Coordinates) -> SpellValues | None:
    """The drivers of vectors that have their own, one history a vector; none if they have not.

    Formula: each is the value at the probability Phi(coordinate) of the row's triangular
    distribution.
    """
    own = coordinates[:, len(parameter_table()) :]
    if not own.shape[1]:
        return None
    low, value, high = np.array([(row.low, row.value, row.high) for row in coded_rows()]).T
    uniforms = np.full((len(_ranged()), len(own)), 0.5)
    uniforms[_ranged()] = special.ndtr(own).T
    rows = triangular(uniforms, low[:, np.newaxis], value[:, np.newaxis], high[:, np.newaxis])
    return SpellValues(np.concatenate([rows, np.zeros((1, len(own)))]))
