"""The prior of the parameter table, in coordinates in which it is a standard normal cloud."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array
from simulation.parameters import Parameter, Parameters, parameter_table

if TYPE_CHECKING:
    import pandas as pd

#: Vectors in coordinates of the prior, shape (population, coordinates): those of the parameters,
#: and after them, where vectors have drivers of their own, those of drivers.
Coordinates = NDArray[np.float64]
#: Coordinates beyond this many standard deviations are not told apart from it.
_FARTHEST = 8.0


def _standard_bounds(parameter: Parameter) -> tuple[float, float, float]:
    """Centre and standardised bounds of a parameter on its normal (or logarithmic) scale."""
    lognormal = parameter.family == "lognormal"
    scale = np.log if lognormal else float
    centre = 0.0 if parameter.family == "halfnormal" else float(scale(parameter.default))
    low = (
        -np.inf
        if lognormal and parameter.low == 0
        else (float(scale(parameter.low)) - centre) / parameter.spread
    )
    high = (float(scale(parameter.high)) - centre) / parameter.spread
    return centre, low, high


def values_of(parameter: Parameter, coordinates: Array) -> Array:
    """The parameter values at standard normal coordinates, by the truncated prior's inverse.

    Formula: x = centre + spread x Phi^-1(Phi(low) + Phi(z) (Phi(high) - Phi(low))), exponentiated
    for a lognormal prior.
    """
    centre, low, high = _standard_bounds(parameter)
    from scipy import special  # costs time where only efforts are named

    below, above = special.ndtr(low), special.ndtr(high)
    share = special.ndtr(np.clip(coordinates, -_FARTHEST, _FARTHEST))
    values = centre + parameter.spread * special.ndtri(below + share * (above - below))
    if parameter.family == "lognormal":
        values = np.exp(values)
    return np.asarray(np.clip(values, parameter.low, parameter.high))


def coordinates_of(parameter: Parameter, values: Array) -> Array:
    """The standard normal coordinates of values, the inverse of ``values_of``.

    Sought by bisection of that function, so that there is one formula for the prior; values at a
    bound are put at eight standard deviations.
    """
    low, high = np.full(values.shape, -_FARTHEST), np.full(values.shape, _FARTHEST)
    for _ in range(60):
        middle = (low + high) / 2
        above = values_of(parameter, middle) < values
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2)


def coordinates_of_draws(frame: "pd.DataFrame") -> Array:
    """The coordinates (draws, parameters) of a table of draws."""
    table = parameter_table()
    return np.stack([coordinates_of(table[name], frame[name].to_numpy()) for name in table], axis=1)


def parameters_of(coordinates: Coordinates) -> Coordinates:
    """The coordinates of parameters alone, (population, parameters)."""
    return coordinates[:, : len(parameter_table())]


def parameters_at(coordinates: Coordinates, copies: int = 1) -> Parameters:
    """The parameters at vectors (population, coordinates), each repeated ``copies`` times."""
    return Parameters(
        {
            name: np.repeat(values_of(parameter, coordinates[:, place]), copies)
            for place, (name, parameter) in enumerate(parameter_table().items())
        }
    )


def with_fixed(parameters: Parameters, fixed: Mapping[str, float]) -> Parameters:
    """The same parameters with some held at one value throughout."""
    constants = {
        name: np.full(parameters.replicates, float(value)) for name, value in fixed.items()
    }
    return Parameters({**parameters, **constants})


def draw_coordinates(population: int, seed: int) -> Coordinates:
    """Draws from the prior, in coordinates, shape (population, parameters)."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    return generator.standard_normal((population, len(parameter_table())))
